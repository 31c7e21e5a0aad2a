#include "data/ingest/network_checks.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace gridmend {
namespace {

constexpr std::size_t kNamedSwitches = 8;

class NetworkChecks {
 public:
  NetworkChecks(const SupplyForest& forest, const SwitchState& switches, BuiltNetwork& built)
      : forest_(forest), network_(forest.network()), switches_(switches), built_(built) {}

  void run() {
    find_loops();
    find_islands();
    compare_feeders();
    find_idle_transformers();
    complete_ledger();
  }

 private:
  struct Loop {
    std::vector<Id<Device>> devices;
    bool between_sources = false;  // it closes through two sources, not through one
  };

  void add(Id<Device> device, DefectClass defect_class, DefectSeverity severity,
           std::string message, std::string action) {
    ErrorPlace place = built_.layers.at(built_.layer_of_device.at(device.index));
    place.feature_id = network_.mrid(device);
    built_.defects.add({defect_class, severity, std::move(place), std::move(message),
                        std::move(action), network_.devices()[device].position});
  }

  // The loop that a device closes: itself and the paths from its ends to where they meet.
  Loop loop_of(Id<Device> closing) const {
    const Device& device = network_.devices()[closing];
    Loop loop;
    loop.devices.push_back(closing);
    Id<ConnectivityNode> a = device.from, b = device.to;
    while (a != b) {
      // Of two nodes neither of which is behind the other both go up.
      if (!forest_.is_behind(b, a)) {
        if (!forest_.parent_device(a).valid()) break;
        loop.devices.push_back(forest_.parent_device(a));
        a = forest_.parent(a);
      } else {
        if (!forest_.parent_device(b).valid()) break;
        loop.devices.push_back(forest_.parent_device(b));
        b = forest_.parent(b);
      }
    }
    if (a == b) return loop;
    loop.between_sources = true;
    while (forest_.parent_device(b).valid()) {
      loop.devices.push_back(forest_.parent_device(b));
      b = forest_.parent(b);
    }
    return loop;
  }

  std::string named_switches(const Loop& loop) const {
    std::string names;
    std::size_t count = 0;
    for (const Id<Device> device : loop.devices) {
      if (!is_switch(network_.devices()[device].kind)) continue;
      if (++count > kNamedSwitches) continue;
      names += (names.empty() ? "" : ", ") + std::string{network_.mrid(device)};
    }
    if (count > kNamedSwitches) names += " and " + std::to_string(count - kNamedSwitches) + " more";
    return names;
  }

  // Where a person looks first: a switch that opens only by hand, nearest to where the loop closes;
  // else any switch; else what closes it.
  Id<Device> suspect(const Loop& loop) const {
    const auto kind = [this](Id<Device> id) { return network_.devices()[id].kind; };
    for (const Id<Device> id : loop.devices) {
      if (is_switch(kind(id)) && !is_protective(kind(id))) return id;
    }
    for (const Id<Device> id : loop.devices) {
      if (is_switch(kind(id))) return id;
    }
    return loop.devices.front();
  }

  void find_loops() {
    for (const Id<Device> closing : forest_.loop_devices()) {
      const Loop loop = loop_of(closing);
      const std::string names = named_switches(loop);
      std::string what =
          (loop.between_sources ? "two sources are joined through " : "a loop runs through ") +
          std::to_string(loop.devices.size()) + " closed devices";
      what += names.empty() ? ", no switch among them" : "; its switches: " + names;
      add(suspect(loop), DefectClass::loop_of_closed_switches,
          names.empty() ? DefectSeverity::warning : DefectSeverity::severe, std::move(what),
          "'" + std::string{network_.mrid(closing)} + "' is taken as open for tracing supply");
    }
  }

  void find_islands() {
    for (const Island& island : unsupplied_islands(forest_, switches_)) {
      // The far end of an open switch with nothing behind it is no island.
      if (island.nodes.size() == 1 && island.usage_points.empty()) continue;
      // An island is named after its first device.
      const auto incident = network_.incident(island.nodes.front());
      const std::string size = std::to_string(island.nodes.size()) +
                               " connectivity nodes without supply, " +
                               std::to_string(island.usage_points.size()) + " usage points";
      const auto severity =
          island.usage_points.empty() ? DefectSeverity::note : DefectSeverity::warning;
      if (!incident.empty()) {
        add(incident.front().device, DefectClass::unsupplied_island, severity, size, "kept");
        continue;
      }
      ErrorPlace place;
      place.feature_id = network_.mrid(island.nodes.front());
      built_.defects.add({DefectClass::unsupplied_island, severity, std::move(place), size, "kept",
                          network_.nodes()[island.nodes.front()].position});
    }
  }

  void compare_feeders() {
    for (const Id<Device> id : network_.devices().ids()) {
      const Device& device = network_.devices()[id];
      const Id<ConnectivityNode> behind = forest_.downstream_node(id);
      if (!device.feeder.valid() || !behind.valid()) continue;
      const Id<Feeder> supplying = forest_.feeder(behind);
      if (supplying == device.feeder) continue;
      add(id, DefectClass::feeder_disagrees, DefectSeverity::warning,
          "is declared on feeder '" + std::string{network_.mrid(device.feeder)} +
              "' but supplied by '" + std::string{network_.mrid(supplying)} + "'",
          "kept; supply decides");
    }
  }

  void find_idle_transformers() {
    std::vector<std::uint8_t> declared(network_.devices().size(), 0);
    for (const UsagePoint& point : network_.usage_points()) {
      if (point.transformer.valid()) declared[point.transformer.index] = 1;
    }
    for (const Id<Device> id : network_.devices().ids()) {
      const Device& device = network_.devices()[id];
      if (device.kind != DeviceKind::power_transformer || declared[id.index] != 0) continue;
      const Id<ConnectivityNode> behind = forest_.downstream_node(id);
      if (behind.valid() && !forest_.usage_points_behind(behind).empty()) continue;
      add(id, DefectClass::transformer_without_usage_points, DefectSeverity::note,
          "no usage point hangs behind it or names it", "kept");
    }
  }

  void complete_ledger() {
    built_.usage_points.unsupplied = forest_.unsupplied_usage_points().size();
    built_.usage_points.supplied = network_.usage_points().size() - built_.usage_points.unsupplied;
  }

  const SupplyForest& forest_;
  const NetworkModel& network_;
  const SwitchState& switches_;
  BuiltNetwork& built_;
};

}  // namespace

void check_network(const SupplyForest& forest, const SwitchState& switches, BuiltNetwork& built) {
  NetworkChecks{forest, switches, built}.run();
}

}  // namespace gridmend
