#include "core/outage/supply_returns.h"

#include <algorithm>
#include <functional>
#include <map>

#include "core/outage/flapping.h"
#include "core/outage/leaf_reader.h"

namespace gridmend {
namespace {

// The first of the newest times that come one after another within `window` of each other, where
// there are two or more of such; kNeverHeard. `times` is sorted.
Time newest_burst(std::vector<Time>& times, Duration window) {
  std::ranges::sort(times);
  std::size_t together = 0;
  for (std::size_t i = times.size(); i-- > 0;) {
    ++together;
    const bool follows = i > 0 && times[i] - times[i - 1] <= window;
    if (follows) continue;
    if (together >= 2) return times[i];
    together = 0;
  }
  return kNeverHeard;
}

Time powered_up(const MeterEvidence* meter, Time until, const ReliabilityParameters& reliability) {
  if (meter == nullptr || meter->power_up == kNeverHeard || meter->power_up > until)
    return kNeverHeard;
  const bool flaps = meter->gasp_slots > 1 && flapping_share(meter->gasp_slots, reliability) > 0;
  return flaps ? kNeverHeard : Time{meter->power_up};
}

// Did anybody behind the zone notice that its supply was gone from `opened` to `closed`?
bool noticed(const InferenceForest& forest, const EvidenceBook& book, Id<InferenceZone> zone,
             Time opened, Time closed, Duration window) {
  const auto within = [&](Time time) { return time >= opened - window && time <= closed; };
  return std::ranges::any_of(forest.usage_points_behind(zone), [&](Id<UsagePoint> id) {
    const MeterEvidence* meter = book.find(id);
    if (meter == nullptr) return false;
    return within(meter->last_gasp) || within(meter->call) || within(meter->ping_unanswered) ||
           (meter->power_up >= closed && meter->power_up <= closed + window);
  });
}

class Returns {
 public:
  Returns(const InferenceForest& forest, const EvidenceBook& book, Time until,
          const ReliabilityParameters& reliability)
      : forest_(forest), book_(book), until_(until), reliability_(reliability) {}

  std::vector<Time> find(std::span<const ZoneReport> reports) {
    for (const ZoneReport& report : reports) hear(report);
    if (book_.any_power_up() && reliability_.back_together > Duration::zero()) hear_power_ups();
    if (told_.empty() && powered_up_.empty()) return {};
    const std::span<const InferenceZone> zones = forest_.zones();
    told_.resize(zones.size(), kNeverHeard);
    for (std::size_t z = 0; z < zones.size(); ++z) {
      if (zones[z].parent.valid()) told_[z] = std::max(told_[z], told_[zones[z].parent.index]);
      if (!powered_up_.empty() && is_later(powered_up_[z], told_[z])) told_[z] = powered_up_[z];
    }
    return std::move(told_);
  }

 private:
  void note(std::vector<Time>& returns, Id<InferenceZone> zone, Time time) const {
    if (time == kNeverHeard || time > until_) return;
    returns.resize(forest_.zones().size(), kNeverHeard);
    returns[zone.index] = std::max(returns[zone.index], time);
  }

  // Later than a return that is known, and no part of it.
  bool is_later(Time time, Time known) const {
    if (time == kNeverHeard || known == kNeverHeard) return time != kNeverHeard;
    return time - reliability_.back_together > known;
  }

  void hear(const ZoneReport& report) {
    const DeviceEvidence& heard = *report.evidence;
    note(told_, report.zone, heard.restored_at);
    if (heard.closed_at == kNeverHeard || heard.closed_at <= heard.restored_at) return;
    const bool flaps = flapping(changes(heard.opened, heard.closed), reliability_) > 0;
    if (!flaps && noticed(forest_, book_, report.zone, heard.stood_open_from, heard.closed_at,
                          reliability_.back_together))
      note(told_, report.zone, heard.closed_at);
  }

  // From the last zone on, so that those behind one are known before it.
  void hear_power_ups() {
    std::map<std::uint32_t, std::vector<Time>, std::greater<>> next_behind;
    Id<InferenceZone> last;  // meters of a zone mostly lie together
    book_.meters().visit([&](Id<UsagePoint> id, const MeterEvidence& meter) {
      if (meter.power_up == kNeverHeard) return;
      const Id<InferenceZone> zone = forest_.zone_of(id);
      const bool tells = zone.valid() && zone != last;
      last = zone;
      // One usage point alone is no burst.
      if (tells && forest_.own_usage_points(zone).size() > 1) next_behind[zone.index];
    });
    while (!next_behind.empty()) {
      const auto [z, behind] = *next_behind.begin();
      next_behind.erase(next_behind.begin());
      std::vector<Time> returns = behind;
      const Id<InferenceZone> zone{z};
      Time own = back_together(forest_, book_, zone, until_, reliability_);
      if (own != kNeverHeard) returns.push_back(own);
      own = std::max(own, newest_burst(returns, reliability_.back_together));
      if (own == kNeverHeard) continue;
      note(powered_up_, zone, own);
      const Id<InferenceZone> parent = forest_[zone].parent;
      if (parent.valid()) next_behind[parent.index].push_back(own);
    }
  }

  const InferenceForest& forest_;
  const EvidenceBook& book_;
  Time until_;
  const ReliabilityParameters& reliability_;
  std::vector<Time> told_, powered_up_;  // by zone
};

}  // namespace

Time back_together(const InferenceForest& forest, const EvidenceBook& book, Id<InferenceZone> zone,
                   Time until, const ReliabilityParameters& reliability) {
  std::vector<Time> times;
  forest.visit_runs(forest.own_usage_points(zone),
                    [&](bool shared, std::span<const Id<UsagePoint>> run) {
                      Time of_drop = kNeverHeard;
                      for (const Id<UsagePoint> id : run) {
                        const Time time = powered_up(book.find(id), until, reliability);
                        if (time == kNeverHeard) continue;
                        if (!shared) times.push_back(time);
                        of_drop = std::max(of_drop, time);
                      }
                      if (shared && of_drop != kNeverHeard) times.push_back(of_drop);
                    });
  return newest_burst(times, reliability.back_together);
}

std::vector<Time> supply_returns(const InferenceForest& forest, const EvidenceBook& book,
                                 std::span<const ZoneReport> reports, Time until,
                                 const ReliabilityParameters& reliability) {
  return Returns{forest, book, until, reliability}.find(reports);
}

}  // namespace gridmend
