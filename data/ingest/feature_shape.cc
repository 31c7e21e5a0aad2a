#include "data/ingest/feature_shape.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <list>
#include <optional>

namespace gridmend {
namespace {

// Of the parts that are left, how many are looked at for the one that goes on: a whole network in
// one feature takes linear time.
constexpr int kPartsLookedAt = 200;

struct Part {
  std::span<const Position> line;
  std::array<bool, 2> at_branch{};  // its beginning and its end: where several go on
};

class PartJoiner {
 public:
  PartJoiner(std::vector<Part>& parts, double tolerance_m) : tolerance_m_(tolerance_m) {
    for (Part& part : parts) left_.push_back(&part);
  }

  std::vector<Polyline> run() {
    std::vector<Polyline> lines;
    while (!left_.empty()) {
      chain_.assign(1, {left_.front(), false});
      left_.pop_front();
      while (extend(true)) {
      }
      while (extend(false)) {
      }
      lines.push_back(line());
    }
    return lines;
  }

 private:
  struct Link {
    Part* part;
    bool turned;
    std::size_t side(bool last) const { return last != turned ? 1 : 0; }
    Position at(bool last) const {
      return side(last) == 1 ? part->line.back() : part->line.front();
    }
  };

  // nullopt: they do not meet.
  std::optional<double> apart_m(Position a, Position b) const {
    if (a == b) return 0;
    constexpr double kLeastMetresPerDegree = 110'000;
    const double north_m = std::abs(a.latitude_deg - b.latitude_deg) * kLeastMetresPerDegree;
    if (north_m > tolerance_m_) return std::nullopt;
    const double apart = distance_m(a, b);
    return apart <= tolerance_m_ ? std::optional{apart} : std::nullopt;
  }

  // By the part that goes on at the end, or before the beginning; false: there is none, or several.
  bool extend(bool at_end) {
    const Link& last = at_end ? chain_.back() : chain_.front();
    if (last.part->at_branch[last.side(at_end)]) return false;
    const Position here = last.at(at_end);
    auto best = left_.end();
    bool turned = false;
    double nearest_m = 0;
    std::vector<bool*> exact;  // that begin or end in this very place
    const Link& other = at_end ? chain_.front() : chain_.back();
    if (other.at(!at_end) == here) exact.push_back(&other.part->at_branch[other.side(!at_end)]);
    auto candidate = left_.begin();
    for (int n = 0; n < kPartsLookedAt && candidate != left_.end(); ++n, ++candidate) {
      for (const bool its_end : {false, true}) {
        const Link link{*candidate, its_end == at_end};
        const auto apart = apart_m(here, link.at(!at_end));
        if (!apart) continue;
        if (*apart == 0) exact.push_back(&(*candidate)->at_branch[its_end ? 1 : 0]);
        if (best != left_.end() && *apart >= nearest_m) continue;
        best = candidate;
        nearest_m = *apart;
        turned = link.turned;
      }
    }
    if (best == left_.end()) return false;
    if (exact.size() > 1) {
      for (bool* at_branch : exact) *at_branch = true;
      return false;
    }
    if ((*best)->at_branch[Link{*best, turned}.side(!at_end)]) return false;
    const Link next{*best, turned};
    left_.erase(best);
    if (at_end) {
      chain_.push_back(next);
    } else {
      chain_.push_front(next);
    }
    return true;
  }

  Polyline line() const {
    Polyline line;
    for (const Link& link : chain_) {
      Polyline part{link.part->line.begin(), link.part->line.end()};
      if (link.turned) std::ranges::reverse(part);
      const bool again = !line.empty() && line.back() == part.front();
      line.insert(line.end(), part.begin() + (again ? 1 : 0), part.end());
    }
    return line;
  }

  double tolerance_m_;
  std::list<Part*> left_;
  std::deque<Link> chain_;
};

}  // namespace

FeatureShape shape_of(const VectorFeature& feature) {
  if (!feature.outline().empty()) return FeatureShape::area;
  if (!feature.line_ends().empty()) return FeatureShape::line;
  return feature.geometry().empty() ? FeatureShape::none : FeatureShape::point;
}

double widest_gap_m(std::span<const Position> vertices, std::span<const std::size_t> line_ends) {
  double widest = 0;
  for (std::size_t i = 0; i + 1 < line_ends.size(); ++i) {
    if (line_ends[i] == 0 || line_ends[i] >= vertices.size()) continue;
    widest = std::max(widest, distance_m(vertices[line_ends[i] - 1], vertices[line_ends[i]]));
  }
  return widest;
}

std::vector<Polyline> joined_parts(std::span<const Position> vertices,
                                   std::span<const std::size_t> line_ends, double tolerance_m) {
  std::vector<Part> parts;
  std::size_t begin = 0;
  std::optional<Part> pointless;  // all its vertices are one: it leads nowhere
  for (const std::size_t end : line_ends) {
    const auto line = vertices.subspan(begin, end - begin);
    begin = end;
    if (line.size() < 2) continue;
    const bool moves = std::ranges::any_of(line, [&](Position p) { return p != line.front(); });
    if (moves) {
      parts.push_back({line, {}});
    } else {
      pointless = Part{line, {}};
    }
  }
  if (parts.empty() && pointless) parts.push_back(*pointless);
  if (parts.size() == 1) return {{parts.front().line.begin(), parts.front().line.end()}};
  return PartJoiner{parts, tolerance_m}.run();
}

}  // namespace gridmend
