#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/outage/sum_product.h"

namespace gridmend {

// The inference of sum_product.h, kept up to date as single zones change: no pass over the tree.
//
// Along a heavy path a message is affine in the one below it, e^{R_v} = A_v e^{R_heavy} + q_v, and
// so is its max-product kin; affine maps compose. Every heavy path carries a binary tree of
// composed maps, split by weight so that all of them together are O(log zones) deep, whatever the
// depth of the forest. One change costs O(log zones), a question no more than O(log^2 zones); 170
// bytes a zone.
//
// Agrees with infer_marginals and infer_explanation to 1e-9 after any sequence of changes: sums
// over light children are made anew as often as they have terms, so that rounding does not pile up.
class StreamingTree {
 public:
  explicit StreamingTree(const ZoneTree& tree);

  std::uint32_t size() const { return static_cast<std::uint32_t>(zones_.size()); }
  double prior(std::uint32_t zone) const { return zones_[zone].prior; }
  double log_likelihood(std::uint32_t zone) const { return zones_[zone].log_likelihood; }

  // All columns anew, in place. O(zones).
  void assign(std::span<const double> prior, std::span<const double> log_likelihood);
  void set_prior(std::uint32_t zone, double prior);
  void set_log_likelihood(std::uint32_t zone, double log_likelihood);
  void add_log_likelihood(std::uint32_t zone, double more) {
    set_log_likelihood(zone, zones_[zone].log_likelihood + more);
  }

  double message(std::uint32_t zone) const;   // R_v
  double p_live(std::uint32_t zone) const;    // h_v
  double p_active(std::uint32_t zone) const;  // f_v
  double p_open(std::uint32_t zone) const;    // P(x_v = 1)
  // M_v, and whether the best explanation opens the zone's device, given that it is fed.
  double best_message(std::uint32_t zone) const;
  bool cut_if_fed(std::uint32_t zone) const;
  double log_evidence() const;  // sum of R over the roots; O(roots)

 private:
  static constexpr std::uint32_t kNone = kNoParent;

  // y -> log(e^{a + y} + e^b), and x -> max(x + c, d).
  struct Map {
    double a = 0, b = 0, c = 0, d = 0;
  };
  struct Zone {
    double prior = 0;
    double log_likelihood = 0;
    double light = 0;       // sum of R over light children
    double light_best = 0;  // sum of M over them
    std::uint32_t parent = kNone;
    std::uint32_t heavy = kNone;  // child with the largest subtree
    std::uint32_t top = kNone;    // first zone of its heavy path
    std::uint32_t leaf = kNone;   // its leaf in spans_
    std::uint32_t light_children = 0;
    std::uint32_t until_fresh = 0;      // changes of a light child before the sums are made anew
    std::uint32_t first_light = kNone;  // light children as a list
    std::uint32_t next_light = kNone;
  };
  // An inner vertex or leaf of a heavy path's tree of maps.
  struct Span {
    Map map;
    std::uint32_t up = kNone;
    std::uint32_t left = kNone;  // a leaf: none
    std::uint32_t right = kNone;
  };
  struct Messages {
    double sum = 0;   // R
    double best = 0;  // M
  };

  std::vector<std::uint32_t> link_children();
  void build_path(std::uint32_t top, const std::vector<std::uint32_t>& behind);
  std::uint32_t build_span(const std::vector<std::uint32_t>& path,
                           const std::vector<std::uint64_t>& weight_before, std::size_t first,
                           std::size_t last);
  Map leaf_map(const Zone& zone) const;
  static Map compose(const Map& above, const Map& below);
  static Messages at_end(const Map& map);
  Messages path_messages(std::uint32_t top) const;
  Messages messages(std::uint32_t zone) const;
  void refresh(std::uint32_t zone);
  void change_light(std::uint32_t parent, const Messages& before, const Messages& after);
  void sum_light(std::uint32_t zone);
  // Sum of a over the heavy path from its top to the zone, both included.
  double passed_down_to(std::uint32_t zone) const;

  std::vector<Zone> zones_;
  std::vector<Span> spans_;
  std::vector<std::uint32_t> root_span_;  // by zone that is a top; kNone for others
  std::vector<std::uint32_t> roots_;
  std::vector<std::uint32_t> tops_;  // in the order their paths were built: descending
};

}  // namespace gridmend
