// Where supply enters a drawn network, and where its usage points hang.

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

#include "core/geo/spatial_index.h"
#include "data/ingest/drawn_network_state.h"

namespace gridmend {
namespace {

// Inside a ring, by the parity of crossings to the east. An outline across the antimeridian is not
// understood.
bool inside(std::span<const Position> ring, Position p) {
  bool in = false;
  for (std::size_t i = 0, k = ring.size() - 1; i < ring.size(); k = i++) {
    const Position a = ring[i], b = ring[k];
    if ((a.latitude_deg > p.latitude_deg) == (b.latitude_deg > p.latitude_deg)) continue;
    const double longitude = a.longitude_deg + (p.latitude_deg - a.latitude_deg) /
                                                   (b.latitude_deg - a.latitude_deg) *
                                                   (b.longitude_deg - a.longitude_deg);
    if (p.longitude_deg < longitude) in = !in;
  }
  return in;
}

Position middle_of_outline(std::span<const Position> outline) {
  Position sum;
  for (const Position p : outline) {
    sum.longitude_deg += p.longitude_deg / static_cast<double>(outline.size());
    sum.latitude_deg += p.latitude_deg / static_cast<double>(outline.size());
  }
  return sum;
}

class Groups {
 public:
  explicit Groups(std::size_t count) : parent_(count) {
    std::iota(parent_.begin(), parent_.end(), 0u);
  }
  std::uint32_t root(std::uint32_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void join(std::uint32_t a, std::uint32_t b) {
    a = root(a);
    b = root(b);
    if (a != b) parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::uint32_t> parent_;
};

}  // namespace

void DrawnNetwork::State::build_usage_points(NetworkBuilder& builder, const DrawnPlaces& places) {
  hung.assign(resolved.nodes.size(), 0);
  std::size_t taken = 0, left_out = 0;
  SourceFeature some;
  for (const StoredUsagePoint& stored : usage_points) {
    const std::string_view mrid = texts[stored.mrid];
    UsagePointInput point = stored.input;
    point.mrid = mrid;
    point.address = texts[stored.address];
    point.transformer = texts[stored.transformer];
    point.communication_group = texts[stored.group];
    some = stored.at;
    const std::uint32_t levels = mask_of(stored.levels);
    const bool placed = point.position && is_on_earth(*point.position);
    std::optional<DrawnPlaces::Place> place;
    if (placed) place = places.nearest(*point.position, levels, stored.reach_m);
    if (place) {
      ++taken;
      point.node = node_names[place->node];
      hung[place->node] = 1;
      builder.add_usage_point(stored.at, point);
      continue;
    }
    if (rule.leave_out_far_usage_points && point.transformer.empty()) {
      ++left_out;
      continue;
    }
    if (placed) {
      const auto near = places.nearest_at_all(*point.position, levels);
      builder.add_defect(stored.at, mrid, DefectClass::usage_point_far_from_transformer,
                         DefectSeverity::warning, {},
                         near ? "the nearest line or transformer it may hang at is " +
                                    metres_text(near->distance_m) + " away, farther than " +
                                    metres_text(stored.reach_m)
                              : "no line or transformer it may hang at is within 20 km",
                         point.transformer.empty() ? "refused" : "hung at its transformer",
                         point.position);
    }
    if (!point.transformer.empty()) {
      builder.add_usage_point(stored.at, point);
    } else {
      builder.refuse_usage_point(stored.at, mrid,
                                 placed ? "no line or transformer of its levels is within reach"
                                        : "has no position, and the network is only drawn");
    }
  }
  if (left_out > 0) {
    builder.add_defect(some, {}, DefectClass::usage_point_far_from_transformer,
                       DefectSeverity::note, {},
                       std::to_string(left_out) + " of " + std::to_string(taken + left_out) +
                           " have no place, or no line or transformer within reach of it",
                       "left out, as the profile says");
  }
  if (!rule.assumed_usage_points.empty() && taken > 0) {
    builder.add_defect(some, {}, DefectClass::usage_point_link_suspected, DefectSeverity::note, {},
                       "the source has no meters: " + std::to_string(taken) +
                           " usage points are assumed, made of " + rule.assumed_usage_points,
                       "hung at the nearest line or transformer");
  }
}

// What every feeder asks of the drawing, looked up once.
struct DrawnNetwork::State::SupplyIndex {
  std::vector<std::uint32_t> series;  // points that cut lines
  SpatialIndex series_index, node_index;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> neighbours;  // node to node, sorted
  std::vector<std::uint32_t> lines_at;                              // by node: ends of parts

