#pragma once

// The records of an electricity network as built, named after CIM (IEC 61970-301, 61968-11). They
// are plain values of fixed layout: data/region stores them as they stand here, so a change of a
// field is a new version of the region file.

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/text_pool.h"
#include "core/geo/position.h"
#include "core/network/phase_set.h"

namespace gridmend {

struct Substation {
  Position position;
  TextId mrid;
  TextId name;
};

// A point where terminals meet. BDGD: a PAC; OpenDSS: a bus.
struct ConnectivityNode {
  Position position;
  TextId mrid;
  std::uint32_t reserved = 0;
};

struct Feeder {
  TextId mrid;
  TextId name;
  Id<Substation> substation;         // none when the source does not say
  Id<ConnectivityNode> source_node;  // where supply enters (CIM: EnergySource)
  float nominal_kv = 0;              // 0 unknown
  std::uint32_t reserved = 0;
};

enum class DeviceKind : std::uint8_t {
  ac_line_segment,
  service_drop,  // from the street's conductor to a building
  breaker,
  recloser,
  sectionaliser,
  fuse,
  load_break_switch,
  disconnector,
  power_transformer,
  voltage_regulator,
  jumper,  // a connection without length or switching
};
inline constexpr int kDeviceKinds = 11;

std::string_view to_string(DeviceKind kind);
std::optional<DeviceKind> parse_device_kind(std::string_view text);

// Can be open and closed: breaker, recloser, sectionaliser, fuse, load-break switch, disconnector.
bool is_switch(DeviceKind kind);
// Opens by itself when a fault lies behind it: breaker, recloser, sectionaliser, fuse.
bool is_protective(DeviceKind kind);

// Conducting equipment with two terminals: an edge of the network's graph. A power transformer's
// `from` is its higher-voltage side. Single-phase units side by side (the tanks of a bank, an open
// delta) are devices of their own between the same two nodes.
struct Device {
  Position position;  // of the device; the middle of a line
  TextId mrid;
  Id<ConnectivityNode> from;
  Id<ConnectivityNode> to;
  Id<Feeder> feeder;                 // as the source declares it; none when it does not
  std::uint32_t vertices_begin = 0;  // polyline in NetworkRecords::vertices, empty when unknown
  std::uint32_t vertices_end = 0;
  float length_m = 0;            // 0 for what has no length
  float nominal_kv = 0;          // higher-voltage side; 0 unknown
  float rated_kva = 0;           // transformers; 0 unknown
  float live_part_height_m = 0;  // above ground; 0: the kind's default (core/outage)
  DeviceKind kind = DeviceKind::ac_line_segment;
  PhaseSet phases = PhaseSet::abc();  // of the terminal at `from`
  std::uint8_t normally_open = 0;     // 1: a tie, open in normal operation
  std::uint8_t underground = 0;
  PhaseSet to_phases = PhaseSet::none();  // of the terminal at `to`; none: as `phases`
  std::uint8_t reserved[3] = {0, 0, 0};
};

// What a usage point means to people; weights come from configuration, never from here.
enum class UsagePointCategory : std::uint8_t {
  residential,
  life_support,  // someone there depends on a powered medical device
  elderly_alone,
  hospital,
  pump_station,
  water_works,
  shelter,
  school,
  telecom,
  emergency_service,
  commercial,
  industrial,
  street_lighting,
};
inline constexpr int kUsagePointCategories = 13;

std::string_view to_string(UsagePointCategory category);
std::optional<UsagePointCategory> parse_usage_point_category(std::string_view text);

struct CommunicationGroup;  // tag: usage points whose meters report through one concentrator

struct UsagePoint {
  Position position;
  TextId mrid;
  TextId address;
  Id<ConnectivityNode> node;
  Id<Device> transformer;                      // as declared; none when the source does not say
  Id<CommunicationGroup> communication_group;  // none: the group of its transformer
  std::uint16_t customers = 1;                 // households behind this meter
  UsagePointCategory category = UsagePointCategory::residential;
  PhaseSet phases = PhaseSet::unknown_single();
};

static_assert(sizeof(Substation) == 24 && sizeof(ConnectivityNode) == 24 && sizeof(Feeder) == 24 &&
              sizeof(Device) == 64 && sizeof(UsagePoint) == 40);

}  // namespace gridmend
