#include "routing/road/instructions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "routing/road/path_steps.h"

namespace gridmend {
namespace {

constexpr double kLooked_m = 15;
constexpr double kStreetTurns_deg = 45;
constexpr double kHere_m = 1;

double heading_deg(Position from, Position to) {
  const LocalPlane plane{from};
  const PlanePoint p = plane.to_plane(to);
  const double degrees = std::atan2(p.east_m, p.north_m) * 180 / std::numbers::pi;
  return degrees < 0 ? degrees + 360 : degrees;
}

double first_heading(const Polyline& line) {
  return heading_deg(line.front(), position_along(line, std::min(kLooked_m, length_m(line))));
}
double last_heading(const Polyline& line) {
  const double whole_m = length_m(line);
  return heading_deg(position_along(line, std::max(0.0, whole_m - kLooked_m)), line.back());
}

// To the right, -180 to 180.
double turned_deg(double before, double after) {
  const double turned = std::fmod(after - before + 540, 360) - 180;
  return turned == -180 ? 180 : turned;
}

Manoeuvre manoeuvre_of(double turned) {
  const double size = std::abs(turned);
  const bool right = turned > 0;
  if (size < 25) return Manoeuvre::straight_on;
  if (size < 50) return right ? Manoeuvre::slight_right : Manoeuvre::slight_left;
  if (size < 120) return right ? Manoeuvre::right : Manoeuvre::left;
  if (size < 165) return right ? Manoeuvre::sharp_right : Manoeuvre::sharp_left;
  return Manoeuvre::turn_round;
}

class Teller {
 public:
  Teller(const RoadGraph& graph, const RoadConditions& conditions, const RoadPath& path)
      : graph_(graph), conditions_(conditions), path_(path) {}

  std::vector<Instruction> tell() && {
    for (std::size_t i = 0; i < path_.edges.size(); ++i) add_edge(i);
    Instruction last;
    last.manoeuvre = Manoeuvre::arrive;
    last.side = path_.goal.side;
    // Who is there already need not turn round for it.
    if (told_.size() > 1 && told_.back().manoeuvre == Manoeuvre::turn_round &&
        told_.back().length_m < kHere_m) {
      told_[told_.size() - 2].seconds += told_.back().seconds;
      told_[told_.size() - 2].length_m += told_.back().length_m;
      told_.pop_back();
      last.side = -last.side;
    }
    last.position = path_.goal.position;
    if (!path_.edges.empty()) {
      last.street = graph_.name(path_.edges.back());
      last.road_class = graph_.edges()[path_.edges.back()].road_class;
    }
    told_.push_back(std::move(last));
    return std::move(told_);
  }

 private:
  void add_edge(std::size_t i) {
    const Id<RoadEdge> id = path_.edges[i];
    const RoadEdge& e = graph_.edges()[id];
    const auto whole_m = static_cast<double>(e.length_m);
    const double begin_m = i == 0 ? path_.start.along_m : 0.0;
    const double end_m = i + 1 == path_.edges.size() ? path_.goal.along_m : whole_m;
    const Polyline line = graph_.polyline(id);
    const bool scrap = graph_.name(id).empty() && whole_m < kScrap_m && !told_.empty();
    const double heading = first_heading(line);
    if (told_.empty()) {
      begin(Manoeuvre::depart, id, heading, path_.start.position);
    } else if (const double turned = turned_deg(left_by_deg_, heading); round(i)) {
      begin(Manoeuvre::turn_round, id, heading, line.front());
    } else if (!scrap && !goes_on(e, id, turned)) {
      const bool same = same_street(e, id);
      begin(manoeuvre_of(turned), id, heading, line.front());
      told_.back().same_street = same;
    }
    Instruction& now = told_.back();
    now.length_m += end_m - begin_m;
    now.seconds += (whole_m > 0 ? (end_m - begin_m) / whole_m : 1.0) *
                   static_cast<double>(conditions_.seconds(id));
    now.over_bridge |= e.structure == RoadStructure::bridge;
    now.through_tunnel |= e.structure == RoadStructure::tunnel;
    // A scrap between two streets is part of the turn.
    if (!scrap) left_by_deg_ = last_heading(line);
  }

  void begin(Manoeuvre manoeuvre, Id<RoadEdge> id, double heading, Position position) {
    Instruction made;
    made.manoeuvre = manoeuvre;
    made.street = graph_.name(id);
    made.road_class = graph_.edges()[id].road_class;
    made.heading_deg = heading;
    made.position = position;
    told_.push_back(std::move(made));
  }

  bool same_street(const RoadEdge& e, Id<RoadEdge> id) const {
    const Instruction& now = told_.back();
    return now.street == graph_.name(id) && (!now.street.empty() || now.road_class == e.road_class);
  }
  bool goes_on(const RoadEdge& e, Id<RoadEdge> id, double turned) const {
    if (!same_street(e, id)) return false;
    // A bend without another way needs no words.
    int ways = 0;
    for ([[maybe_unused]] const Id<RoadEdge> way : graph_.out_edges(e.from)) ++ways;
    return std::abs(turned) < kStreetTurns_deg || ways <= 2;
  }
  // Back along the street just driven.
  bool round(std::size_t i) const {
    const Id<RoadEdge> before = path_.edges[i - 1];
    const Id<RoadEdge> now = path_.edges[i];
    return graph_.stretch(before) == graph_.stretch(now) && before != now &&
           graph_.edges()[before].from == graph_.edges()[now].to;
  }

