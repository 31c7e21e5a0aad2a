#pragma once

#include "core/outage/settings.h"

namespace gridmend {

// Of what something says that changed its word so often within an hour, the share that it says
// whatever the truth. Conjugate counts: each change beyond the free ones is such a one, against
// flap_trust that are not.
inline double flapping(int changes, const ReliabilityParameters& reliability) {
  const double excess = changes - static_cast<double>(reliability.flaps_free);
  return excess > 0 ? excess / (reliability.flap_trust + excess) : 0;
}

// P(said | so), where a share of what is said has nothing to do with the truth: `chance` is
// P(said | so) of the rest, `otherwise` P(said | not so).
inline double mixed(double chance, double otherwise, double unrelated) {
  return (1 - unrelated) * chance + unrelated * (chance + otherwise) / 2;
}

}  // namespace gridmend
