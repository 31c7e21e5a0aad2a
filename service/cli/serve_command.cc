#include <signal.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "data/region/region.h"
#include "service/cli/commands.h"
#include "service/engine/engine.h"
#include "service/handlers/server.h"
#include "service/store/region_directory.h"
#include "service/store/sqlite_store.h"

namespace gridmend {

namespace {

constexpr rlim_t kOpenFiles = 65'536;

struct ServeOptions {
  std::string region;
  std::string state;
  std::string regions;
  std::string listen = "127.0.0.1:7433";
  std::string simulated_clock;
  std::string ready_file;
};

ExitCode failed(const Error& error) {
  std::fprintf(stderr, "gridmend: serve: %s", describe(error).c_str());
  if (!error.reason.empty()) std::fprintf(stderr, " [%s]", error.reason.c_str());
  std::fprintf(stderr, "\n");
  switch (error.code) {
    case ErrorCode::internal:
    case ErrorCode::unavailable:
    case ErrorCode::resource_exhausted:
      return ExitCode::machine_failed;
    default:
      return ExitCode::refused;
  }
}

// Every watcher is an open file.
void allow_many_files() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = std::min(std::max(limit.rlim_cur, kOpenFiles), limit.rlim_max);
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
EngineSettings engine_settings(bool simulated) {
  EngineSettings settings;
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

Result<void> run_server(const ServeOptions& options, const Clocks& clocks,
                        const StopSignals& signals) {
  auto store = SqliteStore::open(options.state);
  if (!store) return unexpected(store.error());
  const auto kept = std::make_shared<RegionDirectory>(options.state);
  kept->remove_leftovers();
  auto region = take_region(options, **store, *kept);
  if (!region) return unexpected(region.error());
  auto engine = Engine::open(*region, std::move(*store), clocks.clock,
                             engine_settings(clocks.drill != nullptr), kept);
  if (!engine) return unexpected(engine.error());
  // The journal's time never falls, so a simulated clock goes on from where it was.
  if (clocks.drill != nullptr) {
    clocks.drill->set(std::max(clocks.drill->now(), (*engine)->world()->time));
  }
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
  const std::string name = (*engine)->region()->provenance.name;
  std::fprintf(stderr, "gridmend: development mode: no TLS, loopback only%s\n",
               clocks.drill != nullptr ? "; simulated clock" : "");
  std::printf("serving %s on %s, revision %llu\n",
              name.empty() ? to_hex((*engine)->region()->id).c_str() : name.c_str(),
              (*server)->address().c_str(),
              static_cast<unsigned long long>((*engine)->world()->revision));
  std::fflush(stdout);
  signals.wait();
  std::fprintf(stderr, "gridmend: draining\n");
  (*server)->drain();
  return {};
}

ExitCode serve(const ServeOptions& options) {
  allow_many_files();
  const StopSignals signals;
  auto clocks = make_clocks(options.simulated_clock);
  if (!clocks) return failed(clocks.error());
  const auto served = run_server(options, *clocks, signals);
  if (!options.ready_file.empty()) {
    std::error_code ignored;
    std::filesystem::remove(options.ready_file, ignored);
  }
  return served ? ExitCode::done : failed(served.error());
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
  command->add_option("--simulated-clock", options->simulated_clock,
                      "Start in simulated time, which only `ctl clock advance` moves");
  command->add_option("--ready-file", options->ready_file,
                      "Written with the address once serving, removed at the end");
  command->callback([options, &outcome] { outcome.exit_code = serve(*options); });
}

}  // namespace gridmend
