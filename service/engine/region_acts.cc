#include "core/base/parallel_for.h"
#include "service/engine/acts.h"
#include "service/engine/carry_over.h"

namespace gridmend {

std::shared_ptr<const RegionStep> make_region_step(std::shared_ptr<const Region> before,
                                                   std::shared_ptr<const Region> after) {
  auto step = std::make_shared<RegionStep>();
  step->match = match_regions(before->network, after->network);
  step->before = std::move(before);
  step->after = std::move(after);
  return step;
}

// Localisation belongs to it: until it has run, outages that lost their device stand nowhere, and
// nobody should see that.
Answer load_region(Workbench& bench, const RegionStep& step,
                   const EvidenceBook::CarriedOver& evidence, LinkLedger::CarriedOver links) {
  CarryOver carry{bench, step};
  carry.carry_switches();
  carry.carry_tasks();
  carry.carry_outages();
  carry.count_evidence(evidence);
  carry.carry_links(std::move(links));

  const SuspectedLinks suspected = bench.links();
  const SupplyPicture& supply = *bench.draft.supply;
  Reassessment result;
  result.update = update_outages({supply.inference(), evidence.book, *bench.draft.water, bench.time,
                                  suspected, processors(), nullptr, &supply.topologies()},
                                 supply.switches(), *bench.draft.outage_book, bench.localiser());
  bench.draft.localised_evidence = std::make_shared<const EvidenceBook>(evidence.book);
  bench.draft.localised_at = bench.time;
  carry.settle_outages(result.update);
  learn_links(reassess_input(bench, evidence.book, suspected), result);
  apply(bench, std::move(result));
  bench.draft.mark.reset();

  RegionLoad load;
  load.revision = bench.revision;
  load.time = bench.time;
  load.actor = bench.actor;
  load.region = to_hex(step.after->id);
  load.previous_region = to_hex(step.before->id);
  load.name = step.after->provenance.name;
  load.carry_over = carry.take_report();
  bench.draft.region_loads.edit().push_back(std::move(load));
  bench.draft.reassessed_revision = bench.revision;
  bench.work_changed();
  bench.note(ChangeKind::region, to_hex(step.after->id));
  return bench.answer(to_hex(step.after->id));
}

}  // namespace gridmend
