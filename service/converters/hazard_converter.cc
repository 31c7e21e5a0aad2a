#include "service/converters/hazard_converter.h"

#include <cmath>

#include "service/converters/field_path.h"
#include "service/converters/geography_converter.h"
#include "service/converters/time_converter.h"

namespace gridmend {

namespace {

constexpr std::uint64_t kMostCells = 1'000'000;
constexpr int kMostPolygons = 10'000;
constexpr int kMostRings = 1'000;
constexpr std::size_t kMostRingPositions = 100'000;
constexpr int kMostClosureRings = 100;
constexpr int kMostClosurePositions = 1'000;
constexpr std::size_t kReasonBytes = 500;

tl::unexpected<Error> grid_invalid(std::string message, std::string field) {
  return refuse(ErrorCode::invalid_argument, "GRID_INVALID", std::move(message), std::move(field));
}

Result<DepthGrid> read_grid(const v1::DepthGrid& message, std::string_view at) {
  const std::uint64_t cells = std::uint64_t{message.columns()} * message.rows();
  if (cells == 0 || cells > kMostCells) {
    return grid_invalid("a grid has 1 to 1,000,000 cells", field_path(at, "columns"));
  }
  if (static_cast<std::uint64_t>(message.depth_m_size()) != cells) {
    return grid_invalid(
        std::to_string(message.depth_m_size()) + " depths for " + std::to_string(cells) + " cells",
        field_path(at, "depth_m"));
  }
  if (!(message.step_east_deg() > 0)) {
    return grid_invalid("a step must be above 0", field_path(at, "step_east_deg"));
  }
  if (!(message.step_south_deg() > 0)) {
    return grid_invalid("a step must be above 0", field_path(at, "step_south_deg"));
  }
  const Position north_west{message.west_deg(), message.north_deg()};
  const Position south_east{message.west_deg() + message.step_east_deg() * message.columns(),
                            message.north_deg() - message.step_south_deg() * message.rows()};
  if (!is_on_earth(north_west) || !is_on_earth(south_east)) {
    return grid_invalid("the grid is not on the earth", field_path(at, "west_deg"));
  }
  DepthGrid grid{message.west_deg(),
                 message.north_deg(),
                 message.step_east_deg(),
                 message.step_south_deg(),
                 message.columns(),
                 message.rows(),
                 {message.depth_m().begin(), message.depth_m().end()}};
  for (std::size_t i = 0; i < grid.depth_m.size(); ++i) {
    if (std::isinf(grid.depth_m[i])) {
      return grid_invalid("a depth is infinite", field_path(at, "depth_m", i));
    }
  }
  return grid;
}

Result<Rings> read_rings(const google::protobuf::RepeatedPtrField<v1::Polyline>& messages,
                         std::string_view at, std::string_view name, std::size_t most_positions) {
  Rings rings;
  for (int i = 0; i < messages.size(); ++i) {
    const std::string field = field_path(at, name, static_cast<std::size_t>(i));
    auto ring = to_domain(messages[i], field, most_positions);
    if (!ring) return unexpected(ring.error());
    if (ring->size() < 4 || ring->front() != ring->back()) {
      return refuse(ErrorCode::invalid_argument, "POLYGON_INVALID",
                    "a ring has at least 4 positions, the last equal to the first", field);
    }
    rings.push_back(std::move(*ring));
  }
  return rings;
}

Result<DepthPolygon> read_polygon(const v1::DepthPolygon& message, const std::string& at) {
  if (message.rings_size() == 0 || message.rings_size() > kMostRings) {
    return refuse(ErrorCode::invalid_argument, "POLYGON_INVALID", "a polygon has 1 to 1,000 rings",
                  field_path(at, "rings"));
  }
  if (!std::isfinite(message.depth_m()) || message.depth_m() <= 0) {
    return refuse(ErrorCode::invalid_argument, "POLYGON_INVALID", "a depth must be above 0 m",
                  field_path(at, "depth_m"));
  }
  DepthPolygon polygon;
  polygon.depth_m = message.depth_m();
  auto rings = read_rings(message.rings(), at, "rings", kMostRingPositions);
  if (!rings) return unexpected(rings.error());
  polygon.rings = std::move(*rings);
  return polygon;
}

Result<void> read_where(const v1::RoadClosure& message, std::string_view at, RoadClosure& closure) {
  const bool has_line = message.line().positions_size() > 0;
  if (!has_line && message.area_size() == 0) {
    return refuse(ErrorCode::invalid_argument, "PLACE_MISSING",
                  "a closure needs a position, a line or an area", field_path(at, "line"));
  }
  const std::string area_field = field_path(at, "area");
  if (has_line && message.area_size() > 0) {
    return refuse(ErrorCode::invalid_argument, "PLACE_AMBIGUOUS",
                  "a closure is a line or an area, not both", area_field);
  }
  if (has_line) {
    auto line = to_domain(message.line(), field_path(at, "line"));
    if (!line) return unexpected(line.error());
    closure.line = std::move(*line);
    return {};
  }
  std::int64_t positions = 0;
  for (const v1::Polyline& ring : message.area()) positions += ring.positions_size();
  if (message.area_size() > kMostClosureRings || positions > kMostClosurePositions) {
    return refuse(ErrorCode::invalid_argument, "TOO_MANY",
                  "at most 100 rings with 1,000 positions in all are taken", area_field);
  }
  auto area = read_rings(message.area(), at, "area", kMostClosurePositions);
  if (!area) return unexpected(area.error());
  closure.area = std::move(*area);
  return {};
}

}  // namespace

Result<WaterSlice> to_domain(const v1::WaterLayer& layer, std::string_view at) {
  WaterSlice slice;
  if (auto sound = check_id(layer.id(), field_path(at, "id")); !sound) {
    return unexpected(sound.error());
  }
  slice.id = layer.id();
  if (!layer.has_valid_time()) {
    return refuse(ErrorCode::invalid_argument, "TIME_MISSING",
                  "a layer says when the water stands so", field_path(at, "valid_time"));
  }
  auto valid_at = to_domain(layer.valid_time(), field_path(at, "valid_time"));
  if (!valid_at) return unexpected(valid_at.error());
  slice.valid_at = *valid_at;
  slice.depth_sigma_m = layer.depth_sigma_m();
  slice.dry_elsewhere = layer.dry_elsewhere();
  if (layer.has_grid()) {
    auto grid = read_grid(layer.grid(), field_path(at, "grid"));
    if (!grid) return unexpected(grid.error());
    slice.grid = std::move(*grid);
  }
  if (layer.polygons_size() > kMostPolygons) {
    return refuse(ErrorCode::invalid_argument, "TOO_MANY", "at most 10,000 polygons are taken",
                  field_path(at, "polygons"));
  }
  for (int i = 0; i < layer.polygons_size(); ++i) {
    auto polygon =
        read_polygon(layer.polygons(i), field_path(at, "polygons", static_cast<std::size_t>(i)));
    if (!polygon) return unexpected(polygon.error());
    slice.polygons.push_back(std::move(*polygon));
  }
  if (auto sound = validate(slice); !sound) {
    Error error = sound.error();
    error.field = error.field.empty() ? std::string{at} : field_path(at, error.field);
    return unexpected(std::move(error));
  }
  return slice;
}

Result<RoadClosure> to_domain(const v1::RoadClosure& message, Time now, std::string_view at) {
  RoadClosure closure;
  if (!message.id().empty()) {
    if (auto sound = check_id(message.id(), field_path(at, "id")); !sound) {
      return unexpected(sound.error());
    }
    closure.id = message.id();
  }
  if (auto where = read_where(message, at, closure); !where) return unexpected(where.error());
  closure.from = now;
  if (message.has_from()) {
    auto from = to_domain(message.from(), field_path(at, "from"));
    if (!from) return unexpected(from.error());
    closure.from = *from;
  }
  if (message.has_until()) {
    auto until = to_domain(message.until(), field_path(at, "until"));
    if (!until) return unexpected(until.error());
    if (*until <= closure.from) {
      return refuse(ErrorCode::invalid_argument, "WINDOW_INVALID",
                    "the closure ends before it begins", field_path(at, "until"));
    }
    closure.until = *until;
  }
  if (auto sound = check_length(message.reason(), kReasonBytes, field_path(at, "reason")); !sound) {
    return unexpected(sound.error());
  }
  closure.reason = message.reason();
  return closure;
}

v1::WaterLayer to_proto(const WaterSlice& slice, bool with_depths) {
  v1::WaterLayer layer;
  layer.set_id(slice.id);
  *layer.mutable_valid_time() = to_proto(slice.valid_at);
  layer.set_depth_sigma_m(slice.depth_sigma_m);
  layer.set_dry_elsewhere(slice.dry_elsewhere);
  if (!with_depths) return layer;
  if (slice.grid) {
    v1::DepthGrid& grid = *layer.mutable_grid();
    grid.set_west_deg(slice.grid->west_deg);
    grid.set_north_deg(slice.grid->north_deg);
    grid.set_step_east_deg(slice.grid->step_east_deg);
    grid.set_step_south_deg(slice.grid->step_south_deg);
    grid.set_columns(slice.grid->columns);
    grid.set_rows(slice.grid->rows);
    grid.mutable_depth_m()->Add(slice.grid->depth_m.begin(), slice.grid->depth_m.end());
  }
  for (const DepthPolygon& polygon : slice.polygons) {
    v1::DepthPolygon& added = *layer.add_polygons();
    added.set_depth_m(polygon.depth_m);
    for (const Polyline& ring : polygon.rings) *added.add_rings() = to_proto(ring);
  }
  return layer;
}

v1::RoadClosure to_proto(const RoadClosure& closure) {
  v1::RoadClosure message;
  message.set_id(closure.id);
  if (!closure.line.empty()) *message.mutable_line() = to_proto(closure.line);
  for (const Polyline& ring : closure.area) *message.add_area() = to_proto(ring);
  *message.mutable_from() = to_proto(closure.from);
  if (closure.until) *message.mutable_until() = to_proto(*closure.until);
  message.set_reason(closure.reason);
  return message;
}

}  // namespace gridmend
