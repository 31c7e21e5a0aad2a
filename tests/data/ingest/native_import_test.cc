#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>

#include "core/base/random.h"
#include "core/network/supply_forest.h"
#include "data/ingest/defect_report.h"
#include "data/ingest/gis_writer.h"
#include "data/ingest/region_import.h"
#include "data/ingest/vector_source.h"
#include "tests/data/ingest/town_source.h"

namespace gridmend {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

// Small sources are all defect or none; the part of severe ones is tested on its own.
constexpr double kAnySevere = 100;

Result<RegionImport> import(const fs::path& path, const std::string& profile = {},
                            double most_severe_percent = kAnySevere) {
  RegionSpec spec;
  spec.sources.push_back({path, profile});
  return import_region(spec, {.most_severe_percent = most_severe_percent, .progress = {}});
}

Error refusal(const fs::path& path, const std::string& profile = {}) {
  auto imported = import(path, profile);
  EXPECT_FALSE(imported) << "was imported";
  return imported ? Error{} : imported.error();
}

const Defect* find_defect(const RegionImport& imported, DefectClass defect_class) {
  const auto& defects = imported.region.defects;
  const auto it = std::ranges::find(defects, defect_class, &Defect::defect_class);
  return it == defects.end() ? nullptr : &*it;
}

std::size_t count_defects(const RegionImport& imported, DefectClass defect_class) {
  return static_cast<std::size_t>(
      std::ranges::count(imported.region.defects, defect_class, &Defect::defect_class));
}

std::size_t supplied(const NetworkModel& network) {
  const SwitchState switches{network};
  const SupplyForest forest = SupplyForest::derive(network, switches);
  return network.usage_points().size() - forest.unsupplied_usage_points().size();
}

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

// ---- refused: an error that says what and where

TEST(NativeImport, AMissingLayerIsRefusedByName) {
  TownSource town;
  town.layers.erase("lines");
  const Error error = refusal(town.write());
  EXPECT_EQ(error.reason, "LAYER_MISSING");
  EXPECT_EQ(error.place.layer, "lines");
  EXPECT_THAT(describe(error), AllOf(HasSubstr("'lines'"), HasSubstr("usage_points")));
}

TEST(NativeImport, ASourceThatLeavesEverybodyInTheDarkSaysWhatItLacks) {
  TownSource town;
  town.layers.erase("transformers");
  const auto imported = import(town.write());
  ASSERT_TRUE(imported) << describe(imported.error());
  ASSERT_TRUE(imported->refusal.has_value());
  EXPECT_EQ(imported->refusal->reason, "NOBODY_SUPPLIED");
  EXPECT_THAT(describe(*imported->refusal), HasSubstr("no layer of transformers"));
}

TEST(NativeImport, AMissingColumnIsRefusedByName) {
  TownSource town;
  for (std::string& feature : town.layers["lines"]) {
    const auto at = feature.find("\"from_node\"");
    feature.replace(at, 11, "\"from\"");
  }
  const Error error = refusal(town.write());
  EXPECT_EQ(error.reason, "COLUMN_MISSING");
  EXPECT_EQ(error.place.file, town.folder().filename().string() + "/lines.geojson");
  EXPECT_EQ(error.place.layer, "lines");
  EXPECT_EQ(error.place.column, "from_node");
}

TEST(NativeImport, AColumnOfTheWrongTypeIsRefusedByName) {
  TownSource town;
  town.replace("transformers", "\"rated_kva\":400", "\"rated_kva\":\"large\"");
  const Error error = refusal(town.write());
  EXPECT_EQ(error.reason, "COLUMN_TYPE");
  EXPECT_EQ(error.place.layer, "transformers");
  EXPECT_EQ(error.place.column, "rated_kva");

  TownSource second;
  for (std::string& feature : second.layers["usage_points"]) {
    const auto at = feature.find("\"node\":\"m1\"");
    feature.replace(at, 11, "\"node\":1.5");
  }
  EXPECT_EQ(refusal(second.write()).place.column, "node");
}

TEST(NativeImport, ATextAmongNumbersIsADefectThatNamesIt) {
  TownSource town;
  town.replace("usage_points", "\"customers\":1}", "\"customers\":\"12,x\"}");
  const auto imported = import(town.write());
  ASSERT_TRUE(imported) << describe(imported.error());
  const Defect* defect = find_defect(*imported, DefectClass::unknown_value);
  ASSERT_NE(defect, nullptr);
  EXPECT_EQ(defect->place.layer, "usage_points");
  EXPECT_EQ(defect->place.feature_id, "u1");
  EXPECT_EQ(defect->place.column, "customers");
  EXPECT_THAT(defect->message, HasSubstr("'12,x'"));
  const NetworkModel& network = imported->region.network;
  EXPECT_EQ(network.usage_points()[*network.find_usage_point("u1")].customers, 1);
  EXPECT_EQ(network.usage_points()[*network.find_usage_point("u2")].customers, 12);
}

TEST(NativeImport, ASourceNamedTwiceIsRefusedWithBothPlaces) {
  const TownSource town;
  town.write();
  const auto read = [&town](const std::string& toml) {
    town.write_file("region.toml", toml);
    return read_region_toml(town.folder() / "region.toml");
  };
  const std::string name = town.folder().filename().string();
  const auto same =
      read("[[sources]]\npath = \".\"\nprofile = \"native\"\n\n[[sources]]\npath = \"../" + name +
           "/\"\nprofile = \"native\"\n");
  ASSERT_FALSE(same);
  EXPECT_THAT(same.error().message,
              AllOf(HasSubstr("line 5"), HasSubstr("line 1"), HasSubstr("twice")));
  // One leaves its profile to be found out.
  const auto quiet =
      read("[[sources]]\npath = \".\"\n[[sources]]\npath = \".\"\nprofile = \"native\"\n");
  ASSERT_TRUE(quiet) << describe(quiet.error());
  const auto imported = import_region(*quiet, {.most_severe_percent = kAnySevere, .progress = {}});
  ASSERT_FALSE(imported);
  EXPECT_EQ(imported.error().reason, "SOURCE_TWICE");
  EXPECT_THAT(imported.error().message, AllOf(HasSubstr("source 1"), HasSubstr("source 2")));
  // Two profiles may each read their layers of one source.
  EXPECT_TRUE(
      read("[[sources]]\npath = \".\"\nprofile = \"a.toml\"\n[[sources]]\npath = \".\"\n"
           "profile = \"b.toml\"\n"));
}

TEST(NativeImport, AnUnknownProfileIsRefusedWithTheKnownOnes) {
  const TownSource town;
  const Error error = refusal(town.write(), "martian");
  EXPECT_EQ(error.reason, "PROFILE_UNKNOWN");
  EXPECT_THAT(error.message, AllOf(HasSubstr("martian"), HasSubstr("bdgd"), HasSubstr("native")));
}

TEST(NativeImport, EmptyAndMissingSourcesAreRefused) {
  const TownSource town;
  EXPECT_EQ(refusal(town.folder() / "none.gpkg").reason, "SOURCE_NOT_FOUND");
  EXPECT_EQ(refusal(town.folder()).reason, "SOURCE_EMPTY");
  for (const char* name : {"a.gpkg", "a.geojson", "a.zip", "a.shp"}) {
    town.write_file(name, "");
    EXPECT_EQ(refusal(town.folder() / name).reason, "SOURCE_EMPTY") << name;
  }
  town.write_file("b.geojson", R"({"type":"FeatureCollection","features":[]})");
  EXPECT_EQ(refusal(town.folder() / "b.geojson").reason, "LAYER_MISSING");
  for (const char* name : {"c.gpkg", "c.geojson", "c.zip", "c.txt"}) {
    town.write_file(name, "this is no data set");
    const Error error = refusal(town.folder() / name);
    EXPECT_THAT(error.reason, ::testing::AnyOf("SOURCE_FORMAT", "SOURCE_EMPTY")) << name;
    EXPECT_THAT(describe(error), HasSubstr(name));
  }
}

TEST(NativeImport, ANetworkWithoutDevicesOrFeedersIsRefused) {
  TownSource town;
  for (const char* layer : {"lines", "switches", "transformers"}) {
    std::string columns = R"("mrid":null,"kind":null,"from_node":null,"to_node":null)";
    town.layers[layer] = {bare_feature(columns)};
  }
  EXPECT_EQ(refusal(town.write()).reason, "NETWORK_EMPTY");
}

TEST(NativeImport, NothingIsFetchedFromANetwork) {
  EXPECT_EQ(refusal("/vsicurl/http://127.0.0.1:1/a.gpkg").reason, "SOURCE_NETWORK");
  EXPECT_EQ(refusal("https://127.0.0.1:1/a.gpkg").reason, "SOURCE_NETWORK");
  // A file that only points elsewhere.
  const TownSource town;
  town.write_file("a.vrt",
                  "<OGRVRTDataSource><OGRVRTLayer name='lines'><SrcDataSource>"
                  "/vsicurl/http://127.0.0.1:1/a.gpkg</SrcDataSource></OGRVRTLayer>"
                  "</OGRVRTDataSource>");
  EXPECT_EQ(refusal(town.folder() / "a.vrt").reason, "SOURCE_FORMAT");
  town.write_file("b.geojson", "http://127.0.0.1:1/a.geojson");
  EXPECT_EQ(refusal(town.folder() / "b.geojson").reason, "SOURCE_FORMAT");
}

// ---- defects: imported, and said

TEST(NativeImport, ADanglingNodeOfAUsagePointIsADefectAndHangsAtItsTransformer) {
  TownSource town;
  town.replace("usage_points", R"("node":"m1")", R"("node":"nowhere")");
  const auto imported = import(town.write());
  ASSERT_TRUE(imported) << describe(imported.error());
  const Defect* defect = find_defect(*imported, DefectClass::dangling_reference);
  ASSERT_NE(defect, nullptr);
  EXPECT_EQ(defect->place.file, town.folder().filename().string() + "/usage_points.geojson");
  EXPECT_EQ(defect->place.layer, "usage_points");
  EXPECT_EQ(defect->place.feature_id, "u1");
  EXPECT_THAT(defect->message, HasSubstr("nowhere"));
  const NetworkModel& network = imported->region.network;
  EXPECT_EQ(network.mrid(network.usage_points()[*network.find_usage_point("u1")].node), "v1");
  EXPECT_EQ(supplied(network), 2u);
}

TEST(NativeImport, AUsagePointThatHangsNowhereIsRefusedAndCounted) {
  TownSource town;
  town.replace("usage_points", R"("node":"m1","transformer":"T1")",
               R"("node":"nowhere","transformer":"T7")");
  const auto imported = import(town.write());
  ASSERT_TRUE(imported) << describe(imported.error());
  const UsagePointLedger& ledger = imported->usage_points;
  EXPECT_EQ(ledger.total, 2u);
  EXPECT_EQ(ledger.refused, 1u);
  EXPECT_EQ(ledger.supplied + ledger.unsupplied, 1u);
  EXPECT_EQ(ledger.refused_by_reason.size(), 1u);
  EXPECT_EQ(find_defect(*imported, DefectClass::usage_point_refused)->place.feature_id, "u1");
}

TEST(NativeImport, ADeviceWithoutAnEndIsLeftOutAndSaid) {
  TownSource town;
  town.replace("lines", R"("to_node":"m1")", R"("to_node":null)");
  const auto imported = import(town.write());
  ASSERT_TRUE(imported) << describe(imported.error());
  const Defect* defect = find_defect(*imported, DefectClass::dangling_reference);
  ASSERT_NE(defect, nullptr);
  EXPECT_EQ(defect->place.feature_id, "D1");
  EXPECT_EQ(defect->severity, DefectSeverity::severe);
  EXPECT_FALSE(imported->region.network.find_device("D1"));
}

TEST(NativeImport, ANodeThatTheNodeLayerDoesNotHaveIsADefect) {
  TownSource town;
  std::vector<std::string>& nodes = town.layers["connectivity_nodes"];
  for (const char* node : {"s1", "s2", "n1", "n2", "n9", "v1", "m1"}) {
    nodes.push_back(point_feature(120.001, 30, R"("mrid":")" + std::string{node} + "\""));
  }
  const auto imported = import(town.write());
  ASSERT_TRUE(imported) << describe(imported.error());
  ASSERT_EQ(count_defects(*imported, DefectClass::dangling_reference), 1u);
  const Defect* defect = find_defect(*imported, DefectClass::dangling_reference);
  EXPECT_EQ(defect->place.feature_id, "F1");
  EXPECT_THAT(defect->message, HasSubstr("'n3'"));
  EXPECT_EQ(imported->usage_points.supplied, 2u);
}

