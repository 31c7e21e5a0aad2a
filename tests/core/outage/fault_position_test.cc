#include "core/outage/fault_position.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "core/base/random.h"
#include "core/network/supply_forest.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::fault_position_test {
namespace {

const Time kNow = *parse_rfc3339("2026-07-20T02:00:00Z");

// F1 clears n1 to n4 with the disconnector in between; what lies behind F2 is F2's own.
constexpr std::string_view kLateral = R"(
  S==B1--n0--F1--n1--n2--D1--n3--n4--T1(3)
                     |
                     n5--F2--n6--T2(2)
                     |
                     n7--n8--T3(1)
)";

NetworkModel with_lengths(Random& random) {
  NetworkRecords records = *drawing::read_feeders(kLateral);
  std::vector<Device> devices{records.devices.values().begin(), records.devices.values().end()};
  for (Device& device : devices) {
    if (device.kind != DeviceKind::ac_line_segment) continue;
    device.length_m = static_cast<float>(random.between(5, 400));
    device.underground = random.chance(.4) ? 1 : 0;
  }
  records.devices = Table<Device>{std::move(devices)};
  return *NetworkModel::from_records(std::move(records));
}

struct Desk {
  NetworkModel network;
  InferenceForest forest =
      InferenceForest::contract(SupplyForest::derive(network, SwitchState{network}));
  EvidenceBook book{network};
  Water water{};
  LocaliserSettings settings{};

  Id<Device> device(std::string_view mrid) const { return drawing::device(network, mrid); }
  void hear(EvidenceKind kind) { book.record({"", kNow, kNow, "test", std::move(kind)}); }
  FaultPosition locate(std::string_view mrid, std::optional<RelayDistance> relay = {}) const {
    const EvidenceView view{{forest, book, water, kNow}, settings};
    return locate_fault(view, forest.zone_of(device(mrid)), relay);
  }
  std::map<std::string, FaultSection> sections(std::string_view mrid,
                                               std::optional<RelayDistance> relay = {}) const {
    std::map<std::string, FaultSection> by_name;
    for (const FaultSection& section : locate(mrid, relay).sections) {
      by_name[std::string{network.mrid(section.line)}] = section;
    }
    return by_name;
  }
};

TEST(FaultPosition, IsOnTheLinesThatTheDeviceClearsAndOnNoOthers) {
  Random random{1};
  const Desk desk{with_lengths(random)};
  const auto sections = desk.sections("F1");
  std::vector<std::string> names;
  for (const auto& [name, section] : sections) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"D1-n3", "F1-n1", "n1-n2", "n2-D1", "n2-n5", "n3-n4",
                                             "n4-T1", "n5-F2", "n5-n7", "n7-n8", "n8-T3"}));
  const InferenceZone& zone = desk.forest[desk.forest.zone_of(desk.device("F1"))];
  double metres = 0;
  for (const auto& [name, section] : sections) metres += section.to_m - section.from_m;
  EXPECT_NEAR(metres, zone.overhead_m + zone.underground_m, 1e-3);
}

// The oracle: the lateral's ways out written down by hand, every line cut into pieces of a metre,
// each piece weighed with what is heard.
const std::map<std::string, std::vector<std::string>> kWayTo = {
    {"F1-n1", {}},
    {"n1-n2", {"F1-n1"}},
    {"n2-D1", {"F1-n1", "n1-n2"}},
    {"D1-n3", {"F1-n1", "n1-n2", "n2-D1"}},
    {"n3-n4", {"F1-n1", "n1-n2", "n2-D1", "D1-n3"}},
    {"n4-T1", {"F1-n1", "n1-n2", "n2-D1", "D1-n3", "n3-n4"}},
    {"n2-n5", {"F1-n1", "n1-n2"}},
    {"n5-F2", {"F1-n1", "n1-n2", "n2-n5"}},
    {"n5-n7", {"F1-n1", "n1-n2", "n2-n5"}},
    {"n7-n8", {"F1-n1", "n1-n2", "n2-n5", "n5-n7"}},
    {"n8-T3", {"F1-n1", "n1-n2", "n2-n5", "n5-n7", "n7-n8"}}};

struct Heard {
  std::map<std::string, bool> indicators;  // passed
  std::optional<std::string> damaged;
  std::optional<RelayDistance> relay;
};

double piece_weight(const Desk& desk, const Heard& heard, const std::string& line, double at_m) {
  const DevicePriorSettings& p = desk.settings.priors;
  const bool underground = desk.network.devices()[desk.device(line)].underground != 0;
  double weight = (underground ? p.underground_per_km : p.overhead_per_km) / 1000;
  for (const auto& [name, passed] : heard.indicators) {
    const std::vector<std::string>& way = kWayTo.at(line);
    const bool beyond = name == line || std::ranges::count(way, name) > 0;
    const ReportReliability& r = passed ? desk.settings.reliability.indicator_passed
                                        : desk.settings.reliability.indicator_not_passed;
    weight *= beyond ? r.if_open : r.if_closed;
  }
  const ReportReliability& found = desk.settings.reliability.found_damaged;
  if (heard.damaged) weight *= *heard.damaged == line ? found.if_open / found.if_closed : 1;
  if (heard.relay) {
    const double off = (at_m - heard.relay->distance_m) / heard.relay->error_m;
    weight *= std::exp(-off * off / 2);
  }
  return weight;
}

