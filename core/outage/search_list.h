#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace gridmend {

// The decision that evidence is for. A crew goes down a list of suspects, one after another; what
// it finds open it puts right. Suspect i keeps customers dark with a weight of `loss` in the mean
// (its p_active times the weight of the customers behind it) and takes `minutes` to look at. A
// suspect that is reached at C_i, the sum of minutes up to and with its own, has cost loss_i C_i
// weighted customer-minutes; the list's cost is the sum, whatever is open together, for the mean of
// a sum is the sum of the means.
//
// The best order is by falling loss / minutes (Smith's rule), so
//   cost = min over orders of sum loss_i C_i
//        = sum_i loss_i minutes_i + sum_{i<j} min(loss_i minutes_j, loss_j minutes_i),
// concave in the losses: whatever is learnt, its mean over what may be learnt never rises.
class SearchList {
 public:
  // Minutes above 0, one a suspect.
  explicit SearchList(std::vector<double> minutes);

  std::size_t size() const { return minutes_.size(); }
  double minutes(std::size_t suspect) const { return minutes_[suspect]; }

  // The best order's cost; losses are of at least 0. O(n log n).
  double cost(std::span<const double> losses);
  // That order; ties by place.
  std::vector<std::uint32_t> order(std::span<const double> losses);

 private:
  void sort(std::span<const double> losses);

  std::vector<double> minutes_;
  std::vector<std::uint32_t> order_;
};

}  // namespace gridmend
