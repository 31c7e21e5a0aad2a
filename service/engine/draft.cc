#include "service/engine/draft.h"

namespace gridmend {

Draft::Draft(const Region& region, const StateSettings& settings,
             std::shared_ptr<const PlaceIndex> places)
    : supply(std::make_shared<const SupplyPicture>(region.network, SwitchState{region.network})),
      normal_supply(supply),
      switch_histories(region.network),
      localiser(std::make_shared<const LocaliserSettings>(settings.localiser)),
      task_rules(std::make_shared<const TaskRules>(settings.task_rules)),
      link_ledger(LinkLedger{region.network, settings.localiser, region.suspected_links,
                             std::move(places)}),
      suspected_links(suspected_by(*link_ledger)),
      localised_evidence(std::make_shared<const EvidenceBook>(region.network)) {}

SuspectedLinks suspected_by(const LinkLedger& ledger) {
  auto links = ledger.suspected();
  GRIDMEND_CHECK(links.has_value(), "the ledger speaks of its own network");
  return std::move(*links);
}

void Draft::share_all() {
  outages.share();
  crews.share();
  depots.share();
  tasks.share();
  plan.share();
  water.share();
  closures.share();
  switching.share();
  region_loads.share();
  former_depots.share();
  hazard_log.share();
  outage_book.share();
  storms.share();
  link_ledger.share();
}

namespace {

template <class Record>
Result<const Record*> require(const RecordMap<Record>& map, std::string_view id, const char* reason,
                              const char* what, std::string field) {
  if (const Record* record = find(map, id)) return record;
  return refuse(ErrorCode::not_found, reason,
                "there is no " + std::string(what) + " '" + std::string(id) + "'",
                std::move(field));
}

}  // namespace

Result<const CrewRecord*> require_crew(const Draft& draft, std::string_view id, std::string field) {
  return require(*draft.crews, id, "CREW_UNKNOWN", "crew", std::move(field));
}

Result<const DepotRecord*> require_depot(const Draft& draft, std::string_view id,
                                         std::string field) {
  return require(*draft.depots, id, "DEPOT_UNKNOWN", "depot", std::move(field));
}

Result<const WorkTaskRecord*> require_task(const Draft& draft, std::string_view id,
                                           std::string field) {
  return require(*draft.tasks, id, "WORK_TASK_UNKNOWN", "work task", std::move(field));
}

Result<const OutageRecord*> require_outage(const Draft& draft, std::string_view id,
                                           std::string field) {
  return require(*draft.outages, id, "OUTAGE_UNKNOWN", "outage", std::move(field));
}

Result<void> check_etag(std::string_view etag, std::uint64_t revision) {
  if (etag.empty() || etag == etag_of(revision)) return {};
  return refuse(ErrorCode::aborted, "ETAG_STALE",
                "it has changed since: its etag is '" + etag_of(revision) + "' now", "etag");
}

}  // namespace gridmend
