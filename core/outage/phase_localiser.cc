#include "core/outage/phase_localiser.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <memory>

#include "core/outage/after_restoration.h"

namespace gridmend {
namespace {

struct Leaf {
  LeafEvidence evidence;
  PhaseWish wish;
  Id<Device> drop;
};

bool is_single(std::uint8_t phases) { return std::popcount(unsigned{phases}) == 1; }

bool opens_together(const InferenceZone& zone) {
  return !zone.device.valid() || zone.meshed || zone.gang_operated;
}

std::uint8_t feeding_bits(const InferenceZone& zone) {
  const std::uint8_t bits = zone.feeding_phases.live_bits();
  return bits != 0 ? bits : kAllPhases;
}

// Which phases pass into each zone of a tree, where closed. On the one conductor behind a zone of
// unknown phase whatever is there passes; a phase known farther out is that of all of them.
class Carried {
 public:
  Carried(const InferenceForest& forest, Id<InferenceZone> root, PhasePosterior& posterior)
      : forest_(forest), root_(root), posterior_(posterior) {}

  void place() {
    const std::uint32_t end = forest_[root_].zones_end;
    std::vector<std::uint8_t> known(end - root_.index, 0);
    for (std::uint32_t z = end; z-- > root_.index;) {
      const std::uint32_t i = z - root_.index;
      const InferenceZone& zone = forest_[Id<InferenceZone>{z}];
      const bool one_of = zone.feeding_phases.one_of();
      if (!one_of && is_single(feeding_bits(zone))) known[i] = feeding_bits(zone);
      if (known[i] == 0 || !zone.parent.valid() || z == root_.index) continue;
      if (forest_[zone.parent].feeding_phases.one_of()) {
        known[zone.parent.index - root_.index] = known[i];
      }
    }
    for (std::uint32_t z = root_.index; z < end; ++z) {
      const std::uint32_t i = z - root_.index;
      const InferenceZone& zone = forest_[Id<InferenceZone>{z}];
      PhaseZone& placed = posterior_.zones[i];
      const bool behind_unknown =
          zone.parent.valid() && forest_[zone.parent].feeding_phases.one_of();
      placed.carries = behind_unknown ? kAllPhases : feeding_bits(zone);
      if (behind_unknown || !zone.feeding_phases.one_of()) continue;
      if (known[i] != 0) {
        placed.carries = known[i];
      } else {
        placed.one_of = !is_single(placed.carries);
      }
    }
  }

