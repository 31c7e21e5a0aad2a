#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace gridmend {

// Classes whose objects are kept. `ignored` stands for the many that OpenDSS has and that say
// nothing of who is connected to whom: shapes, curves, wires, meters, generators.
enum class DssClass : std::uint8_t {
  vsource,
  line,
  linecode,
  linegeometry,
  transformer,
  autotrans,
  xfmrcode,
  regcontrol,
  load,
  capacitor,
  reactor,
  swtcontrol,
  fuse,
  recloser,
  relay,
  ignored,
};
inline constexpr int kDssClasses = 15;  // that are kept

// "Line", as layers of defects and written models say it.
std::string_view to_string(DssClass dss_class);

// nullopt: OpenDSS has no such class, or it connects things in a way that is not read.
std::optional<DssClass> parse_dss_class(std::string_view text);

// What a property means; `none` is known and of no interest here.
enum class DssSlot : std::uint8_t {
  none,
  like,
  enabled,
  bus,  // bus1 of what has two ends; of the active winding of a transformer
  bus2,
  phases,
  length,
  units,
  is_switch,
  line_type,
  code,      // line code or transformer code
  geometry,  // line geometry
  kv,        // rated; of the active winding
  kva,
  conn,
  windings,
  active_winding,  // selects the winding that bus, kv, kva, conn belong to
  all_buses,       // arrays with one entry a winding
  all_kvs,
  all_kvas,
  all_conns,
  substation_name,
  transformer,
  customers,
  monitored_object,
  monitored_terminal,
  switched_object,
  switched_terminal,
  normal_state,
  state,
  opened,  // not a property: what the commands Open and Close left
};

struct DssProperty {
  std::string_view name;
  DssSlot slot = DssSlot::none;
};

// In the order of OpenDSS, which is that of values without a name.
std::span<const DssProperty> properties_of(DssClass dss_class);

// Its number among the class's properties: the one of this name, else the first that begins so.
std::optional<std::size_t> find_dss_property(DssClass dss_class, std::string_view name);

}  // namespace gridmend
