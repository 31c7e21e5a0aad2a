#include <algorithm>

#include "service/engine/acts.h"

namespace gridmend {
namespace {

// Two callers who see the same wire lie on the road.
constexpr double kSamePlace_m = 50;

std::optional<Position> place_of(const TroubleCall& call, const NetworkModel& network) {
  if (call.usage_point.valid()) return network.usage_points()[call.usage_point].position;
  if (call.position) return call.position;
  if (call.places.empty()) return std::nullopt;
  const CallPlace& likeliest = *std::ranges::max_element(call.places, {}, &CallPlace::probability);
  return network.usage_points()[likeliest.usage_point].position;
}

// Somebody is to go there, or was there lately.
bool is_seen_to(const Workbench& bench, Position place) {
  return std::ranges::any_of(*bench.draft.tasks, [&](const auto& known) {
    const WorkTask& task = known.second->task;
    if (task.kind != WorkKind::safety_visit || task.status == WorkStatus::cancelled) return false;
    if (distance_m(task.position, place) > kSamePlace_m) return false;
    return task.status != WorkStatus::completed ||
           *task.completed_at + bench.task_rules().retry_after > bench.time;
  });
}

}  // namespace

void ask_for_safety_visit(Workbench& bench, const Evidence& item) {
  const auto* call = std::get_if<TroubleCall>(&item.kind);
  if (call == nullptr || call->complaint != Complaint::hazard) return;
  if (item.event_time < bench.time - bench.localiser().outages.calls_kept) return;
  const std::optional<Position> place = place_of(*call, bench.region.network);
  if (!place || is_seen_to(bench, *place)) return;
  const std::string id = next_task_id(bench);
  WorkTaskRecord& record = bench.edit_task(id);
  record.made_by_engine = true;
  record.asked_revision = bench.revision;
  record.task.id = id;
  record.task.kind = WorkKind::safety_visit;
  record.task.position = *place;
  ask_by_rules(nullptr, bench.task_rules(), record.task);
  // Nobody gets light back by it, and nothing is more urgent.
  record.task.weight = *std::ranges::max_element(bench.localiser().weights.weight);
  record.task.created_at = bench.time;
  bench.work_changed();
}

}  // namespace gridmend
