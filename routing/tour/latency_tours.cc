#include "routing/tour/latency_tours.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "core/base/check.h"

namespace gridmend {
namespace {

constexpr double kRounding = 1 + 1e-12;

#ifndef NDEBUG
bool same(double a, double b, double scale) {
  return std::abs(a - b) <= 1e-9 * std::max({1.0, std::abs(a), std::abs(b), scale});
}
#endif

}  // namespace

LatencyTours::LatencyTours(const ProblemIndex& index)
    : index_(index),
      tasks_(static_cast<std::uint32_t>(index.problem().tasks.size())),
      tours_(index.problem().crews.size()),
      crew_of_(tasks_),
      place_of_(tasks_, 0),
      absent_(tasks_),
      is_touched_(tours_.size(), 0),
      former_(tours_.size()) {
  GRIDMEND_CHECK(index.is_plain(), "stretches of other problems have no price of their own");
  for (const DispatchTask& task : index.problem().tasks) {
    site_.push_back(task.site.index);
    duration_.push_back(task.duration);
    has_penalties_ = has_penalties_ || (task.held_by.valid() && task.change_penalty > 0);
  }
  for (const DispatchCrew& crew : index.problem().crews) site_.push_back(crew.start_site.index);
  for (const DispatchCrew& crew : index.problem().crews) {
    site_.push_back(crew.end_site.valid() ? crew.end_site.index : 0);
  }
  duration_.resize(site_.size(), 0);
  has_way_.assign(site_.size(), 1);
  std::map<std::pair<std::uint32_t, std::vector<char>>, std::uint32_t> kinds;
  for (std::size_t c = 0; c < tours_.size(); ++c) {
    const Id<DispatchCrew> crew{c};
    has_way_[tasks_ + tours_.size() + c] = index.crew(crew).end_site.valid() ? 1 : 0;
    std::vector<char> able(tasks_);
    for (std::uint32_t t = 0; t < tasks_; ++t) {
      able[t] = index.is_able(crew, Id<DispatchTask>{t}) ? 1 : 0;
    }
    const auto next = static_cast<std::uint32_t>(kinds.size());
    const auto [kind, is_new] = kinds.try_emplace({index.crew(crew).matrix, able}, next);
    if (is_new) is_able_.insert(is_able_.end(), able.begin(), able.end());
    kind_.push_back(kind->second);
    travel_.push_back(&index.travel(crew));
    lay(crew, {}, 0);
  }
}

double LatencyTours::surcharge(Id<DispatchCrew> crew, std::uint32_t node) const {
  if (is_able_[std::size_t{kind_[crew.index]} * tasks_ + node] == 0) return kNever;
  if (!has_penalties_) return 0;
  const DispatchTask& task = index_.problem().tasks[node];
  return task.held_by.valid() && task.held_by != crew ? task.change_penalty : 0;
}

double LatencyTours::objective() const {
  double objective = 0;
  for (const Tour& tour : tours_) objective += tour.harm + tour.surcharge;
  return objective;
}

PlanValue LatencyTours::value() const {
  PlanValue value{0, absent_, objective()};
  if (absent_ == 0) return value;
  for (std::uint32_t t = 0; t < tasks_; ++t) {
    if (!crew_of_[t].valid()) value.unserved_weight += index_.problem().tasks[t].weight;
  }
  return value;
}

CrewSequences LatencyTours::sequences() const {
  CrewSequences sequences(tours_.size());
  for (std::size_t c = 0; c < tours_.size(); ++c) {
    const Id<DispatchCrew> crew{c};
    for (std::uint32_t p = 1; p <= stops(crew); ++p) sequences[c].push_back(task_at(crew, p));
  }
  return sequences;
}

bool LatencyTours::lay_out(const CrewSequences& sequences) {
  for (std::size_t c = 0; c < tours_.size(); ++c) touch(Id<DispatchCrew>{c});
  std::fill(crew_of_.begin(), crew_of_.end(), Id<DispatchCrew>::none());
  absent_ = tasks_;
  for (std::size_t c = 0; c < tours_.size(); ++c) {
    const Id<DispatchCrew> crew{c};
    scratch_.clear();
    for (const Id<DispatchTask> task : sequences[c]) scratch_.push_back(task.index);
    absent_ -= scratch_.size();
    lay(crew, scratch_, 0);
    const bool able = std::all_of(scratch_.begin(), scratch_.end(), [&](std::uint32_t node) {
      return std::isfinite(surcharge(crew, node));
    });
    if (!able || !is_feasible(tours_[c], crew)) {
      roll_back();
      return false;
    }
  }
  remember();
  return true;
}

bool LatencyTours::is_feasible(const Tour& tour, Id<DispatchCrew> crew) const {
  if (tour.stops == 0) return true;
  const DispatchCrew& who = index_.crew(crew);
  return std::isfinite(tour.home) && tour.home <= who.shift_end &&
         tour.places[tour.stops].load <= who.capacity * kRounding;
}

// The sums of the tour's places, from the first one that is new.
void LatencyTours::lay(Id<DispatchCrew> crew, std::span<const std::uint32_t> nodes,
                       std::uint32_t kept) {
  Tour& tour = tours_[crew.index];
  const DispatchCrew& who = index_.crew(crew);
  tour.stops = kept + static_cast<std::uint32_t>(nodes.size());
  tour.places.resize(std::size_t{tour.stops} + 1);
  tour.places[0] = {tasks_ + crew.index, who.start_time, 0, 0, 0, 0, 0};
  for (std::uint32_t p = kept + 1; p <= tour.stops; ++p) {
    const Place& before = tour.places[p - 1];
    Place& place = tour.places[p];
    place.node = nodes[p - kept - 1];
    const DispatchTask& task = index_.problem().tasks[place.node];
    place.time = before.time + leg(crew, before.node, place.node);
    place.weight = before.weight + task.weight;
    place.harm = before.harm + task.weight * place.time;
    place.load = before.load + task.demand;
    place.back_time = p == 1 ? 0 : before.back_time + leg(crew, place.node, before.node);
    place.back_harm = before.back_harm + task.weight * place.back_time;
    crew_of_[place.node] = crew;
    place_of_[place.node] = p;
  }
  const Place& last = tour.places[tour.stops];
  const auto crews = static_cast<std::uint32_t>(tours_.size());
  tour.home = last.time + leg(crew, last.node, tasks_ + crews + crew.index);
  tour.harm = tour.stops == 0 ? 0 : last.harm + who.return_weight * tour.home;
  tour.surcharge = 0;
  for (std::uint32_t p = 1; has_penalties_ && p <= tour.stops; ++p) {
    tour.surcharge += surcharge(crew, tour.places[p].node);
  }
}

// A tour walked anew, stretch by stretch.
class LatencyTours::Walk {
 public:
  Walk(const LatencyTours& all, Id<DispatchCrew> crew, std::uint32_t kept)
      : all_(all), crew_(crew) {
    const Place& place = all.tours_[crew.index].places[kept];
    node_ = place.node;
    time_ = place.time;
    harm_ = place.harm;
    load_ = place.load;
    stops_ = kept;
  }

