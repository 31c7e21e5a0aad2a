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

void learn_links(Workbench& bench, const OutageUpdate& update, const EvidenceBook& evidence) {
  if (bench.schema < 3) return;
  Draft& draft = bench.draft;
  for (const OutageChange& change : update.changes) {
    if (change.after != OutageStatus::closed) continue;
    if (const Outage* outage = update.book.find(change.id))
      draft.storms.edit().add(draft.supply->inference(), *outage,
                              restored_at_once(find(*draft.outages, change.id), *outage));
  }
  if (draft.storms->waiting().empty()) return;
  const LinkSettings& settings = bench.localiser().links;
  bool learnt = false;
  for (const StormLog::Storm& storm :
       draft.storms.edit().take_ended(bench.region.network, update.book.outages, settings)) {
    ++(storm.known ? draft.counters.storms_learnt : draft.counters.storms_not_learnt);
    if (!storm.known) continue;
    draft.link_ledger.edit().record(storm.spells, evidence);
    learnt = true;
  }
  if (learnt) draft.suspected_links = suspected_by(*draft.link_ledger);
}

}  // namespace gridmend
