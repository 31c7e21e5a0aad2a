#include "routing/tour/moves/latency_tour.h"

#include <algorithm>

namespace gridmend {

void LatencyTour::load(const Schedule& schedule, Id<DispatchCrew> crew) {
  index_ = &schedule.index();
  travel_ = &index_->travel(crew);
  crew_ = crew;
  tasks_ = schedule.tour(crew).tasks;
  goes_home_ = index_->crew(crew).end_site.valid();
  sum_up();
}

double LatencyTour::leg(std::uint32_t from, std::uint32_t to) const {
  if (to > tasks_.size() && !goes_home_) return 0;
  return (*travel_)(site_[from], site_[to]) + duration_[to];
}

void LatencyTour::sum_up() {
  const DispatchCrew& crew = index_->crew(crew_);
  const std::size_t places = tasks_.size() + 2;
  for (auto* sums : {&duration_, &time_, &weight_, &harm_, &back_time_, &back_harm_}) {
    sums->assign(places, 0);
  }
  site_.assign(places, 0);
  site_.front() = crew.start_site.index;
  site_.back() = goes_home_ ? crew.end_site.index : 0;
  time_[0] = crew.start_time;
  for (std::uint32_t p = 1; p < places; ++p) {
    const bool is_home = p > tasks_.size();
    double weight = crew.return_weight;
    if (!is_home) {
      const DispatchTask& task = index_->task(tasks_[p - 1]);
      site_[p] = task.site.index;
      duration_[p] = task.duration;
      weight = task.weight;
    }
    time_[p] = time_[p - 1] + leg(p - 1, p);
    weight_[p] = weight_[p - 1] + weight;
    harm_[p] = harm_[p - 1] + weight * time_[p];
    if (is_home || p == 1) continue;
    back_time_[p] = back_time_[p - 1] + leg(p, p - 1);
    back_harm_[p] = back_harm_[p - 1] + weight * back_time_[p];
  }
}

LatencyTour::Walk& LatencyTour::Walk::forward(std::uint32_t first, std::uint32_t last) {
  if (first > last) return *this;
  const LatencyTour& t = tour_;
  const double begun = time_ + t.leg(last_, first);
  harm_ += (t.weight_[last] - t.weight_[first - 1]) * (begun - t.time_[first]) +
           (t.harm_[last] - t.harm_[first - 1]);
  time_ = begun + (t.time_[last] - t.time_[first]);
  last_ = last;
  return *this;
}

LatencyTour::Walk& LatencyTour::Walk::backward(std::uint32_t first, std::uint32_t last) {
  if (first > last) return *this;
  const LatencyTour& t = tour_;
  const double begun = time_ + t.leg(last_, last);
  harm_ += (t.weight_[last] - t.weight_[first - 1]) * (begun + t.back_time_[last]) -
           (t.back_harm_[last] - t.back_harm_[first - 1]);
  time_ = begun + (t.back_time_[last] - t.back_time_[first]);
  last_ = first;
  return *this;
}

double LatencyTour::Walk::gain_or_loss() {
  const std::uint32_t home = tour_.size() + 1;
  if (last_ != home) forward(home, home);
  const double shift_end = tour_.index_->crew(tour_.crew_).shift_end;
  if (time_ > shift_end && time_ > tour_.time_[home]) return kNever;
  return harm_ - (tour_.harm_[home] - tour_.harm_[kept_]);
}

void LatencyTour::reverse(std::uint32_t first, std::uint32_t last) {
  std::reverse(tasks_.begin() + first - 1, tasks_.begin() + last);
  sum_up();
}

void LatencyTour::rotate(std::uint32_t first, std::uint32_t middle, std::uint32_t last) {
  std::rotate(tasks_.begin() + first - 1, tasks_.begin() + middle, tasks_.begin() + last);
  sum_up();
}

void LatencyTour::exchange(std::uint32_t a, std::uint32_t b) {
  std::swap(tasks_[a - 1], tasks_[b - 1]);
  sum_up();
}

}  // namespace gridmend
