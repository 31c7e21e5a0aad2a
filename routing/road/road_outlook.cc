#include "routing/road/road_outlook.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace gridmend {
namespace {

// The edges of one step that are not as on a dry day, ascending, each once.
std::vector<EdgeTime> times_of_step(std::span<const EdgeTime> at_begin,
                                    std::span<const EdgeTime> at_end,
                                    std::span<const Id<RoadEdge>> closed,
                                    std::span<const Weight> dry) {
  // On a dry end an edge takes its dry time; a boat's is closed.
  std::vector<EdgeTime> times;
  std::size_t b = 0;
  std::size_t e = 0;
  while (b < at_begin.size() || e < at_end.size()) {
    const bool begin_first =
        e == at_end.size() || (b < at_begin.size() && at_begin[b].edge <= at_end[e].edge);
    const Id<RoadEdge> edge = begin_first ? at_begin[b].edge : at_end[e].edge;
    Weight ms = 0;
    const auto take = [&](std::span<const EdgeTime> side, std::size_t& place) {
      if (place < side.size() && side[place].edge == edge) {
        ms = std::max(ms, side[place++].milliseconds);
      } else {
        ms = std::max(ms, dry[edge.index]);
      }
    };
    take(at_begin, b);
    take(at_end, e);
    times.push_back({edge, ms});
  }
  if (closed.empty()) return times;
  const auto wet = static_cast<std::ptrdiff_t>(times.size());
  for (const Id<RoadEdge> edge : closed) times.push_back({edge, kNoWay});
  std::ranges::inplace_merge(times, times.begin() + wet, {}, &EdgeTime::edge);
  // A closure comes after the water's time of the same edge and counts.
  std::vector<EdgeTime> last_of_each;
  for (const EdgeTime& time : times) {
    if (!last_of_each.empty() && last_of_each.back().edge == time.edge) {
      last_of_each.back() = time;
    } else {
      last_of_each.push_back(time);
    }
  }
  return last_of_each;
}

}  // namespace

RoadOutlook::RoadOutlook(const RoadGraph& graph, VehicleClass vehicle_class,
                         const VehicleLimits& limits, std::shared_ptr<const RoadForecast> forecast,
                         KnownWetTimes& known)
    : vehicle_class_(vehicle_class), forecast_(std::move(forecast)) {
  const RoadConditions dry = RoadConditions::dry(graph, vehicle_class);
  steady_.assign(dry.all_milliseconds().begin(), dry.all_milliseconds().end());
  row_of_edge_.assign(steady_.size(), kSteady);

  KnownWetTimes used;
  const auto times_in =
      [&](const std::shared_ptr<const RoadWater>& water) -> const std::vector<EdgeTime>& {
    const auto [place, fresh] = used.try_emplace(water);
    if (!fresh) return place->second;
    if (auto node = known.extract(water)) {
      place->second = std::move(node.mapped());
    } else {
      place->second = RoadConditions::wet_times(graph, vehicle_class, limits, *water);
    }
    return place->second;
  };
  std::vector<std::vector<EdgeTime>> by_step;
  for (std::uint32_t s = 0; s < steps(); ++s) {
    by_step.push_back(times_of_step(times_in(forecast_->water_at_begin(s)),
                                    times_in(forecast_->water_at_end(s)), forecast_->closed(s),
                                    steady_));
  }
  known = std::move(used);
  take_steps(graph, by_step);
}

// Which edges are the same in all steps, and the rest by row.
void RoadOutlook::take_steps(const RoadGraph& graph,
                             const std::vector<std::vector<EdgeTime>>& by_step) {
  std::vector<std::uint32_t> steps_with_it(steady_.size(), 0);
  std::vector<Weight> in_first(steady_);
  std::vector<char> differs(steady_.size(), 0);
  for (const auto& times : by_step) {
    for (const EdgeTime& time : times) {
      const std::uint32_t e = time.edge.index;
      if (steps_with_it[e]++ == 0) in_first[e] = time.milliseconds;
      if (in_first[e] != time.milliseconds) differs[e] = 1;
    }
  }
  for (const Id<RoadEdge> edge : graph.edges().ids()) {
    const std::uint32_t e = edge.index;
    if (steps_with_it[e] == 0) continue;
    if (steps_with_it[e] < steps() && in_first[e] != steady_[e]) differs[e] = 1;
    if (differs[e] == 0) {
      steady_[e] = in_first[e];
      continue;
    }
    row_of_edge_[e] = static_cast<std::uint32_t>(moving_.size());
    moving_.push_back(edge);
    moving_ms_.insert(moving_ms_.end(), steps(), steady_[e]);
  }
  for (std::uint32_t s = 0; s < steps(); ++s) {
    for (const EdgeTime& time : by_step[s]) {
      const std::uint32_t row = row_of_edge_[time.edge.index];
      if (row != kSteady) moving_ms_[std::size_t{row} * steps() + s] = time.milliseconds;
    }
  }
  opens_.assign(steps(), 0);
  ever_open_.reserve(steady_.size());
  for (const Weight ms : steady_) ever_open_.push_back(ms < kNoWay ? 1 : 0);
  for (const Id<RoadEdge> edge : moving_) {
    count_openings(row_of(edge), 1);
    ever_open_[edge.index] = std::ranges::min(row_of(edge)) < kNoWay ? 1 : 0;
  }
}

