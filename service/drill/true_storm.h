#pragma once

#include <deque>
#include <map>
#include <span>
#include <vector>

#include "data/region/region.h"
#include "data/synth/storm.h"
#include "data/synth/storm_truth.h"
#include "service/drill/evidence_simulator.h"

namespace gridmend {

// What a crew finds where it was sent.
struct SiteVisit {
  bool was_open = false;      // something there interrupted supply, and was repaired or looked at
  bool switched_off = false;  // it stands open on purpose: nothing to repair
  Duration work{};            // what the visit takes
  std::vector<std::size_t> repairs;  // numbers of the events that the work will undo
};

// The storm as it really goes on while crews repair: events become due, supply goes and comes back,
// and everybody concerned is heard through the evidence simulator.
class TrueStorm {
 public:
  // Forest (of normal operation) and storm must outlive it.
  TrueStorm(const SupplyForest& forest, const Storm& storm, std::vector<StormEvent> events,
            std::uint64_t seed);

  // Lets everything up to `now` happen. Deliberate openings and closings of that while are answered
  // for the operator to record.
  struct Ordered {
    Time at{};
    Id<Device> device;
    bool open = false;
  };
  std::vector<Ordered> advance(Time now);

  // At a device (valid) or at the premises of a usage point.
  SiteVisit look(Id<Device> device, Id<UsagePoint> premises, bool repair) const;
  // The work is done: supply comes back where nothing else is broken.
  void finish(const SiteVisit& visit, Time at);

  // In normal operation, in tour order.
  std::span<const Id<UsagePoint>> usage_points_behind(Id<Device> device) const;

  const TrueSupply& supply() const { return supply_; }
  EvidenceSimulator& evidence() { return evidence_; }
  // Open now and not yet undone, by number of event; ordered by number.
  const std::map<std::size_t, StormEvent>& standing() const { return standing_; }
  std::span<const StormEvent> events() const { return events_; }
  bool over() const { return next_ == events_.size() && standing_.empty(); }
  // The device whose opening darkens these premises alone (its service drop); none when it has
  // none.
  Id<Device> premises_device(Id<UsagePoint> usage_point) const;

 private:
  void open(std::size_t number);
  void undo(std::size_t number, Time at);

  const SupplyForest& forest_;
  const Storm& storm_;
  std::vector<StormEvent> events_;
  TrueSupply supply_;
  EvidenceSimulator evidence_;
  std::size_t next_ = 0;
  std::map<std::size_t, StormEvent> standing_;
};

}  // namespace gridmend
