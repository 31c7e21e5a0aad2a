#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "data/ingest/link_evidence.h"

namespace gridmend {

// What is observed of one usage point: its candidates' features and which of them it is linked to.
struct ObservedLink {
  std::vector<std::array<double, kLinkFeatures>> features;
  std::size_t linked = 0;
  bool alone = true;  // no other usage point at its place
};

// How probable each candidate is to be the right one. The right transformer is drawn by a
// conditional logit over the features, or, in few places, evenly: now and then a right link looks
// odd (a house at the corner of two streets). The link that the source states is the right one but
// for a share `error_rate`, which is spread evenly over the other candidates. Weights and error
// rate are fitted to the set itself by expectation maximisation: nobody says which links are wrong,
// but where nearly all customers of a street hang at one transformer, features say where the rest
// should. How often right links look odd cannot be learnt without the truth; it was chosen by the
// tables of bench_links, on made towns. A set without errors gets a low error rate and, with it,
// few suspicions.
class LinkModel {
 public:
  // Needs some dozens of observations to be worth anything; with none it keeps the usual weights
  // and 2 % of errors. O(rounds * observations * candidates).
  static LinkModel fit(const std::vector<ObservedLink>& observed);

  // The probability of each candidate to be right, given the link. They sum to 1.
  std::vector<double> posterior(const ObservedLink& observed) const;

  double error_rate() const { return error_rate_; }
  const std::array<double, kLinkFeatures>& weights() const { return weights_; }

 private:
  std::vector<double> by_features(const ObservedLink& observed) const;
  std::vector<double> posterior(const ObservedLink& observed,
                                const std::vector<double>& by_features) const;
  void step(const std::vector<ObservedLink>& observed);

  std::array<double, kLinkFeatures> weights_ = {1, 0.5, 1, 1};
  double error_rate_ = 0.02;
};

}  // namespace gridmend
