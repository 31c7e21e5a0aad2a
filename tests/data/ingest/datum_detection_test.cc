#include "data/ingest/datum_detection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <set>
#include <string>

#include "core/base/random.h"
#include "data/ingest/line_road_reader.h"
#include "data/ingest/region_import.h"
#include "tests/data/ingest/town_source.h"

namespace gridmend::datum_detection_test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

using Lines = std::vector<std::vector<Position>>;
constexpr Position kTown{114.31, 30.52};

Position shifted(Position p, Datum datum) {
  if (datum == Datum::wgs84) return p;
  const Position mars = to_gcj02(p);
  return datum == Datum::gcj02 ? mars : to_bd09(mars);
}

// Crooked streets, some 200 m apart, over 6 km.
Lines crooked_streets(std::uint64_t seed) {
  Random random{seed};
  const LocalPlane plane{kTown};
  Lines lines;
  for (int direction = 0; direction < 2; ++direction) {
    double across = -3000;
    while (across < 3000) {
      across += random.uniform(90, 320);
      std::vector<Position> line;
      double drift = 0;
      for (double along = -3000; along <= 3000; along += 75) {
        drift += random.uniform(-12, 12);
        line.push_back(direction == 0 ? plane.to_position({along, across + drift})
                                      : plane.to_position({across + drift, along}));
      }
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

// Poles a few metres beside the streets.
std::vector<Position> poles_along(const Lines& streets, Random& random, double beside_m) {
  std::vector<Position> poles;
  for (const auto& street : streets) {
    for (double along = 20; along < length_m(street); along += 90) {
      const LocalPlane plane{position_along(street, along)};
      poles.push_back(plane.to_position(
          {random.uniform(-beside_m, beside_m), random.uniform(-beside_m, beside_m)}));
    }
  }
  return poles;
}

TEST(DatumEvidence, ANetworkAlongTheStreetsTellsEveryDatum) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const Lines streets = crooked_streets(seed);
    for (const Datum datum : {Datum::wgs84, Datum::gcj02, Datum::bd09}) {
      Random random{seed};
      auto poles = poles_along(streets, random, 8);
      for (Position& p : poles) p = shifted(p, datum);
      const DatumEvidence evidence = weigh_datum(poles, streets);
      EXPECT_EQ(evidence.datum, datum) << "seed " << seed;
      EXPECT_GE(evidence.sample, 1000u);
      if (datum == Datum::wgs84) continue;
      EXPECT_LT(evidence.after_m, 8) << "seed " << seed;
      EXPECT_GT(evidence.before_m, 25) << "seed " << seed;
    }
  }
}

TEST(DatumEvidence, WhatDoesNotFollowStreetsDecidesNothing) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random{seed};
    const Lines streets = crooked_streets(seed);
    const LocalPlane plane{kTown};
    std::vector<Position> fields;
    for (int i = 0; i < 2000; ++i) {
      fields.push_back(
          plane.to_position({random.uniform(-3000, 3000), random.uniform(-3000, 3000)}));
    }
    EXPECT_EQ(weigh_datum(fields, streets).datum, Datum::wgs84) << "seed " << seed;
  }
}

TEST(DatumEvidence, AnotherShiftOfThatSizeIsNotTakenForGcj02) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Random random{seed};
    const Lines streets = crooked_streets(seed);
    auto poles = poles_along(streets, random, 8);
    const double angle = random.uniform(0.8, 5.4);  // away from GCJ-02's own direction
    const LocalPlane plane{kTown};
    const PlanePoint own = plane.to_plane(to_gcj02(kTown));
    for (Position& p : poles) {
      p = LocalPlane{p}.to_position({std::cos(angle) * own.east_m - std::sin(angle) * own.north_m,
                                     std::sin(angle) * own.east_m + std::cos(angle) * own.north_m});
    }
    EXPECT_EQ(weigh_datum(poles, streets).datum, Datum::wgs84) << "seed " << seed;
  }
}

TEST(DatumEvidence, AFewPolesDecideNothing) {
  Random random{1};
  const Lines streets = crooked_streets(1);
  auto poles = poles_along(streets, random, 8);
  poles.resize(60);
  for (Position& p : poles) p = to_gcj02(p);
  EXPECT_EQ(weigh_datum(poles, streets).datum, Datum::wgs84);
  EXPECT_EQ(weigh_datum({}, streets).datum, Datum::wgs84);
  EXPECT_EQ(weigh_datum(poles, {}).datum, Datum::wgs84);
}

std::optional<fs::path> wuhan() {
  for (fs::path up = fs::path{GRIDMEND_SOURCE_DIR}.parent_path(); true; up = up.parent_path()) {
    const fs::path file = up / "shared/data/roads_wuhan/wuhan_8989_edges.gpkg";
    if (fs::exists(file)) return file;
    if (up == up.parent_path()) return std::nullopt;
  }
}

