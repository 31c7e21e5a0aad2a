#include <gmock/gmock.h>
#include <sqlite3.h>

#include <chrono>
#include <functional>
#include <thread>

#include "core/base/random.h"
#include "data/ingest/line_road_reader.h"
#include "data/ingest/network_source.h"
#include "data/ingest/osm_power_source.h"
#include "data/ingest/untrusted_sqlite.h"
#include "tests/data/ingest/hostile_source.h"

namespace gridmend::hostile_limits_test {
namespace {

using testing::HasSubstr;

TEST_F(HostileSource, LimitsOfALayerAreHeld) {
  town.write();
  auto source = VectorSource::open(file("lines.geojson"), {.features = 2});
  ASSERT_TRUE(source);
  const ReadLayer read = read_layer(*source, "lines");
  EXPECT_EQ(read.refusal, "IMPORT_FEATURE_LIMIT");
  EXPECT_THAT(read.message, HasSubstr("--max-features"));
  source = VectorSource::open(file("lines.geojson"), {.vertices = 1});
  ASSERT_TRUE(source);
  EXPECT_EQ(read_layer(*source, "lines").refusal, "IMPORT_VERTEX_LIMIT");
  EXPECT_EQ(VectorSource::open(town.folder(), {.layers = 2}).error().reason, "IMPORT_LAYER_LIMIT");
}

std::string many(int count, const std::function<std::string(int)>& one) {
  std::string text;
  for (int i = 0; i < count; ++i) text += one(i);
  return text;
}

// Nodes 1 to `nodes`, then ways of the first ten of them; the first way has all.
std::string osm_of(int ways, int nodes, const std::string& tag) {
  const auto refs = [](int count) {
    return many(count, [](int i) { return "<nd ref='" + std::to_string(i + 1) + "'/>"; });
  };
  return "<osm version='0.6'>" +
         many(nodes,
              [](int i) {
                return "<node id='" + std::to_string(i + 1) + "' version='1' lat='49' lon='" +
                       std::to_string(8 + i * 1e-4) + "'/>";
              }) +
         many(ways,
              [&](int i) {
                return "<way id='" + std::to_string(i + 1) + "' version='1'>" +
                       refs(i == 0 ? nodes : 10) + tag + "</way>";
              }) +
         "</osm>";
}

std::string reason_of_reading(const fs::path& path, const SourceLimits& limits) {
  SourceSpec spec;
  spec.path = path;
  spec.limits = limits;
  const auto source = open_network_source(spec);
  if (!source) return source.error().reason;
  NetworkBuilder builder;
  const auto read = (*source)->read(builder, {});
  return read ? "" : read.error().reason;
}

TEST_F(HostileSource, LimitsHoldForRoads) {
  const std::string tag = "<tag k='highway' v='primary'/>";
  town.write_file("roads.osm", osm_of(20, 30, tag));
  EXPECT_TRUE(read_road_file(file("roads.osm"), {.features = 20, .vertices = 30}));
  const auto many_ways = read_road_file(file("roads.osm"), {.features = 19});
  ASSERT_FALSE(many_ways);
  EXPECT_EQ(many_ways.error().reason, "IMPORT_FEATURE_LIMIT");
  const auto long_way = read_road_file(file("roads.osm"), {.vertices = 29});
  ASSERT_FALSE(long_way);
  EXPECT_EQ(long_way.error().reason, "IMPORT_VERTEX_LIMIT");
  EXPECT_EQ(long_way.error().place.feature_id, "way/1");
  town.write();
  const auto lines = read_road_file(file("lines.geojson"), {.features = 1});
  ASSERT_FALSE(lines);
  EXPECT_EQ(lines.error().reason, "IMPORT_FEATURE_LIMIT");
}

TEST_F(HostileSource, LimitsHoldForAMapsPowerLines) {
  town.write_file("power.osm", osm_of(20, 30, "<tag k='power' v='minor_line'/>"));
  EXPECT_TRUE(OsmPowerSource::open(file("power.osm"), {.features = 20, .vertices = 30}));
  EXPECT_EQ(reason_of_reading(file("power.osm"), {.features = 19}), "IMPORT_FEATURE_LIMIT");
  EXPECT_EQ(reason_of_reading(file("power.osm"), {.vertices = 29}), "IMPORT_VERTEX_LIMIT");
}

TEST_F(HostileSource, LimitsHoldForModels) {
  const auto breaker = [](int i) { return "<cim:Breaker rdf:ID='b" + std::to_string(i) + "'/>"; };
  const auto point = [](int i) {
    return "<cim:PositionPoint rdf:ID='p" + std::to_string(i) +
           "'><cim:PositionPoint.Location rdf:resource='#here'/></cim:PositionPoint>";
  };
  town.write_file("model.xml",
                  "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
                  "xmlns:cim='http://iec.ch/TC57/CIM100#'><cim:Location rdf:ID='here'/>" +
                      many(20, breaker) + many(15, point) + "</rdf:RDF>");
  EXPECT_EQ(reason_of_reading(file("model.xml"), {.features = 20, .vertices = 15}), "CIM_EMPTY")
      << "read to its end: nothing in it is joined to anything";
  EXPECT_EQ(reason_of_reading(file("model.xml"), {.features = 19}), "IMPORT_FEATURE_LIMIT");
  EXPECT_EQ(reason_of_reading(file("model.xml"), {.features = 14}), "IMPORT_FEATURE_LIMIT");
  EXPECT_EQ(reason_of_reading(file("model.xml"), {.vertices = 14}), "IMPORT_VERTEX_LIMIT");
  town.write_file("model.dss", "New Circuit.town bus1=S basekv=12.47\n" + many(20, [](int i) {
                                 return "New Load.l" + std::to_string(i) + " bus1=S kw=1\n";
                               }));
  EXPECT_EQ(reason_of_reading(file("model.dss"), {.features = 20}), "");
  EXPECT_EQ(reason_of_reading(file("model.dss"), {.features = 19}), "IMPORT_FEATURE_LIMIT");
}

TEST_F(HostileSource, ThirtyThousandColumnsAreReadOrRefused) {
  std::string header = "mrid";
  std::string row = "1";
  for (int i = 0; i < 30'000; ++i) {
    header += ",c" + std::to_string(i);
    row += ",x";
  }
  town.write_file("wide.csv", header + "\n" + row + "\n");
  if (const auto source = VectorSource::open(file("wide.csv"))) {
    EXPECT_LE(read_layer(*source, "wide").features, 1U);
  }
}

TEST_F(HostileSource, ATextOfAHundredMegabytesIsReadOrRefused) {
  const std::string text(100'000'000, 'a');
  town.write_file("long.csv", "mrid,name\nm1,\"" + text + "\"\nm2,b\n");
  town.write_file(
      "long.geojson",
      R"({"type":"FeatureCollection","features":[{"type":"Feature","properties":{"mrid":")" + text +
          R"("},"geometry":{"type":"Point","coordinates":[8,49]}}]})");
  town.write_file("name.geojson",
                  R"({"type":"FeatureCollection","features":[{"type":"Feature","properties":{")" +
                      text + R"(":1},"geometry":{"type":"Point","coordinates":[8,49]}}]})");
  for (const char* name : {"long", "name"}) {
    for (const char* suffix : {".csv", ".geojson"}) {
      const auto source = VectorSource::open(file(std::string{name} + suffix));
      if (!source) {
        EXPECT_LT(source.error().message.size(), 4096U) << "the text is not repeated";
        continue;
      }
      const ReadLayer read = read_layer(*source, name);
      EXPECT_LE(read.features, 2U);
      EXPECT_LT(read.message.size(), 4096U);
    }
  }
}

