#pragma once

#include <span>
#include <string>

#include "core/base/error.h"
#include "core/geo/position.h"
#include "gridmend/v1/geography.pb.h"

namespace gridmend {

v1::Position to_proto(Position position);
v1::Polyline to_proto(std::span<const Position> polyline);

// Refuses what is not on the earth: POSITION_INVALID.
Result<Position> to_domain(const v1::Position& position, std::string field);
// As above, naming the position; refuses more than `most` positions: TOO_MANY.
Result<Polyline> to_domain(const v1::Polyline& polyline, std::string field,
                           std::size_t most = 10'000);

}  // namespace gridmend
