#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/base/clock.h"
#include "core/base/printable.h"
#include "data/ingest/closure_feed.h"
#include "gridmend/v1/hazard.grpc.pb.h"
#include "service/cli/closure_sync.h"
#include "service/cli/ctl_session.h"
#include "service/cli/ctl_values.h"
#include "service/cli/text_table.h"
#include "service/converters/hazard_converter.h"
#include "service/converters/time_converter.h"

namespace gridmend {
namespace {

using HazardStub = v1::HazardService::Stub;

std::optional<v1::RoadClosure> close_road(CtlSession& session, v1::RoadClosure closure) {
  v1::CloseRoadRequest request;
  request.set_request_id(fresh_request_id());
  request.set_operator_(session.operator_name);
  *request.mutable_closure() = std::move(closure);
  v1::RoadClosure made;
  if (!session.call<v1::HazardService>(&HazardStub::CloseRoad, request, made)) return {};
  return made;
}

std::optional<v1::ReopenRoadResponse> reopen_road(CtlSession& session, const std::string& id) {
  v1::ReopenRoadRequest request;
  request.set_request_id(fresh_request_id());
  request.set_id(id);
  request.set_operator_(session.operator_name);
  v1::ReopenRoadResponse response;
  if (!session.call<v1::HazardService>(&HazardStub::ReopenRoad, request, response)) return {};
  return response;
}

template <class Take>
bool for_each_closure(CtlSession& session, Take&& take) {
  v1::ListRoadClosuresRequest request;
  request.set_page_size(1000);
  do {
    v1::ListRoadClosuresResponse response;
    if (!session.call<v1::HazardService>(&HazardStub::ListRoadClosures, request, response)) {
      return false;
    }
    take(response);
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return true;
}

struct ClosureOptions {
  std::string id;
  std::vector<std::string> at;
  std::vector<std::string> area;
  std::string reason;
  std::string from;
  std::string until;
};

bool read_positions(const std::vector<std::string>& texts, v1::Polyline& line) {
  return std::ranges::all_of(texts, [&line](const std::string& text) {
    return read_position(text, *line.add_positions());
  });
}

const char* what_is_closed(const v1::RoadClosure& closure) {
  if (closure.area_size() > 0) return "area";
  return closure.line().positions_size() > 1 ? "line" : "point";
}

void run_close_road(CtlSession& session, const ClosureOptions& options) {
  v1::RoadClosure closure;
  closure.set_id(options.id);
  closure.set_reason(options.reason);
  if (options.at.empty() == options.area.empty()) {
    return session.refuse("give --at or --area", ExitCode::usage);
  }
  if (!options.at.empty() && !read_positions(options.at, *closure.mutable_line())) {
    return session.refuse("--at wants LON,LAT in degrees", ExitCode::usage);
  }
  if (!options.area.empty()) {
    v1::Polyline& ring = *closure.add_area();
    if (options.area.size() < 3 || !read_positions(options.area, ring)) {
      return session.refuse("--area wants three corners or more, each LON,LAT in degrees",
                            ExitCode::usage);
    }
    if (options.area.front() != options.area.back()) *ring.add_positions() = ring.positions(0);
  }
  const bool timed =
      read_times<v1::RoadClosure>(session,
                                  {{"--from", options.from, &v1::RoadClosure::mutable_from},
                                   {"--until", options.until, &v1::RoadClosure::mutable_until}},
                                  closure);
  if (!timed) return;
  const auto made = close_road(session, std::move(closure));
  if (!made) return;
  if (session.json) return session.print_json(*made);
  std::printf("closed as %s: %d edges\n", printable(made->id()).c_str(), made->road_edges());
  if (made->road_edges() == 0) {
    std::fprintf(stderr,
                 "gridmend: ctl: warning: no road of the region is there: it closes nothing\n");
  }
}

void run_reopen_road(CtlSession& session, const std::string& id) {
  const auto response = reopen_road(session, id);
  if (!response) return;
  if (session.json) return session.print_json(*response);
  std::printf("%s reopened\n", printable(id).c_str());
}

void list_closures(CtlSession& session) {
  TextTable table{{"closure", "from", "until", "kind", "at", "edges", "reason"}};
  const bool listed = for_each_closure(session, [&](const auto& response) {
    if (session.json) session.print_json(response);
    for (const auto& closure : response.closures()) {
      const v1::Polyline& drawn = closure.area_size() > 0 ? closure.area(0) : closure.line();
      table.add({printable(closure.id()), show(closure.from()), show(closure.until()),
                 what_is_closed(closure), show(drawn.positions(0)),
                 std::to_string(closure.road_edges()), printable(closure.reason())});
    }
  });
  if (listed && !session.json) std::fputs(table.to_string("no closures").c_str(), stdout);
}

struct FollowOptions {
  std::string feed;
  std::string name;
  double every_s = 0;
};

struct Followed {
  std::size_t closed = 0;
  std::size_t reopened = 0;
  std::size_t refused = 0;
};

// What changed is closed anew before what is gone is reopened. One closure that the server refuses
// does not keep the others from it; without an answer the rest waits for the next time.
Followed take_steps(CtlSession& session, const ClosureSteps& steps) {
  Followed followed;
  const auto count = [&](bool done, std::size_t& counter) {
    ++(done ? counter : followed.refused);
  };
  for (const RoadClosure& closure : steps.close) {
    const bool there = std::ranges::find(steps.reopen, closure.id) != steps.reopen.end();
    if (there && !reopen_road(session, closure.id)) {
      ++followed.refused;
      if (session.unanswered()) return followed;
      continue;
    }
    v1::RoadClosure message = to_proto(closure);
    if (closure.from == Time::min()) message.clear_from();
    count(close_road(session, std::move(message)).has_value(), followed.closed);
    if (session.unanswered()) return followed;
  }
  for (const std::string& id : steps.reopen) {
    if (std::ranges::find(steps.close, id, &RoadClosure::id) != steps.close.end()) continue;
    count(reopen_road(session, id).has_value(), followed.reopened);
    if (session.unanswered()) return followed;
  }
  return followed;
}

void print_followed(const CtlSession& session, const FollowOptions& options,
                    const ClosureFeed& feed, const ClosureSteps& steps, const Followed& followed) {
  for (const Defect& defect : feed.defects) {
    std::fprintf(stderr, "gridmend: ctl: %s, entry %s: %s: left out\n", defect.place.file.c_str(),
                 printable(defect.place.feature_id).c_str(), printable(defect.message).c_str());
  }
  for (const Defect& note : feed.notes) {
    std::fprintf(stderr, "gridmend: ctl: %s, %s: %s\n", note.place.file.c_str(),
                 printable(note.message).c_str(), note.action.c_str());
  }
  const char* form =
      session.json
          ? "{\"feed\":\"%s\",\"closed\":%zu,\"reopened\":%zu,\"unchanged\":%zu,\"over\":%zu,"
            "\"no_closures\":%zu,\"left_out\":%zu,\"refused\":%zu}\n"
          : "%s: %zu closed, %zu reopened, %zu as they were; %zu over, %zu close no road, %zu left "
            "out, %zu refused\n";
  std::printf(form, options.name.c_str(), followed.closed, followed.reopened, steps.unchanged,
              steps.over, feed.no_closures, feed.defects.size(), followed.refused);
  std::fflush(stdout);
}

void follow_once(CtlSession& session, const FollowOptions& options) {
  const auto feed = read_closure_feed(options.feed);
  if (!feed) return session.refuse(feed.error());
  const Time now = time_at_server(session);
  std::vector<RoadClosure> present;
  const bool listed = for_each_closure(session, [&](const auto& response) {
    for (const auto& message : response.closures()) {
      if (auto closure = to_domain(message, now)) present.push_back(std::move(*closure));
    }
  });
  if (!listed) return;
  const ClosureSteps steps = closure_steps(options.name, *feed, present, now);
  print_followed(session, options, *feed, steps, take_steps(session, steps));
}

// A name that needs no escapes wherever it is shown.
bool is_plain_name(const std::string& name) {
  return !name.empty() && name.size() <= 31 && std::ranges::all_of(name, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
  });
}

void follow_closures(CtlSession& session, FollowOptions options) {
  if (options.name.empty()) options.name = std::filesystem::path{options.feed}.stem().string();
  if (!is_plain_name(options.name)) {
    return session.refuse("--name wants 1 to 31 letters, digits, dots, dashes or underscores",
                          ExitCode::usage);
  }
  follow_once(session, options);
  while (options.every_s > 0) {
    std::this_thread::sleep_for(std::chrono::duration<double>(options.every_s));
    follow_once(session, options);
  }
}

}  // namespace

void add_ctl_closure_commands(CLI::App& ctl, const std::shared_ptr<CtlSession>& session) {
  auto options = std::make_shared<ClosureOptions>();
  CLI::App* close = ctl.add_subcommand("close-road", "Close a stretch of road");
  close->add_option("--at", options->at, "LON,LAT in degrees; several make a line");
  close->add_option("--area", options->area, "Corners LON,LAT of an area: all roads through it");
  close->add_option("--id", options->id);
  close->add_option("--reason", options->reason);
  close->add_option("--from", options->from, "Absent: from now on");
  close->add_option("--until", options->until, "2026-07-20T18:00:00Z");
  close->callback([session, options] { run_close_road(*session, *options); });

  auto id = std::make_shared<std::string>();
  CLI::App* reopen = ctl.add_subcommand("reopen-road", "Reopen a closure");
  reopen->add_option("id", *id)->required();
  reopen->callback([session, id] { run_reopen_road(*session, *id); });

  auto followed = std::make_shared<FollowOptions>();
  CLI::App* follow = ctl.add_subcommand("follow-closures",
                                        "Close and reopen roads as a Waze CIFS or WZDx feed says");
  follow->add_option("feed", followed->feed, "The feed's file; whatever fetches it replaces it")
      ->required();
  follow->add_option("--name", followed->name,
                     "Whose closures these are: others are left alone; default: the file's name");
  follow->add_option("--every", followed->every_s, "Read it again every so many seconds")
      ->check(CLI::Range(1.0, 86'400.0));
  follow->callback([session, followed] { follow_closures(*session, *followed); });

  CLI::App* closures = ctl.add_subcommand("closures", "Closed roads");
  closures->callback([session] { list_closures(*session); });
}

}  // namespace gridmend