TEST(NativeImport, AFeederThatStartsNowhereIsADefect) {
  TownSource town;
  town.replace("feeders", R"("source_node":"s1")", R"("source_node":"s7")");
  const auto imported = import(town.write());
  ASSERT_TRUE(imported) << describe(imported.error());
  EXPECT_EQ(find_defect(*imported, DefectClass::dangling_reference)->place.feature_id, "S1");
  EXPECT_EQ(imported->usage_points.unsupplied, 2u);
  const Defect* island = find_defect(*imported, DefectClass::unsupplied_island);
  ASSERT_NE(island, nullptr);
  EXPECT_THAT(island->message, HasSubstr("2 usage points"));
}

TEST(NativeImport, DuplicateIdsAreDefectsAndNobodyLosesTheirMeter) {
  TownSource town;
  town.replace("usage_points", R"("mrid":"u2")", R"("mrid":"u1")");
  town.layers["lines"].push_back(town.layers["lines"][0]);        // the same twice
  town.replace("switches", R"("mrid":"F1")", R"("mrid":"CB1")");  // another CB1
  const auto imported = import(town.write());
  ASSERT_TRUE(imported) << describe(imported.error());
  EXPECT_EQ(count_defects(*imported, DefectClass::duplicate_id), 3u);
  const NetworkModel& network = imported->region.network;
  EXPECT_TRUE(network.find_usage_point("u1"));
  EXPECT_TRUE(network.find_usage_point("u1#2"));
  EXPECT_TRUE(network.find_device("CB1#2"));
  EXPECT_EQ(network.devices().size(), 7u);
  EXPECT_EQ(supplied(network), 2u);
  const Defect* defect = find_defect(*imported, DefectClass::duplicate_id);
  EXPECT_EQ(defect->place.layer, "switches");
  EXPECT_EQ(defect->place.feature_id, "CB1");
}

