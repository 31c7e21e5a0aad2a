// The feeders of IEEE are there as CIM and as OpenDSS: two readers that share nothing must see one
// network.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "core/network/supply_forest.h"
#include "data/ingest/cim_rdf_reader.h"
#include "tests/golden/import_summary.h"

namespace gridmend::cim_against_opendss_test {
namespace {

using Ends = std::pair<std::string, std::string>;

struct Seen {
  std::set<Ends> lines;  // by connectivity nodes' names
  std::map<std::string, std::tuple<Ends, bool, std::string>> switches;  // ends, open, phases
  std::map<std::string, std::tuple<std::string, bool, std::string>>
      loads;  // node, supplied, phases
};

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

using Names = std::map<std::string, std::string>;  // by id; an id that is not there is the name

Seen seen(const NetworkModel& network, const Names& names) {
  const auto name = [&](std::string_view mrid) {
    const auto it = names.find(std::string{mrid});
    return lower(it == names.end() ? std::string{mrid} : it->second);
  };
  const auto live = [](PhaseSet phases) {
    return to_string(PhaseSet{static_cast<std::uint8_t>(phases.live_bits() | phases.split_bits())});
  };
  const SwitchState switches{network};
  const SupplyForest forest = SupplyForest::derive(network, switches);
  Seen result;
  for (const Id<Device> id : network.devices().ids()) {
    const Device& device = network.devices()[id];
    Ends ends{name(network.mrid(device.from)), name(network.mrid(device.to))};
    if (ends.second < ends.first) std::swap(ends.first, ends.second);
    if (device.kind == DeviceKind::ac_line_segment) result.lines.insert(ends);
    if (is_switch(device.kind)) {
      result.switches[name(network.mrid(id))] = {ends, device.normally_open != 0,
                                                 live(device.phases)};
    }
  }
  for (const Id<UsagePoint> id : network.usage_points().ids()) {
    const UsagePoint& point = network.usage_points()[id];
    result.loads[name(network.mrid(id))] = {name(network.mrid(point.node)), forest.supplied(id),
                                            live(point.phases)};
  }
  return result;
}

// Names by id, as the CIM file gives them.
Names names_in(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  CimModel model;
  CimHeaders headers;
  NetworkBuilder builder;
  const auto read = read_cim_rdf(
      [&](char* buffer, std::size_t size) -> Result<std::size_t> {
        file.read(buffer, static_cast<std::streamsize>(size));
        return static_cast<std::size_t>(file.gcount());
      },
      path.filename().string(), 0, model, headers, builder);
  EXPECT_TRUE(read) << describe(read.error());
  Names names;
  for (std::uint32_t i = 0; i < model.objects(); ++i) {
    const std::string_view name = model.text_of(Id<CimObject>{i}, CimProperty::name);
    if (!name.empty()) names[model.id(Id<CimObject>{i})] = name;
  }
  return names;
}

std::optional<NetworkModel> network_of(const std::filesystem::path& path) {
  RegionSpec spec;
  spec.sources.push_back({path, ""});
  auto region = import_region(spec, {});
  EXPECT_TRUE(region) << describe(region.error());
  if (!region) return std::nullopt;
  return region->region.network;
}

TEST(CimAgainstOpenDss, TheHundredAndTwentyThreeNodeFeederIsOneNetwork) {
  const auto cim_path = golden::shared_data("cim_ieee/IEEE123.xml");
  const auto dss_path = golden::shared_data("opendss_ieee/123Bus/IEEE123Switches.dss");
  if (!cim_path || !dss_path) GTEST_SKIP() << "the shared feeders of IEEE are not beside this tree";
  const auto cim_network = network_of(*cim_path), dss_network = network_of(*dss_path);
  ASSERT_TRUE(cim_network && dss_network);
  const Seen cim = seen(*cim_network, names_in(*cim_path)), dss = seen(*dss_network, {});
  EXPECT_EQ(cim.switches.size(), 8u);
  EXPECT_EQ(cim.switches, dss.switches);
  EXPECT_EQ(cim.loads.size(), 91u);
  EXPECT_EQ(cim.loads, dss.loads);
  EXPECT_EQ(cim.lines.size(), 118u);
  EXPECT_EQ(cim.lines, dss.lines);
}

// The CIM file is of a version of the feeder with more in it: a breaker, a fuse, a recloser and a
// sectionaliser, each with a bus of its own (the last two cut a line's end off), a house behind a
// pole-top transformer. What the two have in common must agree.
TEST(CimAgainstOpenDss, TheThirteenNodeFeederAgreesInWhatBothHave) {
  const auto cim_path = golden::shared_data("cim_ieee/IEEE13.xml");
  const auto dss_path = golden::shared_data("opendss_ieee/13Bus/IEEE13Nodeckt.dss");
  if (!cim_path || !dss_path) GTEST_SKIP() << "the shared feeders of IEEE are not beside this tree";
  const auto cim_network = network_of(*cim_path), dss_network = network_of(*dss_path);
  ASSERT_TRUE(cim_network && dss_network);
  Seen cim = seen(*cim_network, names_in(*cim_path));
  Seen dss = seen(*dss_network, {});
  EXPECT_EQ(cim.loads.erase("house"), 1u);
  EXPECT_EQ(cim.loads, dss.loads);
  for (const char* only_in_cim : {"brkr1", "fuse1", "rec1", "sect1"}) {
    EXPECT_EQ(cim.switches.erase(only_in_cim), 1u) << only_in_cim;
  }
  EXPECT_EQ(cim.switches, dss.switches);
  EXPECT_EQ(cim.lines.erase({"670", "mid"}), 1u) << "behind the recloser";
  EXPECT_EQ(cim.lines.erase({"611", "tap"}), 1u) << "behind the sectionaliser";
  EXPECT_EQ(dss.lines.erase({"632", "670"}), 1u);
  EXPECT_EQ(dss.lines.erase({"611", "684"}), 1u);
  EXPECT_EQ(cim.lines.size(), 9u);
  EXPECT_EQ(cim.lines, dss.lines);
}

}  // namespace
}  // namespace gridmend::cim_against_opendss_test
