#include "routing/tour/moves/double_bridge.h"

#include <algorithm>
#include <cmath>

namespace gridmend {

std::optional<LatencyTours::Recombination> DoubleBridge::draw(const LatencyTours& tours,
                                                              Random& random) {
  const Id<DispatchTask> around{random.below(tours.index().problem().tasks.size())};
  if (!tours.is_present(around)) return std::nullopt;
  const Id<DispatchCrew> crew = tours.crew_of(around);
  const std::uint32_t stops = tours.stops(crew);
  if (stops < 4) return std::nullopt;
  const std::uint32_t longest = std::min(kLongest, stops / 2);
  const auto length = static_cast<std::uint32_t>(1 + random.below(longest));
  const auto other = static_cast<std::uint32_t>(1 + random.below(longest));
  const auto kept = static_cast<std::uint32_t>(random.below(stops - length - other + 1));
  LatencyTours::Recombination kick(crew, kept);
  kick.one.then(crew, kept + length + 1, kept + length + other);
  kick.one.then(crew, kept + 1, kept + length).then(crew, kept + length + other + 1, stops);
  kick.change = tours.price(kick);
  if (!std::isfinite(kick.change)) return std::nullopt;
  return kick;
}

}  // namespace gridmend
