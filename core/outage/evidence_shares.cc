#include "core/outage/evidence_shares.h"

namespace gridmend {

std::string_view to_string(ShareKind kind) {
  static constexpr std::array<std::string_view, kShareKinds> kNames = {
      "last_gasp",     "trouble_call", "ping_unanswered", "ping_answered",   "power_up",
      "meter_reading", "silence",      "switch_position", "fault_indicator", "field_report",
      "flood",         "device_class", "report_limit"};
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace gridmend
