#include "service/converters/work_converter.h"
#include "service/engine/acts.h"
#include "service/engine/masked_update.h"

namespace gridmend {
namespace {

constexpr std::string_view kMutable[] = {"name", "position", "stock", "loading_duration"};

tl::unexpected<Error> position_missing() {
  return refuse(ErrorCode::invalid_argument, "POSITION_MISSING", "a depot is somewhere",
                "depot.position");
}

Answer put(Workbench& bench, Depot depot) {
  const std::string id = depot.id;
  bench.edit_depot(id).depot = std::move(depot);
  bench.draft.newest_depot = {bench.revision, id};
  bench.work_changed();
  return bench.answer(id);
}

}  // namespace

Result<Answer> create_depot(Workbench& bench, const v1::CreateDepotRequest& request) {
  auto depot = to_domain(request.depot(), "depot");
  if (!depot) return unexpected(depot.error());
  if (!request.depot().has_position()) return position_missing();
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
  const auto message =
      masked_update(to_proto((*present)->depot), request.depot(), request.update_mask(), kMutable);
  if (!message) return unexpected(message.error());
  if (!message->has_position()) return position_missing();
  auto next = to_domain(*message, "depot");
  if (!next) return unexpected(next.error());
  return put(bench, std::move(*next));
}

}  // namespace gridmend
