#include "service/engine/live_loop.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>

namespace gridmend {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// How soon a loop notices that it has to stop.
constexpr milliseconds kBreath{50};
// How long a plan that could not be adopted (a full disk, a world that moved on) waits.
constexpr milliseconds kRetry{1000};

// A plan that is found a second later is as good; outages that are shown a second later are not. On
// a machine with few processors planning leaves them to evidence and localisation.
void give_way() {
  constexpr int kNice = 10;
  const auto self = static_cast<id_t>(syscall(SYS_gettid));
  (void)setpriority(PRIO_PROCESS, self, kNice);  // not allowed: then it does not
}

bool anything_stands(const World& world) {
  for (const auto& [id, record] : *world.outages) {
    const OutageStatus status = record->outage.status;
    if (status != OutageStatus::closed && status != OutageStatus::withdrawn) return true;
  }
  return false;
}

void rest(steady_clock::duration duration, const std::stop_token& stop) {
  const auto until = steady_clock::now() + duration;
  while (!stop.stop_requested() && steady_clock::now() < until) {
    std::this_thread::sleep_for(
        std::min<steady_clock::duration>(kBreath, until - steady_clock::now()));
  }
}

std::string cause_of(const World& world) {
  return world.plan->revision == 0
             ? "first plan"
             : "work changed at revision " + std::to_string(world.work_revision);
}

}  // namespace

LiveLoop::LiveLoop(const EngineSettings& settings, const Publisher& publisher, Actions actions)
    : settings_(settings),
      publisher_(publisher),
      actions_(std::move(actions)),
      localising_([this](const std::stop_token& stop) { watch_evidence(stop); }),
      planning_([this](const std::stop_token& stop) { watch_work(stop); }) {}

LiveLoop::~LiveLoop() {
  localising_.request_stop();
  planning_.request_stop();
}

void LiveLoop::watch_evidence(const std::stop_token& stop) {
  auto last = steady_clock::now(), begun = last;
  while (!stop.stop_requested()) {
    const auto world = publisher_.world();
    const bool overdue =
        steady_clock::now() - last >= settings_.reassess_every && anything_stands(*world);
    if (!world->needs_reassessment() && !overdue) {
      publisher_.wait_after(world->revision, kBreath);
      continue;
    }
    // What came while the last one was worked out has waited already.
    if (!overdue) rest(settings_.reassess_after - (steady_clock::now() - begun), stop);
    if (stop.stop_requested()) return;
    begun = steady_clock::now();
    actions_.reassess();
    last = steady_clock::now();
  }
}

// Every change is fitted into the plan at once; what changed until then is planned together later.
void LiveLoop::answer_changes(steady_clock::time_point until, const std::stop_token& stop) {
  std::uint64_t answered = 0;
  while (!stop.stop_requested() && steady_clock::now() < until) {
    const auto world = publisher_.world();
    if (world->needs_plan() && world->work_revision > answered) {
      answered = world->work_revision;
      (void)actions_.replan(cause_of(*world), Planning::at_once, stop);
    } else {
      publisher_.wait_after(world->revision, kBreath);
    }
  }
}

// Who calls while a plan is searched does not wait for it: the search ends with what it has found,
// the next one goes on from there.
bool LiveLoop::search(const World& world, const std::stop_token& stop) {
  std::stop_source enough;
  const std::stop_callback ended(stop, [&] { enough.request_stop(); });
  const std::jthread watching([&](const std::stop_token& over) {
    while (!over.stop_requested()) {
      const auto now = publisher_.world();
      if (now->work_revision > world.work_revision) {
        enough.request_stop();
        return;
      }
      publisher_.wait_after(now->revision, kBreath);
    }
  });
  return actions_.replan(cause_of(world), Planning::thorough, enough.get_token());
}

void LiveLoop::watch_work(const std::stop_token& stop) {
  give_way();
  std::uint64_t planned_at = 0;  // work revision that the last search knew, adopted or not
  while (!stop.stop_requested()) {
    const auto world = publisher_.world();
    if (!world->needs_plan() || world->work_revision <= planned_at) {
      publisher_.wait_after(world->revision, kBreath);
      continue;
    }
    answer_changes(steady_clock::now() + settings_.replan_after, stop);
    if (stop.stop_requested()) return;
    const auto fresh = publisher_.world();
    if (search(*fresh, stop)) {
      planned_at = fresh->work_revision;
    } else {
      rest(kRetry, stop);
    }
  }
}

}  // namespace gridmend
