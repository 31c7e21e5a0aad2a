#include "service/engine/site_spans.h"

#include <algorithm>
#include <cmath>

namespace gridmend {
namespace {

constexpr Duration kCounts = std::chrono::hours{8};

bool reached(const TravelMatrix& matrix, std::uint32_t site) {
  for (std::uint32_t from = 0; from < matrix.sites(); ++from) {
    if (from != site && matrix.reachable(from, site)) return true;
  }
  return false;
}

// A class's own window at the site; all time where it has no span.
RoadAccess::Span span_of(const ClassTravel& travel, std::size_t site) {
  const auto& span = travel.spans[site];
  return span ? span->span : RoadAccess::Span{};
}

bool owns(const ClassTravel& travel, std::size_t site) {
  return !travel.own.empty() && travel.own[site] != 0;
}

bool holds(const RoadAccess::Span& outer, const RoadAccess::Span& inner) {
  return outer.from <= inner.from && outer.until >= inner.until;
}

Duration length(const RoadAccess::Span& span, Time now) {
  const Time from = std::max(span.from, now);
  return span.until == Time::max() || span.until - from > kCounts ? kCounts : span.until - from;
}

// The window in which most crews' time counts.
RoadAccess::Span most_useful(std::span<const ClassTravel> travel, std::span<const std::size_t> able,
                             std::span<const int> crews_by_class, std::uint32_t site, Time now) {
  RoadAccess::Span best;
  double best_worth = -1;
  const bool owned =
      std::ranges::any_of(able, [&](std::size_t c) { return owns(travel[c], site); });
  for (const std::size_t c : able) {
    if (owned && !owns(travel[c], site)) continue;
    const RoadAccess::Span span = span_of(travel[c], site);
    int crews = 0;
    for (const std::size_t d : able) {
      if (holds(span_of(travel[d], site), span)) crews += crews_by_class[d];
    }
    const double worth = crews * seconds(length(span, now));
    if (worth <= best_worth) continue;
    best_worth = worth;
    best = span;
  }
  return best;
}

}  // namespace

std::vector<std::optional<SiteSpan>> agree_on_spans(std::span<ClassTravel> travel,
                                                    std::span<const int> crews_by_class,
                                                    std::size_t first, Time now,
                                                    std::span<const std::vector<char>> held) {
  const std::uint32_t sites = travel.front().matrix.sites();
  std::vector<std::optional<SiteSpan>> entries(sites);
  std::vector<std::vector<char>> closed(travel.size(), std::vector<char>(sites, 0));
  for (auto site = static_cast<std::uint32_t>(first); site < sites; ++site) {
    const auto limits = [&](const ClassTravel& t) {
      return owns(t, site) || (!t.spans.empty() && t.spans[site].has_value());
    };
    if (std::ranges::none_of(travel, limits)) continue;
    std::vector<std::size_t> able;
    for (std::size_t c = 0; c < travel.size(); ++c) {
      if (limits(travel[c]) || reached(travel[c].matrix, site)) able.push_back(c);
    }
    const RoadAccess::Span best = most_useful(travel, able, crews_by_class, site, now);
    SiteSpan entry{best, 0, 0};
    for (const std::size_t c : able) {
      if (!holds(span_of(travel[c], site), best)) {
        closed[c][site] = held[c][site] == 0 ? 1 : 0;
        continue;
      }
      if (!travel[c].spans[site]) continue;
      entry.way_in_s = std::max(entry.way_in_s, travel[c].spans[site]->way_in_s);
      entry.way_out_s = std::max(entry.way_out_s, travel[c].spans[site]->way_out_s);
    }
    if (best.from > Time::min() || best.until < Time::max()) entries[site] = entry;
  }
  for (std::size_t c = 0; c < travel.size(); ++c) {
    if (std::ranges::count(closed[c], 1) > 0) travel[c].matrix.shut(closed[c]);
  }
  return entries;
}

double opens_at(const SiteSpan& span, Time zero) {
  return span.span.from > zero ? seconds(span.span.from - zero) + span.way_in_s : 0;
}

double leave_by(const SiteSpan& span, Time zero) {
  if (span.span.until == Time::max()) return kNever;
  return std::max(0.0, seconds(span.span.until - zero) - span.way_out_s);
}

void keep_to_span(const SiteSpan& span, Time zero, DispatchTask& task) {
  task.earliest = std::max(task.earliest, opens_at(span, zero));
  if (span.span.until == Time::max()) return;
  task.leave_by = leave_by(span, zero);
  const double latest = task.leave_by - task.duration;
  task.deadline = std::min(task.deadline, latest);
  if (latest < 0 || task.deadline < task.earliest) {
    task.deadline = kNever;
    task.earliest = kNever;
  }
}

}  // namespace gridmend
