// A drawn network in bytes of our own: records of a letter and what follows it, until the bytes
// end.
//   T u8        tolerance, in fifths of a metre
//   O u8        origin of the places that follow, of a short list
//   L u8 u8 ... a line: level and flags, count of places, places
//   P u8        a device that is a point: kind and level, a place
//   U           a usage point: a place
//   F u8 ...    a feeder: count of places, places
// A place is two i16, in tenths of a metre from the origin; or, where the first is 0x7fff, two
// doubles as they are.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "core/base/check.h"
#include "data/ingest/drawn_network.h"
#include "tests/fuzz/fuzz_file.h"

namespace gridmend {
namespace {

constexpr std::size_t kFeatures = 120;
constexpr Position kOrigins[] = {{11.5, 50}, {180, -17}, {-179.9999, 0}, {20, 90},
                                 {-70, -90}, {0, 0},     {25, 78},       {114.3, 30.6}};

class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : at_(data), end_(data + size) {}
  bool any() const { return at_ != end_; }
  template <class Number>
  Number take() {
    Number number{};
    const auto there = std::min<std::size_t>(sizeof number, static_cast<std::size_t>(end_ - at_));
    std::memcpy(&number, at_, there);
    at_ += there;
    return number;
  }

 private:
  const std::uint8_t* at_;
  const std::uint8_t* end_;
};

struct Recorded {
  std::vector<Polyline> lines;
  std::vector<std::uint8_t> line_flags;
  std::vector<Position> points;
  std::vector<std::uint8_t> point_flags;
  std::vector<Position> usage_points;
  std::vector<Polyline> feeders;
  double tolerance_m = 0.5;
};

Position take_place(Bytes& bytes, Position origin) {
  const auto east = bytes.take<std::int16_t>();
  if (east == 0x7fff) {
    const auto longitude = bytes.take<double>();
    return {longitude, bytes.take<double>()};
  }
  const auto north = bytes.take<std::int16_t>();
  // Degrees of the equator; far north the drawing is narrow.
  double longitude = origin.longitude_deg + east * 1e-6;
  if (longitude > 180) longitude -= 360;
  return {longitude, std::clamp(origin.latitude_deg + north * 1e-6, -90.0, 90.0)};
}

Recorded read(Bytes bytes) {
  Recorded recorded;
  Position origin = kOrigins[0];
  std::size_t features = 0;
  const auto places = [&](std::size_t count) {
    Polyline line;
    for (std::size_t i = 0; i < count && bytes.any(); ++i)
      line.push_back(take_place(bytes, origin));
    return line;
  };
  while (bytes.any() && features < kFeatures) {
    ++features;
    switch (bytes.take<std::uint8_t>()) {
      case 'T':
        recorded.tolerance_m = 0.001 + bytes.take<std::uint8_t>() / 5.0;
        break;
      case 'O':
        origin = kOrigins[bytes.take<std::uint8_t>() % std::size(kOrigins)];
        break;
      case 'L': {
        recorded.line_flags.push_back(bytes.take<std::uint8_t>());
        recorded.lines.push_back(places(bytes.take<std::uint8_t>() % 24));
        break;
      }
      case 'P':
        recorded.point_flags.push_back(bytes.take<std::uint8_t>());
        recorded.points.push_back(take_place(bytes, origin));
        break;
      case 'U':
        recorded.usage_points.push_back(take_place(bytes, origin));
        break;
      case 'F':
        recorded.feeders.push_back(places(bytes.take<std::uint8_t>() % 8));
        break;
      default:
        break;
    }
  }
  return recorded;
}

// What must hold of any answer about places on earth.
void check_resolved(const Recorded& recorded) {
  Drawing drawing;
  drawing.tolerance_m = recorded.tolerance_m;
  drawing.probable_m = recorded.tolerance_m * 3;
  for (std::size_t i = 0; i < recorded.lines.size(); ++i) {
    const Polyline& line = recorded.lines[i];
    if (line.size() < 2 || !std::ranges::all_of(line, is_on_earth)) continue;
    DrawnCourse course;
    course.begin = static_cast<std::uint32_t>(drawing.vertices.size());
    drawing.vertices.insert(drawing.vertices.end(), line.begin(), line.end());
    course.end = static_cast<std::uint32_t>(drawing.vertices.size());
    course.level = recorded.line_flags[i] % 3;
    course.tapped = (recorded.line_flags[i] & 8U) == 0;
    drawing.courses.push_back(course);
  }
  for (std::size_t i = 0; i < recorded.points.size(); ++i) {
    if (!is_on_earth(recorded.points[i])) continue;
    const std::uint8_t flags = recorded.point_flags[i];
    drawing.points.push_back({recorded.points[i], static_cast<DrawnLevel>(flags % 3),
                              static_cast<DrawnLevel>(flags / 3 % 3),
                              static_cast<DrawnPointKind>(flags / 9 % 3), 4.0,
                              static_cast<std::uint32_t>(i)});
  }
  const ResolvedDrawing resolved = resolve_drawing(drawing);
  std::vector<double> length_m(drawing.courses.size(), 0);
  for (const DrawnPart& part : resolved.parts) {
    GRIDMEND_CHECK(part.from < resolved.nodes.size() && part.to < resolved.nodes.size(),
                   "a part ends at nodes");
    GRIDMEND_CHECK(part.end - part.begin >= 2 && part.end <= resolved.vertices.size(),
                   "a part has a course");
    const DrawnLevel level = drawing.courses[part.course].level;
    GRIDMEND_CHECK(
        resolved.nodes[part.from].level == level && resolved.nodes[part.to].level == level,
        "a line ends on its level");
    length_m[part.course] += part.length_m;
  }
  for (std::size_t c = 0; c < length_m.size(); ++c) {
    const auto line = std::span{drawing.vertices}.subspan(
        drawing.courses[c].begin, drawing.courses[c].end - drawing.courses[c].begin);
    GRIDMEND_CHECK(length_m[c] <= gridmend::length_m(line) * (1 + 1e-9) + 1e-6,
                   "parts are not longer than the whole");
  }
  GRIDMEND_CHECK(resolved.points.size() == drawing.points.size(), "no device is lost");
  for (const PointTerminals& point : resolved.points) {
    GRIDMEND_CHECK(point.from < resolved.nodes.size() && point.to < resolved.nodes.size(),
                   "a device has two nodes");
  }
  for (const DrawnNode& node : resolved.nodes) {
    GRIDMEND_CHECK(is_on_earth(node.position), "a node is on earth");
  }
}

void check_network(const Recorded& recorded) {
  ConnectivityRule rule;
  rule.mode = ConnectivityMode::geometry;
  rule.tolerance_m = recorded.tolerance_m;
  rule.assume_feeders = recorded.lines.size() % 2 == 0;
  NetworkBuilder builder;
  const SourceLayer layer = builder.layer("fuzz", "drawn");
  DrawnNetwork drawn{rule};
  constexpr std::string_view kLevels[] = {"mv", "lv", "hv"};
  std::int64_t number = 0;
  for (std::size_t i = 0; i < recorded.lines.size(); ++i) {
    DeviceInput device;
    const std::string id = "line" + std::to_string(i);
    device.mrid = id;
    device.geometry = recorded.lines[i];
    // Some lines have two parts.
    std::vector<std::size_t> ends;
    if (recorded.lines[i].size() > 3 && (recorded.line_flags[i] & 16U) != 0) ends.push_back(2);
    if (recorded.lines[i].size() > 1) ends.push_back(recorded.lines[i].size());
    drawn.add_device({layer, ++number}, device, {kLevels[recorded.line_flags[i] % 3], {}, true, {}},
                     ends);
  }
  for (std::size_t i = 0; i < recorded.points.size(); ++i) {
    DeviceInput device;
    const std::string id = "point" + std::to_string(i);
    device.mrid = id;
    device.kind = static_cast<DeviceKind>(2 + recorded.point_flags[i] % 8);
    device.geometry = {&recorded.points[i], 1};
    drawn.add_device({layer, ++number}, device, {"mv", "lv", true, {}}, {});
  }
  for (std::size_t i = 0; i < recorded.usage_points.size(); ++i) {
    UsagePointInput point;
    const std::string id = "meter" + std::to_string(i);
    point.mrid = id;
    point.position = recorded.usage_points[i];
    drawn.add_usage_point({layer, ++number}, point, {"lv"}, {});
  }
  for (std::size_t i = 0; i < recorded.feeders.size(); ++i) {
    FeederInput feeder;
    const std::string id = "feeder" + std::to_string(i);
    feeder.mrid = id;
    drawn.add_feeder({layer, ++number}, feeder, recorded.feeders[i], {}, {});
  }
  std::move(drawn).resolve(builder);
  const auto built = std::move(builder).finish();
  if (!built) {
    GRIDMEND_CHECK(built.error().reason == "NETWORK_EMPTY", "it is refused by name");
    return;
  }
  GRIDMEND_CHECK(built->usage_points.total == recorded.usage_points.size(),
                 "every usage point is accounted for");
  GRIDMEND_CHECK(NetworkModel::from_records(built->records).has_value(), "the network is sound");
}

}  // namespace
}  // namespace gridmend

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gridmend;
  const Recorded recorded = read({data, size});
  check_resolved(recorded);
  check_network(recorded);
  return 0;
}