 private:
  const InferenceForest& forest_;
  Id<InferenceZone> root_;
  PhasePosterior& posterior_;
};

// Does a report speak of this opening: one on any phase of `scope`, or if it names open phases, on
// all of them.
bool speaks_of(std::uint8_t open, std::uint8_t scope, std::uint8_t named) {
  const auto named_here = static_cast<std::uint8_t>(named & scope);
  return named_here != 0 ? (open & named_here) == named_here : (open & scope) != 0;
}

// Weighs by e^log_odds the openings a report speaks of.
void fold(double log_odds, std::uint8_t scope, std::uint8_t named, PhaseZone& zone) {
  if (log_odds == 0) return;
  for (std::uint8_t open = 1; open < 8; ++open) {
    if (speaks_of(open, scope, named)) zone.opening[open] *= std::exp(log_odds);
  }
}

void normalise(double clip, PhaseZone& zone) {
  double open = 0;
  for (std::size_t o = 1; o < 8; ++o) open += zone.opening[o];
  if (open <= 0 || zone.opening[0] <= 0) return;
  const double p = std::clamp(open / (open + zone.opening[0]), clip, 1 - clip);
  for (std::size_t o = 1; o < 8; ++o) zone.opening[o] *= p / open;
  zone.opening[0] = 1 - p;
}

// Calls visitor(ReportShares, scope, named) for each report about the zone's device.
template <class Visitor>
void visit_phase_reports(const EvidenceView& view, Id<InferenceZone> id, std::uint8_t carries,
                         Visitor visitor) {
  const LocaliserInput& input = view.input();
  const ReliabilityParameters& r = view.settings().reliability;
  const std::optional<Time> from = view.silence_from(input.forest.root_of(id));
  const bool several = input.forest.members(id).size() > 1;
  for (const ZoneReport& report : view.reports(id)) {
    std::uint8_t scope = carries;
    if (several && input.forest.heads(id, report.device)) {
      const std::uint8_t own =
          input.forest.network().devices()[report.device].phases.live_bits() & carries;
      if (own != 0) scope = own;
    }
    visitor(report_shares({&report, 1}, from, input.at + r.clock_skew, r), scope,
            report.evidence->open_phases.live_bits());
  }
}

PhaseZone opening_by_phases(const EvidenceView& view, Id<InferenceZone> id, std::uint8_t carries) {
  const LocaliserSettings& settings = view.settings();
  PhaseZone zone =
      single_phase_zone(view.prior(id).before_reports, carries, settings.priors.phases_together);
  bool told = false;
  visit_phase_reports(
      view, id, carries,
      [&](const ReportShares& shares, std::uint8_t scope, std::uint8_t open_phases) {
        fold(shares.switch_position, scope, open_phases, zone);
        fold(shares.fault_indicator + shares.field_report + shares.against, scope, 0, zone);
        told = told || shares.sum() != 0;
      });
  if (told) normalise(settings.reliability.report_clip, zone);
  return zone;
}

bool is_all_or_nothing(const InferenceZone& zone, const PhaseZone& placed) {
  return opens_together(zone) || placed.one_of || is_single(placed.carries);
}

// A usage point that may hang elsewhere lives as if it did, with the probability that it does.
void temper(double declared, LeafEvidence& leaf) {
  if (declared >= 1) return;
  const auto mix = [declared](double log_live, double& log_other) {
    log_other = log_add(std::log(declared) + log_other, std::log1p(-declared) + log_live);
  };
  double by_itself = leaf.link_dead + leaf.aged;
  mix(leaf.link_live, by_itself);
  mix(leaf.link_live, leaf.link_dead);
  leaf.aged = by_itself - leaf.link_dead;
  mix(leaf.other_live, leaf.other_dead);
  mix(leaf.other_live, leaf.other_partly);
}

void read_group(const EvidenceView& view, std::span<const Id<UsagePoint>> group,
                const LeafReader& reader, const DiedSince& since, const DiedSince& of_drop,
                std::vector<Leaf>& leaves) {
  const SuspectedLinks& links = view.input().links;
  leaves.clear();
  for (const Id<UsagePoint> id : group) {
    LeafEvidence leaf =
        reader.read(view.input().evidence.find(id), view.restored_at(id), since, of_drop);
    if (!links.rows().empty()) temper(links.declared_probability(id), leaf);
    leaves.push_back(
        {leaf, phase_wish(view.input().forest, id), view.input().forest.shared_drop(id)});
  }
}

// A call that names no usage point is of one on any of the zone's phases, alike.
void add_calls(double log_ratio, std::uint8_t carries, ByPhases& log_likelihood) {
  for (std::uint8_t t = 1; t < 8; ++t) log_likelihood[t] += call_log_ratio(log_ratio, carries, t);
}

// What the leaves that share this one's drop make together; nothing where it shares none.
PhaseDrop drop_of(const EvidenceView& view, std::span<const Leaf> leaves, Id<Device> drop,
                  const DiedSince& of_drop) {
  PhaseDrop product;
  if (!drop.valid()) return product;
  product.open = view.drop_open(drop);
  product.died_since = of_drop.share;
  const PhaseGroup group{view.group_settings(), 0,
                         &PhaseLeaves::of_this_thread(view.group_settings())};
  for (const Leaf& leaf : leaves) {
    if (leaf.drop == drop) group.add_to(product, leaf.evidence, leaf.wish);
  }
  return product;
}

// As EvidenceView::branch_silence(), of the groups that are read here as they are there: not those
// in which links are suspected.
BranchSilence branch_silence(const EvidenceView& view, Id<InferenceZone> root) {
  return {view.input().forest, view.reported_open(root),
          branch_settings(view.settings().reliability), [&view](Id<InferenceZone> zone) {
            SilentShare share;
            view.visit_readings(zone, [&share](const HeardGroup& group) {
              if (!group.linked) share += silent_share(group.likelihood);
            });
            return share;
          }};
}

PhaseWish wish_in(const InferenceZone& zone, PhaseSet wanted) {
  if (zone.feeding_phases.one_of()) return {PhaseWish::Kind::any, kAllPhases};
  const std::uint8_t feeding = feeding_bits(zone);
  const auto here = static_cast<std::uint8_t>(wanted.live_bits() & feeding);
  if (wanted.live_bits() == 0) return {PhaseWish::Kind::together, feeding};
  // A phase the zone does not have: one of those it has.
  if (here == 0) return {PhaseWish::Kind::one_of, feeding};
  return {wanted.one_of() ? PhaseWish::Kind::one_of : PhaseWish::Kind::each, here};
}

// What leaves and drops of one tree come to, of those that say plain things; kept by this thread
// until it asks for another tree.
class PhaseMemo {
 public:
  // A leaf that says a plain thing, and its wish, in eight bits; none of them has no wish at all.
  using Code = std::uint8_t;
  static constexpr Code kNoCode = 0;
  static Code code(std::size_t says, PhaseWish wish) {
    return static_cast<Code>(says << 5U | static_cast<std::size_t>(wish.kind) << 3U | wish.phases);
  }

