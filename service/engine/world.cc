#include "service/engine/world.h"

#include <algorithm>

namespace gridmend {
namespace {

template <class Record>
const Record* find_in(const RecordMap<Record>& map, std::string_view id) {
  const auto place = map.find(id);
  return place == map.end() ? nullptr : place->second.get();
}

bool held_by(const WorkTaskRecord* record, std::string_view crew_id) {
  return record != nullptr && !is_final(record->task.status) && is_held_by(record->task, crew_id);
}

}  // namespace

void HazardLog::note(std::uint64_t revision, PlanCause cause) {
  std::erase_if(entries, [&](const Entry& entry) { return entry.cause == cause; });
  if (entries.size() == kKept) entries.erase(entries.begin());
  entries.push_back({revision, std::move(cause)});
}

void HazardLog::forget_until(std::uint64_t revision) {
  std::erase_if(entries, [&](const Entry& entry) { return entry.revision <= revision; });
}

const OutageRecord* World::find_outage(std::string_view id) const { return find_in(*outages, id); }
const CrewRecord* World::find_crew(std::string_view id) const { return find_in(*crews, id); }
const DepotRecord* World::find_depot(std::string_view id) const { return find_in(*depots, id); }
const WorkTaskRecord* World::find_task(std::string_view id) const { return find_in(*tasks, id); }

std::optional<RestorationEstimate> World::estimated_restoration(std::string_view outage_id) const {
  const OutageRecord* outage = find_outage(outage_id);
  if (outage == nullptr) return std::nullopt;
  std::optional<Time> last;
  for (const std::string& id : outage->tasks) {
    const WorkTaskRecord* record = find_task(id);
    if (record == nullptr || is_final(record->task.status)) continue;
    const PlannedStop* stop = plan->find_stop(id);
    if (stop == nullptr || plan->leaves_out(id)) return std::nullopt;
    last = std::max(last.value_or(stop->completion), stop->completion);
  }
  if (!last) return std::nullopt;
  const auto sampled = plan->restorations.find(outage_id);
  if (sampled != plan->restorations.end()) return sampled->second;
  return RestorationEstimate{*last, *last};
}

std::vector<PlannedStop> World::assignments(std::string_view crew_id) const {
  std::vector<PlannedStop> stops;
  for (const PlannedTour& tour : plan->tours) {
    if (tour.crew != crew_id) continue;
    for (const PlannedStop& stop : tour.stops) {
      if (held_by(find_task(stop.task), crew_id)) stops.push_back(stop);
    }
  }
  const auto planned = static_cast<std::ptrdiff_t>(stops.size());
  for (const auto& [id, record] : *tasks) {
    if (!held_by(record.get(), crew_id)) continue;
    const bool known = std::any_of(stops.begin(), stops.begin() + planned,
                                   [&](const PlannedStop& stop) { return stop.task == id; });
    if (!known) stops.push_back({id, {}, {}, {}});
  }
  // What the crew is at or on its way to comes first, whatever the plan's order was.
  const CrewRecord* crew = find_crew(crew_id);
  if (crew == nullptr) return stops;
  std::stable_partition(stops.begin(), stops.end(), [&](const PlannedStop& stop) {
    return stop.task == crew->crew.current_task;
  });
  return stops;
}

const PlannedStop* Plan::find_stop(std::string_view task) const {
  const PlannedStop* last = nullptr;
  for (const PlannedTour& tour : tours) {
    for (const PlannedStop& stop : tour.stops) {
      if (stop.task != task) continue;
      if (last == nullptr || stop.completion > last->completion) last = &stop;
    }
  }
  return last;
}

const PlannedStop* Plan::find_stop(std::string_view task, std::string_view crew) const {
  for (const PlannedTour& tour : tours) {
    if (tour.crew != crew) continue;
    for (const PlannedStop& stop : tour.stops) {
      if (stop.task == task) return &stop;
    }
  }
  return nullptr;
}

bool Plan::leaves_out(std::string_view task) const {
  return std::any_of(unserved.begin(), unserved.end(),
                     [&](const UnplannedTask& left_out) { return left_out.task == task; });
}

}  // namespace gridmend
