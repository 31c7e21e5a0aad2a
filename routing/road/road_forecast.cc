#include "routing/road/road_forecast.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "core/base/check.h"
#include "core/base/parallel_for.h"

namespace gridmend {
namespace {

// Gaps between slices that have passed or come too late need no steps.
std::vector<std::pair<Time, Time>> gaps_ahead(const std::vector<Time>& slices,
                                              const ForecastSteps& steps) {
  std::vector<std::pair<Time, Time>> gaps;
  for (std::size_t i = 0; i + 1 < slices.size(); ++i) {
    if (slices[i + 1] <= steps.from || slices[i] >= steps.until) continue;
    gaps.emplace_back(slices[i], slices[i + 1]);
  }
  return gaps;
}

std::int64_t parts_of(const std::pair<Time, Time>& gap, Duration step, std::int64_t most) {
  const Duration length = gap.second - gap.first;
  return std::min<std::int64_t>(length / step + (length % step > Duration::zero() ? 1 : 0), most);
}

// The most steps that any gap may have.
std::int64_t most_between(const std::vector<std::pair<Time, Time>>& gaps, Duration step) {
  std::int64_t most = RoadForecast::kMostBetween;
  const auto all = [&] {
    std::int64_t sum = 0;
    for (const auto& gap : gaps) sum += parts_of(gap, step, most);
    return sum;
  };
  while (most > 1 && all() > RoadForecast::kMostSteps) most /= 2;
  return most;
}

std::set<Time> all_marks(const std::vector<Time>& slices, const std::vector<RoadClosure>& closures,
                         const ForecastSteps& steps) {
  std::set<Time> marks(steps.marks.begin(), steps.marks.end());
  marks.insert(slices.begin(), slices.end());
  const auto gaps = gaps_ahead(slices, steps);
  const std::int64_t most = most_between(gaps, steps.step);
  for (const auto& gap : gaps) {
    const std::int64_t parts = parts_of(gap, steps.step, most);
    for (std::int64_t part = 1; part < parts; ++part) {
      marks.insert(gap.first + (gap.second - gap.first) / parts * part);
    }
  }
  for (const RoadClosure& closure : closures) {
    if (closure.from > steps.from) marks.insert(closure.from);
    if (closure.until && *closure.until > steps.from) marks.insert(*closure.until);
  }
  return marks;
}

// The water of a moment. Before the first slice and after the last one it does not change.
class ForecastSampler {
 public:
  ForecastSampler(const RoadGraph& graph, const Water& water, const StructureLimits& structures,
                  SampledWater& sampled)
      : graph_(graph),
        water_(water),
        structures_(structures),
        sampled_(sampled),
        slices_(water.slice_times()) {}

  std::shared_ptr<const RoadWater> at(Time time) {
    const std::optional<Time> moment = moment_of(time);
    if (!moment) return dry_;
    std::shared_ptr<const RoadWater>& known = sampled_[*moment];
    if (known == nullptr) known = sample(*moment);
    return known;
  }

  // What at() and until() will be asked for, on the cores there are.
  void prepare(const std::vector<Time>& times) {
    std::vector<std::pair<const Time, std::shared_ptr<const RoadWater>>*> missing;
    for (const Time time : times) {
      const std::optional<Time> moment = moment_of(time);
      if (!moment) continue;
      const auto [place, fresh] = sampled_.try_emplace(*moment);
      if (fresh) missing.push_back(&*place);
    }
    parallel_for(missing.size(), processors(),
                 [&](std::size_t i) { missing[i]->second = sample(missing[i]->first); });
  }

  // Just before the time: with the first slice the water comes at once.
  std::shared_ptr<const RoadWater> until(Time time) {
    return slices_.empty() || time <= slices_.front() ? dry_ : at(time);
  }

  const std::vector<Time>& slices() const { return slices_; }

 private:
  // The moment whose water it is; none: it is dry.
  std::optional<Time> moment_of(Time time) const {
    if (slices_.empty() || time < slices_.front()) return std::nullopt;
    return std::min(time, slices_.back());
  }

  std::shared_ptr<const RoadWater> sample(Time moment) const {
    return std::make_shared<const RoadWater>(
        RoadWater::sample(graph_, water_, moment, structures_));
  }

  const RoadGraph& graph_;
  const Water& water_;
  const StructureLimits& structures_;
  SampledWater& sampled_;
  std::vector<Time> slices_;
  std::shared_ptr<const RoadWater> dry_ = std::make_shared<const RoadWater>();
};

}  // namespace

RoadForecast RoadForecast::make(const RoadGraph& graph, const Water& water,
                                const std::vector<RoadClosure>& closures,
                                const ForecastSteps& steps, const StructureLimits& structures,
                                SampledWater& sampled) {
  GRIDMEND_CHECK(steps.step > Duration::zero(), "a step takes time");
  ForecastSampler sampler{graph, water, structures, sampled};
  const std::set<Time> marks = all_marks(sampler.slices(), closures, steps);
  const auto after = marks.upper_bound(steps.from);
  RoadForecast forecast;
  forecast.steps_.front().begins = after == marks.begin() ? Time::min() : *std::prev(after);
  for (auto mark = after; mark != marks.end(); ++mark) {
    if (*mark >= steps.until) {
      forecast.known_until_ = *mark;
      break;
    }
    forecast.steps_.emplace_back().begins = *mark;
  }
  std::vector<Time> ends{forecast.known_until_};
  for (const Step& step : forecast.steps_) ends.push_back(step.begins);
  sampler.prepare(ends);
  for (std::uint32_t s = 0; s < forecast.steps(); ++s) {
    Step& step = forecast.steps_[s];
    step.water_at_begin = sampler.at(step.begins);
    step.water_at_end = sampler.until(forecast.ends(s));
  }
  for (const RoadClosure& closure : closures) {
    const auto edges = closed_edges(graph, closure);
    for (std::uint32_t s = 0; s < forecast.steps(); ++s) {
      const Time since = std::max(forecast.begins(s), steps.from);
      const bool over = closure.until && *closure.until <= since;
      if (over || closure.from >= forecast.ends(s)) continue;
      auto& closed = forecast.steps_[s].closed;
      closed.insert(closed.end(), edges.begin(), edges.end());
    }
  }
  for (Step& step : forecast.steps_) {
    std::ranges::sort(step.closed);
    const auto [first, last] = std::ranges::unique(step.closed);
    step.closed.erase(first, last);
  }
  return forecast;
}

std::optional<std::vector<Id<RoadEdge>>> RoadForecast::closed_otherwise(
    const RoadForecast& other) const {
  if (steps() != other.steps() || known_until_ != other.known_until_) return std::nullopt;
  std::vector<Id<RoadEdge>> edges;
  for (std::uint32_t s = 0; s < steps(); ++s) {
    const Step& here = steps_[s];
    const Step& there = other.steps_[s];
    if (here.begins != there.begins || here.water_at_begin != there.water_at_begin ||
        here.water_at_end != there.water_at_end) {
      return std::nullopt;
    }
    std::ranges::set_symmetric_difference(here.closed, there.closed, std::back_inserter(edges));
  }
  std::ranges::sort(edges);
  const auto repeated = std::ranges::unique(edges);
  edges.erase(repeated.begin(), repeated.end());
  return edges;
}

std::uint32_t RoadForecast::step_at(Time time) const {
  const auto after = std::ranges::upper_bound(steps_, time, {}, &Step::begins);
  if (after == steps_.begin()) return 0;
  return static_cast<std::uint32_t>(after - steps_.begin()) - 1;
}

}  // namespace gridmend
