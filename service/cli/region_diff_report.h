#pragma once

#include <string>

#include "data/region/region_diff.h"

namespace gridmend {

// What changed from one region to another, for a person: counts, feeders whose customers changed,
// and of each table the first few records with their fields.
std::string diff_text(const Region& before, const Region& after, const RegionDiff& diff);
// All of it, with snake_case keys and the fields' values before and after.
std::string diff_json(const Region& before, const Region& after, const RegionDiff& diff);

}  // namespace gridmend
