#include "service/engine/carry_over.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace gridmend {
namespace {

template <class Record>
Id<Record> carried_id(const IdVector<Record, Id<Record>>& match, Id<Record> id) {
  return id.valid() ? match[id] : id;
}

UsagePointSet carried_set(const IdVector<UsagePoint, Id<UsagePoint>>& match,
                          const UsagePointSet& set) {
  std::vector<Id<UsagePoint>> members;
  for (const Id<UsagePoint> id : set.to_vector()) {
    if (match[id].valid()) members.push_back(match[id]);
  }
  return UsagePointSet::of(members);
}

bool same_place(Position a, Position b) {
  return a.longitude_deg == b.longitude_deg && a.latitude_deg == b.latitude_deg;
}

std::string counted(std::size_t count, const char* what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

}  // namespace

CarryOver::CarryOver(Workbench& bench, const RegionStep& step)
    : bench_(bench), step_(step), before_(step.before->network), after_(step.after->network) {}

void CarryOver::note(v1::CarryOverNote::Kind kind, std::string id, std::string subject,
                     std::string text) {
  if (noted_[kind]++ >= kMostNotes) return;
  v1::CarryOverNote& added = *report_.add_notes();
  added.set_kind(kind);
  added.set_id(std::move(id));
  added.set_subject(std::move(subject));
  added.set_text(std::move(text));
}

void CarryOver::carry_switches() {
  const SwitchState& present = bench_.draft.supply->switches();
  SwitchState next{after_};
  for (const auto& [device, open] : present.departures()) {
    const std::string mrid{before_.mrid(device)};
    const Id<Device> now = step_.match.devices[device];
    if (!now.valid()) {
      report_.set_switches_lost(report_.switches_lost() + 1);
      note(v1::CarryOverNote::SWITCH_REMOVED, {}, mrid,
           mrid + (open.any() ? " stood open" : " stood closed") +
               ", otherwise than in normal operation, and is not in the new region");
      continue;
    }
    next.set_open_phases(now, open);
    if (next.departures().contains(now)) {
      report_.set_switches_carried(report_.switches_carried() + 1);
    } else {
      report_.set_switches_normal_now(report_.switches_normal_now() + 1);
    }
  }
  for (const Id<Device> id : before_.devices().ids()) {
    const Id<Device> now = step_.match.devices[id];
    if (!now.valid() || present.departures().contains(id)) continue;
    if (present.normal(id) == next.normal(now)) continue;
    const std::string mrid{before_.mrid(id)};
    note(v1::CarryOverNote::NORMAL_POSITION_CHANGED, {}, mrid,
         mrid + " is normally " + (next.normal(now).any() ? "open" : "closed") +
             " in the new region and stands so from now on: nobody had operated it");
  }
  bench_.draft.switch_histories =
      bench_.draft.switch_histories.carried_over(step_.match.devices, after_);
  bench_.draft.supply = std::make_shared<const SupplyPicture>(after_, std::move(next));
  bench_.draft.normal_supply = std::make_shared<const SupplyPicture>(after_, SwitchState{after_});
}

// True when somebody outside can see the difference.
bool CarryOver::carry_task(const WorkTaskRecord& record, WorkTask& task) {
  const OutageRecord* outage = find(*bench_.draft.outages, task.outage);
  const Id<Device> device = task.device;
  task.device = carried_id(step_.match.devices, device);
  const Position was = task.position;
  if (device.valid() && task.device.valid()) {
    if (same_place(was, before_.devices()[device].position))
      task.position = after_.devices()[task.device].position;
  } else if (!device.valid() && record.made_by_engine && outage != nullptr) {
    const Id<UsagePoint> premises = outage->outage.probable.usage_point;
    const Id<UsagePoint> now = carried_id(step_.match.usage_points, premises);
    if (now.valid() && same_place(was, before_.usage_points()[premises].position))
      task.position = after_.usage_points()[now].position;
  }
  return device.valid() != task.device.valid() || !same_place(was, task.position);
}

void CarryOver::carry_tasks() {
  std::vector<std::string> ids;
  for (const auto& [id, record] : *bench_.draft.tasks) ids.push_back(id);
  for (const std::string& id : ids) {
    const std::shared_ptr<const WorkTaskRecord> record = bench_.draft.tasks->at(id);
    WorkTask task = record->task;
    const bool visible = carry_task(*record, task);
    const bool open = !is_final(task.status);
    if (open && visible) {
      bench_.edit_task(id).task = task;
    } else {
      auto copy = std::make_shared<WorkTaskRecord>(*record);
      copy->task = task;
      bench_.draft.tasks.edit()[id] = std::move(copy);
    }
    if (!open) continue;
    report_.set_work_tasks_carried(report_.work_tasks_carried() + 1);
    if (!record->task.device.valid() || task.device.valid()) continue;
    report_.set_work_tasks_without_device(report_.work_tasks_without_device() + 1);
    const std::string device{before_.mrid(record->task.device)};
    note(v1::CarryOverNote::WORK_TASK_DEVICE_REMOVED, id, device,
         "task " + id + " stays where it is; its device " + device + " is not in the new region");
  }
}

Outage CarryOver::carried(const Outage& outage) const {
  Outage next = outage;
  next.probable.device = carried_id(step_.match.devices, outage.probable.device);
  next.probable.usage_point = carried_id(step_.match.usage_points, outage.probable.usage_point);
  next.feeder = carried_id(step_.match.feeders, outage.feeder);
  next.runners_up.clear();
  for (SuspectDevice suspect : outage.runners_up) {
    const bool source = !suspect.device.valid() && !suspect.usage_point.valid();
    suspect.device = carried_id(step_.match.devices, suspect.device);
    suspect.usage_point = carried_id(step_.match.usage_points, suspect.usage_point);
    if (source || suspect.device.valid() || suspect.usage_point.valid())
      next.runners_up.push_back(suspect);
  }
  next.tell_apart.device = carried_id(step_.match.devices, outage.tell_apart.device);
  next.tell_apart.usage_point = carried_id(step_.match.usage_points, outage.tell_apart.usage_point);
  if (!next.tell_apart.device.valid() && !next.tell_apart.usage_point.valid()) next.tell_apart = {};
  next.unsafe.device = carried_id(step_.match.devices, outage.unsafe.device);
  if (!next.unsafe.device.valid()) next.unsafe = {};
  next.fed_through.clear();
  for (PossibleFeed feed : outage.fed_through) {
    feed.device = carried_id(step_.match.devices, feed.device);
    if (feed.device.valid()) next.fed_through.push_back(feed);
  }
  next.critical.clear();
  for (const Id<UsagePoint> id : outage.critical) {
    if (const Id<UsagePoint> now = step_.match.usage_points[id]; now.valid())
      next.critical.push_back(now);
  }
  next.affected = carried_set(step_.match.usage_points, outage.affected);
  next.dark = carried_set(step_.match.usage_points, outage.dark);
  return next;
}

void CarryOver::withdraw(Outage& outage, std::string why) {
  changes_.push_back({outage.id, outage.status, OutageStatus::withdrawn, false, why});
  outage.status = OutageStatus::withdrawn;
  outage.updated_at = bench_.time;
  report_.set_outages_withdrawn(report_.outages_withdrawn() + 1);
  note(v1::CarryOverNote::OUTAGE_WITHDRAWN, outage.id, {},
       "outage " + outage.id + " is withdrawn: " + why);
}

// Who was switched off on purpose is so until an operator says otherwise, though nobody can see any
// more how the switch stands.
void CarryOver::keep_out_of_repairs(Outage& outage) {
  outage.switched_off = false;
  outage.operator_cause = outage.operator_confirmed = true;
  const std::string why = "its switch is gone: dark on purpose until an operator says otherwise";
  changes_.push_back({outage.id, outage.status, outage.status, false, why});
  note(v1::CarryOverNote::OUTAGE_DEVICE_REMOVED, outage.id, {}, "outage " + outage.id + ": " + why);
}

void CarryOver::carry_standing(Outage& outage) {
  const Outage was = std::exchange(outage, carried(outage));
  const std::size_t gone = was.affected.size() - outage.affected.size();
  if (gone > 0) {
    note(v1::CarryOverNote::OUTAGE_USAGE_POINTS_REMOVED, outage.id, {},
         counted(gone, "usage point") + " of outage " + outage.id + " (of " +
             std::to_string(was.affected.size()) + ") not in the new region");
  }
  const bool premises = was.probable.usage_point.valid();
  const bool lost = premises ? !outage.probable.usage_point.valid()
                             : was.probable.device.valid() && !outage.probable.device.valid();
  if (lost) {
    const std::string subject{premises ? before_.mrid(was.probable.usage_point)
                                       : before_.mrid(was.probable.device)};
    note(v1::CarryOverNote::OUTAGE_DEVICE_REMOVED, outage.id, subject,
         "the probable place of outage " + outage.id + ", " + subject +
             ", is not in the new region");
    const bool gone_switch = outage.switched_off && outage.status != OutageStatus::restored;
    const bool on_purpose = outage.cause == OutageCause::de_energised_for_safety ||
                            outage.cause == OutageCause::planned;
    if (gone_switch && on_purpose && !outage.affected.empty()) return keep_out_of_repairs(outage);
    if (premises || gone_switch || outage.affected.empty()) {
      return withdraw(outage, subject + " is not in region " + to_hex(step_.after->id));
    }
    homeless_.emplace(outage.id, Homeless{subject, outage.explanation_en, outage.explanation_zh});
    // Whoever gives it a place again explains it again: the mark that settle_outages looks for.
    outage.explanation_en.clear();
    outage.explanation_zh.clear();
  } else if (outage.affected.empty() && !was.affected.empty()) {
    withdraw(outage, "none of its usage points is in region " + to_hex(step_.after->id));
  }
}

void CarryOver::carry_outages() {
  RecordMap<OutageRecord>& records = bench_.draft.outages.edit();
  for (auto& [id, record] : records) {
    auto copy = std::make_shared<OutageRecord>(*record);
    copy->outage = carried(record->outage);
    record = std::move(copy);
  }
  // Found again by the update that follows.
  bench_.draft.outage_book.edit().doubted.clear();
  bench_.draft.outage_book.edit().doubted_reports.clear();
  for (Outage& outage : bench_.draft.outage_book.edit().outages) {
    if (has_ended(outage.status)) {
      outage = carried(outage);
      continue;
    }
    carry_standing(outage);
    bench_.note(ChangeKind::outage, outage.id);
  }
}

void CarryOver::settle_outages(OutageUpdate& update) {
  for (Outage& outage : update.book.outages) {
    const auto place = homeless_.find(outage.id);
    if (place == homeless_.end() || !outage.explanation_en.empty()) continue;
    outage.explanation_en = place->second.explanation_en;
    outage.explanation_zh = place->second.explanation_zh;
    if (has_ended(outage.status) || outage.status == OutageStatus::restored) continue;
    withdraw(outage, place->second.device + " is not in region " + to_hex(step_.after->id));
  }
  update.changes.insert(update.changes.end(), changes_.begin(), changes_.end());
  std::stable_sort(update.changes.begin(), update.changes.end(),
                   [](const OutageChange& a, const OutageChange& b) { return a.id < b.id; });
  std::uint32_t standing = 0;
  for (const Outage& outage : bench_.draft.outage_book->outages) {
    const Outage* now = update.book.find(outage.id);
    standing += !has_ended(outage.status) && now != nullptr && !has_ended(now->status) ? 1 : 0;
  }
  report_.set_outages_carried(standing);
}

void CarryOver::count_evidence(const EvidenceBook::CarriedOver& evidence) {
  report_.set_meters_carried(evidence.meters);
  report_.set_devices_carried(evidence.devices);
  report_.set_meters_lost(static_cast<std::uint32_t>(evidence.lost_usage_points.size()));
  report_.set_devices_lost(static_cast<std::uint32_t>(evidence.lost_devices.size()));
  report_.set_calls_carried(evidence.calls);
  report_.set_calls_lost(evidence.lost_calls);
  bench_.draft.counters.evidence_lost_with_region +=
      evidence.lost_usage_points.size() + evidence.lost_devices.size() + evidence.lost_calls;
  for (const Id<UsagePoint> id : evidence.lost_usage_points) {
    const std::string mrid{before_.mrid(id)};
    note(v1::CarryOverNote::METER_EVIDENCE_REMOVED, {}, mrid,
         "what usage point " + mrid + " said has no place in the new region");
  }
  for (const Id<Device> id : evidence.lost_devices) {
    const std::string mrid{before_.mrid(id)};
    note(v1::CarryOverNote::DEVICE_EVIDENCE_REMOVED, {}, mrid,
         "what was said of device " + mrid + " has no place in the new region");
  }
}

void CarryOver::carry_links(LinkLedger::CarriedOver links) {
  report_.set_link_suspicions_carried(links.carried);
  report_.set_link_suspicions_lost(links.lost);
  bench_.draft.storms.edit().carry_over(step_.match.devices);
  bench_.draft.suspected_links = suspected_by(links.ledger);
  bench_.draft.link_ledger.replace(std::move(links.ledger));
}

}  // namespace gridmend