  explicit SupplyIndex(const State& s)
      : series(series_of(s)),
        series_index(std::span<const Position>{positions_of(s, series)}),
        node_index(std::span<const Position>{positions_of(s)}),
        lines_at(s.resolved.nodes.size(), 0) {
    const auto join = [this](std::uint32_t a, std::uint32_t b) {
      neighbours.emplace_back(a, b);
      neighbours.emplace_back(b, a);
    };
    for (const DrawnPart& part : s.resolved.parts) {
      join(part.from, part.to);
      ++lines_at[part.from];
      ++lines_at[part.to];
    }
    for (const PointTerminals& point : s.resolved.points) join(point.from, point.to);
    std::ranges::sort(neighbours);
  }

  static std::vector<std::uint32_t> series_of(const State& s) {
    std::vector<std::uint32_t> found;
    for (std::uint32_t p = 0; p < s.drawing.points.size(); ++p) {
      if (s.drawing.points[p].kind != DrawnPointKind::transformer) found.push_back(p);
    }
    return found;
  }
  static Polyline positions_of(const State& s, const std::vector<std::uint32_t>& points) {
    Polyline positions;
    for (const std::uint32_t p : points) positions.push_back(s.drawing.points[p].position);
    return positions;
  }
  static Polyline positions_of(const State& s) {
    Polyline positions;
    for (const DrawnNode& node : s.resolved.nodes) positions.push_back(node.position);
    return positions;
  }
};

// One node of every group that lies inside and hangs together: the first.
std::vector<std::uint32_t> DrawnNetwork::State::nodes_in_area(const StoredFeeder& feeder,
                                                              const SupplyIndex& index) const {
  const std::uint32_t levels = mask_of(feeder.levels);
  std::vector<std::uint32_t> within;
  for (const std::uint32_t n : index.node_index.touching(box_of(feeder.place))) {
    const DrawnNode& node = resolved.nodes[n];
    if (((levels >> node.level) & 1U) != 0 && inside(feeder.place, node.position)) {
      within.push_back(n);
    }
  }
  Groups groups{within.size()};
  for (std::uint32_t i = 0; i < within.size(); ++i) {
    const auto key = [](const auto& entry) { return entry.first; };
    for (const auto& [node, other] :
         std::ranges::equal_range(index.neighbours, within[i], {}, key)) {
      const auto at = std::ranges::lower_bound(within, other);
      if (at == within.end() || *at != other) continue;
      groups.join(i, static_cast<std::uint32_t>(at - within.begin()));
    }
  }
  std::vector<std::uint32_t> found;
  for (std::uint32_t i = 0; i < within.size(); ++i) {
    if (groups.root(i) == i) found.push_back(within[i]);
  }
  return found;
}

// A feeder whose point is a switch starts at the side of it from which no line leads away; where
// lines lead away from both, at the first.
std::optional<std::uint32_t> DrawnNetwork::State::far_side_of_switch(
    const StoredFeeder& feeder, const SupplyIndex& index) const {
  const std::uint32_t levels = mask_of(feeder.levels);
  const Position at = feeder.place.front();
  std::uint32_t nearest = kNone;
  double nearest_m = rule.tolerance_m;
  for (const std::uint32_t i :
       index.series_index.touching(box_around(at, rule.tolerance_m * 1.01))) {
    const std::uint32_t p = index.series[i];
    if (((levels >> drawing.points[p].level) & 1U) == 0) continue;
    const double away_m = distance_m(drawing.points[p].position, at);
    if (away_m > nearest_m || (away_m == nearest_m && nearest != kNone)) continue;
    nearest_m = away_m;
    nearest = p;
  }
  if (nearest == kNone) return std::nullopt;
  const PointTerminals terminals = resolved.points[nearest];
  return index.lines_at[terminals.to] == 0 && index.lines_at[terminals.from] > 0 ? terminals.to
                                                                                 : terminals.from;
}

void DrawnNetwork::State::start_feeder(NetworkBuilder& builder, const StoredFeeder& feeder,
                                       const std::vector<std::uint32_t>& nodes) {
  const std::string mrid{texts[feeder.mrid]};
  std::size_t number = 0;
  for (const std::uint32_t node : nodes) {
    ++number;
    const std::string id = nodes.size() == 1 ? mrid : mrid + "/" + std::to_string(number);
    if (fed[node] != 0) {
      builder.add_defect(feeder.at, id, DefectClass::duplicate_id, DefectSeverity::warning, {},
                         "another feeder starts at " + node_names[node], "kept only the first",
                         resolved.nodes[node].position);
      continue;
    }
    fed[node] = 1;
    builder.add_feeder(feeder.at, {id, texts[feeder.name], texts[feeder.substation],
                                   node_names[node], feeder.nominal_kv});
  }
}

void DrawnNetwork::State::build_feeders(NetworkBuilder& builder, const DrawnPlaces& places) {
  fed.assign(resolved.nodes.size(), 0);
  const SupplyIndex index{*this};
  for (const StoredFeeder& feeder : feeders) {
    std::vector<std::uint32_t> nodes;
    const std::string mrid{texts[feeder.mrid]};
    const std::uint32_t levels = mask_of(feeder.levels);
    if (feeder.place.size() > 2) {
      nodes = nodes_in_area(feeder, index);
    } else if (!feeder.place.empty()) {
      if (const auto node = far_side_of_switch(feeder, index)) nodes = {*node};
    }
    const Position at = feeder.place.empty() ? Position{} : middle_of_outline(feeder.place);
    if (nodes.empty() && !feeder.place.empty()) {
      if (const auto place = places.nearest(at, levels, feeder.reach_m)) nodes = {place->node};
    }
    if (!nodes.empty()) {
      start_feeder(builder, feeder, nodes);
      continue;
    }
    const auto near = feeder.place.empty() ? std::nullopt : places.nearest_at_all(at, levels);
    // With feeders assumed, a substation that no line reaches is only a substation.
    const auto severity = rule.assume_feeders ? DefectSeverity::note : DefectSeverity::severe;
    builder.add_defect(
        feeder.at, mrid, DefectClass::dangling_reference, severity, {},
        feeder.place.empty() ? "a feeder without a place in a drawn network"
        : near ? "no line of its levels begins within " + metres_text(feeder.reach_m) +
                     "; the nearest is " + metres_text(near->distance_m) + " away"
               : "no line of its levels is within 20 km",
        "left out", feeder.place.empty() ? std::optional<Position>{} : std::optional{at});
  }
  if (rule.assume_feeders) assume_feeders(builder);
}

// Every part of the network that no feeder reaches is taken to be fed from its open end nearest to
// where supply is known to enter, or to any feeder's place; ties and without any: the first.
void DrawnNetwork::State::assume_feeders(NetworkBuilder& builder) {
  Groups groups{resolved.nodes.size()};
  std::vector<std::uint32_t> met(resolved.nodes.size(), 0);
  for (const DrawnPart& part : resolved.parts) {
    groups.join(part.from, part.to);
    ++met[part.from];
    ++met[part.to];
  }
  std::vector<std::uint8_t> may_start(resolved.nodes.size(), 0);
  for (std::uint32_t p = 0; p < resolved.points.size(); ++p) {
    groups.join(resolved.points[p].from, resolved.points[p].to);
    // A transformer that no line reaches is fed by what nobody drew.
    const bool transforms = drawing.points[p].kind == DrawnPointKind::transformer;
    if (transforms) may_start[resolved.points[p].from] = 1;
  }
  std::vector<Position> known;
  for (const StoredFeeder& feeder : feeders) {
    if (!feeder.place.empty()) known.push_back(middle_of_outline(feeder.place));
  }
  const SpatialIndex known_index{std::span<const Position>{known}};
  std::vector<std::uint8_t> supplied(resolved.nodes.size(), 0);
  for (std::uint32_t n = 0; n < fed.size(); ++n) {
    if (fed[n] != 0) supplied[groups.root(n)] = 1;
  }
  struct Best {
    std::uint32_t node = 0;
    std::tuple<bool, double, std::uint32_t> key;
    std::size_t nodes = 0;
  };
  std::map<std::uint32_t, Best> best;  // by group
  for (std::uint32_t n = 0; n < resolved.nodes.size(); ++n) {
    const std::uint32_t group = groups.root(n);
    if (supplied[group] != 0 || (met[n] == 0 && may_start[n] == 0)) continue;
    double away_m = 1e12;
    if (met[n] == 1 && !known.empty()) {
      const Position at = resolved.nodes[n].position;
      away_m = distance_m(at, known[known_index.nearest(at, 1).front()]);
    }
    const std::tuple key{met[n] != 1, away_m, n};
    Best& here = best[group];
    if (here.nodes++ == 0 || key < here.key) {
      here.node = n;
      here.key = key;
    }
  }
  for (const auto& [group, start] : best) {
    const std::string mrid = "assumed:" + node_names[start.node];
    builder.add_defect(
        {}, mrid, DefectClass::unsupplied_island, DefectSeverity::note, {},
        "no feeder leads to these " + std::to_string(start.nodes) + " connectivity nodes",
        "assumed that supply enters here; who hangs behind it counts as supplied",
        resolved.nodes[start.node].position);
    builder.add_feeder({}, {mrid, "assumed", {}, node_names[start.node], 0});
  }
}

}  // namespace gridmend
