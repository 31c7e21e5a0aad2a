#include <algorithm>
#include <cmath>

#include "core/base/parallel_for.h"
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

bool same_feeds(const std::vector<PossibleFeed>& a, const std::vector<PossibleFeed>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const PossibleFeed& x, const PossibleFeed& y) {
                      return x.device == y.device && std::abs(x.probability - y.probability) <= .01;
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
         !same_feeds(before.fed_through, after.fed_through) ||
         before.momentary != after.momentary || before.merged_into != after.merged_into ||
         before.unsafe.reason != after.unsafe.reason ||
         before.unsafe.dry_at != after.unsafe.dry_at ||
         std::abs(before.unsafe.depth_m - after.unsafe.depth_m) > .05 ||
         std::abs(before.water_error.probability - after.water_error.probability) > .01 ||
         std::abs(before.probable.p_active - after.probable.p_active) > .01 ||
         moved(before.weight, after.weight, .02) ||
         moved(before.expected_customers, after.expected_customers, .02);
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

Reassessment reassess(const ReassessInput& input) {
  const LocaliserInput seen{input.supply.inference(),
                            input.evidence,
                            input.water,
                            input.at,
                            input.links,
                            processors(),
                            nullptr,
                            &input.supply.topologies()};
  Reassessment result;
  result.update = update_outages(seen, input.supply.switches(), input.outage_book, input.localiser);
  learn_links(input, result);
  return result;
}

Reassessment reassess(const ReassessMark& mark) {
  Reassessment result = reassess(mark.input());
  result.mark_revision = mark.revision;
  return result;
}

ReassessInput reassess_input(const Workbench& bench, const EvidenceBook& evidence,
                             const SuspectedLinks& links) {
  const Draft& draft = bench.draft;
  return {*draft.supply,      evidence,         *draft.water,
          bench.time,         *draft.localiser, links,
          *draft.outage_book, *draft.outages,   *draft.storms,
          *draft.link_ledger, bench.schema >= 3};
}

void apply(Workbench& bench, Reassessment result) {
  Draft& draft = bench.draft;
  if (result.storms != nullptr) draft.storms.replace(*result.storms);
  if (result.link_ledger != nullptr) {
    draft.link_ledger.replace(*result.link_ledger);
    draft.suspected_links = result.suspected_links;
  }
  draft.counters.storms_learnt += result.storms_learnt;
  draft.counters.storms_not_learnt += result.storms_not_learnt;
  take_over(bench, std::move(result.update), bench.actor);
  keep_up_tasks(bench);
}

namespace {

void reassess_at_once(Workbench& bench, const EvidenceBook& evidence) {
  const SuspectedLinks links = bench.links();
  apply(bench, reassess(reassess_input(bench, evidence, links)));
  bench.draft.localised_evidence = std::make_shared<const EvidenceBook>(evidence);
  bench.draft.localised_at = bench.time;
  bench.draft.reassessed_revision = bench.revision;
}

void set_mark(Workbench& bench, const EvidenceBook& evidence) {
  Draft& draft = bench.draft;
  draft.mark = std::make_shared<const ReassessMark>(ReassessMark{
      bench.revision, bench.time, draft.supply, std::make_shared<const EvidenceBook>(evidence),
      draft.water.share(), draft.localiser, bench.links(), draft.outage_book.share(),
      draft.outages.share(), draft.storms.share(), draft.link_ledger.share()});
}

// Whoever writes to a part that the mark shares makes a new one. Records of outages also change by
// their tasks, which localisation does not look at.
bool still_holds(const ReassessMark& mark, const Draft& draft) {
  return mark.supply == draft.supply && mark.water.get() == &*draft.water &&
         mark.localiser == draft.localiser && mark.outage_book.get() == &*draft.outage_book &&
         mark.storms.get() == &*draft.storms && mark.link_ledger.get() == &*draft.link_ledger;
}

}  // namespace

Result<void> check_mark(const Workbench& bench, const journal::v1::Reassess& act) {
  const auto& mark = bench.draft.mark;
  if (act.step() != journal::v1::Reassess::APPLY) return {};
  if (mark != nullptr && mark->revision == act.mark_revision()) return {};
  return refuse(ErrorCode::aborted, "REASSESS_MARK_GONE",
                "another mark was set since, or another region taken", "reassess");
}

Result<Answer> reassess(Workbench& bench, const PreparedCommand& command,
                        const EvidenceBook& evidence) {
  using journal::v1::Reassess;
  const Reassess& act = command.command.reassess();
  if (act.step() == Reassess::MARK) {
    set_mark(bench, evidence);
    return bench.answer();
  }
  const auto mark = bench.draft.mark;
  const bool at_mark = act.step() == Reassess::APPLY;
  if (at_mark && still_holds(*mark, bench.draft)) {
    const bool known =
        command.reassessment != nullptr && command.reassessment->mark_revision == mark->revision;
    apply(bench, known ? *command.reassessment : reassess(*mark));
    bench.draft.localised_evidence = mark->evidence;
    bench.draft.localised_at = mark->time;
    bench.draft.reassessed_revision = mark->revision;
  } else {
    reassess_at_once(bench, evidence);
  }
  bench.draft.mark.reset();
  ++bench.draft.counters.reassessments;
  return bench.answer();
}

}  // namespace gridmend
