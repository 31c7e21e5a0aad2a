#include "core/outage/evidence_view.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>

#include "core/outage/after_restoration.h"

namespace gridmend {
namespace {

// What is known of the drop that the usage point shares; nullptr: nothing, or it shares none.
const DeviceEvidence* heard_of_drop(const InferenceForest& forest, const EvidenceBook& book,
                                    Id<UsagePoint> usage_point) {
  const Id<Device> drop = forest.shared_drop(usage_point);
  return drop.valid() ? book.find(drop) : nullptr;
}

std::shared_ptr<const LocaliserSettings> own_settings(const LocaliserSettings& settings,
                                                      const EvidenceBook& book) {
  auto told = with_told_sources(settings, book.sources());
  if (!told) return nullptr;
  return std::make_shared<const LocaliserSettings>(std::move(*told));
}

}  // namespace

EvidenceView::EvidenceView(const LocaliserInput& input, const LocaliserSettings& settings)
    : input_(input),
      own_settings_(own_settings(settings, input.evidence)),
      settings_(own_settings_ != nullptr ? *own_settings_ : settings),
      group_terms_(group_terms(input.forest.network(), settings_)),
      heard_(std::make_shared<Heard>()) {
  heard_->reports = reports_by_zone(input.forest, input.evidence);
  note_restorations();
  note_trips();
  note_drops();
  note_onsets();
  note_words();
  note_callers();
  forget_readings();
}

EvidenceView::EvidenceView(const EvidenceView& other, const LocaliserSettings& settings)
    : input_(other.input_),
      settings_(settings),
      group_terms_(group_terms(input_.forest.network(), settings_)),
      heard_(other.heard_),
      priors_(other.priors_) {
  for (const ZoneReport& report : heard_->reports) priors_[report.zone.index].reset();
  forget_readings();
}

// Nothing is read yet but what calls and links take.
void EvidenceView::forget_readings() {
  readers_.resize(input_.forest.roots().size());
  if (!heard_->reported_open.empty()) branches_.resize(input_.forest.roots().size());
  died_.resize(input_.forest.roots().size());
  readings_.resize(input_.forest.group_count());
  is_read_.assign(input_.forest.zones().size(), 0);
  priors_.resize(input_.forest.zones().size());
  if (!input_.links.rows().empty()) {
    find_linked_zones();
    project_links();
  }
  if (!input_.evidence.calls().empty()) spread_calls();
}

void EvidenceView::find_linked_zones() {
  const InferenceForest& forest = input_.forest;
  may_hang_elsewhere_.assign(forest.network().usage_points().size(), false);
  linked_.assign(forest.zones().size(), 0);
  links_spread_.assign(forest.zones().size(), 0);
  std::vector<Id<InferenceZone>>& zones = linked_zones_;
  for (const SuspectedLink& link : input_.links.rows()) {
    may_hang_elsewhere_[link.usage_point.index] = true;
    const Id<InferenceZone> zone = forest.zone_of(link.usage_point);
    if (zone.valid()) zones.push_back(zone);
  }
  std::ranges::sort(zones);
  const auto repeated = std::ranges::unique(zones);
  zones.erase(repeated.begin(), repeated.end());
}

// What links to other trees say of those is known by then (project_links).
void EvidenceView::spread_links(Id<InferenceZone> root) const {
  const LeafReader leaves = reader(root);
  const auto spread = [this](std::span<const Id<UsagePoint>>, const LinkedGroup& group) {
    for (const ZoneShare& share : group.shares()) linked_[share.zone.index] += share.log_ratio;
  };
  auto zone = std::ranges::lower_bound(linked_zones_, root);
  for (; zone != linked_zones_.end() && zone->index < input_.forest[root].zones_end; ++zone) {
    visit_groups(
        *zone, leaves, [](const auto&, const auto&) {}, spread);
  }
  links_spread_[root.index] = 1;
}

double EvidenceView::linked(Id<InferenceZone> zone) const {
  if (linked_.empty()) return 0;
  const Id<InferenceZone> root = input_.forest.root_of(zone);
  if (links_spread_[root.index] == 0) spread_links(root);
  return linked_[zone.index];
}

std::optional<Time> EvidenceView::onset(Id<InferenceZone> root) const {
  const auto fault = heard_->fault_onsets.find(root);
  if (fault != heard_->fault_onsets.end()) return fault->second;
  const auto it = heard_->onsets.find(root);
  if (it != heard_->onsets.end()) return it->second;
  const auto water = heard_->water_onsets.find(root);
  if (water == heard_->water_onsets.end()) return std::nullopt;
  return water->second;
}

std::optional<Time> EvidenceView::silence_from(Id<InferenceZone> root) const {
  const std::optional<Time> own = onset(root);
  return own ? own : heard_->earliest_onset;
}

LeafReader EvidenceView::reader(Id<InferenceZone> root) const { return tree_reader(root).leaves; }

std::size_t EvidenceView::place_of(Id<InferenceZone> root) const {
  const std::span<const Id<InferenceZone>> roots = input_.forest.roots();
  return static_cast<std::size_t>(std::ranges::lower_bound(roots, root) - roots.begin());
}

const EvidenceView::TreeReader& EvidenceView::tree_reader(Id<InferenceZone> root) const {
  std::unique_ptr<const TreeReader>& known = readers_[place_of(root)];
  if (known == nullptr) {
    known =
        std::make_unique<TreeReader>(make_reader(root, settings_.reliability, group_settings()));
  }
  return *known;
}

EvidenceView::TreeReader EvidenceView::make_reader(Id<InferenceZone> root,
                                                   const ReliabilityParameters& reliability,
                                                   const GroupSettings& group) const {
  static std::atomic<std::uint64_t> numbers{0};
  TreeReader made{{reliability, input_.at, silence_from(root)}, {}, ++numbers};
  for (std::size_t says = 0; says < LeafReader::kPlain; ++says)
    made.plain[says] = leaf_product(made.leaves.read_plain(says), group);
  return made;
}

const GroupTerms* EvidenceView::own_terms(std::span<const Id<UsagePoint>> group) const {
  if (group_terms_.empty() || group.empty()) return nullptr;
  const auto& points = input_.forest.network().usage_points();
  const auto known = group_terms_.find(points[group.front()].communication_group);
  return known == group_terms_.end() ? nullptr : &known->second;
}

LeafReader EvidenceView::reader(Id<InferenceZone> root,
                                std::span<const Id<UsagePoint>> group) const {
  const GroupTerms* own = own_terms(group);
  if (own == nullptr) return reader(root);
  return {own->reliability, input_.at, silence_from(root)};
}

GroupSettings EvidenceView::group_settings(std::span<const Id<UsagePoint>> group) const {
  const GroupTerms* own = own_terms(group);
  return own == nullptr ? group_settings() : own->group;
}

std::span<const ZoneReport> EvidenceView::reports(Id<InferenceZone> zone) const {
  const auto found = std::ranges::equal_range(heard_->reports, zone, {}, &ZoneReport::zone);
  return {found.begin(), found.end()};
}

const ZoneReport* EvidenceView::report_of(Id<Device> device) const {
  const Id<InferenceZone> zone = input_.forest.zone_of(device);
  if (!zone.valid()) return nullptr;
  for (const Id<InferenceZone> about : {zone, input_.forest.clearing_zone(zone)}) {
    const std::span<const ZoneReport> its = reports(about);
    const auto found = std::ranges::lower_bound(its, device, {}, &ZoneReport::device);
    if (found != its.end() && found->device == device) return &*found;
  }
  return nullptr;
}

ZonePrior EvidenceView::prior(Id<InferenceZone> zone) const {
  std::optional<ZonePrior>& known = priors_[zone.index];
  if (!known) known = prior(zone, input_.water);
  return *known;
}

ZonePrior EvidenceView::prior(Id<InferenceZone> zone, const Water& water) const {
  return reported_zone_prior(input_.forest, zone, water, input_.at, reports(zone),
                             silence_from(input_.forest.root_of(zone)), settings_);
}

Time EvidenceView::restored_at(Id<InferenceZone> zone) const {
  return heard_->restored.empty() || !zone.valid() ? kNeverHeard : heard_->restored[zone.index];
}

Time EvidenceView::reported_back_at(Id<InferenceZone> zone) const {
  const std::vector<Time>& reported = heard_->reported_back;
  return reported.empty() || !zone.valid() ? kNeverHeard : reported[zone.index];
}

Time EvidenceView::restored_at(Id<UsagePoint> usage_point) const {
  if (heard_->restored.empty() && !heard_->drops) return kNeverHeard;
  const Time above = restored_at(input_.forest.zone_of(usage_point));
  const DeviceEvidence* drop = heard_of_drop(input_.forest, input_.evidence, usage_point);
  if (drop == nullptr || drop->restored_at > input_.at + settings_.reliability.clock_skew) {
    return above;
  }
  return std::max(above, drop->restored_at);
}

double EvidenceView::drop_open(Id<Device> drop) const {
  if (input_.evidence.find(drop) == nullptr) return settings_.priors.premises;
  const Id<InferenceZone> zone = input_.forest.zone_of(drop);
  return reported_drop_open(input_.evidence.find(drop), input_.at,
                            silence_from(input_.forest.root_of(zone)), settings_);
}

double EvidenceView::drop_of_run_open(std::span<const Id<UsagePoint>> run) const {
  return heard_->drops ? drop_open(input_.forest.shared_drop(run.front()))
                       : settings_.priors.premises;
}

DropLeaves EvidenceView::read_drop(Id<InferenceZone> root, std::span<const Id<UsagePoint>> run,
                                   const DiedSince& since) const {
  if (const GroupTerms* own = own_terms(run))
    return read_drop(run, make_reader(root, own->reliability, own->group), own->group, since);
  return read_drop(run, tree_reader(root), group_settings(), since);
}

DropLeaves EvidenceView::read_drop(std::span<const Id<UsagePoint>> run, const TreeReader& reader,
                                   const GroupSettings& settings, const DiedSince& since) const {
  const DiedSince of_drop = died_since(run, reader);
  return {read_leaves(run, restored_at(run.front()), reader, settings, since, of_drop),
          drop_of_run_open(run), of_drop.share};
}

DiedSince EvidenceView::died_since(std::span<const Id<UsagePoint>> group,
                                   const LeafReader& reader) const {
  Time newest = kNeverHeard;
  for (const Id<UsagePoint> id : group) {
    newest = std::max(newest, reader.lived_at(input_.evidence.find(id)));
  }
  return reader.died_since(newest);
}

// Meters lie by id, groups do not: reading them one by one waits for memory once each.
void EvidenceView::fetch(std::span<const Id<UsagePoint>> group) const {
  for (const Id<UsagePoint> id : group) {
    const auto* const meter = reinterpret_cast<const char*>(input_.evidence.find(id));
    if (meter == nullptr) continue;
    __builtin_prefetch(meter);
    __builtin_prefetch(meter + sizeof(MeterEvidence) - 1);
  }
}

DeadSigns EvidenceView::dead_signs(Id<UsagePoint> usage_point) const {
  const MeterEvidence* meter = input_.evidence.find(usage_point);
  const Id<InferenceZone> zone = input_.forest.zone_of(usage_point);
  if (meter == nullptr || !zone.valid()) return {};
  const Time tripped = heard_->tripped.empty() ? kNeverHeard : heard_->tripped[zone.index];
  return gridmend::dead_signs(*meter, restored_at(usage_point), tripped, input_.at,
                              settings_.reliability);
}

GroupSettings EvidenceView::group_settings() const { return gridmend::group_settings(settings_); }

// What shared drops add to their groups where all their leaves say plain things: most of a tree's
// say one of a few, so what was asked for lately is not worked out again.
class EvidenceView::DropProducts {
 public:
  static DropProducts& of_this_thread() {
    thread_local DropProducts known;
    return known;
  }

