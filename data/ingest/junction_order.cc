#include "data/ingest/junction_order.h"

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace gridmend {
namespace {

// More than streets meet anywhere: what has so many places is no junction.
constexpr std::size_t kMostPlaces = 16;

struct JunctionPlace {
  Position position;
  int ends = 0;
};

// Where a junction may lie.
class JunctionPlaces {
 public:
  void add(Position end, double tolerance_m) {
    for (JunctionPlace& place : places_) {
      if (distance_m(place.position, end) > tolerance_m) continue;
      ++place.ends;
      return;
    }
    if (places_.size() <= kMostPlaces) places_.push_back({end, 1});
  }
  bool is_junction() const { return places_.size() <= kMostPlaces; }
  // More of its lines end there than anywhere else.
  std::optional<Position> settled() const {
    std::optional<Position> most;
    int ends = 0;
    for (const JunctionPlace& place : places_) {
      if (place.ends > ends) {
        most = place.position;
      } else if (place.ends == ends) {
        most.reset();
      }
      ends = std::max(ends, place.ends);
    }
    return most;
  }

 private:
  std::vector<JunctionPlace> places_;
};

class JunctionOrder {
 public:
  JunctionOrder(std::span<const JunctionLine> lines, double tolerance_m)
      : tolerance_m_(tolerance_m) {
    std::unordered_map<std::string_view, JunctionPlaces> places;
    // Two lines between the same junctions say nothing of which end is which.
    std::set<std::pair<std::string_view, std::string_view>> pairs;
    for (const JunctionLine& line : lines) {
      const bool both = !line.from.empty() && !line.to.empty();
      if (both && !pairs.insert(std::minmax(line.from, line.to)).second) continue;
      for (const std::string_view id : {line.from, line.to}) {
        if (id.empty()) continue;
        places[id].add(line.front, tolerance_m);
        places[id].add(line.back, tolerance_m);
      }
    }
    for (const auto& [id, of_id] : places) {
      if (!of_id.is_junction()) {
        nowhere_.insert(id);
      } else if (const auto settled = of_id.settled()) {
        known_.emplace(id, *settled);
      }
    }
  }

  // More of its ends are where their junctions lie when it is taken the other way round.
  bool is_against(const JunctionLine& line) const {
    const int said = is_at(line.front, line.from) + is_at(line.back, line.to);
    const int against = is_at(line.back, line.from) + is_at(line.front, line.to);
    return against > said;
  }
  bool knows_one_of(const JunctionLine& line) const {
    return known_.contains(line.from) || known_.contains(line.to);
  }
  void settle(const JunctionLine& line, bool against) {
    settle(line.from, against ? line.back : line.front);
    settle(line.to, against ? line.front : line.back);
  }

 private:
  void settle(std::string_view junction, Position end) {
    if (!junction.empty() && !nowhere_.contains(junction)) known_.emplace(junction, end);
  }
  int is_at(Position end, std::string_view junction) const {
    const auto known = known_.find(junction);
    return known != known_.end() && distance_m(end, known->second) <= tolerance_m_ ? 1 : 0;
  }

  double tolerance_m_;
  std::unordered_map<std::string_view, Position> known_;
  std::unordered_set<std::string_view> nowhere_;
};

}  // namespace

std::vector<char> drawn_against(std::span<const JunctionLine> lines, double tolerance_m) {
  JunctionOrder order{lines, tolerance_m};
  std::vector<char> against(lines.size(), 0);
  // Those that hang on others first: where they end settles the rest.
  for (const bool hang_on_others : {true, false}) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (hang_on_others && !order.knows_one_of(lines[i])) continue;
      against[i] = order.is_against(lines[i]) ? 1 : 0;
      order.settle(lines[i], against[i] != 0);
    }
  }
  return against;
}

}  // namespace gridmend
