#include "core/outage/phase_localiser.h"

#include <algorithm>
#include <bit>
#include <cmath>

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

// Weighs by e^log_odds the openings a report speaks of: those on any phase of `scope`, or if it
// names open phases, those on all of them.
void fold(double log_odds, std::uint8_t scope, std::uint8_t named, PhaseZone& zone) {
  if (log_odds == 0) return;
  const auto named_here = static_cast<std::uint8_t>(named & scope);
  for (std::uint8_t open = 1; open < 8; ++open) {
    const bool speaks = named_here != 0 ? (open & named_here) == named_here : (open & scope) != 0;
    if (speaks) zone.opening[open] *= std::exp(log_odds);
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

PhaseZone opening_by_phases(const EvidenceView& view, Id<InferenceZone> id, std::uint8_t carries) {
  const LocaliserInput& input = view.input();
  const LocaliserSettings& settings = view.settings();
  PhaseZone zone =
      single_phase_zone(view.prior(id).before_reports, carries, settings.priors.phases_together);
  const std::optional<Time> from = view.silence_from(input.forest.root_of(id));
  const Time until = input.at + settings.reliability.clock_skew;
  const bool several = input.forest.members(id).size() > 1;
  bool told = false;
  for (const ZoneReport& report : view.reports(id)) {
    const ReportShares shares = report_shares({&report, 1}, from, until, settings.reliability);
    std::uint8_t scope = carries;
    if (several && input.forest.heads(id, report.device)) {
      const std::uint8_t own =
          input.forest.network().devices()[report.device].phases.live_bits() & carries;
      if (own != 0) scope = own;
    }
    fold(shares.switch_position, scope, report.evidence->open_phases.live_bits(), zone);
    fold(shares.fault_indicator + shares.field_report, scope, 0, zone);
    told = told || shares.sum() != 0;
  }
  if (told) normalise(settings.reliability.report_clip, zone);
  return zone;
}

// A usage point that may hang elsewhere lives as if it did, with the probability that it does.
void temper(double declared, LeafEvidence& leaf) {
  if (declared >= 1) return;
  const auto mix = [declared](double log_live, double& log_other) {
    log_other = log_add(std::log(declared) + log_other, std::log1p(-declared) + log_live);
  };
  mix(leaf.link_live, leaf.link_dead);
  mix(leaf.other_live, leaf.other_dead);
  mix(leaf.other_live, leaf.other_partly);
}

void read_group(const EvidenceView& view, std::span<const Id<UsagePoint>> group,
                const LeafReader& reader, const DiedSince& since, std::vector<Leaf>& leaves) {
  const SuspectedLinks& links = view.input().links;
  leaves.clear();
  for (const Id<UsagePoint> id : group) {
    LeafEvidence leaf = reader.read(view.input().evidence.find(id), view.restored_at(id), since);
    if (!links.rows().empty()) temper(links.declared_probability(id), leaf);
    leaves.push_back(
        {leaf, phase_wish(view.input().forest, id), view.input().forest.shared_drop(id)});
  }
}

// A call that names no usage point is of one on any of the zone's phases, alike.
void add_calls(double log_ratio, std::uint8_t carries, ByPhases& log_likelihood) {
  for (std::uint8_t t = 1; t < 8; ++t) {
    const double lit = std::popcount(static_cast<unsigned>(t & carries)) /
                       static_cast<double>(std::popcount(unsigned{carries}));
    log_likelihood[t] += std::log(lit * std::exp(log_ratio) + (1 - lit));
  }
}

// What the leaves that share this one's drop make together; nothing where it shares none.
PhaseDrop drop_of(const EvidenceView& view, std::span<const Leaf> leaves, Id<Device> drop) {
  PhaseDrop product;
  if (!drop.valid()) return product;
  product.open = view.drop_open(drop);
  const PhaseGroup group{view.group_settings(), 0,
                         &PhaseLeaves::of_this_thread(view.group_settings())};
  for (const Leaf& leaf : leaves) {
    if (leaf.drop == drop) group.add_to(product, leaf.evidence, leaf.wish);
  }
  return product;
}

// Calls visitor(drop, its leaves) in order; a leaf without a shared drop comes by itself.
template <class Visitor>
void visit_runs(const EvidenceView& view, std::span<const Leaf> leaves, Visitor visitor) {
  while (!leaves.empty()) {
    const Id<Device> drop = leaves.front().drop;
    std::size_t size = 1;
    while (drop.valid() && size < leaves.size() && leaves[size].drop == drop) ++size;
    visitor(drop_of(view, leaves.first(size), drop), leaves.first(size));
    leaves = leaves.subspan(size);
  }
}

PhaseGroup multiply(const EvidenceView& view, std::span<const Leaf> leaves, double died_since) {
  PhaseGroup group{view.group_settings(), died_since,
                   &PhaseLeaves::of_this_thread(view.group_settings())};
  visit_runs(view, leaves, [&](const PhaseDrop& drop, std::span<const Leaf> run) {
    if (run.front().drop.valid()) {
      group.add(drop);
    } else {
      group.add(run.front().evidence, run.front().wish);
    }
  });
  return group;
}

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
  const LeafReader reader = view.reader(root);
  PhasePosterior posterior;
  posterior.root = root;
  posterior.onset = view.onset(root);
  posterior.zones.resize(n);
  Carried{forest, root, posterior}.place();
  const std::vector<std::uint32_t> parent = forest.parents_in_tree(root);
  std::vector<ByPhases> log_likelihood(n, ByPhases{});
  std::vector<Leaf> leaves;
  for (std::uint32_t i = 0; i < n; ++i) {
    const Id<InferenceZone> id{root.index + i};
    PhaseZone& zone = posterior.zones[i];
    if (opens_together(forest[id]) || zone.one_of || is_single(zone.carries)) {
      const bool one_of = zone.one_of;
      zone = gang_operated_zone(view.prior(id).probability, zone.carries);
      zone.one_of = one_of;
    } else {
      zone = opening_by_phases(view, id, zone.carries);
    }
    view.visit_readings(id, [&](const HeardGroup& group) {
      const DiedSince since = reader.died_since(group.newest);
      read_group(view, view.members(group), reader, since, leaves);
      const ByPhases says = multiply(view, leaves, since.share).log_likelihood();
      for (std::size_t t = 0; t < 8; ++t) log_likelihood[i][t] += says[t];
    });
    if (const auto calls = view.zone_calls().find(id); calls != view.zone_calls().end())
      add_calls(calls->second.log_ratio, zone.carries, log_likelihood[i]);
  }
  const PhaseTree tree{parent, posterior.zones, log_likelihood};
  infer_phase_marginals(tree, posterior.marginals);
  infer_phase_explanation(tree, posterior.best);
  return posterior;
}

PhaseWish phase_wish(const InferenceForest& forest, Id<UsagePoint> usage_point) {
  const InferenceZone& zone = forest[forest.zone_of(usage_point)];
  if (zone.feeding_phases.one_of()) return {PhaseWish::Kind::any, kAllPhases};
  const std::uint8_t feeding = feeding_bits(zone);
  const PhaseSet wanted = forest.network().usage_points()[usage_point].phases;
  const auto here = static_cast<std::uint8_t>(wanted.live_bits() & feeding);
  if (wanted.live_bits() == 0) return {PhaseWish::Kind::together, feeding};
  // A phase the zone does not have: one of those it has.
  if (here == 0) return {PhaseWish::Kind::one_of, feeding};
  return {wanted.one_of() ? PhaseWish::Kind::one_of : PhaseWish::Kind::each, here};
}

std::vector<PhaseGroup::Out> usage_point_p_out(const EvidenceView& view,
                                               const PhasePosterior& posterior,
                                               Id<InferenceZone> zone) {
  const LeafReader reader = view.reader(posterior.root);
  const ByPhases& p_live = posterior.marginals.p_live[posterior.entry(zone)];
  std::vector<PhaseGroup::Out> out;
  std::vector<Leaf> leaves;
  view.visit_readings(zone, [&](const HeardGroup& heard) {
    const DiedSince since = reader.died_since(heard.newest);
    read_group(view, view.members(heard), reader, since, leaves);
    const PhaseGroup group = multiply(view, leaves, since.share);
    visit_runs(view, leaves, [&](const PhaseDrop& drop, std::span<const Leaf> run) {
      for (const Leaf& leaf : run) {
        out.push_back(group.p_out(leaf.evidence, leaf.wish, p_live, drop));
      }
    });
  });
  return out;
}

}  // namespace gridmend
