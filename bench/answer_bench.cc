// How soon a running server's plan has an answer to what happens: 200 crews, 1,000 tasks, live
// automation, on the roads of a city, dry and in a flood. From the call until the plan that is in
// force was made from a state that knows of it. bench_answer FILE.osm.pbf | LAYER. Figures and the
// command that gives them: README.md.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "bench/storm_city.h"
#include "core/base/freed_memory.h"
#include "service/converters/enum_converter.h"
#include "service/converters/geography_converter.h"
#include "service/converters/hazard_converter.h"
#include "service/engine/engine.h"
#include "service/store/memory_store.h"

namespace gridmend {
namespace {

using Watch = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kEvents = 15;

double ms_since(Watch::time_point begun) {
  return std::chrono::duration<double, std::milli>(Watch::now() - begun).count();
}

class Server {
 public:
  explicit Server(const std::shared_ptr<const Region>& region) : graph_(region->roads), random_(1) {
    EngineSettings settings;
    settings.automation = Automation::live;
    auto opened = Engine::open(
        region, std::make_unique<MemoryStore>(std::make_shared<MemoryStore::Contents>()),
        std::make_shared<SystemClock>(), settings);
    if (!opened) std::abort();
    engine_ = std::move(*opened);
    for (int i = 0; i < kStormCrews; ++i) {
      Command command = by_operator();
      v1::Crew& crew = *command.mutable_create_crew()->mutable_crew();
      crew.set_id("C" + std::to_string(1000 + i));
      *crew.mutable_position() = to_proto(somewhere_in(graph_, random_));
      crew.set_vehicle_class(to_proto(class_of_storm_crew(i)));
      crew.set_status(v1::Crew::AWAITING_ASSIGNMENT);
      run(std::move(command));
    }
    for (int i = 0; i < kStormTasks; ++i) run(new_task());
    settle();
  }

  void flood() {
    for (const WaterSlice& slice : rising_flood(graph_, engine_->now())) {
      Command command = by_operator();
      *command.mutable_put_water()->mutable_layer() = to_proto(slice, true);
      run(std::move(command));
    }
    settle();
  }

  Command new_task() {
    Command command = by_operator();
    v1::WorkTask& task = *command.mutable_create_work_task()->mutable_work_task();
    task.set_kind(v1::WorkTask::REPAIR);
    *task.mutable_position() = to_proto(somewhere_in(graph_, random_));
    task.mutable_expected_duration()->set_seconds(45 * 60);
    task.set_weight(random_.uniform(1, 300));
    return command;
  }
  // One that has work.
  Command crew_signs_off() {
    const auto world = engine_->world();
    const std::string crew = world->plan->tours[random_.below(world->plan->tours.size())].crew;
    Command command;
    command.set_actor("crew/" + crew);
    command.mutable_tablet_operation()->set_crew(crew);
    command.mutable_tablet_operation()->mutable_operation()->mutable_sign_off();
    return command;
  }
  // The street where somebody is to go, for good.
  Command road_closes() {
    const auto world = engine_->world();
    const PlannedTour& tour = world->plan->tours[random_.below(world->plan->tours.size())];
    const Position site = world->find_task(tour.stops.back().task)->task.position;
    Command command = by_operator();
    v1::Polyline& ring = *command.mutable_close_road()->mutable_closure()->add_area();
    for (const auto& [x, y] : {std::pair{-1, -1}, {1, -1}, {1, 1}, {-1, 1}, {-1, -1}})
      *ring.add_positions() =
          to_proto(Position{site.longitude_deg + 2e-3 * x, site.latitude_deg + 2e-3 * y});
    return command;
  }

  // Until the plan knows of it.
  double answered_ms(Command command) {
    const auto begun = Watch::now();
    const std::uint64_t revision = run(std::move(command));
    while (engine_->world()->plan->made_from_revision < revision) {
      engine_->wait_for_revision_after(engine_->world()->revision, milliseconds{5});
      if (ms_since(begun) > 60'000) std::abort();
    }
    return ms_since(begun);
  }
  // Nobody searches any more.
  void settle() {
    do {
      std::this_thread::sleep_for(milliseconds{500});
    } while (engine_->world()->needs_plan());
    std::this_thread::sleep_for(milliseconds{2500});
  }
  // A search is under way: what was answered at once is planned anew half a second later.
  void wait_for_search() {
    (void)answered_ms(new_task());
    std::this_thread::sleep_for(milliseconds{800});
  }

 private:
  static Command by_operator() {
    Command command;
    command.set_actor("operator/li");
    return command;
  }
  std::uint64_t run(Command command) {
    const auto answer = engine_->execute(std::move(command));
    if (!answer) {
      std::fprintf(stderr, "%s\n", describe(answer.error()).c_str());
      std::abort();
    }
    return answer->revision;
  }

  const RoadGraph& graph_;
  Random random_;
  std::unique_ptr<Engine> engine_;
};

void measure(Server& server, const std::string& what, const std::function<Command()>& event) {
  for (const bool searching : {false, true}) {
    std::vector<double> ms;
    for (int i = 0; i < kEvents; ++i) {
      if (searching) {
        server.wait_for_search();
      } else {
        server.settle();
      }
      ms.push_back(server.answered_ms(event()));
    }
    std::ranges::sort(ms);
    std::printf("| %-44s | %7.0f | %7.0f |\n",
                (what + (searching ? ", amid a search" : ", at rest")).c_str(), ms[ms.size() / 2],
                ms.back());
    std::fflush(stdout);
  }
}

int run(const std::filesystem::path& path) {
  const auto region = read_storm_city(path);
  if (region == nullptr) return 1;
  std::printf("%d events each\n\n", kEvents);
  std::printf("| answered after (ms) | median | worst |\n| --- | --- | --- |\n");
  Server server{region};
  for (const bool flood : {false, true}) {
    if (flood) server.flood();
    const std::string where = flood ? "flood: " : "dry: ";
    measure(server, where + "a new task", [&] { return server.new_task(); });
    measure(server, where + "a crew signs off", [&] { return server.crew_signs_off(); });
    measure(server, where + "streets close", [&] { return server.road_closes(); });
  }
  return 0;
}

}  // namespace
}  // namespace gridmend

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: bench_answer FILE.osm.pbf | FILE with a layer of roads\n");
    return 2;
  }
  gridmend::keep_freed_memory();  // as the server does
  return gridmend::run(argv[1]);
}
