#pragma once

#include <cstdint>
#include <memory>

#include "core/outage/outage_book.h"
#include "core/outage/storm_log.h"
#include "service/engine/world.h"

namespace gridmend {

// Everything a reassessment looks at, as it was at one moment.
struct ReassessInput {
  const SupplyPicture& supply;
  const EvidenceBook& evidence;
  const Water& water;
  Time at{};
  const LocaliserSettings& localiser;
  const SuspectedLinks& links;  // that localisation may look at
  const OutageBook& outage_book;
  const RecordMap<OutageRecord>& outages;
  const StormLog& storms;
  const LinkLedger& link_ledger;
  bool learns_links = true;
};

// What localisation found and what was learnt from outages that are over. Parts that are null did
// not change.
struct Reassessment {
  std::uint64_t mark_revision = 0;  // 0: of no mark
  OutageUpdate update;
  std::shared_ptr<const StormLog> storms;
  std::shared_ptr<const LinkLedger> link_ledger;
  SuspectedLinks suspected_links;  // by link_ledger, where that changed
  std::uint32_t storms_learnt = 0;
  std::uint32_t storms_not_learnt = 0;
};

// A pure function: whoever works it out, on any thread, gets the same to the last bit.
Reassessment reassess(const ReassessInput& input);

// A state put aside for that while the writer goes on: snapshots that share what does not change.
struct ReassessMark {
  std::uint64_t revision = 0;  // of the command that set it
  Time time{};
  std::shared_ptr<const SupplyPicture> supply;
  std::shared_ptr<const EvidenceBook> evidence;
  std::shared_ptr<const Water> water;
  std::shared_ptr<const LocaliserSettings> localiser;
  SuspectedLinks links;
  std::shared_ptr<const OutageBook> outage_book;
  std::shared_ptr<const RecordMap<OutageRecord>> outages;
  std::shared_ptr<const StormLog> storms;
  std::shared_ptr<const LinkLedger> link_ledger;

  ReassessInput input() const {
    return {*supply,      *evidence, *water,  time,         *localiser, links,
            *outage_book, *outages,  *storms, *link_ledger, true};
  }
};
Reassessment reassess(const ReassessMark& mark);

}  // namespace gridmend
