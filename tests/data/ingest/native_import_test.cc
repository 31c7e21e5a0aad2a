#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <set>

#include "data/ingest/gis_writer.h"
#include "data/ingest/vector_source.h"
#include "tests/data/ingest/town_import.h"
#include "tests/data/ingest/town_source.h"

namespace gridmend::native_import_test {
namespace {

namespace fs = std::filesystem;

TEST(NativeImport, ATownComesInAsItStands) {
  const TownSource town;
  const auto imported = import(town.write());
  ASSERT_TRUE(imported) << describe(imported.error());
  const NetworkModel& network = imported->region.network;
  EXPECT_EQ(imported->profiles, std::vector<std::string>{"native"});
  EXPECT_EQ(network.substations().size(), 1u);
  EXPECT_EQ(network.feeders().size(), 2u);
  EXPECT_EQ(network.devices().size(), 7u);
  EXPECT_EQ(network.nodes().size(), 8u);
  EXPECT_EQ(imported->usage_points.total, 2u);
  EXPECT_EQ(imported->usage_points.supplied, 2u);
  EXPECT_EQ(imported->usage_points.refused, 0u);

  const auto id = [&](const char* mrid) { return *network.find_device(mrid); };
  const auto device = [&](const char* mrid) { return network.devices()[id(mrid)]; };
  EXPECT_EQ(device("CB1").kind, DeviceKind::breaker);
  EXPECT_EQ(device("TIE").normally_open, 1);
  EXPECT_EQ(device("T1").kind, DeviceKind::power_transformer);
  EXPECT_FLOAT_EQ(device("T1").rated_kva, 400);
  EXPECT_EQ(device("D1").kind, DeviceKind::service_drop);
  EXPECT_NEAR(static_cast<double>(device("L1").length_m), 192.6, 1);
  EXPECT_EQ(network.mrid(device("L9").feeder), "S2");

  const UsagePoint& u1 = network.usage_points()[*network.find_usage_point("u1")];
  EXPECT_EQ(u1.category, UsagePointCategory::hospital);
  EXPECT_EQ(network.mrid(u1.transformer), "T1");
  EXPECT_EQ(u1.phases, (PhaseSet{PhaseSet::kA}));
  const UsagePoint& u2 = network.usage_points()[*network.find_usage_point("u2")];
  EXPECT_EQ(u2.customers, 12);
  EXPECT_EQ(u2.phases, PhaseSet::unknown_single());
}

TEST(NativeImport, ALineDrawnBackwardsRunsFromItsFromNode) {
  const TownSource town;
  const auto imported = import(town.write());
  ASSERT_TRUE(imported);
  const NetworkModel& network = imported->region.network;
  const auto polyline = network.polyline(*network.find_device("L9"));
  ASSERT_EQ(polyline.size(), 2u);
  // n9 is the tie's end.
  EXPECT_NEAR(polyline.front().longitude_deg, 120.002, 1e-9);
  EXPECT_NEAR(polyline.back().longitude_deg, 120, 1e-9);
}

TEST(NativeImport, TheSameTownIsTheSameRegion) {
  const TownSource a, b;
  const auto first = import(a.write()), second = import(b.write());
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->region.id, second->region.id);
}

// The town's layers written again, all into one file or each into one of its own.
void copy_town(const fs::path& from, const fs::path& to, const std::string& suffix) {
  const auto source = VectorSource::open(from);
  ASSERT_TRUE(source) << describe(source.error());
  std::optional<GisWriter> writer;
  const auto start = [&](const std::string& name) {
    auto created = GisWriter::create(to / (name + suffix));
    ASSERT_TRUE(created) << describe(created.error());
    writer = std::move(*created);
  };
  const bool one_file = suffix == ".gpkg";
  if (one_file) start("town");
  for (std::size_t i = 0; i < source->layers().size(); ++i) {
    const VectorLayer& layer = source->layers()[i];
    if (!one_file) start(layer.name);
    GisLayerDefinition definition{layer.name, GisGeometryType::point, {}};
    if (layer.name == "lines") definition.geometry = GisGeometryType::line_string;
    // FlatGeobuf is nothing without geometry.
    if (layer.name == "feeders" && suffix != ".fgb") definition.geometry = GisGeometryType::none;
    std::vector<ColumnRequest> request;
    for (const std::string& column : layer.columns) {
      const bool number = column == "nominal_kv" || column == "rated_kva" ||
                          column == "customers" || column == "normally_open";
      definition.columns.push_back({column, number ? GisColumnType::real : GisColumnType::text});
      if (column == "normally_open") definition.columns.back().type = GisColumnType::flag;
      request.push_back({column, number ? ColumnKind::number : ColumnKind::text, false});
    }
    const auto number = writer->add_layer(definition);
    ASSERT_TRUE(number) << describe(number.error());
    const auto read = source->read(i, request, [&](const VectorFeature& feature) -> Result<void> {
      std::vector<GisValue> values;
      for (std::size_t c = 0; c < request.size(); ++c) {
        if (request[c].name == "normally_open") {
          values.emplace_back(feature.number(c) == 1);
        } else if (request[c].kind == ColumnKind::number) {
          values.emplace_back(feature.number(c).value_or(0));
        } else {
          values.emplace_back(feature.text(c));
        }
      }
      const std::vector<Position> somewhere = {{120, 30}};
      const bool needed = suffix == ".fgb" && feature.geometry().empty();
      return writer->write(*number, values, needed ? somewhere : feature.geometry());
    });
    ASSERT_TRUE(read) << describe(read.error());
    if (one_file) continue;
    ASSERT_TRUE(writer->close());
  }
  if (!one_file) return;
  ASSERT_TRUE(writer->close());
}

TEST(NativeImport, EveryFormatSaysTheSame) {
  const TownSource town;
  const auto expected = import(town.write());
  ASSERT_TRUE(expected);
  for (const char* suffix : {".gpkg", ".shp", ".fgb", ".csv", ".geojson"}) {
    SCOPED_TRACE(suffix);
    const TownSource copy;
    copy_town(town.folder(), copy.folder(), suffix);
    const auto imported = import(copy.folder());
    ASSERT_TRUE(imported) << describe(imported.error());
    // Formats may print positions or order features in their own way.
    const auto contents = [](const NetworkModel& network) {
      std::set<std::string> lines;
      for (const auto id : network.devices().ids()) {
        const Device& d = network.devices()[id];
        lines.insert(std::string{network.mrid(id)} + " " + std::string{to_string(d.kind)} + " " +
                     std::string{network.mrid(d.from)} + " " + std::string{network.mrid(d.to)} +
                     " " + to_string(d.phases) + " " + std::to_string(d.normally_open) + " " +
                     std::to_string(std::lround(d.length_m)) + " " + std::to_string(d.rated_kva) +
                     " " + std::to_string(std::lround(d.position.longitude_deg * 1e6)));
      }
      for (const auto id : network.usage_points().ids()) {
        const UsagePoint& u = network.usage_points()[id];
        lines.insert(std::string{network.mrid(id)} + " " + std::string{network.mrid(u.node)} + " " +
                     std::string{to_string(u.category)} + " " + std::to_string(u.customers));
      }
      for (const Feeder& f : network.feeders()) {
        lines.insert(std::string{network.text(f.mrid)} + " " + std::to_string(f.nominal_kv) + " " +
                     std::string{network.mrid(f.substation)});
      }
      return lines;
    };
    EXPECT_EQ(contents(imported->region.network), contents(expected->region.network));
  }
}

TEST(NativeImport, CoordinatesOfAnotherSystemBecomeWgs84) {
  TownSource town;
  town.write();
  // UTM zone 51 north: (500000, 3318785.35) is 123 E, 30 N.
  town.write_file("substations.geojson", R"({"type":"FeatureCollection",
    "crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::32651"}},
    "features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[500000,3318785.35]},
    "properties":{"mrid":"SUB","name":"Old Mill"}}]})");
  const auto imported = import(town.folder());
  ASSERT_TRUE(imported) << describe(imported.error());
  const Position position = imported->region.network.substations().values()[0].position;
  EXPECT_NEAR(position.longitude_deg, 123, 1e-6);
  EXPECT_NEAR(position.latitude_deg, 30, 1e-5);
}

