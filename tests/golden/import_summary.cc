#include "tests/golden/import_summary.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <sstream>
#include <system_error>
#include <vector>

#include "core/network/supply_forest.h"
#include "tests/golden/golden_file.h"

namespace gridmend::golden {
namespace {

void print_devices(const NetworkModel& network, std::ostream& out) {
  struct Kind {
    std::size_t count = 0, normally_open = 0;
    double length_m = 0;
  };
  std::array<Kind, kDeviceKinds> kinds{};
  for (const Device& device : network.devices()) {
    Kind& kind = kinds.at(static_cast<std::size_t>(device.kind));
    ++kind.count;
    if (device.normally_open != 0) ++kind.normally_open;
    kind.length_m += static_cast<double>(device.length_m);
  }
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const Kind& kind = kinds[i];
    if (kind.count == 0) continue;
    out << "  " << to_string(static_cast<DeviceKind>(i)) << " " << kind.count;
    if (kind.normally_open > 0) out << ", normally open " << kind.normally_open;
    // Kilometres to a tenth: what no order of adding changes.
    if (kind.length_m >= 50) out << ", " << std::round(kind.length_m / 100) / 10 << " km";
    out << "\n";
  }
}

void print_feeders(const NetworkModel& network, const SupplyForest& forest, std::ostream& out) {
  struct Supplied {
    std::size_t devices = 0, usage_points = 0, customers = 0;
  };
  std::vector<Supplied> supplied(network.feeders().size());
  for (const Id<Device> id : network.devices().ids()) {
    const Id<ConnectivityNode> behind = forest.downstream_node(id);
    if (behind.valid()) ++supplied.at(forest.feeder(behind).index).devices;
  }
  for (const UsagePoint& point : network.usage_points()) {
    if (!forest.supplied(point.node)) continue;
    Supplied& feeder = supplied.at(forest.feeder(point.node).index);
    ++feeder.usage_points;
    feeder.customers += point.customers;
  }
  constexpr std::size_t kListed = 40;
  for (const Id<Feeder> id : network.feeders().ids()) {
    if (id.index >= kListed) {
      out << "  and " << supplied.size() - kListed << " more\n";
      return;
    }
    const Supplied& feeder = supplied[id.index];
    out << "  " << network.mrid(id) << " supplies " << feeder.usage_points << " usage points with "
        << feeder.customers << " customers through " << feeder.devices << " devices\n";
  }
}

void print_islands(const SupplyForest& forest, const SwitchState& switches, std::ostream& out) {
  std::size_t islands = 0, open_ends = 0, nodes = 0;
  for (const Island& island : unsupplied_islands(forest, switches)) {
    if (island.nodes.size() == 1 && island.usage_points.empty()) {
      ++open_ends;
    } else {
      ++islands;
      nodes += island.nodes.size();
    }
  }
  out << "islands " << islands << " with " << nodes << " connectivity nodes\n"
      << "open ends " << open_ends << "\n"
      << "loops " << forest.loop_devices().size() << "\n";
}

void print_defects(const DefectTally& tally, std::ostream& out) {
  out << "defects " << tally.total() << "\n";
  for (std::size_t i = 0; i < kDefectClasses; ++i) {
    for (const auto severity :
         {DefectSeverity::severe, DefectSeverity::warning, DefectSeverity::note}) {
      const auto defect_class = static_cast<DefectClass>(i);
      const std::size_t count = tally.of(defect_class, severity);
      if (count == 0) continue;
      out << "  " << to_string(defect_class) << " " << to_string(severity) << " " << count << "\n";
    }
  }
}

}  // namespace

std::string import_summary(const RegionImport& import) {
  const NetworkModel& network = import.region.network;
  const SwitchState switches{network};
  const SupplyForest forest = SupplyForest::derive(network, switches);
  const UsagePointLedger& ledger = import.usage_points;
  std::ostringstream out;
  for (const std::string& profile : import.profiles) out << "read as " << profile << "\n";
  out << "features " << import.features << "\n"
      << "substations " << network.substations().size() << "\n"
      << "connectivity nodes " << network.nodes().size() << ", supplied " << forest.tour().size()
      << "\n"
      << "devices " << network.devices().size() << "\n";
  print_devices(network, out);
  out << "usage points " << ledger.total << " = " << ledger.supplied << " supplied + "
      << ledger.unsupplied << " unsupplied + " << ledger.refused << " refused (" << ledger.inactive
      << " inactive)\n";
  for (const auto& [reason, count] : ledger.refused_by_reason) {
    out << "  refused " << count << ": " << reason << "\n";
  }
  out << "feeders " << network.feeders().size() << "\n";
  print_feeders(network, forest, out);
  print_islands(forest, switches, out);
  print_defects(import.defect_tally, out);
  if (import.refusal) out << "refused " << import.refusal->reason << "\n";
  return out.str();
}

void expect_import(std::string_view name, const RegionSpec& spec, std::string_view proof) {
  const auto import = import_region(spec, {});
  ASSERT_TRUE(import) << describe(import.error());
  std::string text;
  for (std::size_t begin = 0; begin < proof.size();) {
    const std::size_t end = std::min(proof.find('\n', begin), proof.size());
    text += "# " + std::string{proof.substr(begin, end - begin)} + "\n";
    begin = end + 1;
  }
  expect_same(name, text + import_summary(*import));
}

std::optional<std::filesystem::path> shared_data(std::string_view relative) {
  const auto path = std::filesystem::path{GRIDMEND_SOURCE_DIR} / "../shared/data" / relative;
  std::error_code error;
  if (std::filesystem::exists(path, error)) return path;
  return std::nullopt;
}

}  // namespace gridmend::golden