  const RoadGraph& graph_;
  const RoadConditions& conditions_;
  const RoadPath& path_;
  std::vector<Instruction> told_;
  double left_by_deg_ = 0;
};

std::string_view class_in_english(RoadClass road_class) {
  constexpr std::array<std::string_view, kRoadClasses> kNames = {
      "the motorway",      "the trunk road", "the main road",          "the secondary road",
      "the tertiary road", "the minor road", "the residential street", "the living street",
      "the service road",  "the track",      "the access way"};
  return kNames[static_cast<std::size_t>(road_class)];
}
std::string_view class_in_chinese(RoadClass road_class) {
  constexpr std::array<std::string_view, kRoadClasses> kNames = {
      "高速公路", "快速路",   "主干路",   "次干路", "支路", "小路",
      "小区道路", "生活街道", "内部道路", "土路",   "便道"};
  return kNames[static_cast<std::size_t>(road_class)];
}

std::size_t wind_of(double heading) {
  return static_cast<std::size_t>(std::fmod(heading + 22.5, 360) / 45);
}

}  // namespace

std::string_view to_string(Manoeuvre manoeuvre) {
  constexpr std::array<std::string_view, 12> kNames = {
      "depart", "straight_on", "slight_left", "left",   "sharp_left", "slight_right",
      "right",  "sharp_right", "turn_round",  "arrive", "launch",     "land"};
  return kNames[static_cast<std::size_t>(manoeuvre)];
}

std::vector<Instruction> instructions(const RoadGraph& graph, const RoadConditions& conditions,
                                      const RoadPath& path) {
  return Teller{graph, conditions, path}.tell();
}

std::string say_in_english(const Instruction& i) {
  constexpr std::array<std::string_view, 8> kWinds = {"north", "north-east", "east", "south-east",
                                                      "south", "south-west", "west", "north-west"};
  const std::string street =
      i.street.empty() ? std::string{class_in_english(i.road_class)} : i.street;
  const auto turn = [&](std::string words) {
    return words + (i.same_street ? " to stay on " : " into ") + street;
  };
  std::string said;
  switch (i.manoeuvre) {
    case Manoeuvre::depart:
      said = "Head " + std::string{kWinds[wind_of(i.heading_deg)]} + " on " + street;
      break;
    case Manoeuvre::straight_on:
      said = "Continue on " + street;
      break;
    case Manoeuvre::slight_left:
      said = turn("Bear left");
      break;
    case Manoeuvre::left:
      said = turn("Turn left");
      break;
    case Manoeuvre::sharp_left:
      said = turn("Turn sharp left");
      break;
    case Manoeuvre::slight_right:
      said = turn("Bear right");
      break;
    case Manoeuvre::right:
      said = turn("Turn right");
      break;
    case Manoeuvre::sharp_right:
      said = turn("Turn sharp right");
      break;
    case Manoeuvre::turn_round:
      said = "Turn round on " + street;
      break;
    case Manoeuvre::arrive:
      said = "Arrive at the destination";
      if (i.side != 0) said += i.side > 0 ? ", on the right" : ", on the left";
      return said;
    case Manoeuvre::launch:
      said = "Launch the boat and head " + std::string{kWinds[wind_of(i.heading_deg)]} + " over " +
             street;
      break;
    case Manoeuvre::land:
      said = "Land and head " + std::string{kWinds[wind_of(i.heading_deg)]} + " on " + street;
      break;
  }
  if (i.over_bridge) said += ", bridge";
  if (i.through_tunnel) said += ", tunnel";
  return said;
}

std::string say_in_chinese(const Instruction& i) {
  constexpr std::array<std::string_view, 8> kWinds = {"北", "东北", "东", "东南",
                                                      "南", "西南", "西", "西北"};
  const std::string street =
      i.street.empty() ? std::string{class_in_chinese(i.road_class)} : i.street;
  const std::string wind{kWinds[wind_of(i.heading_deg)]};
  const auto turn = [&](std::string words) {
    return i.same_street ? words + "，仍沿" + street + "行驶" : words + "进入" + street;
  };
  std::string said;
  switch (i.manoeuvre) {
    case Manoeuvre::depart:
      said = "沿" + street + "向" + wind + "出发";
      break;
    case Manoeuvre::straight_on:
      said = "继续沿" + street + "行驶";
      break;
    case Manoeuvre::slight_left:
      said = turn("靠左");
      break;
    case Manoeuvre::left:
      said = turn("左转");
      break;
    case Manoeuvre::sharp_left:
      said = turn("向左急转");
      break;
    case Manoeuvre::slight_right:
      said = turn("靠右");
      break;
    case Manoeuvre::right:
      said = turn("右转");
      break;
    case Manoeuvre::sharp_right:
      said = turn("向右急转");
      break;
    case Manoeuvre::turn_round:
      said = "在" + street + "掉头";
      break;
    case Manoeuvre::arrive:
      said = "到达目的地";
      if (i.side != 0) said += i.side > 0 ? "，在右侧" : "，在左侧";
      return said;
    case Manoeuvre::launch:
      said = "冲锋舟下水，沿" + street + "向" + wind + "行驶";
      break;
    case Manoeuvre::land:
      said = "上岸，沿" + street + "向" + wind + "行驶";
      break;
  }
  if (i.over_bridge) said += "，过桥";
  if (i.through_tunnel) said += "，穿过隧道";
  return said;
}

}  // namespace gridmend
