#include "routing/road/fleet_roads.h"

#include <algorithm>
#include <utility>

#include "routing/road/strong_parts.h"

namespace gridmend {
namespace {

// By state: its strong part over arcs whose edge is open.
template <class Open>
std::vector<std::uint32_t> joined_by(const RoadStates& states, Open open) {
  const auto arcs = states.arcs();
  return strong_parts(
             states.first_arc(), [&](std::uint32_t a) { return arcs[a].to.index; },
             [&](std::uint32_t a) { return open(arcs[a].edge); })
      .of;
}

struct Parts {
  std::vector<char> safe, large;
};

// Of each component of what is ever open, the part that lasting roads join and that is longest;
// and the others that are not much shorter.
Parts find_parts(const RoadStates& states, const RoadOutlook& outlook,
                 const RoadConditions& lasting) {
  const auto ever = joined_by(states, [&](Id<RoadEdge> e) { return outlook.ever_open(e); });
  const auto joined = joined_by(states, [&](Id<RoadEdge> e) { return !lasting.closed(e); });
  std::vector<double> length_m(states.size(), 0);
  const auto arcs = states.arcs();
  for (std::uint32_t a = 0; a < arcs.size(); ++a) {
    const std::uint32_t from = states.from(Id<GraphArc>{a}).index;
    if (lasting.closed(arcs[a].edge) || joined[from] != joined[arcs[a].to.index]) continue;
    length_m[joined[from]] += static_cast<double>(states.graph().edges()[arcs[a].edge].length_m);
  }
  constexpr std::uint32_t kNone = 0xffff'ffff;
  std::vector<std::uint32_t> longest(states.size(), kNone);  // by component of what is ever open
  for (std::uint32_t s = 0; s < states.size(); ++s) {
    std::uint32_t& best = longest[ever[s]];
    const bool longer = best == kNone || length_m[joined[s]] > length_m[best];
    if (length_m[joined[s]] > 0 && longer) best = joined[s];
  }
  Parts parts{std::vector<char>(states.size(), 0), std::vector<char>(states.size(), 0)};
  for (std::uint32_t s = 0; s < states.size(); ++s) {
    const std::uint32_t best = longest[ever[s]];
    if (best == kNone) continue;
    parts.safe[s] = best == joined[s] ? 1 : 0;
    const bool large = length_m[joined[s]] >= FleetRoads::kLarge * length_m[best];
    parts.large[s] = best != joined[s] && large ? 1 : 0;
  }
  return parts;
}

RoadMetric lasting_metric(const RoadIndex& index, const RoadOutlook& outlook,
                          const FleetRoads* before, unsigned threads) {
  RoadConditions lasting = outlook.held(0, outlook.steps() - 1);
  if (before == nullptr) return RoadMetric{index, std::move(lasting), threads};
  RoadMetric metric = before->lasting();
  metric.change(std::move(lasting));
  return metric;
}

}  // namespace

FleetRoads::FleetRoads(const RoadIndex& index, std::shared_ptr<const RoadOutlook> outlook,
                       const FleetRoads* before, unsigned threads)
    : outlook_(std::move(outlook)), lasting_(lasting_metric(index, *outlook_, before, threads)) {
  if (outlook_->moving().empty()) return;
  Parts parts = find_parts(index.states(), *outlook_, lasting_.conditions());
  safe_ground_ = std::move(parts.safe);
  large_parts_ = std::move(parts.large);
}

}  // namespace gridmend
