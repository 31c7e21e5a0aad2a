#pragma once

#include <memory>
#include <string>

#include "data/region/region.h"
#include "data/region/region_diff.h"
#include "gridmend/v1/network.pb.h"

namespace gridmend {

// From one region to the next: what a LoadRegion command needs of them, found before its turn.
struct RegionStep {
  std::shared_ptr<const Region> before;
  std::shared_ptr<const Region> after;
  RegionMatch match;
};

// O(n log n).
std::shared_ptr<const RegionStep> make_region_step(std::shared_ptr<const Region> before,
                                                   std::shared_ptr<const Region> after);

// A region that was taken, and what became of the state then.
struct RegionLoad {
  std::uint64_t revision = 0;
  Time time{};
  std::string actor;
  std::string region;  // ids
  std::string previous_region;
  std::string name;
  v1::RegionCarryOver carry_over;
};

}  // namespace gridmend
