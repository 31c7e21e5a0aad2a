#pragma once

#include <span>
#include <string>

#include "core/geo/position.h"
#include "data/ingest/source_coordinates.h"

namespace gridmend {

// How the bare numbers of a model are to be read.
struct SettledCoordinates {
  SourceCoordinates coordinates;  // for CoordinateConversion::create
  std::string note = {};  // what was assumed and how to declare it instead; empty: nothing worth it
};

// For models that bring numbers and no reference system (OpenDSS bus coordinates, CIM position
// points). A declared crs, origin or datum is kept as it is. Without one, numbers that can be
// degrees and lie as close together as a distribution network's are WGS 84, longitude first unless
// only latitude first fits; a few numbers far from the others, and (0, 0), have no say. All others
// are local lengths in the declared unit (else metres) around longitude 0, latitude 0; where the
// numbers lie far from (0, 0), as a grid's do, around their median (false_easting, false_northing).
// `numbers` are x as longitude_deg and y as latitude_deg; not finite ones are passed over. O(n).
SettledCoordinates settle_coordinates(const SourceCoordinates& declared,
                                      std::span<const Position> numbers);

}  // namespace gridmend
