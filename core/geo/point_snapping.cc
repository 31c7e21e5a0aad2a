#include "core/geo/point_snapping.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "core/base/check.h"
#include "core/geo/position.h"

namespace gridmend {
namespace {

constexpr double kLargestPlace = 3;  // tolerances

// Distinct positions of a group.
struct Spot {
  Position position;
  std::uint32_t group = 0;
  std::int64_t row = 0, column = 0;
};

// Cells whose diagonal is a little less than the tolerance: points of one cell are within reach of
// each other. Rows are parallels; a row has as many cells as fit around the earth on it.
class Cells {
 public:
  explicit Cells(double tolerance_m) : side_deg_(tolerance_m / 1.4143 / kMetresPerDegree) {}

  std::int64_t row(Position p) const {
    return static_cast<std::int64_t>(std::floor((p.latitude_deg + 90) / side_deg_));
  }
  // How many cells a row has, at least one.
  std::int64_t columns(std::int64_t row) const {
    return static_cast<std::int64_t>(
        std::max(1.0, std::ceil(360 * widest_cosine(row) / side_deg_)));
  }
  std::int64_t column(std::int64_t row, double longitude_deg) const {
    const std::int64_t count = columns(row);
    const auto column = static_cast<std::int64_t>(
        std::floor((longitude_deg + 180) / 360 * static_cast<double>(count)));
    return ((column % count) + count) % count;
  }
  // Degrees of longitude that `metres` are on the row, at its narrowest; 360 around the pole.
  double reach_deg(std::int64_t row, double metres) const {
    const double cosine = narrowest_cosine(row);
    const double degrees = metres / kMetresPerDegree;
    return cosine * 360 <= 2 * degrees ? 360 : std::min(360.0, degrees / cosine * 1.01);
  }

 private:
  double cosine(double latitude_deg) const {
    return std::cos(std::clamp(latitude_deg, -90.0, 90.0) * std::numbers::pi / 180.0);
  }
  double south(std::int64_t row) const { return static_cast<double>(row) * side_deg_ - 90; }
  double widest_cosine(std::int64_t row) const {
    const double a = south(row), b = south(row + 1);
    return a <= 0 && b >= 0 ? 1.0 : std::max(cosine(a), cosine(b));
  }
  // Of the row and those two cells away: where a neighbour may stand.
  double narrowest_cosine(std::int64_t row) const {
    return std::max(0.0, std::min(cosine(south(row - 2)), cosine(south(row + 3))));
  }

  double side_deg_;
};

class Snapping {
 public:
  Snapping(std::span<const Position> points, std::span<const std::uint32_t> groups,
           double tolerance_m)
      : points_(points), groups_(groups), tolerance_m_(tolerance_m), cells_(tolerance_m) {}

  SnappedPoints run() {
    find_spots();
    parent_.resize(spots_.size());
    std::iota(parent_.begin(), parent_.end(), 0u);
    by_cell_.resize(spots_.size());
    std::iota(by_cell_.begin(), by_cell_.end(), 0u);
    std::ranges::sort(by_cell_, {}, [this](std::uint32_t s) { return cell_key(s); });
    find_rows();
    for (std::size_t row = 0; row < rows_.size(); ++row) chain_row(row);
    return found_places();
  }

 private:
  struct Row {
    std::uint32_t group = 0;
    std::int64_t row = 0;
    std::size_t begin = 0, end = 0;  // into by_cell_
  };

  std::tuple<std::uint32_t, std::int64_t, std::int64_t, std::uint32_t> cell_key(
      std::uint32_t spot) const {
    const Spot& s = spots_[spot];
    return {s.group, s.row, s.column, spot};
  }

  void find_spots() {
    GRIDMEND_CHECK(points_.size() == groups_.size(), "every point has a group");
    std::vector<std::uint32_t> order(points_.size());
    std::iota(order.begin(), order.end(), 0u);
    std::ranges::sort(order, {}, [this](std::uint32_t i) {
      return std::tuple{groups_[i], points_[i].latitude_deg, points_[i].longitude_deg};
    });
    spot_of_.resize(points_.size());
    for (const std::uint32_t i : order) {
      if (spots_.empty() || spots_.back().group != groups_[i] ||
          spots_.back().position != points_[i]) {
        const std::int64_t row = cells_.row(points_[i]);
        spots_.push_back(
            {points_[i], groups_[i], row, cells_.column(row, points_[i].longitude_deg)});
      }
      spot_of_[i] = static_cast<std::uint32_t>(spots_.size() - 1);
    }
  }

