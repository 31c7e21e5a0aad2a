#include "core/outage/evidence_view.h"

#include <algorithm>
#include <cmath>

#include "core/base/parallel_for.h"

namespace gridmend {
namespace {

// What is known of the drop that the usage point shares; nullptr: nothing, or it shares none.
const DeviceEvidence* heard_of_drop(const InferenceForest& forest, const EvidenceBook& book,
                                    Id<UsagePoint> usage_point) {
  const Id<Device> drop = forest.shared_drop(usage_point);
  return drop.valid() ? book.find(drop) : nullptr;
}

}  // namespace

EvidenceView::EvidenceView(const LocaliserInput& input, const LocaliserSettings& settings)
    : input_(input), settings_(settings), reports_(reports_by_zone(input.forest, input.evidence)) {
  note_restorations();
  note_drops();
  note_onsets();
  forget_readings();
}

EvidenceView::EvidenceView(const EvidenceView& other, const LocaliserSettings& settings)
    : input_(other.input_),
      settings_(settings),
      reports_(other.reports_),
      restored_(other.restored_),
      onsets_(other.onsets_),
      earliest_onset_(other.earliest_onset_),
      heard_dead_(other.heard_dead_),
      is_heard_dead_(other.is_heard_dead_),
      drops_heard_of_(other.drops_heard_of_) {
  forget_readings();
}

// Nothing is read yet but what calls and links take.
void EvidenceView::forget_readings() {
  readers_.resize(input_.forest.roots().size());
  readings_.resize(input_.forest.group_count());
  is_read_.assign(input_.forest.zones().size(), 0);
  priors_.resize(input_.forest.zones().size());
  if (!input_.links.rows().empty()) {
    find_linked_zones();
    project_links();
  }
  if (!input_.evidence.calls().empty()) spread_calls();
}

void EvidenceView::note_restorations() {
  const Time until = input_.at + settings_.reliability.clock_skew;
  const auto restored = [until](const ZoneReport& report) {
    return report.evidence->restored_at != kNeverHeard && report.evidence->restored_at <= until;
  };
  if (std::ranges::none_of(reports_, restored)) return;
  const std::span<const InferenceZone> zones = input_.forest.zones();
  restored_.assign(zones.size(), kNeverHeard);
  for (const ZoneReport& report : reports_) {
    if (!restored(report)) continue;
    Time& known = restored_[report.zone.index];
    known = std::max(known, report.evidence->restored_at);
  }
  for (std::size_t z = 0; z < zones.size(); ++z) {
    if (zones[z].parent.valid()) {
      restored_[z] = std::max(restored_[z], restored_[zones[z].parent.index]);
    }
  }
}

void EvidenceView::note_dead(Id<InferenceZone> zone, Time since) {
  const auto [it, fresh] = onsets_.try_emplace(input_.forest.root_of(zone), since);
  if (!fresh) it->second = std::min(it->second, since);
}

// Who was heard to be dark, in runs of usage points by any thread; the runs stay in order.
void EvidenceView::note_meters() {
  constexpr std::size_t kRun = 16'384;
  struct Heard {
    Id<UsagePoint> usage_point;
    Id<InferenceZone> root;
    Time since;
  };
  const std::size_t count = input_.evidence.meters().size();
  std::vector<std::vector<Heard>> runs((count + kRun - 1) / kRun);
  parallel_for(runs.size(), input_.threads, [&](std::size_t run) {
    const std::size_t end = std::min(count, (run + 1) * kRun);
    for (std::size_t i = run * kRun; i < end; ++i) {
      const Id<UsagePoint> id{i};
      const MeterEvidence* meter = input_.evidence.find(id);
      if (meter == nullptr) continue;
      if (!meter->dead_gasp() && !meter->dead_ping() && !meter->dead_call()) continue;
      const Time since = dead_since(id);
      if (since == kNeverHeard) continue;
      runs[run].push_back({id, input_.forest.root_of(input_.forest.zone_of(id)), since});
    }
  });
  is_heard_dead_.assign(input_.forest.network().usage_points().size(), false);
  std::vector<Time> by_root(input_.forest.zones().size(), kNeverHeard);
  for (const std::vector<Heard>& run : runs) {
    for (const Heard& heard : run) {
      heard_dead_.push_back(heard.usage_point);
      is_heard_dead_[heard.usage_point.index] = true;
      Time& earliest = by_root[heard.root.index];
      if (earliest == kNeverHeard || heard.since < earliest) earliest = heard.since;
    }
  }
  for (const Id<InferenceZone> root : input_.forest.roots()) {
    if (by_root[root.index] != kNeverHeard) note_dead(root, by_root[root.index]);
  }
}

void EvidenceView::note_onsets() {
  note_meters();
  const Time until = input_.at + settings_.reliability.clock_skew;
  for (const ZoneReport& report : reports_) {
    const Time since = report.evidence->open_since();
    if (since != kNeverHeard && since <= until) note_dead(report.zone, since);
  }
  note_drops_open();
  note_call_onsets();
  for (const auto& [root, since] : onsets_) {
    earliest_onset_ = std::min(earliest_onset_.value_or(since), since);
  }
}

void EvidenceView::note_drops() {
  if (input_.forest.shared_drops().empty()) return;
  input_.evidence.devices().visit([&](Id<Device> device, const DeviceEvidence& evidence) {
    drops_heard_of_ = drops_heard_of_ || (evidence.any() && input_.forest.is_shared_drop(device));
  });
}

void EvidenceView::note_drops_open() {
  if (!drops_heard_of_) return;
  const Time until = input_.at + settings_.reliability.clock_skew;
  input_.evidence.devices().visit([&](Id<Device> device, const DeviceEvidence& evidence) {
    const Time since = evidence.open_since();
    if (since == kNeverHeard || since > until || !input_.forest.is_shared_drop(device)) return;
    note_dead(input_.forest.zone_of(device), since);
  });
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
  const auto it = onsets_.find(root);
  if (it == onsets_.end()) return std::nullopt;
  return it->second;
}

std::optional<Time> EvidenceView::silence_from(Id<InferenceZone> root) const {
  const std::optional<Time> own = onset(root);
  return own ? own : earliest_onset_;
}

LeafReader EvidenceView::reader(Id<InferenceZone> root) const { return tree_reader(root).leaves; }

const EvidenceView::TreeReader& EvidenceView::tree_reader(Id<InferenceZone> root) const {
  const std::span<const Id<InferenceZone>> roots = input_.forest.roots();
  const auto place = std::ranges::lower_bound(roots, root) - roots.begin();
  std::unique_ptr<const TreeReader>& known = readers_[static_cast<std::size_t>(place)];
  if (known == nullptr) {
    auto made = std::make_unique<TreeReader>(
        TreeReader{{settings_.reliability, input_.at, silence_from(root)}, {}});
    for (std::size_t says = 0; says < LeafReader::kPlain; ++says)
      made->plain[says] = leaf_product(made->leaves.read_plain(says), group_settings());
    known = std::move(made);
  }
  return *known;
}

std::span<const ZoneReport> EvidenceView::reports(Id<InferenceZone> zone) const {
  const auto found = std::ranges::equal_range(reports_, zone, {}, &ZoneReport::zone);
  return {found.begin(), found.end()};
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
  return restored_.empty() ? kNeverHeard : restored_[zone.index];
}

Time EvidenceView::restored_at(Id<UsagePoint> usage_point) const {
  if (restored_.empty() && !drops_heard_of_) return kNeverHeard;
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

DropLeaves EvidenceView::read_drop(Id<Device> drop, std::span<const Id<UsagePoint>> run,
                                   const DiedSince& since) const {
  const TreeReader& tree = tree_reader(input_.forest.root_of(input_.forest.zone_of(drop)));
  return {read_leaves(run, restored_at(run.front()), tree, since), drop_open(drop)};
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
  return gridmend::dead_signs(*meter, restored_at(usage_point), input_.at, settings_.reliability);
}

GroupSettings EvidenceView::group_settings() const {
  return {settings_.priors.premises, settings_.reliability.group_down_if_live,
          settings_.reliability.group_down_if_dead};
}

void EvidenceView::read_groups(Id<InferenceZone> zone) const {
  const TreeReader& reader = tree_reader(input_.forest.root_of(zone));
  for (const Id<ZoneGroup> id : input_.forest.groups(zone)) {
    const std::span<const Id<UsagePoint>> group = input_.forest.usage_points_in(id);
    fetch(group);
    const DiedSince since = died_since(group, reader.leaves);
    HeardGroup& reading = readings_[id.index];
    reading = {id, since.newest, is_linked(group), {}};
    if (!reading.linked) reading.likelihood = group_likelihood(group, zone, reader, since);
  }
  is_read_[zone.index] = 1;
}

GroupLikelihood EvidenceView::group_likelihood(std::span<const Id<UsagePoint>> group,
                                               Id<InferenceZone> zone, const TreeReader& reader,
                                               const DiedSince& since) const {
  GroupAccumulator accumulator{group_settings(), &LeafProducts::of_this_thread(group_settings())};
  input_.forest.visit_drops(group, [&](Id<Device> drop, std::span<const Id<UsagePoint>> run) {
    if (drop.valid()) {
      accumulator.add({read_leaves(run, restored_at(run.front()), reader, since), drop_open(drop)});
    } else {
      accumulator.add({read_leaves(run, restored_at(zone), reader, since), 0});
    }
  });
  return accumulator.finish(since.share);
}

GroupProduct EvidenceView::read_leaves(std::span<const Id<UsagePoint>> usage_points,
                                       Time restored_at, const TreeReader& reader,
                                       const DiedSince& since) const {
  GroupAccumulator accumulator{group_settings(), &LeafProducts::of_this_thread(group_settings())};
  double unheard = 0;
  for (const Id<UsagePoint> id : usage_points) {
    const MeterEvidence* meter = input_.evidence.find(id);
    if (meter == nullptr) {
      ++unheard;
      continue;
    }
    const std::size_t says =
        since.share > 0 ? LeafReader::kNotPlain : reader.leaves.plain(*meter, restored_at);
    if (says == LeafReader::kNotPlain) {
      accumulator.add(reader.leaves.read(meter, restored_at, since));
    } else {
      accumulator.add(reader.plain[says]);
    }
  }
  if (unheard > 0) accumulator.add(reader.leaves.silent(since), unheard);
  return accumulator.product();
}

bool EvidenceView::is_linked(std::span<const Id<UsagePoint>> group) const {
  return !may_hang_elsewhere_.empty() && std::ranges::any_of(group, [this](Id<UsagePoint> id) {
    return may_hang_elsewhere_[id.index];
  });
}

LinkedGroup EvidenceView::linked_group(std::span<const Id<UsagePoint>> group,
                                       Id<InferenceZone> zone, const LeafReader& reader) const {
  std::vector<LinkedLeaf> leaves;
  leaves.reserve(group.size());
  const DiedSince since = died_since(group, reader);
  for (const Id<UsagePoint> id : group) {
    const Id<Device> drop = input_.forest.shared_drop(id);
    const std::span<const SuspectedLink> links = input_.links.of(id);
    leaves.push_back({reader.read(input_.evidence.find(id), restored_at(id), since), links, drop,
                      drop.valid() ? drop_open(drop) : 0, live_elsewhere(links)});
  }
  return {input_.forest, zone, leaves, group_settings(), since.share};
}

double EvidenceView::log_likelihood(Id<InferenceZone> zone) const {
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

void EvidenceView::add_shares(Id<InferenceZone> zone, const LeafReader& reader,
                              Shares& shares) const {
  Shares own;
  for (const Id<UsagePoint> id : input_.forest.own_usage_points(zone)) {
    const MeterEvidence* meter = input_.evidence.find(id);
    if (meter != nullptr) reader.read(meter, restored_at(id), &own);
  }
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