  // How many leaves say what, eight bits each. Of so many leaves at the most.
  static constexpr std::size_t kMost = 255;
  using Words = std::uint64_t;
  static Words word(std::size_t says) { return Words{1} << 8 * says; }

  const GroupProduct& of(const TreeReader& tree, Words words, double open,
                         const GroupSettings& settings) {
    const std::uint64_t mixed = (words ^ tree.number ^ std::bit_cast<std::uint64_t>(open)) *
                                std::uint64_t{0x9e3779b97f4a7c15};
    Known& known = known_[mixed >> 56U];
    if (known.tree == tree.number && known.words == words && known.open == open)
      return known.product;
    GroupAccumulator leaves{settings};
    for (std::size_t says = 0; says < LeafReader::kPlain; ++says) {
      const auto times = static_cast<std::uint8_t>(words >> 8 * says);
      if (times > 0) leaves.add(tree.plain[says], times);
    }
    known = {tree.number, words, open, drop_product({leaves.product(), open})};
    return known.product;
  }

 private:
  struct Known {
    std::uint64_t tree = 0;
    Words words = 0;
    double open = 0;
    GroupProduct product;
  };
  std::array<Known, 256> known_;
};

void EvidenceView::read_groups(Id<InferenceZone> zone) const {
  const Id<InferenceZone> root = input_.forest.root_of(zone);
  for (const Id<ZoneGroup> id : input_.forest.groups(zone)) {
    const std::span<const Id<UsagePoint>> group = input_.forest.usage_points_in(id);
    const GroupTerms* own = own_terms(group);
    std::optional<TreeReader> mine;
    if (own != nullptr) mine.emplace(make_reader(root, own->reliability, own->group));
    const TreeReader& reader = mine ? *mine : tree_reader(root);
    const DiedSince since = died_since(group, reader);
    if (since.share > 0) fetch(group);
    HeardGroup& reading = readings_[id.index];
    reading = {id, since.newest, is_linked(group), {}};
    if (!reading.linked) reading.likelihood = group_likelihood(group, zone, reader, since);
  }
  is_read_[zone.index] = 1;
}

// Where one is fresh, how old the others are makes no difference.
DiedSince EvidenceView::died_since(std::span<const Id<UsagePoint>> group,
                                   const TreeReader& reader) const {
  Time newest = kNeverHeard;
  for (const Id<UsagePoint> id : group) {
    const std::size_t says = heard_->said[id.index];
    if (LeafReader::lives_plainly(says)) return reader.leaves.died_since(input_.at);
    if (says == LeafReader::kNotPlain)
      newest = std::max(newest, reader.leaves.lived_at(input_.evidence.find(id)));
  }
  return reader.leaves.died_since(newest);
}

GroupLikelihood EvidenceView::group_likelihood(std::span<const Id<UsagePoint>> group,
                                               Id<InferenceZone> zone, const TreeReader& reader,
                                               const DiedSince& since) const {
  const GroupSettings settings = group_settings(group);
  GroupAccumulator accumulator{settings};
  DropProducts& known = DropProducts::of_this_thread();
  input_.forest.visit_runs(group, [&](bool shared, std::span<const Id<UsagePoint>> run) {
    if (!shared)
      return accumulator.add(read_leaves(run, restored_at(zone), reader, settings, since));
    DropProducts::Words words = 0;
    bool plain = since.share <= 0 && run.size() <= DropProducts::kMost;
    for (const Id<UsagePoint> id : run) {
      const std::size_t says = heard_->said[id.index];
      plain = plain && says != LeafReader::kNotPlain;
      if (!plain) break;
      words += DropProducts::word(says);
    }
    if (plain) return accumulator.add(known.of(reader, words, drop_of_run_open(run), settings));
    accumulator.add(read_drop(run, reader, settings, since));
  });
  if (!came_back(*this, zone)) return accumulator.finish(since.share);
  const GroupProduct& product = accumulator.product();
  return gridmend::group_likelihood(product, after_restoration(settings, product), since.share);
}

GroupProduct EvidenceView::read_leaves(std::span<const Id<UsagePoint>> usage_points,
                                       Time restored_at, const TreeReader& reader,
                                       const GroupSettings& settings, const DiedSince& since,
                                       const DiedSince& of_drop) const {
  const bool aged = since.share > 0 || of_drop.share > 0;
  GroupAccumulator accumulator{settings, &LeafProducts::of_this_thread(settings)};
  std::array<std::uint32_t, LeafReader::kPlain> plain{};
  double unheard = 0;
  for (const Id<UsagePoint> id : usage_points) {
    const std::size_t says = heard_->said[id.index];
    if (!aged && says != LeafReader::kNotPlain) {
      ++plain[says];
    } else if (const MeterEvidence* meter = input_.evidence.find(id); meter != nullptr) {
      accumulator.add(reader.leaves.read(meter, restored_at, since, of_drop));
    } else {
      ++unheard;
    }
  }
  for (std::size_t says = 0; says < plain.size(); ++says) {
    if (plain[says] > 0) accumulator.add(reader.plain[says], plain[says]);
  }
  if (unheard > 0)
    accumulator.add(reader.leaves.read(nullptr, restored_at, since, of_drop), unheard);
  return accumulator.product();
}

bool EvidenceView::is_linked(std::span<const Id<UsagePoint>> group) const {
  return !may_hang_elsewhere_.empty() && std::ranges::any_of(group, [this](Id<UsagePoint> id) {
    return may_hang_elsewhere_[id.index];
  });
}

LinkedGroup EvidenceView::linked_group(std::span<const Id<UsagePoint>> group,
                                       Id<InferenceZone> zone, const LeafReader& of_tree) const {
  const GroupTerms* own = own_terms(group);
  const LeafReader reader =
      own == nullptr ? of_tree : this->reader(input_.forest.root_of(zone), group);
  std::vector<LinkedLeaf> leaves;
  leaves.reserve(group.size());
  const DiedSince since = died_since(group, reader);
  input_.forest.visit_drops(group, [&](Id<Device> drop, std::span<const Id<UsagePoint>> run) {
    const DiedSince of_drop = drop.valid() ? died_since(run, reader) : DiedSince{};
    const double open = drop.valid() ? drop_open(drop) : 0;
    for (const Id<UsagePoint> id : run) {
      const std::span<const SuspectedLink> links = input_.links.of(id);
      leaves.push_back({reader.read(input_.evidence.find(id), restored_at(id), since, of_drop),
                        links, drop, open, live_elsewhere(links), of_drop.share});
    }
  });
  GroupSettings settings = group_settings(group);
  if (came_back(*this, zone)) settings = after_restoration(settings, all_silent(leaves));
  return {input_.forest, zone, leaves, settings, since.share};
}

std::span<const Id<InferenceZone>> EvidenceView::reported_open(Id<InferenceZone> root) const {
  const std::vector<Id<InferenceZone>>& all = heard_->reported_open;
  const auto first = std::ranges::lower_bound(all, root);
  return {first, std::ranges::lower_bound(all, Id<InferenceZone>{input_.forest[root].zones_end})};
}

const BranchSilence& EvidenceView::branch_silence(Id<InferenceZone> root) const {
  static const BranchSilence kNone;
  if (branches_.empty()) return kNone;
  std::unique_ptr<const BranchSilence>& known = branches_[place_of(root)];
  if (known == nullptr) {
    const std::span<const Id<InferenceZone>> open = reported_open(root);
    const std::map<Id<InferenceZone>, SilentShare> linked =
        open.empty() ? std::map<Id<InferenceZone>, SilentShare>{} : linked_silence(root);
    known = std::make_unique<const BranchSilence>(
        input_.forest, open, branch_settings(settings_.reliability), [&](Id<InferenceZone> zone) {
          SilentShare share;
          if (const auto it = linked.find(zone); it != linked.end()) share += it->second;
          visit_readings(zone, [&share](const HeardGroup& reading) {
            if (!reading.linked) share += silent_share(reading.likelihood);
          });
          return share;
        });
  }
  return *known;
}

double EvidenceView::log_likelihood(Id<InferenceZone> zone) const {
  const Id<InferenceZone> root = input_.forest.root_of(zone);
  const double apart =
      log_likelihood_apart(zone) + died_together(root).added(zone.index - root.index);
  if (!std::ranges::binary_search(heard_->reported_open, zone)) return apart;
  return apart + branch_silence(root).added(zone);
}

double EvidenceView::log_likelihood_apart(Id<InferenceZone> zone) const {
  double sum = linked(zone);
  if (const auto said = link_messages_.find(zone); said != link_messages_.end())
    sum += said->second;
  if (const auto calls = zone_calls_.find(zone); calls != zone_calls_.end())
    sum += calls->second.log_ratio;
  visit_readings(zone, [&sum](const HeardGroup& reading) {
    if (!reading.linked) sum += reading.likelihood.log_ratio();
  });
  return sum;
}

void EvidenceView::add_said(Id<UsagePoint> usage_point, const LeafReader& reader,
                            Shares& shares) const {
  const MeterEvidence* meter = input_.evidence.find(usage_point);
  if (meter == nullptr) return;
  const std::span<const Id<UsagePoint>> itself{&usage_point, 1};
  const Time restored = restored_at(usage_point);
  if (own_terms(itself) == nullptr) {
    reader.read(meter, restored, &shares);
  } else {
    const Id<InferenceZone> root = input_.forest.root_of(input_.forest.zone_of(usage_point));
    this->reader(root, itself).read(meter, restored, &shares);
  }
}

void EvidenceView::add_shares(Id<InferenceZone> zone, const LeafReader& reader,
                              Shares& shares) const {
  Shares own;
  for (const Id<UsagePoint> id : input_.forest.own_usage_points(zone)) add_said(id, reader, own);
  if (const auto calls = zone_calls_.find(zone); calls != zone_calls_.end())
    own.add(ShareKind::trouble_call, -calls->second.log_ratio, calls->second.items);
  double items = 0;
  for (int kind = 0; kind < kShareKinds; ++kind) {
    const auto k = static_cast<std::size_t>(kind);
    items += own.log_odds[k];
    shares.add(static_cast<ShareKind>(kind), own.log_odds[k], own.items[k]);
  }
  shares.add(ShareKind::silence, -log_likelihood(zone) - items, 0);
}

}  // namespace gridmend