  // Of leaves on one shared drop, a code each, ascending.
  static constexpr std::size_t kMostCodes = 8;
  struct Drop {
    std::uint64_t codes = 0;
    double open = 0;
    std::uint64_t number = 0;
    PhaseDropSum sum;
    PhaseDropOpen p_open;
  };

  // `number`: EvidenceView::reading_number of the reader's tree.
  static PhaseMemo& of_this_thread(std::uint64_t number) {
    thread_local PhaseMemo memo;
    if (memo.number_ != number) {
      for (auto& leaf : memo.leaves_) leaf.reset();
      memo.number_ = number;
    }
    return memo;
  }

  const PhaseLeaf& leaf(Code code, const LeafReader& reader, const GroupSettings& settings) {
    std::unique_ptr<const PhaseLeaf>& known = leaves_[code];
    if (known == nullptr)
      known =
          std::make_unique<const PhaseLeaf>(phase_leaf(says(code, reader), wish(code), settings));
    return *known;
  }

  const Drop& drop(std::span<const Code> sorted, double open, const LeafReader& reader,
                   const GroupSettings& settings) {
    std::uint64_t codes = 0;
    for (const Code code : sorted) codes = codes << 8U | code;
    const std::uint64_t mixed =
        (codes ^ std::bit_cast<std::uint64_t>(open)) * std::uint64_t{0x9e3779b97f4a7c15};
    Drop& known = drops_[mixed >> 32U & (drops_.size() - 1)];
    if (known.codes == codes && known.open == open && known.number == number_) return known;
    PhaseDrop product;
    product.open = open;
    const PhaseGroup group{settings, 0, &PhaseLeaves::of_this_thread(settings)};
    for (const Code code : sorted) group.add_to(product, says(code, reader), wish(code));
    return known = {codes, open, number_, sum_out(product), gridmend::p_open(product)};
  }

 private:
  static LeafEvidence says(Code code, const LeafReader& reader) {
    return reader.read_plain(code >> 5U);
  }
  static PhaseWish wish(Code code) {
    return {static_cast<PhaseWish::Kind>(code >> 3U & 3U), static_cast<std::uint8_t>(code & 7U)};
  }

