#include <google/protobuf/util/json_util.h>

#include <CLI/CLI.hpp>
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

  CLI::App* closures = ctl.add_subcommand("closures", "Closed roads");
  closures->callback([session] { list_closures(*session); });
}

}  // namespace gridmend
