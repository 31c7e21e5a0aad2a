#include "core/hazard/water.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/base/check.h"
#include "core/geo/area.h"

namespace gridmend {
namespace {

constexpr std::uint32_t kTileCells = 32;
constexpr double kMostSigma_m = 10;

double depth_in(const DepthGrid& grid, Position p) {
  const double column = std::floor((p.longitude_deg - grid.west_deg) / grid.step_east_deg);
  const double row = std::floor((grid.north_deg - p.latitude_deg) / grid.step_south_deg);
  if (!(column >= 0 && column < grid.columns && row >= 0 && row < grid.rows)) return 0;
  const float depth =
      grid.depth_m[static_cast<std::size_t>(row) * grid.columns + static_cast<std::size_t>(column)];
  return depth > 0 ? static_cast<double>(depth) : 0.0;
}

Box tile_box(const DepthGrid& grid, std::uint32_t column, std::uint32_t row) {
  const std::uint32_t column_end = std::min(grid.columns, column + kTileCells);
  const std::uint32_t row_end = std::min(grid.rows, row + kTileCells);
  // Rounding must not leave a wet position outside every box.
  const double margin_east = grid.step_east_deg * 1e-6;
  const double margin_south = grid.step_south_deg * 1e-6;
  return {grid.west_deg + column * grid.step_east_deg - margin_east,
          grid.north_deg - row_end * grid.step_south_deg - margin_south,
          grid.west_deg + column_end * grid.step_east_deg + margin_east,
          grid.north_deg - row * grid.step_south_deg + margin_south};
}

bool tile_is_wet(const DepthGrid& grid, std::uint32_t column, std::uint32_t row) {
  const std::uint32_t column_end = std::min(grid.columns, column + kTileCells);
  const std::uint32_t row_end = std::min(grid.rows, row + kTileCells);
  for (std::uint32_t r = row; r < row_end; ++r) {
    const float* first = grid.depth_m.data() + std::size_t{r} * grid.columns;
    if (std::any_of(first + column, first + column_end, [](float d) { return d > 0; })) return true;
  }
  return false;
}

tl::unexpected<Error> bad_slice(const WaterSlice& slice, const std::string& what) {
  return refuse(ErrorCode::invalid_argument, "WATER_SLICE_INVALID",
                "water slice '" + slice.id + "': " + what, "slice");
}

Result<void> validate_grid(const WaterSlice& slice, const DepthGrid& grid) {
  const double numbers[] = {grid.west_deg, grid.north_deg, grid.step_east_deg, grid.step_south_deg};
  if (!std::ranges::all_of(numbers, [](double x) { return std::isfinite(x); })) {
    return bad_slice(slice, "the grid's place is not a number");
  }
  if (grid.step_east_deg <= 0 || grid.step_south_deg <= 0) {
    return bad_slice(slice, "the grid's steps must be greater than 0");
  }
  if (grid.columns == 0 || grid.rows == 0 ||
      std::uint64_t{grid.columns} * grid.rows != grid.depth_m.size()) {
    return bad_slice(slice, "the grid has " + std::to_string(grid.depth_m.size()) + " depths for " +
                                std::to_string(grid.columns) + " x " + std::to_string(grid.rows) +
                                " cells");
  }
  // Half a cell over the edge of the map is common in global rasters.
  const Position corners[] = {
      {grid.west_deg + grid.step_east_deg / 2, grid.north_deg - grid.step_south_deg / 2},
      {grid.west_deg + (grid.columns - 0.5) * grid.step_east_deg,
       grid.north_deg - (grid.rows - 0.5) * grid.step_south_deg}};
  if (!std::ranges::all_of(corners, is_on_earth)) {
    return bad_slice(slice, "the grid reaches off the earth");
  }
  for (const float depth : grid.depth_m) {
    if (std::isinf(depth)) return bad_slice(slice, "a depth of the grid is infinite");
  }
  return {};
}

Result<void> validate_polygon(const WaterSlice& slice, std::size_t number) {
  const DepthPolygon& polygon = slice.polygons[number];
  const std::string name = "polygon " + std::to_string(number + 1);
  if (!std::isfinite(polygon.depth_m) || polygon.depth_m < 0) {
    return bad_slice(slice, name + " has a depth that is negative or not a number");
  }
  if (polygon.rings.empty()) return bad_slice(slice, name + " has no ring");
  for (const Polyline& ring : polygon.rings) {
    if (const char* fault = fault_of_ring(ring)) return bad_slice(slice, name + ' ' + fault);
  }
  return {};
}

// Vertices of the sampled line one after another: the polyline's own and those set in between.
template <class Visit>
void walk(std::span<const Position> polyline, double step_m, Visit visit) {
  GRIDMEND_CHECK(step_m > 0, "a line is sampled in steps greater than 0");
  if (polyline.empty()) return;
  double passed_m = 0;
  visit(polyline[0], 0.0);
  for (std::size_t i = 1; i < polyline.size(); ++i) {
    const Position a = polyline[i - 1];
    const Position b = polyline[i];
    const double length = distance_m(a, b);
    const auto parts = static_cast<std::size_t>(std::max(1.0, std::ceil(length / step_m)));
    for (std::size_t k = 1; k < parts; ++k) {
      const double share = static_cast<double>(k) / static_cast<double>(parts);
      visit(Position{a.longitude_deg + share * (b.longitude_deg - a.longitude_deg),
                     a.latitude_deg + share * (b.latitude_deg - a.latitude_deg)},
            passed_m + share * length);
    }
    passed_m += length;
    visit(b, passed_m);
  }
}

}  // namespace

struct Water::Entry {
  std::shared_ptr<const WaterSlice> slice;
  std::optional<SpatialIndex> polygons;
  std::vector<Box> wet;

