#pragma once

#include <cstdint>
#include <vector>

#include "routing/tour/schedule.h"

namespace gridmend {

// One tour of a plain problem, prepared so that any concatenation of its stretches is priced in
// constant time. Places: 0 is the crew's start, 1..size() its stops, size() + 1 the way home.
//
// A stretch is known by (time, harm, weight): how long it takes, what it adds if its first stop is
// complete at zero, and what an hour's delay costs it. Two of them in a row are again such a
// triple; prefix sums give it for every stretch, in both directions.
class LatencyTour {
 public:
  // A move that gains less is rounding.
  static constexpr double kLeastGain = 1e-7;

  void load(const Schedule& schedule, Id<DispatchCrew> crew);

  std::uint32_t size() const { return static_cast<std::uint32_t>(tasks_.size()); }
  const std::vector<Id<DispatchTask>>& tasks() const { return tasks_; }
  double weight_at(std::uint32_t place) const { return weight_[place] - weight_[place - 1]; }

  // A tour laid anew from the start: the head of the present one, then stretches in any order.
  class Walk {
   public:
    // Keeps places 0..last.
    Walk(const LatencyTour& tour, std::uint32_t last)
        : tour_(tour), kept_(last), last_(last), time_(tour.time_[last]) {}
    Walk& forward(std::uint32_t first, std::uint32_t last);   // nothing if first > last
    Walk& backward(std::uint32_t first, std::uint32_t last);  // last down to first
    // Goes home. What the new tour costs more than the present one; infinite past the shift's end.
    double gain_or_loss();

   private:
    const LatencyTour& tour_;
    std::uint32_t kept_;
    std::uint32_t last_;
    double time_;
    double harm_ = 0;
  };

  // Turns places first..last round.
  void reverse(std::uint32_t first, std::uint32_t last);
  // Exchanges the neighbouring stretches first..middle and middle+1..last.
  void rotate(std::uint32_t first, std::uint32_t middle, std::uint32_t last);
  void exchange(std::uint32_t a, std::uint32_t b);

 private:
  double leg(std::uint32_t from, std::uint32_t to) const;  // way and work
  void sum_up();

  const ProblemIndex* index_ = nullptr;
  const TravelMatrix* travel_ = nullptr;
  Id<DispatchCrew> crew_;
  std::vector<Id<DispatchTask>> tasks_;
  std::vector<std::uint32_t> site_;  // by place
  std::vector<double> duration_;     // by place
  std::vector<double> time_;         // completion, by place
  std::vector<double> weight_;       // sum up to the place
  std::vector<double> harm_;         // sum of weight x completion up to the place
  std::vector<double> back_time_;    // way and work from the place back to the first one
  std::vector<double> back_harm_;    // sum of weight x back_time up to the place
  bool goes_home_ = false;
};

}  // namespace gridmend
