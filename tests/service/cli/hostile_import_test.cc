#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/data/ingest/hostile_files.h"
#include "tests/data/ingest/loopback_listener.h"
#include "tests/data/ingest/town_source.h"
#include "tests/service/cli/program.h"

namespace gridmend::hostile_import_test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class HostileImport : public ::testing::Test {
 protected:
  Ran import(const fs::path& source, const std::string& more = {}) {
    return gridmend("import '" + source.string() + "' -o '" + (out() / "town.gmr").string() + "' " +
                    more);
  }
  // Where nothing else lies, so that a half file would be seen.
  fs::path out() const {
    fs::create_directories(town.folder() / "out");
    return town.folder() / "out";
  }
  bool left_nothing() const { return fs::directory_iterator(out()) == fs::directory_iterator(); }

  TownSource town;
};

TEST_F(HostileImport, AViewThatTakesForEverMeetsTheTimeLimit) {
  const fs::path source = town.folder() / "slow.gpkg";
  // Neither recursive nor without end, only larger than the age of the world.
  std::vector<std::string> sql = {"CREATE TABLE n (i INTEGER)", "INSERT INTO n VALUES (1), (2)"};
  for (int i = 0; i < 12; ++i) sql.emplace_back("INSERT INTO n SELECT i FROM n");
  for (const std::string& statement :
       view_as_layer("roads",
                     "SELECT a.i AS fid, 'x' AS name FROM n a, n b, n c, n d, n e WHERE "
                     "a.i + b.i + c.i + d.i + e.i < 0")) {
    sql.push_back(statement);
  }
  write_geopackage(source, sql);
  town.write();
  const auto begin = std::chrono::steady_clock::now();
  const Ran ran = import(town.folder(), "--roads '" + source.string() + "' --max-time 3");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{30});
  EXPECT_EQ(ran.exit_code, 1) << ran.output;
  EXPECT_TRUE(left_nothing());
}

TEST_F(HostileImport, TooMuchMemoryIsRefusedAndLeavesNothing) {
  std::string many = "mrid,node,transformer,phases,category,customers,X,Y\n";
  for (int i = 0; i < 400'000; ++i) {
    many += std::string(100, 'u') + std::to_string(i) + ",m1,T1,A,residential,1,120.003,30\n";
  }
  town.write();
  town.write_file("usage_points.csv", many);
  fs::remove(town.folder() / "usage_points.geojson");
  const Ran ran = import(town.folder(), "--max-memory 60MB");
  EXPECT_EQ(ran.exit_code, 1) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr("--max-memory"));
  EXPECT_TRUE(left_nothing());
}

TEST_F(HostileImport, TooManyFeaturesAreRefusedByLayer) {
  town.write();
  const Ran ran = import(town.folder(), "--max-features 2");
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_THAT(ran.output, AllOf(HasSubstr("layer '"), HasSubstr("--max-features")));
  EXPECT_TRUE(left_nothing());
}

TEST_F(HostileImport, NobodyIsConnectedTo) {
  const LoopbackListener listener;
  for (const Decoy& decoy : decoys(listener.host())) {
    town.write_file(decoy.name, decoy.text);
    EXPECT_EQ(import(town.folder() / decoy.name).exit_code, 1) << decoy.name;
    town.write();
    (void)import(town.folder(), "--roads '" + (town.folder() / decoy.name).string() + "'");
    EXPECT_FALSE(listener.connected()) << decoy.name;
    fs::remove(town.folder() / decoy.name);
  }
}

