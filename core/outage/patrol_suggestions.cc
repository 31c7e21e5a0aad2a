#include "core/outage/patrol_suggestions.h"

#include <algorithm>
#include <cmath>

#include "core/outage/sum_product.h"
#include "core/outage/tree_search.h"

namespace gridmend {
namespace {

struct Ranked {
  PatrolSuggestion patrol;
  double on_list = 0;  // loss a minute: the higher, the sooner the list comes to it
};

void add_tree(const EvidenceView& view, const TreePosterior& tree, Id<InferenceZone> around,
              std::vector<Ranked>& ranked) {
  const TreeSearch search{view, tree, around};
  if (search.suspects().empty()) return;
  const ZoneBelief belief = search.belief();
  InformationValue value{belief, search.suspects()};
  std::vector<double> loss_a_minute(tree.prior.size(), -1);  // -1: no patrol goes there
  for (const SearchSuspect& suspect : search.suspects()) {
    loss_a_minute[suspect.zone] = suspect.weight * tree.p_active[suspect.zone] / suspect.minutes;
    for (std::uint32_t v = belief.parent[suspect.zone]; v != kNoParent; v = belief.parent[v]) {
      if (loss_a_minute[v] < 0) loss_a_minute[v] = 0;
    }
  }
  const double least = 1e-9 * (1 + value.cost());
  for (std::uint32_t v = 0; v < loss_a_minute.size(); ++v) {
    if (loss_a_minute[v] < 0) continue;
    const Id<InferenceZone> zone = search.zone(v);
    const double minutes = search.patrol_minutes(zone);
    const double gain = value.first_look_gain(v, minutes);
    ranked.push_back(
        {{zone, tree.p_active[v], minutes, std::abs(gain) > least ? gain : 0}, loss_a_minute[v]});
  }
}

}  // namespace

std::vector<PatrolSuggestion> suggest_patrols(const EvidenceView& view, const Posterior& posterior,
                                              std::size_t count, Id<InferenceZone> around) {
  std::vector<Ranked> ranked;
  for (const TreePosterior& tree : posterior.trees) {
    if (!tree.onset || (around.valid() && !tree.contains(around))) continue;
    add_tree(view, tree, around, ranked);
  }
  std::ranges::stable_sort(ranked, [](const Ranked& a, const Ranked& b) {
    if (a.patrol.gain_minutes != b.patrol.gain_minutes) {
      return a.patrol.gain_minutes > b.patrol.gain_minutes;
    }
    return a.on_list > b.on_list;
  });
  ranked.resize(std::min(count, ranked.size()));
  std::vector<PatrolSuggestion> patrols;
  for (const Ranked& one : ranked) patrols.push_back(one.patrol);
  return patrols;
}

}  // namespace gridmend
