#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "core/base/clock.h"

namespace gridmend {

// A number as it was learnt: what was believed before, weighed against what was seen.
struct LearntNumber {
  double before = 0;
  double value = 0;
  double low = 0;  // 90 % interval, by the curvature of the log posterior
  double high = 0;
  double observations = 0;  // that had a say; expected ones where their kind was not seen
};

// A chance `before` that is worth `trust` observations, and `hits` of `tries`: the mean of the Beta
// posterior, its interval by the normal approximation in log odds. Within (0, 1) when `before` is.
LearntNumber learn_share(double before, double trust, double hits, double tries);

// Last gasps by communication group: of n meters that went dark, g were heard. A group whose
// concentrator died with them (kappa) is silent as a whole; of the others each meter is heard with
// chance rho:
//
//   P(g | n) = (1 - kappa) C(n, g) rho^g (1 - rho)^(n - g) + kappa [g = 0]
//
// by expectation and maximisation over which silent groups had lost their concentrator.
class ReachEstimate {
 public:
  void add(std::uint32_t meters, std::uint32_t heard, std::uint32_t groups = 1);

  struct Learnt {
    LearntNumber reach;  // rho; observations are meters
    LearntNumber down;   // kappa; observations are groups
  };
  // `meters_trust` and `groups_trust`: what `before` is worth. O(different pairs * rounds).
  Learnt learn(double reach_before, double meters_trust, double down_before,
               double groups_trust) const;
  // P(the concentrator was down) of a group, by what was learnt.
  static double p_down(const Learnt& learnt, std::uint32_t meters, std::uint32_t heard);

 private:
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> groups_;
};

// Calls: a customer in the dark calls at all with chance r, after a wait that is exponential with a
// half time h, F(t) = 1 - 2^(-t/h); an outage that ends first is never heard of. By expectation and
// maximisation over who of the silent would have called later.
class CallEstimate {
 public:
  void add_call(Duration wait);         // negative waits count as none
  void add_silence(Duration duration);  // whole outage without a call; negative: not counted

  struct Learnt {
    LearntNumber rate;         // r
    LearntNumber half_time_s;  // h
  };
  // `customers_trust`: what `rate_before` is worth, in customers; `calls_trust`: what the half time
  // is worth, in calls. Half times stay positive. O(different durations * rounds).
  Learnt learn(double rate_before, double customers_trust, Duration half_time_before,
               double calls_trust) const;

 private:
  std::uint64_t calls_ = 0;
  double waited_s_ = 0;
  std::map<std::int64_t, std::uint64_t> silent_;  // by duration in steps of kStep
};

}  // namespace gridmend
