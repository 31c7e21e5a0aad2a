#include <google/protobuf/util/json_util.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>

#include "core/base/clock.h"
#include "core/base/printable.h"
#include "data/ingest/gis_writer.h"
#include "data/ingest/water_reader.h"
#include "gridmend/v1/hazard.grpc.pb.h"
#include "service/cli/ctl_session.h"
#include "service/cli/left_out.h"
#include "service/cli/option_values.h"
#include "service/cli/text_table.h"
#include "service/cli/water_cover.h"
#include "service/cli/water_parts.h"
#include "service/converters/hazard_converter.h"

namespace gridmend {
namespace {

using HazardStub = v1::HazardService::Stub;

struct PutOptions {
  std::vector<std::string> files;
  std::string at;  // given: the files are rasters or vector layers
  std::string id;
  WaterFileSettings water;
};

// A tile says nothing of roads that lie in its picture's other tiles.
enum class Reach { of_all, of_a_tile };

bool put_layer(CtlSession& session, v1::WaterLayer layer, Reach reach = Reach::of_all) {
  v1::PutWaterRequest request;
  request.set_request_id(fresh_request_id());
  *request.mutable_layer() = std::move(layer);
  v1::PutWaterResponse response;
  if (!session.call<v1::HazardService>(&HazardStub::PutWater, request, response)) return false;
  if (reach == Reach::of_a_tile) response.clear_road_edges_outside();
  if (session.json && reach == Reach::of_a_tile) {
    std::printf("{\"revision\":\"%llu\"}\n", static_cast<unsigned long long>(response.revision()));
  } else if (session.json) {
    session.print_json(response);
  } else {
    std::printf("%s put; revision %llu\n", printable(request.layer().id()).c_str(),
                static_cast<unsigned long long>(response.revision()));
    if (response.road_edges_outside() > 0) {
      std::printf(
          "  %d of %d road edges lie outside its grid, which says nothing of them: only the "
          "water of other layers counts there\n",
          response.road_edges_outside(), response.road_edges());
    }
  }
  return true;
}

bool put_json_layer(CtlSession& session, const std::string& where, const std::string& json) {
  v1::WaterLayer layer;
  const auto read = google::protobuf::util::JsonStringToMessage(json, &layer);
  if (!read.ok()) {
    session.refuse(where + ": not a water layer: " + std::string{read.message()} +
                   " (a raster or a vector layer wants --at TIME)");
    return false;
  }
  return put_layer(session, std::move(layer));
}

// One layer a line, the JSON form of WaterLayer; a file that is one object over several lines is
// taken whole.
bool put_json_file(CtlSession& session, const std::string& path) {
  std::ifstream file{path};
  if (!file) {
    session.refuse(path + ": cannot be read");
    return false;
  }
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  v1::WaterLayer whole;
  if (google::protobuf::util::JsonStringToMessage(text, &whole).ok()) {
    return put_layer(session, std::move(whole));
  }
  std::size_t begin = 0;
  for (std::size_t number = 1; begin < text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    if (!put_json_layer(session, path + ", line " + std::to_string(number), line)) return false;
  }
  return true;
}

template <class Take>
bool for_each_layer(CtlSession& session, Take&& take) {
  v1::ListWaterRequest request;
  do {
    v1::ListWaterResponse response;
    if (!session.call<v1::HazardService>(&HazardStub::ListWater, request, response)) return false;
    take(response);
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return true;
}

bool remove_layer(CtlSession& session, const std::string& id) {
  v1::DeleteWaterRequest request;
  request.set_request_id(fresh_request_id());
  request.set_id(id);
  request.set_operator_(session.operator_name);
  v1::DeleteWaterResponse gone;
  if (!session.call<v1::HazardService>(&HazardStub::DeleteWater, request, gone)) return false;
  if (session.json) {
    session.print_json(gone);
  } else {
    std::printf("%s removed; revision %llu\n", printable(id).c_str(),
                static_cast<unsigned long long>(gone.revision()));
  }
  return true;
}

bool list_parts(CtlSession& session, const std::string& picture, std::set<std::string>& parts) {
  return for_each_layer(session, [&](const v1::ListWaterResponse& response) {
    for (const auto& layer : response.layers()) {
      if (is_part_of(layer.id(), picture)) parts.insert(layer.id());
    }
  });
}

// A picture in as many calls as it takes. Of the newest time only the parts that are there count:
// so a cover holds from the first call to the last, and when sending breaks off it stays. Parts
// that an earlier picture of this id had and this one has not are taken away last; those that
// another call has put meanwhile are left alone.
bool put_slice(CtlSession& session, WaterSlice slice) {
  const std::string id = slice.id;
  if (const auto picture = picture_of_part(id)) {
    session.refuse("'" + printable(id) + "' is what a part of a picture '" + printable(*picture) +
                   "' is called: give this one another id");
    return false;
  }
  std::set<std::string> stale;
  if (!list_parts(session, id, stale)) return false;
  if (const auto cover = water_cover(slice)) {
    if (!put_layer(session, to_proto(*cover, true), Reach::of_a_tile)) return false;
    stale.insert(id);
  }
  const bool ends_with_grid = slice.polygons.empty();
  for (const WaterSlice& part : water_parts(std::move(slice))) {
    const bool whole = part.id == id || (ends_with_grid && is_extent(part.id));
    const Reach reach = whole ? Reach::of_all : Reach::of_a_tile;
    if (!put_layer(session, to_proto(part, true), reach)) return false;
    stale.erase(part.id);
  }
  return std::ranges::all_of(stale,
                             [&](const std::string& left) { return remove_layer(session, left); });
}

// With the parts it was sent in.
void remove_water(CtlSession& session, const std::string& id) {
  std::set<std::string> parts;
  if (!list_parts(session, id, parts)) return;
  if (parts.empty()) parts.insert(id);  // the server says that there is none
  for (const std::string& part : parts) {
    if (!remove_layer(session, part)) return;
  }
}

bool put_slices(CtlSession& session, std::vector<WaterSlice> slices,
                const std::vector<Defect>& defects, const std::vector<Defect>& notes) {
  tell_left_out_water("ctl", defects);
  tell_water_notes("ctl", notes);
  return std::ranges::all_of(
      slices, [&](WaterSlice& slice) { return put_slice(session, std::move(slice)); });
}

bool put_file(CtlSession& session, const std::string& path, const PutOptions& options) {
  const std::filesystem::path file{path};
  if (lower_case_suffix(path) == ".toml") {
    auto flood = read_flood(file);
    if (flood) return put_slices(session, std::move(flood->slices), flood->defects, flood->notes);
    session.refuse(flood.error());
    return false;
  }
  if (options.at.empty()) return put_json_file(session, path);
  const std::string id = options.id.empty() ? file.stem().string() : options.id;
  auto read = read_water_slice(file, id, *parse_rfc3339(options.at), options.water);
  if (!read) {
    session.refuse(read.error());
    return false;
  }
  std::vector<WaterSlice> slices;
  slices.push_back(std::move(read->slice));
  return put_slices(session, std::move(slices), read->defects, read->notes);
}

void put_files(CtlSession& session, const PutOptions& options) {
  if (!options.at.empty() && !parse_rfc3339(options.at)) {
    return session.refuse("--at wants a time: 2026-07-20T02:00:00Z", ExitCode::usage);
  }
  if (options.at.empty() && !options.id.empty()) {
    return session.refuse("--id goes with --at; a layer in JSON says its own", ExitCode::usage);
  }
  if (!options.id.empty() && options.files.size() > 1) {
    return session.refuse("--id is of one file", ExitCode::usage);
  }
  for (const std::string& file : options.files) {
    if (!put_file(session, file, options)) return;
  }
}

void list_water(CtlSession& session) {
  TextTable table{{"layer", "valid at", "deviation", "elsewhere"}};
  const bool listed = for_each_layer(session, [&](const v1::ListWaterResponse& response) {
    if (session.json) session.print_json(response);
    for (const auto& layer : response.layers()) {
      char deviation[32];
      std::snprintf(deviation, sizeof deviation, "%.2f m", layer.depth_sigma_m());
      table.add({printable(layer.id()), show(layer.valid_time()), deviation,
                 layer.dry_elsewhere() ? "dry" : "-"});
    }
  });
  if (listed && !session.json) std::fputs(table.to_string("no water").c_str(), stdout);
}

}  // namespace

void add_ctl_water_commands(CLI::App& ctl, const std::shared_ptr<CtlSession>& session) {
  CLI::App* water = ctl.add_subcommand("water", "Water layers");
  water->require_subcommand(1);
  auto options = std::make_shared<PutOptions>();
  CLI::App* put = water->add_subcommand(
      "put",
      "Send pictures of the water: a flood.toml; with --at a raster or a vector layer; else layers "
      "as JSON, one a file or one a line");
  put->add_option("files", options->files)->required();
  put->add_option("--at", options->at, "When it stands so: 2026-07-20T02:00:00Z");
  put->add_option("--id", options->id,
                  "Replaces what is there of this id; default: the file's name");
  put->add_option("--band", options->water.band, "Of a raster")->check(check_positive);
  put->add_option("--scale", options->water.scale, "Factor to metres");
  put->add_option("--layer", options->water.layer, "Of a file with several");
  put->add_option("--depth-column", options->water.depth_column)->capture_default_str();
  put->add_option("--depth", options->water.depth_m, "Metres, where there is no column");
  put->add_option("--outside-depth", options->water.outside_depth_m,
                  "Metres assumed outside a raster, which says nothing of it otherwise")
      ->check(CLI::Range(0.0, 10.0));
  put->add_option("--nodata-depth", options->water.nodata_depth_m,
                  "Metres assumed in a raster's cells without a value; dry when not given")
      ->check(CLI::Range(0.0, 10.0));
  put->add_flag("--nodata-unknown", options->water.nodata_unknown,
                "Cells without a value say nothing: other layers' water stays there");
  put->add_flag("--dry-elsewhere", options->water.dry_elsewhere,
                "What it shows is all the water there is: elsewhere it is dry");
  put->add_option("--depth-sigma", options->water.depth_sigma_m,
                  "Metres the depths may be off: one standard deviation")
      ->check(CLI::Range(0.0, 10.0));
  put->callback([session, options] { put_files(*session, *options); });
  CLI::App* list = water->add_subcommand("list", "Layers by valid time");
  list->callback([session] { list_water(*session); });
  auto id = std::make_shared<std::string>();
  CLI::App* remove = water->add_subcommand("remove", "A picture that should not have been put");
  remove->add_option("ID", *id)->required();
  remove->callback([session, id] { remove_water(*session, *id); });
  for (CLI::App* command : {put, list, remove}) command->fallthrough();
}

}  // namespace gridmend
