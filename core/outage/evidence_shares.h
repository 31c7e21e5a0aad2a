#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gridmend {

// Kinds that an outage's `why` is grouped by.
enum class ShareKind : std::uint8_t {
  last_gasp,
  trouble_call,
  ping_unanswered,
  ping_answered,
  power_up,
  meter_reading,
  silence,  // meters that sent no last gasp, customers who did not call
  switch_position,
  fault_indicator,
  field_report,
  flood,
  device_class,  // the prior without water and reports
};
inline constexpr int kShareKinds = 12;
std::string_view to_string(ShareKind kind);

// Natural log odds for "dark" by kind. Items count what was heard.
struct Shares {
  std::array<double, kShareKinds> log_odds{};
  std::array<std::uint32_t, kShareKinds> items{};

  void add(ShareKind kind, double amount, std::uint32_t count = 1) {
    log_odds[static_cast<std::size_t>(kind)] += amount;
    items[static_cast<std::size_t>(kind)] += count;
  }
};

}  // namespace gridmend
