#pragma once

#include <optional>
#include <string>

#include "core/base/clock.h"
#include "core/geo/position.h"

namespace gridmend {

// Where crews load material, and where their tours end.
struct Depot {
  std::string id;
  std::string name;
  Position position;
  std::optional<double> stock;  // units of material it holds; none: as much as is asked for
  Duration loading{};           // what loading takes

  bool has_material() const { return !stock || *stock > 0; }
};

}  // namespace gridmend
