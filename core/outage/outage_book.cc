#include "core/outage/outage_book.h"

#include <algorithm>
#include <tuple>

#include "core/outage/life_cycle.h"

namespace gridmend {
namespace {

Outage* find_open(OutageBook& book, std::string_view id) {
  for (Outage& outage : book.outages) {
    if (outage.id == id) return &outage;
  }
  return nullptr;
}

tl::unexpected<Error> refuse_outage(const OutageBook& book, std::string_view id) {
  if (book.find(id) == nullptr) {
    return refuse(ErrorCode::not_found, "OUTAGE_UNKNOWN",
                  "there is no outage '" + std::string{id} + "'", "outage");
  }
  return refuse(ErrorCode::failed_precondition, "OUTAGE_ENDED",
                "outage '" + std::string{id} + "' has ended", "outage");
}

}  // namespace

// Ids are of equal length up to a million; longer ones are greater.
bool outage_id_before(std::string_view a, std::string_view b) {
  return std::tuple{a.size(), a} < std::tuple{b.size(), b};
}

const Outage* OutageBook::find(std::string_view id) const {
  const auto it = std::ranges::lower_bound(outages, id, outage_id_before, &Outage::id);
  return it == outages.end() || it->id != id ? nullptr : &*it;
}

bool has_ended(OutageStatus status) {
  return status == OutageStatus::closed || status == OutageStatus::withdrawn;
}

bool takes_supply(OutageStatus status) {
  return status == OutageStatus::predicted || status == OutageStatus::confirmed ||
         status == OutageStatus::partially_restored;
}

bool stands_open(const Outage& outage, const SwitchState& switches) {
  const Id<Device> device = outage.probable.device;
  return !switches.conducts(device) || (switches.open_phases(device) & outage.phases).any();
}

bool may_need_repair(const Outage& outage) {
  return !outage.switched_off && outage.cause != OutageCause::de_energised_for_safety &&
         outage.cause != OutageCause::planned;
}

void apply_settlements(std::span<const Settlement> settlements, EvidenceBook& book) {
  for (const Settlement& settlement : settlements) {
    book.supply_confirmed(settlement.usage_points, settlement.time);
    if (settlement.device.valid())
      book.device_settled(settlement.device, settlement.time, settlement.finding);
  }
  if (!settlements.empty()) book.drop_settled_calls();
}

Result<OutageUpdate> confirm_outage(OutageBook book, std::string_view id, Time at) {
  Outage* outage = find_open(book, id);
  if (outage == nullptr || has_ended(outage->status)) return refuse_outage(book, id);
  OutageUpdate update;
  const OutageStatus before = outage->status;
  if (before == OutageStatus::predicted) outage->status = OutageStatus::confirmed;
  outage->operator_confirmed = true;
  outage->updated_at = at;
  update.changes.push_back({outage->id, before, outage->status, false, "operator"});
  update.book = std::move(book);
  return update;
}

Result<OutageUpdate> withdraw_outage(OutageBook book, std::string_view id, std::string why, Time at,
                                     Finding settled_as) {
  Outage* outage = find_open(book, id);
  if (outage == nullptr || has_ended(outage->status)) return refuse_outage(book, id);
  OutageUpdate update;
  const OutageStatus before = outage->status;
  outage->status = OutageStatus::withdrawn;
  outage->updated_at = at;
  update.changes.push_back({outage->id, before, OutageStatus::withdrawn, false,
                            why.empty() ? std::string{"operator"} : "operator: " + std::move(why)});
  update.settlements.push_back(
      {outage->affected.to_vector(), outage->probable.device, at, settled_as});
  update.book = std::move(book);
  return update;
}

Result<OutageUpdate> restore_outage(OutageBook book, std::string_view id, Time at,
                                    const OutageSettings& settings) {
  Outage* outage = find_open(book, id);
  if (outage == nullptr || has_ended(outage->status)) return refuse_outage(book, id);
  OutageUpdate update;
  const OutageStatus before = outage->status;
  set_restored(*outage, at, settings);
  outage->updated_at = at;
  update.changes.push_back({outage->id, before, OutageStatus::restored, false, "operator"});
  update.settlements.push_back({outage->affected.to_vector(), outage->probable.device, at});
  update.book = std::move(book);
  return update;
}

}  // namespace gridmend
