#include <algorithm>
#include <cstdio>

#include "service/converters/field_path.h"
#include "service/converters/hazard_converter.h"
#include "service/engine/acts.h"

namespace gridmend {
namespace {

std::string next_closure_id(Workbench& bench) {
  char text[24];
  do {
    std::snprintf(text, sizeof text, "C-%06llu",
                  static_cast<unsigned long long>(bench.draft.next_closure++));
  } while (find(*bench.draft.closures, text) != nullptr);
  return text;
}

// Localisation looks at depths too.
void water_changed(Workbench& bench, const std::string& id) {
  bench.draft.evidence_revision = bench.revision;
  bench.draft.newest_water = {bench.revision, id};
  bench.note_hazard(PlanCause::Kind::water, id);
  bench.work_changed();
  bench.note(ChangeKind::water_slice, id);
}

void closures_changed(Workbench& bench, const std::string& id) {
  bench.draft.newest_closure = {bench.revision, id};
  bench.note_hazard(PlanCause::Kind::road, id);
  bench.work_changed();
  bench.note(ChangeKind::road_closure, id);
}

}  // namespace

Result<Answer> put_water(Workbench& bench, const v1::PutWaterRequest& request) {
  auto slice = to_domain(request.layer(), "layer");
  if (!slice) return unexpected(slice.error());
  // To journals of before schema 9 every layer spoke of the whole earth.
  if (bench.schema < 9) slice->dry_elsewhere = true;
  const std::string id = slice->id;
  bench.draft.water.replace((*bench.draft.water).with_slice(std::move(*slice)));
  water_changed(bench, id);
  return bench.answer(id);
}

Result<Answer> delete_water(Workbench& bench, const v1::DeleteWaterRequest& request) {
  const auto slices = bench.draft.water->slices();
  const auto is_it = [&](const auto& slice) { return slice->id == request.id(); };
  if (std::ranges::none_of(slices, is_it)) {
    return refuse(ErrorCode::not_found, "WATER_UNKNOWN",
                  "there is no layer of water '" + request.id() + "'", "id");
  }
  bench.draft.water.replace(bench.draft.water->without_slice(request.id()));
  water_changed(bench, request.id());
  return bench.answer(request.id());
}

Result<Answer> close_road(Workbench& bench, const v1::CloseRoadRequest& request) {
  auto closure = to_domain(request.closure(), bench.time, "closure");
  if (!closure) return unexpected(closure.error());
  if (!closure->id.empty()) {
    if (auto sound = check_id(closure->id, "closure.id"); !sound) return unexpected(sound.error());
    if (find(*bench.draft.closures, closure->id) != nullptr) {
      return refuse(ErrorCode::already_exists, "CLOSURE_EXISTS",
                    "there is a closure '" + closure->id + "' already", "closure.id");
    }
  } else {
    closure->id = next_closure_id(bench);
  }
  auto record = std::make_shared<ClosureRecord>();
  const std::string id = closure->id;
  record->closure = std::move(*closure);
  record->actor =
      request.operator_().empty() ? std::string(bench.actor) : "operator/" + request.operator_();
  record->revision = bench.revision;
  bench.draft.closures.edit()[id] = std::move(record);
  closures_changed(bench, id);
  return bench.answer(id);
}

Result<Answer> reopen_road(Workbench& bench, const v1::ReopenRoadRequest& request) {
  if (find(*bench.draft.closures, request.id()) == nullptr) {
    return refuse(ErrorCode::not_found, "CLOSURE_UNKNOWN",
                  "there is no closure '" + request.id() + "'", "id");
  }
  bench.draft.closures.edit().erase(request.id());
  closures_changed(bench, request.id());
  return bench.answer(request.id());
}

}  // namespace gridmend
