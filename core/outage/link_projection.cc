#include "core/outage/link_projection.h"

#include <algorithm>
#include <cmath>

namespace gridmend {
namespace {

class Projection {
 public:
  Projection(const InferenceForest& forest, std::span<double> live_elsewhere,
             const std::function<StreamingTree&(Id<InferenceZone>)>& tree_of,
             const std::function<LinkedGroup(const CrossingLink&)>& read)
      : forest_(forest), live_elsewhere_(live_elsewhere), tree_of_(tree_of), read_(read) {}

  // `message`: what the link said before.
  double project(const CrossingLink& link, double message) {
    StreamingTree& own = tree_of_(forest_.root_of(link.zone));
    StreamingTree& other = tree_of_(forest_.root_of(link.elsewhere));
    other.add_log_likelihood(local(link.elsewhere), -message);
    add(read_(link), -1, own);
    double& lives = live_elsewhere_[link.row];
    lives = 1;
    const LinkedGroup if_live = read_(link);
    std::vector<double> levels_live;
    for (const Id<InferenceZone> level : if_live.levels())
      levels_live.push_back(own.p_live(local(level)));
    lives = 0;
    const double log_dead = read_(link).log_evidence(levels_live);
    const double log_ratio = if_live.log_evidence(levels_live) - log_dead;
    lives = other.p_live(local(link.elsewhere));
    add(read_(link), 1, own);
    const double said = std::isfinite(log_ratio) ? log_ratio : 0;
    other.add_log_likelihood(local(link.elsewhere), said);
    return said;
  }

 private:
  std::uint32_t local(Id<InferenceZone> zone) const { return zone.index - forest_[zone].root; }
  void add(const LinkedGroup& said, double sign, StreamingTree& tree) const {
    for (const ZoneShare& share : said.shares())
      tree.add_log_likelihood(local(share.zone), sign * share.log_ratio);
  }

  const InferenceForest& forest_;
  std::span<double> live_elsewhere_;
  const std::function<StreamingTree&(Id<InferenceZone>)>& tree_of_;
  const std::function<LinkedGroup(const CrossingLink&)>& read_;
};

std::span<const Id<UsagePoint>> group_of(const InferenceForest& forest,
                                         Id<UsagePoint> usage_point) {
  for (const Id<ZoneGroup> group : forest.groups(forest.zone_of(usage_point))) {
    const std::span<const Id<UsagePoint>> members = forest.usage_points_in(group);
    if (std::ranges::find(members, usage_point) != members.end()) return members;
  }
  return {};
}

}  // namespace

std::vector<CrossingLink> crossing_links(const InferenceForest& forest, const SuspectedLinks& links,
                                         const CrossingQuestions& questions) {
  std::vector<CrossingLink> found;
  const std::span<const SuspectedLink> rows = links.rows();
  for (std::size_t row = 0; row < rows.size() && found.size() < kMostCrossing; ++row) {
    const SuspectedLink& link = rows[row];
    const Id<InferenceZone> zone = forest.zone_of(link.usage_point);
    const Id<InferenceZone> elsewhere = forest.zone_of(link.likelier);
    if (!zone.valid() || !elsewhere.valid()) continue;
    const Id<InferenceZone> own = forest.root_of(zone), other = forest.root_of(elsewhere);
    if (own == other || (!questions.has_onset(own) && !questions.has_onset(other))) continue;
    if (!questions.was_heard_of(link.usage_point)) continue;
    found.push_back({row, zone, group_of(forest, link.usage_point), elsewhere});
  }
  return found;
}

std::vector<double> project_links(const InferenceForest& forest,
                                  std::span<const CrossingLink> links,
                                  std::span<double> live_elsewhere,
                                  const std::function<StreamingTree&(Id<InferenceZone>)>& tree_of,
                                  const std::function<LinkedGroup(const CrossingLink&)>& read) {
  constexpr int kRounds = 2;
  Projection projection{forest, live_elsewhere, tree_of, read};
  std::vector<double> messages(links.size(), 0);
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < links.size(); ++i)
      messages[i] = projection.project(links[i], messages[i]);
  }
  return messages;
}

}  // namespace gridmend
