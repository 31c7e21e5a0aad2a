#include "service/engine/acts.h"

namespace gridmend {
namespace {

// Meters of one restoration report one after the other; what takes longer was restored in parts.
constexpr Duration kStragglers = std::chrono::minutes{10};

bool restored_at_once(const OutageRecord* record, const Outage& outage) {
  if (record == nullptr) return true;
  for (const OutageEvent& event : record->history) {
    if (event.status != OutageStatus::partially_restored) continue;
    if (event.time + kStragglers < outage.restored_at) return false;
  }
  return true;
}

}  // namespace

void learn_links(const ReassessInput& input, Reassessment& result) {
  if (!input.learns_links) return;
  const InferenceForest& forest = input.supply.inference();
  StormLog storms = input.storms;
  bool ended = false;
  for (const OutageChange& change : result.update.changes) {
    if (change.after != OutageStatus::closed) continue;
    const Outage* outage = result.update.book.find(change.id);
    if (outage == nullptr) continue;
    storms.add(forest, *outage, restored_at_once(find(input.outages, change.id), *outage));
    ended = true;
  }
  if (!ended && storms.waiting().empty()) return;
  std::shared_ptr<LinkLedger> ledger;
  for (const StormLog::Storm& storm :
       storms.take_ended(forest.network(), result.update.book.outages, input.localiser.links)) {
    ++(storm.known ? result.storms_learnt : result.storms_not_learnt);
    if (!storm.known) continue;
    if (ledger == nullptr) ledger = std::make_shared<LinkLedger>(input.link_ledger);
    ledger->record(storm.spells, input.evidence);
  }
  result.storms = std::make_shared<const StormLog>(std::move(storms));
  if (ledger != nullptr) result.suspected_links = suspected_by(*ledger);
  result.link_ledger = std::move(ledger);
}

}  // namespace gridmend
