#include "data/region/region_overlap.h"
#include "gridmend/v1/network.pb.h"
#include "service/converters/field_path.h"
#include "service/converters/time_converter.h"
#include "service/handlers/actor.h"
#include "service/handlers/calls.h"
#include "service/handlers/paging.h"
#include "service/handlers/region_changes.h"
#include "service/handlers/region_intake.h"

namespace gridmend {
namespace {

Result<const RegionIntake*> intake(const CallContext& context) {
  if (context.regions != nullptr) return context.regions;
  return refuse(ErrorCode::failed_precondition, "REGION_LOADING_OFF",
                "the server was not told of a folder to take regions from: start it with gridmend "
                "serve --regions DIR");
}

Result<void> check_expected(const Region& region, const std::string& expected) {
  if (expected.empty() || expected == to_hex(region.id)) return {};
  return refuse(ErrorCode::failed_precondition, "REGION_ID_WRONG",
                "the file holds region " + to_hex(region.id) + ", not " + expected, "region");
}

// Another town's region, or the same town's with new ids, would quietly end every outage.
Result<void> check_alike(const Region& before, const Region& after) {
  const RegionOverlap overlap =
      overlap_of(before.network, after.network, match_regions(before.network, after.network));
  if (overlap.enough()) return {};
  return refuse(ErrorCode::failed_precondition, "REGION_UNLIKE",
                "of the present region it has only " + std::to_string(overlap.devices_kept) +
                    " of " + std::to_string(overlap.devices) + " devices and " +
                    std::to_string(overlap.usage_points_kept) + " of " +
                    std::to_string(overlap.usage_points) +
                    " usage points, and the outages, evidence and switch positions of all others "
                    "would be lost; it is taken only when forced",
                "file");
}

// Switches that stand open by order and that the new region does not know.
std::vector<std::string> orders_lost(const World& world, const NetworkModel& after) {
  std::vector<std::string> lost;
  const NetworkModel& network = world.region->network;
  for (const auto& [device, open] : world.switches().departures()) {
    if (network.devices()[device].normally_open != 0 || !open.any()) continue;
    std::string mrid{network.mrid(device)};
    if (!after.find_device(mrid)) lost.push_back(std::move(mrid));
  }
  return lost;
}

// What is switched off on purpose would look like a failure.
Result<void> check_orders(const World& world, const Region& after) {
  const std::vector<std::string> lost = orders_lost(world, after.network);
  if (lost.empty()) return {};
  return refuse(
      ErrorCode::failed_precondition, "REGION_LOSES_ORDERS",
      lost.front() +
          (lost.size() > 1 ? " and " + std::to_string(lost.size() - 1) + " more switches stand"
                           : " stands") +
          " open by order and would be gone with its order; it is taken only when forced",
      "file");
}

Result<v1::PreviewRegionResponse> preview(const CallContext& context,
                                          const v1::PreviewRegionRequest& request) {
  const auto from = intake(context);
  if (!from) return unexpected(from.error());
  auto after = (*from)->examine(request.file());
  if (!after) return unexpected(after.error());
  if (auto sound = check_expected(**after, request.region()); !sound)
    return unexpected(sound.error());
  v1::PreviewRegionResponse response;
  response.set_region(to_hex((*after)->id));
  if ((*after)->id == context.engine.region()->id) {
    response.set_present_region(response.region());
    response.mutable_changes();
    response.mutable_carry_over();
    response.set_revision(context.engine.world()->revision);
    return response;
  }
  auto found = context.engine.preview_region(std::move(*after));
  if (!found) return unexpected(found.error());
  const RegionStep& step = *found->step;
  response.set_present_region(to_hex(step.before->id));
  *response.mutable_changes() =
      to_proto(diff_regions(*step.before, *step.after, step.match), *step.before, *step.after);
  *response.mutable_carry_over() = std::move(found->carry_over);
  *response.mutable_overlap() =
      to_proto(overlap_of(step.before->network, step.after->network, step.match));
  for (std::string& mrid : orders_lost(*context.engine.world(), step.after->network))
    response.add_orders_lost(std::move(mrid));
  response.set_revision(found->revision);
  return response;
}

v1::RegionCarryOver carry_over_of(const World& world, std::uint64_t revision) {
  for (auto load = world.region_loads->rbegin(); load != world.region_loads->rend(); ++load) {
    if (load->revision == revision) return load->carry_over;
  }
  return {};
}

Result<v1::LoadRegionResponse> load(const CallContext& context,
                                    const v1::LoadRegionRequest& request) {
  const auto from = intake(context);
  if (!from) return unexpected(from.error());
  auto command = command_by_operator(request.request_id(), request.operator_());
  if (!command) return unexpected(command.error());
  auto after = (*from)->examine(request.file());
  if (!after) return unexpected(after.error());
  if (auto sound = check_expected(**after, request.region()); !sound)
    return unexpected(sound.error());
  v1::LoadRegionResponse response;
  response.set_region(to_hex((*after)->id));
  const auto present = context.engine.world();
  // Also what a request that is repeated after a lost answer comes to.
  if (present->region->id == (*after)->id) {
    response.set_present_already(true);
    response.set_revision(present->region_revision());
    *response.mutable_carry_over() = carry_over_of(*present, response.revision());
    return response;
  }
  // Found alike to this one, so only this one is replaced.
  const std::string present_id = to_hex(present->region->id);
  std::string replaced = request.present_region();
  if (!request.force() && (replaced.empty() || replaced == present_id)) {
    replaced = present_id;
    if (auto alike = check_alike(*present->region, **after); !alike)
      return unexpected(alike.error());
    if (auto kept = check_orders(*present, **after); !kept) return unexpected(kept.error());
  }
  // Looked at before it is kept, so that refused files leave nothing behind.
  auto kept = (*from)->keep(request.file());
  if (!kept) return unexpected(kept.error());
  if ((*kept)->id != (*after)->id) {
    return refuse(ErrorCode::aborted, "REGION_FILE_CHANGED",
                  "the file changed while it was looked at", "file");
  }
  const auto done = context.engine.load_region(std::move(*kept), std::move(*command), replaced);
  if (!done) return unexpected(done.error());
  response.set_revision(done->revision);
  *response.mutable_carry_over() = carry_over_of(*context.engine.world(), done->revision);
  return response;
}

Result<v1::ListRegionLoadsResponse> list_loads(const World& world,
                                               const v1::ListRegionLoadsRequest& request) {
  auto size = page_size(request.page_size(), 10, 100);
  if (!size) return unexpected(size.error());
  const PageTokens tokens{request};
  // Counted from the oldest, so that a load in between shifts nothing.
  const auto place = tokens.number();
  if (!place) return unexpected(place.error());
  const std::vector<RegionLoad>& loads = *world.region_loads;
  std::uint64_t next = *place == 0 || *place > loads.size() ? loads.size() : *place;
  v1::ListRegionLoadsResponse response;
  for (; next > 0 && response.loads_size() < static_cast<int>(*size); --next) {
    const RegionLoad& load = loads[static_cast<std::size_t>(next - 1)];
    v1::RegionLoad& added = *response.add_loads();
    added.set_region(load.region);
    added.set_previous_region(load.previous_region);
    added.set_name(load.name);
    added.set_actor(load.actor);
    *added.mutable_time() = to_proto(load.time);
    added.set_revision(load.revision);
    *added.mutable_carry_over() = load.carry_over;
  }
  if (next > 0) response.set_next_page_token(tokens.token(next));
  return response;
}

}  // namespace

void add_region_calls(RpcService& service, const CallContext& context) {
  Engine& engine = context.engine;
  add_slow_read<v1::PreviewRegionRequest, v1::PreviewRegionResponse>(
      service, "PreviewRegion", context.workers,
      [context](const auto& request) { return preview(context, request); });
  // Its command is made of a file, which takes its time: a worker waits for all of it.
  add_slow_read<v1::LoadRegionRequest, v1::LoadRegionResponse>(
      service, "LoadRegion", context.workers,
      [context](const auto& request) { return load(context, request); });
  add_slow_read<v1::ListRegionLoadsRequest, v1::ListRegionLoadsResponse>(
      service, "ListRegionLoads", context.workers,
      [&engine](const auto& request) { return list_loads(*engine.world(), request); });
  add_slow_read<v1::GetStateHashRequest, v1::StateHash>(
      service, "GetStateHash", context.workers, [&engine](const auto&) -> Result<v1::StateHash> {
        const StateHash state = engine.state_hash();
        v1::StateHash message;
        message.set_hash(to_hex(state.hash));
        message.set_revision(state.revision);
        message.set_region(to_hex(state.region));
        return message;
      });
}

}  // namespace gridmend
