#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/base/printable.h"
#include "data/ingest/closure_feed.h"
#include "data/ingest/water_reader.h"
#include "data/region/region.h"
#include "routing/road/boat_travel.h"
#include "routing/road/instructions.h"
#include "routing/road/path_steps.h"
#include "routing/road/road_access.h"
#include "routing/road/road_water.h"
#include "service/cli/commands.h"
#include "service/cli/launch_points.h"
#include "service/cli/left_out.h"
#include "service/cli/position_argument.h"
#include "service/cli/refusal.h"
#include "service/cli/standard_output.h"
#include "service/cli/time_option.h"
#include "service/guard/guarded_process.h"

namespace gridmend {
namespace {

struct RouteArguments {
  std::string region;
  std::string from;
  std::string to;
  std::string vehicle = "truck";
  std::string water;
  std::string at;
  double work_min = 0;
  bool all_classes = false;
  std::vector<std::string> closures;
  std::vector<std::string> feeds;
  std::vector<std::string> launches;
  std::string language = "en";
  bool json = false;
  bool geojson = false;
};

// What the arguments mean, read and checked.
struct Question {
  Region region;
  Position from;
  Position to;
  VehicleClass vehicle = VehicleClass::truck;
  Water water;
  Time at{};
  Duration work{};
  bool chinese = false;
  std::vector<RoadClosure> closures;
  BoatSettings boats;
  std::size_t water_left_out = 0;  // features of the pictures of the water
  std::size_t edges_outside = 0;   // of the picture that leaves out the most
};

std::string check_vehicle(const std::string& text) {
  if (parse_vehicle_class(text)) return "";
  std::string known;
  for (int v = 0; v < kVehicleClasses; ++v) {
    known += (v == 0 ? "" : ", ") + std::string{to_string(static_cast<VehicleClass>(v))};
  }
  return "'" + text + "' is no vehicle class (there are " + known + ")";
}

// A feed of another place, or of streets the region has not, closes nothing and would not be
// missed.
void tell_closures_beside_roads(const std::string& feed, const std::vector<RoadClosure>& closures,
                                const RoadGraph& roads) {
  std::size_t beside = 0;
  std::string first;
  for (const RoadClosure& closure : closures) {
    if (!closed_edges(roads, closure).empty()) continue;
    if (beside++ == 0) first = closure.id;
  }
  if (beside == 0) return;
  std::fprintf(
      stderr,
      "gridmend route: %s: %zu of %zu, '%s' first, lie on no road of the region: they close "
      "nothing\n",
      feed.c_str(), beside, closures.size(), printable(first).c_str());
}

// Where a raster does not reach nobody has looked for water.
void tell_edges_outside(const std::vector<WaterSlice>& slices, Question& question) {
  const auto is_at_roads = [&](const DepthPolygon& polygon) {
    return std::ranges::any_of(polygon.rings, [&](const Polyline& ring) {
      return !question.region.roads.stretches_touching(box_of(ring)).empty();
    });
  };
  for (const WaterSlice& slice : slices) {
    if (!slice.grid && !slice.polygons.empty() &&
        std::ranges::none_of(slice.polygons, is_at_roads)) {
      std::fprintf(stderr, "gridmend route: %s: its water lies nowhere near the region's roads\n",
                   printable(slice.id).c_str());
    }
    if (!slice.grid) continue;
    const std::size_t outside = edges_outside(question.region.roads, *slice.grid);
    question.edges_outside = std::max(question.edges_outside, outside);
    if (outside == 0) continue;
    std::fprintf(stderr,
                 "gridmend route: %s: %zu of %zu road edges lie outside its picture, where %s\n",
                 printable(slice.id).c_str(), outside, question.region.roads.edges().size(),
                 !slice.polygons.empty() ? "they have the depth that is assumed there"
                 : slice.dry_elsewhere   ? "it is dry"
                                         : "only the water of other pictures counts");
  }
}

Result<Question> read_question(const RouteArguments& arguments) {
  auto region = open_region(arguments.region);
  if (!region) return unexpected(region.error());
  if (region->roads.empty()) {
    return refuse_at({arguments.region, {}, {}, {}}, ErrorCode::failed_precondition,
                     "REGION_WITHOUT_ROADS", "the region has no roads");
  }
  Question question{std::move(*region),
                    *parse_lon_lat(arguments.from),
                    *parse_lon_lat(arguments.to),
                    *parse_vehicle_class(arguments.vehicle),
                    {},
                    {},
                    from_seconds(60 * arguments.work_min),
                    arguments.language == "zh",
                    {},
                    {},
                    0,
                    0};
  question.boats.launches = read_launch_points("route", arguments.launches, question.region.roads);
  if (!arguments.at.empty()) question.at = *parse_rfc3339(arguments.at);
  if (!arguments.water.empty()) {
    const auto flood = read_flood(arguments.water);
    if (!flood) return unexpected(flood.error());
    question.water_left_out = tell_left_out_water("route", flood->defects);
    tell_water_notes("route", flood->notes);
    question.water = flood->water();
    tell_edges_outside(flood->slices, question);
  }
  for (const std::string& note : question.region.notes) {
    std::fprintf(stderr, "gridmend route: %s: %s\n", arguments.region.c_str(), note.c_str());
  }
  for (const std::string& text : arguments.closures) {
    const RoadClosure closure{text, {*parse_lon_lat(text)}, Time::min(), {}, "--close"};
    if (closed_edges(question.region.roads, closure).empty()) {
      std::fprintf(stderr, "gridmend route: no road within 15 m of %s: nothing is closed there\n",
                   text.c_str());
    }
    question.closures.push_back(closure);
  }
  for (const std::string& path : arguments.feeds) {
    auto feed = read_closure_feed(path);
    if (!feed) return unexpected(feed.error());
    std::fprintf(stderr, "gridmend route: %s: %zu closed roads, %zu entries that close none\n",
                 path.c_str(), feed->closures.size(), feed->no_closures);
    for (const Defect& defect : feed->defects) {
      std::fprintf(stderr, "gridmend route: %s, entry %s: %s: left out\n",
                   defect.place.file.c_str(), printable(defect.place.feature_id).c_str(),
                   printable(defect.message).c_str());
    }
    for (const Defect& note : feed->notes) {
      std::fprintf(stderr, "gridmend route: %s, %s: %s\n", note.place.file.c_str(),
                   printable(note.message).c_str(), note.action.c_str());
    }
    tell_closures_beside_roads(path, feed->closures, question.region.roads);
    std::ranges::move(feed->closures, std::back_inserter(question.closures));
  }
  return question;
}

// What the questions of all classes of vehicle share.
struct SharedRoads {
  RoadStates states;
  RoadIndex index;  // of boats that have launch points
  SampledWater sampled;
};

SharedRoads share_roads(const Question& q) {
  if (q.boats.launches.empty()) return {RoadStates{q.region.roads}, {}, {}};
  auto index = RoadIndex::from_order(q.region.roads, {}, q.region.road_order);
  if (!index) index = RoadIndex::build(q.region.roads);
  return {index->states(), *index, {}};
}

RoadAccess ask(const Question& q, VehicleClass vehicle, SharedRoads& shared) {
  const VehicleLimits limits;
  const SnapSettings snap;
  const AccessQuestion question{q.from, q.to, vehicle, q.at, q.work};
  const ChangingRoads roads{shared.states, q.water, q.closures,
                            limits,        snap,    std::chrono::minutes{10}};
  return vehicle == VehicleClass::boat
             ? find_boat_access(shared.index, roads, q.boats, question, shared.sampled)
             : find_access(roads, question, shared.sampled);
}

// By class of vehicle.
using AllAccess = std::vector<std::pair<VehicleClass, RoadAccess>>;

// Of the others nothing is asked where the one that was asked for gets there.
AllAccess ask_all(const Question& q, bool all_classes) {
  SharedRoads shared = share_roads(q);
  AllAccess all{{q.vehicle, ask(q, q.vehicle, shared)}};
  if (all.front().second.reachable && !all_classes) return all;
  for (int v = 0; v < kVehicleClasses; ++v) {
    const auto vehicle = static_cast<VehicleClass>(v);
    if (vehicle != q.vehicle) all.emplace_back(vehicle, ask(q, vehicle, shared));
  }
  std::ranges::sort(all.begin() + 1, all.end(), {}, &AllAccess::value_type::first);
  return all;
}

// Why there is no way.
std::string reason(VehicleClass vehicle, const RoadAccess& access) {
  const bool boat = vehicle == VehicleClass::boat;
  const std::string_view road = boat ? "street under water deep enough" : "road";
  switch (access.reason) {
    case NoAccess::no_road_at_start:
      return fmt::format("no {} within 2 km of the start", road);
    case NoAccess::no_road_at_site:
      return fmt::format("no {} within 2 km of the destination", road);
    case NoAccess::closed_at_start:
      return "the road at the start is closed or under water";
    case NoAccess::closed_at_site:
      return "the road at the destination is closed or under water";
    case NoAccess::no_walk_at_start:
      return "the way on foot between the start and the road is under water";
    case NoAccess::no_walk_at_site:
      return "the way on foot between the road and the destination is under water";
    case NoAccess::too_short:
      return fmt::format(
          "there is a way in, but it closes {}, before the work is done and the "
          "vehicle is out again",
          to_rfc3339(access.too_short->until));
    case NoAccess::none:
    case NoAccess::no_way:
      break;
  }
  return "every way between them is closed, under water or missing";
}

nlohmann::ordered_json coordinates(Position p) { return {p.longitude_deg, p.latitude_deg}; }

// From when until when.
void add_times(const RoadAccess& access, nlohmann::ordered_json& json) {
  if (!access.reachable) json["opens_at"] = to_rfc3339(access.set_out);
  if (access.span->until == Time::max()) return;
  json["closes_at"] = to_rfc3339(access.span->until);
  json["start_work_by"] = to_rfc3339(access.start_by);
}

nlohmann::ordered_json class_json(VehicleClass vehicle, const RoadAccess& access) {
  nlohmann::ordered_json json{{"vehicle", to_string(vehicle)}, {"reachable", access.reachable}};
  if (!access.reachable) json["reason"] = reason(vehicle, access);
  if (!access.span) return json;
  add_times(access, json);
  json["seconds"] = access.way_in->seconds;
  return json;
}

nlohmann::ordered_json header_json(const Question& q, const AllAccess& all) {
  const RoadAccess& access = all.front().second;
  nlohmann::ordered_json json;
  json["from"] = coordinates(q.from);
  json["to"] = coordinates(q.to);
  json["vehicle"] = to_string(q.vehicle);
  if (!q.water.empty()) json["at"] = to_rfc3339(q.at);
  json["derived_roads"] = q.region.roads.origin() == RoadOrigin::derived_access;
  // Who reads the answer does not read standard error.
  if (q.water_left_out > 0) json["water_features_left_out"] = q.water_left_out;
  if (q.edges_outside > 0) json["road_edges_outside_water"] = q.edges_outside;
  json["reachable"] = access.reachable;
  if (!access.reachable) json["reason"] = reason(q.vehicle, access);
  for (std::size_t i = 0; i < all.size() && all.size() > 1; ++i)
    json["by_class"].push_back(class_json(all[i].first, all[i].second));
  if (!access.span) return json;
  add_times(access, json);
  json["way_out_seconds"] = access.way_out_s;
  return json;
}

// Names of roads may be in no encoding.
void print_document(const nlohmann::ordered_json& json) {
  const std::string text =
      json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  std::printf("%s\n", text.c_str());
}

nlohmann::ordered_json instruction_json(const Instruction& i) {
  return {{"manoeuvre", to_string(i.manoeuvre)},
          {"street", i.street},
          {"en", say_in_english(i)},
          {"zh", say_in_chinese(i)},
          {"length_m", i.length_m},
          {"seconds", i.seconds}};
}

void print_json(const Question& q, const AllAccess& all) {
  const RoadAccess& access = all.front().second;
  nlohmann::ordered_json json = header_json(q, all);
  if (access.span) {
    const RoadPath& path = *access.way_in;
    json["seconds"] = path.seconds;
    json["length_m"] = path.length_m;
    json["on_foot_m"] = path.on_foot_m;
    json["steps"] = nlohmann::ordered_json::array();
    for (const PathStep& step : path_steps(q.region.roads, *access.conditions, path)) {
      json["steps"].push_back({{"name", step.name},
                               {"class", to_string(step.road_class)},
                               {"length_m", step.length_m},
                               {"seconds", step.seconds},
                               {"bridge", step.over_bridge},
                               {"tunnel", step.through_tunnel}});
    }
    json["instructions"] = nlohmann::ordered_json::array();
    for (const Instruction& i : access.steps) {
      json["instructions"].push_back(instruction_json(i));
      json["instructions"].back()["position"] = coordinates(i.position);
    }
    json["line"] = nlohmann::ordered_json::array();
    for (const Position p : path.polyline) json["line"].push_back(coordinates(p));
  }
  print_document(json);
}

// The way as a line and each instruction as a point, for a map.
void print_geojson(const Question& q, const AllAccess& all) {
  const RoadAccess& access = all.front().second;
  const auto feature = [](const char* type, nlohmann::ordered_json where,
                          nlohmann::ordered_json properties) {
    return nlohmann::ordered_json{
        {"type", "Feature"},
        {"properties", std::move(properties)},
        {"geometry", {{"type", type}, {"coordinates", std::move(where)}}}};
  };
  nlohmann::ordered_json features = nlohmann::ordered_json::array();
  if (access.span) {
    const RoadPath& path = *access.way_in;
    nlohmann::ordered_json line = nlohmann::ordered_json::array();
    for (const Position p : path.polyline) line.push_back(coordinates(p));
    nlohmann::ordered_json properties = header_json(q, all);
    properties["seconds"] = path.seconds;
    properties["length_m"] = path.length_m;
    features.push_back(feature("LineString", std::move(line), std::move(properties)));
    for (const Instruction& i : access.steps) {
      features.push_back(feature("Point", coordinates(i.position), instruction_json(i)));
    }
  } else {
    features.push_back(feature("Point", coordinates(q.to), header_json(q, all)));
  }
  const nlohmann::ordered_json collection{{"type", "FeatureCollection"},
                                          {"features", std::move(features)}};
  print_document(collection);
}

void print_way(const Question& q, const RoadAccess& access) {
  const RoadPath& path = *access.way_in;
  std::string text = fmt::format("{:.1f} min, {:.2f} km by {}", path.seconds / 60,
                                 path.length_m / 1000, to_string(q.vehicle));
  if (path.on_foot_m >= 1) text += fmt::format(", {:.0f} m on foot", path.on_foot_m);
  if (q.region.roads.origin() == RoadOrigin::derived_access) {
    text += "\n(over an access network derived from the power lines: the region has no roads)";
  }
  for (const Instruction& i : access.steps) {
    const std::string said = printable(q.chinese ? say_in_chinese(i) : say_in_english(i));
    if (i.manoeuvre == Manoeuvre::arrive) {
      text += fmt::format("\n{:24}{}", "", said);
    } else {
      text += fmt::format("\n{:8.2f} km {:6.1f} min  {}", i.length_m / 1000, i.seconds / 60, said);
    }
  }
  if (access.span->until < Time::max()) {
    text += fmt::format("\nopen until {}; way out {:.1f} min: work must begin by {}",
                        to_rfc3339(access.span->until), access.way_out_s / 60,
                        to_rfc3339(std::chrono::floor<std::chrono::seconds>(access.start_by)));
  }
  std::printf("%s\n", text.c_str());
}

// "van               14.7 min, until 2026-07-20T06:10:00Z", one class a line.
void print_by_class(const AllAccess& all) {
  std::printf("by class of vehicle:\n");
  for (const auto& [vehicle, access] : all) {
    std::string text;
    if (!access.span) {
      text = "no way: " + reason(vehicle, access);
    } else {
      text = fmt::format("{:.1f} min", access.way_in->seconds / 60);
      if (!access.reachable) text += ", from " + to_rfc3339(access.set_out);
      if (access.span->until < Time::max()) text += ", until " + to_rfc3339(access.span->until);
    }
    std::printf("  %-18s%s\n", std::string{to_string(vehicle)}.c_str(), text.c_str());
  }
}

void print_text(const Question& q, const AllAccess& all) {
  const RoadAccess& access = all.front().second;
  if (!access.reachable) {
    std::printf("no way for a %s: %s\n", std::string{to_string(q.vehicle)}.c_str(),
                reason(q.vehicle, access).c_str());
    if (access.span) std::printf("opens %s; then:\n", to_rfc3339(access.set_out).c_str());
  }
  if (access.span) print_way(q, access);
  if (all.size() > 1) print_by_class(all);
}

ExitCode run_route(const RouteArguments& arguments) {
  if (!arguments.launches.empty() && arguments.vehicle != to_string(VehicleClass::boat)) {
    std::fprintf(stderr, "gridmend route: --launch is for --vehicle boat\n");
    return ExitCode::usage;
  }
  if ((!arguments.water.empty() || !arguments.feeds.empty()) && arguments.at.empty()) {
    std::fprintf(stderr, "gridmend route: --water and --closures need --at TIME\n");
    return ExitCode::usage;
  }
  const auto question = read_question(arguments);
  if (!question) return tell_refusal("route", question.error(), arguments.json);
  const AllAccess all = ask_all(*question, arguments.all_classes);
  if (arguments.geojson) {
    print_geojson(*question, all);
  } else if (arguments.json) {
    print_json(*question, all);
  } else {
    print_text(*question, all);
  }
  return ExitCode::done;
}

// Maps of water and feeds come from elsewhere.
ExitCode route_guarded(const RouteArguments& arguments) {
  if (arguments.water.empty() && arguments.feeds.empty()) return run_route(arguments);
  const auto ran = run_guarded({}, [&](GuardedWork&) {
    return static_cast<int>(with_output_written(run_route(arguments)));
  });
  if (ran) return static_cast<ExitCode>(*ran);
  return tell_refusal("route", ran.error(), arguments.json);
}

}  // namespace

void add_route_command(CLI::App& app, CommandOutcome& outcome) {
  const auto arguments = std::make_shared<RouteArguments>();
  CLI::App* const command =
      app.add_subcommand("route", "The fastest way there, from when until when");
  command->add_option("REGION", arguments->region, "A region made by 'gridmend import'")
      ->required();
  command->add_option("FROM", arguments->from, "LON,LAT in degrees")
      ->required()
      ->check(check_lon_lat);
  command->add_option("TO", arguments->to, "LON,LAT in degrees")->required()->check(check_lon_lat);
  command->add_option("--vehicle", arguments->vehicle, "car, van, four_wheel_drive, truck, ...")
      ->check(check_vehicle)
      ->capture_default_str();
  command->add_option("--water", arguments->water, "Water over time: a flood.toml");
  command->add_option("--at", arguments->at, "When: 2026-07-20T02:00:00Z")->check(check_time);
  command
      ->add_option("--close", arguments->closures, "LON,LAT of a road that is closed; repeatable")
      ->check(check_lon_lat);
  command->add_option("--closures", arguments->feeds,
                      "Closed roads as a Waze CIFS or WZDx feed (JSON); repeatable");
  command
      ->add_option("--launch", arguments->launches,
                   "LON,LAT where a boat is launched from its trailer; repeatable")
      ->check(check_lon_lat);
  command->add_option("--work", arguments->work_min, "Minutes of work at the destination")
      ->check(CLI::Range(0.0, 525'600.0));
  command->add_flag("--all-classes", arguments->all_classes,
                    "Tell of every class of vehicle, even where the one asked for gets there");
  command->add_option("--language", arguments->language, "Of the instructions: en or zh")
      ->check(CLI::IsMember({"en", "zh"}))
      ->capture_default_str();
  CLI::Option* const json = command->add_flag("--json", arguments->json, "Print the path as JSON");
  command->add_flag("--geojson", arguments->geojson, "Print it as GeoJSON, for a map")
      ->excludes(json);
  command->callback([arguments, &outcome] { outcome.exit_code = route_guarded(*arguments); });
}

}  // namespace gridmend