TEST(NativeImport, ACycleOfClosedSwitchesIsNamed) {
  TownSource town;
  // A second way from n1 to n2, through a closed disconnector.
  town.layers["switches"].push_back(point_feature(
      120.001, 30.0005,
      R"("mrid":"DS7","kind":"disconnector","from_node":"n1","to_node":"n2","phases":"ABC","normally_open":0)"));
  const auto imported = import(town.write());
  ASSERT_TRUE(imported) << describe(imported.error());
  const Defect* defect = find_defect(*imported, DefectClass::loop_of_closed_switches);
  ASSERT_NE(defect, nullptr);
  EXPECT_EQ(defect->severity, DefectSeverity::severe);
  EXPECT_THAT(defect->message, HasSubstr("DS7"));
  EXPECT_THAT(defect->message, HasSubstr("2 closed devices"));
  EXPECT_EQ(supplied(imported->region.network), 2u);
}

TEST(NativeImport, TwoFeedersTiedTogetherAreNamed) {
  TownSource town;
  town.replace("switches", R"("normally_open":1)", R"("normally_open":0)");
  const auto imported = import(town.write());
  ASSERT_TRUE(imported) << describe(imported.error());
  const Defect* defect = find_defect(*imported, DefectClass::loop_of_closed_switches);
  ASSERT_NE(defect, nullptr);
  EXPECT_THAT(defect->message, AllOf(HasSubstr("two sources"), HasSubstr("TIE"), HasSubstr("CB1")));
}

