#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace gridmend {

// What the reader makes of a CIM class. Subclasses that mean the same here are one: ConformLoad is
// an energy_consumer, MeteorologicalStation is nothing.
enum class CimClass : std::uint8_t {
  unknown,      // kept by name: what has terminals and is unknown is reported
  passed_over,  // never has terminals and says nothing of the network as built
  substation,
  voltage_level,
  bay,
  feeder,
  base_voltage,
  connectivity_node,
  topological_node,
  terminal,
  ac_line_segment,
  line_phase,
  breaker,
  recloser,
  sectionaliser,
  fuse,
  load_break_switch,
  disconnector,
  jumper,
  switch_phase,
  power_transformer,
  transformer_end,
  transformer_tank,
  tank_end,
  tap_changer,
  tank_info,
  end_info,
  cable_info,
  node_marker,  // BusbarSection, Junction: names a node and is nothing else
  energy_source,
  network_injection,  // ExternalNetworkInjection
  machine,            // SynchronousMachine, AsynchronousMachine, EquivalentInjection
  power_electronics,
  energy_consumer,
  consumer_phase,
  shunt,  // compensators and connections to ground: neither carry nor take supply
  usage_point,
  end_device,
  service_category,
  customer_agreement,
  customer,
  location,
  position_point,
  coordinate_system,
  name,
  full_model,
};

// A property of which the reader keeps the value.
enum class CimProperty : std::uint8_t {
  owner,  // what a part belongs to: a terminal's equipment, a phase's line, an end's transformer
  mrid,
  name,
  container,
  substation,
  location,
  asset_datasheet,
  in_service,
  base_voltage,
  nominal_voltage,
  connectivity_node,
  topological_node,
  sequence_number,
  connected,
  phases,
  phases_at_far_side,  // of a switch's phase
  normal_open,
  open,
  closed,
  length,
  end_number,
  end_terminal,
  rated_voltage,
  rated_power,
  tank_info,
  head_terminal,
  energizing_substation,
  customer_count,
  phase_connection,
  equipment,  // of a usage point
  usage_point,
  service_location,
  usage_point_location,
  service_category,
  service_kind,
  connection_state,
  agreement,
  customer,
  customer_kind,
  special_need,
  located,  // what stands at a location, said from its side
  main_address,
  street_detail,
  town_detail,
  coordinate_system,
  crs,
  street_number,
  street_name,
  street_suite,
  address_text,
  town,
  model_profile,
  depends_on,
  x_position,
  y_position,
  group_number,
};

enum class CimValueKind : std::uint8_t {
  reference,  // rdf:resource names another object
  number,
  flag,
  word,  // a value of an enumeration: "PhaseCode.ABC" is ABC
  text,
};

struct CimClassName {
  std::string_view name;  // as files write it, without prefix
  CimClass meaning;
};

struct CimPropertyName {
  std::string_view name;  // "Terminal.phases"
  CimProperty meaning;
  CimValueKind kind;
};

// Whether an object of the second class is one of the first, by CIM's inheritance (Equipment,
// Breaker), or the first says nothing (rdf:Description). Of a class that is not known it is taken
// that it is conducting equipment. A class is none of its own.
bool is_cim_superclass(std::string_view general, std::string_view special);

// All names known; CIM 14 to CIM 18 have been compared, and older spellings stand beside newer
// ones.
std::span<const CimClassName> cim_class_names();
std::span<const CimPropertyName> cim_property_names();

// Null: the reader has no use for such a property. Constant time.
const CimPropertyName* find_cim_property(std::string_view name);
// Its place in cim_class_names(); -1 for an unknown class. Constant time. Families of classes that
// never have terminals (…Limit, …Info, …Measurement) are found by their last word.
int find_cim_class(std::string_view name);

// A namespace of CIM itself, of whatever version, or of an extension of it by IEC or ENTSO-E.
bool is_cim_namespace(std::string_view uri);

}  // namespace gridmend