TEST(NativeImport, SeveralSourcesMakeOneRegion) {
  TownSource lines, points;
  lines.layers.erase("usage_points");
  points.layers = {{"usage_points", points.layers["usage_points"]}};
  lines.write();
  points.write();
  points.write_file("lines_only.toml", R"(
name = "lines only"
[[feeders]]
layer = "feeders"
mrid = "mrid"
source_node = "source_node"
[[devices]]
layer = "lines"
mrid = "mrid"
kind = { default = "ac_line_segment" }
from_node = "from_node"
to_node = "to_node"
[[devices]]
layer = "switches"
mrid = "mrid"
kind = "kind"
from_node = "from_node"
to_node = "to_node"
normally_open = "normally_open"
[[devices]]
layer = "transformers"
mrid = "mrid"
kind = { default = "power_transformer" }
from_node = "from_node"
to_node = "to_node"
[[usage_points]]
layer = "usage_points"
mrid = "mrid"
node = "node"
transformer = "transformer"
)");
  points.write_file("region.toml",
                    "name = \"two\"\n[[sources]]\npath = \"" + lines.folder().string() +
                        "\"\nprofile = \"lines_only.toml\"\n[[sources]]\npath = \".\"\n"
                        "profile = \"lines_only.toml\"\n");
  const auto spec = read_region_toml(points.folder() / "region.toml");
  ASSERT_TRUE(spec) << describe(spec.error());
  const auto imported = import_region(*spec, {.most_severe_percent = 100, .progress = {}});
  ASSERT_TRUE(imported) << describe(imported.error());
  EXPECT_EQ(imported->usage_points.supplied, 2u);
  EXPECT_EQ(imported->region.provenance.name, "two");
  EXPECT_EQ(imported->region.provenance.sources.size(), 2u);
}

}  // namespace
}  // namespace gridmend::native_import_test