TEST_F(HostileSource, AGeoPackageOfManyLayersIsReadOrRefusedByTheirNumber) {
  std::vector<std::string> sql = {"BEGIN"};
  for (int i = 0; i < 1'000; ++i) {
    const std::string name = "t" + std::to_string(i);
    sql.push_back("CREATE TABLE " + name + " (fid INTEGER PRIMARY KEY, mrid TEXT)");
    sql.push_back("INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('" + name +
                  "', 'attributes', '" + name + "')");
  }
  sql.emplace_back("COMMIT");
  const fs::path path = geopackage(sql);
  const auto source = VectorSource::open(path);
  ASSERT_TRUE(source) << describe(source.error());
  EXPECT_EQ(source->layers().size(), 1'001U);
  EXPECT_EQ(read_layer(*source, "t999").refusal, "");
  EXPECT_EQ(VectorSource::open(path, {.layers = 1'000}).error().reason, "IMPORT_LAYER_LIMIT");
}

TEST_F(HostileSource, TimeSpentWaitingIsNotAQuerysOwn) {
  sqlite3* database = nullptr;
  const UntrustedSqlite sqlite{std::chrono::seconds{1}};
  ASSERT_EQ(sqlite3_open(":memory:", &database), SQLITE_OK);
  const auto count = [database](const std::string& tables) {
    const std::string sql =
        "WITH d(i) AS (VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)) SELECT count(*) FROM " +
        tables;
    return sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr);
  };
  // A machine that gives the thread no processor for longer than the query may take.
  std::this_thread::sleep_for(std::chrono::milliseconds{1200});
  EXPECT_EQ(count("d a, d b, d c, d e, d f"), SQLITE_OK);
  EXPECT_EQ(sqlite.refusal(), "");
  EXPECT_EQ(count("d a, d b, d c, d e, d f, d g, d h, d i, d j, d k, d l"), SQLITE_INTERRUPT);
  EXPECT_THAT(sqlite.refusal(), HasSubstr("does not come to an end"));
  sqlite3_close(database);
}

// Where the bytes of a file begin that a .zip holds as they are.
std::size_t stored_at(const std::string& zip, std::string_view name) {
  const auto at = zip.find(name);
  EXPECT_NE(at, std::string::npos) << name;
  return at == std::string::npos ? 0 : at + name.size();
}

TEST_F(HostileSource, ADamagedTableOfAGeodatabaseIsReadOrRefused) {
  const std::string sound =
      bytes_of(fs::path{GRIDMEND_SOURCE_DIR} / "tests/fuzz/corpus/file_geodatabase/two_layers");
  const auto try_it = [&](const std::string& bytes) {
    town.write_file("t.gdb.zip", bytes);
    const auto source = VectorSource::open(file("t.gdb.zip"));
    if (!source) return false;
    bool whole = !source->layers().empty();
    for (const VectorLayer& layer : source->layers()) {
      const ReadLayer read = read_layer(*source, layer.name);
      EXPECT_LT(read.features, 1'000'000U);
      whole = whole && read.refusal.empty();
    }
    return whole;
  };
  ASSERT_TRUE(try_it(sound));
  const std::size_t table = stored_at(sound, "t.gdb/a00000009.gdbtable");
  std::string declares_many = sound;
  declares_many.replace(table + 4, 4, std::string("\x00\xca\x9a\x3b", 4));  // 1,000,000,000 rows
  (void)try_it(declares_many);
  std::string of_zeros = sound;
  of_zeros.replace(table, 700, std::string(700, '\0'));
  EXPECT_FALSE(try_it(of_zeros)) << "what cannot be opened is not an empty layer";
  for (int seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{static_cast<std::uint64_t>(seed)};
    std::string damaged = sound;
    for (int i = 0; i < 8; ++i) {
      damaged[table + random.below(700)] = static_cast<char>(random.below(256));
    }
    (void)try_it(damaged);
  }
}

}  // namespace
}  // namespace gridmend::hostile_limits_test
