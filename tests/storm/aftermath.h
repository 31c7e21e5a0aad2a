#pragma once

#include <array>
#include <cstdint>

#include "core/base/clock.h"

namespace gridmend::storm {

// Breakers trip, a device behind each has opened unseen with them, and twenty minutes later the
// breakers are back. Drawn without anything of the localiser: feeders of a breaker, fuses and
// transformers of one to twenty customers; a last gasp of each meter gets through with `reach`, and
// so does its power-up; who is dark calls with .1, after half an hour in the middle.
struct Aftermath {
  enum class ToldBy : std::uint8_t { scada_and_crew, crew, nobody };
  double reach = .8;
  ToldBy told_by = ToldBy::scada_and_crew;
  int feeders = 3;
};

// What is listed so long after supply came back, of all storms.
inline constexpr std::array kAftermathLooks = {std::chrono::minutes{10}, std::chrono::minutes{60},
                                               std::chrono::minutes{360}, std::chrono::minutes{720},
                                               std::chrono::minutes{1440}};

struct AftermathScore {
  int storms = 0;
  struct Look {
    int hits = 0, false_alarms = 0, misses = 0;               // devices
    std::uint64_t dark = 0, dark_listed = 0, lit_listed = 0;  // households
    int phantoms = 0;  // outages until then, from the restoration on, in which nobody is dark
    double device_f1() const { return 2.0 * hits / (2 * hits + false_alarms + misses); }
    double precision() const;
    double recall() const;
  };
  std::array<Look, kAftermathLooks.size()> looks{};
};

// The localiser is told how far signals reach. Seeded; storms differ only by their seeds.
AftermathScore run_aftermath(const Aftermath& aftermath, int storms, std::uint64_t seed);

}  // namespace gridmend::storm
