#pragma once

#include <string>
#include <vector>

#include "core/base/error.h"
#include "data/ingest/network_source.h"

namespace CLI {
class App;
}

namespace gridmend {

// What the command line declares of the coordinates and texts of all sources.
struct CoordinateOptions {
  std::string crs;
  std::string datum;
  std::vector<double> origin;
  std::string unit;
  std::string axis_order;
  std::string encoding;
};

void add_coordinate_options(CLI::App& command, CoordinateOptions& options);

// Lays the options over what a source declares; refuses (COORDINATES_INVALID) what cannot be meant.
Result<void> declare_on(const CoordinateOptions& options, SourceSpec& source);

}  // namespace gridmend
