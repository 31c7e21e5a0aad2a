#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "core/base/clock.h"
#include "core/base/printable.h"
#include "core/work/crew.h"
#include "gridmend/v1/crew.grpc.pb.h"
#include "gridmend/v1/dispatch.grpc.pb.h"
#include "service/cli/ctl_session.h"
#include "service/cli/ctl_values.h"
#include "service/cli/option_values.h"
#include "service/cli/text_table.h"
#include "service/converters/enum_converter.h"
#include "service/converters/time_converter.h"

namespace gridmend {

namespace {

using DispatchStub = v1::DispatchService::Stub;

std::string skills_text(const v1::Crew& crew) {
  std::string text;
  for (const int number : crew.skills()) {
    const auto skill = to_domain(static_cast<v1::Crew::Skill>(number));
    if (!skill) continue;
    if (!text.empty()) text += ",";
    text += to_string(*skill);
  }
  return text;
}

std::string status_text(const v1::Crew& crew) {
  const auto status = to_domain(crew.status());
  return status ? std::string{to_string(*status)} : "?";
}

// What there is instead: "car, van, ...".
std::string vehicle_names() {
  std::string names;
  for (int i = 0; i < kVehicleClasses; ++i)
    names += (i == 0 ? "" : ", ") + std::string{to_string(static_cast<VehicleClass>(i))};
  return names;
}

// Units of material, "3 of 4"; of a vehicle that carries none "-".
std::string load_text(const v1::Crew& crew) {
  if (crew.capacity() <= 0) return "-";
  char text[64];
  std::snprintf(text, sizeof text, "%g of %g", crew.has_load() ? crew.load() : crew.capacity(),
                crew.capacity());
  return text;
}

void list_crews(CtlSession& session) {
  v1::ListCrewsRequest request;
  request.set_page_size(1000);
  TextTable table{
      {"crew", "name", "status", "task", "vehicle", "skills", "on board", "depot", "position"}};
  do {
    v1::ListCrewsResponse response;
    if (!session.call<v1::DispatchService>(&DispatchStub::ListCrews, request, response)) return;
    if (session.json) session.print_json(response);
    for (const v1::Crew& crew : response.crews()) {
      const auto vehicle = to_domain(crew.vehicle_class());
      table.add({crew.id(), crew.name(), status_text(crew),
                 crew.current_task().empty() ? "-" : crew.current_task(),
                 vehicle ? std::string{to_string(*vehicle)} : "?", skills_text(crew),
                 load_text(crew), crew.home_depot().empty() ? "-" : crew.home_depot(),
                 show(crew.position())});
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  if (!session.json) std::fputs(table.to_string("no crews").c_str(), stdout);
}

struct AddOptions {
  std::string id;
  std::string name;
  std::string at;
  std::vector<std::string> skills = {"line"};
  std::string vehicle = "truck";
  std::string shift_start;
  std::string shift_end;
  double rest_min = 0;
  std::string rest_from;
  std::string rest_by;
  double capacity = 0;
  std::string depot;
  bool on = false;
};

void print_crew(CtlSession& session, const v1::Crew& crew) {
  if (session.json) return session.print_json(crew);
  std::printf("crew %s is %s\n", printable(crew.id()).c_str(), status_text(crew).c_str());
}

bool read_shift(CtlSession& session, const AddOptions& options, v1::Crew& crew) {
  if (options.rest_min > 0) *crew.mutable_rest_length() = minutes_long(options.rest_min);
  return read_times<v1::Crew>(
      session,
      {{"--shift-start", options.shift_start, &v1::Crew::mutable_shift_start},
       {"--shift-end", options.shift_end, &v1::Crew::mutable_shift_end},
       {"--rest-from", options.rest_from, &v1::Crew::mutable_rest_earliest},
       {"--rest-by", options.rest_by, &v1::Crew::mutable_rest_latest}},
      crew);
}

void add_crew(CtlSession& session, const AddOptions& options) {
  v1::CreateCrewRequest request;
  request.set_request_id(fresh_request_id());
  v1::Crew& crew = *request.mutable_crew();
  crew.set_id(options.id);
  crew.set_name(options.name.empty() ? options.id : options.name);
  if (!read_position(options.at, *crew.mutable_position())) {
    return session.refuse("--at wants LON,LAT in degrees", ExitCode::usage);
  }
  if (!read_skills(session, options.skills, *crew.mutable_skills())) return;
  const auto vehicle = parse_vehicle_class(options.vehicle);
  if (!vehicle) {
    return session.refuse("'" + options.vehicle + "' is no class of vehicle: " + vehicle_names(),
                          ExitCode::usage);
  }
  crew.set_vehicle_class(to_proto(*vehicle));
  if (!read_shift(session, options, crew)) return;
  crew.set_capacity(options.capacity);
  crew.set_home_depot(options.depot);
  crew.set_status(options.on ? v1::Crew::AWAITING_ASSIGNMENT : v1::Crew::OFF_SHIFT);
  v1::Crew made;
  if (session.call<v1::DispatchService>(&DispatchStub::CreateCrew, request, made)) {
    print_crew(session, made);
  }
}

void set_status(CtlSession& session, const std::string& id, v1::Crew::Status status) {
  v1::UpdateCrewRequest request;
  request.set_request_id(fresh_request_id());
  request.mutable_crew()->set_id(id);
  request.mutable_crew()->set_status(status);
  request.mutable_update_mask()->add_paths("status");
  v1::Crew changed;
  if (session.call<v1::DispatchService>(&DispatchStub::UpdateCrew, request, changed)) {
    print_crew(session, changed);
  }
}

// A step of a task as the crew's tablet would send it.
struct StepOptions {
  std::string crew;
  std::string task;
  std::string step;
  std::string finding = "restored";
  std::string text;
};

bool write_step(const StepOptions& options, v1::TabletOperation& operation) {
  if (options.step == "acknowledge") {
    operation.mutable_acknowledge()->set_work_task(options.task);
  } else if (options.step == "set-out") {
    operation.mutable_set_out()->set_work_task(options.task);
  } else if (options.step == "arrive") {
    operation.mutable_arrive()->set_work_task(options.task);
  } else if (options.step == "hand-back") {
    operation.mutable_hand_back()->set_work_task(options.task);
    operation.mutable_hand_back()->set_reason(options.text);
  } else if (options.step == "load") {
    operation.mutable_load_material()->set_depot(options.task);
  } else {
    std::string name = options.finding;
    for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    v1::FieldReport::Finding finding{};
    if (!v1::FieldReport::Finding_Parse(name, &finding)) return false;
    operation.mutable_complete()->set_work_task(options.task);
    operation.mutable_complete()->set_finding(finding);
    operation.mutable_complete()->set_text(options.text);
  }
  return true;
}

void do_step(CtlSession& session, const StepOptions& options) {
  v1::SyncRequest request;
  request.set_crew(options.crew);
  request.set_device_id("ctl");
  v1::TabletOperation& operation = *request.add_operations();
  operation.set_request_id(fresh_request_id());
  if (!write_step(options, operation)) {
    return session.refuse("'" + options.finding + "' is no finding", ExitCode::usage);
  }
  v1::SyncResponse response;
  if (!session.call<v1::CrewService>(&v1::CrewService::Stub::Sync, request, response)) return;
  if (session.json) session.print_json(response);
  for (const v1::OperationResult& result : response.results()) {
    if (result.status().code() != 0) {
      session.refuse(result.status().message());
    } else if (!session.json && !result.has_work_task()) {
      std::printf("done\n");
    } else if (!session.json) {
      const auto status = to_domain(result.work_task().status());
      std::printf("%s is %s\n", printable(result.work_task().id()).c_str(),
                  status ? std::string{to_string(*status)}.c_str() : "?");
    }
  }
}

void add_step_command(CLI::App& crew, const std::shared_ptr<CtlSession>& session) {
  auto options = std::make_shared<StepOptions>();
  CLI::App* step = crew.add_subcommand("step", "Take a step of a task, as the crew's tablet would");
  step->add_option("crew", options->crew)->required();
  step->add_option("task", options->task, "The task; of `load` the depot")->required();
  step->add_option("step", options->step)
      ->required()
      ->check(CLI::IsMember({"acknowledge", "set-out", "arrive", "complete", "hand-back", "load"}));
  step->add_option("--finding", options->finding, "damaged, open, intact, restored, nothing_found")
      ->capture_default_str();
  step->add_option("--text", options->text, "What was found, or why it is handed back");
  step->callback([session, options] { do_step(*session, *options); });
}

}  // namespace

void add_ctl_crew_commands(CLI::App& ctl, const std::shared_ptr<CtlSession>& session) {
  CLI::App* crews = ctl.add_subcommand("crews", "All crews");
  crews->callback([session] { list_crews(*session); });

  CLI::App* crew = ctl.add_subcommand("crew", "Make a crew, sign it on or off, take its steps");
  crew->require_subcommand(1);
  auto options = std::make_shared<AddOptions>();
  CLI::App* add = crew->add_subcommand("add", "Make a crew");
  add->add_option("id", options->id)->required();
  add->add_option("--name", options->name);
  add->add_option("--at", options->at, "LON,LAT in degrees")->required();
  add->add_option("--skills", options->skills, skill_names())
      ->delimiter(',')
      ->capture_default_str();
  add->add_option("--vehicle", options->vehicle)->capture_default_str();
  add->add_option("--shift-start", options->shift_start,
                  "Not before, as a team from outside: 2026-07-20T18:00:00Z");
  add->add_option("--shift-end", options->shift_end);
  add->add_option("--rest", options->rest_min, "Minutes of its break")->check(check_positive);
  add->add_option("--rest-from", options->rest_from, "When the break may begin");
  add->add_option("--rest-by", options->rest_by, "When it has begun at the latest");
  add->add_option("--capacity", options->capacity, "Units of material")->check(check_not_negative);
  add->add_option("--depot", options->depot, "Where its tours end");
  add->add_flag("--on", options->on, "Signed on at once");
  add->callback([session, options] { add_crew(*session, *options); });

  auto id = std::make_shared<std::string>();
  CLI::App* on = crew->add_subcommand("on", "Sign on");
  on->add_option("id", *id)->required();
  on->callback([session, id] { set_status(*session, *id, v1::Crew::AWAITING_ASSIGNMENT); });
  CLI::App* off = crew->add_subcommand("off", "Sign off");
  off->add_option("id", *id)->required();
  off->callback([session, id] { set_status(*session, *id, v1::Crew::OFF_SHIFT); });
  add_step_command(*crew, session);
  for (CLI::App* command : {add, on, off}) command->fallthrough();
}

}  // namespace gridmend
