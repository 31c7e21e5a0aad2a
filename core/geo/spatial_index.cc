#include "core/geo/spatial_index.h"

#include <algorithm>
#include <utility>
// Boost 1.74 in C++20 needs <utility> first; its geometry includes a header of its own that it
// calls deprecated.
#define BOOST_ALLOW_DEPRECATED_HEADERS
#include <boost/geometry.hpp>
#include <boost/geometry/geometries/box.hpp>
#include <boost/geometry/geometries/point.hpp>
#include <boost/geometry/index/rtree.hpp>
#include <cmath>
#include <numbers>

#include "core/geo/position.h"

namespace gridmend {
namespace {

namespace bg = boost::geometry;
namespace bgi = boost::geometry::index;

using Point = bg::model::point<double, 2, bg::cs::cartesian>;
using Rectangle = bg::model::box<Point>;
using Entry = std::pair<Rectangle, std::uint32_t>;

}  // namespace

// Longitudes are shrunk by the cosine of the middle latitude, so that "nearest" is nearest in
// metres and not in degrees.
struct SpatialIndex::Tree {
  double east_scale = 1;
  bgi::rtree<Entry, bgi::rstar<16>> rtree;

  explicit Tree(std::span<const Box> boxes) {
    double south = 90;
    double north = -90;
    for (const Box& box : boxes) {
      south = std::min(south, box.south_deg);
      north = std::max(north, box.north_deg);
    }
    if (!boxes.empty()) {
      east_scale = std::max(1e-6, std::cos((south + north) / 2 * std::numbers::pi / 180.0));
    }
    std::vector<Entry> entries;
    entries.reserve(boxes.size());
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      entries.emplace_back(rectangle(boxes[i]), static_cast<std::uint32_t>(i));
    }
    rtree = bgi::rtree<Entry, bgi::rstar<16>>(entries);
  }

  Rectangle rectangle(const Box& box) const {
    return {Point{box.west_deg * east_scale, box.south_deg},
            Point{box.east_deg * east_scale, box.north_deg}};
  }
};

SpatialIndex::SpatialIndex(std::span<const Box> boxes) : tree_(std::make_unique<Tree>(boxes)) {}

SpatialIndex::SpatialIndex(std::span<const Position> points) {
  std::vector<Box> boxes;
  boxes.reserve(points.size());
  for (const Position p : points) {
    boxes.push_back({p.longitude_deg, p.latitude_deg, p.longitude_deg, p.latitude_deg});
  }
  tree_ = std::make_unique<Tree>(boxes);
}

SpatialIndex::~SpatialIndex() = default;
SpatialIndex::SpatialIndex(SpatialIndex&&) noexcept = default;
SpatialIndex& SpatialIndex::operator=(SpatialIndex&&) noexcept = default;

std::vector<std::uint32_t> SpatialIndex::touching(const Box& area) const {
  std::vector<std::uint32_t> found;
  const auto query = bgi::intersects(tree_->rectangle(area));
  for (auto it = tree_->rtree.qbegin(query); it != tree_->rtree.qend(); ++it) {
    found.push_back(it->second);
  }
  std::ranges::sort(found);
  return found;
}

std::vector<std::uint32_t> SpatialIndex::nearest(Position from, std::size_t count) const {
  count = std::min(count, tree_->rtree.size());
  if (count == 0) return {};  // Boost asserts that it is asked for something
  const Point point{from.longitude_deg * tree_->east_scale, from.latitude_deg};
  std::vector<std::pair<double, std::uint32_t>> found;
  const auto collect = [&](const auto& query) {
    found.clear();
    for (auto it = tree_->rtree.qbegin(query); it != tree_->rtree.qend(); ++it) {
      found.emplace_back(bg::comparable_distance(point, it->first), it->second);
    }
    std::ranges::sort(found);
  };
  collect(bgi::nearest(point, static_cast<unsigned>(count)));
  // Boost picks any of those that tie for the last place: take all within reach, then the first.
  const double reach = std::sqrt(found.back().first) * (1 + 1e-12) + 1e-12;
  collect(bgi::intersects(Rectangle{Point{bg::get<0>(point) - reach, bg::get<1>(point) - reach},
                                    Point{bg::get<0>(point) + reach, bg::get<1>(point) + reach}}));
  found.resize(std::min(found.size(), count));
  std::vector<std::uint32_t> numbers;
  numbers.reserve(found.size());
  for (const auto& [distance, number] : found) numbers.push_back(number);
  return numbers;
}

Box box_around(Position centre, double radius_m) {
  const double north = radius_m / kMetresPerDegree;
  const double shrink = std::cos(centre.latitude_deg * std::numbers::pi / 180.0);
  const double east = north / std::max(1e-6, shrink);
  return {centre.longitude_deg - east, centre.latitude_deg - north, centre.longitude_deg + east,
          centre.latitude_deg + north};
}

Box box_of(std::span<const Position> polyline) {
  if (polyline.empty()) return {};
  Box box{180, 90, -180, -90};
  for (const Position p : polyline) {
    box.west_deg = std::min(box.west_deg, p.longitude_deg);
    box.south_deg = std::min(box.south_deg, p.latitude_deg);
    box.east_deg = std::max(box.east_deg, p.longitude_deg);
    box.north_deg = std::max(box.north_deg, p.latitude_deg);
  }
  return box;
}

}  // namespace gridmend
