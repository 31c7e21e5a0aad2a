#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/geo/position.h"
#include "data/ingest/cim_model.h"
#include "data/ingest/network_builder.h"
#include "data/ingest/source_coordinates.h"

namespace gridmend {

// Where a model's locations are, in WGS 84: the points of each in order of group and sequence
// number. A crs or origin that is declared for the source counts before the file's own crsUrn; a
// location with neither (or a crsUrn that PROJ does not know) is brought to earth by
// settle_coordinates, and what that guesses is said in a defect. Linear in points and objects.
class CimPlaces {
 public:
  // Refuses what CoordinateConversion refuses; `place` is the source's.
  static Result<CimPlaces> create(const CimModel& model, const SourceCoordinates& declared,
                                  const ErrorPlace& place, SourceFeature at,
                                  NetworkBuilder& builder);

  std::span<const Position> of(Id<CimObject> location) const {
    if (!location.valid()) return {};
    return std::span{positions_}.subspan(begin_[location.index],
                                         begin_[location.index + 1] - begin_[location.index]);
  }

 private:
  std::vector<std::uint32_t> begin_;  // by location, one more
  std::vector<Position> positions_;
};

// "urn:ogc:def:crs:EPSG::4326" and "EPSG::4326" as PROJ says it: "EPSG:4326".
std::string crs_in_urn(std::string_view urn);

}  // namespace gridmend
