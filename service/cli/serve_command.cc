#include <signal.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/base/freed_memory.h"
#include "core/base/printable.h"
#include "data/region/region.h"
#include "data/settings/localiser_file.h"
#include "data/settings/task_rules_file.h"
#include "service/cli/commands.h"
#include "service/cli/launch_points.h"
#include "service/cli/position_argument.h"
#include "service/cli/refusal.h"
#include "service/engine/engine.h"
#include "service/handlers/server.h"
#include "service/store/region_directory.h"
#include "service/store/sqlite_store.h"

namespace gridmend {

namespace {

constexpr rlim_t kServedFiles = 65'536;

struct ServeOptions {
  std::string region;
  std::string state;
  std::string regions;
  std::string listen = "127.0.0.1:7433";
  std::string simulated_clock;
  std::string ready_file;
  bool json = false;
  std::string settings;
  std::string task_rules;
  std::vector<std::string> launches;
};

ExitCode failed(const ServeOptions& options, const Error& error) {
  std::fprintf(stderr, "gridmend: serve: %s", describe(error).c_str());
  if (!error.reason.empty()) std::fprintf(stderr, " [%s]", error.reason.c_str());
  std::fprintf(stderr, "\n");
  if (options.json) std::printf("%s\n", refusal_json(error).c_str());
  const bool wrong_address = error.field == "listen" && error.code != ErrorCode::unavailable;
  return wrong_address ? ExitCode::usage : exit_code_of(error);
}

// Every watcher is an open file.
void allow_many_files() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = std::min(std::max(limit.rlim_cur, kServedFiles), limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);
}

// SIGTERM and SIGINT are taken by wait() alone; blocked before any thread is started, so that all
// of them inherit it.
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }
  void wait() const {
    int taken = 0;
    sigwait(&set_, &taken);
  }

 private:
  sigset_t set_;
};

// A reader sees the whole address or no file.
Result<void> write_ready_file(const std::filesystem::path& path, const std::string& address) {
  const std::filesystem::path temporary = path.string() + ".new";
  {
    std::ofstream file{temporary};
    file << address << "\n";
    if (!file.flush()) {
      return refuse_at({path.string(), {}, {}, {}}, ErrorCode::failed_precondition,
                       "FILE_NOT_WRITABLE", "cannot be written");
    }
  }
  std::error_code error;
  std::filesystem::rename(temporary, path, error);
  if (error) {
    return refuse_at({path.string(), {}, {}, {}}, ErrorCode::failed_precondition,
                     "FILE_NOT_WRITABLE", error.message());
  }
  return {};
}

struct Clocks {
  std::shared_ptr<const Clock> clock;
  std::shared_ptr<ManualClock> drill;  // null: real time
};

Result<Clocks> make_clocks(const std::string& simulated) {
  if (simulated.empty()) return Clocks{std::make_shared<SystemClock>(), nullptr};
  const auto start = parse_rfc3339(simulated);
  if (!start) {
    return refuse(ErrorCode::invalid_argument, "TIME_INVALID",
                  "'" + simulated + "' is not a time like 2026-07-20T02:00:00Z",
                  "--simulated-clock");
  }
  auto drill = std::make_shared<ManualClock>(*start);
  return Clocks{drill, drill};
}

// In simulated time the clock's caller says when things are due; otherwise the engine does.
EngineSettings engine_settings(bool simulated, std::vector<LaunchPoint> launches) {
  EngineSettings settings;
  settings.boats.launches = std::move(launches);
  settings.automation = simulated ? Automation::manual : Automation::live;
  if (simulated) {
    // Reproducible: iterations decide, not this machine's speed.
    settings.planner.iteration_limit = 2000;
    settings.planner.time_limit_s = 1e6;
  }
  return settings;
}

// The region to begin with, kept in the state directory; null when the journal's own is there and
// none was given. One that the journal does not begin with is only opened: the engine knows whether
// the journal came to it later.
Result<std::shared_ptr<const Region>> take_region(const ServeOptions& options, const Store& store,
                                                  RegionDirectory& kept) {
  if (options.region.empty()) return std::shared_ptr<const Region>{};
  auto region = open_region(options.region);
  if (!region) return unexpected(region.error());
  const std::string bound = store.region_id();
  if (bound.empty() || bound == to_hex(region->id)) {
    auto held = kept.find(to_hex(region->id));
    return held ? held : kept.keep(options.region);
  }
  return std::make_shared<const Region>(std::move(*region));
}

// Where a client may have regions loaded from: a folder that was named, or that of the region.
std::filesystem::path regions_folder(const ServeOptions& options) {
  if (!options.regions.empty()) return options.regions;
  if (options.region.empty()) return {};
  const std::filesystem::path folder = std::filesystem::path(options.region).parent_path();
  return folder.empty() ? "." : folder;
}

std::string start_text(const Region& region, const std::string& address, std::uint64_t revision) {
  const std::string& name = region.provenance.name;
  return "serving " + (name.empty() ? to_hex(region.id) : printable(name)) + " on " + address +
         ", revision " + std::to_string(revision);
}

