#include <algorithm>
#include <cmath>

#include "core/outage/evidence_view.h"

// The part of EvidenceView that hears usage points which may hang on a transformer of another tree.

namespace gridmend {
namespace {

// Beyond so many, links to another tree are taken to live always.
constexpr std::size_t kMostCrossing = 1000;

}  // namespace

// A suspected link whose transformer lies in another tree than the usage point's zone.
struct EvidenceView::CrossingLink {
  std::size_t row = 0;  // in the rows of the suspected links
  Id<InferenceZone> zone;
  std::span<const Id<UsagePoint>> group;  // that reports with the usage point
  Id<InferenceZone> elsewhere;
};

std::span<const double> EvidenceView::live_elsewhere(std::span<const SuspectedLink> links) const {
  if (live_elsewhere_.empty() || links.empty()) return {};
  const auto first = static_cast<std::size_t>(links.data() - input_.links.rows().data());
  return std::span{live_elsewhere_}.subspan(first, links.size());
}

// Of usage points that said something, where one of the two trees has an onset.
std::vector<EvidenceView::CrossingLink> EvidenceView::crossing_links() const {
  const InferenceForest& forest = input_.forest;
  std::vector<CrossingLink> found;
  const std::span<const SuspectedLink> rows = input_.links.rows();
  for (std::size_t row = 0; row < rows.size() && found.size() < kMostCrossing; ++row) {
    const SuspectedLink& link = rows[row];
    const Id<InferenceZone> zone = forest.zone_of(link.usage_point);
    const Id<InferenceZone> elsewhere = forest.zone_of(link.likelier);
    if (!zone.valid() || !elsewhere.valid()) continue;
    const Id<InferenceZone> own = forest.root_of(zone), other = forest.root_of(elsewhere);
    if (own == other || (!onset(own) && !onset(other))) continue;
    const MeterEvidence* meter = input_.evidence.find(link.usage_point);
    if (meter == nullptr || !meter->any()) continue;
    CrossingLink crossing{row, zone, {}, elsewhere};
    visit_readings(zone, [&](const HeardGroup& heard) {
      const std::span<const Id<UsagePoint>> group = members(heard);
      if (std::ranges::find(group, link.usage_point) != group.end()) crossing.group = group;
    });
    found.push_back(crossing);
  }
  return found;
}

// Expectation propagation, as with calls: each link anew on what all the others say. The usage
// point's tree learns how probably the transformer elsewhere lives without it; that transformer's
// tree what the usage point's whole group says if it lives against if it is dead, over what its own
// tree says of the group's zones. Exact where there is one such link between two trees.
void EvidenceView::project_links() {
  constexpr int kRounds = 2;
  const std::vector<CrossingLink> crossing = crossing_links();
  if (crossing.empty()) return;
  live_elsewhere_.assign(input_.links.rows().size(), 1);
  std::map<Id<InferenceZone>, StreamingTree> trees;
  for (const CrossingLink& link : crossing) {
    for (const Id<InferenceZone> zone : {link.zone, link.elsewhere}) {
      const Id<InferenceZone> root = input_.forest.root_of(zone);
      if (!trees.contains(root)) trees.emplace(root, read_tree(root));
    }
  }
  std::vector<double> messages(crossing.size(), 0);
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < crossing.size(); ++i)
      messages[i] = project(crossing[i], messages[i], trees);
  }
  for (std::size_t i = 0; i < crossing.size(); ++i)
    link_messages_[crossing[i].elsewhere] += messages[i];
  // These were read as if every link elsewhere lived.
  for (const auto& [root, tree] : trees) {
    links_spread_[root.index] = 0;
    for (std::uint32_t z = root.index; z < input_.forest[root].zones_end; ++z) linked_[z] = 0;
  }
}

double EvidenceView::project(const CrossingLink& link, double message,
                             std::map<Id<InferenceZone>, StreamingTree>& trees) {
  const auto tree_of = [&](Id<InferenceZone> zone) -> StreamingTree& {
    return trees.at(input_.forest.root_of(zone));
  };
  const auto local = [&](Id<InferenceZone> zone) { return zone.index - input_.forest[zone].root; };
  const LeafReader leaves = reader(input_.forest.root_of(link.zone));
  const auto group = [&] { return linked_group(link.group, link.zone, leaves); };
  StreamingTree& own = tree_of(link.zone);
  StreamingTree& other = tree_of(link.elsewhere);
  const auto add = [&](const LinkedGroup& said, double sign) {
    for (const ZoneShare& share : said.shares())
      own.add_log_likelihood(local(share.zone), sign * share.log_ratio);
  };
  other.add_log_likelihood(local(link.elsewhere), -message);
  add(group(), -1);
  double& lives = live_elsewhere_[link.row];
  lives = 1;
  const LinkedGroup if_live = group();
  std::vector<double> levels_live;
  for (const Id<InferenceZone> level : if_live.levels())
    levels_live.push_back(own.p_live(local(level)));
  lives = 0;
  const double log_dead = group().log_evidence(levels_live);
  const double log_ratio = if_live.log_evidence(levels_live) - log_dead;
  lives = other.p_live(local(link.elsewhere));
  add(group(), 1);
  const double said = std::isfinite(log_ratio) ? log_ratio : 0;
  other.add_log_likelihood(local(link.elsewhere), said);
  return said;
}

}  // namespace gridmend
