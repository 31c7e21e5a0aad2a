#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <memory>
#include <string>

#include "core/base/clock.h"
#include "gridmend/v1/hazard.grpc.pb.h"
#include "service/cli/ctl_session.h"
#include "service/cli/ctl_values.h"
#include "service/converters/time_converter.h"

namespace gridmend {
namespace {

using HazardStub = v1::HazardService::Stub;

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
  bool all_classes = false;
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
  request.set_all_classes(options.all_classes);
  if (options.work_min >= 0)
    *request.mutable_work() = to_proto(from_seconds(60 * options.work_min));
  return true;
}

// "van               14.7 min, until 2026-07-20T06:10:00Z", one class a line.
void print_by_class(const v1::Access& access) {
  if (access.by_class().empty()) return;
  std::printf("by class of vehicle:\n");
  for (const v1::ClassAccess& one : access.by_class()) {
    const std::string name = in_words(v1::Vehicle::Class_Name(one.vehicle_class()));
    std::string text = "no way: " + one.reason();
    if (one.has_travel_time()) {
      char minutes[32];
      std::snprintf(minutes, sizeof minutes, "%.1f min",
                    static_cast<double>(one.travel_time().seconds()) / 60);
      text = minutes;
      if (one.has_opens_at()) text += ", from " + show(one.opens_at());
      if (one.has_closes_at()) text += ", until " + show(one.closes_at());
    }
    std::printf("  %-18s%s\n", name.c_str(), text.c_str());
  }
}

void print_way(const v1::Access& access, bool chinese) {
  if (!access.reachable()) std::printf("unreachable: %s\n", access.reason().c_str());
  if (access.has_opens_at()) std::printf("opens %s\n", show(access.opens_at()).c_str());
  if (!access.has_arrive_at()) return;
  char on_foot[40] = "";
  if (access.on_foot_m() >= 1) {
    std::snprintf(on_foot, sizeof on_foot, ", %.0f m on foot", access.on_foot_m());
  }
  std::printf("%.1f min, %.2f km%s, there at %s\n",
              static_cast<double>(access.travel_time().seconds()) / 60, access.length_m() / 1000,
              on_foot, show(access.arrive_at()).c_str());
  for (const v1::RouteStep& step : access.steps()) {
    std::printf("%8.2f km  %s\n", step.length_m() / 1000,
                (chinese ? step.chinese() : step.english()).c_str());
  }
  if (!access.has_closes_at()) return;
  std::printf(
      "closes %s; way out %.1f min: work must begin by %s\n", show(access.closes_at()).c_str(),
      static_cast<double>(access.way_out().seconds()) / 60, show(access.start_by()).c_str());
}

void ask_access(CtlSession& session, const AccessOptions& options) {
  v1::GetAccessRequest request;
  if (!read_access(session, options, request)) return;
  v1::Access access;
  if (!session.call<v1::HazardService>(&HazardStub::GetAccess, request, access)) return;
  if (session.json) return session.print_json(access);
  print_way(access, options.chinese);
  print_by_class(access);
}

}  // namespace

void add_ctl_access_command(CLI::App& ctl, const std::shared_ptr<CtlSession>& session) {
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
  access->add_flag("--all-classes", asked->all_classes,
                   "Tell of every class of vehicle, even where this one gets there");
  access->add_flag("--chinese", asked->chinese, "Instructions in Chinese");
  access->callback([session, asked] { ask_access(*session, *asked); });
}

}  // namespace gridmend
