#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "core/geo/position.h"

namespace gridmend {

// Where a bus stands, in the model's own numbers, x first.
struct DssBusPosition {
  std::string_view bus;
  Position position;
};

// A file of bus positions: a bus and two numbers a line, parted by commas, blanks or tabs; the
// first line may be a heading. Any other line that is not empty and no remark is told to `wrong`.
void read_dss_positions(
    std::string_view text, bool latitude_first, std::vector<DssBusPosition>& positions,
    const std::function<void(std::uint32_t line, std::string_view text)>& wrong);

}  // namespace gridmend
