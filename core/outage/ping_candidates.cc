#include "core/outage/ping_candidates.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/outage/after_restoration.h"
#include "core/outage/log_zero.h"

namespace gridmend {
namespace {

bool same(const LeafEvidence& a, const LeafEvidence& b) {
  return a.link_live == b.link_live && a.link_dead == b.link_dead && a.other_live == b.other_live &&
         a.other_dead == b.other_dead && a.link_silent == b.link_silent &&
         a.since_before == b.since_before && a.since_link == b.since_link &&
         a.since_other == b.since_other && a.since_silent == b.since_silent && a.aged == b.aged &&
         a.drop_since == b.drop_since;
}

// Alive since the onset, or asked too lately to be asked again.
bool is_settled(const EvidenceView& view, const TreePosterior& tree, Id<UsagePoint> id,
                Time restored_at) {
  const MeterEvidence* meter = view.input().evidence.find(id);
  if (meter == nullptr) return false;
  const bool lives = meter->lives_since(tree.onset.value_or(Time::min()));
  if (lives) return true;
  const bool waits = meter->dead_ping() && meter->ping_unanswered > restored_at;
  return waits && view.input().at - meter->ping_unanswered < view.settings().patrols.ask_again;
}

LeafEvidence with_answer(LeafEvidence leaf, bool answered, const ReliabilityParameters& r) {
  if (answered) {
    leaf.link_live += std::log1p(-r.ping_lost);
    leaf.link_dead += std::log(r.ping_false);
    leaf.link_silent = false;
    leaf.since_link += std::log(r.ping_false);
    leaf.drop_since += std::log(r.ping_false);
    leaf.since_silent = false;
  } else {
    leaf.link_live += std::log(r.ping_lost);
    leaf.link_dead += std::log1p(-r.ping_false);
    leaf.since_link += std::log1p(-r.ping_false);
    leaf.drop_since += std::log1p(-r.ping_false);
  }
  return leaf;
}

// A product with one of its factors replaced. What came over the link goes on to have come over it.
GroupProduct replaced(GroupProduct product, const GroupProduct& was, const GroupProduct& is) {
  product.up_if_live += is.up_if_live - was.up_if_live;
  product.up_if_dead += is.up_if_dead - was.up_if_dead;
  if (is.down_if_dead == kLogZero) {
    product.down_if_live = product.down_if_dead = kLogZero;
  } else {
    product.down_if_live += is.down_if_live - was.down_if_live;
    product.down_if_dead += is.down_if_dead - was.down_if_dead;
  }
  product.up_if_drop_died_since += is.up_if_drop_died_since - was.up_if_drop_died_since;
  product.up_if_died_since += is.up_if_died_since - was.up_if_died_since;
  if (is.down_if_died_since == kLogZero) {
    product.down_if_died_since = kLogZero;
  } else {
    product.down_if_died_since += is.down_if_died_since - was.down_if_died_since;
  }
  return product;
}

bool same(const GroupProduct& a, const GroupProduct& b) {
  return a.up_if_live == b.up_if_live && a.up_if_dead == b.up_if_dead &&
         a.down_if_live == b.down_if_live && a.down_if_dead == b.down_if_dead &&
         a.up_if_died_since == b.up_if_died_since && a.down_if_died_since == b.down_if_died_since &&
         a.up_if_drop_died_since == b.up_if_drop_died_since;
}

// The kinds of evidence in one group.
class GroupReading {
 public:
  // Of one that came back its concentrator died before or did not, whatever its zone is now; that a
  // silent one may not be there at all would leave nobody to ask.
  GroupReading(const EvidenceView& view, const TreePosterior& tree, Id<InferenceZone> zone,
               const LeafReader& reader, const DiedSince& since)
      : view_(view),
        tree_(tree),
        reader_(reader),
        since_(since),
        settings_(came_back(view, zone) ? after_restoration(view.group_settings(), false)
                                        : view.group_settings()),
        accumulator_(settings_) {}