TEST(NativeImport, AFeederThatDoesNotSupplyItsDeviceIsSaid) {
  TownSource town;
  town.replace("transformers", R"("feeder":"S1")", R"("feeder":"S2")");
  const auto imported = import(town.write());
  ASSERT_TRUE(imported) << describe(imported.error());
  const Defect* defect = find_defect(*imported, DefectClass::feeder_disagrees);
  ASSERT_NE(defect, nullptr);
  EXPECT_EQ(defect->place.feature_id, "T1");
  EXPECT_TRUE(defect->position);
}

TEST(NativeImport, ATransformerWithoutUsagePointsIsSaid) {
  TownSource town;
  town.layers["transformers"].push_back(point_feature(
      120.002, 30.0003,
      R"("mrid":"T2","from_node":"n2","to_node":"v2","phases":"ABC","rated_kva":50)"));
  const auto imported = import(town.write());
  ASSERT_TRUE(imported);
  const Defect* defect = find_defect(*imported, DefectClass::transformer_without_usage_points);
  ASSERT_NE(defect, nullptr);
  EXPECT_EQ(defect->place.feature_id, "T2");
}

TEST(NativeImport, ANameThatIsNotUtf8IsKeptRepairedAndSaid) {
  TownSource town;
  town.write();
  town.write_file(
      "substations.geojson",
      "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"geometry\":"
      "{\"type\":\"Point\",\"coordinates\":[120,30]},\"properties\":"
      "{\"mrid\":\"SUB\",\"name\":\"M\xfchle \xc3\xa4\"}}]}");
  const auto imported = import(town.folder());
  ASSERT_TRUE(imported) << describe(imported.error());
  const Defect* defect = find_defect(*imported, DefectClass::text_not_utf8);
  ASSERT_NE(defect, nullptr);
  EXPECT_EQ(defect->place.layer, "substations");
  EXPECT_EQ(defect->place.feature_id, "SUB");
  EXPECT_EQ(defect->place.column, "name");
  const NetworkModel& network = imported->region.network;
  EXPECT_EQ(network.text(network.substations().values()[0].name), "M\xef\xbf\xbdhle \xc3\xa4");
}

