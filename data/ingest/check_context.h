#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/network/supply_forest.h"
#include "data/ingest/check_settings.h"
#include "data/ingest/in_quotes.h"
#include "data/ingest/network_builder.h"

namespace gridmend {

// What one check says of a place.
struct Finding {
  DefectClass defect_class;
  DefectSeverity severity;
  std::string message;
  std::string action = "kept";
};

// What every check works on: the whole network under its normal switch positions, whom a place
// touches, and where findings go.
class CheckContext {
 public:
  CheckContext(const SupplyForest& supply, const SwitchState& normal, const CheckSettings& limits,
               BuiltNetwork& built_network);

  const SupplyForest& forest;
  const NetworkModel& network;
  const SwitchState& switches;
  const CheckSettings& settings;
  BuiltNetwork& built;

  const Device& device(Id<Device> id) const { return network.devices()[id]; }
  const UsagePoint& usage_point(Id<UsagePoint> id) const { return network.usage_points()[id]; }
  // At the node and behind it; 0 without supply. O(1).
  std::uint32_t customers_behind(Id<ConnectivityNode> node) const;
  // Behind a device; 0 when no supply flows through it. O(1).
  std::uint32_t customers_behind(Id<Device> id) const;

  // "fuse 'F12'".
  std::string named(Id<Device> id) const;
  std::string quoted(Id<Device> id) const { return in_quotes(network.mrid(id)); }
  std::string quoted(Id<Feeder> id) const { return in_quotes(network.mrid(id)); }
  std::string quoted(Id<UsagePoint> id) const { return in_quotes(network.mrid(id)); }
  std::string quoted(Id<ConnectivityNode> id) const { return in_quotes(network.mrid(id)); }

  // The feeder that supplies the device, or one of its ends; none when neither is supplied.
  Id<Feeder> feeder_of(Id<Device> id) const;

  // `customers` are those the finding touches.
  void report(Id<Device> id, Finding finding, std::uint64_t customers);
  void report(Id<Device> id, Finding finding) {
    report(id, std::move(finding), customers_behind(id));
  }
  void report(Id<UsagePoint> id, Finding finding, std::uint64_t customers);
  void report(Id<UsagePoint> id, Finding finding) {
    report(id, std::move(finding), usage_point(id).customers);
  }
  void report(Id<ConnectivityNode> id, Finding finding, std::uint64_t customers);

 private:
  ErrorPlace place_of(const std::vector<std::uint16_t>& layers, std::size_t record,
                      std::string_view mrid) const;

  std::vector<std::uint64_t> customers_before_;  // by place in usage_points_in_tour_order
};

// "350 m", "1.2 km", "0.8 m".
std::string distance_text(double metres);
// "1 usage point", "12 usage points".
std::string count_of(std::size_t count, std::string_view noun);

// The checks, one a subject; each adds what it finds to the context's defects.

// Loops of closed devices, each with the switch that is likeliest to stand open in truth; a meshed
// part once. O(devices) and the length of the loops it names.
void check_loops(CheckContext& context);
// The likeliest switches of loops in which it spares the phases behind it, each said to be taken as
// open; one at most of loops that share a device, so that all that is supplied stays supplied.
std::vector<Id<Device>> open_loop_switches(CheckContext& context);
// Parts without supply: named by their most telling device, with the open switch or the gap that
// parts them from the supplied network; and once that their nodes have nearly the ids of supplied
// ones.
void check_islands(CheckContext& context);
// Lines of medium voltage, closed switches and service drops behind which there is nothing.
void check_line_ends(CheckContext& context);
// What ids join and the drawing has far apart, with what it is drawn beside; where that is a tenth
// of all that was drawn it is one finding. O(devices), and a logarithm where something is found.
void check_drawing(CheckContext& context);
// Conductors and usage points on phases that nothing above them carries; the first of a path.
void check_phases(CheckContext& context);
// Devices declared on a feeder that does not supply them; a part that hangs together once.
void check_feeders(CheckContext& context);
// Transformers without usage points; usage points without a transformer on their way, supplied
// through another than declared, or far from it.
void check_transformers(CheckContext& context);
// A path whose voltage changes without a transformer; transformers fed from their lower side.
void check_voltages(CheckContext& context);
// The same customer counted as two usage points.
void check_customers(CheckContext& context);
// Lengths, voltages, ratings and heights that nothing in the world has.
void check_values(CheckContext& context);

}  // namespace gridmend
