#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/network/supply_forest.h"
#include "data/ingest/defect_report.h"
#include "data/ingest/vector_source.h"
#include "tests/data/ingest/town_import.h"
#include "tests/data/ingest/town_source.h"

namespace gridmend::native_defects_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

std::size_t supplied(const NetworkModel& network) {
  const SwitchState switches{network};
  const SupplyForest forest = SupplyForest::derive(network, switches);
  return network.usage_points().size() - forest.unsupplied_usage_points().size();
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
  ASSERT_EQ(ledger.refused_by_reason.size(), 1u);
  EXPECT_EQ(ledger.refused_by_reason.begin()->first,
            "no device names its connectivity node, and its transformer is not known")
      << "of all such one reason, with their number";
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
  const NetworkModel& network = imported->region.network;
  EXPECT_EQ(network.devices()[*network.find_device("DS7")].normally_open, 1);
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

TEST(NativeImport, ATransformerDrawnFarFromWhatItsIdJoinsItToIsSaidWithBothDistances) {
  TownSource town;
  town.replace("transformers", "120.003", "120.013");
  town.layers["lines"].push_back(line_feature(
      "[[120.002,30],[120.013,30.00002]]",
      R"("mrid":"L7","kind":"ac_line_segment","from_node":"n2","to_node":"n8","phases":"ABC")"));
  const auto imported = import(town.write());
  ASSERT_TRUE(imported) << describe(imported.error());
  const Defect* defect = find_defect(*imported, DefectClass::connectivity_disagrees);
  ASSERT_NE(defect, nullptr);
  EXPECT_EQ(defect->place.feature_id, "T1");
  EXPECT_EQ(defect->place.layer, "transformers");
  EXPECT_EQ(defect->severity, DefectSeverity::warning);
  EXPECT_THAT(defect->message, AllOf(HasSubstr("'n3'"), HasSubstr("fuse 'F1', 1059 m away"),
                                     HasSubstr("line segment 'L7' ('n2' to 'n8'), 2.2 m away")));
  EXPECT_EQ(count_defects(*imported, DefectClass::connectivity_disagrees), 1u);
  EXPECT_EQ(supplied(imported->region.network), 2u) << "the ids decide";
}

TEST(NativeImport, WhatWasDrawnWhereItsIdsJoinItIsNotToldNorIsAScheme) {
  EXPECT_EQ(count_defects(*import(TownSource{}.write()), DefectClass::connectivity_disagrees), 0u);
  // Every switch of a street drawn on a sheet of its own.
  TownSource sheets;
  std::string before = "n2";
  for (int i = 0; i < 12; ++i) {
    const std::string node = "w" + std::to_string(i);
    sheets.layers["switches"].push_back(point_feature(
        120.002 + 0.01 * i, 30.1,
        R"("mrid":"W)" + std::to_string(i) + R"(","kind":"disconnector","from_node":")" + before +
            R"(","to_node":")" + node + R"(","phases":"ABC","normally_open":0)"));
    before = node;
  }
  const auto imported = import(sheets.write());
  ASSERT_TRUE(imported) << describe(imported.error());
  ASSERT_EQ(count_defects(*imported, DefectClass::connectivity_disagrees), 1u);
  EXPECT_THAT(find_defect(*imported, DefectClass::connectivity_disagrees)->message,
              HasSubstr("the drawing is no map"));
}

TEST(NativeImport, PhasesThatAreAssumedBehindASinglePhaseAreOneNote) {
  TownSource town;
  // A street of fuses on one phase, each before a line of which nobody says what it carries.
  std::string before = "n2";
  for (int i = 0; i < 6; ++i) {
    const std::string number = std::to_string(i), between = "p" + number, behind = "q" + number;
    town.layers["switches"].push_back(
        bare_feature(R"("mrid":"P)" + number + R"(","kind":"fuse","from_node":")" + before +
                     R"(","to_node":")" + between + R"(","phases":"A","normally_open":0)"));
    town.layers["lines"].push_back(
        bare_feature(R"("mrid":"Q)" + number + R"(","kind":"service_drop","from_node":")" +
                     between + R"(","to_node":")" + behind + R"(","phases":null)"));
    before = behind;
  }
  const auto imported = import(town.write());
  ASSERT_TRUE(imported) << describe(imported.error());
  ASSERT_EQ(count_defects(*imported, DefectClass::phase_mismatch), 1u);
  const Defect* defect = find_defect(*imported, DefectClass::phase_mismatch);
  EXPECT_EQ(defect->severity, DefectSeverity::note);
  EXPECT_EQ(defect->place.feature_id, "Q0");
  EXPECT_THAT(defect->message, AllOf(HasSubstr("and 5 other devices beside it"),
                                     HasSubstr("the source does not say its phases")));
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

}  // namespace
}  // namespace gridmend::native_defects_test
