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
  report_limit,  // what the prior does not take of its reports: it stays report_clip from certain,
                 // and a report about one part of a loop is about that part only
};
inline constexpr int kShareKinds = 13;
std::string_view to_string(ShareKind kind);

// Natural log odds for "dark" by kind. Items count what was heard.
struct Shares {
  std::array<double, kShareKinds> log_odds{};
  std::array<std::uint32_t, kShareKinds> items{};

  void add(ShareKind kind, double amount, std::uint32_t count = 1) {
    log_odds[static_cast<std::size_t>(kind)] += amount;
    items[static_cast<std::size_t>(kind)] += count;
  }
  Shares& operator+=(const Shares& more) {
    for (std::size_t k = 0; k < kShareKinds; ++k) {
      log_odds[k] += more.log_odds[k];
      items[k] += more.items[k];
    }
    return *this;
  }
};

}  // namespace gridmend
