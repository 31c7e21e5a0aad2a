#include "service/converters/access_converter.h"

#include "service/converters/enum_converter.h"
#include "service/converters/geography_converter.h"
#include "service/converters/time_converter.h"

namespace gridmend {
namespace {

v1::RouteStep::Manoeuvre manoeuvre_of(Manoeuvre manoeuvre) {
  switch (manoeuvre) {
    case Manoeuvre::depart:
      return v1::RouteStep::DEPART;
    case Manoeuvre::straight_on:
      return v1::RouteStep::CONTINUE;
    case Manoeuvre::slight_left:
      return v1::RouteStep::SLIGHT_LEFT;
    case Manoeuvre::left:
      return v1::RouteStep::LEFT;
    case Manoeuvre::sharp_left:
      return v1::RouteStep::SHARP_LEFT;
    case Manoeuvre::slight_right:
      return v1::RouteStep::SLIGHT_RIGHT;
    case Manoeuvre::right:
      return v1::RouteStep::RIGHT;
    case Manoeuvre::sharp_right:
      return v1::RouteStep::SHARP_RIGHT;
    case Manoeuvre::turn_round:
      return v1::RouteStep::TURN_ROUND;
    case Manoeuvre::arrive:
      return v1::RouteStep::ARRIVE;
    case Manoeuvre::launch:
      return v1::RouteStep::LAUNCH;
    case Manoeuvre::land:
      return v1::RouteStep::LAND;
  }
  return v1::RouteStep::MANOEUVRE_UNSPECIFIED;
}

std::string because(NoAccess reason) {
  switch (reason) {
    case NoAccess::none:
      return "";
    case NoAccess::no_road_at_start:
      return "no road within reach of the start";
    case NoAccess::no_road_at_site:
      return "no road within reach of the site";
    case NoAccess::closed_at_start:
      return "the road at the start is closed or under water";
    case NoAccess::closed_at_site:
      return "the road at the site is closed or under water";
    case NoAccess::no_way:
      return "no drivable way for this class of vehicle under the present water and closures";
    case NoAccess::no_walk_at_start:
      return "the way on foot between the start and the road is under water";
    case NoAccess::no_walk_at_site:
      return "the way on foot between the road and the site is under water";
    case NoAccess::too_short:
      return "there is a way, but it closes before the work is done and the crew is out again";
  }
  return "";
}

}  // namespace

std::string say_why(const RoadAccess& access) {
  std::string why = because(access.reason);
  if (access.too_short && access.too_short->until < Time::max()) {
    why += ": at " + to_rfc3339(access.too_short->until);
  }
  return why;
}

v1::RouteStep route_step(const Instruction& instruction) {
  v1::RouteStep step;
  step.set_manoeuvre(manoeuvre_of(instruction.manoeuvre));
  step.set_street(instruction.street);
  step.set_english(say_in_english(instruction));
  step.set_chinese(say_in_chinese(instruction));
  step.set_length_m(instruction.length_m);
  *step.mutable_duration() = to_proto(from_seconds(instruction.seconds));
  *step.mutable_position() = to_proto(instruction.position);
  return step;
}

v1::ClassAccess class_access(VehicleClass vehicle_class, const RoadAccess& access) {
  v1::ClassAccess message;
  message.set_vehicle_class(to_proto(vehicle_class));
  message.set_reachable(access.reachable);
  message.set_reason(say_why(access));
  if (!access.span) return message;
  *message.mutable_travel_time() = to_proto(from_seconds(access.way_in->seconds));
  if (!access.reachable) *message.mutable_opens_at() = to_proto(access.set_out);
  if (access.span->until < Time::max()) {
    *message.mutable_closes_at() = to_proto(access.span->until);
    *message.mutable_start_by() = to_proto(access.start_by);
  }
  return message;
}

v1::Access to_proto(const RoadAccess& access) {
  v1::Access message;
  message.set_reachable(access.reachable);
  message.set_reason(say_why(access));
  if (!access.span) return message;
  const RoadPath& path = *access.way_in;
  *message.mutable_travel_time() = to_proto(from_seconds(path.seconds));
  message.set_length_m(path.length_m);
  message.set_on_foot_m(path.on_foot_m);
  *message.mutable_path() = to_proto(path.polyline);
  if (!access.reachable) *message.mutable_opens_at() = to_proto(access.set_out);
  *message.mutable_arrive_at() = to_proto(access.arrive);
  *message.mutable_way_out() = to_proto(from_seconds(access.way_out_s));
  if (access.span->until < Time::max()) {
    *message.mutable_closes_at() = to_proto(access.span->until);
    *message.mutable_start_by() = to_proto(access.start_by);
  }
  for (const Instruction& step : access.steps) *message.add_steps() = route_step(step);
  return message;
}

}  // namespace gridmend
