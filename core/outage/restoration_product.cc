#include "core/outage/restoration_product.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/check.h"

namespace gridmend {
namespace {

constexpr double kLogZero = -std::numeric_limits<double>::infinity();

// What a zone, or its feed, was before and after; as a place in a row of (R + 1)(K + 1) numbers.
struct Views {
  std::uint32_t before = 0;
  std::uint32_t after = 0;
};

class Pass {
 public:
  Pass(const RestorationTree& tree, RestorationMarginals& out)
      : tree_(tree),
        out_(out),
        zones_(tree.parent.size()),
        row_((tree.restored + 1) * (tree.epochs + 1)),
        below_(zones_ * row_),
        message_(zones_ * row_) {}

  void run() {
    send_up();
    const std::uint32_t before = tree_.restored + 1, after = tree_.epochs + 1;
    out_.p_before.assign(zones_ * before, 0);
    out_.p_after.assign(zones_ * after, 0);
    out_.p_open.assign(zones_ * after, 0);
    out_.p_active_after.assign(zones_, 0);
    out_.p_revealed.assign(zones_, 0);
    joint_.assign(zones_ * row_, 0);
    for (std::size_t v = 0; v < zones_; ++v) send_down(v);
  }

 private:
  std::size_t place(std::size_t v, Views views) const {
    return v * row_ + views.before * (tree_.epochs + 1) + views.after;
  }

  template <class Visitor>
  void visit(Visitor&& visitor) const {
    for (std::uint32_t k = 0; k <= tree_.restored; ++k) {
      // What is undone comes before: a zone dead after has died before by then, or after R.
      for (std::uint32_t j = k; j <= tree_.epochs; ++j) visitor(Views{k, j});
    }
  }

  Views left(std::size_t v, Views feed, std::uint32_t opened) const {
    if (opened < tree_.restored) feed.before = std::min(feed.before, opened);
    const bool undone = tree_.is_restored[v] != 0 && opened < tree_.restored;
    if (!undone) feed.after = std::min(feed.after, opened);
    return feed;
  }

  double opening(std::size_t v, std::uint32_t opened) const {
    return tree_.opening[v * (tree_.epochs + 1) + opened];
  }

  void read_evidence(std::size_t v) {
    const double* const before = tree_.log_before.data() + v * (tree_.restored + 1);
    const double* const after = tree_.log_after.data() + v * (tree_.epochs + 1);
    visit([&](Views views) {
      below_[place(v, views)] += before[views.before] - before[0] + after[views.after] - after[0];
    });
  }

  void send_up() {
    out_.log_evidence = 0;
    for (std::size_t v = zones_; v-- > 0;) {
      read_evidence(v);
      const std::uint32_t p = tree_.parent[v];
      GRIDMEND_CHECK(p == kNoParent || p < v, "a parent stands before its children");
      visit([&](Views feed) {
        const double up = message_[place(v, feed)] = message(v, feed);
        if (p != kNoParent) below_[place(p, feed)] += up;
      });
      if (p == kNoParent) out_.log_evidence += message_[place(v, source())];
    }
  }

  Views source() const { return {tree_.restored, tree_.epochs}; }

  double message(std::size_t v, Views feed) const {
    double top = kLogZero;
    for (std::uint32_t t = 0; t <= tree_.epochs; ++t) {
      if (opening(v, t) > 0) top = std::max(top, below_[place(v, left(v, feed, t))]);
    }
    double sum = 0;
    for (std::uint32_t t = 0; t <= tree_.epochs; ++t) {
      if (opening(v, t) > 0) {
        sum += opening(v, t) * std::exp(below_[place(v, left(v, feed, t))] - top);
      }
    }
    return top + std::log(sum);
  }

  void send_down(std::size_t v) {
    const std::uint32_t p = tree_.parent[v];
    if (p == kNoParent) {
      share_out(v, source(), 1);
    } else {
      visit([&](Views feed) {
        const double fed = joint_[place(p, feed)];
        if (fed > 0) share_out(v, feed, fed);
      });
    }
  }

  void share_out(std::size_t v, Views feed, double fed) {
    for (std::uint32_t t = 0; t <= tree_.epochs; ++t) {
      if (opening(v, t) <= 0) continue;
      const Views views = left(v, feed, t);
      const double log_ratio = below_[place(v, views)] - message_[place(v, feed)];
      const double p = fed * std::exp(std::log(opening(v, t)) + log_ratio);
      joint_[place(v, views)] += p;
      out_.p_before[v * (tree_.restored + 1) + views.before] += p;
      out_.p_after[v * (tree_.epochs + 1) + views.after] += p;
      out_.p_open[v * (tree_.epochs + 1) + t] += p;
      const bool cuts = feed.after == tree_.epochs && views.after < tree_.epochs;
      if (!cuts) continue;
      out_.p_active_after[v] += p;
      if (t < tree_.restored && feed.before <= t) out_.p_revealed[v] += p;
    }
  }

  const RestorationTree& tree_;
  RestorationMarginals& out_;
  std::size_t zones_;
  std::size_t row_;
  std::vector<double> below_, message_, joint_;
};

}  // namespace

void infer_restoration_marginals(const RestorationTree& tree, RestorationMarginals& out) {
  const std::size_t n = tree.parent.size();
  GRIDMEND_CHECK(tree.restored <= tree.epochs && tree.is_restored.size() == n &&
                     tree.opening.size() == n * (tree.epochs + 1) &&
                     tree.log_before.size() == n * (tree.restored + 1) &&
                     tree.log_after.size() == n * (tree.epochs + 1),
                 "a restoration tree's columns have a number for each epoch and for none");
  Pass{tree, out}.run();
}

}  // namespace gridmend
