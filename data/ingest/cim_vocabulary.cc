#include "data/ingest/cim_vocabulary.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace gridmend {
namespace {

constexpr auto kClasses = std::to_array<CimClassName>({
    {"", CimClass::passed_over},  // what families of classes are found as
    {"Substation", CimClass::substation},
    {"VoltageLevel", CimClass::voltage_level},
    {"Bay", CimClass::bay},
    {"Feeder", CimClass::feeder},
    {"BaseVoltage", CimClass::base_voltage},
    {"ConnectivityNode", CimClass::connectivity_node},
    {"TopologicalNode", CimClass::topological_node},
    {"Terminal", CimClass::terminal},
    {"ACLineSegment", CimClass::ac_line_segment},
    {"EquivalentBranch", CimClass::ac_line_segment},
    {"ACLineSegmentPhase", CimClass::line_phase},
    {"SeriesCompensator", CimClass::jumper},
    {"Jumper", CimClass::jumper},
    {"Breaker", CimClass::breaker},
    {"DisconnectingCircuitBreaker", CimClass::breaker},
    {"ProtectedSwitch", CimClass::breaker},
    {"Recloser", CimClass::recloser},
    {"Sectionaliser", CimClass::sectionaliser},
    {"Fuse", CimClass::fuse},
    {"LoadBreakSwitch", CimClass::load_break_switch},
    {"Disconnector", CimClass::disconnector},
    {"Switch", CimClass::disconnector},
    {"Cut", CimClass::disconnector},
    {"SwitchPhase", CimClass::switch_phase},
    {"PowerTransformer", CimClass::power_transformer},
    {"PowerTransformerEnd", CimClass::transformer_end},
    {"TransformerWinding", CimClass::transformer_end},
    {"TransformerTank", CimClass::transformer_tank},
    {"TransformerTankEnd", CimClass::tank_end},
    {"RatioTapChanger", CimClass::tap_changer},
    {"TransformerTankInfo", CimClass::tank_info},
    {"TransformerEndInfo", CimClass::end_info},
    {"CableInfo", CimClass::cable_info},
    {"ConcentricNeutralCableInfo", CimClass::cable_info},
    {"TapeShieldCableInfo", CimClass::cable_info},
    {"BusbarSection", CimClass::node_marker},
    {"Junction", CimClass::node_marker},
    {"EnergySource", CimClass::energy_source},
    {"ExternalNetworkInjection", CimClass::network_injection},
    {"EquivalentInjection", CimClass::machine},
    {"SynchronousMachine", CimClass::machine},
    {"AsynchronousMachine", CimClass::machine},
    {"PowerElectronicsConnection", CimClass::power_electronics},
    {"EnergyConsumer", CimClass::energy_consumer},
    {"ConformLoad", CimClass::energy_consumer},
    {"NonConformLoad", CimClass::energy_consumer},
    {"StationSupply", CimClass::energy_consumer},
    {"CustomerLoad", CimClass::energy_consumer},
    {"EnergyConsumerPhase", CimClass::consumer_phase},
    {"LinearShuntCompensator", CimClass::shunt},
    {"NonlinearShuntCompensator", CimClass::shunt},
    {"ShuntCompensator", CimClass::shunt},
    {"StaticVarCompensator", CimClass::shunt},
    {"EquivalentShunt", CimClass::shunt},
    {"FrequencyConverter", CimClass::shunt},
    {"Ground", CimClass::shunt},
    {"GroundDisconnector", CimClass::shunt},
    {"GroundingImpedance", CimClass::shunt},
    {"PetersenCoil", CimClass::shunt},
    {"EarthFaultCompensator", CimClass::shunt},
    {"UsagePoint", CimClass::usage_point},
    {"EndDevice", CimClass::end_device},
    {"Meter", CimClass::end_device},
    {"ServiceCategory", CimClass::service_category},
    {"CustomerAgreement", CimClass::customer_agreement},
    {"Customer", CimClass::customer},
    {"Location", CimClass::location},
    {"ServiceLocation", CimClass::location},
    {"UsagePointLocation", CimClass::location},
    {"SDPLocation", CimClass::location},
    {"AssetLocationHazard", CimClass::passed_over},
    {"PositionPoint", CimClass::position_point},
    {"CoordinateSystem", CimClass::coordinate_system},
    {"Name", CimClass::name},
    {"FullModel", CimClass::full_model},
    {"PhaseImpedanceData", CimClass::passed_over},
    {"SvVoltage", CimClass::passed_over},
    {"SvPowerFlow", CimClass::passed_over},
    {"SvStatus", CimClass::passed_over},
    {"SvTapStep", CimClass::passed_over},
    {"SvSwitch", CimClass::passed_over},
    {"Analog", CimClass::passed_over},
    {"Discrete", CimClass::passed_over},
    {"Accumulator", CimClass::passed_over},
    {"CurrentLimit", CimClass::passed_over},
    {"VoltageLimit", CimClass::passed_over},
    {"PhotovoltaicUnit", CimClass::passed_over},
    {"BatteryUnit", CimClass::passed_over},
    {"PowerElectronicsConnectionPhase", CimClass::passed_over},
    {"LinearShuntCompensatorPhase", CimClass::passed_over},
    {"EnergySourcePhase", CimClass::passed_over},
    {"TapChangerControl", CimClass::passed_over},
    {"RegulatingControl", CimClass::passed_over},
    {"DiagramObject", CimClass::passed_over},
    {"DiagramObjectPoint", CimClass::passed_over},
    {"TextDiagramObject", CimClass::passed_over},
    {"NameType", CimClass::passed_over},
});

struct Inheritance {
  std::string_view special;
  std::string_view general;
};

// Of what profiles describe by a superclass, and what those are.
constexpr auto kInheritance = std::to_array<Inheritance>({
    {"PowerSystemResource", "IdentifiedObject"},
    {"Equipment", "PowerSystemResource"},
    {"ConductingEquipment", "Equipment"},
    {"AuxiliaryEquipment", "Equipment"},
    {"GeneratingUnit", "Equipment"},
    {"HydroGeneratingUnit", "GeneratingUnit"},
    {"NuclearGeneratingUnit", "GeneratingUnit"},
    {"SolarGeneratingUnit", "GeneratingUnit"},
    {"ThermalGeneratingUnit", "GeneratingUnit"},
    {"WindGeneratingUnit", "GeneratingUnit"},
    {"ConnectivityNodeContainer", "PowerSystemResource"},
    {"EquipmentContainer", "ConnectivityNodeContainer"},
    {"Substation", "EquipmentContainer"},
    {"VoltageLevel", "EquipmentContainer"},
    {"Bay", "EquipmentContainer"},
    {"Feeder", "EquipmentContainer"},
    {"Line", "EquipmentContainer"},
    {"Conductor", "ConductingEquipment"},
    {"ACLineSegment", "Conductor"},
    {"Switch", "ConductingEquipment"},
    {"ProtectedSwitch", "Switch"},
    {"Breaker", "ProtectedSwitch"},
    {"DisconnectingCircuitBreaker", "Breaker"},
    {"Recloser", "ProtectedSwitch"},
    {"LoadBreakSwitch", "ProtectedSwitch"},
    {"Sectionaliser", "Switch"},
    {"Fuse", "Switch"},
    {"Disconnector", "Switch"},
    {"GroundDisconnector", "Switch"},
    {"Jumper", "Switch"},
    {"Cut", "Switch"},
    {"Connector", "ConductingEquipment"},
    {"BusbarSection", "Connector"},
    {"Junction", "Connector"},
    {"EnergyConnection", "ConductingEquipment"},
    {"EnergySource", "EnergyConnection"},
    {"EnergyConsumer", "EnergyConnection"},
    {"ConformLoad", "EnergyConsumer"},
    {"NonConformLoad", "EnergyConsumer"},
    {"StationSupply", "EnergyConsumer"},
    {"CustomerLoad", "EnergyConsumer"},
    {"RegulatingCondEq", "EnergyConnection"},
    {"ExternalNetworkInjection", "RegulatingCondEq"},
    {"PowerElectronicsConnection", "RegulatingCondEq"},
    {"StaticVarCompensator", "RegulatingCondEq"},
    {"FrequencyConverter", "RegulatingCondEq"},
    {"ShuntCompensator", "RegulatingCondEq"},
    {"LinearShuntCompensator", "ShuntCompensator"},
    {"NonlinearShuntCompensator", "ShuntCompensator"},
    {"RotatingMachine", "RegulatingCondEq"},
    {"SynchronousMachine", "RotatingMachine"},
    {"AsynchronousMachine", "RotatingMachine"},
    {"EquivalentEquipment", "ConductingEquipment"},
    {"EquivalentBranch", "EquivalentEquipment"},
    {"EquivalentInjection", "EquivalentEquipment"},
    {"EquivalentShunt", "EquivalentEquipment"},
    {"ACDCTerminal", "IdentifiedObject"},
    {"Terminal", "ACDCTerminal"},
    {"TransformerEnd", "IdentifiedObject"},
    {"PowerTransformerEnd", "TransformerEnd"},
    {"TransformerTankEnd", "TransformerEnd"},
    {"TransformerTank", "Equipment"},
    {"TapChanger", "PowerSystemResource"},
    {"RatioTapChanger", "TapChanger"},
    {"ConnectivityNode", "IdentifiedObject"},
    {"TopologicalNode", "IdentifiedObject"},
    {"BaseVoltage", "IdentifiedObject"},
    {"Location", "IdentifiedObject"},
    {"CoordinateSystem", "IdentifiedObject"},
    {"UsagePoint", "IdentifiedObject"},
    {"EndDevice", "IdentifiedObject"},
    {"Meter", "EndDevice"},
    {"IdentifiedObject", {}},
    {"PositionPoint", {}},
    {"Name", {}},
    {"FullModel", {}},
});

// Last words of classes that are catalogue, study or measurement.
constexpr auto kPassedOverEndings = std::to_array<std::string_view>(
    {"Limit", "LimitSet", "LimitType", "Impedance", "Admittance", "Info", "Test", "Curve",
     "CurveData", "Schedule", "Characteristic", "Value", "TablePoint", "Table", "TimePoint"});

using Kind = CimValueKind;
using P = CimProperty;

constexpr auto kProperties = std::to_array<CimPropertyName>({
    {"Terminal.ConductingEquipment", P::owner, Kind::reference},
    {"ACLineSegmentPhase.ACLineSegment", P::owner, Kind::reference},
    {"SwitchPhase.Switch", P::owner, Kind::reference},
    {"EnergyConsumerPhase.EnergyConsumer", P::owner, Kind::reference},
    {"PowerTransformerEnd.PowerTransformer", P::owner, Kind::reference},
    {"TransformerWinding.PowerTransformer", P::owner, Kind::reference},
    {"TransformerWinding.MemberOf_PowerTransformer", P::owner, Kind::reference},
    {"TransformerTank.PowerTransformer", P::owner, Kind::reference},
    {"TransformerTankEnd.TransformerTank", P::owner, Kind::reference},
    {"RatioTapChanger.TransformerEnd", P::owner, Kind::reference},
    {"RatioTapChanger.TransformerWinding", P::owner, Kind::reference},
    {"TransformerEndInfo.TransformerTankInfo", P::owner, Kind::reference},
    {"Name.IdentifiedObject", P::owner, Kind::reference},
    {"EndDevice.UsagePoint", P::owner, Kind::reference},
    {"PositionPoint.Location", P::owner, Kind::reference},
    {"IdentifiedObject.mRID", P::mrid, Kind::text},
    {"IdentifiedObject.name", P::name, Kind::text},
    {"Name.name", P::name, Kind::text},
    {"Equipment.EquipmentContainer", P::container, Kind::reference},
    {"Equipment.MemberOf_EquipmentContainer", P::container, Kind::reference},
    {"ConnectivityNode.ConnectivityNodeContainer", P::container, Kind::reference},
    {"ConnectivityNode.MemberOf_EquipmentContainer", P::container, Kind::reference},
    {"TopologicalNode.ConnectivityNodeContainer", P::container, Kind::reference},
    {"VoltageLevel.Substation", P::substation, Kind::reference},
    {"VoltageLevel.MemberOf_Substation", P::substation, Kind::reference},
    {"Bay.VoltageLevel", P::container, Kind::reference},
    {"Bay.Substation", P::substation, Kind::reference},
    {"Bay.MemberOf_VoltageLevel", P::container, Kind::reference},
    {"Bay.MemberOf_Substation", P::substation, Kind::reference},
    {"PowerSystemResource.Location", P::location, Kind::reference},
    {"PowerSystemResource.AssetDatasheet", P::asset_datasheet, Kind::reference},
    {"Equipment.normallyInService", P::in_service, Kind::flag},
    {"Equipment.inService", P::in_service, Kind::flag},
    {"ConductingEquipment.BaseVoltage", P::base_voltage, Kind::reference},
    {"VoltageLevel.BaseVoltage", P::base_voltage, Kind::reference},
    {"TransformerEnd.BaseVoltage", P::base_voltage, Kind::reference},
    {"TopologicalNode.BaseVoltage", P::base_voltage, Kind::reference},
    {"BaseVoltage.nominalVoltage", P::nominal_voltage, Kind::number},
    {"EnergySource.nominalVoltage", P::nominal_voltage, Kind::number},
    {"Terminal.ConnectivityNode", P::connectivity_node, Kind::reference},
    {"Terminal.TopologicalNode", P::topological_node, Kind::reference},
    {"ConnectivityNode.TopologicalNode", P::topological_node, Kind::reference},
    {"ACDCTerminal.sequenceNumber", P::sequence_number, Kind::number},
    {"Terminal.sequenceNumber", P::sequence_number, Kind::number},
    {"PositionPoint.sequenceNumber", P::sequence_number, Kind::number},
    {"PositionPoint.groupSequenceNumber", P::group_number, Kind::number},
    {"PositionPoint.xPosition", P::x_position, Kind::number},
    {"PositionPoint.yPosition", P::y_position, Kind::number},
    {"ACDCTerminal.connected", P::connected, Kind::flag},
    {"Terminal.connected", P::connected, Kind::flag},
    {"Terminal.phases", P::phases, Kind::word},
    {"ConductingEquipment.phases", P::phases, Kind::word},
    {"ACLineSegmentPhase.phase", P::phases, Kind::word},
    {"EnergyConsumerPhase.phase", P::phases, Kind::word},
    {"SwitchPhase.phaseSide1", P::phases, Kind::word},
    {"SwitchPhase.phaseSide2", P::phases_at_far_side, Kind::word},
    {"TransformerTankEnd.phases", P::phases, Kind::word},
    {"TransformerTankEnd.orderedPhases", P::phases, Kind::word},
    {"UsagePoint.phaseCode", P::phases, Kind::word},
    {"Switch.normalOpen", P::normal_open, Kind::flag},
    {"SwitchPhase.normalOpen", P::normal_open, Kind::flag},
    {"Switch.open", P::open, Kind::flag},
    {"SwitchPhase.closed", P::closed, Kind::flag},
    {"Conductor.length", P::length, Kind::number},
    {"TransformerEnd.endNumber", P::end_number, Kind::number},
    {"TransformerEndInfo.endNumber", P::end_number, Kind::number},
    {"TransformerEnd.Terminal", P::end_terminal, Kind::reference},
    {"PowerTransformerEnd.ratedU", P::rated_voltage, Kind::number},
    {"TransformerWinding.ratedU", P::rated_voltage, Kind::number},
    {"TransformerEndInfo.ratedU", P::rated_voltage, Kind::number},
    {"PowerTransformerEnd.ratedS", P::rated_power, Kind::number},
    {"TransformerWinding.ratedS", P::rated_power, Kind::number},
    {"TransformerEndInfo.ratedS", P::rated_power, Kind::number},
    {"TransformerTank.TransformerTankInfo", P::tank_info, Kind::reference},
    {"Feeder.NormalHeadTerminal", P::head_terminal, Kind::reference},
    {"Feeder.NormalEnergizingSubstation", P::energizing_substation, Kind::reference},
    {"EnergyConsumer.phaseConnection", P::phase_connection, Kind::word},
    {"EnergyConsumer.customerCount", P::customer_count, Kind::number},
    {"UsagePoint.Equipments", P::equipment, Kind::reference},
    {"Equipment.UsagePoints", P::usage_point, Kind::reference},
    {"UsagePoint.ServiceLocation", P::service_location, Kind::reference},
    {"EndDevice.ServiceLocation", P::service_location, Kind::reference},
    {"UsagePoint.UsagePointLocation", P::usage_point_location, Kind::reference},
    {"UsagePoint.ServiceCategory", P::service_category, Kind::reference},
    {"ServiceCategory.kind", P::service_kind, Kind::word},
    {"UsagePoint.connectionState", P::connection_state, Kind::word},
    {"UsagePoint.CustomerAgreement", P::agreement, Kind::reference},
    {"CustomerAgreement.Customer", P::customer, Kind::reference},
    {"EndDevice.Customer", P::customer, Kind::reference},
    {"Customer.kind", P::customer_kind, Kind::word},
    {"Customer.specialNeed", P::special_need, Kind::text},
    {"Location.PowerSystemResources", P::located, Kind::reference},
    {"Location.mainAddress", P::main_address, Kind::reference},
    {"StreetAddress.streetDetail", P::street_detail, Kind::reference},
    {"StreetAddress.townDetail", P::town_detail, Kind::reference},
    {"Location.CoordinateSystem", P::coordinate_system, Kind::reference},
    {"CoordinateSystem.crsUrn", P::crs, Kind::text},
    {"StreetDetail.number", P::street_number, Kind::text},
    {"StreetDetail.name", P::street_name, Kind::text},
    {"StreetDetail.suiteNumber", P::street_suite, Kind::text},
    {"StreetDetail.addressGeneral", P::address_text, Kind::text},
    {"TownDetail.name", P::town, Kind::text},
    {"Model.profile", P::model_profile, Kind::text},
    {"Model.DependentOn", P::depends_on, Kind::reference},
});

}  // namespace

