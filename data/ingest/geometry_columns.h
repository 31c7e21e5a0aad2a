#pragma once

#include <string>

namespace gridmend {

// Columns that hold what other formats have as geometry; `x` and `y`, or `wkt`.
struct GeometryColumns {
  std::string x = {};
  std::string y = {};
  std::string wkt = {};
};

}  // namespace gridmend
