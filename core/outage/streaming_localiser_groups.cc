// What communication groups of a StreamingLocaliser say: its sums, kept as leaves change.

#include <algorithm>
#include <limits>

#include "core/outage/after_restoration.h"
#include "core/outage/log_zero.h"
#include "core/outage/streaming_localiser.h"

namespace gridmend {

void StreamingLocaliser::index_groups() {
  const Table<UsagePoint>& points = forest_.network().usage_points();
  const std::span<const Id<UsagePoint>> order = forest_.usage_points_in_order();
  group_of_ = IdVector<UsagePoint, std::uint32_t>(points.size());
  for (const InferenceZone& zone : forest_.zones()) {
    first_group_.push_back(static_cast<std::uint32_t>(groups_.size()));
    for (std::uint32_t i = zone.usage_points_begin; i < zone.usage_points_end; ++i) {
      const bool same = i > zone.usage_points_begin && points[order[i]].communication_group ==
                                                           points[order[i - 1]].communication_group;
      if (!same) groups_.push_back({i, i, {}, 0, 0, 0});
      ++groups_.back().end;
      group_of_[order[i]] = static_cast<std::uint32_t>(groups_.size() - 1);
    }
  }
  first_group_.push_back(static_cast<std::uint32_t>(groups_.size()));
}

void StreamingLocaliser::read_groups(const Tree& tree, Id<InferenceZone> zone) {
  for (std::uint32_t g = first_group_[zone.index]; g < first_group_[zone.index + 1]; ++g) {
    if (groups_[g].linked) {
      read_linked_group(tree, zone, g);
    } else {
      read_group(tree, zone, groups_[g]);
    }
  }
}

void StreamingLocaliser::find_newest(const Tree& tree, Group& group) const {
  group.newest = died_since(tree, members(group)).newest;
}

DiedSince StreamingLocaliser::died_since(const Tree& tree,
                                         std::span<const Id<UsagePoint>> usage_points) const {
  Time newest = kNeverHeard;
  for (const Id<UsagePoint> id : usage_points)
    newest = std::max(newest, tree.reader->lived_at(book_.find(id)));
  return tree.reader->died_since(newest);
}

void StreamingLocaliser::add(Group& group, const GroupProduct& leaf, double times) {
  GroupProduct& product = group.product;
  const std::uint32_t one = times > 0 ? 1 : -1;
  product.up_if_live += times * leaf.up_if_live;
  product.up_if_dead += times * leaf.up_if_dead;
  product.up_if_died_since += times * leaf.up_if_died_since;
  if (leaf.down_if_dead == kLogZero) {
    group.heard += one;
  } else {
    product.down_if_live += times * leaf.down_if_live;
    product.down_if_dead += times * leaf.down_if_dead;
  }
  if (leaf.unheard == kLogZero) group.heard_at_all += one;
  if (leaf.down_if_died_since == kLogZero) {
    group.heard_since += one;
  } else {
    product.down_if_died_since += times * leaf.down_if_died_since;
  }
}

void StreamingLocaliser::read_group(const Tree& tree, Id<InferenceZone> zone, Group& group) {
  find_newest(tree, group);
  read_leaves(tree, zone, group, tree.reader->died_since(group.newest));
}

void StreamingLocaliser::read_leaves(const Tree& tree, Id<InferenceZone> zone, Group& group,
                                     const DiedSince& since) {
  group.product = {};
  group.heard = group.heard_since = group.heard_at_all = group.changes = 0;
  const Time restored = restored_at(zone);
  forest_.visit_drops(members(group), [&](Id<Device> drop, std::span<const Id<UsagePoint>> run) {
    if (drop.valid()) {
      return add(group, read_run(tree, run, drop, since, {}, nullptr), 1);
    }
    double unheard = 0;
    for (const Id<UsagePoint> id : run) {
      const MeterEvidence* meter = book_.find(id);
      if (meter == nullptr || !meter->any()) {
        ++unheard;
      } else {
        add(group, leaf_product(tree.reader->read(meter, restored, since), group_settings_), 1);
      }
    }
    if (unheard > 0) {
      add(group, leaf_product(tree.reader->read(nullptr, restored, since), group_settings_),
          unheard);
    }
  });
}

GroupProduct StreamingLocaliser::read_run(const Tree& tree, std::span<const Id<UsagePoint>> run,
                                          Id<Device> drop, const DiedSince& since,
                                          Id<UsagePoint> changed,
                                          const MeterEvidence* instead) const {
  const Time restored = restored_at(run.front());
  DropLeaves leaves;
  GroupAccumulator accumulator{group_settings_};
  const auto meter = [&](Id<UsagePoint> id) { return id == changed ? instead : book_.find(id); };
  Time newest = kNeverHeard;
  for (const Id<UsagePoint> id : run) {
    if (drop.valid()) newest = std::max(newest, tree.reader->lived_at(meter(id)));
  }
  const DiedSince of_drop = tree.reader->died_since(newest);
  for (const Id<UsagePoint> id : run)
    accumulator.add(tree.reader->read(meter(id), restored, since, of_drop));
  leaves.died_since = of_drop.share;
  leaves.product = accumulator.product();
  if (drop.valid()) {
    leaves.open = reported_drop_open(book_.find(drop), at_, tree.silence_from, settings_);
  }
  return drop_product(leaves);
}

GroupLikelihood StreamingLocaliser::likelihood(const Tree& tree, Id<InferenceZone> zone,
                                               const Group& group) const {
  return likelihood(tree, zone, group, tree.reader->died_since(group.newest).share);
}

GroupLikelihood StreamingLocaliser::likelihood(const Tree& tree, Id<InferenceZone> zone,
                                               const Group& group, double died_since) const {
  GroupProduct product = group.product;
  if (group.heard > 0) product.down_if_live = product.down_if_dead = kLogZero;
  if (group.heard_since > 0) product.down_if_died_since = kLogZero;
  if (group.heard_at_all > 0) product.unheard = kLogZero;
  const bool came_back = tree.silence_from && restored_at(zone) >= *tree.silence_from;
  const GroupSettings settings =
      came_back ? after_restoration(group_settings_, product) : group_settings_;
  return group_likelihood(product, settings, died_since);
}

// As EvidenceView::died_together().
void StreamingLocaliser::read_deaths(Tree& tree) {
  std::vector<Time> newest;
  const std::uint32_t end = first_group_[forest_[tree.root].zones_end];
  for (std::uint32_t g = first_group_[tree.root.index]; g < end; ++g) {
    if (!groups_[g].linked) newest.push_back(groups_[g].newest);
  }
  const std::vector<DiedSince> times = times_of_death(*tree.reader, newest);
  const auto zone_at = [&](std::size_t place) {
    return Id<InferenceZone>{tree.root.index + static_cast<std::uint32_t>(place)};
  };
  const auto own = [&](std::size_t place) {
    const Id<InferenceZone> zone = zone_at(place);
    ZoneDeath death{0, std::vector<double>(times.size(), 0)};
    for (std::uint32_t g = first_group_[zone.index]; g < first_group_[zone.index + 1]; ++g) {
      if (groups_[g].linked) continue;
      const GroupLikelihood says = likelihood(tree, zone, groups_[g]);
      death.apart += says.log_if_dead - says.log_if_dead_along;
      Group then = groups_[g];
      for (std::size_t k = 0; k < times.size(); ++k) {
        const DiedSince since = tree.reader->died_since(times[k].newest);
        read_leaves(tree, zone, then, since);
        death.since[k] +=
            likelihood(tree, zone, then, since.share).log_if_died_since - says.log_if_dead_along;
      }
    }
    return death;
  };
  tree.died = {};
  if (times.empty()) return;
  tree.died = DiedTogether{forest_.parents_in_tree(tree.root), times, own,
                           [&](std::size_t place) { return read_prior(tree, zone_at(place)); }};
}

double StreamingLocaliser::zone_log_likelihood(const Tree& tree, Id<InferenceZone> zone) const {
  double sum = linked_.empty() ? 0 : linked_[zone.index];
  for (std::uint32_t g = first_group_[zone.index]; g < first_group_[zone.index + 1]; ++g) {
    if (!groups_[g].linked) sum += likelihood(tree, zone, groups_[g]).log_ratio();
  }
  return sum + tree.branches.added(zone) + tree.died.added(local(zone));
}

}  // namespace gridmend