  // Those on one shared drop, or without one.
  void read(Id<Device> drop, std::span<const Id<UsagePoint>> usage_points) {
    GroupAccumulator leaves{settings_};
    std::vector<Kind> found;
    const DiedSince of_drop = drop.valid() ? view_.died_since(usage_points, reader_) : DiedSince{};
    for (const Id<UsagePoint> id : usage_points) {
      const Time restored_at = view_.restored_at(id);
      const LeafEvidence leaf =
          reader_.read(view_.input().evidence.find(id), restored_at, since_, of_drop);
      leaves.add(leaf);
      if (is_settled(view_, tree_, id, restored_at)) continue;
      const auto alike = [&](const Kind& kind) { return same(kind.leaf, leaf); };
      if (std::ranges::none_of(found, alike)) found.push_back({id, leaf, {}});
    }
    const DropLeaves whole{leaves.product(), drop.valid() ? view_.drop_open(drop) : 0,
                           of_drop.share};
    accumulator_.add(whole);
    for (Kind& kind : found) {
      kind.drop = whole;
      const auto alike = [&](const Kind& other) { return is_alike(kind, other); };
      if (std::ranges::none_of(kinds_, alike)) kinds_.push_back(kind);
    }
  }

  void write(Id<InferenceZone> zone, std::vector<PingCandidate>& candidates) const {
    const GroupLikelihood now = accumulator_.finish(since_.share);
    for (const Kind& kind : kinds_) {
      PingCandidate& candidate = candidates.emplace_back();
      candidate.usage_point = kind.usage_point;
      candidate.zone = zone;
      candidate.p_premises = p_premises(kind.leaf, now, settings_, kind.drop);
      candidate.question.levels = {zone.index - tree_.root.index};
      candidate.question.answered = chances(kind, true, now);
      candidate.question.unanswered = chances(kind, false, now);
    }
  }

 private:
  struct Kind {
    Id<UsagePoint> usage_point;
    LeafEvidence leaf;
    DropLeaves drop;  // it hangs on, or those without one
  };

  static bool is_alike(const Kind& a, const Kind& b) {
    const bool alone = a.drop.open <= 0 && b.drop.open <= 0;
    return same(a.leaf, b.leaf) &&
           (alone || (a.drop.open == b.drop.open && a.drop.died_since == b.drop.died_since &&
                      same(a.drop.product, b.drop.product)));
  }

  std::vector<double> chances(const Kind& kind, bool answered, const GroupLikelihood& now) const {
    const LeafEvidence after = with_answer(kind.leaf, answered, view_.settings().reliability);
    const GroupProduct of_drop = replaced(kind.drop.product, leaf_product(kind.leaf, settings_),
                                          leaf_product(after, settings_));
    const GroupLikelihood then =
        group_likelihood(replaced(accumulator_.product(), drop_product(kind.drop),
                                  drop_product({of_drop, kind.drop.open, kind.drop.died_since})),
                         settings_, since_.share);
    return {std::min(1.0, std::exp(then.log_if_live - now.log_if_live)),
            std::min(1.0, std::exp(then.log_if_dead - now.log_if_dead))};
  }

  const EvidenceView& view_;
  const TreePosterior& tree_;
  const LeafReader& reader_;
  DiedSince since_;
  GroupSettings settings_;
  GroupAccumulator accumulator_;
  std::vector<Kind> kinds_;
};

}  // namespace

std::vector<PingCandidate> ping_candidates(const EvidenceView& view, const TreePosterior& tree,
                                           Id<InferenceZone> zone, const LeafReader& reader) {
  std::vector<PingCandidate> candidates;
  view.visit_groups(
      zone, reader,
      [&](std::span<const Id<UsagePoint>> group, const GroupLikelihood&) {
        GroupReading reading{view, tree, zone, reader, view.died_since(group, reader)};
        view.input().forest.visit_drops(
            group, [&](Id<Device> drop, std::span<const Id<UsagePoint>> usage_points) {
              reading.read(drop, usage_points);
            });
        reading.write(zone, candidates);
      },
      [](const auto&, const auto&) {});
  return candidates;
}

}  // namespace gridmend
