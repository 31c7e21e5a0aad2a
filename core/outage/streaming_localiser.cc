#include "core/outage/streaming_localiser.h"

#include <algorithm>
#include <tuple>
#include <variant>

#include "core/base/check.h"
#include "core/outage/supply_returns.h"
#include "core/outage/told_reliability.h"
#include "core/outage/water_onset.h"

namespace gridmend {
namespace {

struct Subject {
  Id<UsagePoint> usage_point;
  Id<Device> device;
};

Subject subject_of(const EvidenceKind& kind) {
  return std::visit(
      [](const auto& item) -> Subject {
        if constexpr (requires { item.usage_point; }) {
          return {item.usage_point, {}};
        } else {
          return {{}, item.device};
        }
      },
      kind);
}

}  // namespace

StreamingLocaliser::StreamingLocaliser(const InferenceForest& forest, const Water& water,
                                       const LocaliserSettings& settings, EvidenceBook book,
                                       Time at, SuspectedLinks links)
    : forest_(forest),
      water_(water),
      settings_(settings),
      group_settings_(gridmend::group_settings(settings)),
      book_(std::move(book)),
      at_(at),
      wet_(wet_extent(water, at, settings.priors)),
      links_(std::move(links)) {
  for (const Id<InferenceZone> root : forest.roots()) trees_.emplace_back().root = root;
  index_groups();
  index_links();
  note_everything();
}

std::size_t StreamingLocaliser::place_of_tree(Id<InferenceZone> zone) const {
  const auto it = std::ranges::lower_bound(trees_, forest_.root_of(zone), {}, &Tree::root);
  return static_cast<std::size_t>(it - trees_.begin());
}

std::optional<Time> StreamingLocaliser::onset(Id<InferenceZone> root) const {
  const Tree& tree = trees_[place_of_tree(root)];
  const std::optional<Time> heard = heard_onset(tree);
  return heard ? heard : water_onset(tree);
}

std::optional<Time> StreamingLocaliser::dead_onset(const Tree& tree) {
  if (tree.dead_since.empty()) return std::nullopt;
  return *tree.dead_since.begin();
}

std::optional<Time> StreamingLocaliser::heard_onset(const Tree& tree) const {
  if (tree.faults_seen.empty()) return dead_onset(tree);
  return onset_with_faults(dead_onset(tree), tree.faults_seen, at_, settings_);
}

std::optional<Time> StreamingLocaliser::silence_from(const Tree& tree) const {
  if (const std::optional<Time> heard = heard_onset(tree)) return heard;
  if (const std::optional<Time> water = water_onset(tree)) return water;
  if (!onsets_.empty()) return *onsets_.begin();
  return std::nullopt;
}

bool StreamingLocaliser::is_fresh(const Tree& tree) const {
  return tree.reader && tree.read_at == at_ && tree.silence_from == silence_from(tree) &&
         (tree.faults_seen.empty() || tree.dead_onset == dead_onset(tree));
}

StreamingTree& StreamingLocaliser::fresh(Id<InferenceZone> zone) {
  Tree& tree = tree_of(zone);
  if (tree.tied && ties_are_stale_) retie();
  if (!is_fresh(tree)) read(tree);
  return *tree.zones;
}

void StreamingLocaliser::read(Tree& tree) {
  tree.silence_from = silence_from(tree);
  tree.dead_onset = dead_onset(tree);
  tree.read_at = at_;
  tree.reader.emplace(settings_.reliability, at_, tree.silence_from);
  const std::uint32_t n = forest_[tree.root].zones_end - tree.root.index;
  std::vector<double> prior(n), log_likelihood(n);
  for (std::uint32_t i = 0; i < n; ++i) read_groups(tree, Id<InferenceZone>{tree.root.index + i});
  read_branches(tree);
  read_deaths(tree);
  for (std::uint32_t i = 0; i < n; ++i) {
    const Id<InferenceZone> zone{tree.root.index + i};
    prior[i] = read_prior(tree, zone);
    if (!linked_.empty()) sum_linked(zone);
    log_likelihood[i] = zone_log_likelihood(tree, zone);
  }
  if (tree.zones) {
    tree.zones->assign(prior, log_likelihood);
    return;
  }
  const std::vector<std::uint32_t> parent = forest_.parents_in_tree(tree.root);
  tree.zones.emplace(ZoneTree{parent, prior, log_likelihood});
}

double StreamingLocaliser::read_prior(const Tree& tree, Id<InferenceZone> zone) const {
  return reported_zone_prior(forest_, zone, water_, at_, reports(zone), tree.silence_from,
                             settings_)
      .probability;
}

std::vector<ZoneReport> StreamingLocaliser::reports(Id<InferenceZone> zone) const {
  const auto found = std::ranges::equal_range(reports_, zone, {}, &ZoneReport::zone);
  std::vector<ZoneReport> now{found.begin(), found.end()};
  bool indicated = false;
  for (ZoneReport& report : now) {
    report.evidence = book_.find(report.device);
    indicated = indicated || report.evidence->indicator_passed;
  }
  if (!indicated) return now;
  const Time settled =
      fault_settled_at(forest_, zone, now, std::max(restored_at(zone), reported_back_at(zone)),
                       restorations_, at_ + settings_.reliability.clock_skew);
  const Tree& tree = trees_[place_of_tree(zone)];
  for (ZoneReport& report : now) {
    report.settled = settled;
    report.joined = dead_onset(tree).value_or(kNeverHeard);
  }
  return now;
}

std::vector<Time> StreamingLocaliser::faults_seen(Id<InferenceZone> zone) const {
  std::vector<Time> seen;
  for (const ZoneReport& report : reports(zone)) {
    if (const Time time = fault_seen_at(report); time != kNeverHeard) seen.push_back(time);
  }
  return seen;
}

std::vector<Time> StreamingLocaliser::faults_seen(std::span<const Id<InferenceZone>> zones) const {
  std::vector<Time> seen;
  for (const Id<InferenceZone> zone : zones) {
    const std::vector<Time> its = faults_seen(zone);
    seen.insert(seen.end(), its.begin(), its.end());
  }
  return seen;
}

void StreamingLocaliser::replace_faults(Tree& tree, std::span<const Time> before,
                                        std::span<const Time> after) {
  if (std::ranges::equal(before, after)) return;
  ties_are_stale_ = true;
  for (const Time time : before)
    tree.faults_seen.erase(std::ranges::lower_bound(tree.faults_seen, time));
  for (const Time time : after)
    tree.faults_seen.insert(std::ranges::upper_bound(tree.faults_seen, time), time);
}

void StreamingLocaliser::note_faults_seen() {
  for (Tree& tree : trees_) tree.faults_seen.clear();
  Id<InferenceZone> last;
  for (const ZoneReport& report : reports_) {
    if (report.zone == last) continue;
    last = report.zone;
    replace_faults(tree_of(report.zone), {}, faults_seen(report.zone));
  }
}

Time StreamingLocaliser::dead_since(const MeterEvidence* meter, Id<UsagePoint> usage_point) const {
  return dead_since(meter, usage_point, restored_at(forest_.zone_of(usage_point)));
}

Time StreamingLocaliser::dead_since(const MeterEvidence* meter, Id<UsagePoint> usage_point,
                                    Time zone_restored) const {
  if (meter == nullptr) return kNeverHeard;
  const Id<InferenceZone> zone = forest_.zone_of(usage_point);
  const Time restored = std::max(zone_restored, drop_restored_at(usage_point));
  const Time tripped = tripped_.empty() || !zone.valid() ? kNeverHeard : tripped_[zone.index];
  return dead_signs(*meter, restored, tripped, at_, settings_.reliability).since;
}

Time StreamingLocaliser::open_since(const DeviceEvidence& evidence) const {
  const Time since = evidence.open_since();
  return since <= at_ + settings_.reliability.clock_skew ? since : kNeverHeard;
}

void StreamingLocaliser::replace_sign(Tree& tree, Time before, Time after) {
  if (before == after) return;
  ties_are_stale_ = true;
  if (!tree.dead_since.empty()) onsets_.erase(onsets_.find(*tree.dead_since.begin()));
  if (before != kNeverHeard) tree.dead_since.erase(tree.dead_since.find(before));
  if (after != kNeverHeard) tree.dead_since.insert(after);
  if (!tree.dead_since.empty()) onsets_.insert(*tree.dead_since.begin());
}

void StreamingLocaliser::note_ahead(Id<UsagePoint> usage_point, const MeterEvidence& meter) {
  for (const Time heard :
       {meter.last_gasp, meter.ping_unanswered, meter.call, meter.power_up, meter.live}) {
    if (heard == kNeverHeard) continue;
    const Time visible = heard - settings_.reliability.clock_skew;
    if (visible > at_) ahead_.push({visible, usage_point});
  }
}

void StreamingLocaliser::note_reports() {
  const Time until = at_ + settings_.reliability.clock_skew;
  reports_ = reports_by_zone(forest_, book_);
  for (Tree& tree : trees_) tree.looked_at_water.reset();
  reports_ahead_ = false;
  tripped_ = trips_by_zone(forest_, reports_, until);
  restorations_ = restorations(reports_, until);
  for (const ZoneReport& report : reports_) {
    const DeviceEvidence& e = *report.evidence;
    for (const Time time : {e.position_at, e.report_at, e.restored_at}) {
      reports_ahead_ = reports_ahead_ || (time != kNeverHeard && time > until);
    }
  }
  returns_.read(heard_returns());
  reported_back_ = reported_back(forest_, reports_, until);
}

void StreamingLocaliser::note_everything() {
  for (Tree& tree : trees_) tree.dead_since.clear();
  onsets_.clear();
  call_signs_.clear();
  ahead_ = {};
  note_reports();
  for (const ZoneReport& report : reports_) {
    replace_sign(tree_of(report.zone), kNeverHeard, open_since(*report.evidence));
  }
  note_faults_seen();
  note_calls();
  book_.meters().visit([this](Id<UsagePoint> id, const MeterEvidence& meter) {
    const Id<InferenceZone> zone = forest_.zone_of(id);
    if (!meter.any() || !zone.valid()) return;
    note_ahead(id, meter);
    replace_sign(tree_of(zone), kNeverHeard, dead_since(&meter, id));
  });
  if (forest_.shared_drops().empty()) return;
  const Time until = at_ + settings_.reliability.clock_skew;
  book_.devices().visit([&](Id<Device> device, const DeviceEvidence& evidence) {
    if (!forest_.is_shared_drop(device)) return;
    for (const Time time : {evidence.position_at, evidence.report_at, evidence.restored_at}) {
      reports_ahead_ = reports_ahead_ || (time != kNeverHeard && time > until);
    }
    replace_sign(tree_of(forest_.zone_of(device)), kNeverHeard, open_since(evidence));
  });
}

void StreamingLocaliser::advance(Time at) {
  GRIDMEND_CHECK(at >= at_, "time does not go back");
  std::vector<Id<UsagePoint>> due;
  while (!ahead_.empty() && ahead_.top().visible <= at) {
    due.push_back(ahead_.top().usage_point);
    ahead_.pop();
  }
  std::ranges::sort(due);
  const auto repeated = std::ranges::unique(due);
  due.erase(repeated.begin(), repeated.end());
  std::vector<Time> before;
  for (const Id<UsagePoint> id : due) {
    before.push_back(dead_since(book_.find(id), id));
  }
  at_ = at;
  wet_ = wet_extent(water_, at_, settings_.priors);
  ties_are_stale_ = true;
  if (reports_ahead_) return note_everything();
  for (std::size_t i = 0; i < due.size(); ++i) {
    const Id<InferenceZone> zone = forest_.zone_of(due[i]);
    replace_sign(tree_of(zone), before[i], dead_since(book_.find(due[i]), due[i]));
  }
  for (const Id<UsagePoint> id : due) {
    const Id<InferenceZone> zone = forest_.zone_of(id);
    note_returns(returns_.reread(heard_returns(), zone));
  }
  note_returns(returns_.pass_time(heard_returns()));
  if (calls_ahead_) note_calls();
}

void StreamingLocaliser::replace_leaf(Tree& tree, Id<UsagePoint> usage_point,
                                      const MeterEvidence* before) {
  ties_are_stale_ = ties_are_stale_ || tree.tied;
  // Nothing is lost by this: a tree without a reader is read as a whole.
  const auto is_old = [&](const MeterEvidence* meter) {
    return tree.reader->doublings(tree.reader->lived_at(meter)).has_value();
  };
  if (!is_fresh(tree) || !tree.died.empty() || is_old(before) || is_old(book_.find(usage_point)))
    return tree.reader.reset();
  const Id<InferenceZone> zone = forest_.zone_of(usage_point);
  if (groups_[group_of_[usage_point]].linked)
    return replace_linked_group(tree, zone, group_of_[usage_point]);
  Group& group = groups_[group_of_[usage_point]];
  const bool branches = !tree.branches.empty();
  const SilentShare said_before =
      branches ? silent_share(likelihood(tree, zone, group)) : SilentShare{};
  const DiedSince since = tree.reader->died_since(group.newest);
  const Id<Device> drop = forest_.shared_drop(usage_point);
  const auto run = drop.valid() ? forest_.usage_points_on(drop) : std::span{&usage_point, 1};
  const auto product = [&](const MeterEvidence* meter) {
    return read_run(tree, run, drop, since, usage_point, meter);
  };
  const Time lived =
      std::max(tree.reader->lived_at(before), tree.reader->lived_at(book_.find(usage_point)));
  // Rounding piles up with changes: now and then the product is made anew. So it is when the newest
  // sign of life is another one.
  const bool is_newest = lived != kNeverHeard && lived >= group.newest;
  if (is_newest || ++group.changes >= std::max(group.end - group.begin, 16u)) {
    read_group(tree, zone, group);
  } else {
    add(group, product(before), -1);
    add(group, product(book_.find(usage_point)), 1);
  }
  // What took the newest sign back leaves an old one.
  if (tree.reader->doublings(group.newest)) return tree.reader.reset();
  if (branches) {
    tree.branches.change(zone, silent_share(likelihood(tree, zone, group)) - said_before,
                         [&](Id<InferenceZone> above) {
                           if (above == zone) return;
                           tree.zones->set_log_likelihood(local(above),
                                                          zone_log_likelihood(tree, above));
                         });
  }
  tree.zones->set_log_likelihood(local(zone), zone_log_likelihood(tree, zone));
}

template <class Change>
void StreamingLocaliser::change_meter(Id<UsagePoint> usage_point, Change&& change) {
  const MeterEvidence* known = book_.find(usage_point);
  const std::optional<MeterEvidence> before =
      known == nullptr ? std::nullopt : std::optional{*known};
  const Id<InferenceZone> zone = forest_.zone_of(usage_point);
  const Time since = zone.valid() ? dead_since(known, usage_point) : kNeverHeard;
  change();
  const MeterEvidence* after = book_.find(usage_point);
  if (!zone.valid() || after == nullptr) return;
  Tree& tree = tree_of(zone);
  note_ahead(usage_point, *after);
  replace_sign(tree, since, dead_since(after, usage_point));
  replace_leaf(tree, usage_point, before ? &*before : nullptr);
  if (call_places_.contains(usage_point)) note_call_signs();
  note_returns(returns_.reread(heard_returns(), zone));
}

// That its report may be about; none for what has no supply.
std::vector<Id<InferenceZone>> StreamingLocaliser::zones_spoken_of(Id<Device> device) const {
  const Id<InferenceZone> zone = forest_.zone_of(device);
  if (!zone.valid()) return {};
  const Id<InferenceZone> clears = forest_.clearing_zone(zone);
  if (clears == zone) return {zone};
  return {zone, clears};
}

std::vector<ZoneReport>::iterator StreamingLocaliser::find_report(Id<Device> device) {
  const auto order = [](const ZoneReport& r) { return std::tuple{r.zone, r.device}; };
  for (const Id<InferenceZone> speaks_of : zones_spoken_of(device)) {
    const std::tuple wanted{speaks_of, device};
    const auto it = std::ranges::lower_bound(reports_, wanted, {}, order);
    if (it != reports_.end() && order(*it) == wanted) return it;
  }
  return reports_.end();
}

// Where its report stands may have changed with it (reports_by_zone).
void StreamingLocaliser::place_report(Id<Device> device) {
  const DeviceEvidence& evidence = *book_.find(device);
  const Id<InferenceZone> zone = forest_.zone_of(device);
  if (!zone.valid() || !evidence.any()) return;
  const bool indicator_only =
      evidence.position_at == kNeverHeard && evidence.report_at == kNeverHeard;
  const ZoneReport report{
      indicator_only || forest_.heads(zone, device) ? zone : forest_.clearing_zone(zone), device,
      &evidence};
  const auto order = [](const ZoneReport& r) { return std::tuple{r.zone, r.device}; };
  const auto it = std::ranges::lower_bound(reports_, order(report), {}, order);
  if (it != reports_.end() && order(*it) == order(report)) return;
  reports_.insert(it, report);
}

void StreamingLocaliser::refresh_prior(Id<InferenceZone> zone) {
  Tree& tree = tree_of(zone);
  ties_are_stale_ = ties_are_stale_ || tree.tied;
  if (!is_fresh(tree) || !tree.died.empty()) return tree.reader.reset();
  tree.zones->set_prior(local(zone), read_prior(tree, zone));
}

template <class Change>
void StreamingLocaliser::change_device(Id<Device> device, Change&& change) {
  const DeviceEvidence* known = book_.find(device);
  const DeviceEvidence before = known == nullptr ? DeviceEvidence{} : *known;
  const auto old = find_report(device);
  const Id<InferenceZone> old_zone = old == reports_.end() ? Id<InferenceZone>{} : old->zone;
  const std::vector<Id<InferenceZone>> zones = zones_spoken_of(device);
  const std::vector<Time> faults_before = faults_seen(zones);
  change();
  known = book_.find(device);
  if (known == nullptr || !forest_.zone_of(device).valid()) return;
  const DeviceEvidence& after = *known;
  const Time until = at_ + settings_.reliability.clock_skew;
  const bool is_ahead = std::max({after.position_at, after.report_at, after.restored_at}) > until;
  const bool is_drop = forest_.is_shared_drop(device);
  // What trips or comes back changes what was said behind it.
  const bool moves_signs = after.restored_at != before.restored_at ||
                           after.closed_at != before.closed_at ||
                           after.tripped_at() != before.tripped_at();
  if (moves_signs || is_ahead || reports_ahead_ || is_drop) {
    note_everything();
    tree_of(forest_.zone_of(device)).reader.reset();
    return;
  }
  if (old_zone.valid()) {
    replace_sign(tree_of(old_zone), open_since(before), kNeverHeard);
    reports_.erase(old);
  }
  // Which branches there are decides what their silence comes to.
  const bool was_open = open_since(before) != kNeverHeard;
  if (was_open != (open_since(after) != kNeverHeard))
    tree_of(forest_.zone_of(device)).reader.reset();
  place_report(device);
  tree_of(forest_.zone_of(device)).looked_at_water.reset();
  const auto now = find_report(device);
  if (now != reports_.end()) {
    replace_sign(tree_of(now->zone), kNeverHeard, open_since(after));
    refresh_prior(now->zone);
  }
  replace_faults(tree_of(forest_.zone_of(device)), faults_before, faults_seen(zones));
  if (old_zone.valid()) refresh_prior(old_zone);
}

EvidenceUse StreamingLocaliser::record(const Evidence& evidence, Duration clock_skew) {
  const Subject subject = subject_of(evidence.kind);
  EvidenceUse use = EvidenceUse::unplaced;
  const auto keep = [&] { use = book_.record(evidence, clock_skew); };
  if (subject.usage_point.valid()) {
    change_meter(subject.usage_point, keep);
  } else if (subject.device.valid()) {
    change_device(subject.device, keep);
  } else {
    keep();
    note_calls();
  }
  return use;
}

void StreamingLocaliser::supply_confirmed(Id<UsagePoint> usage_point, Time time) {
  change_meter(usage_point, [&] { book_.supply_confirmed(usage_point, time); });
}

void StreamingLocaliser::device_settled(Id<Device> device, Time time, Finding finding) {
  change_device(device, [&] { book_.device_settled(device, time, finding); });
}

}  // namespace gridmend
