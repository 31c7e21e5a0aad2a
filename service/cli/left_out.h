#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "data/region/defect.h"

namespace gridmend {

// Tells on standard error which features of pictures of the water were left out, at most ten of a
// file, and for each file how many: where they lie, water is not known and counts as none.
// `command` is who speaks ("ctl"). How many there are in all.
std::size_t tell_left_out_water(const char* command, std::span<const Defect> defects);
// Tells what was taken for dry without being said to be.
void tell_water_notes(const char* command, std::span<const Defect> notes);

}  // namespace gridmend
