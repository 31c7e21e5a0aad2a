#include "core/outage/switch_doubts.h"

#include <algorithm>
#include <map>
#include <span>

#include "core/outage/flapping.h"

namespace gridmend {
namespace {

class Doubts {
 public:
  Doubts(const LocaliserInput& input, const SwitchState& switches,
         const LocaliserSettings& settings)
      : input_(input), switches_(switches), settings_(settings) {}

  std::vector<DoubtedSwitch> find(std::optional<DarkNodes>& dark) {
    input_.evidence.devices().visit(
        [this](Id<Device> id, const DeviceEvidence& heard) { consider(id, heard); });
    look_at_islands(dark);
    std::vector<DoubtedSwitch> doubted;
    for (const auto& [device, doubt] : doubted_) doubted.push_back(doubt);
    return doubted;
  }

 private:
  Time until() const { return input_.at + settings_.reliability.clock_skew; }
  const NetworkModel& network() const { return input_.forest.network(); }

  void consider(Id<Device> id, const DeviceEvidence& heard) {
    const Device& device = network().devices()[id];
    if (!is_switch(device.kind)) return;
    double as_recorded = 1;
    if (heard.position_doubted() && heard.doubted_at <= until()) {
      as_recorded = settings_.switching.as_recorded;
    } else if (device.normally_open != 0 && heard.position_at <= until()) {
      const double flaps = flapping(changes(heard.opened, heard.closed), settings_.reliability);
      as_recorded = 1 - flaps * (1 - settings_.switching.as_recorded);
    }
    if (as_recorded >= 1) return;
    const bool open = !switches_.conducts(id);
    doubted_[id] = {id, open, true, open ? 1 - as_recorded : as_recorded, 0, 0, 0};
  }

  // Those that ordered openings left without supply.
  void look_at_islands(std::optional<DarkNodes>& dark) {
    std::map<std::uint32_t, Time> darkened;  // by island, by the last of its openings
    visit_ordered_openings(input_, switches_, [&](const Device& device, Time at) {
      if (!dark) dark.emplace(input_.forest, switches_);
      for (const Id<ConnectivityNode> end : {device.from, device.to}) {
        const std::uint32_t island = dark->island_at(end);
        if (island == DarkNodes::kSupplied) continue;
        Time& since = darkened.try_emplace(island, kNeverHeard).first->second;
        since = std::max(since, at);
      }
    });
    for (const auto& [island, since] : darkened) {
      if (shows_life(dark->nodes(island), since)) doubt_border(dark->nodes(island));
    }
  }

  bool shows_life(std::span<const Id<ConnectivityNode>> nodes, Time since) const {
    for (const Id<ConnectivityNode> node : nodes) {
      for (const Id<UsagePoint> id : network().usage_points_at(node)) {
        const MeterEvidence* meter = input_.evidence.find(id);
        if (meter == nullptr || meter->live > until()) continue;
        // Its clock may be wrong by so much.
        const Time after = since + settings_.reliability.clock_skew;
        if (meter->live > after && meter->is_past(after)) return true;
      }
    }
    return false;
  }

  void doubt_border(std::span<const Id<ConnectivityNode>> nodes) {
    for (const Id<ConnectivityNode> node : nodes) {
      for (const auto [id, opposite] : network().incident(node)) {
        const Device& device = network().devices()[id];
        if (device.normally_open == 0 || !is_switch(device.kind) || switches_.conducts(id))
          continue;
        doubted_.try_emplace(
            id, DoubtedSwitch{id, true, false, settings_.switching.tie_closed, 0, 0, 0});
      }
    }
  }

  const LocaliserInput& input_;
  const SwitchState& switches_;
  const LocaliserSettings& settings_;
  std::map<Id<Device>, DoubtedSwitch> doubted_;
};

}  // namespace

std::vector<DoubtedSwitch> find_doubted_switches(const LocaliserInput& input,
                                                 const SwitchState& switches,
                                                 const LocaliserSettings& settings,
                                                 std::optional<DarkNodes>& dark) {
  return Doubts{input, switches, settings}.find(dark);
}

}  // namespace gridmend
