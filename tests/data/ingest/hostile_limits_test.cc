#include <gmock/gmock.h>

#include <functional>

#include "data/ingest/line_road_reader.h"
#include "data/ingest/network_source.h"
#include "data/ingest/osm_power_source.h"
#include "tests/data/ingest/hostile_source.h"

namespace gridmend {
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

}  // namespace
}  // namespace gridmend