  void go(const Stretch& stretch) {
    const auto& places = all_.tours_[stretch.crew.index].places;
    if (stretch.crew != crew_) pay(stretch);
    load_ += places[stretch.last].load - places[stretch.first - 1].load;
    stops_ += stretch.last - stretch.first + 1;
    const bool alike = all_.travel_[crew_.index] == all_.travel_[stretch.crew.index];
    if (!alike) return go_stop_by_stop(stretch);
    const Place& before = places[stretch.first - 1];
    const Place& first = places[stretch.first];
    const Place& last = places[stretch.last];
    const double weight = last.weight - before.weight;
    if (stretch.turned) {
      const double begun = time_ + all_.leg(crew_, node_, last.node);
      harm_ += weight * (begun + last.back_time) - (last.back_harm - before.back_harm);
      time_ = begun + (last.back_time - first.back_time);
      node_ = first.node;
    } else {
      const double begun = time_ + all_.leg(crew_, node_, first.node);
      harm_ += weight * (begun - first.time) + (last.harm - before.harm);
      time_ = begun + (last.time - first.time);
      node_ = last.node;
    }
  }

  // What the tour costs more than the present one.
  double finish() const {
    const Tour& present = all_.tours_[crew_.index];
    if (stops_ == 0) return -present.harm;  // penalties are the affair of who gets the stops
    const DispatchCrew& who = all_.index_.crew(crew_);
    const auto crews = static_cast<std::uint32_t>(all_.tours_.size());
    const double home = time_ + all_.leg(crew_, node_, all_.tasks_ + crews + crew_.index);
    const bool is_late = home > who.shift_end && !(present.stops > 0 && home <= present.home);
    const double was_load = present.places[present.stops].load;
    const bool is_full = load_ > who.capacity * kRounding && load_ > was_load * kRounding;
    if (is_late || is_full) return kNever;
    const double change = harm_ + who.return_weight * home + surcharge_ - present.harm;
    return std::isnan(change) ? kNever : change;
  }

