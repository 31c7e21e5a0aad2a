// The CGMES dialect: several profiles of one model, kV and km, nodes of one kind or the other.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>
#include <string>

#include "core/network/supply_forest.h"
#include "data/ingest/cim_vocabulary.h"
#include "data/ingest/region_import.h"
#include "tests/data/ingest/cim_text.h"

namespace gridmend::cim_cgmes_test {
namespace {

using ::testing::HasSubstr;

// A model of our own, in four profiles:
//
//   NET (110 kV)==T1==bus (20 kV)==line L1==village (20 kV): load V
//                      |
//                      load B
//
// The line and the load of the village are given by UUIDs, as exporters do.
constexpr const char* kLine = "a1b2c3d4-0001-4a00-8b00-0123456789ab";
constexpr const char* kVillage = "A1B2C3D4-0002-4A00-8B00-0123456789AB";

std::string profile_file(const std::string& profile, const std::string& model_id,
                         const std::string& depends_on, const std::string& body) {
  return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
         "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"\n"
         "    xmlns:c=\"http://iec.ch/TC57/2013/CIM-schema-cim16#\"\n"
         "    xmlns:md=\"http://iec.ch/TC57/61970-552/ModelDescription/1#\">\n"
         "  <md:FullModel rdf:about=\"urn:uuid:" +
         model_id + "\">\n    <md:Model.profile>http://entsoe.eu/CIM/" + profile +
         "</md:Model.profile>\n" +
         (depends_on.empty()
              ? std::string{}
              : "    <md:Model.DependentOn rdf:resource=\"urn:uuid:" + depends_on + "\"/>\n") +
         "  </md:FullModel>\n" + body + "</rdf:RDF>\n";
}

std::string end_of(int number, const char* base, const char* kv) {
  const std::string n = std::to_string(number);
  return "<c:PowerTransformerEnd rdf:ID=\"_T1e" + n +
         "\"><c:PowerTransformerEnd.PowerTransformer rdf:resource=\"#_T1\"/>"
         "<c:TransformerEnd.endNumber>" +
         n +
         "</c:TransformerEnd.endNumber>"
         "<c:TransformerEnd.Terminal rdf:resource=\"#_T1." +
         n +
         "\"/>"
         "<c:TransformerEnd.BaseVoltage rdf:resource=\"#_" +
         base +
         "\"/>"
         "<c:PowerTransformerEnd.ratedU>" +
         kv +
         "</c:PowerTransformerEnd.ratedU>"
         "<c:PowerTransformerEnd.ratedS>31.5</c:PowerTransformerEnd.ratedS>"
         "</c:PowerTransformerEnd>\n";
}

std::string terminal(const std::string& id, const std::string& equipment, int number,
                     const std::string& node) {
  return "<c:Terminal rdf:ID=\"_" + id + "\"><c:Terminal.ConductingEquipment rdf:resource=\"#_" +
         equipment + "\"/><c:ACDCTerminal.sequenceNumber>" + std::to_string(number) +
         "</c:ACDCTerminal.sequenceNumber>" +
         (node.empty() ? std::string{}
                       : "<c:Terminal.ConnectivityNode rdf:resource=\"#_" + node + "\"/>") +
         "</c:Terminal>\n";
}

// `nodes`: connectivity nodes of NET, T1.1, T1.2, B, L1.1, L1.2, V; empty texts: bus-branch.
std::string equipment(const std::array<std::string, 7>& nodes, const std::string& more = {}) {
  const std::string line = kLine, village = kVillage;
  return "<c:BaseVoltage "
         "rdf:ID=\"_kv110\"><c:BaseVoltage.nominalVoltage>110</c:BaseVoltage.nominalVoltage></"
         "c:BaseVoltage>\n"
         "<c:BaseVoltage "
         "rdf:ID=\"_kv20\"><c:BaseVoltage.nominalVoltage>20</c:BaseVoltage.nominalVoltage></"
         "c:BaseVoltage>\n"
         "<c:Substation "
         "rdf:ID=\"_sub\"><c:IdentifiedObject.name>Hochfeld</c:IdentifiedObject.name></"
         "c:Substation>\n"
         "<c:VoltageLevel rdf:ID=\"_vl110\"><c:VoltageLevel.Substation "
         "rdf:resource=\"#_sub\"/><c:VoltageLevel.BaseVoltage "
         "rdf:resource=\"#_kv110\"/></c:VoltageLevel>\n"
         "<c:VoltageLevel rdf:ID=\"_vl20\"><c:VoltageLevel.Substation "
         "rdf:resource=\"#_sub\"/><c:VoltageLevel.BaseVoltage "
         "rdf:resource=\"#_kv20\"/></c:VoltageLevel>\n"
         "<c:ExternalNetworkInjection "
         "rdf:ID=\"_NET\"><c:IdentifiedObject.name>grid</"
         "c:IdentifiedObject.name><c:Equipment.EquipmentContainer "
         "rdf:resource=\"#_vl110\"/></c:ExternalNetworkInjection>\n"
         "<c:PowerTransformer rdf:ID=\"_T1\"><c:Equipment.EquipmentContainer "
         "rdf:resource=\"#_sub\"/></c:PowerTransformer>\n" +
         end_of(1, "kv110", "115") + end_of(2, "kv20", "21") +
         "<c:RatioTapChanger rdf:ID=\"_tap\"><c:RatioTapChanger.TransformerEnd "
         "rdf:resource=\"#_T1e1\"/></c:RatioTapChanger>\n"
         "<c:ACLineSegment rdf:ID=\"_" +
         line +
         "\"><c:ConductingEquipment.BaseVoltage "
         "rdf:resource=\"#_kv20\"/><c:Conductor.length>3.2</c:Conductor.length></c:ACLineSegment>\n"
         "<c:ConformLoad rdf:ID=\"_B\"><c:Equipment.EquipmentContainer "
         "rdf:resource=\"#_vl20\"/></c:ConformLoad>\n"
         "<c:NonConformLoad rdf:ID=\"_" +
         village + "\"/>\n" + terminal("NET.1", "NET", 1, nodes[0]) +
         terminal("T1.1", "T1", 1, nodes[1]) + terminal("T1.2", "T1", 2, nodes[2]) +
         terminal("B.1", "B", 1, nodes[3]) + terminal("L1.1", line, 1, nodes[4]) +
         terminal("L1.2", line, 2, nodes[5]) + terminal("V.1", village, 1, nodes[6]) + more;
}

std::string at_topological(const std::string& id, const std::string& node) {
  return "<c:Terminal rdf:about=\"#_" + id + "\"><c:Terminal.TopologicalNode rdf:resource=\"#_" +
         node + "\"/></c:Terminal>\n";
}

std::string topology() {
  std::string text;
  for (const char* node : {"tn110", "tn20", "tnV"}) {
    text += "<c:TopologicalNode rdf:ID=\"_" + std::string{node} + "\"/>\n";
  }
  return text + at_topological("NET.1", "tn110") + at_topological("T1.1", "tn110") +
         at_topological("T1.2", "tn20") + at_topological("B.1", "tn20") +
         at_topological("L1.1", "tn20") + at_topological("L1.2", "tnV") +
         at_topological("V.1", "tnV");
}

std::string places() {
  const auto point = [](const std::string& place, int number, const char* x, const char* y) {
    return "<c:PositionPoint rdf:ID=\"_" + place + std::to_string(number) +
           "\"><c:PositionPoint.Location rdf:resource=\"#_" + place +
           "\"/><c:PositionPoint.sequenceNumber>" + std::to_string(number) +
           "</c:PositionPoint.sequenceNumber><c:PositionPoint.xPosition>" + x +
           "</c:PositionPoint.xPosition><c:PositionPoint.yPosition>" + y +
           "</c:PositionPoint.yPosition></c:PositionPoint>\n";
  };
  const auto location = [](const std::string& id, const std::string& of) {
    return "<c:Location rdf:ID=\"_" + id +
           "\"><c:Location.CoordinateSystem rdf:resource=\"#_wgs84\"/>"
           "<c:Location.PowerSystemResources rdf:resource=\"#_" +
           of + "\"/></c:Location>\n";
  };
  // The points are not in the order of their numbers.
  return "<c:CoordinateSystem "
         "rdf:ID=\"_wgs84\"><c:CoordinateSystem.crsUrn>urn:ogc:def:crs:EPSG::4326"
         "</c:CoordinateSystem.crsUrn></c:CoordinateSystem>\n" +
         location("atSub", "sub") + point("atSub", 1, "10.0", "50.0") + location("ofL1", kLine) +
         point("ofL1", 3, "10.04", "50.0") + point("ofL1", 1, "10.0", "50.0") +
         point("ofL1", 2, "10.02", "50.01");
}

constexpr const char* kEq = "11111111-0000-4000-8000-000000000001";
constexpr const char* kOther = "33333333-0000-4000-8000-000000000001";

struct Profiles {
  std::string eq, tp, ssh, gl;
};

Profiles bus_branch() {
  return {
      equipment({}), topology(),
      "<c:Terminal rdf:about=\"#_NET.1\"><c:ACDCTerminal.connected>true</c:ACDCTerminal.connected>"
      "</c:Terminal>\n",
      places()};
}

RegionImport import(const Profiles& profiles) {
  const CimFolder folder;
  // The order of the names is not that of the definitions.
  folder.write("a_gl.xml", profile_file("GeographicalLocation/2/1",
                                        "11111111-0000-4000-8000-000000000004", kEq, profiles.gl));
  folder.write("b_eq.xml", profile_file("EquipmentCore/3/1", kEq, "", profiles.eq));
  folder.write("c_ssh.xml",
               profile_file("SteadyStateHypothesis/1/1", "11111111-0000-4000-8000-000000000003",
                            kEq, profiles.ssh));
  folder.write("d_tp.xml", profile_file("Topology/4/1", "11111111-0000-4000-8000-000000000002", kEq,
                                        profiles.tp));
  folder.write("readme.xml", "<readme>not a model</readme>");
  RegionSpec spec;
  spec.sources.push_back({folder.path(), ""});
  auto result = import_region(spec, {.most_severe_percent = 100, .progress = {}});
  EXPECT_TRUE(result) << (result ? "" : describe(result.error()));
  if (!result) std::abort();
  return std::move(*result);
}

TEST(CimCgmes, FourProfilesAreOneModelOfBusesAndBranches) {
  const RegionImport region = import(bus_branch());
  const NetworkModel& network = region.region.network;
  EXPECT_EQ(network.nodes().size(), 3u);
  ASSERT_EQ(network.feeders().size(), 1u);
  EXPECT_EQ(network.mrid(Id<Feeder>{0}), "_NET");
  EXPECT_EQ(network.text(network.feeders()[Id<Feeder>{0}].name), "grid");
  EXPECT_FLOAT_EQ(network.feeders()[Id<Feeder>{0}].nominal_kv, 110);
  EXPECT_EQ(network.mrid(network.feeders()[Id<Feeder>{0}].substation), "_sub");
  EXPECT_EQ(region.usage_points.supplied, 2u);
  EXPECT_TRUE(network.find_usage_point(kVillage)) << "a UUID is written as it was";
  EXPECT_EQ(region.severe_defects, 0u);
}

TEST(CimCgmes, VoltagesAreKilovoltsPowersMegavoltamperesAndLengthsKilometres) {
  const RegionImport region = import(bus_branch());
  const NetworkModel& network = region.region.network;
  const Device& line = network.devices()[*network.find_device(kLine)];
  EXPECT_FLOAT_EQ(line.length_m, 3200);
  EXPECT_FLOAT_EQ(line.nominal_kv, 20);
  const Device& transformer = network.devices()[*network.find_device("_T1")];
  EXPECT_FLOAT_EQ(transformer.rated_kva, 31'500);
  EXPECT_FLOAT_EQ(transformer.nominal_kv, 110);
  EXPECT_EQ(transformer.kind, DeviceKind::power_transformer) << "tapped, but it changes voltage";
}

TEST(CimCgmes, PlacesNameWhatStandsAtThemAndASubstationPlacesItsInside) {
  const RegionImport region = import(bus_branch());
  const NetworkModel& network = region.region.network;
  const auto line = network.polyline(*network.find_device(kLine));
  ASSERT_EQ(line.size(), 3u);
  EXPECT_EQ(line[1], (Position{10.02, 50.01})) << "points in the order of their numbers";
  EXPECT_EQ(network.devices()[*network.find_device("_T1")].position, (Position{10, 50}));
  EXPECT_EQ(network.usage_points()[*network.find_usage_point(kVillage)].position,
            (Position{10.04, 50}));
}

Profiles node_breaker(const std::string& breaker_more = {}) {
  const std::string breaker =
      "<c:Breaker rdf:ID=\"_CB\"><c:Equipment.EquipmentContainer rdf:resource=\"#_bay\"/>"
      "<c:Switch.normalOpen>false</c:Switch.normalOpen></c:Breaker>\n"
      "<c:Bay rdf:ID=\"_bay\"><c:Bay.VoltageLevel rdf:resource=\"#_vl20\"/></c:Bay>\n"
      "<c:BusbarSection rdf:ID=\"_BB\"/>\n" +
      terminal("CB.1", "CB", 1, "cnBus") + terminal("CB.2", "CB", 2, "cnLine") +
      terminal("BB.1", "BB", 1, "cnBus");
  std::string nodes;
  for (const char* node : {"cn110", "cnBus", "cnLine", "cnV"}) {
    nodes += "<c:ConnectivityNode rdf:ID=\"_" + std::string{node} + "\"/>\n";
  }
  return {equipment({"cn110", "cn110", "cnBus", "cnBus", "cnLine", "cnV", "cnV"}, breaker + nodes),
          topology() + at_topological("CB.1", "tn20") + at_topological("CB.2", "tn20"),
          breaker_more, places()};
}

TEST(CimCgmes, NodesAndBreakersCountBeforeTopologicalNodes) {
  const RegionImport region = import(node_breaker());
  const NetworkModel& network = region.region.network;
  EXPECT_EQ(network.nodes().size(), 4u);
  const Device& breaker = network.devices()[*network.find_device("_CB")];
  EXPECT_EQ(breaker.kind, DeviceKind::breaker);
  EXPECT_FLOAT_EQ(breaker.nominal_kv, 20) << "of its bay's voltage level";
  EXPECT_EQ(breaker.position, (Position{10, 50})) << "of its bay's substation";
  EXPECT_EQ(region.usage_points.supplied, 2u);
  EXPECT_EQ(region.severe_defects, 0u);
}

TEST(CimCgmes, WhatIsNotConnectedInTheSteadyStateHypothesisIsOpen) {
  const RegionImport region = import(node_breaker(
      "<c:Terminal rdf:about=\"#_L1.1\"><c:ACDCTerminal.connected>false</c:ACDCTerminal.connected>"
      "</c:Terminal>\n"));
  EXPECT_EQ(region.usage_points.supplied, 1u);
  EXPECT_EQ(region.usage_points.unsupplied, 1u);
}

std::string in_service(const std::string& id, bool value) {
  return "<c:Equipment rdf:about=\"#_" + id + "\"><c:Equipment.inService>" +
         (value ? "true" : "false") + "</c:Equipment.inService></c:Equipment>\n";
}

TEST(CimCgmes, WhatASuperclassSaysOfAnObjectIsSaidOfItInWhateverOrder) {
  const std::string all = in_service("T1", true) + in_service(kLine, true) + in_service("BB", true);
  for (const bool after : {true, false}) {
    Profiles profiles = node_breaker();
    (after ? profiles.ssh : profiles.gl) += all;  // the files' order is gl, eq, ssh
    const RegionImport region = import(profiles);
    EXPECT_EQ(region.severe_defects, 0u);
    EXPECT_EQ(region.usage_points.supplied, 2u);
    const NetworkModel& network = region.region.network;
    ASSERT_TRUE(network.find_device("_T1"));
    EXPECT_EQ(network.devices()[*network.find_device("_T1")].kind, DeviceKind::power_transformer);
  }
}

TEST(CimCgmes, WhatIsOutOfServiceIsOpenInWhateverOrderAndSaid) {
  for (const bool after : {true, false}) {
    Profiles profiles = node_breaker();
    (after ? profiles.ssh : profiles.gl) += in_service(kLine, false);
    const std::string line = "<c:ACLineSegment rdf:ID=\"";
    const auto at = profiles.eq.find('>', profiles.eq.find(line)) + 1;
    profiles.eq.insert(at, "<c:Equipment.normallyInService>true</c:Equipment.normallyInService>");
    const RegionImport region = import(profiles);
    const NetworkModel& network = region.region.network;
    EXPECT_TRUE(network.devices()[*network.find_device(kLine)].normally_open);
    EXPECT_EQ(region.usage_points.supplied, 1u);
    const auto said = std::ranges::find_if(region.region.defects, [](const Defect& defect) {
      return defect.message.find("out of service") != std::string::npos;
    });
    ASSERT_NE(said, region.region.defects.end());
    EXPECT_THAT(said->message,
                HasSubstr(std::string{"1 piece of equipment out of service: '"} + kLine + "'"));
  }
}

TEST(CimCgmes, ModelsThatShareNothingAreTold) {
  const auto told = [](const std::string& other) {
    const CimFolder folder;
    folder.write("a.xml", profile_file("EquipmentCore/3/1", kEq, "", node_breaker().eq));
    folder.write("b.xml", profile_file("EquipmentCore/3/1", kOther, "", other));
    RegionSpec spec;
    spec.sources.push_back({folder.path(), ""});
    const auto region = import_region(spec, {.most_severe_percent = 100, .progress = {}});
    EXPECT_TRUE(region) << (region ? "" : describe(region.error()));
    return region && std::ranges::any_of(region->region.defects, [](const Defect& defect) {
             return defect.message.find("2 models that share no object") != std::string::npos;
           });
  };
  EXPECT_TRUE(
      told("<c:Terminal rdf:ID=\"_t\"><c:Terminal.ConductingEquipment "
           "rdf:resource=\"#_elsewhere\"/></c:Terminal>"));
  EXPECT_FALSE(
      told("<c:Terminal rdf:ID=\"_t\"><c:Terminal.ConductingEquipment "
           "rdf:resource=\"#_BB\"/></c:Terminal>"));
}

TEST(CimIds, ASuperclassIsWhatCimInheritsFrom) {
  EXPECT_TRUE(is_cim_superclass("Equipment", "ACLineSegment"));
  EXPECT_TRUE(is_cim_superclass("IdentifiedObject", "BusbarSection"));
  EXPECT_TRUE(is_cim_superclass("ConductingEquipment", "ClassOfAnExtension"));
  EXPECT_FALSE(is_cim_superclass("ACLineSegment", "Equipment"));
  EXPECT_FALSE(is_cim_superclass("Breaker", "Breaker"));
  EXPECT_FALSE(is_cim_superclass("Equipment", "Substation"));
  EXPECT_FALSE(is_cim_superclass("Conductor", "Breaker"));
}

TEST(CimCgmes, ATopologicalNodeStandsForItsConnectivityNodesWhereATerminalNamesNone) {
  Profiles profiles = node_breaker();
  const std::string named = "<c:Terminal.ConnectivityNode rdf:resource=\"#_cnV\"/>";
  profiles.eq.erase(profiles.eq.find(named), named.size());
  profiles.tp +=
      "<c:ConnectivityNode rdf:about=\"#_cnV\"><c:ConnectivityNode.TopologicalNode "
      "rdf:resource=\"#_tnV\"/></c:ConnectivityNode>\n";
  const RegionImport region = import(profiles);
  EXPECT_EQ(region.usage_points.supplied, 2u);
}

TEST(CimCgmes, AModelThatOthersDependOnIsMissed) {
  const CimFolder folder;
  const Profiles profiles = node_breaker();
  folder.write("eq.xml", profile_file("EquipmentCore/3/1", kEq,
                                      "22222222-0000-4000-8000-00000000000b", profiles.eq));
  RegionSpec spec;
  spec.sources.push_back({folder.path() / "eq.xml", ""});
  const auto region = import_region(spec, {.most_severe_percent = 100, .progress = {}});
  ASSERT_TRUE(region) << describe(region.error());
  const auto& defects = region->region.defects;
  const auto missed =
      std::ranges::find(defects, DefectClass::dangling_reference, &Defect::defect_class);
  ASSERT_NE(missed, defects.end());
  EXPECT_EQ(missed->place.feature_id, "22222222-0000-4000-8000-00000000000b");
  EXPECT_THAT(missed->message, HasSubstr("not among the files"));
}

TEST(CimCgmes, WhatAMissingModelMayDefineIsNotSevere) {
  Profiles profiles = node_breaker();
  const std::string defined = "<c:ConnectivityNode rdf:ID=\"_cn110\"/>\n";
  profiles.eq.erase(profiles.eq.find(defined), defined.size());
  const auto severities = [&](const std::string& depends_on) {
    const CimFolder folder;
    folder.write("eq.xml", profile_file("EquipmentCore/3/1", kEq, depends_on, profiles.eq));
    RegionSpec spec;
    spec.sources.push_back({folder.path() / "eq.xml", ""});
    const auto region = import_region(spec, {.most_severe_percent = 100, .progress = {}});
    EXPECT_TRUE(region) << describe(region.error());
    EXPECT_EQ(region->usage_points.supplied, 2u) << "the node is made where its terminals are";
    std::set<DefectSeverity> found;
    for (const Defect& defect : region->region.defects) {
      if (defect.message.find("nothing defines its connectivity node") != std::string::npos) {
        found.insert(defect.severity);
      }
    }
    return found;
  };
  EXPECT_EQ(severities(""), std::set{DefectSeverity::severe});
  EXPECT_EQ(severities("22222222-0000-4000-8000-00000000000b"), std::set{DefectSeverity::warning});
}

TEST(CimCgmes, TopologyWithoutEquipmentIsRefused) {
  const CimFolder folder;
  folder.write("tp.xml",
               profile_file("Topology/4/1", kEq, "", "<c:TopologicalNode rdf:ID=\"_tn\"/>"));
  RegionSpec spec;
  spec.sources.push_back({folder.path(), "cim"});
  const auto region = import_region(spec, {});
  ASSERT_FALSE(region);
  EXPECT_EQ(region.error().reason, "CIM_EMPTY");
}

TEST(CimCgmes, EquipmentOfABusBranchModelWithoutItsTopologySaysWhatIsMissing) {
  const CimFolder folder;
  folder.write("eq.xml", profile_file("EquipmentCore/3/1", kEq, "",
                                      "<c:ACLineSegment rdf:ID=\"_l\"/><c:Terminal rdf:ID=\"_l1\">"
                                      "<c:Terminal.ConductingEquipment rdf:resource=\"#_l\"/>"
                                      "</c:Terminal>"));
  RegionSpec spec;
  spec.sources.push_back({folder.path(), "cim"});
  const auto region = import_region(spec, {});
  ASSERT_FALSE(region);
  EXPECT_EQ(region.error().reason, "CIM_EMPTY");
  EXPECT_THAT(region.error().message, HasSubstr("TP profile, which is not among the files"));
}

}  // namespace
}  // namespace gridmend::cim_cgmes_test
