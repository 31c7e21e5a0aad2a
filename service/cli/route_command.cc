#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/base/printable.h"
#include "data/ingest/water_reader.h"
#include "data/region/region.h"
#include "routing/road/path_steps.h"
#include "service/cli/commands.h"
#include "service/cli/refusal.h"
#include "service/cli/standard_output.h"
#include "service/guard/guarded_process.h"

namespace gridmend {
namespace {

struct Arguments {
  std::string region;
  std::string from;
  std::string to;
  std::string vehicle = "truck";
  std::string water;
  std::string at;
  std::vector<std::string> closures;
  bool json = false;
};

// What the arguments mean, read and checked.
struct Question {
  Region region;
  Position from;
  Position to;
  VehicleClass vehicle = VehicleClass::truck;
  Water water;
  Time at{};
  std::vector<RoadClosure> closures;
};

std::optional<Position> parse_position(std::string_view text) {
  Position p;
  const char* const end = text.data() + text.size();
  const auto longitude = std::from_chars(text.data(), end, p.longitude_deg);
  if (longitude.ec != std::errc{} || longitude.ptr == end || *longitude.ptr != ',') {
    return std::nullopt;
  }
  const auto latitude = std::from_chars(longitude.ptr + 1, end, p.latitude_deg);
  if (latitude.ec != std::errc{} || latitude.ptr != end || !is_on_earth(p)) return std::nullopt;
  return p;
}

std::string check_position(const std::string& text) {
  return parse_position(text) ? "" : "'" + text + "' is no position: write LON,LAT in degrees";
}

std::string check_vehicle(const std::string& text) {
  if (parse_vehicle_class(text)) return "";
  std::string known;
  for (int v = 0; v < kVehicleClasses; ++v) {
    known += (v == 0 ? "" : ", ") + std::string{to_string(static_cast<VehicleClass>(v))};
  }
  return "'" + text + "' is no vehicle class (there are " + known + ")";
}

std::string check_time(const std::string& text) {
  return parse_rfc3339(text) ? "" : "'" + text + "' is no time: write 2026-07-20T02:00:00Z";
}

Result<Question> read_question(const Arguments& arguments) {
  auto region = open_region(arguments.region);
  if (!region) return unexpected(region.error());
  if (region->roads.empty()) {
    return refuse_at({arguments.region, {}, {}, {}}, ErrorCode::failed_precondition,
                     "REGION_WITHOUT_ROADS", "the region has no roads");
  }
  Question question{std::move(*region),
                    *parse_position(arguments.from),
                    *parse_position(arguments.to),
                    *parse_vehicle_class(arguments.vehicle),
                    {},
                    {},
                    {}};
  if (!arguments.at.empty()) question.at = *parse_rfc3339(arguments.at);
  if (!arguments.water.empty()) {
    const auto flood = read_flood(arguments.water);
    if (!flood) return unexpected(flood.error());
    question.water = flood->water();
  }
  for (const std::string& text : arguments.closures) {
    const RoadClosure closure{text, {*parse_position(text)}, Time::min(), {}, "--close"};
    if (closed_edges(question.region.roads, closure).empty()) {
      std::fprintf(stderr, "gridmend route: no road within 15 m of %s: nothing is closed there\n",
                   text.c_str());
    }
    question.closures.push_back(closure);
  }
  return question;
}

RoadConditions conditions_at(const Question& q, Time at) {
  return RoadConditions::derive(q.region.roads, q.vehicle, {}, q.water, q.closures, at);
}

// Why there is no way, as far as the two ends tell.
std::string reason(const Question& q, const RoadConditions& conditions) {
  for (const auto& [position, name] :
       {std::pair{q.from, "start"}, std::pair{q.to, "destination"}}) {
    const auto places = road_places(q.region.roads, conditions, position);
    const bool boat = q.vehicle == VehicleClass::boat;
    if (places.empty()) {
      return fmt::format("no {} within 2 km of the {}",
                         boat ? "street under water deep enough" : "road", name);
    }
    const bool closed =
        std::ranges::all_of(places, [&](const RoadPlace& p) { return conditions.closed(p.edge); });
    if (closed) return fmt::format("the road at the {} is closed or under water", name);
  }
  return "every way between them is closed, under water or missing";
}

// The first moment after `at` at which there is a way, to the minute: water is looked at when a
// slice says so, and between two slices halved.
std::optional<Time> first_opening(const Question& q) {
  const auto open = [&q](Time at) {
    return fastest_path(q.region.roads, conditions_at(q, at), q.from, q.to).has_value();
  };
  Time shut = q.at;
  for (const Time slice : q.water.slice_times()) {
    if (slice <= q.at) continue;
    if (!open(slice)) {
      shut = slice;
      continue;
    }
    Time opened = slice;
    while (opened - shut > std::chrono::minutes{1}) {
      const Time middle = shut + (opened - shut) / 2;
      (open(middle) ? opened : shut) = middle;
    }
    return opened;
  }
  return std::nullopt;
}

nlohmann::ordered_json header_json(const Question& q) {
  nlohmann::ordered_json json;
  json["from"] = {q.from.longitude_deg, q.from.latitude_deg};
  json["to"] = {q.to.longitude_deg, q.to.latitude_deg};
  json["vehicle"] = to_string(q.vehicle);
  if (!q.water.empty()) json["at"] = to_rfc3339(q.at);
  json["derived_roads"] = q.region.roads.origin() == RoadOrigin::derived_access;
  return json;
}

// Names of roads may be in no encoding.
void print_document(const nlohmann::ordered_json& json) {
  const std::string text =
      json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  std::printf("%s\n", text.c_str());
}

void print_json(const Question& q, const RoadConditions& conditions, const RoadPath& path) {
  nlohmann::ordered_json json = header_json(q);
  json["reachable"] = true;
  json["seconds"] = path.seconds;
  json["length_m"] = path.length_m;
  json["on_foot_m"] = path.on_foot_m;
  json["steps"] = nlohmann::ordered_json::array();
  for (const PathStep& step : path_steps(q.region.roads, conditions, path)) {
    json["steps"].push_back({{"name", step.name},
                             {"class", to_string(step.road_class)},
                             {"length_m", step.length_m},
                             {"seconds", step.seconds},
                             {"bridge", step.over_bridge},
                             {"tunnel", step.through_tunnel}});
  }
  json["line"] = nlohmann::ordered_json::array();
  for (const Position p : path.polyline) json["line"].push_back({p.longitude_deg, p.latitude_deg});
  print_document(json);
}

void print_text(const Question& q, const RoadConditions& conditions, const RoadPath& path) {
  std::string text = fmt::format("{:.1f} min, {:.2f} km by {}", path.seconds / 60,
                                 path.length_m / 1000, to_string(q.vehicle));
  if (path.on_foot_m >= 1) text += fmt::format(", {:.0f} m on foot", path.on_foot_m);
  if (q.region.roads.origin() == RoadOrigin::derived_access) {
    text += "\n(over an access network derived from the power lines: the region has no roads)";
  }
  for (const PathStep& step : path_steps(q.region.roads, conditions, path)) {
    const std::string name = step.name.empty() ? "(" + std::string{to_string(step.road_class)} + ")"
                                               : printable(step.name);
    text += fmt::format("\n{:8.2f} km {:6.1f} min  {}{}{}", step.length_m / 1000, step.seconds / 60,
                        name, step.over_bridge ? ", bridge" : "",
                        step.through_tunnel ? ", tunnel" : "");
  }
  std::printf("%s\n", text.c_str());
}

void print_no_way(const Question& q, const RoadConditions& conditions, bool json) {
  const std::string why = reason(q, conditions);
  const auto opens = first_opening(q);
  if (json) {
    nlohmann::ordered_json answer = header_json(q);
    answer["reachable"] = false;
    answer["reason"] = why;
    if (opens) answer["opens_at"] = to_rfc3339(*opens);
    print_document(answer);
    return;
  }
  std::printf("no way for a %s: %s\n", std::string{to_string(q.vehicle)}.c_str(), why.c_str());
  if (opens) std::printf("opens %s\n", to_rfc3339(*opens).c_str());
}

ExitCode run_route(const Arguments& arguments) {
  if (!arguments.water.empty() && arguments.at.empty()) {
    std::fprintf(stderr, "gridmend route: --water needs --at TIME\n");
    return ExitCode::usage;
  }
  const auto question = read_question(arguments);
  if (!question) return tell_refusal("route", question.error(), arguments.json);
  const RoadConditions conditions = conditions_at(*question, question->at);
  const auto path = fastest_path(question->region.roads, conditions, question->from, question->to);
  if (!path) {
    print_no_way(*question, conditions, arguments.json);
  } else if (arguments.json) {
    print_json(*question, conditions, *path);
  } else {
    print_text(*question, conditions, *path);
  }
  return ExitCode::done;
}

// Maps of water come from elsewhere.
ExitCode route_guarded(const Arguments& arguments) {
  if (arguments.water.empty()) return run_route(arguments);
  const auto ran = run_guarded({}, [&](GuardedWork&) {
    return static_cast<int>(with_output_written(run_route(arguments)));
  });
  if (ran) return static_cast<ExitCode>(*ran);
  return tell_refusal("route", ran.error(), arguments.json);
}

}  // namespace

void add_route_command(CLI::App& app, CommandOutcome& outcome) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* const command =
      app.add_subcommand("route", "The fastest drivable path between two positions");
  command->add_option("REGION", arguments->region, "A region made by 'gridmend import'")
      ->required();
  command->add_option("FROM", arguments->from, "LON,LAT in degrees")
      ->required()
      ->check(check_position);
  command->add_option("TO", arguments->to, "LON,LAT in degrees")->required()->check(check_position);
  command->add_option("--vehicle", arguments->vehicle, "car, van, four_wheel_drive, truck, ...")
      ->check(check_vehicle)
      ->capture_default_str();
  command->add_option("--water", arguments->water, "Water over time: a flood.toml");
  command->add_option("--at", arguments->at, "When: 2026-07-20T02:00:00Z")->check(check_time);
  command
      ->add_option("--close", arguments->closures, "LON,LAT of a road that is closed; repeatable")
      ->check(check_position);
  command->add_flag("--json", arguments->json, "Print the path as JSON");
  command->callback([arguments, &outcome] { outcome.exit_code = route_guarded(*arguments); });
}

}  // namespace gridmend