TEST(NativeImport, UnknownValuesAreSaidAndTakenAsTheirDefault) {
  TownSource town;
  town.replace("switches", R"("kind":"fuse")", R"("kind":"flux capacitor")");
  town.replace("lines", R"("phases":"ABC")", R"("phases":"XYZ")");
  town.replace("usage_points", R"("category":"hospital")", R"("category":"castle")");
  town.replace("usage_points", R"("customers":12)", R"("customers":-12)");
  const auto imported = import(town.write());
  ASSERT_TRUE(imported) << describe(imported.error());
  EXPECT_EQ(count_defects(*imported, DefectClass::unknown_value), 4u);
  const NetworkModel& network = imported->region.network;
  EXPECT_EQ(network.devices()[*network.find_device("F1")].kind, DeviceKind::load_break_switch);
  EXPECT_EQ(network.devices()[*network.find_device("L1")].phases, PhaseSet::abc());
}

TEST(NativeImport, PositionsOffTheEarthAreRepairedAndSaid) {
  TownSource town;
  town.replace("usage_points", "120.003300", "12000.0");
  town.replace("lines", "[[120.003,30]", "[[1e400,30]");
  const auto imported = import(town.write());
  ASSERT_TRUE(imported) << describe(imported.error());
  EXPECT_EQ(count_defects(*imported, DefectClass::invalid_geometry), 2u);
  for (const UsagePoint& point : imported->region.network.usage_points()) {
    EXPECT_NEAR(point.position.longitude_deg, 120, 0.01);
  }
  for (const ConnectivityNode& node : imported->region.network.nodes()) {
    EXPECT_NEAR(node.position.longitude_deg, 120, 0.01);
  }
}

TEST(NativeImport, TooManySevereDefectsRefuseTheSource) {
  TownSource town;
  town.replace("lines", R"("to_node":"m1")", R"("to_node":null)");
  const auto strict = import(town.write(), {}, 1);
  ASSERT_TRUE(strict) << describe(strict.error());
  ASSERT_TRUE(strict->refusal);
  EXPECT_EQ(strict->refusal->reason, "TOO_MANY_SEVERE_DEFECTS");
  const auto lenient = import(town.folder(), {}, 100);
  ASSERT_TRUE(lenient);
  EXPECT_FALSE(lenient->refusal);
}

