#include <algorithm>

#include "service/converters/work_converter.h"
#include "service/engine/acts.h"
#include "service/engine/masked_update.h"

namespace gridmend {
namespace {

constexpr std::string_view kMutableOfDepot[] = {"name", "position", "stock", "loading_duration"};

tl::unexpected<Error> depot_position_missing() {
  return refuse(ErrorCode::invalid_argument, "POSITION_MISSING", "a depot is somewhere",
                "depot.position");
}

Answer put(Workbench& bench, Depot depot) {
  const std::string id = depot.id;
  bench.edit_depot(id).depot = std::move(depot);
  if (bench.draft.former_depots->contains(id)) bench.draft.former_depots.edit().erase(id);
  bench.draft.newest_depot = {bench.revision, id};
  bench.note_hazard(PlanCause::Kind::depot, id);
  bench.work_changed();
  return bench.answer(id);
}

std::vector<std::string> crews_at_home(const Draft& draft, const std::string& depot) {
  std::vector<std::string> crews;
  for (const auto& [id, record] : *draft.crews) {
    if (record->crew.home_depot == depot) crews.push_back(id);
  }
  return crews;
}

// Nobody is sent there any more, though the rest of the plan stands until it is made anew.
void take_out_of_plan(Workbench& bench, const std::string& depot) {
  const Plan& plan = *bench.draft.plan;
  const auto loads = [&](const PlannedStop& stop) { return stop.depot == depot; };
  const bool any = std::ranges::any_of(
      plan.tours, [&](const PlannedTour& tour) { return std::ranges::any_of(tour.stops, loads); });
  if (!any) return;
  for (PlannedTour& tour : bench.draft.plan.edit().tours) {
    for (PlannedStop& stop : tour.stops) {
      if (loads(stop)) stop.depot.clear();
    }
  }
  bench.note(ChangeKind::plan, "");
}

// Where crews go home that had their home there.
Result<void> check_new_home(const Workbench& bench, const v1::DeleteDepotRequest& request,
                            const std::vector<std::string>& crews) {
  const std::string& home = request.new_home_depot();
  if (home == request.id()) {
    return refuse(ErrorCode::invalid_argument, "DEPOT_IS_THE_SAME",
                  "the new home is the depot that is given up", "new_home_depot");
  }
  if (!home.empty()) {
    const auto known = require_depot(bench.draft, home, "new_home_depot");
    if (!known) return unexpected(known.error());
    return {};
  }
  if (crews.empty() || request.force()) return {};
  return refuse(ErrorCode::failed_precondition, "DEPOT_IN_USE",
                "it is the home of " + std::to_string(crews.size()) + " crew" +
                    (crews.size() == 1 ? "" : "s") + ", crew '" + crews.front() +
                    "' for one: say where they go home, or force",
                "id");
}

}  // namespace

Result<Answer> create_depot(Workbench& bench, const v1::CreateDepotRequest& request) {
  auto depot = to_domain(request.depot(), "depot");
  if (!depot) return unexpected(depot.error());
  if (!request.depot().has_position()) return depot_position_missing();
  if (find(*bench.draft.depots, depot->id) != nullptr) {
    return refuse(ErrorCode::already_exists, "DEPOT_EXISTS",
                  "there is a depot '" + depot->id + "' already", "depot.id");
  }
  return put(bench, std::move(*depot));
}

Result<Answer> update_depot(Workbench& bench, const v1::UpdateDepotRequest& request) {
  const auto present = require_depot(bench.draft, request.depot().id(), "depot.id");
  if (!present) return unexpected(present.error());
  if (auto fresh = check_etag(request.depot().etag(), (*present)->revision); !fresh)
    return unexpected(fresh.error());
  const auto message = masked_update(to_proto((*present)->depot), request.depot(),
                                     request.update_mask(), kMutableOfDepot);
  if (!message) return unexpected(message.error());
  if (!message->has_position()) return depot_position_missing();
  auto next = to_domain(*message, "depot");
  if (!next) return unexpected(next.error());
  return put(bench, std::move(*next));
}

Result<Answer> delete_depot(Workbench& bench, const v1::DeleteDepotRequest& request) {
  const auto present = require_depot(bench.draft, request.id(), "id");
  if (!present) return unexpected(present.error());
  if (auto fresh = check_etag(request.etag(), (*present)->revision); !fresh)
    return unexpected(fresh.error());
  const std::string id = request.id();
  const std::vector<std::string> crews = crews_at_home(bench.draft, id);
  if (auto sound = check_new_home(bench, request, crews); !sound) return unexpected(sound.error());
  for (const std::string& crew : crews)
    bench.edit_crew(crew).crew.home_depot = request.new_home_depot();
  bench.draft.depots.edit().erase(id);
  bench.draft.former_depots.edit().insert(id);
  bench.note(ChangeKind::depot, id);
  bench.draft.newest_depot = {bench.revision, id};
  bench.note_hazard(PlanCause::Kind::depot, id);
  bench.draft.depot_gone_revision = bench.revision;
  take_out_of_plan(bench, id);
  bench.work_changed();
  return bench.answer(id);
}

}  // namespace gridmend
