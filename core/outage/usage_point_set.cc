#include "core/outage/usage_point_set.h"

#include <algorithm>

namespace gridmend {

UsagePointSet UsagePointSet::of(std::span<const Id<UsagePoint>> usage_points) {
  std::vector<Id<UsagePoint>> sorted(usage_points.begin(), usage_points.end());
  std::ranges::sort(sorted);
  const auto repeated = std::ranges::unique(sorted);
  sorted.erase(repeated.begin(), repeated.end());
  UsagePointSet set;
  for (const Id<UsagePoint> id : sorted) set.append(id);
  return set;
}

void UsagePointSet::append(Id<UsagePoint> id) {
  GRIDMEND_CHECK(id.valid() && (ranges_.empty() || ranges_.back().last <= id),
                 "members are appended in rising order");
  if (!ranges_.empty() && ranges_.back().last == id) {
    ++ranges_.back().last.index;
  } else {
    ranges_.push_back({id, Id<UsagePoint>{id.index + 1}});
  }
  ++size_;
}

void UsagePointSet::append_range(IdRange<UsagePoint> range) {
  ranges_.push_back(range);
  size_ += range.size();
}

std::span<const IdRange<UsagePoint>> UsagePointSet::ranges_from(Id<UsagePoint> id) const {
  const auto first = std::ranges::upper_bound(ranges_, id, {}, &IdRange<UsagePoint>::last);
  return {first, ranges_.end()};
}

bool UsagePointSet::contains(Id<UsagePoint> id) const {
  const auto after = std::ranges::upper_bound(ranges_, id, {}, &IdRange<UsagePoint>::first);
  return after != ranges_.begin() && std::prev(after)->contains(id);
}

std::vector<Id<UsagePoint>> UsagePointSet::to_vector() const {
  std::vector<Id<UsagePoint>> members;
  members.reserve(size());
  for (const IdRange<UsagePoint>& range : ranges_) {
    for (const Id<UsagePoint> id : range) members.push_back(id);
  }
  return members;
}

std::size_t UsagePointSet::overlap(const UsagePointSet& other) const {
  std::size_t count = 0;
  for (auto a = ranges_.begin(), b = other.ranges_.begin();
       a != ranges_.end() && b != other.ranges_.end();) {
    const std::uint32_t first = std::max(a->first.index, b->first.index);
    const std::uint32_t last = std::min(a->last.index, b->last.index);
    if (first < last) count += last - first;
    a->last < b->last ? ++a : ++b;
  }
  return count;
}

UsagePointSet UsagePointSet::united(const UsagePointSet& other) const {
  std::vector<IdRange<UsagePoint>> both;
  both.reserve(ranges_.size() + other.ranges_.size());
  std::ranges::merge(ranges_, other.ranges_, std::back_inserter(both), {},
                     &IdRange<UsagePoint>::first, &IdRange<UsagePoint>::first);
  return joined(both);
}

UsagePointSet UsagePointSet::united(std::span<const UsagePointSet* const> sets) {
  std::vector<IdRange<UsagePoint>> all;
  for (const UsagePointSet* set : sets)
    all.insert(all.end(), set->ranges_.begin(), set->ranges_.end());
  std::ranges::sort(all, {}, &IdRange<UsagePoint>::first);
  return joined(all);
}

// Of runs by their first member.
UsagePointSet UsagePointSet::joined(std::span<const IdRange<UsagePoint>> runs) {
  UsagePointSet set;
  for (const IdRange<UsagePoint>& range : runs) {
    if (!set.ranges_.empty() && range.first <= set.ranges_.back().last) {
      set.ranges_.back().last = std::max(set.ranges_.back().last, range.last);
    } else {
      set.ranges_.push_back(range);
    }
  }
  for (const IdRange<UsagePoint>& range : set.ranges_) set.size_ += range.size();
  return set;
}

UsagePointSet UsagePointSet::without(const UsagePointSet& other) const {
  UsagePointSet set;
  if (ranges_.empty()) return set;
  const auto from = other.ranges_from(ranges_.front().first);
  auto taken = other.ranges_.end() - static_cast<std::ptrdiff_t>(from.size());
  for (IdRange<UsagePoint> left : ranges_) {
    while (taken != other.ranges_.end() && taken->last <= left.first) ++taken;
    for (auto t = taken; t != other.ranges_.end() && t->first < left.last; ++t) {
      if (left.first < t->first) set.append_range({left.first, t->first});
      left.first = std::max(left.first, t->last);
    }
    if (left.first < left.last) set.append_range(left);
  }
  return set;
}

bool operator==(const UsagePointSet& a, const UsagePointSet& b) {
  return std::ranges::equal(a.ranges_, b.ranges_, [](const auto& x, const auto& y) {
    return x.first == y.first && x.last == y.last;
  });
}

}  // namespace gridmend