TEST(NativeImport, ALimitOfOneClassRefusesAndASeverityIsTheUtilitysOwn) {
  TownSource town;
  town.replace("transformers", R"("feeder":"S1")", R"("feeder":"S2")");
  town.write();
  const auto import_with = [&town](const std::string& checks) {
    town.write_file("region.toml", "[[sources]]\npath = \".\"\nprofile = \"native\"\n" + checks);
    const auto spec = read_region_toml(town.folder() / "region.toml");
    EXPECT_TRUE(spec) << describe(spec.error());
    return import_region(*spec, {});
  };
  const auto lenient = import_with("[checks]\nmesh_loops = 2\n");
  ASSERT_TRUE(lenient) << describe(lenient.error());
  EXPECT_FALSE(lenient->refusal);
  const auto noted = import_with("[checks.classes.feeder_disagrees]\nseverity = \"note\"\n");
  ASSERT_TRUE(noted);
  EXPECT_EQ(find_defect(*noted, DefectClass::feeder_disagrees)->severity, DefectSeverity::note);
  EXPECT_EQ(noted->defect_tally.of(DefectClass::feeder_disagrees, DefectSeverity::note), 1u);
  const auto refused = import_with("[checks.classes.feeder_disagrees]\nseverity = \"refuse\"\n");
  ASSERT_TRUE(refused);
  ASSERT_TRUE(refused->refusal);
  EXPECT_EQ(refused->refusal->reason, "DEFECT_LIMIT");
  EXPECT_THAT(refused->refusal->message, HasSubstr("feeder_disagrees"));
}