std::span<const CimClassName> cim_class_names() { return kClasses; }
std::span<const CimPropertyName> cim_property_names() { return kProperties; }

const CimPropertyName* find_cim_property(std::string_view name) {
  static const auto index = [] {
    std::unordered_map<std::string_view, const CimPropertyName*> by_name;
    for (const CimPropertyName& property : kProperties) by_name.emplace(property.name, &property);
    return by_name;
  }();
  const auto it = index.find(name);
  return it == index.end() ? nullptr : it->second;
}

int find_cim_class(std::string_view name) {
  static const auto index = [] {
    std::unordered_map<std::string_view, int> by_name;
    for (std::size_t i = 1; i < kClasses.size(); ++i) {
      by_name.emplace(kClasses[i].name, static_cast<int>(i));
    }
    return by_name;
  }();
  const auto it = index.find(name);
  if (it != index.end()) return it->second;
  const bool passed_over = std::ranges::any_of(
      kPassedOverEndings, [&](std::string_view ending) { return name.ends_with(ending); });
  return passed_over ? 0 : -1;
}

bool is_cim_superclass(std::string_view general, std::string_view special) {
  if (general == special) return false;
  if (general == "Description") return true;
  while (!special.empty()) {
    const auto found = std::ranges::find(kInheritance, special, &Inheritance::special);
    special = found == kInheritance.end() ? "ConductingEquipment" : found->general;
    if (special == general) return true;
  }
  return false;
}

bool is_cim_namespace(std::string_view uri) {
  if (uri.find("61970-552") != std::string_view::npos) return false;
  return uri.find("iec.ch/TC57/") != std::string_view::npos ||
         uri.find("://cim.ucaiug.io/") != std::string_view::npos ||
         uri.find("://ucaiug.org/61970cim") != std::string_view::npos ||
         uri.find("entsoe.eu/CIM/") != std::string_view::npos;
}

}  // namespace gridmend
