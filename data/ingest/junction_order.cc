#include "data/ingest/junction_order.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

namespace gridmend {
namespace {

// More than streets meet anywhere: such a number is no junction's.
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
    if (places_.size() < kMostPlaces) places_.push_back({end, 1});
  }
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
  JunctionOrder(std::span<const JunctionLine> lines, double tolerance_m) {
    std::unordered_map<std::string_view, JunctionPlaces> places;
    for (const JunctionLine& line : lines) {
      for (const std::string_view id : {line.from, line.to}) {
        if (id.empty()) continue;
        places[id].add(line.front, tolerance_m);
        places[id].add(line.back, tolerance_m);
      }
    }
    for (const auto& [id, of_id] : places) {
      if (const auto settled = of_id.settled()) known_.emplace(id, *settled);
    }
  }

  bool is_against(const JunctionLine& line) const {
    double said_m = 0, against_m = 0;
    if (const auto from = known_.find(line.from); from != known_.end()) {
      said_m += distance_m(line.front, from->second);
      against_m += distance_m(line.back, from->second);
    }
    if (const auto to = known_.find(line.to); to != known_.end()) {
      said_m += distance_m(line.back, to->second);
      against_m += distance_m(line.front, to->second);
    }
    return against_m < said_m;
  }
  bool knows_one_of(const JunctionLine& line) const {
    return known_.contains(line.from) || known_.contains(line.to);
  }
  void settle(const JunctionLine& line, bool against) {
    if (!line.from.empty()) known_.emplace(line.from, against ? line.back : line.front);
    if (!line.to.empty()) known_.emplace(line.to, against ? line.front : line.back);
  }

 private:
  std::unordered_map<std::string_view, Position> known_;
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
