#include "data/ingest/connectivity_check.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "core/geo/point_snapping.h"
#include "core/geo/spatial_index.h"
#include "data/ingest/in_quotes.h"
#include "data/ingest/text_interner.h"

namespace gridmend {
namespace {

constexpr std::size_t kComparedEnds = 12;  // ends of a node that are compared with each other

std::string metres(double m) {
  char text[32];
  std::snprintf(text, sizeof text, m < 10 ? "%.2f m" : "%.0f m", m);
  return text;
}

}  // namespace

struct ConnectivityCheck::State {
  struct Line {
    SourceFeature at;
    TextId mrid;
    std::uint32_t from = 0, to = 0;  // nodes
    std::uint32_t level = 0;
    Position first, last;
    bool turned = false;  // `first` is the end at `to`
  };
  struct Bridge {  // a device without length between two nodes
    std::uint32_t from = 0, to = 0;
  };

  ConnectivityRule rule;
  TextPoolBuilder texts;
  TextInterner nodes, levels;
  std::vector<Line> lines;
  std::vector<Bridge> bridges;

  std::vector<std::uint32_t> first_incident, incident;  // lines by node
  std::vector<Position> position;                       // by node
  std::vector<std::uint8_t> known;                      // by node: two ends agree, or more

  std::span<const std::uint32_t> lines_at(std::uint32_t node) const {
    return std::span{incident}.subspan(first_incident[node],
                                       first_incident[node + 1] - first_incident[node]);
  }
  static double nearer_m(const Line& line, Position p) {
    return std::min(distance_m(line.first, p), distance_m(line.last, p));
  }
  void index_lines();
  void locate_node(std::uint32_t node);
  void turn(Line& line);
  void place_line_ends();
  void report_far_ends(NetworkBuilder& builder) const;
  void report_near_nodes(NetworkBuilder& builder) const;
  std::string action() const {
    return rule.drawing_wins ? "the drawing decides" : "the ids decide";
  }
  std::string node_name(std::uint32_t node) const { return in_quotes(texts[nodes.text(node)]); }
};

ConnectivityCheck::ConnectivityCheck(const ConnectivityRule& rule)
    : state_(std::make_unique<State>()) {
  state_->rule = rule;
}
ConnectivityCheck::~ConnectivityCheck() = default;

void ConnectivityCheck::add_device(SourceFeature at, const DeviceInput& device,
                                   std::string_view level) {
  State& s = *state_;
  if (device.from_node.empty() || device.to_node.empty()) return;
  const std::uint32_t from = s.nodes.intern(s.texts, device.from_node);
  const std::uint32_t to = s.nodes.intern(s.texts, device.to_node);
  const auto geometry = device.geometry;
  const bool is_line = geometry.size() >= 2 && std::ranges::all_of(geometry, is_on_earth);
  if (!is_line || length_m(geometry) <= 3 * s.rule.tolerance_m) s.bridges.push_back({from, to});
  if (!is_line) return;
  s.lines.push_back({at, s.texts.add(device.mrid), from, to, s.levels.intern(s.texts, level),
                     geometry.front(), geometry.back(), false});
}

void ConnectivityCheck::State::index_lines() {
  first_incident.assign(nodes.size() + 1, 0);
  for (const Line& line : lines) {
    ++first_incident[line.from + 1];
    if (line.to != line.from) ++first_incident[line.to + 1];
  }
  std::partial_sum(first_incident.begin(), first_incident.end(), first_incident.begin());
  incident.resize(first_incident.back());
  std::vector<std::uint32_t> next(first_incident.begin(), first_incident.end() - 1);
  for (std::uint32_t i = 0; i < lines.size(); ++i) {
    incident[next[lines[i].from]++] = i;
    if (lines[i].to != lines[i].from) incident[next[lines[i].to]++] = i;
  }
}

// Of all ends of the lines that name it the one to which the most of them come within the
// tolerance; of several, the one with the smallest sum of distances, each capped.
void ConnectivityCheck::State::locate_node(std::uint32_t node) {
  const auto here = lines_at(node).first(std::min(kComparedEnds, lines_at(node).size()));
  if (here.size() < 2) return;
  std::size_t most = 0;
  double least_m = std::numeric_limits<double>::infinity();
  for (const std::uint32_t candidate : here) {
    for (const Position p : {lines[candidate].first, lines[candidate].last}) {
      std::size_t near = 0;
      double sum_m = 0;
      for (const std::uint32_t other : here) {
        const double away_m = nearer_m(lines[other], p);
        near += away_m <= rule.tolerance_m ? 1 : 0;
        sum_m += std::min(away_m, 1000.0);
      }
      if (near < most || (near == most && sum_m >= least_m)) continue;
      most = near;
      least_m = sum_m;
      position[node] = p;
    }
  }
  known[node] = most >= 2 ? 1 : 0;
}

// So that its ends lie nearest to where its nodes are known to stand.
void ConnectivityCheck::State::turn(Line& line) {
  double straight_m = 0, turned_m = 0;
  if (known[line.from] != 0) {
    straight_m += distance_m(line.first, position[line.from]);
    turned_m += distance_m(line.last, position[line.from]);
  }
  if (known[line.to] != 0) {
    straight_m += distance_m(line.last, position[line.to]);
    turned_m += distance_m(line.first, position[line.to]);
  }
  line.turned = turned_m < straight_m;
}

// A node at which nothing else ends stands at its only line's other end.
void ConnectivityCheck::State::place_line_ends() {
  for (Line& line : lines) {
    turn(line);
    for (const bool is_to : {false, true}) {
      const std::uint32_t node = is_to ? line.to : line.from;
      if (known[node] != 0 || lines_at(node).size() != 1) continue;
      position[node] = is_to != line.turned ? line.last : line.first;
      known[node] = 2;
    }
  }
}

void ConnectivityCheck::locate() {
  State& s = *state_;
  s.position.assign(s.nodes.size(), {});
  s.known.assign(s.nodes.size(), 0);
  s.index_lines();
  for (std::uint32_t node = 0; node < s.nodes.size(); ++node) s.locate_node(node);
  s.place_line_ends();
}

std::optional<Position> ConnectivityCheck::position_of(std::string_view node) const {
  const auto number = state_->nodes.find(state_->texts, node);
  if (!number || *number >= state_->known.size() || state_->known[*number] == 0) {
    return std::nullopt;
  }
  return state_->position[*number];
}

void ConnectivityCheck::State::report_far_ends(NetworkBuilder& builder) const {
  std::vector<Position> places;
  std::vector<std::uint32_t> node_of_place;
  for (std::uint32_t node = 0; node < position.size(); ++node) {
    if (known[node] == 0) continue;
    places.push_back(position[node]);
    node_of_place.push_back(node);
  }
  const SpatialIndex index{std::span<const Position>{places}};
  for (const Line& line : lines) {
    for (const bool is_to : {false, true}) {
      const std::uint32_t node = is_to ? line.to : line.from;
      const Position end = is_to != line.turned ? line.last : line.first;
      const bool unplaced = known[node] == 0;
      const double away_m = unplaced ? 0 : distance_m(end, position[node]);
      if (!unplaced && away_m <= rule.tolerance_m) continue;
      std::string meets;
      double nearest_m = rule.tolerance_m;
      for (const std::uint32_t place : index.touching(box_around(end, rule.tolerance_m * 1.01))) {
        const double m = distance_m(places[place], end);
        if (node_of_place[place] == node || m > nearest_m) continue;
        nearest_m = m;
        meets = node_name(node_of_place[place]) + " at " + metres(m);
      }
      const std::string ids =
          unplaced ? "its id names " + node_name(node) + ", whose lines end nowhere near each other"
                   : "ids join its end to " + node_name(node) + ", " + metres(away_m) + " apart";
      builder.add_defect(
          line.at, texts[line.mrid], DefectClass::connectivity_disagrees, DefectSeverity::warning,
          {}, ids + "; the drawing meets " + (meets.empty() ? "nothing" : meets), action(), end);
    }
  }
}

void ConnectivityCheck::State::report_near_nodes(NetworkBuilder& builder) const {
  std::vector<Position> places;
  std::vector<std::uint32_t> groups, node_of_place, line_of_place;
  for (std::uint32_t node = 0; node < position.size(); ++node) {
    if (known[node] == 0 || lines_at(node).empty()) continue;
    places.push_back(position[node]);
    node_of_place.push_back(node);
    line_of_place.push_back(lines_at(node).front());
    groups.push_back(lines[line_of_place.back()].level);
  }
  const SnappedPoints snapped = snap_points(places, groups, rule.tolerance_m);
  std::vector<std::uint32_t> bridged(nodes.size());
  std::iota(bridged.begin(), bridged.end(), 0u);
  const auto root = [&](std::uint32_t n) {
    while (bridged[n] != n) n = bridged[n] = bridged[bridged[n]];
    return n;
  };
  for (const Bridge& bridge : bridges) {
    const std::uint32_t a = root(bridge.from), b = root(bridge.to);
    if (a != b) bridged[std::max(a, b)] = std::min(a, b);
  }
  std::vector<std::uint32_t> first_at(snapped.places.size(),
                                      std::numeric_limits<std::uint32_t>::max());
  for (std::uint32_t i = 0; i < places.size(); ++i) {
    std::uint32_t& first = first_at[snapped.place_of[i]];
    if (first == std::numeric_limits<std::uint32_t>::max()) {
      first = i;
      continue;
    }
    if (root(node_of_place[i]) == root(node_of_place[first])) continue;
    const Line& line = lines[line_of_place[i]];
    builder.add_defect(line.at, texts[line.mrid], DefectClass::connectivity_disagrees,
                       DefectSeverity::warning, {},
                       "ids keep " + node_name(node_of_place[i]) + " apart from " +
                           node_name(node_of_place[first]) + "; in the drawing they are " +
                           metres(distance_m(places[i], places[first])) + " apart",
                       action(), places[i]);
  }
}

void ConnectivityCheck::report(NetworkBuilder& builder) const {
  state_->report_far_ends(builder);
  state_->report_near_nodes(builder);
}

}  // namespace gridmend
