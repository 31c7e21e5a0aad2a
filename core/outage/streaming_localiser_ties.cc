#include <algorithm>

#include "core/outage/after_restoration.h"
#include "core/outage/link_projection.h"
#include "core/outage/streaming_localiser.h"

// The part of StreamingLocaliser that hears links, and what ties trees together: links to another
// tree, and calls that name no usage point.

namespace gridmend {

void StreamingLocaliser::index_links() {
  if (links_.rows().empty()) return;
  linked_.assign(forest_.zones().size(), 0);
  for (const SuspectedLink& link : links_.rows()) {
    if (forest_.zone_of(link.usage_point).valid())
      groups_[group_of_[link.usage_point]].linked = true;
  }
}

LinkedGroup StreamingLocaliser::linked_group(const Tree& tree, Id<InferenceZone> zone,
                                             const Group& group,
                                             std::span<const double> live_elsewhere) const {
  const DiedSince since = tree.reader->died_since(group.newest);
  std::vector<LinkedLeaf> leaves;
  forest_.visit_drops(members(group), [&](Id<Device> drop, std::span<const Id<UsagePoint>> run) {
    LinkedLeaf leaf;
    leaf.drop = drop;
    DiedSince of_drop;
    if (drop.valid()) {
      leaf.drop_open = reported_drop_open(book_.find(drop), at_, tree.silence_from, settings_);
      of_drop = died_since(tree, run);
    }
    leaf.drop_died_since = of_drop.share;
    for (const Id<UsagePoint> id : run) {
      leaf.evidence = tree.reader->read(book_.find(id), restored_at(id), since, of_drop);
      leaf.links = links_.of(id);
      leaf.live_elsewhere = {};
      if (!leaf.links.empty() && !live_elsewhere.empty()) {
        const auto row = static_cast<std::size_t>(leaf.links.data() - links_.rows().data());
        leaf.live_elsewhere = live_elsewhere.subspan(row, leaf.links.size());
      }
      leaves.push_back(leaf);
    }
  });
  const bool came_back = tree.silence_from && restored_at(zone) >= *tree.silence_from;
  return {forest_, zone, leaves,
          came_back ? after_restoration(group_settings_, all_silent(leaves)) : group_settings_,
          since.share};
}

void StreamingLocaliser::read_linked_group(const Tree& tree, Id<InferenceZone> zone,
                                           std::uint32_t group) {
  find_newest(tree, groups_[group]);
  const LinkedGroup linked = linked_group(tree, zone, groups_[group], {});
  std::vector<ZoneShare> shares = linked.shares();
  const auto top = linked.top();
  linked_silence_[group] =
      top ? LinkedSilence{*top, silent_share(linked.if_all_dead())} : LinkedSilence{};
  const auto [known, fresh] = linked_shares_.try_emplace(group);
  known->second = std::move(shares);
  if (!fresh) return;
  // To which zones a group gives does not change.
  for (const ZoneShare& share : known->second) {
    std::vector<std::uint32_t>& groups = linked_groups_at_[share.zone];
    groups.insert(std::ranges::lower_bound(groups, group), group);
  }
}

void StreamingLocaliser::sum_linked(Id<InferenceZone> zone) {
  double sum = 0;
  if (const auto groups = linked_groups_at_.find(zone); groups != linked_groups_at_.end()) {
    for (const std::uint32_t group : groups->second) {
      for (const ZoneShare& share : linked_shares_.at(group))
        sum += share.zone == zone ? share.log_ratio : 0;
    }
  }
  linked_[zone.index] = sum;
}

void StreamingLocaliser::replace_linked_group(Tree& tree, Id<InferenceZone> zone,
                                              std::uint32_t group) {
  const LinkedSilence before = linked_silence_.at(group);
  read_linked_group(tree, zone, group);
  for (const ZoneShare& share : linked_shares_.at(group)) sum_linked(share.zone);
  const auto tell = [&](Id<InferenceZone> of) {
    tree.zones->set_log_likelihood(local(of), zone_log_likelihood(tree, of));
  };
  const LinkedSilence& after = linked_silence_.at(group);
  if (after.at.valid() && !tree.branches.empty())
    tree.branches.change(after.at, after.share - before.share, tell);
  for (const ZoneShare& share : linked_shares_.at(group)) tell(share.zone);
}

CallSurroundings StreamingLocaliser::call_surroundings() const {
  return {forest_, settings_, at_,
          [this](Id<InferenceZone> root) { return silence_from(trees_[place_of_tree(root)]); },
          [this](Id<UsagePoint> id, Time call) {
            const Time back = std::max(restored_at(id), reported_back_at(forest_.zone_of(id)));
            return call <= back || is_settled(book_.find(id), call);
          }};
}

// Calls came, went or can be heard by now.
void StreamingLocaliser::note_calls() {
  unsay();
  const Time until = at_ + settings_.reliability.clock_skew;
  calls_ahead_ = false;
  call_places_.clear();
  for (const auto& call : book_.calls()) {
    calls_ahead_ = calls_ahead_ || call->time > until;
    for (const CallPlace& place : call->places) call_places_.insert(place.usage_point);
  }
  tie_trees();
  note_call_signs();
}

void StreamingLocaliser::note_call_signs() {
  ties_are_stale_ = true;
  for (const auto& [root, since] : call_signs_) replace_sign(tree_of(root), since, kNeverHeard);
  call_signs_.clear();
  const CallSurroundings surroundings = call_surroundings();
  for (const auto& call : book_.calls()) {
    for (const auto& sign : call_onsets(*call, surroundings)) {
      replace_sign(tree_of(sign.first), kNeverHeard, sign.second);
      call_signs_.push_back(sign);
    }
  }
}

void StreamingLocaliser::tie_trees() {
  for (Tree& tree : trees_) tree.tied = false;
  const auto tie = [this](Id<InferenceZone> zone) {
    if (zone.valid()) tree_of(zone).tied = true;
  };
  for (const Id<UsagePoint> id : call_places_) tie(forest_.zone_of(id));
  for (const SuspectedLink& link : links_.rows()) {
    const Id<InferenceZone> own = forest_.zone_of(link.usage_point);
    const Id<InferenceZone> other = forest_.zone_of(link.likelier);
    if (!own.valid() || !other.valid() || forest_.root_of(own) == forest_.root_of(other)) continue;
    tie(own);
    tie(other);
  }
}

void StreamingLocaliser::unsay() {
  for (const Id<InferenceZone> zone : said_more_) {
    Tree& tree = tree_of(zone);
    if (is_fresh(tree)) {
      tree.zones->set_log_likelihood(local(zone), zone_log_likelihood(tree, zone));
    } else {
      tree.reader.reset();
    }
  }
  said_more_.clear();
}

void StreamingLocaliser::say(Id<InferenceZone> zone, double log_ratio) {
  tree_of(zone).zones->add_log_likelihood(local(zone), log_ratio);
  said_more_.insert(zone);
}

void StreamingLocaliser::retie() {
  unsay();
  for (Tree& tree : trees_) {
    if (tree.tied && !is_fresh(tree)) read(tree);
  }
  tie_by_links();
  tie_by_calls();
  ties_are_stale_ = false;
}

void StreamingLocaliser::tie_by_links() {
  const std::vector<CrossingLink> crossing =
      crossing_links(forest_, links_,
                     {[this](Id<InferenceZone> root) { return onset(root).has_value(); },
                      [this](Id<UsagePoint> id) {
                        const MeterEvidence* meter = book_.find(id);
                        return meter != nullptr && meter->any();
                      }});
  if (crossing.empty()) return;
  std::vector<double> live_elsewhere(links_.rows().size(), 1);
  const auto group_of = [this](const CrossingLink& link) {
    return group_of_[links_.rows()[link.row].usage_point];
  };
  (void)project_links(
      forest_, crossing, live_elsewhere,
      [this](Id<InferenceZone> root) -> StreamingTree& { return *tree_of(root).zones; },
      [&](const CrossingLink& link) {
        return linked_group(tree_of(link.zone), link.zone, groups_[group_of(link)], live_elsewhere);
      });
  for (const CrossingLink& link : crossing) {
    said_more_.insert(link.elsewhere);
    for (const ZoneShare& share : linked_shares_.at(group_of(link))) said_more_.insert(share.zone);
  }
}

void StreamingLocaliser::tie_by_calls() {
  const CallSurroundings surroundings = call_surroundings();
  CallPlacing placing{surroundings};
  std::vector<CallMixture> out_of_line;
  for (const CallInTurn& turn : calls_by_time(book_)) {
    std::optional<PlacedCall> placed = placing.place(*turn.call, turn.repeated);
    if (!placed) continue;
    if (placed->mixture.in_line()) {
      for (const ZoneShare& share : placed->mixture.shares()) say(share.zone, share.log_ratio);
    } else {
      out_of_line.push_back(std::move(placed->mixture));
    }
  }
  if (out_of_line.empty()) return;
  const auto shares = project_calls(
      forest_, out_of_line,
      [this](Id<InferenceZone> root) -> StreamingTree& { return *tree_of(root).zones; });
  for (const std::vector<ZoneShare>& of_call : shares) {
    for (const ZoneShare& share : of_call) said_more_.insert(share.zone);
  }
}

}  // namespace gridmend
