// The distribution dialect: one file, phases, tanks, usage points.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "core/network/supply_forest.h"
#include "data/ingest/network_checks.h"
#include "data/ingest/network_source.h"
#include "data/ingest/region_import.h"
#include "tests/data/ingest/cim_text.h"

namespace gridmend::cim_import_test {
namespace {

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

Result<RegionImport> import(const std::string& text, const SourceCoordinates& coordinates = {}) {
  const CimFolder folder;
  RegionSpec spec;
  spec.sources.push_back({folder.write("model.xml", text), "", coordinates});
  return import_region(spec, {.most_severe_percent = 100, .progress = {}});
}

RegionImport imported(const CimText& cim) {
  auto result = import(cim.text());
  EXPECT_TRUE(result) << (result ? "" : describe(result.error()));
  if (!result) std::abort();
  return std::move(*result);
}

Device device(const RegionImport& region, std::string_view mrid) {
  const auto id = region.region.network.find_device(mrid);
  EXPECT_TRUE(id) << "no device " << mrid;
  return id ? region.region.network.devices()[*id] : Device{};
}

UsagePoint usage_point(const RegionImport& region, std::string_view mrid) {
  const auto id = region.region.network.find_usage_point(mrid);
  EXPECT_TRUE(id) << "no usage point " << mrid;
  return id ? region.region.network.usage_points()[*id] : UsagePoint{};
}

std::vector<Defect> defects(const RegionImport& region, DefectClass defect_class) {
  std::vector<Defect> found;
  std::ranges::copy_if(region.region.defects, std::back_inserter(found),
                       [&](const Defect& d) { return d.defect_class == defect_class; });
  return found;
}

std::string phases_of(const Device& device) {
  return to_string(device.phases) +
         (device.to_phases.any() ? ">" + to_string(device.to_phases) : "");
}

TEST(CimImport, ASmallFeederComesInAsItStands) {
  const RegionImport region = imported(small_feeder());
  const NetworkModel& network = region.region.network;
  EXPECT_EQ(region.profiles, std::vector<std::string>{"cim"});
  ASSERT_EQ(network.feeders().size(), 1u);
  const Feeder& feeder = network.feeders()[Id<Feeder>{0}];
  EXPECT_EQ(network.mrid(Id<Feeder>{0}), "FDR");
  EXPECT_EQ(network.text(feeder.name), "Mill Lane");
  EXPECT_EQ(network.mrid(feeder.source_node), "s");
  EXPECT_EQ(network.text(network.substations()[feeder.substation].name), "North");
  EXPECT_NEAR(static_cast<double>(feeder.nominal_kv), 12.47, 1e-4);
  EXPECT_EQ(network.nodes().size(), 6u);
  EXPECT_EQ(network.devices().size(), 5u);
  EXPECT_EQ(device(region, "CB").kind, DeviceKind::breaker);
  EXPECT_EQ(device(region, "CB").feeder, Id<Feeder>{0});
  EXPECT_EQ(device(region, "TIE").normally_open, 1);
  EXPECT_FLOAT_EQ(device(region, "L1").length_m, 120.5F);
  EXPECT_EQ(network.polyline(*network.find_device("L1")).size(), 3u);
  EXPECT_EQ(region.usage_points.supplied, 2u);
  EXPECT_EQ(region.usage_points.total, 2u);
  EXPECT_EQ(network.text(usage_point(region, "C1").address), "mill");
  EXPECT_EQ(usage_point(region, "C1").customers, 3);
}

std::string replaced_all(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

TEST(CimImport, WithoutAHeaderRatingsTellVoltsFromKilovoltsWhereVoltagesAreLow) {
  const auto line_and_rating = [](const std::string& text) {
    const auto region = import(text);
    EXPECT_TRUE(region) << (region ? "" : describe(region.error()));
    if (!region) return std::pair{0.0F, 0.0F};
    return std::pair{device(*region, "L1").length_m, device(*region, "T1").rated_kva};
  };
  const std::string campus = replaced_all(small_feeder().text(), "12470", "480");
  EXPECT_FLOAT_EQ(line_and_rating(campus).first, 120.5F);
  EXPECT_FLOAT_EQ(line_and_rating(campus).second, 25);
  const std::string large = replaced_all(campus, ">25000<", ">0.0625<");
  EXPECT_FLOAT_EQ(line_and_rating(large).first, 120'500);
  EXPECT_FLOAT_EQ(line_and_rating(large).second, 62.5F);
  const std::string unrated = replaced_all(campus, ">25000<", "><");
  EXPECT_FLOAT_EQ(line_and_rating(unrated).first, 120.5F) << "CGMES of CIM100 has a header";
  EXPECT_FLOAT_EQ(line_and_rating(replaced_all(unrated, "CIM100#", "CIM-schema-cim16#")).first,
                  120'500);
}

TEST(CimImport, PhasesComeFromThePartsOfEquipment) {
  const RegionImport region = imported(small_feeder());
  EXPECT_EQ(phases_of(device(region, "F1")), "B");
  EXPECT_EQ(phases_of(device(region, "L1")), "ABC");
  EXPECT_EQ(to_string(usage_point(region, "C2").phases), "AC");
  EXPECT_EQ(to_string(usage_point(region, "C1").phases), "s1s2");
}

TEST(CimImport, APartOfALoadInDeltaLiesBetweenItsPhaseAndTheNext) {
  CimText cim = small_feeder();
  cim.at(
      "EnergyConsumer", "D", "n2",
      {{"EnergyConsumer.phaseConnection", "http://iec.ch/TC57/CIM100#PhaseShuntConnectionKind.D"}});
  cim.define("EnergyConsumerPhase", "D.C",
             {{"EnergyConsumerPhase.EnergyConsumer", "#D"},
              {"EnergyConsumerPhase.phase", "http://iec.ch/TC57/CIM100#SinglePhaseKind.C"}});
  EXPECT_EQ(to_string(usage_point(imported(cim), "D").phases), "AC");
}

TEST(CimImport, ACentreTappedTankIsOneDeviceWithTwoLegs) {
  const RegionImport region = imported(small_feeder());
  const Device transformer = device(region, "T1");
  EXPECT_EQ(transformer.kind, DeviceKind::power_transformer);
  EXPECT_EQ(phases_of(transformer), "BN>s1s2N");
  EXPECT_FLOAT_EQ(transformer.rated_kva, 25);
  EXPECT_NEAR(static_cast<double>(transformer.nominal_kv), 12.47, 1e-4);
  EXPECT_EQ(region.region.network.mrid(transformer.from), "n3");
  EXPECT_EQ(region.region.network.mrid(transformer.to), "n4");
}

// An end is where a terminal is, not where its number says: the higher voltage is `from`.
TEST(CimImport, ATransformerRunsFromItsHigherVoltageAndOnceToEachOtherWinding) {
  CimText cim = small_feeder();
  cim.nodes({"w1", "w2"});
  cim.between("PowerTransformer", "T3", "w1", "n2");
  cim.define("Terminal", "T3.3",
             {{"Terminal.ConductingEquipment", "#T3"}, {"Terminal.ConnectivityNode", "#w2"}});
  const char* volts[] = {"400", "12470", "4160"};
  for (int end = 1; end <= 3; ++end) {
    const std::string number = std::to_string(end);
    cim.define("PowerTransformerEnd", "T3.end" + number,
               {{"PowerTransformerEnd.PowerTransformer", "#T3"},
                {"TransformerEnd.endNumber", number},
                {"TransformerEnd.Terminal", "#T3." + number},
                {"PowerTransformerEnd.ratedU", volts[end - 1]},
                {"PowerTransformerEnd.ratedS", "630000"}});
  }
  const RegionImport region = imported(cim);
  const NetworkModel& network = region.region.network;
  EXPECT_EQ(network.mrid(device(region, "T3").from), "n2");
  EXPECT_EQ(network.mrid(device(region, "T3").to), "w1");
  EXPECT_EQ(network.mrid(device(region, "T3/3").from), "n2");
  EXPECT_EQ(network.mrid(device(region, "T3/3").to), "w2");
  EXPECT_FLOAT_EQ(device(region, "T3").rated_kva, 630);
}

TEST(CimImport, TheWindingsOfCim14HaveTerminalsOfTheirOwn) {
  CimText cim;
  cim.nodes({"grid", "n1"});
  cim.at("ExternalNetworkInjection", "GRID", "grid").at("EnergySource", "WIND", "n1");
  cim.define("PowerTransformer", "T");
  cim.at("TransformerWinding", "T.W1", "grid",
         {{"TransformerWinding.MemberOf_PowerTransformer", "#T"},
          {"TransformerWinding.ratedU", "110000"}});
  cim.at("TransformerWinding", "T.W2", "n1",
         {{"TransformerWinding.MemberOf_PowerTransformer", "#T"},
          {"TransformerWinding.ratedU", "20000"}});
  cim.at("EnergyConsumer", "C1", "n1");
  const RegionImport region = imported(cim);
  const NetworkModel& network = region.region.network;
  EXPECT_EQ(network.mrid(device(region, "T").from), "grid");
  EXPECT_EQ(network.mrid(device(region, "T").to), "n1");
  EXPECT_EQ(region.usage_points.supplied, 1u);
  EXPECT_EQ(network.feeders().size(), 1u) << "WIND is a generator behind the transformer";
}

CimText bank(const char* second_voltage, bool with_tap_changer) {
  CimText cim = small_feeder();
  cim.nodes({"b"});
  cim.between("PowerTransformer", "BANK", "n2", "b");
  cim.define("BaseVoltage", "other", {{"BaseVoltage.nominalVoltage", second_voltage}});
  for (const char* phase : {"AB", "BC"}) {
    const std::string tank = std::string{"BANK."} + phase;
    cim.define("TransformerTank", tank, {{"TransformerTank.PowerTransformer", "#BANK"}});
    for (int end = 1; end <= 2; ++end) {
      const std::string id = tank + std::to_string(end);
      cim.define("TransformerTankEnd", id,
                 {{"TransformerTankEnd.TransformerTank", "#" + tank},
                  {"TransformerEnd.endNumber", std::to_string(end)},
                  {"TransformerEnd.Terminal", "#BANK." + std::to_string(end)},
                  {"TransformerEnd.BaseVoltage", end == 1 ? "#kv12" : "#other"},
                  {"TransformerTankEnd.phases", phase}});
    }
    if (with_tap_changer) {
      cim.define("RatioTapChanger", tank + ".tap",
                 {{"RatioTapChanger.TransformerEnd", "#" + tank + "2"}});
    }
  }
  return cim;
}

TEST(CimImport, AnOpenDeltaBankIsItsTanksSideBySide) {
  const RegionImport region = imported(bank("480", false));
  EXPECT_EQ(phases_of(device(region, "BANK.AB")), "AB");
  EXPECT_EQ(phases_of(device(region, "BANK.BC")), "BC");
  EXPECT_EQ(device(region, "BANK.AB").kind, DeviceKind::power_transformer);
  EXPECT_EQ(device(region, "BANK.AB").from, device(region, "BANK.BC").from);
  EXPECT_EQ(device(region, "BANK.AB").to, device(region, "BANK.BC").to);
}

TEST(CimImport, ATapChangerMakesARegulatorOnlyWhereTheVoltageStaysTheSame) {
  EXPECT_EQ(device(imported(bank("12470", true)), "BANK.AB").kind, DeviceKind::voltage_regulator);
  EXPECT_EQ(device(imported(bank("12470", false)), "BANK.AB").kind, DeviceKind::power_transformer);
  EXPECT_EQ(device(imported(bank("480", true)), "BANK.AB").kind, DeviceKind::power_transformer);
}

TEST(CimImport, PhasesThatAreOpenBesideClosedOnesAreASwitchOfTheirOwn) {
  CimText cim = small_feeder();
  cim.define("SwitchPhase", "F1.C",
             {{"SwitchPhase.Switch", "#F1"},
              {"SwitchPhase.phaseSide1", "C"},
              {"SwitchPhase.phaseSide2", "C"},
              {"SwitchPhase.normalOpen", "true"}});
  const RegionImport region = imported(cim);
  EXPECT_EQ(phases_of(device(region, "F1")), "B");
  EXPECT_EQ(device(region, "F1").normally_open, 0);
  EXPECT_EQ(phases_of(device(region, "F1/open")), "C");
  EXPECT_EQ(device(region, "F1/open").normally_open, 1);
}

TEST(CimImport, TheNormalPositionCountsAndAnotherPresentOneIsSaid) {
  CimText cim = small_feeder();
  cim.about("LoadBreakSwitch", "TIE", {{"Switch.open", "false"}});
  const RegionImport region = imported(cim);
  EXPECT_EQ(device(region, "TIE").normally_open, 1);
  const auto said = defects(region, DefectClass::connectivity_disagrees);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0].place.feature_id, "TIE");
  EXPECT_THAT(said[0].message, HasSubstr("closed at present"));
}

TEST(CimImport, WhatIsOutOfServiceOrNotConnectedIsOpenForGood) {
  CimText cim = small_feeder();
  cim.nodes({"x", "y"});
  cim.between("ACLineSegment", "OUT", "n2", "x", {{"Equipment.normallyInService", "false"}});
  cim.between("ACLineSegment", "LOOSE", "n2", "y");
  cim.about("Terminal", "LOOSE.2", {{"ACDCTerminal.connected", "false"}});
  const RegionImport region = imported(cim);
  EXPECT_EQ(device(region, "OUT").normally_open, 1);
  EXPECT_EQ(device(region, "LOOSE").normally_open, 1);
}

TEST(CimImport, WhereThereAreUsagePointsTheyAreWhatIsSupplied) {
  CimText cim = small_feeder();
  cim.define("ServiceCategory", "electric", {{"ServiceCategory.kind", "ServiceKind.electricity"}});
  cim.define("ServiceCategory", "gas", {{"ServiceCategory.kind", "ServiceKind.gas"}});
  cim.define(
      "Customer", "ann",
      {{"Customer.kind", "CustomerKind.residential"}, {"Customer.specialNeed", "Life support"}});
  cim.define("Customer", "shop", {{"Customer.kind", "CustomerKind.commercialIndustrial"}});
  cim.define("CustomerAgreement", "ann.agreement", {{"CustomerAgreement.Customer", "#ann"}});
  cim.define("UsagePoint", "U1",
             {{"UsagePoint.Equipments", "#C1"},
              {"UsagePoint.ServiceCategory", "#electric"},
              {"UsagePoint.CustomerAgreement", "#ann.agreement"},
              {"UsagePoint.ServiceLocation", "#U1.house"},
              {"UsagePoint.phaseCode", "PhaseCode.s1N"}});
  cim.raw(
      "<cim:ServiceLocation rdf:ID=\"U1.house\"><cim:Location.mainAddress><cim:StreetAddress>"
      "<cim:StreetAddress.streetDetail><cim:StreetDetail><cim:StreetDetail.name>Mill "
      "Lane</cim:StreetDetail.name><cim:StreetDetail.number>7</cim:StreetDetail.number>"
      "</cim:StreetDetail></cim:StreetAddress.streetDetail></cim:StreetAddress>"
      "</cim:Location.mainAddress></cim:ServiceLocation>");
  cim.define("UsagePoint", "U2",
             {{"UsagePoint.connectionState", "UsagePointConnectedKind.physicallyDisconnected"}});
  cim.define("UsagePoint", "GAS", {{"UsagePoint.ServiceCategory", "#gas"}});
  cim.define("UsagePoint", "U3", {{"UsagePoint.Equipments", "#T1"}});
  for (const char* customer : {"ann", "shop"}) {
    cim.define(
        "Meter", std::string{"meter.of."} + customer,
        {{"EndDevice.UsagePoint", "#U2"}, {"EndDevice.Customer", "#" + std::string{customer}}});
  }
  cim.at("EnergyConsumer", "C3", "n2", {{"Equipment.UsagePoints", "#U2"}});
  cim.define("UsagePoint", "LOST");
  const RegionImport region = imported(cim);
  EXPECT_EQ(region.usage_points.total, 4u);
  EXPECT_EQ(region.usage_points.supplied, 3u);
  EXPECT_EQ(region.usage_points.refused, 1u);
  EXPECT_EQ(region.usage_points.inactive, 1u);
  const NetworkModel& network = region.region.network;
  EXPECT_EQ(network.text(usage_point(region, "U1").address), "Mill Lane 7");
  EXPECT_EQ(usage_point(region, "U1").category, UsagePointCategory::life_support);
  EXPECT_EQ(to_string(usage_point(region, "U1").phases), "s1N");
  EXPECT_EQ(network.mrid(usage_point(region, "U2").node), "n2");
  EXPECT_EQ(usage_point(region, "U2").customers, 0) << "disconnected by contract";
  EXPECT_EQ(network.mrid(usage_point(region, "U3").node), "n4");
  std::vector<std::string> said;
  for (const Defect& d : defects(region, DefectClass::statement_not_understood))
    said.push_back(d.message);
  EXPECT_THAT(said, UnorderedElementsAre(HasSubstr("1 usage points are of other services"),
                                         HasSubstr("1 loads have no UsagePoint")));
}

TEST(CimImport, WhatHasTerminalsAndIsNotUnderstoodIsCountedByClass) {
  CimText cim = small_feeder();
  cim.between("FluxCapacitor", "X1", "n1", "n2");
  cim.between("FluxCapacitor", "X2", "n1", "n2");
  cim.at("LinearShuntCompensator", "CAP", "n2");
  cim.at("PowerElectronicsConnection", "PV", "n2");
  const RegionImport region = imported(cim);
  const auto said = defects(region, DefectClass::statement_not_understood);
  ASSERT_EQ(said.size(), 3u);
  const auto unknown = std::ranges::find(said, DefectSeverity::warning, &Defect::severity);
  ASSERT_NE(unknown, said.end());
  EXPECT_THAT(unknown->message,
              HasSubstr("4 terminals belong to equipment of class FluxCapacitor"));
  EXPECT_EQ(unknown->place.feature_id, "X1");
  EXPECT_EQ(region.region.network.devices().size(), 5u);
}

TEST(CimImport, MachinesSupplyOnlyWhereNothingElseDoesAndThatIsSaid) {
  std::string text = small_feeder().at("SynchronousMachine", "GEN", "n1").text();
  auto region = import(text);
  ASSERT_TRUE(region) << describe(region.error());
  EXPECT_EQ(
      region->region.network.mrid(region->region.network.feeders()[Id<Feeder>{0}].source_node),
      "s");
  for (std::size_t at = 0; (at = text.find("EnergySource", at)) != std::string::npos;) {
    text.replace(at, 12, "MysteryThing");
  }
  region = import(text);
  ASSERT_TRUE(region) << describe(region.error());
  EXPECT_EQ(
      region->region.network.mrid(region->region.network.feeders()[Id<Feeder>{0}].source_node),
      "n1");
  const auto said = defects(*region, DefectClass::statement_not_understood);
  EXPECT_TRUE(std::ranges::any_of(said, [](const Defect& d) {
    return d.place.feature_id == "GEN" && d.message.find("only sources") != std::string::npos;
  }));
}

TEST(CimImport, AFeederBeginsAtItsHeadTerminalUnlessASourceSuppliesIt) {
  CimText cim;
  cim.define("Feeder", "A",
             {{"Feeder.NormalHeadTerminal", "#CB.1"}, {"IdentifiedObject.name", "Oak"}});
  cim.define("Feeder", "B", {{"Feeder.NormalHeadTerminal", "#CB2.1"}});
  cim.nodes({"bus", "n1", "n2", "far"});
  cim.between("Breaker", "CB", "bus", "n1", {{"Equipment.EquipmentContainer", "#A"}});
  cim.between("Breaker", "CB2", "far", "n2", {{"Equipment.EquipmentContainer", "#B"}});
  cim.at("EnergyConsumer", "C1", "n1");
  cim.at("EnergyConsumer", "C2", "n2");
  {
    const RegionImport region = imported(cim);
    EXPECT_EQ(region.region.network.feeders().size(), 2u);
    EXPECT_EQ(region.usage_points.supplied, 2u);
  }
  cim.nodes({"grid"});
  cim.at("ExternalNetworkInjection", "GRID", "grid");
  cim.between("PowerTransformer", "T", "grid", "bus");
  for (int end = 1; end <= 2; ++end) {
    const std::string number = std::to_string(end);
    cim.define("PowerTransformerEnd", "T.end" + number,
               {{"PowerTransformerEnd.PowerTransformer", "#T"},
                {"TransformerEnd.endNumber", number},
                {"TransformerEnd.Terminal", "#T." + number},
                {"PowerTransformerEnd.ratedU", end == 1 ? "110000" : "20000"}});
  }
  const RegionImport region = imported(cim);
  const NetworkModel& network = region.region.network;
  EXPECT_EQ(network.feeders().size(), 2u);
  EXPECT_TRUE(network.find_feeder("GRID"));
  EXPECT_TRUE(network.find_feeder("B")) << "nothing else supplies it";
  EXPECT_EQ(region.usage_points.supplied, 2u);
  const auto said = defects(region, DefectClass::feeder_disagrees);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_THAT(said[0].message, HasSubstr("feeder 'Oak' has no source of its own"));
}

TEST(CimImport, AnEnergySourceBehindAnInjectionIsAGenerator) {
  CimText cim;
  cim.nodes({"grid", "n1", "far", "apart"});
  cim.at("EnergySource", "SUN", "n1").at("EnergySource", "WIND", "grid");
  cim.at("ExternalNetworkInjection", "GRID", "grid");
  cim.at("EnergySource", "ELSEWHERE", "far");
  cim.between("ACLineSegment", "L1", "grid", "n1");
  cim.between("ACLineSegment", "L2", "far", "apart");
  cim.at("EnergyConsumer", "C1", "n1").at("EnergyConsumer", "C2", "apart");
  const RegionImport region = imported(cim);
  const NetworkModel& network = region.region.network;
  EXPECT_EQ(network.feeders().size(), 2u);
  EXPECT_TRUE(network.find_feeder("GRID"));
  EXPECT_TRUE(network.find_feeder("ELSEWHERE")) << "no injection supplies that";
  EXPECT_EQ(region.usage_points.supplied, 2u);
  EXPECT_THAT(defects(region, DefectClass::loop_of_closed_switches), ::testing::IsEmpty());
  const auto said = defects(region, DefectClass::statement_not_understood);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0].severity, DefectSeverity::note);
  EXPECT_THAT(said[0].message, HasSubstr("those of 1 more like it"));
}

TEST(CimImport, AMachineWhereNothingElseIsIsNoFeeder) {
  CimText cim;
  cim.nodes({"a", "b", "boundary"});
  cim.between("ACLineSegment", "L1", "a", "b");
  cim.at("EnergyConsumer", "C1", "b");
  cim.at("EquivalentInjection", "EQ1", "a").at("EquivalentInjection", "EQ2", "boundary");
  const RegionImport region = imported(cim);
  EXPECT_EQ(region.region.network.feeders().size(), 1u);
  EXPECT_THAT(defects(region, DefectClass::dangling_reference), ::testing::IsEmpty());
}

TEST(CimImport, ASwitchWhosePhasesAllStandOpenKeepsASourceFromBeingAGenerator) {
  const auto feeders = [](std::initializer_list<const char*> open_phases) {
    CimText cim;
    cim.nodes({"grid", "n1", "n2"});
    cim.at("ExternalNetworkInjection", "GRID", "grid");
    cim.at("EnergySource", "EAST", "n2");
    cim.between("ACLineSegment", "L1", "grid", "n1");
    cim.between("LoadBreakSwitch", "TIE", "n1", "n2");
    for (const char* phase : {"A", "B", "C"}) {
      const bool open =
          std::ranges::find(open_phases, std::string_view{phase}) != open_phases.end();
      cim.define("SwitchPhase", std::string{"TIE."} + phase,
                 {{"SwitchPhase.Switch", "#TIE"},
                  {"SwitchPhase.phaseSide1", phase},
                  {"SwitchPhase.normalOpen", open ? "true" : "false"}});
    }
    cim.at("EnergyConsumer", "C1", "n1").at("EnergyConsumer", "C2", "n2");
    return imported(cim).region.network.feeders().size();
  };
  EXPECT_EQ(feeders({"A", "B", "C"}), 2u);
  EXPECT_EQ(feeders({"A", "C"}), 1u);
}

TEST(CimImport, AnObjectThatIsToldMoreOfInTheSameFileIsNoDuplicate) {
  CimText cim = small_feeder();
  cim.about("EnergyConsumer", "C1", {{"PowerSystemResource.Location", "#here"}});
  cim.define("Location", "here");
  EXPECT_THAT(defects(imported(cim), DefectClass::duplicate_id), ::testing::IsEmpty());
  cim.about("EnergyConsumer", "C1", {{"PowerSystemResource.Location", "#elsewhere"}});
  const auto said = defects(imported(cim), DefectClass::duplicate_id);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_THAT(said[0].message, HasSubstr("second time"));
}

TEST(CimImport, AnIdOfTwoClassesThatAreNotReadIsAWarning) {
  CimText cim = small_feeder();
  cim.define("PhaseTapChangerTabular", "TAP");
  cim.define("PhaseTapChangerAsymmetrical", "TAP");
  const auto said = defects(imported(cim), DefectClass::duplicate_id);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0].severity, DefectSeverity::warning);
}