  std::uint64_t number_ = 0;
  std::vector<std::unique_ptr<const PhaseLeaf>> leaves_{256};  // by code
  std::vector<Drop> drops_{512};
};

// Reads the groups of one tree, on one thread. Most leaves say one of a few plain things and have
// one of a few wishes, and so have those on one shared drop: what they come to is worked out once.
class PhaseReader {
 public:
  PhaseReader(const EvidenceView& view, Id<InferenceZone> root)
      : view_(view),
        forest_(view.input().forest),
        points_(forest_.network().usage_points()),
        reader_(view.reader(root)),
        settings_(view.group_settings()),
        memo_(PhaseMemo::of_this_thread(view.reading_number(root))) {}

  // All leaves multiplied.
  PhaseGroup multiply(Id<InferenceZone> zone, const HeardGroup& heard) {
    const DiedSince since = reader_.died_since(heard.newest);
    const GroupSettings settings =
        came_back(view_, zone) ? after_restoration(settings_, is_silent(view_, heard, reader_))
                               : settings_;
    PhaseGroup product{settings, since.share, &PhaseLeaves::of_this_thread(settings)};
    visit(
        zone, heard, since, [&](const PhaseMemo::Drop& drop, auto) { product.add(drop.sum); },
        [&](const PhaseDrop& drop, auto) { product.add(drop); },
        [&](const PhaseLeaf& leaf) { product.add(leaf); });
    return product;
  }

  // Calls visitor(Out) for each of its leaves in order; `group` is what multiply() gave.
  template <class Visitor>
  void visit_out(Id<InferenceZone> zone, const HeardGroup& heard, const PhaseGroup& group,
                 const ByPhases& p_live, Visitor visitor) {
    const PhaseWeights weights = group.weigh(p_live);
    const auto of_drop = [&](const PhaseDropOpen& open, std::span<const PhaseLeaf* const> leaves) {
      for (const PhaseLeaf* leaf : leaves) visitor(PhaseGroup::p_out(*leaf, weights, open));
    };
    visit(
        zone, heard, reader_.died_since(heard.newest),
        [&](const PhaseMemo::Drop& drop, auto leaves) { of_drop(drop.p_open, leaves()); },
        [&](const PhaseDrop& drop, auto leaves) { of_drop(p_open(drop), leaves()); },
        [&](const PhaseLeaf& leaf) { visitor(PhaseGroup::p_out(leaf, weights, {})); });
  }

 private:
  // Calls plain_drop(PhaseMemo::Drop, leaves) or drop(PhaseDrop, leaves) for each shared drop and
  // leaf(PhaseLeaf) for each leaf on none, in order; leaves() are a drop's, in order.
  template <class PlainDrop, class OtherDrop, class OneLeaf>
  void visit(Id<InferenceZone> zone, const HeardGroup& heard, const DiedSince& since,
             PlainDrop plain_drop, OtherDrop other_drop, OneLeaf one_leaf) {
    forest_.visit_runs(view_.members(heard), [&](bool shared, std::span<const Id<UsagePoint>> run) {
      codes_.clear();
      bool plain = true;
      for (const Id<UsagePoint> id : run) {
        codes_.push_back(since.share > 0 ? PhaseMemo::kNoCode : code_of(zone, id));
        plain = plain && codes_.back() != PhaseMemo::kNoCode;
      }
      if (!shared) {
        for (std::size_t i = 0; i < run.size(); ++i) one_leaf(leaf(run[i], codes_[i], since));
        return;
      }
      const auto leaves = [&]() -> std::span<const PhaseLeaf* const> {
        of_drop_.clear();
        scratch_.resize(run.size());
        for (std::size_t i = 0; i < run.size(); ++i) {
          of_drop_.push_back(codes_[i] != PhaseMemo::kNoCode
                                 ? &memo_.leaf(codes_[i], reader_, settings_)
                                 : &(scratch_[i] = leaf(run[i], codes_[i], since)));
        }
        return of_drop_;
      };
      if (!plain || run.size() > PhaseMemo::kMostCodes) {
        const DiedSince of_drop = view_.died_since(run, reader_);
        read_group(view_, run, reader_, since, of_drop, leaves_);
        return other_drop(drop_of(view_, leaves_, leaves_.front().drop, of_drop), leaves);
      }
      const double open = view_.drops_heard_of() ? view_.drop_open(forest_.shared_drop(run.front()))
                                                 : settings_.premises;
      // Whose leaf it is makes no difference to the drop.
      sorted_ = codes_;
      std::ranges::sort(sorted_);
      plain_drop(memo_.drop(sorted_, open, reader_, settings_), leaves);
    });
  }

