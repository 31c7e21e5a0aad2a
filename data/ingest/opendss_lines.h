#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/network/records.h"
#include "data/ingest/opendss_buses.h"
#include "data/ingest/opendss_script.h"

namespace gridmend {

// A Line as the network sees it.
struct DssLine {
  bool named_both = false;  // it says where both of its ends are; from and to mean nothing else
  DssTerminal from, to;
  DeviceKind kind = DeviceKind::ac_line_segment;
  bool is_switch = false;  // Switch=y
  bool underground = false;
  double length_m = 0;  // 0: its unit is not known
};

// Reads Lines with their line codes and geometries. The kind of one that is no plain line follows
// from LineType, else, of a Switch=y and of what is at most 10 m long, from the name of its line
// code ("BREAKER_69KV_3_3"), else Switch=y is a load-break switch.
class DssLines {
 public:
  DssLines(const DssModel& model, const DssFindings& findings)
      : model_(model), findings_(findings) {}

  DssLine line(std::uint32_t object, DssBuses& buses) const;
  // The same when all buses are known: conductors that its ends do not name join nodes that other
  // elements name at both ends.
  DssLine whole_line(std::uint32_t object, DssBuses& buses) const;

  // Remembers a line whose code or geometry nothing defines; each is reported once, with how many
  // lines name it.
  void check_codes(std::uint32_t object);
  void report_unknown_codes() const;

 private:
  struct Unknown {
    std::uint32_t first = 0;
    std::size_t lines = 0;
  };
  int phases(std::uint32_t object) const;
  int conductors(std::uint32_t object, std::string_view bus, std::string_view bus2) const;
  double length_m(std::uint32_t object, std::optional<std::uint32_t> code) const;
  std::optional<std::uint32_t> code(std::uint32_t object) const;

  const DssModel& model_;
  const DssFindings& findings_;
  std::map<std::string, Unknown> unknown_codes_;
};

}  // namespace gridmend