TEST_F(HostileImport, OddNamesAreSaidWithoutHarm) {
  const fs::path odd = town.folder() / "a\n\"q\"\x1b[31m\xff";
  town.write();
  fs::create_directories(odd);
  for (const auto& [layer, features] : town.layers) {
    fs::copy_file(town.folder() / (layer + ".geojson"), odd / (layer + ".geojson"));
  }
  const Ran ran = import(odd);
  ASSERT_EQ(ran.exit_code, 0) << ran.output;
  const Ran inspected = gridmend("inspect '" + (out() / "town.gmr").string() + "' --json");
  ASSERT_EQ(inspected.exit_code, 0) << inspected.output;
  const auto parsed = nlohmann::json::parse(inspected.output, nullptr, false);
  ASSERT_FALSE(parsed.is_discarded()) << inspected.output;
  EXPECT_EQ(inspected.output.find('\x1b'), std::string::npos);
  EXPECT_EQ(inspected.output.find('\xff'), std::string::npos);
  const Ran missing = import(odd / "not\x1b[2Jthere.gpkg");
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_EQ(missing.output.find('\x1b'), std::string::npos) << "a terminal would obey";
}

TEST_F(HostileImport, NothingIsWrittenOverBeforeTheImportIsDone) {
  std::ofstream{out() / "town.gmr"} << "GRIDMEND of yesterday..";
  town.write_file("lines.geojson", "{");
  EXPECT_EQ(import(town.folder()).exit_code, 1);
  EXPECT_EQ(fs::file_size(out() / "town.gmr"), 23U);
  EXPECT_EQ(std::distance(fs::directory_iterator(out()), fs::directory_iterator()), 1);
}

// Streets of 100 m around a point.
std::string lattice_of_streets() {
  constexpr int kSide = 12;
  std::string osm = "<osm version='0.6'>";
  for (int i = 0; i < kSide * kSide; ++i) {
    osm += "<node id='" + std::to_string(i + 1) + "' version='1' lat='" +
           std::to_string(49 + (i / kSide) * 0.001) + "' lon='" +
           std::to_string(8 + (i % kSide) * 0.0014) + "'/>";
  }
  for (int way = 0; way < 2 * kSide; ++way) {
    osm += "<way id='" + std::to_string(way + 1) + "' version='1'>";
    for (int i = 0; i < kSide; ++i) {
      const int node = way < kSide ? way * kSide + i : i * kSide + way - kSide;
      osm += "<nd ref='" + std::to_string(node + 1) + "'/>";
    }
    osm += "<tag k='highway' v='residential'/></way>";
  }
  return osm + "</osm>";
}

TEST_F(HostileImport, AGuardedTownIsMadeImportedAndDrilled) {
  town.write_file("streets.osm", lattice_of_streets());
  const std::string folder = "'" + (town.folder() / "made").string();
  const Ran made = gridmend("synth --usage-points 200 --roads '" +
                            (town.folder() / "streets.osm").string() + "' -o " + folder + "'");
  ASSERT_EQ(made.exit_code, 0) << made.output;
  ASSERT_EQ(gridmend("import " + folder + "/network.gpkg' -o " + folder + "/r.gmr'").exit_code, 0);
  const Ran drilled = gridmend("drill " + folder + "/r.gmr' " + folder +
                               "/storm.toml' --policy naive --json -o " + folder + "/report'");
  EXPECT_EQ(drilled.exit_code, 0) << drilled.output;
  EXPECT_TRUE(fs::exists(town.folder() / "made" / "report" / "summary.json"));
}

TEST_F(HostileImport, RoadsThatBreakOffAreRefusedByTheTownToo) {
  town.write_file("streets.osm.pbf", std::string("\0\0\0\x08no blob!", 12));
  const Ran ran =
      gridmend("synth --usage-points 200 --roads '" + (town.folder() / "streets.osm.pbf").string() +
               "' -o '" + (town.folder() / "made").string() + "'");
  EXPECT_EQ(ran.exit_code, 1) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr("streets.osm.pbf"));
}

TEST_F(HostileImport, WhereNothingCanBeWrittenIsToldAtOnce) {
  town.write();
  const Ran ran = gridmend("import '" + town.folder().string() + "' -o '" +
                           (town.folder() / "no" / "such" / "town.gmr").string() + "'");
  EXPECT_EQ(ran.exit_code, 3) << ran.output;
  EXPECT_EQ(gridmend("import '" + town.folder().string() + "' -o /dev/null").exit_code, 3);
}

}  // namespace
}  // namespace gridmend::hostile_import_test
