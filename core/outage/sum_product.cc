#include "core/outage/sum_product.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"

namespace gridmend {

namespace {

// One zone's part of the upward pass: R, and what of its feed is cut and passed on given all
// evidence at and behind it (they sum to 1).
struct Upward {
  double message = 0;
  double cut = 0;
  double passed = 0;
};

// Three forms, each where its terms neither overflow nor cancel: near s = 0 a message is tiny and
// log1p keeps its digits; far below, q + (1-q) e^s is a sum of positives; far above, e^s is taken
// out.
Upward upward(double q, double s) {
  if (q <= 0) return {s, 0, 1};
  if (q >= 1) return {0, 1, 0};
  if (s > 1) {
    const double open = q * std::exp(-s);
    const double sum = (1 - q) + open;
    return {s + std::log(sum), open / sum, (1 - q) / sum};
  }
  if (s < -1) {
    const double live = (1 - q) * std::exp(s);
    const double sum = q + live;
    return {std::log(sum), q / sum, live / sum};
  }
  const double more = (1 - q) * std::expm1(s);
  const double sum = 1 + more;
  return {std::log1p(more), q / sum, (1 - q + more) / sum};
}

void check_shape(const ZoneTree& tree) {
  GRIDMEND_CHECK(
      tree.parent.size() == tree.prior.size() && tree.parent.size() == tree.log_likelihood.size(),
      "a zone tree's columns are of one length");
}

// Leaves what each zone passes on of its feed in p_live.
void send_messages_up(const ZoneTree& tree, Marginals& out) {
  const std::size_t n = tree.parent.size();
  out.below.assign(tree.log_likelihood.begin(), tree.log_likelihood.end());
  out.message.resize(n);
  out.p_live.resize(n);
  out.p_cut_if_fed.resize(n);
  out.log_evidence = 0;
  for (std::size_t v = n; v-- > 0;) {
    const Upward zone = upward(tree.prior[v], out.below[v]);
    out.message[v] = zone.message;
    out.p_cut_if_fed[v] = zone.cut;
    out.p_live[v] = zone.passed;
    const std::uint32_t p = tree.parent[v];
    if (p == kNoParent) {
      out.log_evidence += zone.message;
    } else {
      GRIDMEND_CHECK(p < v, "a parent stands before its children");
      out.below[p] += zone.message;
    }
  }
}

}  // namespace

double upward_message(double q, double s) { return upward(q, s).message; }

void infer_marginals(const ZoneTree& tree, Marginals& out) {
  check_shape(tree);
  send_messages_up(tree, out);
  const std::size_t n = tree.parent.size();
  out.p_active.resize(n);
  out.p_open.resize(n);
  for (std::size_t v = 0; v < n; ++v) {
    const std::uint32_t p = tree.parent[v];
    const double fed = p == kNoParent ? 1.0 : out.p_live[p];
    out.p_active[v] = fed * out.p_cut_if_fed[v];
    out.p_live[v] *= fed;
    out.p_open[v] = out.p_active[v] + (1 - fed) * tree.prior[v];
  }
}

void infer_explanation(const ZoneTree& tree, Explanation& out) {
  check_shape(tree);
  const std::size_t n = tree.parent.size();
  out.message.assign(tree.log_likelihood.begin(), tree.log_likelihood.end());
  out.open.resize(n);
  out.active.resize(n);
  for (std::size_t v = n; v-- > 0;) {
    // Both terms of M less log(1 - q), or less log q where that is the greater: one logarithm.
    const double q = tree.prior[v];
    const double odds = std::log(q / (1 - q));
    const double below = out.message[v];
    out.open[v] = odds > below;
    out.message[v] = q <= .5 ? std::max(below, odds) : std::max(below - odds, 0.0);
    if (tree.parent[v] != kNoParent) out.message[tree.parent[v]] += out.message[v];
  }
  // `active` holds "zone is live" until its children have been settled, which is always: they
  // stand behind it.
  std::vector<std::uint8_t>& live = out.active;
  for (std::size_t v = 0; v < n; ++v) {
    const bool fed = tree.parent[v] == kNoParent || live[tree.parent[v]] != 0;
    if (!fed) out.open[v] = tree.prior[v] > .5;
    live[v] = fed && out.open[v] == 0;
  }
  for (std::size_t v = n; v-- > 0;) {
    const bool fed = tree.parent[v] == kNoParent || live[tree.parent[v]] != 0;
    out.active[v] = fed && out.open[v] != 0;
  }
}

double log_joint(const ZoneTree& tree, std::span<const std::uint8_t> open) {
  check_shape(tree);
  std::vector<std::uint8_t> live(open.size());
  double sum = 0;
  for (std::size_t v = 0; v < open.size(); ++v) {
    const bool fed = tree.parent[v] == kNoParent || live[tree.parent[v]] != 0;
    live[v] = fed && open[v] == 0;
    sum += open[v] != 0 ? std::log(tree.prior[v]) : std::log1p(-tree.prior[v]);
    if (live[v] != 0) sum += tree.log_likelihood[v];
  }
  return sum;
}

}  // namespace gridmend
