#include "data/synth/made_flood.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "core/base/random.h"

namespace gridmend {
namespace {

constexpr std::uint32_t kFloodCells = 120;  // along the longer side

// A winding line through the middle of the plane, as a distance to it.
struct Band {
  double direction;  // of the axis, radians
  double bend_m;
  double wave_m;
  double width_m;

  double share_of_peak(PlanePoint p) const {
    const double along = p.east_m * std::cos(direction) + p.north_m * std::sin(direction);
    const double across = -p.east_m * std::sin(direction) + p.north_m * std::cos(direction);
    const double off = across - bend_m * std::sin(2 * std::numbers::pi * along / wave_m);
    return std::exp(-2 * off * off / (width_m * width_m / 4));
  }
};

// Share of the peak stage at `hours`: up along a half cosine, down three times as slowly.
double stage(double hours, double peak_h) {
  const double rise = std::max(.5, peak_h);
  const double x = hours <= rise ? hours / rise : std::max(0., 1 - (hours - rise) / (3 * rise));
  return .5 - .5 * std::cos(std::numbers::pi * std::clamp(x, 0., 1.));
}

Box extent_of(const NetworkModel& network) {
  std::vector<Position> positions;
  positions.reserve(network.usage_points().size());
  for (const UsagePoint& usage_point : network.usage_points()) {
    if (is_on_earth(usage_point.position) && usage_point.position != Position{}) {
      positions.push_back(usage_point.position);
    }
  }
  return box_of(positions);
}

}  // namespace

std::vector<WaterSlice> make_flood(const NetworkModel& network, const Storm& storm,
                                   std::uint64_t seed) {
  const Box box = extent_of(network);
  if (storm.flood.peak_depth_m <= 0 || box.east_deg <= box.west_deg) return {};
  const Position middle{(box.west_deg + box.east_deg) / 2, (box.south_deg + box.north_deg) / 2};
  const LocalPlane plane{middle};
  const PlanePoint corner = plane.to_plane({box.east_deg, box.north_deg});
  const double extent_m = 2 * std::max(corner.east_m, corner.north_m);

  Random random = Random{seed}.fork(0xf100d);
  const double width_m = storm.flood.width_m > 0 ? storm.flood.width_m : extent_m / 5;
  const Band band{random.uniform(0, std::numbers::pi), width_m * random.uniform(.3, .8),
                  extent_m * random.uniform(.4, .9), width_m};

  DepthGrid shape;
  const double margin = 1.05;
  const double step_m = margin * extent_m / kFloodCells;
  const Position south_east = plane.to_position({step_m, -step_m});
  shape.step_east_deg = south_east.longitude_deg - middle.longitude_deg;
  shape.step_south_deg = middle.latitude_deg - south_east.latitude_deg;
  shape.columns = kFloodCells;
  shape.rows = kFloodCells;
  shape.west_deg = middle.longitude_deg - shape.step_east_deg * kFloodCells / 2;
  shape.north_deg = middle.latitude_deg + shape.step_south_deg * kFloodCells / 2;

  std::vector<WaterSlice> slices;
  const double last_h = storm.flood.peak_h * 4;
  constexpr int kSlices = 16;
  for (int i = 0; i <= kSlices; ++i) {
    const double hours = last_h * i / kSlices;
    WaterSlice slice;
    slice.id = "made-" + std::to_string(100 + i).substr(1);
    slice.valid_at = storm.start + from_seconds(3600 * hours);
    slice.grid = shape;
    slice.grid->depth_m.resize(std::size_t{kFloodCells} * kFloodCells);
    const double level = stage(hours, storm.flood.peak_h);
    for (std::uint32_t row = 0; row < kFloodCells; ++row) {
      for (std::uint32_t column = 0; column < kFloodCells; ++column) {
        const PlanePoint p{(column + .5 - kFloodCells / 2.) * step_m,
                           (kFloodCells / 2. - row - .5) * step_m};
        // The bed is highest at the band's edge: low water stays in its axis.
        const double depth =
            storm.flood.peak_depth_m * (band.share_of_peak(p) * (.4 + .6 * level) - 1 + level);
        slice.grid->depth_m[std::size_t{row} * kFloodCells + column] =
            static_cast<float>(std::max(0., level <= 0 ? 0. : depth));
      }
    }
    slices.push_back(std::move(slice));
  }
  return slices;
}

}  // namespace gridmend