std::span<const Weight> RoadOutlook::row_of(Id<RoadEdge> edge) const {
  const std::uint32_t row = row_of_edge_[edge.index];
  if (row == kSteady) return {};
  return std::span{moving_ms_}.subspan(std::size_t{row} * steps(), steps());
}

void RoadOutlook::count_openings(std::span<const Weight> row, int sign) {
  for (std::size_t s = 1; s < row.size(); ++s) {
    if (row[s - 1] >= kNoWay && row[s] < kNoWay) opens_[s] += sign;
  }
}

RoadOutlook::RoadOutlook(const RoadGraph& graph, const RoadOutlook& before,
                         std::shared_ptr<const RoadForecast> forecast,
                         std::span<const Id<RoadEdge>> closed_otherwise, const KnownWetTimes& known)
    : vehicle_class_(before.vehicle_class_),
      forecast_(std::move(forecast)),
      steady_(before.steady_),
      row_of_edge_(before.row_of_edge_),
      opens_(before.opens_),
      ever_open_(before.ever_open_) {
  moving_.reserve(before.moving_.size() + closed_otherwise.size());
  moving_ms_.reserve(before.moving_ms_.size() + closed_otherwise.size() * steps());
  const auto add = [&](Id<RoadEdge> edge, std::span<const Weight> row) {
    row_of_edge_[edge.index] = static_cast<std::uint32_t>(moving_.size());
    moving_.push_back(edge);
    moving_ms_.insert(moving_ms_.end(), row.begin(), row.end());
  };
  auto kept = before.moving_.begin();
  const auto keep_up_to = [&](auto end) {
    for (; kept != end; ++kept) add(*kept, before.row_of(*kept));
  };
  std::vector<Weight> row(steps());
  for (const Id<RoadEdge> edge : closed_otherwise) {
    keep_up_to(std::lower_bound(kept, before.moving_.end(), edge));
    if (kept != before.moving_.end() && *kept == edge) ++kept;
    const Weight dry = RoadConditions::dry_milliseconds(graph.edges()[edge], vehicle_class_);
    const auto at = [&](const std::shared_ptr<const RoadWater>& water) {
      const std::vector<EdgeTime>& times = known.at(water);
      const auto time = std::ranges::lower_bound(times, edge, {}, &EdgeTime::edge);
      return time != times.end() && time->edge == edge ? time->milliseconds : dry;
    };
    for (std::uint32_t s = 0; s < steps(); ++s) {
      const bool shut = std::ranges::binary_search(forecast_->closed(s), edge);
      row[s] = shut ? kNoWay
                    : std::max(at(forecast_->water_at_begin(s)), at(forecast_->water_at_end(s)));
    }
    count_openings(before.row_of(edge), -1);
    count_openings(row, 1);
    ever_open_[edge.index] = std::ranges::min(row) < kNoWay ? 1 : 0;
    const bool steady = std::ranges::count(row, row[0]) == steps();
    steady_[edge.index] = steady ? row[0] : dry;
    row_of_edge_[edge.index] = kSteady;
    if (!steady) add(edge, row);
  }
  keep_up_to(before.moving_.end());
}

std::uint32_t RoadOutlook::closes(Id<RoadEdge> edge, std::uint32_t step) const {
  const std::uint32_t row = row_of_edge_[edge.index];
  if (row == kSteady) return steady_[edge.index] >= kNoWay ? step : steps();
  while (step < steps() && moving_ms_[std::size_t{row} * steps() + step] < kNoWay) ++step;
  return step;
}

std::vector<Id<RoadEdge>> RoadOutlook::differing(const RoadOutlook& other) const {
  GRIDMEND_CHECK(steps() == other.steps() && steady_.size() == other.steady_.size(),
                 "outlooks of one graph, with as many steps");
  std::vector<Id<RoadEdge>> edges;
  for (std::uint32_t e = 0; e < steady_.size(); ++e) {
    const Id<RoadEdge> edge{e};
    const bool steady = row_of_edge_[e] == kSteady && other.row_of_edge_[e] == kSteady;
    bool same = !steady || steady_[e] == other.steady_[e];
    for (std::uint32_t step = 0; step < steps() && !steady && same; ++step) {
      same = milliseconds(edge, step) == other.milliseconds(edge, step);
    }
    if (!same) edges.push_back(edge);
  }
  return edges;
}

Weight RoadOutlook::held_milliseconds(Id<RoadEdge> edge, std::uint32_t first,
                                      std::uint32_t last) const {
  const std::uint32_t row = row_of_edge_[edge.index];
  if (row == kSteady) return steady_[edge.index];
  const Weight* const begin = moving_ms_.data() + std::size_t{row} * steps();
  return *std::max_element(begin + first, begin + last + 1);
}

RoadConditions RoadOutlook::held(std::uint32_t first, std::uint32_t last) const {
  return held(first, last, first, last);
}

RoadConditions RoadOutlook::held(std::uint32_t first, std::uint32_t last, std::uint32_t driven,
                                 std::uint32_t until) const {
  GRIDMEND_CHECK(first <= driven && driven <= until && until <= last && last < steps(),
                 "steps are of this outlook");
  std::vector<Weight> ms = steady_;
  for (std::size_t row = 0; row < moving_.size(); ++row) {
    const Weight* const begin = moving_ms_.data() + row * steps();
    const bool shut = *std::max_element(begin + first, begin + last + 1) >= kNoWay;
    ms[moving_[row].index] = shut ? kNoWay : *std::max_element(begin + driven, begin + until + 1);
  }
  return RoadConditions::of(vehicle_class_, std::move(ms));
}

}  // namespace gridmend
