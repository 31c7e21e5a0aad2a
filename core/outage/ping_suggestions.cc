#include "core/outage/ping_suggestions.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/outage/ping_candidates.h"
#include "core/outage/sum_product.h"
#include "core/outage/tree_search.h"

namespace gridmend {
namespace {

// Gains below this share of a list's cost are rounding.
constexpr double kNothing = 1e-9;

// What the meters asked so far may have answered, and what is believed then.
struct AnswerCase {
  double probability = 1;
  std::vector<double> log_likelihood;
  Marginals marginals;
};

// Chooses the meters of one tree.
class TreePinging {
 public:
  TreePinging(const EvidenceView& view, const TreePosterior& tree, Id<InferenceZone> around)
      : search_(view, tree, around),
        most_(std::min<std::size_t>(view.settings().patrols.pings_per_tree, 10)) {
    if (search_.suspects().empty() || most_ == 0) return;
    const LeafReader reader = view.reader(tree.root);
    for (std::uint32_t z = tree.root.index; z < tree.end(); ++z) {
      for (PingCandidate& one : ping_candidates(view, tree, Id<InferenceZone>{z}, reader)) {
        one_group_.push_back(group_of(view, one));
        candidates_.push_back(std::move(one));
      }
    }
    AnswerCase& now = cases_.emplace_back();
    now.log_likelihood = tree.log_likelihood;
    now.marginals.p_live = tree.p_live;
    now.marginals.p_active = tree.p_active;
    find_best();
  }

  const std::optional<PingSuggestion>& best() const { return best_; }

  // The best is asked; finds the next one.
  void ask() {
    const PingQuestion& question = candidates_[best_place_].question;
    ++asked_;
    if (asked_ < most_) split(question);
    const GroupOfZone group = one_group_[best_place_];
    for (std::size_t i = 0; i < candidates_.size();) {
      if (one_group_[i] == group) {
        candidates_.erase(candidates_.begin() + static_cast<std::ptrdiff_t>(i));
        one_group_.erase(one_group_.begin() + static_cast<std::ptrdiff_t>(i));
      } else {
        ++i;
      }
    }
    find_best();
  }

 private:
  struct GroupOfZone {
    Id<InferenceZone> zone;
    Id<CommunicationGroup> group;
    bool operator==(const GroupOfZone&) const = default;
  };

  static GroupOfZone group_of(const EvidenceView& view, const PingCandidate& candidate) {
    const Table<UsagePoint>& points = view.input().forest.network().usage_points();
    return {candidate.zone, points[candidate.usage_point].communication_group};
  }

  ZoneBelief belief(const AnswerCase& one) const {
    ZoneBelief belief = search_.belief();
    belief.p_live = one.marginals.p_live;
    belief.p_active = one.marginals.p_active;
    return belief;
  }

  void find_best() {
    best_.reset();
    if (asked_ >= most_ || candidates_.empty()) return;
    std::vector<double> gains(candidates_.size(), 0);
    double cost = 0;
    for (const AnswerCase& one : cases_) {
      const ZoneBelief believed = belief(one);
      InformationValue value{believed, search_.suspects()};
      cost += one.probability * value.cost();
      for (std::size_t i = 0; i < candidates_.size(); ++i) {
        gains[i] += one.probability * value.ping_gain(candidates_[i].question);
      }
    }
    const auto most = std::ranges::max_element(gains);
    if (!(*most > kNothing * (1 + cost))) return;
    best_place_ = static_cast<std::size_t>(most - gains.begin());
    const PingCandidate& chosen = candidates_[best_place_];
    const ZoneBelief believed = search_.belief();
    const double live = believed.p_live[search_.place(chosen.zone)];
    best_ = {chosen.usage_point, chosen.zone, 1 - live + live * chosen.p_premises,
             p_answered(believed, chosen.question), *most};
  }

  void split(const PingQuestion& question) {
    std::vector<AnswerCase> next;
    for (const AnswerCase& one : cases_) {
      const double yes = p_answered(belief(one), question);
      if (yes > 0) next.push_back(after(one, question, question.answered, yes));
      if (yes < 1) next.push_back(after(one, question, question.unanswered, 1 - yes));
    }
    cases_ = std::move(next);
  }

  AnswerCase after(const AnswerCase& before, const PingQuestion& question,
                   const std::vector<double>& answer, double probability) const {
    AnswerCase next;
    next.probability = before.probability * probability;
    next.log_likelihood = before.log_likelihood;
    const auto log_of = [&](std::size_t i) { return std::log(std::max(answer[i], 1e-300)); };
    for (std::size_t i = 0; i < question.levels.size(); ++i) {
      next.log_likelihood[question.levels[i]] += log_of(i) - log_of(i + 1);
    }
    const ZoneBelief believed = search_.belief();
    infer_marginals({believed.parent, believed.prior, next.log_likelihood}, next.marginals);
    return next;
  }

  TreeSearch search_;
  std::size_t most_;
  std::size_t asked_ = 0;
  std::vector<PingCandidate> candidates_;
  std::vector<GroupOfZone> one_group_;  // of each candidate
  std::vector<AnswerCase> cases_;
  std::optional<PingSuggestion> best_;
  std::size_t best_place_ = 0;
};

}  // namespace

std::vector<PingSuggestion> suggest_pings(const EvidenceView& view, const Posterior& posterior,
                                          std::size_t count, Id<InferenceZone> around) {
  std::vector<TreePinging> trees;
  for (const TreePosterior& tree : posterior.trees) {
    if (!tree.onset || (around.valid() && !tree.contains(around))) continue;
    TreePinging pinging{view, tree, around};
    if (pinging.best()) trees.push_back(std::move(pinging));
  }
  const auto worse = [&](std::size_t a, std::size_t b) {
    const double x = trees[a].best()->gain_minutes, y = trees[b].best()->gain_minutes;
    return x != y ? x < y : a > b;
  };
  std::vector<std::size_t> heap;
  for (std::size_t i = 0; i < trees.size(); ++i) heap.push_back(i);
  std::ranges::make_heap(heap, worse);
  std::vector<PingSuggestion> suggestions;
  while (!heap.empty() && suggestions.size() < count) {
    std::ranges::pop_heap(heap, worse);
    TreePinging& tree = trees[heap.back()];
    suggestions.push_back(*tree.best());
    tree.ask();
    if (tree.best()) {
      std::ranges::push_heap(heap, worse);
    } else {
      heap.pop_back();
    }
  }
  return suggestions;
}

}  // namespace gridmend
