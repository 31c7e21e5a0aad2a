#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/table.h"
#include "core/network/records.h"

namespace gridmend {

// A set of usage points as sorted, disjoint, non-touching runs of ids: who is behind a device is
// mostly a few runs, whatever the order of supply. A value; equal sets compare equal.
class UsagePointSet {
 public:
  UsagePointSet() = default;
  // Any order, repeats allowed. O(n log n).
  static UsagePointSet of(std::span<const Id<UsagePoint>> usage_points);

  // Appends at the end: `id` must be above every member. For readers of stored sets.
  void append(Id<UsagePoint> id);

  bool empty() const { return ranges_.empty(); }
  std::size_t size() const { return size_; }
  bool contains(Id<UsagePoint> id) const;  // O(log runs)
  const std::vector<IdRange<UsagePoint>>& ranges() const { return ranges_; }
  // Runs that have members from `id` on. O(log runs).
  std::span<const IdRange<UsagePoint>> ranges_from(Id<UsagePoint> id) const;
  std::vector<Id<UsagePoint>> to_vector() const;

  // O(runs of both).
  std::size_t overlap(const UsagePointSet& other) const;
  UsagePointSet united(const UsagePointSet& other) const;
  // Of many sets at once. O(n log n), n runs.
  static UsagePointSet united(std::span<const UsagePointSet* const> sets);
  UsagePointSet without(const UsagePointSet& other) const;

  friend bool operator==(const UsagePointSet& a, const UsagePointSet& b);

 private:
  void append_range(IdRange<UsagePoint> range);
  static UsagePointSet joined(std::span<const IdRange<UsagePoint>> runs);

  std::vector<IdRange<UsagePoint>> ranges_;
  std::size_t size_ = 0;
};

}  // namespace gridmend
