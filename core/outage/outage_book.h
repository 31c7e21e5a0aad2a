#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/network/switch_state.h"
#include "core/outage/localiser.h"
#include "core/outage/outage.h"

namespace gridmend {

// All outages there are, by rising number; ids are "O-000001" and so on, never used twice. A value.
struct OutageBook {
  std::vector<Outage> outages;
  std::uint32_t next_number = 1;
  std::vector<DoubtedSwitch> doubted;          // by device
  std::vector<DoubtedReport> doubted_reports;  // by device; of the last update

  const Outage* find(std::string_view id) const;  // O(log n)
};

// One step of an outage's life, for the journal and for watchers. The status stays where customers
// or the probable device change hands.
struct OutageChange {
  std::string id;
  OutageStatus before = OutageStatus::predicted;
  OutageStatus after = OutageStatus::predicted;
  bool created = false;
  // "power_up", "field_report", "merged into O-000004", "took in O-000007", "split from O-000004",
  // "O-000009 split off", "device: fuse F1 to breaker B1", "no evidence left", ...
  std::string why;
};

// Supply that an ended outage leaves confirmed: the engine must hand it to the EvidenceBook
// (apply_settlements), or the settled evidence would raise the outage again.
struct Settlement {
  std::vector<Id<UsagePoint>> usage_points;
  Id<Device> device;  // none: no device's report is settled
  Time time{};
  // What is known of the device: back in service, so that who was dark behind it should report
  // again; or intact, for it never was open, and nobody has anything to report.
  Finding finding = Finding::restored;
};

struct OutageUpdate {
  OutageBook book;
  std::vector<OutageChange> changes;  // by outage id
  std::vector<Settlement> settlements;
};

// The one entry point of the engine: what has been heard, the previous outages and the time ->
// the new outages. A pure function; equal inputs give equal outputs, bit for bit.
//
// Looks only at trees with unsettled evidence for dark or with an open outage. Outages that ended
// are kept as they are (the engine may archive them: their absence changes nothing).
// `switches` must be the state the forest was derived from. Openings ordered for safety or planned
// work become outages of that cause: nothing in them is ever to be repaired.
//
// `look`, if any, is called once with what everything is read from: for whoever wants to know more
// of the same posterior.
using LookAtView = std::function<void(const EvidenceView&)>;
OutageUpdate update_outages(const LocaliserInput& input, const SwitchState& switches,
                            const OutageBook& previous, const LocaliserSettings& settings,
                            const LookAtView& look = {});

void apply_settlements(std::span<const Settlement> settlements, EvidenceBook& book);

// An operator's word; refuses unknown ids (not_found) and outages that have ended
// (failed_precondition). A confirmed outage stays until its supply is back; a withdrawn one does
// not come back on the evidence it had, for its device never was open: `settled_as` intact. Before
// journal schema 8 it was settled as restored.
Result<OutageUpdate> confirm_outage(OutageBook book, std::string_view id, Time at);
Result<OutageUpdate> withdraw_outage(OutageBook book, std::string_view id, std::string why, Time at,
                                     Finding settled_as = Finding::intact);
// An operator's word that supply is back for everybody in it: what was heard until then is settled,
// so who is still dark must say so anew. (A crew's "restored" at a device is a FieldReport instead:
// usage points behind it whose last gasp no power-up answered are then found as nested outages.)
// It ends when it is closed, as any other that is restored.
Result<OutageUpdate> restore_outage(OutageBook book, std::string_view id, Time at,
                                    const OutageSettings& settings = {});

bool has_ended(OutageStatus status);     // closed, withdrawn
bool takes_supply(OutageStatus status);  // predicted, confirmed, partially restored
bool outage_id_before(std::string_view a, std::string_view b);  // by number
// Does the switch of one that was switched off stand open, on its phases?
bool stands_open(const Outage& outage, const SwitchState& switches);
// May it need a repair crew? Not what was switched off on purpose.
bool may_need_repair(const Outage& outage);

}  // namespace gridmend
