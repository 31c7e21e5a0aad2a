#include "service/drill/true_roads.h"

#include <algorithm>

namespace gridmend {
namespace {

constexpr double kStraight_mps = 30 / 3.6;
constexpr double kDetour = 1.4;
// Conditions are looked up at steps of this, rounded up: rising water counts in advance.
constexpr Duration kStep = std::chrono::minutes{10};

Time step_after(Time at) {
  const auto micros = at.time_since_epoch().count();
  const auto step = kStep.count();
  return Time{Duration{(micros + step - 1) / step * step}};
}

Drive straight(Position from, Position to) {
  const double seconds = kDetour * distance_m(from, to) / kStraight_mps;
  return {seconds, {from, to}, {0, seconds}};
}

// Time is spread over the polyline by length: the ends walked, the middle driven.
Drive along(const RoadPath& path, Position from, Position to) {
  Drive drive;
  drive.seconds = path.seconds;
  drive.polyline.push_back(from);
  drive.polyline.insert(drive.polyline.end(), path.polyline.begin(), path.polyline.end());
  drive.polyline.push_back(to);
  const double whole_m = length_m(drive.polyline);
  double passed_m = 0;
  drive.passed_s.push_back(0);
  for (std::size_t i = 1; i < drive.polyline.size(); ++i) {
    passed_m += distance_m(drive.polyline[i - 1], drive.polyline[i]);
    drive.passed_s.push_back(whole_m > 0 ? path.seconds * passed_m / whole_m : path.seconds);
  }
  return drive;
}

}  // namespace

Position position_at(const Drive& drive, double elapsed_s) {
  const auto next = std::ranges::upper_bound(drive.passed_s, elapsed_s);
  if (next == drive.passed_s.end()) return drive.polyline.back();
  if (next == drive.passed_s.begin()) return drive.polyline.front();
  const auto i = static_cast<std::size_t>(next - drive.passed_s.begin());
  const double before = drive.passed_s[i - 1];
  const double share = (elapsed_s - before) / (drive.passed_s[i] - before);
  const Position a = drive.polyline[i - 1];
  const Position b = drive.polyline[i];
  return {a.longitude_deg + share * (b.longitude_deg - a.longitude_deg),
          a.latitude_deg + share * (b.latitude_deg - a.latitude_deg)};
}

const RoadConditions& TrueRoads::conditions(VehicleClass vehicle_class, Time at) {
  const std::pair key{vehicle_class, step_after(at)};
  const auto found = conditions_.find(key);
  if (found != conditions_.end()) return found->second;
  return conditions_
      .emplace(key, RoadConditions::derive(graph_, vehicle_class, limits_, water_, closures_,
                                           key.second))
      .first->second;
}

void TrueRoads::close(std::vector<RoadClosure> closures) {
  const auto same = [](const RoadClosure& a, const RoadClosure& b) {
    return a.id == b.id && a.from == b.from && a.until == b.until && a.line == b.line &&
           a.area == b.area;
  };
  if (std::ranges::equal(closures, closures_, same)) return;
  closures_ = std::move(closures);
  conditions_.clear();
}

std::optional<Drive> TrueRoads::drive(VehicleClass vehicle_class, Position from, Position to,
                                      Time depart) {
  if (graph_.empty()) return straight(from, to);
  const auto path = fastest_path(graph_, conditions(vehicle_class, depart), from, to);
  if (!path) return std::nullopt;
  // The way must stay open until the crew is through.
  double passed_s = 0;
  for (const Id<RoadEdge> edge : path->edges) {
    passed_s += std::max(0.F, conditions(vehicle_class, depart).seconds(edge));
    if (conditions(vehicle_class, depart + from_seconds(passed_s)).closed(edge))
      return std::nullopt;
  }
  return along(*path, from, to);
}

}  // namespace gridmend