// A feeder that follows some hundred streets of the middle of Wuhan, 6 m beside them, in the
// native layout.
void write_feeder(TownSource& town, const RoadGraph& roads, Datum datum,
                  const std::string& name = "n") {
  const auto start = roads.snap({114.30, 30.58}, 5000);
  ASSERT_FALSE(start.empty());
  std::deque<Id<RoadVertex>> queue{roads.edges()[start.front().edge].to};
  const std::uint32_t start_index = queue.front().index;
  std::set<std::uint32_t> seen{start_index};
  std::vector<std::string> lines;
  const auto node = [&name](Id<RoadVertex> v) { return name + std::to_string(v.index); };
  while (!queue.empty() && lines.size() < 600) {
    const Id<RoadVertex> here = queue.front();
    queue.pop_front();
    for (const Id<RoadEdge> edge : roads.out_edges(here)) {
      const Id<RoadVertex> there = roads.edges()[edge].to;
      if (lines.size() == 600 || !seen.insert(there.index).second) continue;
      queue.push_back(there);
      std::string coordinates = "[";
      for (const Position p : roads.polyline(edge)) {
        const Position beside = shifted(LocalPlane{p}.to_position({5, 3}), datum);
        char pair[64];
        std::snprintf(pair, sizeof pair, "%s[%.8f,%.8f]", coordinates.size() > 1 ? "," : "",
                      beside.longitude_deg, beside.latitude_deg);
        coordinates += pair;
      }
      lines.push_back(line_feature(coordinates + "]", R"("mrid":")" + name + "L" +
                                                          std::to_string(lines.size()) +
                                                          R"(","from_node":")" + node(here) +
                                                          R"(","to_node":")" + node(there) + "\""));
    }
  }
  town.layers.clear();
  town.layers["lines"] = lines;
  town.layers["feeders"] = {bare_feature(R"("mrid":")" + name + R"(S","source_node":")" + name +
                                         std::to_string(start_index) + "\"")};
  town.layers["usage_points"] = {bare_feature(R"("mrid":")" + name + R"(u","node":")" + name +
                                              std::to_string(start_index) + "\"")};
  town.write();
}

std::optional<Defect> shift_defect(const RegionImport& import) {
  for (const Defect& defect : import.region.defects) {
    if (defect.defect_class == DefectClass::positions_shifted) return defect;
  }
  return std::nullopt;
}

// The median distance of the network to the streets.
double off_street_m(const RegionImport& import) {
  std::vector<double> off;
  for (const Device& device : import.region.network.devices()) {
    const auto at = import.region.roads.snap(device.position, 2000);
    if (!at.empty()) off.push_back(at.front().off_road_m);
  }
  std::ranges::nth_element(off, off.begin() + static_cast<std::ptrdiff_t>(off.size() / 2));
  return off[off.size() / 2];
}

TEST(DatumDetection, AFeederAlongTheStreetsOfWuhanDrawnInGcj02IsBroughtBackAndItIsSaid) {
  const auto path = wuhan();
  if (!path) GTEST_SKIP() << "the streets of Wuhan are not beside this source tree";
  const auto read = read_road_file(*path);
  ASSERT_TRUE(read) << describe(read.error());
  const auto roads = RoadGraph::from_records(read->records);
  ASSERT_TRUE(roads);
  for (const Datum datum : {Datum::wgs84, Datum::gcj02, Datum::bd09}) {
    TownSource town;
    write_feeder(town, *roads, datum);
    RegionSpec spec;
    spec.sources.push_back({town.folder(), "native"});
    spec.roads = *path;
    int checked = 0;
    const auto import = import_region(
        spec, {.most_severe_percent = {}, .progress = [&](std::string_view step, auto, auto) {
                 checked += step == "checking the network" ? 1 : 0;
               }});
    ASSERT_TRUE(import) << describe(import.error());
    EXPECT_EQ(checked, 1) << "what is read again is not checked before";
    EXPECT_LT(off_street_m(*import), 7) << to_string(datum);
    const auto defect = shift_defect(*import);
    ASSERT_EQ(defect.has_value(), datum != Datum::wgs84);
    if (!defect) continue;
    EXPECT_THAT(defect->message, HasSubstr("half of 600 positions lie within"));
    EXPECT_THAT(defect->message, HasSubstr(datum == Datum::gcj02 ? "GCJ-02" : "BD-09"));
    EXPECT_THAT(defect->action, HasSubstr("datum = \"wgs84\""));
    EXPECT_EQ(defect->severity, DefectSeverity::warning);
    RecordProperty(std::string{to_string(datum)}, defect->message);

    // Declared, it is undone without a word; declared as WGS 84, it stays where it is.
    spec.sources[0].coordinates.datum = datum;
    const auto declared = import_region(spec, {});
    ASSERT_TRUE(declared);
    EXPECT_FALSE(shift_defect(*declared));
    EXPECT_EQ(declared->region.id, import->region.id);
    spec.sources[0].coordinates.datum = Datum::wgs84;
    const auto kept = import_region(spec, {});
    ASSERT_TRUE(kept);
    EXPECT_FALSE(shift_defect(*kept));
    EXPECT_GT(off_street_m(*kept), 15);
  }
}

TEST(DatumDetection, AnotherSourceDeclaredToBeWgs84IsAsGoodAsRoads) {
  const auto path = wuhan();
  if (!path) GTEST_SKIP() << "the streets of Wuhan are not beside this source tree";
  const auto read = read_road_file(*path);
  ASSERT_TRUE(read);
  const auto roads = RoadGraph::from_records(read->records);
  ASSERT_TRUE(roads);
  TownSource sound, mars;
  write_feeder(sound, *roads, Datum::wgs84);
  write_feeder(mars, *roads, Datum::gcj02, "m");
  RegionSpec spec;
  spec.sources.push_back({sound.folder(), "native"});
  spec.sources.push_back({mars.folder(), "native"});
  spec.sources[0].coordinates.datum = Datum::wgs84;
  const auto import = import_region(spec, {.most_severe_percent = 100, .progress = {}});
  ASSERT_TRUE(import) << describe(import.error());
  const auto defect = shift_defect(*import);
  ASSERT_TRUE(defect);
  EXPECT_EQ(defect->place.file, mars.folder().filename().string());
  EXPECT_THAT(defect->message, HasSubstr(sound.folder().filename().string()));
}

}  // namespace
}  // namespace gridmend::datum_detection_test
