#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/geo/spatial_index.h"
#include "core/outage/link_ledger.h"
#include "core/outage/outage.h"

namespace gridmend {

// An outage that is over and waits for those it overlaps.
struct EndedOutage {
  std::string id;
  Time from{};
  Time to{};
  Box area;  // of its usage points
  std::vector<DarkSpell> spells;
  bool known = true;  // which transformers were dark is known
};

// Puts outages together into storms for LinkLedger::record: outages overlap when they were dark at
// the same time (to LinkSettings::boundary) and lie so near that one usage point may be asked about
// both (twice reach_m); a storm is all that overlap, directly or through others. It is handed out
// once none of them stands any more, and once only. A value.
class StormLog {
 public:
  // Of an outage that just ended; `forest` as it was localised in. Nothing is kept of withdrawn
  // ones (there was no outage), of single premises and of service drops. Which transformers were
  // dark is not known of a source, of some phases, where more were affected than stand behind its
  // device now, and where the caller says so (`restored_at_once`: not part by part). O(its usage
  // points and zones).
  void add(const InferenceForest& forest, const Outage& outage, bool restored_at_once = true);

  struct Storm {
    std::vector<DarkSpell> spells;
    bool known = true;  // of all its outages: else nothing may be learnt from it
  };
  // Storms that are over, given the outages that still stand; they leave the log. Single premises
  // among `standing` are passed over. Nothing waits: O(1). Else O(usage points of the outages that
  // stand, and log outages).
  std::vector<Storm> take_ended(const NetworkModel& network, std::span<const Outage> standing,
                                const LinkSettings& settings);

  std::span<const EndedOutage> waiting() const { return waiting_; }
  // Transformers by their new ids; an outage with one that is gone is not known any more.
  void carry_over(const IdVector<Device, Id<Device>>& devices);

 private:
  std::vector<EndedOutage> waiting_;
};

}  // namespace gridmend
