#include "service/engine/energising_check.h"

#include <algorithm>
#include <tuple>

#include "core/outage/energisation.h"

namespace gridmend {
namespace {

bool has_supply(const SupplyForest& forest, const Device& device) {
  return forest.supplied(device.from) || forest.supplied(device.to);
}

}  // namespace

std::vector<UnsafeToEnergise> energised_unsafely(const Workbench& bench,
                                                 const SwitchPosition& position) {
  std::vector<UnsafeToEnergise> found;
  const Water& water = *bench.draft.water;
  const SwitchState& present = bench.draft.supply->switches();
  const PhaseSet open = present.open_phases(position.device);
  const bool closes = open.without(position.open_phases).any();
  if (water.empty() || !closes) return found;

  const NetworkModel& network = bench.region.network;
  SwitchState next = present;
  next.set_open_phases(position.device, position.open_phases);
  const SupplyForest& before = bench.draft.supply->forest();
  const SupplyForest after = SupplyForest::derive(network, next);
  const EvidenceBook* heard = bench.draft.localised_evidence.get();
  for (std::size_t i = 0; i < network.devices().size(); ++i) {
    const Id<Device> id{i};
    const Device& device = network.devices()[id];
    if (!has_supply(after, device)) continue;
    if (id != position.device && has_supply(before, device)) continue;
    UnsafeToEnergise unsafe =
        unsafe_to_energise(network, id, water, bench.time,
                           heard == nullptr ? nullptr : heard->find(id), bench.localiser());
    if (unsafe) found.push_back(std::move(unsafe));
  }
  std::ranges::stable_sort(found, {}, [](const UnsafeToEnergise& unsafe) {
    return std::tuple{unsafe.reason, -unsafe.depth_m};
  });
  return found;
}

Result<void> check_energising(const Workbench& bench, const SwitchPosition& position,
                              bool override_unsafe) {
  if (override_unsafe) return {};
  const std::vector<UnsafeToEnergise> unsafe = energised_unsafely(bench, position);
  if (unsafe.empty()) return {};
  const std::string more = unsafe.size() == 1 ? ""
                                              : " So are " + std::to_string(unsafe.size() - 1) +
                                                    " more devices that it energises.";
  return refuse(ErrorCode::failed_precondition, "UNSAFE_TO_ENERGISE",
                unsafe.front().sentence_en + more + " " + unsafe.front().sentence_zh,
                "step.device");
}

}  // namespace gridmend
