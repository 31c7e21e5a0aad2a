#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/network/records.h"
#include "data/ingest/opendss_script.h"

namespace gridmend {

// What stands in an element because a Fuse, Recloser, Relay or SwtControl works on it.
struct DssSwitching {
  std::uint32_t control = 0;  // the object
  DeviceKind kind = DeviceKind::load_break_switch;
  bool normally_open = false;
  int terminal = 1;
};

// The controls of a model by the element they switch: SwitchedObj, else MonitoredObj. Of several on
// one element a recloser goes before a fuse, a fuse before a relay's breaker, that before a switch;
// it stands open when any of them does. Normal is what counts, State where Normal is not given. A
// control of nothing that is there, or that says of one phase what it does not say of another, is a
// finding.
class DssControls {
 public:
  DssControls(const DssModel& model, const DssFindings& findings);

  std::optional<DssSwitching> of(std::uint32_t element) const;
  // A RegControl works on this transformer.
  bool regulated(std::uint32_t transformer) const;

 private:
  void take(std::uint32_t control, DeviceKind kind);
  void take_regulator(std::uint32_t control);
  bool stands_open(std::uint32_t control, DssSlot slot, std::string_view states);
  void find(std::uint32_t control, DefectClass defect_class, std::string column,
            std::string message, std::string action);

  const DssModel& model_;
  const DssFindings& findings_;
  std::unordered_map<std::uint32_t, DssSwitching> by_element_;
  std::vector<std::uint8_t> regulated_;
};

// How far a kind goes before another where both are said of one element; a plain line goes behind
// all.
int rank_of_dss_kind(DeviceKind kind);

// The element called `Class.name`; nullopt for none that is kept.
std::optional<std::uint32_t> find_dss_element(const DssModel& model, std::string_view qualified);

}  // namespace gridmend