TEST(FaultPosition, EqualsWeighingEveryMetre) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Random random{seed};
    Desk desk{with_lengths(random)};
    Heard heard;
    for (const auto& [line, way] : kWayTo) {
      if (!random.chance(.3)) continue;
      heard.indicators[line] = random.chance(.5);
      desk.hear(FaultIndicator{desk.device(line), heard.indicators[line]});
    }
    if (random.chance(.3)) {
      heard.damaged = "n3-n4";
      desk.hear(FieldReport{desk.device("n3-n4"), {}, Finding::damaged, ""});
    }
    // What did not pass counts from an onset.
    desk.hear(LastGasp{drawing::usage_point(desk.network, "T1.1")});
    if (random.chance(.5)) heard.relay = {random.uniform(0, 900), random.uniform(80, 200)};
    std::map<std::string, double> weights;
    double total = 0;
    for (const auto& [line, way] : kWayTo) {
      double from = 0;
      for (const std::string& before : way) {
        from += desk.network.devices()[desk.device(before)].length_m;
      }
      const double length = desk.network.devices()[desk.device(line)].length_m;
      constexpr int kPieces = 10;  // a metre
      for (int i = 0; i < kPieces * length; ++i) {
        weights[line] += piece_weight(desk, heard, line, from + (i + .5) / kPieces) / kPieces;
      }
      total += weights[line];
    }
    const auto sections = desk.sections("F1", heard.relay);
    ASSERT_EQ(sections.size(), weights.size());
    for (const auto& [line, weight] : weights) {
      ASSERT_NEAR(sections.at(line).probability, weight / total, 1e-6) << "seed " << seed << line;
    }
  }
}

TEST(FaultPosition, TellsTheDeviceFromItsLinesByTheirRates) {
  Random random{2};
  Desk desk{with_lengths(random)};
  const DevicePriorSettings& p = desk.settings.priors;
  const InferenceZone& zone = desk.forest[desk.forest.zone_of(desk.device("F1"))];
  const double lines =
      (zone.overhead_m * p.overhead_per_km + zone.underground_m * p.underground_per_km) / 1000;
  const double itself = -std::log1p(-p.by_kind[static_cast<std::size_t>(DeviceKind::fuse)]);
  EXPECT_NEAR(desk.locate("F1").p_device_only, itself / (itself + lines), 1e-6);
  EXPECT_EQ(desk.locate("F1", RelayDistance{100, 50}).p_device_only, 0);
}

TEST(FaultPosition, AddsUpInTheOrderOfThePatrol) {
  Random random{3};
  Desk desk{with_lengths(random)};
  for (const double metres : {0.0, 5000.0}) {
    const FaultPosition position = desk.locate("F1", RelayDistance{metres, 100});
    EXPECT_EQ(position.from_far_end, metres > 0);
    double sum = 0;
    for (std::size_t i = 0; i < position.sections.size(); ++i) {
      sum += position.sections[i].probability;
      EXPECT_NEAR(position.sections[i].cumulative, sum, 1e-12);
      if (i == 0) continue;
      const double step = position.sections[i].from_m - position.sections[i - 1].from_m;
      EXPECT_TRUE(position.from_far_end ? step <= 0 : step >= 0);
    }
    EXPECT_NEAR(sum, 1, 1e-12);
  }
}

TEST(FaultPosition, GoesToTheCableUnderWater) {
  Random random{4};
  NetworkRecords records = *drawing::read_feeders(kLateral);
  std::vector<Device> devices{records.devices.values().begin(), records.devices.values().end()};
  for (Device& device : devices) device.underground = 1;
  records.devices = Table<Device>{std::move(devices)};
  Desk desk{*NetworkModel::from_records(std::move(records))};
  const Position wet = desk.network.devices()[desk.device("n7-n8")].position;
  const double e = 2e-5;
  const Polyline ring{{wet.longitude_deg - e, wet.latitude_deg - e},
                      {wet.longitude_deg + e, wet.latitude_deg - e},
                      {wet.longitude_deg + e, wet.latitude_deg + e},
                      {wet.longitude_deg - e, wet.latitude_deg + e},
                      {wet.longitude_deg - e, wet.latitude_deg - e}};
  desk.water = Water{}.with_slice({"flood", kNow, {}, {{{ring}, 1.5}}});
  const auto sections = desk.sections("F1");
  EXPECT_GT(sections.at("n7-n8").probability, .9);
  EXPECT_DOUBLE_EQ(sections.at("n7-n8").water_m, 1.5);
  EXPECT_EQ(sections.at("n3-n4").water_m, 0);
}

TEST(FaultPosition, WithoutLinesIsTheDevice) {
  const Desk desk{drawing::draw("S==B1==T1(2)")};
  const FaultPosition position = desk.locate("T1");
  EXPECT_TRUE(position.sections.empty());
  EXPECT_EQ(position.p_device_only, 1);
  EXPECT_FALSE(position.from_far_end);
}

}  // namespace
}  // namespace gridmend::fault_position_test