  explicit Entry(WaterSlice value) : slice(std::make_shared<const WaterSlice>(std::move(value))) {
    for (const DepthPolygon& polygon : slice->polygons) {
      Box box{180, 90, -180, -90};
      for (const Polyline& ring : polygon.rings) {
        const Box part = box_of(ring);
        box = {std::min(box.west_deg, part.west_deg), std::min(box.south_deg, part.south_deg),
               std::max(box.east_deg, part.east_deg), std::max(box.north_deg, part.north_deg)};
      }
      wet.push_back(box);
    }
    if (!wet.empty()) polygons.emplace(std::span<const Box>{wet});
    if (!slice->grid) return;
    const DepthGrid& grid = *slice->grid;
    for (std::uint32_t row = 0; row < grid.rows; row += kTileCells) {
      for (std::uint32_t column = 0; column < grid.columns; column += kTileCells) {
        if (tile_is_wet(grid, column, row)) wet.push_back(tile_box(grid, column, row));
      }
    }
  }

  double depth_m(Position p) const {
    double deepest = slice->grid ? depth_in(*slice->grid, p) : 0.0;
    if (!polygons) return deepest;
    const Box here{p.longitude_deg, p.latitude_deg, p.longitude_deg, p.latitude_deg};
    for (const std::uint32_t number : polygons->touching(here)) {
      const DepthPolygon& polygon = slice->polygons[number];
      if (polygon.depth_m > deepest && is_inside(polygon.rings, p)) deepest = polygon.depth_m;
    }
    return deepest;
  }
};

Result<void> validate(const WaterSlice& slice) {
  if (slice.id.empty()) {
    return refuse(ErrorCode::invalid_argument, "WATER_SLICE_INVALID", "a water slice has no id",
                  "slice.id");
  }
  if (!(slice.depth_sigma_m >= 0 && slice.depth_sigma_m <= kMostSigma_m)) {
    return bad_slice(slice, "its depths' deviation is not a number from 0 to 10 m");
  }
  if (slice.grid) {
    if (auto checked = validate_grid(slice, *slice.grid); !checked) return checked;
  }
  for (std::size_t i = 0; i < slice.polygons.size(); ++i) {
    if (auto checked = validate_polygon(slice, i); !checked) return checked;
  }
  return {};
}

Water Water::with_slice(WaterSlice slice) const {
  GRIDMEND_CHECK(!slice.id.empty(), "a water slice has passed validate()");
  Water changed = without_slice(slice.id);
  auto entry = std::make_shared<const Entry>(std::move(slice));
  const auto before = [](const std::shared_ptr<const Entry>& a,
                         const std::shared_ptr<const Entry>& b) {
    return std::pair{a->slice->valid_at, std::string_view{a->slice->id}} <
           std::pair{b->slice->valid_at, std::string_view{b->slice->id}};
  };
  const auto place = std::ranges::upper_bound(changed.by_time_, entry, before);
  changed.by_time_.insert(place, std::move(entry));
  return changed;
}

Water Water::with_error(double sigmas) const {
  Water changed = *this;
  changed.error_sigmas_ = sigmas;
  return changed;
}

Water Water::without_slice(std::string_view id) const {
  Water changed = *this;
  std::erase_if(changed.by_time_, [id](const auto& entry) { return entry->slice->id == id; });
  return changed;
}

Water::Moment Water::moment(Time at) const {
  const auto time_of = [](const std::shared_ptr<const Entry>& e) { return e->slice->valid_at; };
  const auto same_time = [&](std::size_t any) {
    const auto run = std::ranges::equal_range(by_time_, time_of(by_time_[any]), {}, time_of);
    return std::span<const std::shared_ptr<const Entry>>{run.begin(), run.end()};
  };
  const auto after = std::ranges::upper_bound(by_time_, at, {}, time_of);
  if (after == by_time_.begin()) return {};
  Moment result;
  const auto next = static_cast<std::size_t>(after - by_time_.begin());
  result.earlier = same_time(next - 1);
  if (after != by_time_.end()) {
    result.later = same_time(next);
    const Time from = time_of(result.earlier.front());
    result.later_share = seconds(at - from) / seconds(time_of(*after) - from);
  }
  if (error_sigmas_ != 0) result.error_m = error_sigmas_ * sigma_m(result);
  return result;
}

double Water::depth_at(const Moment& moment, Position position) {
  const auto deepest = [position](std::span<const std::shared_ptr<const Entry>> entries) {
    double depth = 0;
    for (const auto& entry : entries) depth = std::max(depth, entry->depth_m(position));
    return depth;
  };
  double depth = deepest(moment.earlier);
  if (moment.later_share > 0) {
    depth = (1 - moment.later_share) * depth + moment.later_share * deepest(moment.later);
  }
  return depth > 0 ? std::max(0.0, depth + moment.error_m) : depth;
}

double Water::depth_m(Position position, Time at) const { return depth_at(moment(at), position); }

double Water::deepest_m(std::span<const Position> polyline, Time at, double step_m) const {
  const Moment now = moment(at);
  double deepest = 0;
  walk(polyline, step_m,
       [&](Position p, double) { deepest = std::max(deepest, depth_at(now, p)); });
  return deepest;
}

std::vector<DepthSample> Water::depths_along(std::span<const Position> polyline, Time at,
                                             double step_m) const {
  const Moment now = moment(at);
  std::vector<DepthSample> samples;
  walk(polyline, step_m, [&](Position p, double along_m) {
    samples.push_back({along_m, depth_at(now, p)});
  });
  return samples;
}

double Water::depth_sigma_m(Time at) const { return sigma_m(moment(at)); }

double Water::sigma_m(const Moment& now) {
  const auto greatest = [](std::span<const std::shared_ptr<const Entry>> entries) {
    double sigma = 0;
    for (const auto& entry : entries) sigma = std::max(sigma, entry->slice->depth_sigma_m);
    return sigma;
  };
  return (1 - now.later_share) * greatest(now.earlier) + now.later_share * greatest(now.later);
}

std::vector<Box> Water::wet_boxes(Time at) const {
  const Moment now = moment(at);
  std::vector<Box> boxes;
  const auto add = [&boxes](std::span<const std::shared_ptr<const Entry>> entries) {
    for (const auto& entry : entries) {
      boxes.insert(boxes.end(), entry->wet.begin(), entry->wet.end());
    }
  };
  add(now.earlier);
  if (now.later_share > 0) add(now.later);
  return boxes;
}

std::vector<Time> Water::slice_times() const {
  std::vector<Time> times;
  for (const auto& entry : by_time_) {
    if (times.empty() || times.back() != entry->slice->valid_at) {
      times.push_back(entry->slice->valid_at);
    }
  }
  return times;
}

std::vector<std::shared_ptr<const WaterSlice>> Water::slices() const {
  std::vector<std::shared_ptr<const WaterSlice>> all;
  all.reserve(by_time_.size());
  for (const auto& entry : by_time_) all.push_back(entry->slice);
  return all;
}

}  // namespace gridmend
