#include "service/converters/geography_converter.h"

#include "service/converters/field_path.h"

namespace gridmend {

v1::Position to_proto(Position position) {
  v1::Position message;
  message.set_longitude_deg(position.longitude_deg);
  message.set_latitude_deg(position.latitude_deg);
  return message;
}

v1::Polyline to_proto(std::span<const Position> polyline) {
  v1::Polyline message;
  message.mutable_positions()->Reserve(static_cast<int>(polyline.size()));
  for (const Position& position : polyline) *message.add_positions() = to_proto(position);
  return message;
}

Result<Position> to_domain(const v1::Position& position, std::string field) {
  const Position result{position.longitude_deg(), position.latitude_deg()};
  if (is_on_earth(result)) return result;
  return refuse(ErrorCode::invalid_argument, "POSITION_INVALID",
                "longitude must be within -180..180 and latitude within -90..90 degrees",
                std::move(field));
}

Result<Polyline> to_domain(const v1::Polyline& polyline, std::string field, std::size_t most) {
  const auto count = static_cast<std::size_t>(polyline.positions_size());
  if (count > most) {
    return refuse(
        ErrorCode::invalid_argument, "TOO_MANY",
        std::to_string(count) + " positions, at most " + std::to_string(most) + " are taken",
        field_path(field, "positions"));
  }
  Polyline result;
  result.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    auto position =
        to_domain(polyline.positions(static_cast<int>(i)), field_path(field, "positions", i));
    if (!position) return unexpected(position.error());
    result.push_back(*position);
  }
  return result;
}

}  // namespace gridmend
