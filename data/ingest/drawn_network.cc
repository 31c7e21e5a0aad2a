#include "data/ingest/drawn_network.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "data/ingest/drawn_network_state.h"
#include "data/ingest/feature_shape.h"
#include "data/ingest/in_quotes.h"

namespace gridmend {
namespace {

std::string node_name(std::string_view level, Position p) {
  char place[48];
  std::snprintf(place, sizeof place, "@%.7f,%.7f", p.latitude_deg, p.longitude_deg);
  return std::string{level} + place;
}

}  // namespace

std::string metres_text(double metres) {
  char text[32];
  std::snprintf(text, sizeof text, metres < 10 ? "%.2f m" : "%.0f m", metres);
  return text;
}

DrawnNetwork::DrawnNetwork(const ConnectivityRule& rule) : state_(std::make_unique<State>()) {
  state_->rule = rule;
}
DrawnNetwork::~DrawnNetwork() = default;

DrawnLevel DrawnNetwork::State::level(std::string_view name) {
  const std::uint32_t number = level_names.intern(texts, name);
  if (number < kDrawnLevels) return static_cast<DrawnLevel>(number);
  too_many_levels = true;
  return kDrawnLevels - 1;
}

std::uint32_t DrawnNetwork::State::level_set(const std::vector<std::string>& levels) {
  if (level_sets.empty() || level_sets.back() != levels) level_sets.push_back(levels);
  return static_cast<std::uint32_t>(level_sets.size() - 1);
}

void DrawnNetwork::add_device(SourceFeature at, const DeviceInput& input, const DrawnTraits& traits,
                              std::span<const std::size_t> line_ends) {
  State& s = *state_;
  State::StoredDevice device;
  device.at = at;
  device.mrid = s.texts.add(input.mrid);
  device.feeder = s.texts.add(input.feeder);
  device.input = input;
  device.input.mrid = device.input.feeder = {};
  device.input.from_node = device.input.to_node = {};
  device.input.geometry = {};
  const auto number = static_cast<std::uint32_t>(s.devices.size());
  const bool sound = std::ranges::all_of(input.geometry, is_on_earth);
  const DrawnLevel level = s.level(traits.level);
  const bool is_line = input.kind == DeviceKind::ac_line_segment ||
                       input.kind == DeviceKind::service_drop || input.kind == DeviceKind::jumper;
  if (sound && input.geometry.size() >= 2 && !line_ends.empty()) {
    device.first_course = static_cast<std::uint32_t>(s.drawing.courses.size());
    for (const Polyline& line : joined_parts(input.geometry, line_ends, s.rule.tolerance_m)) {
      DrawnCourse course;
      course.begin = static_cast<std::uint32_t>(s.drawing.vertices.size());
      s.drawing.vertices.insert(s.drawing.vertices.end(), line.begin(), line.end());
      course.end = static_cast<std::uint32_t>(s.drawing.vertices.size());
      course.level = level;
      // A switch drawn as a line is no place to branch off.
      course.tapped = traits.tapped && is_line;
      course.circuit = s.circuit_ids.intern(s.texts, input.feeder) * std::uint32_t{kDeviceKinds} +
                       static_cast<std::uint32_t>(input.kind);
      s.drawing.courses.push_back(course);
      s.device_of_course.push_back(number);
      ++device.courses;
    }
    device.usable = device.courses > 0;
  } else if (sound && !input.geometry.empty() && !is_line) {
    DrawnPoint point;
    point.position = input.geometry.front();
    point.level = level;
    point.to_level = level;
    point.reach_m = traits.reach_m.value_or(s.rule.reach_m);
    if (input.kind == DeviceKind::power_transformer) {
      point.kind = DrawnPointKind::transformer;
      if (!traits.to_level.empty()) point.to_level = s.level(traits.to_level);
    } else if (input.kind == DeviceKind::fuse) {
      point.kind = DrawnPointKind::transformer_fuse;
    }
    device.point = static_cast<std::uint32_t>(s.drawing.points.size());
    device.usable = true;
    s.drawing.points.push_back(point);
    s.device_of_point.push_back(number);
  }
  s.devices.push_back(device);
}

void DrawnNetwork::add_usage_point(SourceFeature at, const UsagePointInput& input,
                                   const std::vector<std::string>& levels,
                                   std::optional<double> reach_m) {
  State& s = *state_;
  State::StoredUsagePoint point;
  point.at = at;
  point.mrid = s.texts.add(input.mrid);
  point.address = s.texts.add(input.address);
  point.transformer = s.texts.add(input.transformer);
  point.group = s.texts.add(input.communication_group);
  point.node = s.texts.add(input.node);
  point.input = input;
  point.input.mrid = point.input.address = point.input.transformer = {};
  point.input.communication_group = point.input.node = {};
  point.levels = s.level_set(levels);
  point.reach_m = reach_m.value_or(s.rule.usage_point_reach_m);
  s.usage_points.push_back(point);
}

void DrawnNetwork::add_feeder(SourceFeature at, const FeederInput& input,
                              std::span<const Position> place,
                              const std::vector<std::string>& levels,
                              std::optional<double> reach_m) {
  State& s = *state_;
  State::StoredFeeder feeder;
  feeder.at = at;
  feeder.mrid = s.texts.add(input.mrid);
  feeder.name = s.texts.add(input.name);
  feeder.substation = s.texts.add(input.substation);
  feeder.source_node = s.texts.add(input.source_node);
  feeder.nominal_kv = input.nominal_kv;
  if (std::ranges::all_of(place, is_on_earth)) feeder.place.assign(place.begin(), place.end());
  feeder.levels = s.level_set(levels);
  feeder.reach_m = reach_m.value_or(s.rule.feeder_reach_m);
  s.feeders.push_back(std::move(feeder));
}

std::uint32_t DrawnNetwork::State::mask_of(std::uint32_t set) const {
  const auto& names = level_sets[set];
  if (names.empty()) return ~std::uint32_t{0};
  std::uint32_t mask = 0;
  for (std::uint32_t i = 0; i < std::min<std::size_t>(level_names.size(), kDrawnLevels); ++i) {
    if (std::ranges::find(names, texts[level_names.text(i)]) != names.end()) mask |= 1U << i;
  }
  return mask;
}

void DrawnNetwork::State::place_by_node(const PlaceOfNode& place_of_node) {
  for (StoredFeeder& feeder : feeders) {
    if (!feeder.place.empty()) continue;
    if (const auto at = place_of_node(texts[feeder.source_node])) feeder.place = {*at};
  }
  for (StoredUsagePoint& point : usage_points) {
    if (!point.input.position) point.input.position = place_of_node(texts[point.node]);
  }
}

// Points at one place stand in the order of their ids, whatever the order of the file.
void DrawnNetwork::State::rank_points() {
  std::vector<std::uint32_t> order(drawing.points.size());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::sort(order, {}, [this](std::uint32_t p) {
    return std::pair{texts[devices[device_of_point[p]].mrid], p};
  });
  for (std::uint32_t rank = 0; rank < order.size(); ++rank) drawing.points[order[rank]].rank = rank;
}

void DrawnNetwork::State::name_nodes() {
  std::unordered_map<std::string, std::uint32_t> taken;
  node_names.reserve(resolved.nodes.size());
  for (const DrawnNode& node : resolved.nodes) {
    std::string name = node_name(texts[level_names.text(node.level)], node.position);
    const std::uint32_t count = ++taken[name];
    if (count > 1) name += "#" + std::to_string(count);
    node_names.push_back(std::move(name));
  }
}

std::string DrawnNetwork::State::mrid_of_course(std::uint32_t course) const {
  return std::string{texts[devices[device_of_course[course]].mrid]};
}

std::string DrawnNetwork::State::mrid_of_point(std::uint32_t point) const {
  return std::string{texts[devices[device_of_point[point]].mrid]};
}

SourceFeature DrawnNetwork::State::feature_of(const DrawnFinding& finding,
                                              std::string& mrid) const {
  const std::uint32_t device =
      finding.course != kNone ? device_of_course[finding.course] : device_of_point[finding.point];
  mrid = texts[devices[device].mrid];
  return devices[device].at;
}

void DrawnNetwork::State::report(NetworkBuilder& builder) const {
  for (const DrawnFinding& finding : resolved.findings) {
    // A line that ends at a meter or where supply enters ends where it should.
    if (finding.node != kNone && (hung[finding.node] != 0 || fed[finding.node] != 0)) continue;
    std::string mrid;
    const SourceFeature at = feature_of(finding, mrid);
    const std::string other =
        finding.other != kNone ? in_quotes(mrid_of_course(finding.other)) : std::string{};
    const std::string away = metres_text(finding.distance_m);
    const auto say = [&](DefectClass defect_class, DefectSeverity severity, std::string message,
                         std::string action) {
      builder.add_defect(at, mrid, defect_class, severity, {}, std::move(message),
                         std::move(action), finding.position);
    };
    using enum DefectClass;
    using enum DefectSeverity;
    switch (finding.kind) {
      case DrawnFindingKind::zero_length:
        say(zero_length_line, warning, "is " + away + " long, within the tolerance", "left out");
        break;
      case DrawnFindingKind::duplicate:
        say(duplicate_line, warning, "runs the same course as " + other, "kept only the first");
        break;
      case DrawnFindingKind::runs_along:
        say(duplicate_line, note, "has a span in common with " + other, "not joined there");
        break;
      case DrawnFindingKind::ends_joined:
        say(lines_joined, note, "ends up to " + away + " apart meet here",
            "joined to one connectivity node");
        break;
      case DrawnFindingKind::chain_cut:
        say(lines_joined, warning,
            "ends stand in a chain longer than three tolerances; which of them meet is not clear",
            "joined to connectivity nodes a tolerance apart");
        break;
      case DrawnFindingKind::course_cut:
        say(lines_joined, note,
            other == in_quotes(mrid)
                ? "a vertex or end of another line, or of its own, stands on it"
                : "the end of " + other + " meets its middle " + away + " away",
            "cut there");
        break;
      case DrawnFindingKind::near_miss:
        say(dangling_line_end, warning,
            "its end misses " + other + " by " + away + ", more than the tolerance of " +
                metres_text(rule.tolerance_m),
            "left open; probably meant to join " + other);
        break;
      case DrawnFindingKind::ring_halved:
        say(lines_joined, note, "is a closed ring that meets others in one place",
            "cut in the middle");
        break;
      case DrawnFindingKind::point_at_junction:
        say(lines_joined, warning, "stands where more than two lines meet",
            "taken to stand before " + other);
        break;
      case DrawnFindingKind::point_between_ends:
        say(lines_joined, note, "stands in a gap of " + away + " between two ends",
            "joined to both");
        break;
      case DrawnFindingKind::ends_at_transformer:
        say(lines_joined, note, "lower-voltage lines end up to " + away + " from it",
            "joined to its lower-voltage side");
        break;
      case DrawnFindingKind::point_unattached:
        say(dangling_line_end, warning,
            "no line of its level is within reach" +
                (finding.other == kNone ? std::string{}
                                        : "; the nearest, " + other + ", is " + away + " away"),
            "left unconnected");
        break;
    }
  }
  if (too_many_levels) {
    builder.add_defect({}, {}, DefectClass::value_out_of_range, DefectSeverity::severe, "level",
                       "there are more than " + std::to_string(kDrawnLevels) + " levels",
                       "the last ones are taken as one");
  }
}

void DrawnNetwork::State::build_devices(NetworkBuilder& builder) const {
  std::vector<std::uint32_t> first_part(drawing.courses.size() + 1, 0);
  for (const DrawnPart& part : resolved.parts) ++first_part[part.course + 1];
  std::partial_sum(first_part.begin(), first_part.end(), first_part.begin());
  for (const StoredDevice& stored : devices) {
    const std::string mrid{texts[stored.mrid]};
    DeviceInput device = stored.input;
    device.feeder = texts[stored.feeder];
    if (!stored.usable) {
      builder.add_defect(stored.at, mrid, DefectClass::missing_geometry, DefectSeverity::severe, {},
                         "has no geometry that says where it stands", "left out");
      continue;
    }
    const auto add = [&](std::string_view id, std::uint32_t from, std::uint32_t to) {
      device.mrid = id;
      device.from_node = node_names[from];
      device.to_node = node_names[to];
      device.from_position = resolved.nodes[from].position;
      device.to_position = resolved.nodes[to].position;
      builder.add_device(stored.at, device);
    };
    if (stored.point != kNone) {
      device.geometry = {&drawing.points[stored.point].position, 1};
      const PointTerminals terminals = resolved.points[stored.point];
      add(mrid, terminals.from, terminals.to);
      continue;
    }
    const std::uint32_t begin = first_part[stored.first_course];
    const std::uint32_t end = first_part[stored.first_course + stored.courses];
    double total_m = 0;
    for (std::uint32_t p = begin; p < end; ++p) total_m += resolved.parts[p].length_m;
    for (std::uint32_t p = begin; p < end; ++p) {
      const DrawnPart& part = resolved.parts[p];
      device.geometry = std::span{resolved.vertices}.subspan(part.begin, part.end - part.begin);
      const double share = total_m > 0 ? part.length_m / total_m : 1;
      device.length_m = static_cast<float>(static_cast<double>(stored.input.length_m) * share);
      add(p == begin ? mrid : mrid + "/" + std::to_string(p - begin), part.from, part.to);
    }
  }
}

void DrawnNetwork::resolve(NetworkBuilder& builder, const PlaceOfNode& place_of_node) && {
  State& s = *state_;
  if (place_of_node) s.place_by_node(place_of_node);
  s.rank_points();
  s.drawing.tolerance_m = s.rule.tolerance_m;
  s.drawing.probable_m = s.rule.probable_m.value_or(3 * s.rule.tolerance_m);
  s.resolved = resolve_drawing(s.drawing);
  s.name_nodes();
  s.build_devices(builder);
  const DrawnPlaces places{s.drawing, s.resolved};
  s.build_feeders(builder, places);
  s.build_usage_points(builder, places);
  s.report(builder);
}

}  // namespace gridmend
