#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "core/base/clock.h"
#include "gridmend/drill/v1/drill_clock.grpc.pb.h"
#include "service/cli/ctl_session.h"
#include "service/converters/time_converter.h"

namespace gridmend {

namespace {

using ClockStub = drill::v1::DrillClockService::Stub;

// "90s", "15m", "2h".
std::optional<Duration> parse_duration(const std::string& text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc{} || !(value >= 0) || value > 1e7 || end - read.ptr != 1) {
    return std::nullopt;
  }
  switch (*read.ptr) {
    case 's':
      return from_seconds(value);
    case 'm':
      return from_seconds(value * 60);
    case 'h':
      return from_seconds(value * 3600);
    default:
      return std::nullopt;
  }
}

void print_time(CtlSession& session, const drill::v1::DrillTime& time) {
  if (session.json) return session.print_json(time);
  std::printf("%s, revision %llu\n", show(time.now()).c_str(),
              static_cast<unsigned long long>(time.revision()));
}

void advance(CtlSession& session, const std::string& target) {
  drill::v1::AdvanceRequest request;
  if (const auto by = parse_duration(target)) {
    *request.mutable_by() = to_proto(*by);
  } else if (const auto to = parse_rfc3339(target)) {
    *request.mutable_to() = to_proto(*to);
  } else {
    return session.refuse("advance by 90s, 15m, 2h, or to a time like 2026-07-20T02:00:00Z",
                          ExitCode::usage);
  }
  drill::v1::DrillTime time;
  if (session.call<drill::v1::DrillClockService>(&ClockStub::Advance, request, time)) {
    print_time(session, time);
  }
}

void show_time(CtlSession& session) {
  drill::v1::DrillTime time;
  if (session.call<drill::v1::DrillClockService>(&ClockStub::GetTime, drill::v1::GetTimeRequest{},
                                                 time)) {
    print_time(session, time);
  }
}

}  // namespace

void add_ctl_clock_commands(CLI::App& ctl, const std::shared_ptr<CtlSession>& session) {
  CLI::App* clock = ctl.add_subcommand("clock", "The clock of a server in simulated time");
  clock->require_subcommand(1);
  auto target = std::make_shared<std::string>();
  CLI::App* advance_command = clock->add_subcommand("advance", "Move it forward");
  advance_command->add_option("target", *target, "90s, 15m, 2h, or a time")->required();
  advance_command->callback([session, target] { advance(*session, *target); });
  CLI::App* now = clock->add_subcommand("now", "What time it is there");
  now->callback([session] { show_time(*session); });
  for (CLI::App* command : {advance_command, now}) command->fallthrough();
}

}  // namespace gridmend