std::string start_json(const Region& region, const std::string& address, std::uint64_t revision) {
  nlohmann::ordered_json json;
  json["serving"] = region.provenance.name;
  json["region"] = to_hex(region.id);
  json["address"] = address;
  json["revision"] = revision;
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

// What localisation believes from here on; a journal keeps it, so without the option nothing
// changes.
Result<void> take_settings(const ServeOptions& options, Engine& engine) {
  if (options.settings.empty()) return {};
  auto settings = read_localiser_settings(options.settings);
  if (!settings) return unexpected(settings.error());
  Command command;
  command.set_actor("operator/serve");
  command.mutable_take_settings()->set_localiser(write_whole_localiser_settings(*settings));
  const std::uint64_t before = engine.world()->settings_revision;
  if (auto taken = engine.execute(std::move(command)); !taken) return unexpected(taken.error());
  const std::uint64_t after = engine.world()->settings_revision;
  std::fprintf(stderr, "gridmend: localiser settings of %s %s\n", options.settings.c_str(),
               after == before ? "are the present ones" : "hold from here on");
  return {};
}

// So what outages ask of the crews.
Result<void> take_task_rules(const ServeOptions& options, Engine& engine) {
  if (options.task_rules.empty()) return {};
  auto rules = read_task_rules(options.task_rules);
  if (!rules) return unexpected(rules.error());
  Command command;
  command.set_actor("operator/serve");
  command.mutable_take_task_rules()->set_rules(write_whole_task_rules(*rules));
  const std::uint64_t before = engine.world()->rules_revision;
  if (auto taken = engine.execute(std::move(command)); !taken) return unexpected(taken.error());
  const std::uint64_t after = engine.world()->rules_revision;
  std::fprintf(stderr, "gridmend: task rules of %s %s\n", options.task_rules.c_str(),
               after == before ? "are the present ones" : "hold from here on");
  return {};
}

Result<void> run_server(const ServeOptions& options, const Clocks& clocks,
                        const StopSignals& signals) {
  auto store = SqliteStore::open(options.state);
  if (!store) return unexpected(store.error());
  const auto kept = std::make_shared<RegionDirectory>(options.state);
  kept->remove_leftovers();
  auto region = take_region(options, **store, *kept);
  if (!region) return unexpected(region.error());
  auto launches = read_launch_points("serve", options.launches, (*region)->roads);
  auto engine = Engine::open(*region, std::move(*store), clocks.clock,
                             engine_settings(clocks.drill != nullptr, std::move(launches)), kept);
  if (!engine) return unexpected(engine.error());
  // The journal's time never falls, so a simulated clock goes on from where it was.
  if (clocks.drill != nullptr) {
    clocks.drill->set(std::max(clocks.drill->now(), (*engine)->world()->time));
  }
  if (auto taken = take_settings(options, **engine); !taken) return taken;
  if (auto taken = take_task_rules(options, **engine); !taken) return taken;
  ServerSettings settings;
  settings.listen = options.listen;
  if (const auto folder = regions_folder(options); !folder.empty()) {
    auto intake = RegionIntake::open(folder, kept);
    if (!intake) return unexpected(intake.error());
    settings.regions = std::move(*intake);
  }
  auto server = Server::start(**engine, *clocks.clock, settings, clocks.drill.get());
  if (!server) return unexpected(server.error());
  if (!options.ready_file.empty()) {
    if (auto written = write_ready_file(options.ready_file, (*server)->address()); !written) {
      return written;
    }
  }
  const Region& held = *(*engine)->region();
  const std::uint64_t revision = (*engine)->world()->revision;
  std::fprintf(stderr, "gridmend: development mode: no TLS, loopback only%s\n",
               clocks.drill != nullptr ? "; simulated clock" : "");
  const std::string line =
      (options.json ? start_json : start_text)(held, (*server)->address(), revision);
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
  signals.wait();
  std::fprintf(stderr, "gridmend: draining\n");
  (*server)->drain();
  return {};
}

ExitCode serve(const ServeOptions& options) {
  keep_freed_memory();
  allow_many_files();
  const StopSignals signals;
  auto clocks = make_clocks(options.simulated_clock);
  if (!clocks) return failed(options, clocks.error());
  const auto served = run_server(options, *clocks, signals);
  if (!options.ready_file.empty()) {
    std::error_code ignored;
    std::filesystem::remove(options.ready_file, ignored);
  }
  return served ? ExitCode::done : failed(options, served.error());
}

}  // namespace

void add_serve_command(CLI::App& app, CommandOutcome& outcome) {
  auto options = std::make_shared<ServeOptions>();
  CLI::App* command = app.add_subcommand("serve", "Serve a region over gRPC until SIGTERM");
  command->add_option("region", options->region,
                      "The region file (.gmr); may be left out once the state directory holds it");
  command->add_option("--state", options->state, "Directory of the journal; made when absent")
      ->required();
  command->add_option("--regions", options->regions,
                      "Folder that `ctl region load` may take files from; that of the region file "
                      "when it is not given");
  command->add_option("--listen", options->listen, "Loopback address; port 0 picks a free one")
      ->capture_default_str();
  command
      ->add_option("--simulated-clock", options->simulated_clock,
                   "Start in simulated time, which only `ctl clock advance` moves")
      ->check([](const std::string& text) {
        return parse_rfc3339(text) ? "" : "'" + text + "' is no time: write 2026-07-20T02:00:00Z";
      });
  command->add_option("--settings", options->settings,
                      "What localisation believes from here on (TOML); the journal keeps it");
  command->add_option("--task-rules", options->task_rules,
                      "What outages ask of the crews from here on (TOML); the journal keeps it");
  command
      ->add_option("--launch", options->launches,
                   "LON,LAT where boats are launched from their trailers; repeatable")
      ->check(check_lon_lat);
  command->add_option("--ready-file", options->ready_file,
                      "Written with the address once serving, removed at the end");
  command->add_flag("--json", options->json, "Say that it serves, or why not, as one line of JSON");
  command->callback([options, &outcome] { outcome.exit_code = serve(*options); });
}

}  // namespace gridmend