 private:
  // Skills of foreign stops, penalties for them.
  void pay(const Stretch& stretch) {
    const bool is_free =
        all_.kind_[crew_.index] == all_.kind_[stretch.crew.index] && !all_.has_penalties_;
    if (is_free) return;
    const auto& places = all_.tours_[stretch.crew.index].places;
    for (std::uint32_t p = stretch.first; p <= stretch.last; ++p) {
      const double here = all_.surcharge(crew_, places[p].node);
      surcharge_ += here - (std::isfinite(here) ? all_.surcharge(stretch.crew, places[p].node) : 0);
    }
  }

  void go_stop_by_stop(const Stretch& stretch) {
    const auto& places = all_.tours_[stretch.crew.index].places;
    const std::uint32_t count = stretch.last - stretch.first + 1;
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t node = places[stretch.turned ? stretch.last - i : stretch.first + i].node;
      time_ += all_.leg(crew_, node_, node);
      harm_ += all_.index_.problem().tasks[node].weight * time_;
      node_ = node;
    }
  }

  const LatencyTours& all_;
  Id<DispatchCrew> crew_;
  std::uint32_t node_ = 0;
  std::uint32_t stops_ = 0;
  double time_ = 0;
  double harm_ = 0;
  double load_ = 0;
  double surcharge_ = 0;
};

double LatencyTours::price(const NewTour& tour) const {
  Walk walk(*this, tour.crew(), tour.kept());
  for (const Stretch& stretch : tour.stretches()) walk.go(stretch);
  return walk.finish();
}

double LatencyTours::price(const Recombination& change) const {
  const double one = price(change.one);
  return change.other.crew().valid() && one < kNever ? one + price(change.other) : one;
}

void LatencyTours::gather(const NewTour& tour, std::vector<std::uint32_t>& nodes) const {
  nodes.clear();
  for (const Stretch& stretch : tour.stretches()) {
    const auto& places = tours_[stretch.crew.index].places;
    const std::size_t begin = nodes.size();
    for (std::uint32_t p = stretch.first; p <= stretch.last; ++p) nodes.push_back(places[p].node);
    if (stretch.turned) {
      std::reverse(nodes.begin() + static_cast<std::ptrdiff_t>(begin), nodes.end());
    }
  }
}

void LatencyTours::apply(const Recombination& change) {
#ifndef NDEBUG
  const double before = objective();
  const double expected = price(change);
#endif
  const bool two = change.other.crew().valid();
  gather(change.one, scratch_);
  if (two) gather(change.other, other_scratch_);
  touch(change.one.crew());
  if (two) touch(change.other.crew());
  lay(change.one.crew(), scratch_, change.one.kept());
  if (two) lay(change.other.crew(), other_scratch_, change.other.kept());
#ifndef NDEBUG
  GRIDMEND_CHECK(same(before + expected, objective(), before), "the price was the difference");
#endif
}

bool LatencyTours::has_room(Id<DispatchTask> task, Id<DispatchCrew> crew) const {
  const Tour& tour = tours_[crew.index];
  return std::isfinite(surcharge(crew, task.index)) &&
         tour.places[tour.stops].load + index_.task(task).demand <=
             index_.crew(crew).capacity * kRounding;
}