TEST(NativeImport, DefectsKnowWhomTheyTouch) {
  TownSource town;
  town.replace("transformers", R"("feeder":"S1")", R"("feeder":"S2")");
  const auto imported = import(town.write());
  ASSERT_TRUE(imported);
  const DefectSubject& subject = find_defect(*imported, DefectClass::feeder_disagrees)->subject;
  EXPECT_EQ(imported->region.network.mrid(subject.device), "T1");
  EXPECT_EQ(imported->region.network.mrid(subject.feeder), "S1");
  EXPECT_EQ(subject.customers, 13u);
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

TEST(NativeImport, ARegionTomlThatIsWrongIsRefusedByLine) {
  const TownSource town;
  const auto reason = [&](const char* text) {
    town.write_file("region.toml", text);
    const auto spec = read_region_toml(town.folder() / "region.toml");
    EXPECT_FALSE(spec);
    return spec ? std::string{} : spec.error().reason + " " + spec.error().message;
  };
  EXPECT_THAT(reason(""), HasSubstr("REGION_TOML_INVALID"));
  EXPECT_THAT(reason("name = \"a\"\n[[sources]]\n"), HasSubstr("'path'"));
  EXPECT_THAT(reason("\nsorces = 1"), AllOf(HasSubstr("line 2"), HasSubstr("sorces")));
  EXPECT_THAT(reason("[checks]\nmesh = 1"), AllOf(HasSubstr("line 2"), HasSubstr("'mesh'")));
  EXPECT_THAT(reason("[checks.classes.nonsense]\nmost = 1"), HasSubstr("nonsense"));
  EXPECT_THAT(reason("[checks]\nvoltage_ratio = 0.5"), HasSubstr("a number from 1"));
  EXPECT_THAT(reason("= ="), HasSubstr("line 1"));
  EXPECT_EQ(read_region_toml(town.folder() / "none.toml").error().reason, "SOURCE_NOT_FOUND");
}

TEST(NativeImport, DefectsAreWrittenForAGis) {
  TownSource town;
  town.replace("usage_points", R"("node":"m1")", R"("node":"nowhere")");
  const auto imported = import(town.write());
  ASSERT_TRUE(imported);
  for (const char* name : {"d.gpkg", "d.geojson", "d.csv"}) {
    const fs::path path = town.folder() / name;
    const auto written = write_defects(imported->region, imported->defect_tally, path);
    ASSERT_TRUE(written) << describe(written.error());
    const auto source = VectorSource::open(path);
    ASSERT_TRUE(source) << describe(source.error());
    std::size_t count = 0;
    const std::vector<ColumnRequest> columns = {{"class"}, {"feature_id"}};
    ASSERT_TRUE(source->read(0, columns, [&](const VectorFeature& feature) -> Result<void> {
      EXPECT_EQ(feature.text(0), to_string(imported->region.defects[count].defect_class));
      EXPECT_EQ(feature.text(1), imported->region.defects[count].place.feature_id);
      ++count;
      return {};
    }));
    EXPECT_EQ(count, imported->region.defects.size()) << name;
  }
  const auto refused = write_defects(imported->region, {}, town.folder() / "d.xls");
  EXPECT_EQ(refused.error().reason, "DEFECT_FORMAT_UNKNOWN");
}

// ---- garbage

std::string read_bytes(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

void spoil(std::string& bytes, Random& random) {
  const std::size_t changes = 1 + random.below(6);
  for (std::size_t i = 0; i < changes && !bytes.empty(); ++i) {
    const std::size_t at = random.below(bytes.size());
    switch (random.below(4)) {
      case 0:
        bytes[at] = static_cast<char>(random.below(256));
        break;
      case 1:
        bytes.erase(at, random.below(40));
        break;
      case 2:
        bytes.insert(at, bytes.substr(random.below(bytes.size()), random.below(60)));
        break;
      default:
        if (random.chance(0.1)) bytes.resize(at);
        break;
    }
  }
}

TEST(NativeImport, SpoiltGeoJsonNeverCrashesIt) {
  const TownSource town;
  town.write();
  std::map<std::string, std::string> good;
  for (const auto& [name, features] : town.layers) {
    good[name] = read_bytes(town.folder() / (name + ".geojson"));
  }
  std::size_t imported_count = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    auto it = good.begin();
    std::advance(it, random.below(good.size()));
    std::string bytes = it->second;
    spoil(bytes, random);
    town.write_file(it->first + ".geojson", bytes);
    const auto imported = import(town.folder());
    if (imported) {
      ++imported_count;
      const UsagePointLedger& ledger = imported->usage_points;
      EXPECT_EQ(ledger.total, ledger.supplied + ledger.unsupplied + ledger.refused);
    } else {
      EXPECT_FALSE(imported.error().message.empty());
      EXPECT_FALSE(describe(imported.error()).empty());
    }
    town.write_file(it->first + ".geojson", it->second);
  }
  EXPECT_GT(imported_count, 20u);
  EXPECT_LT(imported_count, 390u);
}

TEST(NativeImport, ASpoiltGeoPackageNeverCrashesIt) {
  const TownSource town;
  const fs::path path = town.folder() / "a.gpkg";
  {
    auto writer = GisWriter::create(path);
    ASSERT_TRUE(writer);
    const auto feeders =
        writer->add_layer({"feeders", GisGeometryType::none, {{"mrid"}, {"source_node"}}});
    const auto lines = writer->add_layer(
        {"lines", GisGeometryType::line_string, {{"mrid"}, {"from_node"}, {"to_node"}}});
    const auto points =
        writer->add_layer({"usage_points", GisGeometryType::point, {{"mrid"}, {"node"}}});
    using V = std::vector<GisValue>;
    ASSERT_TRUE(writer->write(*feeders, V{"S", "n0"}, {}));
    for (int i = 0; i < 40; ++i) {
      const std::string id = std::to_string(i), from = "n" + id, to = "n" + std::to_string(i + 1);
      const std::vector<Position> line = {{120 + i * 1e-3, 30}, {120.001 + i * 1e-3, 30}};
      ASSERT_TRUE(writer->write(
          *lines, V{std::string_view{id}, std::string_view{from}, std::string_view{to}}, line));
      ASSERT_TRUE(writer->write(*points, V{std::string_view{id}, std::string_view{to}},
                                std::span{line}.last(1)));
    }
    ASSERT_TRUE(writer->close());
  }
  const std::string good = read_bytes(path);
  ASSERT_TRUE(import(path)) << describe(import(path).error());
  for (std::uint64_t seed = 0; seed < 120; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    std::string bytes = good;
    spoil(bytes, random);
    town.write_file("a.gpkg", bytes);
    const auto imported = import(path);
    EXPECT_TRUE(imported || !describe(imported.error()).empty());
  }
}

}  // namespace
}  // namespace gridmend
