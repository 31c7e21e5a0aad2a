#include "core/outage/epoch_branch_product.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/base/check.h"
#include "core/outage/log_zero.h"

namespace gridmend {
namespace {

constexpr std::size_t kCauses = 3;  // none, links down, nobody can be heard

double log_of(double p) { return p > 0 ? std::log(p) : kLogZero; }

// One pass over a tree. States of a zone: it died in epoch k by one of the causes, 3 k + cause, or
// it lives, 3 K. Columns have so many numbers a zone, less that of "died first of all, apart".
class Pass {
 public:
  Pass(const EpochTree& tree, const EpochBranches& branches)
      : tree_(tree),
        branches_(branches),
        epochs_(tree.epochs),
        states_(kCauses * tree.epochs + 1),
        log_cause_{std::log1p(-(branches.settings.links_down + branches.settings.unreachable)),
                   log_of(branches.settings.links_down), log_of(branches.settings.unreachable)} {
    const std::size_t n = tree.parent.size();
    GRIDMEND_CHECK(branches.is_branch.size() == n && branches.links_down.size() == n * epochs_ &&
                       branches.unreachable.size() == n * epochs_,
                   "branches have a number for each zone and epoch");
    below_.resize(n * states_);
    died_by_itself_.resize(n * epochs_);
    message_.resize(n * states_);
    posterior_.resize(n * states_);
    for (std::size_t v = 0; v < n; ++v) read(v);
  }

  void run(EpochMarginals& out, std::vector<double>& added) {
    const std::size_t n = tree_.parent.size();
    const std::size_t row = epochs_ + 1;
    out.below.clear();
    out.message.clear();
    for (auto* column : {&out.p_died, &out.p_active, &out.p_open}) column->assign(n * row, 0);
    added.assign(n * row, 0);
    out.log_evidence = 0;
    for (std::size_t v = n; v-- > 0;) {
      send_up(v);
      if (tree_.parent[v] == kNoParent) out.log_evidence += message_[v * states_ + states_ - 1];
      if (branches_.is_branch[v] == 0) continue;
      for (std::size_t k = 0; k < epochs_; ++k)
        added[v * row + k] = died_by_itself_[v * epochs_ + k] - below_[v * states_ + kCauses * k];
    }
    for (std::size_t v = 0; v < n; ++v) send_down(v, out);
  }

 private:
  double opening(std::size_t v, std::size_t k) const {
    return tree_.opening[v * (epochs_ + 1) + k];
  }

  void read(std::size_t v) {
    const double* const own = tree_.log_likelihood.data() + v * (epochs_ + 1);
    double* const below = below_.data() + v * states_;
    for (std::size_t k = 0; k < epochs_; ++k) {
      below[kCauses * k] = own[k] - own[0];
      below[kCauses * k + 1] = branches_.links_down[v * epochs_ + k] - own[0];
      below[kCauses * k + 2] = branches_.unreachable[v * epochs_ + k] - own[0];
    }
    below[states_ - 1] = own[epochs_] - own[0];
  }

  // P(T_v >= k), K + 1 numbers, without the rounding of 1 - sum.
  void sum_tails(std::size_t v) {
    tail_.resize(epochs_ + 1);
    double sum = 0;
    for (std::size_t k = epochs_ + 1; k-- > 0;) tail_[k] = sum += opening(v, k);
  }

  // Died in k, of a feed that is no cause: by its own opening or behind it.
  double died_apart(std::size_t v, std::size_t k) const {
    const double* const below = below_.data() + v * states_ + kCauses * k;
    if (branches_.is_branch[v] == 0) return below[0];
    double sum = kLogZero;
    for (std::size_t c = 0; c < kCauses; ++c) sum = log_add(sum, log_cause_[c] + below[c]);
    return sum;
  }

  // Given that the feed is in a state and v does not open before it.
  double stays(std::size_t v, std::size_t state) const {
    const bool apart = state + 1 < states_ && state % kCauses == 0;
    return apart ? died_by_itself_[v * epochs_ + state / kCauses] : below_[v * states_ + state];
  }