double LatencyTours::slot_price(Id<DispatchTask> task, Id<DispatchCrew> crew,
                                std::uint32_t place) const {
  const Tour& tour = tours_[crew.index];
  const DispatchCrew& who = index_.crew(crew);
  const Place& before = tour.places[place - 1];
  const double weight = index_.task(task).weight;
  const double completion = before.time + leg(crew, before.node, task.index);
  const bool is_last = place > tour.stops;
  const auto crews = static_cast<std::uint32_t>(tours_.size());
  const std::uint32_t next = is_last ? tasks_ + crews + crew.index : tour.places[place].node;
  const double onward = completion + leg(crew, task.index, next);
  if (tour.stops == 0) {
    if (!(onward <= who.shift_end)) return kNever;
    return weight * completion + who.return_weight * onward + surcharge(crew, task.index);
  }
  const double delay = onward - (is_last ? tour.home : tour.places[place].time);
  if (!(tour.home + delay <= who.shift_end)) return kNever;
  const double behind = tour.places[tour.stops].weight - before.weight + who.return_weight;
  const double price = weight * completion + behind * delay + surcharge(crew, task.index);
  return std::isnan(price) ? kNever : price;
}

double LatencyTours::price(Id<DispatchTask> task, Id<DispatchCrew> crew,
                           std::uint32_t place) const {
  return has_room(task, crew) ? slot_price(task, crew, place) : kNever;
}

void LatencyTours::insert(Id<DispatchTask> task, Id<DispatchCrew> crew, std::uint32_t place) {
  GRIDMEND_CHECK(!is_present(task), "a task is inserted once");
#ifndef NDEBUG
  const double expected = objective() + price(task, crew, place);
#endif
  touch(crew);
  const Tour& tour = tours_[crew.index];
  scratch_.assign(1, task.index);
  for (std::uint32_t p = place; p <= tour.stops; ++p) scratch_.push_back(tour.places[p].node);
  lay(crew, scratch_, place - 1);
  --absent_;
#ifndef NDEBUG
  GRIDMEND_CHECK(same(expected, objective(), 0), "the price was the difference");
#endif
}

bool LatencyTours::remove(std::span<const Id<DispatchTask>> tasks) {
  other_scratch_.clear();  // crews to lay anew
  for (const Id<DispatchTask> task : tasks) {
    const Id<DispatchCrew> crew = crew_of(task);
    touch(crew);
    if (std::find(other_scratch_.begin(), other_scratch_.end(), crew.index) ==
        other_scratch_.end()) {
      other_scratch_.push_back(crew.index);
    }
    crew_of_[task.index] = Id<DispatchCrew>::none();
  }
  absent_ += tasks.size();
  bool feasible = true;
  for (const std::uint32_t c : other_scratch_) {
    scratch_.clear();
    const Tour& tour = tours_[c];
    for (std::uint32_t p = 1; p <= tour.stops; ++p) {
      const std::uint32_t node = tour.places[p].node;
      if (crew_of_[node].valid()) scratch_.push_back(node);
    }
    lay(Id<DispatchCrew>{c}, scratch_, 0);
    feasible = feasible && is_feasible(tour, Id<DispatchCrew>{c});
  }
  return feasible;
}

void LatencyTours::remember() {
  for (const Id<DispatchCrew> crew : touched_) is_touched_[crew.index] = 0;
  touched_.clear();
}

void LatencyTours::touch(Id<DispatchCrew> crew) {
  if (is_touched_[crew.index] != 0) return;
  is_touched_[crew.index] = 1;
  touched_.push_back(crew);
  auto& former = former_[crew.index];
  former.clear();
  const Tour& tour = tours_[crew.index];
  for (std::uint32_t p = 1; p <= tour.stops; ++p) former.push_back(tour.places[p].node);
}

void LatencyTours::roll_back() {
  for (Id<DispatchCrew>& crew : crew_of_) {
    if (crew.valid() && is_touched_[crew.index] != 0) crew = Id<DispatchCrew>::none();
  }
  for (const Id<DispatchCrew> crew : touched_) lay(crew, former_[crew.index], 0);
  remember();
  absent_ = static_cast<std::size_t>(
      std::count(crew_of_.begin(), crew_of_.end(), Id<DispatchCrew>::none()));
}

}  // namespace gridmend
