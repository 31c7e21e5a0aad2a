#include "core/outage/epoch_product.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/check.h"
#include "core/outage/group_likelihood.h"
#include "core/outage/log_zero.h"

namespace gridmend {
namespace {

void check_shape(const EpochTree& tree) {
  const std::size_t numbers = tree.parent.size() * (tree.epochs + 1);
  GRIDMEND_CHECK(tree.opening.size() == numbers && tree.log_likelihood.size() == numbers,
                 "an epoch tree's columns have a number for each epoch and for none");
}

// Own evidence, less that of a zone that died first of all: sums stay small.
void read_evidence(const EpochTree& tree, std::vector<double>& below) {
  const std::size_t row = tree.epochs + 1;
  below.assign(tree.log_likelihood.begin(), tree.log_likelihood.end());
  for (std::size_t first = 0; first < below.size(); first += row) {
    const double base = below[first];
    for (std::size_t k = 0; k < row; ++k) below[first + k] -= base;
  }
}

void add_to_parent(const EpochTree& tree, std::size_t v, std::span<const double> message,
                   std::vector<double>& below) {
  const std::uint32_t p = tree.parent[v];
  if (p == kNoParent) return;
  GRIDMEND_CHECK(p < v, "a parent stands before its children");
  double* const sum = below.data() + p * message.size();
  for (std::size_t k = 0; k < message.size(); ++k) sum[k] += message[k];
}

// P(T_v >= k), without the rounding of 1 - sum.
void sum_tails(std::span<const double> opening, std::vector<double>& tail) {
  tail.resize(opening.size());
  double sum = 0;
  for (std::size_t k = opening.size(); k-- > 0;) tail[k] = sum += opening[k];
}

// A feed that died first of all leaves nothing to tell: message[0] is 0, as below[0] is.
void send_up(std::span<const double> opening, std::span<const double> tail,
             std::span<const double> below, std::span<double> message) {
  double earlier = kLogZero;
  for (std::size_t k = 0; k < opening.size(); ++k) {
    message[k] = log_add(earlier, std::log(tail[k]) + below[k]);
    earlier = log_add(earlier, std::log(opening[k]) + below[k]);
  }
}

// One zone's posterior from that of its feed.
struct Row {
  std::span<const double> feed, opening, tail, below, message;
  std::span<double> died, active, open;
};

void send_down(const Row& row) {
  const std::size_t last = row.opening.size() - 1;
  const auto log_feed = [&](std::size_t k) {
    return row.feed[k] > 0 ? std::log(row.feed[k]) - row.message[k] : kLogZero;
  };
  double later = kLogZero;
  for (std::size_t k = last + 1; k-- > 0;) {
    const double fed = log_feed(k);
    const double by_itself = std::log(row.opening[k]) + row.below[k] + later;
    row.active[k] = k == last ? 0 : std::exp(by_itself);
    row.died[k] = row.active[k] + std::exp(std::log(row.tail[k]) + row.below[k] + fed);
    later = log_add(later, fed);
  }
  double taken = 0;
  for (std::size_t k = 0; k < last; ++k) taken += row.active[k];
  row.active[last] = std::max(0.0, 1 - taken);
  // Of what the feed's death hides, every later opening has its prior's share.
  double hidden = 0;
  for (std::size_t k = 0; k <= last; ++k) {
    if (row.tail[k] > 0) hidden += std::exp(row.below[k] + log_feed(k));
    row.open[k] = (k == last ? 0 : row.active[k]) + row.opening[k] * hidden;
  }
}

}  // namespace

void infer_epoch_marginals(const EpochTree& tree, EpochMarginals& out) {
  check_shape(tree);
  const std::size_t n = tree.parent.size();
  const std::size_t row = tree.epochs + 1;
  read_evidence(tree, out.below);
  for (auto* column : {&out.message, &out.p_died, &out.p_active, &out.p_open}) {
    column->assign(n * row, 0);
  }
  out.log_evidence = 0;
  const auto part = [row](auto& column, std::size_t v) {
    return std::span{column}.subspan(v * row, row);
  };
  std::vector<double> tail;
  for (std::size_t v = n; v-- > 0;) {
    sum_tails(part(tree.opening, v), tail);
    send_up(part(tree.opening, v), tail, part(out.below, v), part(out.message, v));
    add_to_parent(tree, v, part(out.message, v), out.below);
    if (tree.parent[v] == kNoParent) out.log_evidence += out.message[v * row + tree.epochs];
  }
  std::vector<double> source(row, 0);
  source.back() = 1;
  for (std::size_t v = 0; v < n; ++v) {
    sum_tails(part(tree.opening, v), tail);
    const std::uint32_t p = tree.parent[v];
    const std::span<const double> feed =
        p == kNoParent ? std::span<const double>{source} : part(out.p_died, p);
    send_down({feed, part(tree.opening, v), tail, part(out.below, v), part(out.message, v),
               part(out.p_died, v), part(out.p_active, v), part(out.p_open, v)});
  }
}

void infer_epoch_explanation(const EpochTree& tree, EpochExplanation& out) {
  check_shape(tree);
  const std::size_t n = tree.parent.size();
  const std::size_t row = tree.epochs + 1;
  read_evidence(tree, out.message);
  // By feed: the opening that explains best.
  std::vector<std::uint32_t> choice(n * row);
  std::vector<double> message(row);
  for (std::size_t v = n; v-- > 0;) {
    const double* const opening = tree.opening.data() + v * row;
    double* const below = out.message.data() + v * row;
    std::uint32_t hidden = tree.epochs;
    std::vector<std::uint32_t> likeliest_from(row);
    for (std::uint32_t k = tree.epochs + 1; k-- > 0;) {
      if (opening[k] > opening[hidden]) hidden = k;
      likeliest_from[k] = hidden;
    }
    double earlier = kLogZero;
    std::uint32_t earlier_epoch = 0;
    for (std::uint32_t k = 0; k < row; ++k) {
      const double stays = std::log(opening[likeliest_from[k]]) + below[k];
      choice[v * row + k] = earlier > stays ? earlier_epoch : likeliest_from[k];
      message[k] = std::max(earlier, stays);
      const double opens = std::log(opening[k]) + below[k];
      if (opens >= earlier) {
        earlier = opens;
        earlier_epoch = k;
      }
    }
    const double base = message[0];
    for (std::size_t k = 0; k < row; ++k) below[k] = message[k] - base;
    add_to_parent(tree, v, {below, row}, out.message);
  }
  out.opened.resize(n);
  out.died.resize(n);
  for (std::size_t v = 0; v < n; ++v) {
    const std::uint32_t p = tree.parent[v];
    const std::uint32_t feed = p == kNoParent ? tree.epochs : out.died[p];
    out.opened[v] = choice[v * row + feed];
    out.died[v] = std::min(feed, out.opened[v]);
  }
}

}  // namespace gridmend
