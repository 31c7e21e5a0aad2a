#include "data/ingest/line_network.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "core/geo/spatial_index.h"

namespace gridmend {
namespace {

// A centimetre: what one and the same vertex written twice may differ by.
constexpr double kSameVertex_deg = 1e-7;

// Junctions made as they are asked for, found again through a grid of squares of the tolerance.
class Junctions {
 public:
  Junctions(double tolerance_m, Position anywhere) : tolerance_m_(tolerance_m), plane_(anywhere) {}

  // The nearest junction within the tolerance, else a new one.
  std::uint32_t at(Position position) {
    const auto [column, row] = square(position);
    std::uint32_t best = Id<RoadVertex>::kNone;
    double best_m = tolerance_m_;
    for (std::int64_t c = column - 1; c <= column + 1; ++c) {
      for (std::int64_t r = row - 1; r <= row + 1; ++r) {
        const auto [first, last] = squares_.equal_range({c, r});
        for (auto it = first; it != last; ++it) {
          const double away_m = distance_m(positions_[it->second], position);
          if (away_m > best_m || (away_m == best_m && it->second > best)) continue;
          best_m = away_m;
          best = it->second;
        }
      }
    }
    if (best != Id<RoadVertex>::kNone) return best;
    squares_.emplace(std::pair{column, row}, static_cast<std::uint32_t>(positions_.size()));
    positions_.push_back(position);
    return static_cast<std::uint32_t>(positions_.size() - 1);
  }
  const std::vector<Position>& positions() const { return positions_; }
  std::vector<Position> take() && { return std::move(positions_); }

 private:
  std::pair<std::int64_t, std::int64_t> square(Position position) const {
    // Squares are larger than the tolerance by what a local plane may shrink far from its origin.
    const PlanePoint p = plane_.to_plane(position);
    const double side_m = std::max(tolerance_m_, 0.01) * 4;
    return {std::llround(p.east_m / side_m), std::llround(p.north_m / side_m)};
  }

  double tolerance_m_;
  LocalPlane plane_;
  std::vector<Position> positions_;
  std::multimap<std::pair<std::int64_t, std::int64_t>, std::uint32_t> squares_;
};

struct Cut {
  double along_m = 0;
  std::uint32_t junction = 0;
};

class LineJoiner {
 public:
  LineJoiner(const std::vector<DrawnLine>& lines, double tolerance_m)
      : lines_(lines),
        tolerance_m_(tolerance_m),
        junctions_(tolerance_m, lines.empty() ? Position{} : lines.front().line.front()),
        cuts_(lines.size()) {}

  JoinedLines join() {
    for (const DrawnLine& l : lines_) {
      lengths_.push_back(length_m(l.line));
      const std::uint32_t from = junctions_.at(l.line.front());
      const std::uint32_t to = junctions_.at(l.line.back());
      ends_.emplace_back(from, to);
    }
    cut_at_shared_vertices();
    cut_at_ends_of_others();
    JoinedLines result;
    for (std::uint32_t i = 0; i < lines_.size(); ++i) add_parts(i, result);
    result.junctions = std::move(junctions_).take();
    return result;
  }

 private:
  void cut_at_shared_vertices();
  void cut_at_ends_of_others();
  void cut_where_met(Position position, std::uint32_t junction, std::int8_t level,
                     const SpatialIndex& index);
  void add_parts(std::uint32_t number, JoinedLines& result);