TEST(CimImport, EveryMistakeOfAFileIsNamedWhereItStands) {
  CimText cim = small_feeder();
  cim.at("ACLineSegment", "STUB", "n2");
  cim.between("ACLineSegment", "BAD", "n2", "nowhere", {{"Conductor.length", "long"}});
  cim.define("Terminal", "ORPHAN",
             {{"Terminal.ConductingEquipment", "#GHOST"}, {"Terminal.ConnectivityNode", "#n2"}});
  cim.define("Breaker", "L1");
  cim.define("EnergyConsumer", "C1", {{"EnergyConsumer.customerCount", "9"}});
  cim.at("EnergyConsumer", "ODD", "n2", {{"EnergyConsumer.customerCount", "-4"}});
  cim.define("EnergyConsumerPhase", "ODD.q",
             {{"EnergyConsumerPhase.EnergyConsumer", "#ODD"}, {"EnergyConsumerPhase.phase", "Q"}});
  cim.raw(
      "<cim:Breaker><cim:IdentifiedObject.name>nameless</cim:IdentifiedObject.name></cim:Breaker>");
  const RegionImport region = imported(cim);
  const auto said = [&](DefectClass defect_class) {
    std::string all;
    for (const Defect& d : defects(region, defect_class)) {
      all += d.place.layer + " " + d.place.feature_id + ": " + d.message + "\n";
    }
    return all;
  };
  EXPECT_THAT(said(DefectClass::dangling_reference),
              HasSubstr("STUB: has 1 terminals instead of two"));
  EXPECT_THAT(said(DefectClass::dangling_reference), HasSubstr("connectivity node 'nowhere'"));
  EXPECT_THAT(said(DefectClass::dangling_reference),
              HasSubstr("nothing defines its equipment 'GHOST'"));
  EXPECT_THAT(said(DefectClass::duplicate_id),
              HasSubstr("L1: is a Breaker here and a ACLineSegment"));
  EXPECT_THAT(said(DefectClass::duplicate_id), HasSubstr("C1: is described a second time"));
  EXPECT_THAT(said(DefectClass::unknown_value), HasSubstr("BAD: 'long' is no number (line "));
  EXPECT_THAT(said(DefectClass::unknown_value), HasSubstr("the phases 'Q' are not known"));
  EXPECT_THAT(said(DefectClass::value_out_of_range), HasSubstr("ODD: cannot have -4"));
  EXPECT_THAT(said(DefectClass::empty_id), HasSubstr("neither rdf:ID nor rdf:about"));
  EXPECT_EQ(usage_point(region, "C1").customers, 3) << "of a value given twice the first counts";
  EXPECT_EQ(region.region.network.devices().size(), 6u) << "BAD is kept, STUB is not";
}

TEST(CimImport, NumbersWithoutAReferenceSystemAreLaidOnTheGroundAndSaid) {
  std::string text = small_feeder().text();
  text.replace(text.find("urn:ogc:def:crs:EPSG::4326"), 26, "SomebodysLocalGrid________");
  const auto declared = import(text, {.origin = Position{8, 49}, .unit = "km"});
  ASSERT_TRUE(declared) << describe(declared.error());
  EXPECT_NEAR(device(*declared, "T1").position.latitude_deg, 49 + 49.4005 / 111.195, 0.01);
  const auto guessed = import(text);
  ASSERT_TRUE(guessed) << describe(guessed.error());
  EXPECT_EQ(defects(*guessed, DefectClass::unknown_value).size(), 1u);
}

TEST(CimImport, AProjectedReferenceSystemIsUndone) {
  std::string text = small_feeder().text();
  text.replace(text.find("urn:ogc:def:crs:EPSG::4326"), 26, "EPSG::25832");
  const auto region = import(text);
  ASSERT_TRUE(region) << describe(region.error());
  EXPECT_LT(device(*region, "T1").position.latitude_deg, 1) << "metres from the equator";
}

}  // namespace
}  // namespace gridmend::cim_import_test
