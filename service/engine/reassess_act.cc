#include <algorithm>
#include <cmath>

#include "service/engine/acts.h"

namespace gridmend {
namespace {

double customers_in(const UsagePointSet& set, const NetworkModel& network) {
  double customers = 0;
  for (const IdRange<UsagePoint>& range : set.ranges()) {
    for (const Id<UsagePoint> id : range) customers += network.usage_points()[id].customers;
  }
  return customers;
}

bool moved(double before, double after, double share) {
  return std::abs(after - before) > share * std::max(std::abs(before), 1e-9);
}

bool same_suspects(const std::vector<SuspectDevice>& a, const std::vector<SuspectDevice>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const SuspectDevice& x, const SuspectDevice& y) {
                      return x.device == y.device && x.usage_point == y.usage_point;
                    });
}

// Posteriors drift a little with every second; people are told when the picture changes.
bool is_news(const Outage& before, const Outage& after) {
  return before.status != after.status || before.cause != after.cause ||
         before.probable.device != after.probable.device ||
         before.probable.usage_point != after.probable.usage_point ||
         before.phases != after.phases || before.switched_off != after.switched_off ||
         before.dead_items != after.dead_items ||
         before.operator_confirmed != after.operator_confirmed ||
         before.onset_earliest != after.onset_earliest ||
         before.onset_latest != after.onset_latest || before.restored_at != after.restored_at ||
         !(before.affected == after.affected) || !(before.dark == after.dark) ||
         !same_suspects(before.runners_up, after.runners_up) ||
         before.tell_apart.usage_point != after.tell_apart.usage_point ||
         before.tell_apart.device != after.tell_apart.device ||
         std::abs(before.probable.p_active - after.probable.p_active) > .01 ||
         moved(before.weight, after.weight, .02) ||
         moved(before.expected_customers, after.expected_customers, .02);
}

bool takes_supply(OutageStatus status) {
  return status == OutageStatus::predicted || status == OutageStatus::confirmed ||
         status == OutageStatus::partially_restored;
}

// When the number of the dark became what it is now, as far as is known.
Time step_time(const OutageRecord& record, const Outage& now, Time at) {
  if (record.customers_out.empty())
    return now.onset_earliest + (now.onset_latest - now.onset_earliest) / 2;
  Time time = at;
  if (!takes_supply(now.status) && now.restored_at != Time{}) time = now.restored_at;
  return std::max(time, record.customers_out.back().time);
}

void count_customers(OutageRecord& record, const Outage& now, const NetworkModel& network,
                     Time at) {
  const bool same = !record.customers_out.empty() && record.outage.dark == now.dark &&
                    takes_supply(record.outage.status) == takes_supply(now.status);
  if (same) return;
  const double customers = takes_supply(now.status) ? customers_in(now.dark, network) : 0;
  if (!record.customers_out.empty() && record.customers_out.back().customers == customers) return;
  record.customers_out.push_back({step_time(record, now, at), customers});
}

}  // namespace

void take_over(Workbench& bench, OutageUpdate update, std::string_view actor) {
  for (Outage& outage : update.book.outages) {
    const OutageRecord* before = find(*bench.draft.outages, outage.id);
    if (before != nullptr && !is_news(before->outage, outage)) continue;
    OutageRecord& record = bench.edit_outage(outage.id);
    count_customers(record, outage, bench.region.network, bench.time);
    record.outage = outage;
  }
  for (const OutageChange& change : update.changes) {
    bench.edit_outage(change.id).history.push_back(
        {bench.revision, bench.time, change.after, std::string(actor), change.why});
  }
  for (Settlement& settlement : update.settlements) bench.heard.emplace_back(std::move(settlement));
  std::erase_if(update.book.outages, [](const Outage& outage) { return has_ended(outage.status); });
  bench.draft.outage_book.replace(std::move(update.book));
}

Result<Answer> reassess(Workbench& bench, const EvidenceBook& evidence) {
  const SupplyPicture& supply = *bench.draft.supply;
  const LocaliserInput input{supply.inference(), evidence, *bench.draft.water, bench.time,
                             bench.links()};
  OutageUpdate update =
      update_outages(input, supply.switches(), *bench.draft.outage_book, bench.localiser());
  learn_links(bench, update, evidence);
  take_over(bench, std::move(update), bench.actor);
  keep_up_tasks(bench);
  bench.draft.localised_evidence = std::make_shared<const EvidenceBook>(evidence);
  bench.draft.localised_at = bench.time;
  ++bench.draft.counters.reassessments;
  bench.draft.reassessed_revision = bench.revision;
  return bench.answer();
}

}  // namespace gridmend