  const std::vector<DrawnLine>& lines_;
  double tolerance_m_;
  Junctions junctions_;
  std::vector<double> lengths_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ends_;
  std::vector<std::vector<Cut>> cuts_;
};

void LineJoiner::cut_at_shared_vertices() {
  using Key = std::tuple<std::int64_t, std::int64_t, std::int8_t>;
  struct Use {
    Key key;
    std::uint32_t line;
    double along_m;
    Position position;
  };
  std::vector<Use> uses;
  for (std::uint32_t i = 0; i < lines_.size(); ++i) {
    const Polyline& line = lines_[i].line;
    double along_m = 0;
    for (std::size_t k = 1; k + 1 < line.size(); ++k) {
      along_m += distance_m(line[k - 1], line[k]);
      uses.push_back({{std::llround(line[k].longitude_deg / kSameVertex_deg),
                       std::llround(line[k].latitude_deg / kSameVertex_deg), lines_[i].level},
                      i,
                      along_m,
                      line[k]});
    }
  }
  std::ranges::stable_sort(uses, {}, &Use::key);
  for (std::size_t begin = 0, end = 0; begin < uses.size(); begin = end) {
    while (end < uses.size() && uses[end].key == uses[begin].key) ++end;
    const auto other = [&](const Use& u) {
      return u.line != uses[begin].line || std::abs(u.along_m - uses[begin].along_m) > tolerance_m_;
    };
    if (std::none_of(uses.begin() + begin, uses.begin() + end, other)) continue;
    const std::uint32_t junction = junctions_.at(uses[begin].position);
    for (std::size_t u = begin; u < end; ++u) {
      cuts_[uses[u].line].push_back({uses[u].along_m, junction});
    }
  }
}

void LineJoiner::cut_where_met(Position position, std::uint32_t junction, std::int8_t level,
                               const SpatialIndex& index) {
  for (const std::uint32_t other : index.touching(box_around(position, tolerance_m_ * 1.1))) {
    if (lines_[other].level != level) continue;
    const auto nearest = nearest_on_polyline(lines_[other].line, position);
    if (nearest->distance_m > tolerance_m_) continue;
    if (nearest->along_m <= tolerance_m_ || nearest->along_m >= lengths_[other] - tolerance_m_) {
      continue;
    }
    cuts_[other].push_back({nearest->along_m, junction});
  }
}

void LineJoiner::cut_at_ends_of_others() {
  std::vector<Box> boxes;
  boxes.reserve(lines_.size());
  for (const DrawnLine& l : lines_) boxes.push_back(box_of(l.line));
  const SpatialIndex index{std::span<const Box>{boxes}};
  for (std::uint32_t i = 0; i < lines_.size(); ++i) {
    const DrawnLine& l = lines_[i];
    cut_where_met(l.line.front(), ends_[i].first, l.level, index);
    cut_where_met(l.line.back(), ends_[i].second, l.level, index);
  }
}

void LineJoiner::add_parts(std::uint32_t number, JoinedLines& result) {
  std::vector<Cut>& cuts = cuts_[number];
  std::ranges::stable_sort(cuts, {}, &Cut::along_m);
  std::erase_if(cuts,
                [&](const Cut& c) { return c.along_m <= 0 || c.along_m >= lengths_[number]; });
  if (!cuts.empty()) ++result.split;
  cuts.push_back({lengths_[number], ends_[number].second});
  const Polyline& line = lines_[number].line;
  Cut begin{0, ends_[number].first};
  std::size_t next = 1;
  double passed_m = 0;  // at line[next - 1]
  for (const Cut& end : cuts) {
    if (end.junction == begin.junction && end.along_m - begin.along_m <= tolerance_m_) continue;
    JoinedPart part{number, begin.junction, end.junction, {junctions_.positions()[begin.junction]}};
    while (next < line.size()) {
      const double at_m = passed_m + distance_m(line[next - 1], line[next]);
      if (at_m >= end.along_m - 1e-9) break;
      if (at_m > begin.along_m + 1e-9) part.part.push_back(line[next]);
      passed_m = at_m;
      ++next;
    }
    part.part.push_back(junctions_.positions()[end.junction]);
    result.parts.push_back(std::move(part));
    begin = end;
  }
}

}  // namespace

JoinedLines join_lines(const std::vector<DrawnLine>& lines, double tolerance_m) {
  return LineJoiner{lines, tolerance_m}.join();
}

}  // namespace gridmend
