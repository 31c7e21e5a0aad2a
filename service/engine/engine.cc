#include "service/engine/engine.h"

#include <algorithm>
#include <atomic>
#include <mutex>

#include "service/engine/dispatch_builder.h"
#include "service/engine/find_plan.h"
#include "service/engine/live_loop.h"
#include "service/engine/publisher.h"
#include "service/engine/reassessment.h"
#include "service/engine/replay.h"
#include "service/engine/writer.h"

namespace gridmend {

struct Engine::Implementation {
  std::shared_ptr<RegionStore> regions;  // null: no region can be loaded
  std::mutex loading;
  std::shared_ptr<const Clock> clock;
  EngineSettings settings;
  Publisher publisher;
  std::atomic<std::uint64_t> refused_unseen{0};
  std::atomic<std::uint64_t> plans_made{0};
  std::atomic<std::uint64_t> plans_stale{0};
  std::atomic<double> last_plan_ms{0};
  std::atomic<double> beside_ms{0};  // that the last reassessment took beside the writer
  // In order of construction: the loop submits to the writer, the writer publishes.
  std::unique_ptr<Writer> writer;
  std::unique_ptr<LiveLoop> loop;

  Implementation(std::shared_ptr<RegionStore> regions_in, std::shared_ptr<const Clock> clock_in,
                 EngineSettings settings_in)
      : regions(std::move(regions_in)),
        clock(std::move(clock_in)),
        settings(std::move(settings_in)),
        publisher(settings.change_ring) {}

  ~Implementation() {
    loop.reset();
    writer.reset();
    publisher.close();
  }

