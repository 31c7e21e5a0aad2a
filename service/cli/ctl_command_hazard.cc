#include <google/protobuf/util/json_util.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

#include "core/base/clock.h"
#include "core/base/printable.h"
#include "gridmend/v1/hazard.grpc.pb.h"
#include "service/cli/ctl_session.h"
#include "service/cli/text_table.h"
#include "service/converters/time_converter.h"

namespace gridmend {

namespace {

using HazardStub = v1::HazardService::Stub;

// One layer a line, the JSON form of WaterLayer; a file that is one object over several lines is
// taken whole.
bool put_layer(CtlSession& session, const std::string& where, const std::string& json) {
  v1::PutWaterRequest request;
  request.set_request_id(fresh_request_id());
  const auto read = google::protobuf::util::JsonStringToMessage(json, request.mutable_layer());
  if (!read.ok()) {
    session.refuse(where + ": not a water layer: " + std::string{read.message()});
    return false;
  }
  v1::PutWaterResponse response;
  if (!session.call<v1::HazardService>(&HazardStub::PutWater, request, response)) return false;
  if (session.json) {
    session.print_json(response);
  } else {
    std::printf("%s put; revision %llu\n", printable(request.layer().id()).c_str(),
                static_cast<unsigned long long>(response.revision()));
  }
  return true;
}

bool put_file(CtlSession& session, const std::string& path) {
  std::ifstream file{path};
  if (!file) {
    session.refuse(path + ": cannot be read");
    return false;
  }
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  v1::WaterLayer whole;
  if (google::protobuf::util::JsonStringToMessage(text, &whole).ok()) {
    return put_layer(session, path, text);
  }
  std::size_t begin = 0;
  for (std::size_t number = 1; begin < text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    if (!put_layer(session, path + ", line " + std::to_string(number), line)) return false;
  }
  return true;
}

void list_water(CtlSession& session) {
  v1::ListWaterRequest request;
  TextTable table{{"layer", "valid at"}};
  do {
    v1::ListWaterResponse response;
    if (!session.call<v1::HazardService>(&HazardStub::ListWater, request, response)) return;
    if (session.json) session.print_json(response);
    for (const auto& layer : response.layers()) table.add({layer.id(), show(layer.valid_time())});
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  if (!session.json) std::fputs(table.to_string("no water").c_str(), stdout);
}

struct ClosureOptions {
  std::string id;
  std::vector<std::string> at;
  std::string reason;
  std::string until;
};

void close_road(CtlSession& session, const ClosureOptions& options) {
  v1::CloseRoadRequest request;
  request.set_request_id(fresh_request_id());
  request.set_operator_(session.operator_name);
  v1::RoadClosure& closure = *request.mutable_closure();
  closure.set_id(options.id);
  closure.set_reason(options.reason);
  for (const std::string& position : options.at) {
    if (!read_position(position, *closure.mutable_line()->add_positions())) {
      return session.refuse("--at wants LON,LAT in degrees", ExitCode::usage);
    }
  }
  if (!options.until.empty()) {
    const auto until = parse_rfc3339(options.until);
    if (!until) return session.refuse("--until wants a time", ExitCode::usage);
    *closure.mutable_until() = to_proto(*until);
  }
  v1::RoadClosure made;
  if (!session.call<v1::HazardService>(&HazardStub::CloseRoad, request, made)) return;
  if (session.json) return session.print_json(made);
  std::printf("closed as %s\n", made.id().c_str());
}

void reopen_road(CtlSession& session, const std::string& id) {
  v1::ReopenRoadRequest request;
  request.set_request_id(fresh_request_id());
  request.set_id(id);
  request.set_operator_(session.operator_name);
  v1::ReopenRoadResponse response;
  if (!session.call<v1::HazardService>(&HazardStub::ReopenRoad, request, response)) return;
  if (session.json) return session.print_json(response);
  std::printf("%s reopened\n", id.c_str());
}

void list_closures(CtlSession& session) {
  v1::ListRoadClosuresRequest request;
  request.set_page_size(1000);
  TextTable table{{"closure", "from", "until", "at", "reason"}};
  do {
    v1::ListRoadClosuresResponse response;
    if (!session.call<v1::HazardService>(&HazardStub::ListRoadClosures, request, response)) return;
    if (session.json) session.print_json(response);
    for (const auto& closure : response.closures()) {
      table.add({closure.id(), show(closure.from()), show(closure.until()),
                 show(closure.line().positions(0)), closure.reason()});
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  if (!session.json) std::fputs(table.to_string("no closures").c_str(), stdout);
}

struct AccessOptions {
  std::string crew;
  std::string from;
  std::string task;
  std::string device;
  std::string site;
  std::string vehicle;
  std::string at;
  double work_min = -1;
  bool chinese = false;
};

bool read_access(CtlSession& session, const AccessOptions& options, v1::GetAccessRequest& request) {
  const auto wrong = [&](const std::string& what) {
    session.refuse(what, ExitCode::usage);
    return false;
  };
  if (!options.crew.empty()) {
    request.set_crew(options.crew);
  } else if (!read_position(options.from, *request.mutable_position())) {
    return wrong("--from wants LON,LAT in degrees");
  }
  if (!options.task.empty()) {
    request.set_work_task(options.task);
  } else if (!options.device.empty()) {
    request.set_device(options.device);
  } else if (!read_position(options.site, *request.mutable_site())) {
    return wrong("--site wants LON,LAT in degrees");
  }
  if (!options.vehicle.empty()) {
    std::string name = options.vehicle;
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
    v1::Vehicle::Class known = v1::Vehicle::CLASS_UNSPECIFIED;
    if (!v1::Vehicle::Class_Parse(name, &known)) {
      return wrong("--vehicle: there is no class '" + options.vehicle + "'");
    }
    request.set_vehicle_class(known);
  }
  if (!options.at.empty()) {
    const auto at = parse_rfc3339(options.at);
    if (!at) return wrong("--at wants a time");
    *request.mutable_at() = to_proto(*at);
  }
  if (options.work_min >= 0)
    *request.mutable_work() = to_proto(from_seconds(60 * options.work_min));
  return true;
}

void ask_access(CtlSession& session, const AccessOptions& options) {
  v1::GetAccessRequest request;
  if (!read_access(session, options, request)) return;
  v1::Access access;
  if (!session.call<v1::HazardService>(&HazardStub::GetAccess, request, access)) return;
  if (session.json) return session.print_json(access);
  if (!access.reachable()) std::printf("unreachable: %s\n", access.reason().c_str());
  if (access.has_opens_at()) std::printf("opens %s\n", show(access.opens_at()).c_str());
  if (!access.has_arrive_at()) return;
  std::printf("%.1f min, %.2f km, there at %s\n",
              static_cast<double>(access.travel_time().seconds()) / 60, access.length_m() / 1000,
              show(access.arrive_at()).c_str());
  for (const v1::RouteStep& step : access.steps()) {
    std::printf("%8.2f km  %s\n", step.length_m() / 1000,
                (options.chinese ? step.chinese() : step.english()).c_str());
  }
  if (!access.has_closes_at()) return;
  std::printf(
      "closes %s; way out %.1f min: work must begin by %s\n", show(access.closes_at()).c_str(),
      static_cast<double>(access.way_out().seconds()) / 60, show(access.start_by()).c_str());
}

}  // namespace

void add_ctl_hazard_commands(CLI::App& ctl, const std::shared_ptr<CtlSession>& session) {
  CLI::App* water = ctl.add_subcommand("water", "Water layers");
  water->require_subcommand(1);
  auto files = std::make_shared<std::vector<std::string>>();
  CLI::App* put = water->add_subcommand("put", "Send layers: JSON, one a file or one a line");
  put->add_option("files", *files)->required();
  put->callback([session, files] {
    for (const std::string& file : *files) {
      if (!put_file(*session, file)) return;
    }
  });
  CLI::App* list = water->add_subcommand("list", "Layers by valid time");
  list->callback([session] { list_water(*session); });
  for (CLI::App* command : {put, list}) command->fallthrough();

  auto options = std::make_shared<ClosureOptions>();
  CLI::App* close = ctl.add_subcommand("close-road", "Close a stretch of road");
  close->add_option("--at", options->at, "LON,LAT in degrees; several make a line")->required();
  close->add_option("--id", options->id);
  close->add_option("--reason", options->reason);
  close->add_option("--until", options->until, "2026-07-20T18:00:00Z");
  close->callback([session, options] { close_road(*session, *options); });

  auto id = std::make_shared<std::string>();
  CLI::App* reopen = ctl.add_subcommand("reopen-road", "Reopen a closure");
  reopen->add_option("id", *id)->required();
  reopen->callback([session, id] { reopen_road(*session, *id); });

  auto asked = std::make_shared<AccessOptions>();
  CLI::App* access = ctl.add_subcommand("access", "Can a crew get there, from when until when");
  auto* crew = access->add_option("--crew", asked->crew, "Of this crew, from where it is");
  access->add_option("--from", asked->from, "LON,LAT, with --vehicle")->excludes(crew);
  auto* task = access->add_option("--task", asked->task, "To a work task");
  auto* device = access->add_option("--device", asked->device, "To a device")->excludes(task);
  access->add_option("--site", asked->site, "LON,LAT")->excludes(task)->excludes(device);
  access->add_option("--vehicle", asked->vehicle, "car, van, four_wheel_drive, truck, ...");
  access->add_option("--at", asked->at, "Setting out: 2026-07-20T18:00:00Z; now when not given");
  access->add_option("--work", asked->work_min, "Minutes of work there")
      ->check(CLI::Range(0.0, 525'600.0));
  access->add_flag("--chinese", asked->chinese, "Instructions in Chinese");
  access->callback([session, asked] { ask_access(*session, *asked); });

  CLI::App* closures = ctl.add_subcommand("closures", "Closed roads");
  closures->callback([session] { list_closures(*session); });
}

}  // namespace gridmend
