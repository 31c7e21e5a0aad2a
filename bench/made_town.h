#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/random.h"
#include "data/region/region.h"

namespace gridmend {

struct TownShape {
  std::uint32_t customers_a_transformer = 50;
  std::uint32_t transformers_a_fuse = 4;
  std::uint32_t transformers_a_feeder = 100;
};

// Blocks of 90 m with a transformer in the middle of each and its customers around it. Every
// customer is on a known phase, one in five hundred on another transformer than recorded. Ids are
// "D0", "D1", ... and "UC0", "UC1", ... in order.
std::shared_ptr<const Region> made_town(std::uint32_t usage_points, Random& random,
                                        const TownShape& shape = {});

// What a benchmark is told to work on: a region file (.gmr), or a town of so many usage points.
// Ends the program where there is none.
std::shared_ptr<const Region> town_or_region(const std::string& what);

}  // namespace gridmend