  void find_rows() {
    for (std::size_t i = 0; i < by_cell_.size(); ++i) {
      const Spot& s = spots_[by_cell_[i]];
      if (rows_.empty() || rows_.back().group != s.group || rows_.back().row != s.row) {
        rows_.push_back({s.group, s.row, i, i});
      }
      rows_.back().end = i + 1;
    }
  }

  std::uint32_t root(std::uint32_t spot) {
    while (parent_[spot] != spot) {
      parent_[spot] = parent_[parent_[spot]];
      spot = parent_[spot];
    }
    return spot;
  }
  void join(std::uint32_t a, std::uint32_t b) {
    a = root(a);
    b = root(b);
    // The smaller number stands for all: the southernmost.
    if (a != b) parent_[std::max(a, b)] = std::min(a, b);
  }

  // Joins the spots of a cell, and those with spots of cells that may be within reach: of its own
  // row and the two rows above.
  void chain_row(std::size_t number) {
    const Row row = rows_[number];
    for (std::size_t begin = row.begin; begin < row.end;) {
      std::size_t end = begin + 1;
      const std::int64_t column = spots_[by_cell_[begin]].column;
      while (end < row.end && spots_[by_cell_[end]].column == column) ++end;
      for (std::size_t i = begin + 1; i < end; ++i) join(by_cell_[begin], by_cell_[i]);
      for (std::size_t other = number; other < std::min(number + 3, rows_.size()); ++other) {
        if (rows_[other].group != row.group || rows_[other].row > row.row + 2) break;
        chain_cell(begin, end, rows_[other]);
      }
      begin = end;
    }
  }

  void chain_cell(std::size_t begin, std::size_t end, const Row& other) {
    const Spot& some = spots_[by_cell_[begin]];
    const std::int64_t count = cells_.columns(other.row);
    const double reach = cells_.reach_deg(some.row, 2.5 * tolerance_m_);
    if (reach >= 150 || count <= 8) return chain_cells(begin, end, other.begin, other.end);
    const double longitude = some.position.longitude_deg;
    const std::int64_t first = cells_.column(other.row, wrapped(longitude - reach));
    const std::int64_t last = cells_.column(other.row, wrapped(longitude + reach));
    const auto at = [&](std::int64_t column) {
      const auto spots = std::span{by_cell_}.subspan(other.begin, other.end - other.begin);
      const auto it = std::ranges::lower_bound(
          spots, column, {}, [this](std::uint32_t s) { return spots_[s].column; });
      return other.begin + static_cast<std::size_t>(it - spots.begin());
    };
    if (first <= last) return chain_cells(begin, end, at(first), at(last + 1));
    chain_cells(begin, end, at(first), other.end);
    chain_cells(begin, end, other.begin, at(last + 1));
  }

  static double wrapped(double longitude_deg) {
    if (longitude_deg < -180) return longitude_deg + 360;
    return longitude_deg >= 180 ? longitude_deg - 360 : longitude_deg;
  }

  // Spots of one cell are joined already: one step from cell to cell is enough.
  void chain_cells(std::size_t begin, std::size_t end, std::size_t other_begin,
                   std::size_t other_end) {
    for (std::size_t k = other_begin; k < other_end;) {
      const std::int64_t column = spots_[by_cell_[k]].column;
      std::size_t k_end = k + 1;
      while (k_end < other_end && spots_[by_cell_[k_end]].column == column) ++k_end;
      if (k != begin)
        chain_cell_to_cell({by_cell_.data() + begin, end - begin},
                           {by_cell_.data() + k, k_end - k});
      k = k_end;
    }
  }

  void chain_cell_to_cell(std::span<const std::uint32_t> cell,
                          std::span<const std::uint32_t> other) {
    if (root(cell.front()) == root(other.front())) return;
    for (const std::uint32_t a : cell) {
      for (const std::uint32_t b : other) {
        if (distance_m(spots_[a].position, spots_[b].position) > tolerance_m_) continue;
        return join(a, b);
      }
    }
  }

  SnappedPoints found_places() {
    std::vector<std::uint32_t> order(spots_.size());
    std::iota(order.begin(), order.end(), 0u);
    std::vector<std::uint32_t> roots(spots_.size());
    for (std::uint32_t s = 0; s < spots_.size(); ++s) roots[s] = root(s);
    std::ranges::sort(order, {}, [&](std::uint32_t s) { return std::pair{roots[s], s}; });
    std::vector<std::uint32_t> founder(spots_.size());
    std::vector<std::uint32_t> cut;
    for (std::size_t begin = 0; begin < order.size();) {
      std::size_t end = begin + 1;
      while (end < order.size() && roots[order[end]] == roots[order[begin]]) ++end;
      const auto chain = std::span{order}.subspan(begin, end - begin);
      if (is_one_place(chain)) {
        for (const std::uint32_t s : chain) founder[s] = chain.front();
      } else {
        cut_chain(chain, founder);
        cut.push_back(chain.front());
      }
      begin = end;
    }
    return numbered(founder, cut);
  }

