#pragma once

#include <span>
#include <vector>

#include "core/base/error.h"
#include "core/network/network_model.h"

namespace gridmend {

// A usage point that probably does not hang where the source says. Plain value of fixed layout.
struct SuspectedLink {
  Id<UsagePoint> usage_point;
  Id<Device> declared;    // UsagePoint::transformer
  Id<Device> likelier;    // the transformer it probably hangs on
  float probability = 0;  // that `likelier` is right, 0 to 1

  friend bool operator==(const SuspectedLink&, const SuspectedLink&) = default;
};
static_assert(sizeof(SuspectedLink) == 16);

// Suspected customer-to-transformer links, sorted by usage point and within one by falling
// probability; a usage point may have several. Where they come from does not matter here: geometry
// at import, closed outages later (LinkLedger). Immutable; copies share the memory.
class SuspectedLinks {
 public:
  SuspectedLinks() = default;

  // In any order. Refuses (SUSPECTED_LINKS_INVALID) ids that the network does not have, a
  // `declared` that is not the usage point's, a `likelier` that is no power transformer or is the
  // declared one, the same pair twice, and probabilities outside [0, 1] or, per usage point, above
  // 1 together. O(n log n).
  static Result<SuspectedLinks> from_rows(std::vector<SuspectedLink> rows,
                                          const NetworkModel& network);

  std::span<const SuspectedLink> rows() const { return rows_.values(); }
  // O(log n); empty when nothing is suspected.
  std::span<const SuspectedLink> of(Id<UsagePoint> usage_point) const;
  // Probability that the declared transformer is right: 1 less what is suspected.
  double declared_probability(Id<UsagePoint> usage_point) const;

 private:
  Table<SuspectedLink> rows_;
};

}  // namespace gridmend
