#pragma once

#include "core/outage/evidence_book.h"
#include "core/outage/link_ledger.h"
#include "service/engine/draft.h"
#include "service/engine/region_step.h"

namespace gridmend {

// Takes a draft from one region to the next: every dense id in it becomes the new region's, and
// what has none there is counted and listed in the report, at most kMostNotes of a kind.
//
//   switches   stand as they stood where the device is there still; what nobody operated follows
//              the new region's normal position
//   tasks      stay; one whose device moved moves with it, one whose device is gone keeps its place
//   outages    stay, with those of their usage points that are there. A standing one without any is
//              withdrawn, and so is one whose switched-off device is gone; of the others without
//              their device localisation says where they belong now (see settle_outages)
//
// Outages that have ended and tasks that are over are carried as well, quietly.
class CarryOver {
 public:
  static constexpr std::size_t kMostNotes = 1000;

  // The bench works on the new region; its draft still holds the old one's ids.
  CarryOver(Workbench& bench, const RegionStep& step);

  void carry_switches();
  void carry_tasks();
  void carry_outages();
  void count_evidence(const EvidenceBook::CarriedOver& evidence);
  void carry_links(LinkLedger::CarriedOver links);

  // What localisation made of the carried outages: those that lost their device and that no
  // evidence places anew are withdrawn. Their evidence stays with its usage points.
  void settle_outages(OutageUpdate& update);

  v1::RegionCarryOver take_report() { return std::move(report_); }

 private:
  void note(v1::CarryOverNote::Kind kind, std::string id, std::string subject, std::string text);
  Outage carried(const Outage& outage) const;
  void carry_standing(Outage& outage);
  void withdraw(Outage& outage, std::string why);
  void keep_out_of_repairs(Outage& outage);
  bool carry_task(const WorkTaskRecord& record, WorkTask& task);

  Workbench& bench_;
  const RegionStep& step_;
  const NetworkModel& before_;
  const NetworkModel& after_;
  v1::RegionCarryOver report_;
  std::map<int, std::size_t> noted_;  // by kind
  // Standing outages whose device is gone: id -> the device and what was said of it.
  struct Homeless {
    std::string device;
    std::string explanation_en;
    std::string explanation_zh;
  };
  std::map<std::string, Homeless> homeless_;
  std::vector<OutageChange> changes_;
};

}  // namespace gridmend