  bool is_one_place(std::span<const std::uint32_t> chain) const {
    const Position first = spots_[chain.front()].position;
    double south = 0, north = 0, west = 0, east = 0;
    for (const std::uint32_t s : chain) {
      const Position p = spots_[s].position;
      const double up = p.latitude_deg - first.latitude_deg;
      double right = p.longitude_deg - first.longitude_deg;
      if (right > 180) right -= 360;
      if (right < -180) right += 360;
      south = std::min(south, up);
      north = std::max(north, up);
      west = std::min(west, right);
      east = std::max(east, right);
    }
    const double shrink = std::cos(first.latitude_deg * std::numbers::pi / 180.0);
    return std::hypot(north - south, (east - west) * shrink) * kMetresPerDegree <=
           kLargestPlace * tolerance_m_;
  }

  // Founders of a chain found again by row: they come from south to north.
  void cut_chain(std::span<const std::uint32_t> chain, std::vector<std::uint32_t>& founder) {
    std::vector<std::uint32_t> founders;
    const double reach_deg = tolerance_m_ / kMetresPerDegree * 1.001;
    // Within the last tolerance to the south, from west to east.
    std::set<std::pair<double, std::uint32_t>> near;
    std::size_t oldest = 0;
    for (const std::uint32_t s : chain) {
      const Position p = spots_[s].position;
      while (oldest < founders.size() &&
             spots_[founders[oldest]].position.latitude_deg < p.latitude_deg - reach_deg) {
        near.erase({spots_[founders[oldest]].position.longitude_deg, founders[oldest]});
        ++oldest;
      }
      double best_m = tolerance_m_;
      std::uint32_t best = s;
      const auto consider = [&](double west, double east) {
        for (auto it = near.lower_bound({west, 0u}); it != near.end() && it->first <= east; ++it) {
          const double away_m = distance_m(spots_[it->second].position, p);
          if (away_m < best_m || (away_m == best_m && (best == s || it->second < best))) {
            best_m = away_m;
            best = it->second;
          }
        }
      };
      const double reach = cells_.reach_deg(spots_[s].row, tolerance_m_ * 1.01);
      if (reach * 2 >= 360) {
        consider(-180, 180);
      } else {
        consider(p.longitude_deg - reach, p.longitude_deg + reach);
        if (p.longitude_deg - reach < -180) consider(p.longitude_deg - reach + 360, 180);
        if (p.longitude_deg + reach > 180) consider(-180, p.longitude_deg + reach - 360);
      }
      founder[s] = best;
      if (best != s) continue;
      founders.push_back(s);
      near.emplace(p.longitude_deg, s);
    }
  }

  SnappedPoints numbered(const std::vector<std::uint32_t>& founder,
                         const std::vector<std::uint32_t>& cut) const {
    SnappedPoints snapped;
    std::vector<std::uint32_t> place(spots_.size());
    for (std::uint32_t s = 0; s < spots_.size(); ++s) {
      if (founder[s] == s) {
        place[s] = static_cast<std::uint32_t>(snapped.places.size());
        snapped.places.push_back(spots_[s].position);
        snapped.groups.push_back(spots_[s].group);
      } else {
        place[s] = place[founder[s]];
      }
    }
    for (const std::uint32_t s : cut) snapped.cut_chains.push_back(place[s]);
    snapped.place_of.reserve(points_.size());
    for (const std::uint32_t s : spot_of_) snapped.place_of.push_back(place[s]);
    return snapped;
  }

  std::span<const Position> points_;
  std::span<const std::uint32_t> groups_;
  double tolerance_m_;
  Cells cells_;
  std::vector<Spot> spots_;             // from_south_to_north within a group
  std::vector<std::uint32_t> spot_of_;  // by point
  std::vector<std::uint32_t> by_cell_;
  std::vector<Row> rows_;
  std::vector<std::uint32_t> parent_;
};

}  // namespace

SnappedPoints snap_points(std::span<const Position> points, std::span<const std::uint32_t> groups,
                          double tolerance_m) {
  return Snapping{points, groups, std::clamp(tolerance_m, 0.001, 1000.0)}.run();
}

}  // namespace gridmend