  Result<Answer> replan(EngineSettings planning, const std::string& cause, std::stop_token stop);
};

namespace {

// A plan made from an older state than this is not adopted.
std::uint64_t oldest_base(const World& world) {
  return std::max({world.region_revision(), world.hazard_revision(), world.depot_gone_revision});
}

}  // namespace

Engine::Engine(std::unique_ptr<Implementation> implementation) : impl_(std::move(implementation)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::open(std::shared_ptr<const Region> region,
                                             std::unique_ptr<Store> store,
                                             std::shared_ptr<const Clock> clock,
                                             EngineSettings settings,
                                             std::shared_ptr<RegionStore> regions) {
  if (auto sound = gridmend::validate(settings.state.localiser); !sound)
    return unexpected(sound.error());
  auto first = first_region(*store, region, regions.get());
  if (!first) return unexpected(first.error());
  State state(*first, settings.state);
  if (auto replayed = replay(*store, state, regions.get()); !replayed)
    return unexpected(replayed.error());
  if (auto known = check_given_region(state, region.get()); !known)
    return unexpected(known.error());
  if (store->region_id().empty()) {
    if (auto bound = store->bind_region(to_hex((*first)->id)); !bound)
      return unexpected(bound.error());
  }
  auto made =
      std::make_unique<Implementation>(std::move(regions), std::move(clock), std::move(settings));
  made->publisher.start(state.publish());
  made->writer = std::make_unique<Writer>(std::move(state), std::move(store), made->clock,
                                          made->settings, made->publisher);
  std::unique_ptr<Engine> engine(new Engine(std::move(made)));
  if (engine->impl_->settings.automation == Automation::live) {
    Engine* self = engine.get();
    engine->impl_->loop = std::make_unique<LiveLoop>(
        engine->impl_->settings, engine->impl_->publisher,
        LiveLoop::Actions{
            [self] { (void)self->reassess_beside(); },
            [self](const std::string& cause, LiveLoop::Planning how, const std::stop_token& stop) {
              EngineSettings planning = self->impl_->settings;
              if (how == LiveLoop::Planning::at_once) planning.planner.time_limit_s = 0;
              return self->impl_->replan(std::move(planning), cause, stop).has_value();
            }});
  }
  return engine;
}

void Engine::submit(Command command, Acknowledge acknowledge) {
  const auto world = impl_->publisher.world();
  const CallPlacer placer{*world->places, world->localiser->call_places};
  auto prepared = prepare(std::move(command), *world->region, &placer);
  if (!prepared) {
    ++impl_->refused_unseen;
    acknowledge(unexpected(std::move(prepared.error())));
    return;
  }
  prepared->settings_revision = world->settings_revision;
  impl_->writer->queue(std::move(*prepared), std::move(acknowledge));
}

std::future<Result<Answer>> Engine::submit(Command command) {
  auto promise = std::make_shared<std::promise<Result<Answer>>>();
  std::future<Result<Answer>> future = promise->get_future();
  submit(std::move(command),
         [promise](Result<Answer> answer) { promise->set_value(std::move(answer)); });
  return future;
}

Result<Answer> Engine::execute(Command command) { return submit(std::move(command)).get(); }

std::shared_ptr<const World> Engine::world() const { return impl_->publisher.world(); }

Result<ChangeSet> Engine::changes_since(std::uint64_t revision) const {
  return impl_->publisher.since(revision);
}

bool Engine::wait_for_revision_after(std::uint64_t revision,
                                     std::chrono::milliseconds patience) const {
  return impl_->publisher.wait_after(revision, patience);
}

Engine::Subscription Engine::subscribe(Listener listener) {
  return Subscription(impl_->publisher.subscribe(std::move(listener)));
}

Result<Answer> Engine::reassess_now() {
  Command command;
  command.set_actor("engine");
  command.mutable_reassess();
  impl_->beside_ms = 0;
  return execute(std::move(command));
}

Result<Answer> Engine::reassess_beside() {
  Command command;
  command.set_actor("engine");
  command.mutable_reassess()->set_step(journal::v1::Reassess::MARK);
  auto marked = execute(command);
  if (!marked) return marked;
  const auto world = impl_->publisher.world();
  const auto begun = std::chrono::steady_clock::now();
  std::shared_ptr<const Reassessment> found;
  if (world->mark != nullptr && world->mark->revision == marked->revision)
    found = std::make_shared<const Reassessment>(reassess(*world->mark));
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begun;
  impl_->beside_ms = took.count();
  command.mutable_reassess()->set_step(journal::v1::Reassess::APPLY);
  command.mutable_reassess()->set_mark_revision(marked->revision);
  auto prepared = prepare(std::move(command), *world->region);
  if (!prepared) return unexpected(prepared.error());
  prepared->reassessment = std::move(found);
  std::promise<Result<Answer>> promise;
  impl_->writer->queue(std::move(*prepared),
                       [&](Result<Answer> answer) { promise.set_value(std::move(answer)); });
  return promise.get_future().get();
}

// A plan is searched on a snapshot while the world moves on: what became impossible meanwhile is
// left out of it, and the state has the last word when it is adopted.
Result<Answer> Engine::Implementation::replan(EngineSettings planning, const std::string& cause,
                                              std::stop_token stop) {
  constexpr int kAttempts = 3;
  const auto begun = std::chrono::steady_clock::now();
  const auto searched = publisher.world();
  const auto is_wanted = [&] { return searched->revision >= oldest_base(*publisher.world()); };
  auto plan = find_wanted_plan(*searched, clock->now(), planning, cause, stop, is_wanted);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begun;
  last_plan_ms = took.count();
  if (!plan) return unexpected(plan.error());
  ++plans_made;
  Result<Answer> adopted;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto world = publisher.world();
    if (!*plan || (*plan)->plan().based_on_revision() < oldest_base(*world)) {
      // Who ended the search waits for an answer, not for another search.
      if (stop.stop_requested()) planning.planner.time_limit_s = 0;
      auto anew = find_plan(*world, clock->now(), planning, cause, stop);
      if (!anew) return unexpected(anew.error());
      *plan = std::move(*anew);
      ++plans_stale;
    }
    prune_plan(**plan, *world);
    if (!is_news(**plan, *world, planning.news_s)) {
      Answer unchanged;
      unchanged.revision = world->revision;
      unchanged.time = world->time;
      return unchanged;
    }
    Command command;
    command.set_actor("engine");
    *command.mutable_adopt_plan() = **plan;
    auto prepared = prepare(std::move(command), *world->region);
    if (!prepared) return unexpected(prepared.error());
    std::promise<Result<Answer>> promise;
    writer->queue(std::move(*prepared),
                  [&](Result<Answer> answer) { promise.set_value(std::move(answer)); });
    adopted = promise.get_future().get();
    if (adopted || adopted.error().reason != "PLAN_STALE") return adopted;
    ++plans_stale;
  }
  return adopted;
}

Result<Answer> Engine::replan_now(const PlannerSettings& settings, PlanningPolicy policy,
                                  std::string cause) {
  EngineSettings planning = impl_->settings;
  planning.planner = settings;
  planning.policy = policy;
  return impl_->replan(std::move(planning), cause, {});
}

Result<Answer> Engine::replan_now(const PlannerSettings& settings) {
  return replan_now(settings, impl_->settings.policy);
}

StateHash Engine::state_hash() {
  StateHash result;
  impl_->writer->visit([&](const State& state) {
    result = {state.revision(), state.hash(), state.region()->id};
  });
  return result;
}

Result<Answer> Engine::load_region(std::shared_ptr<const Region> after, Command command,
                                   std::string_view present) {
  const std::unique_lock one_at_a_time(impl_->loading, std::try_to_lock);
  if (!one_at_a_time) {
    return refuse(ErrorCode::aborted, "REGION_LOAD_UNDER_WAY", "another region is being loaded");
  }
  const std::string id = to_hex(after->id);
  if (impl_->regions == nullptr) {
    return refuse(ErrorCode::failed_precondition, "REGION_LOADING_OFF",
                  "this server keeps no regions and cannot take another");
  }
  if (auto kept = impl_->regions->find(id); !kept) return unexpected(kept.error());
  const auto before = region();
  if (!present.empty() && present != to_hex(before->id)) {
    return refuse(ErrorCode::aborted, "REGION_CHANGED",
                  "the region is " + to_hex(before->id) + " now, not " + std::string(present),
                  "present_region");
  }
  auto prepared = prepare_load(std::move(command), make_region_step(before, std::move(after)));
  if (!prepared) return unexpected(prepared.error());
  std::promise<Result<Answer>> promise;
  impl_->writer->queue(std::move(*prepared),
                       [&](Result<Answer> answer) { promise.set_value(std::move(answer)); });
  return promise.get_future().get();
}

Result<RegionPreview> Engine::preview_region(std::shared_ptr<const Region> after) {
  RegionPreview preview;
  preview.step = make_region_step(region(), std::move(after));
  auto prepared = prepare_load({}, preview.step);
  if (!prepared) return unexpected(prepared.error());
  Result<v1::RegionCarryOver> report;
  const Time now = impl_->clock->now();
  impl_->writer->visit([&](State& state) {
    preview.revision = state.revision();
    report = state.preview(*prepared, std::max(now, state.time()));
  });
  if (!report) return unexpected(report.error());
  preview.carry_over = std::move(*report);
  return preview;
}

Result<std::vector<JournalRecord>> Engine::journal_page(std::uint64_t after_revision,
                                                        std::size_t count) const {
  return impl_->writer->journal_page(after_revision, count);
}

EngineMetrics Engine::metrics() const {
  const Writer::Figures figures = impl_->writer->figures();
  EngineMetrics metrics;
  metrics.commands_accepted = figures.accepted;
  metrics.commands_refused = figures.refused + impl_->refused_unseen;
  metrics.commands_repeated = figures.repeated;
  metrics.evidence_duplicates = figures.duplicates;
  metrics.batches = figures.batches;
  metrics.queue_length = figures.queued;
  metrics.plans_made = impl_->plans_made;
  metrics.plans_stale = impl_->plans_stale;
  metrics.disk_full = figures.disk_full;
  metrics.reassess_on_writer_ms = figures.last_reassess_ms;
  metrics.last_reassess_ms = figures.last_reassess_ms + impl_->beside_ms;
  metrics.last_plan_ms = impl_->last_plan_ms;
  return metrics;
}

std::shared_ptr<const Region> Engine::region() const { return impl_->publisher.world()->region; }
const EngineSettings& Engine::settings() const { return impl_->settings; }
Time Engine::now() const { return impl_->clock->now(); }

}  // namespace gridmend
