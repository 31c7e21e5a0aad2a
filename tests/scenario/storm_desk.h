#pragma once

#include <string>
#include <string_view>

#include "core/network/supply_forest.h"
#include "core/outage/outage_book.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::scenario {

// A drawn network and one who sits at the desk: minutes pass, evidence comes in by name, outages
// are looked at. What the engine does with the localiser, without the engine.
class StormDesk {
 public:
  explicit StormDesk(std::string_view drawing);

  StormDesk& at(double minute);  // of the storm; evidence that follows happens then
  StormDesk& gasp(std::string_view usage_points);  // "T1.1 T1.2"; "T1.*" for all behind T1
  StormDesk& power_up(std::string_view usage_points);
  StormDesk& answered(std::string_view usage_points);
  StormDesk& unanswered(std::string_view usage_points);
  StormDesk& call(std::string_view usage_points);
  StormDesk& position(std::string_view device, bool open, SwitchingReason reason = {},
                      PositionOrigin origin = PositionOrigin::operator_entry);
  StormDesk& report(std::string_view device, Finding finding);
  StormDesk& put_water(Water water);

  // Updates the outages at the present minute and answers those that have not ended.
  std::vector<Outage> look();
  const OutageBook& book() const { return book_; }
  const std::vector<OutageChange>& last_changes() const { return changes_; }
  const Outage* find(std::string_view id) const { return book_.find(id); }

  // "F1", "premises T1.2", "feeder S".
  std::string blamed(const Outage& outage) const;
  // "O-000001 predicted F1 (8)", one a line: id, status, device, customers behind it.
  std::string list(const std::vector<Outage>& outages) const;
  void take(const Result<OutageUpdate>& update);

  const NetworkModel& network() const { return network_; }
  LocaliserSettings settings;

 private:
  template <class Kind>
  StormDesk& hear(std::string_view usage_points, Kind kind);
  std::vector<Id<UsagePoint>> named(std::string_view usage_points) const;
  void derive();

  NetworkModel network_;
  SwitchState switches_;
  SupplyForest supply_;
  InferenceForest forest_;
  EvidenceBook evidence_;
  Water water_;
  OutageBook book_;
  std::vector<OutageChange> changes_;
  Time now_{};
};

}  // namespace gridmend::scenario