  const PhaseLeaf& leaf(Id<UsagePoint> id, PhaseMemo::Code code, const DiedSince& since) {
    if (code != PhaseMemo::kNoCode) return memo_.leaf(code, reader_, settings_);
    read_group(view_, std::span{&id, 1}, reader_, since, {}, leaves_);
    return PhaseLeaves::of_this_thread(settings_).of(leaves_.front().evidence,
                                                     leaves_.front().wish);
  }

  PhaseMemo::Code code_of(Id<InferenceZone> zone, Id<UsagePoint> id) const {
    const std::size_t says = view_.said(id);
    if (says == LeafReader::kNotPlain) return PhaseMemo::kNoCode;
    const SuspectedLinks& links = view_.input().links;
    if (!links.rows().empty() && links.declared_probability(id) < 1) return PhaseMemo::kNoCode;
    return PhaseMemo::code(says, wish_in(forest_[zone], points_[id].phases));
  }

  const EvidenceView& view_;
  const InferenceForest& forest_;
  const Table<UsagePoint>& points_;
  const LeafReader reader_;
  const GroupSettings settings_;
  PhaseMemo& memo_;
  std::vector<PhaseMemo::Code> codes_, sorted_;
  std::vector<Leaf> leaves_;
  std::vector<PhaseLeaf> scratch_;
  std::vector<const PhaseLeaf*> of_drop_;
};

double sum_where(const ByPhases& column, std::uint8_t phases, bool all) {
  double sum = 0;
  for (std::uint8_t set = 0; set < 8; ++set) {
    const auto both = static_cast<std::uint8_t>(set & phases);
    if (all ? both == phases : both != 0) sum += column[set];
  }
  return std::min(1.0, sum);
}

}  // namespace

bool opens_by_phases(const InferenceForest& forest, Id<InferenceZone> root) {
  const auto zones = forest.zones().subspan(root.index, forest[root].zones_end - root.index);
  return std::ranges::any_of(zones, [](const InferenceZone& z) { return !opens_together(z); });
}

double PhasePosterior::p_open_on(Id<InferenceZone> zone, std::uint8_t phases) const {
  return sum_where(marginals.p_open[entry(zone)], phases, false);
}
double PhasePosterior::p_active_on(Id<InferenceZone> zone, std::uint8_t phases) const {
  return sum_where(marginals.p_active[entry(zone)], phases, false);
}
double PhasePosterior::p_live_on(Id<InferenceZone> zone, std::uint8_t phases) const {
  return sum_where(marginals.p_live[entry(zone)], phases, true);
}

PhasePosterior localise_phases(const EvidenceView& view, Id<InferenceZone> root) {
  const InferenceForest& forest = view.input().forest;
  const std::uint32_t n = forest[root].zones_end - root.index;
  PhasePosterior posterior;
  posterior.root = root;
  posterior.onset = view.onset(root);
  posterior.zones.resize(n);
  Carried{forest, root, posterior}.place();
  const std::vector<std::uint32_t> parent = forest.parents_in_tree(root);
  std::vector<ByPhases>& log_likelihood = posterior.log_likelihood;
  log_likelihood.assign(n, ByPhases{});
  PhaseReader reader{view, root};
  for (std::uint32_t i = 0; i < n; ++i) {
    const Id<InferenceZone> id{root.index + i};
    PhaseZone& zone = posterior.zones[i];
    if (is_all_or_nothing(forest[id], zone)) {
      const bool one_of = zone.one_of;
      zone = gang_operated_zone(view.prior(id).probability, zone.carries);
      zone.one_of = one_of;
    } else {
      zone = opening_by_phases(view, id, zone.carries);
    }
    view.visit_readings(id, [&](const HeardGroup& group) {
      const ByPhases says = reader.multiply(id, group).log_likelihood();
      for (std::size_t t = 0; t < 8; ++t) log_likelihood[i][t] += says[t];
    });
    if (const auto calls = view.zone_calls().find(id); calls != view.zone_calls().end())
      add_calls(calls->second.log_ratio, zone.carries, log_likelihood[i]);
  }
  // With any phase left its links have power.
  const BranchSilence branches = branch_silence(view, root);
  for (const Id<InferenceZone> branch : view.reported_open(root))
    log_likelihood[branch.index - root.index][0] -= branches.added(branch);
  const DiedTogether& died = view.died_together(root);
  for (std::uint32_t i = 0; i < n; ++i) log_likelihood[i][0] -= died.added(i);
  const PhaseTree tree{parent, posterior.zones, log_likelihood};
  infer_phase_marginals(tree, posterior.marginals);
  infer_phase_explanation(tree, posterior.best);
  return posterior;
}

PhaseZone unreported_opening(const EvidenceView& view, Id<InferenceZone> zone,
                             const PhaseZone& placed, double q) {
  PhaseZone opening =
      is_all_or_nothing(view.input().forest[zone], placed)
          ? gang_operated_zone(q, placed.carries)
          : single_phase_zone(q, placed.carries, view.settings().priors.phases_together);
  opening.one_of = placed.one_of;
  return opening;
}

ReportShares phase_report_shares(const EvidenceView& view, Id<InferenceZone> zone,
                                 const PhaseZone& placed, std::uint8_t open) {
  const bool whole = is_all_or_nothing(view.input().forest[zone], placed);
  ReportShares sum;
  visit_phase_reports(
      view, zone, placed.carries,
      [&](const ReportShares& shares, std::uint8_t scope, std::uint8_t open_phases) {
        if (whole || speaks_of(open, scope, open_phases))
          sum.switch_position += shares.switch_position;
        if (!whole && !speaks_of(open, scope, 0)) return;
        sum.fault_indicator += shares.fault_indicator;
        sum.field_report += shares.field_report;
        sum.against += shares.against;
      });
  return sum;
}

double call_log_ratio(double log_ratio, std::uint8_t carries, std::uint8_t live_phases) {
  if (live_phases == 0) return 0;
  const double lit = std::popcount(static_cast<unsigned>(live_phases & carries)) /
                     static_cast<double>(std::popcount(unsigned{carries}));
  return std::log(lit * std::exp(log_ratio) + (1 - lit));
}

PhaseWish phase_wish(const InferenceForest& forest, Id<UsagePoint> usage_point) {
  return wish_in(forest[forest.zone_of(usage_point)],
                 forest.network().usage_points()[usage_point].phases);
}

std::vector<PhaseGroup::Out> usage_point_p_out(const EvidenceView& view,
                                               const PhasePosterior& posterior,
                                               Id<InferenceZone> zone) {
  const ByPhases& p_live = posterior.marginals.p_live[posterior.entry(zone)];
  PhaseReader reader{view, posterior.root};
  std::vector<PhaseGroup::Out> out;
  view.visit_readings(zone, [&](const HeardGroup& heard) {
    const PhaseGroup group = reader.multiply(zone, heard);
    reader.visit_out(zone, heard, group, p_live,
                     [&out](const PhaseGroup::Out& of_leaf) { out.push_back(of_leaf); });
  });
  return out;
}

}  // namespace gridmend