  void send_up(std::size_t v) {
    sum_tails(v);
    for (std::size_t k = 0; k < epochs_; ++k) died_by_itself_[v * epochs_ + k] = died_apart(v, k);
    double* const message = message_.data() + v * states_;
    double earlier = kLogZero;
    for (std::size_t s = 0; s < states_; ++s) {
      const std::size_t k = s / kCauses;
      message[s] = log_add(earlier, log_of(tail_[k]) + stays(v, s));
      if (k < epochs_ && s % kCauses == kCauses - 1)
        earlier = log_add(earlier, log_of(opening(v, k)) + died_by_itself_[v * epochs_ + k]);
    }
    const std::uint32_t p = tree_.parent[v];
    if (p == kNoParent) return;
    GRIDMEND_CHECK(p < v, "a parent stands before its children");
    for (std::size_t s = 0; s < states_; ++s) below_[p * states_ + s] += message[s];
  }

  // `died` is the probability that v died in k, its feed no cause: by which it is silent.
  void share_causes(std::size_t v, std::size_t k, double died) {
    double* const of = posterior_.data() + v * states_ + kCauses * k;
    if (branches_.is_branch[v] == 0 || died <= 0) {
      of[0] += died;
      return;
    }
    const double* const below = below_.data() + v * states_ + kCauses * k;
    for (std::size_t c = 0; c < kCauses; ++c)
      of[c] += died * std::exp(log_cause_[c] + below[c] - died_by_itself_[v * epochs_ + k]);
  }

  void send_down(std::size_t v, EpochMarginals& out) {
    const std::size_t row = epochs_ + 1;
    const std::uint32_t p = tree_.parent[v];
    sum_tails(v);
    const auto log_fed = [&](std::size_t s) {
      if (p == kNoParent) return s + 1 == states_ ? -message_[v * states_ + s] : kLogZero;
      const double fed = posterior_[p * states_ + s];
      return fed > 0 ? std::log(fed) - message_[v * states_ + s] : kLogZero;
    };
    double* const of = posterior_.data() + v * states_;
    double* const active = out.p_active.data() + v * row;
    hidden_.assign(row, 0);
    double later = kLogZero;  // feeds that died after k
    for (std::size_t k = row; k-- > 0;) {
      if (k < epochs_) {
        active[k] = std::exp(log_of(opening(v, k)) + died_by_itself_[v * epochs_ + k] + later);
        share_causes(v, k, active[k]);
      }
      const std::size_t end = k < epochs_ ? kCauses * (k + 1) : states_;
      for (std::size_t s = kCauses * k; s < end; ++s) {
        const double fed = log_fed(s);
        if (fed == kLogZero) continue;
        later = log_add(later, fed);
        if (tail_[k] <= 0) continue;
        const double if_stays = std::exp(stays(v, s) + fed);
        hidden_[k] += if_stays;
        if (k < epochs_ && s % kCauses == 0) {
          share_causes(v, k, tail_[k] * if_stays);
        } else {
          of[s] += tail_[k] * if_stays;
        }
      }
    }
    tell(v, out);
  }

  void tell(std::size_t v, EpochMarginals& out) const {
    const std::size_t row = epochs_ + 1;
    const double* const of = posterior_.data() + v * states_;
    double taken = 0, hidden = 0;
    for (std::size_t k = 0; k < row; ++k) {
      const std::size_t end = k < epochs_ ? kCauses * (k + 1) : states_;
      for (std::size_t s = kCauses * k; s < end; ++s) out.p_died[v * row + k] += of[s];
      taken += k < epochs_ ? out.p_active[v * row + k] : 0;
      // Of what the feed's death hides, every later opening has its prior's share.
      hidden += hidden_[k];
      out.p_open[v * row + k] = out.p_active[v * row + k] + opening(v, k) * hidden;
    }
    out.p_active[v * row + epochs_] = std::max(0.0, 1 - taken);
  }

  const EpochTree& tree_;
  const EpochBranches& branches_;
  const std::size_t epochs_;
  const std::size_t states_;
  const std::array<double, kCauses> log_cause_;
  std::vector<double> below_;           // G, by zone and state
  std::vector<double> died_by_itself_;  // D, by zone and epoch
  std::vector<double> message_;
  std::vector<double> posterior_;  // posterior of each state
  std::vector<double> tail_;
  std::vector<double> hidden_;  // of the zone at hand, by epoch of its feed's death
};

}  // namespace

void infer_epoch_marginals(const EpochTree& tree, const EpochBranches& branches,
                           EpochMarginals& out, std::vector<double>& added) {
  Pass{tree, branches}.run(out, added);
}

}  // namespace gridmend
