#pragma once

#include <optional>
#include <string>

#include "core/geo/spatial_index.h"

namespace gridmend {

// How well PROJ, with the grids of this machine alone, brings a datum to WGS 84.
struct DatumAccuracy {
  std::optional<double> metres;  // nullopt: nobody knows, some hundred metres may be lost
  std::string missing_grid;      // a grid that would do better; empty: none
  double with_grid_m = 0;

  bool coarse() const { return !metres || *metres > 10; }
  // "within 15 m; with the grid X, which is not installed, within 0.5 m".
  std::string describe() const;
};

// nullopt when it is 2 m or better, when the datum is one of the satellite age, or when the system
// is not known. Never uses the network.
std::optional<DatumAccuracy> datum_accuracy(const std::string& crs, const Box& area);

}  // namespace gridmend
