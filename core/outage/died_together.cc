#include "core/outage/died_together.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/outage/group_likelihood.h"
#include "core/outage/sum_product.h"

namespace gridmend {

std::vector<DiedSince> times_of_death(const LeafReader& reader, std::span<const Time> newest) {
  // Doublings of the age: a week is nine.
  constexpr std::size_t kMost = 16;
  std::array<Time, kMost> of_doubling;
  of_doubling.fill(kNeverHeard);
  for (const Time time : newest) {
    const std::optional<std::size_t> doubling = reader.doublings(time);
    if (!doubling) continue;
    Time& known = of_doubling[std::min(*doubling, kMost - 1)];
    known = std::max(known, time);
  }
  std::vector<DiedSince> times;
  double later = 0;
  for (const Time time : of_doubling) {
    if (time == kNeverHeard) continue;
    DiedSince since = reader.died_since(time);
    const double share = since.share;
    since.share -= later;
    later = share;
    if (since.share > 0) times.push_back(since);
  }
  return times;
}

DiedTogether::DiedTogether(std::span<const std::uint32_t> parents, std::span<const DiedSince> times,
                           const std::function<ZoneDeath(std::size_t)>& own,
                           const std::function<double(std::size_t)>& prior) {
  if (times.empty()) return;
  const std::size_t cuts = times.size();
  std::vector<double> behind(parents.size() * cuts, 0);  // sum of W over the zones next behind
  std::vector<double> apart(parents.size(), 0);          // of all behind
  added_.assign(parents.size(), 0);
  for (std::size_t i = parents.size(); i-- > 0;) {
    const ZoneDeath says = own(i);
    const double q = prior(i);
    const bool has_parent = parents[i] != kNoParent;
    double together = 0;
    for (std::size_t k = 0; k < cuts; ++k) {
      const double since = says.since[k] + behind[i * cuts + k];
      together = log_add(together, std::log(times[k].share) + since);
      if (has_parent) behind[parents[i] * cuts + k] += log_add(std::log1p(-q) + since, std::log(q));
    }
    apart[i] += says.apart;
    // `added_` holds what zones behind it take with them until here.
    const double more = together - apart[i];
    added_[i] -= more;
    if (!has_parent) {
      log_if_all_dead_ += more;
      continue;
    }
    apart[parents[i]] += apart[i];
    added_[parents[i]] += more;
  }
}

}  // namespace gridmend
