#pragma once

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/network/supply_forest.h"
#include "core/outage/call_expiry.h"
#include "core/outage/outage_book.h"

namespace gridmend {

inline bool may_follow(OutageStatus before, OutageStatus after) {
  using S = OutageStatus;
  static const std::map<S, std::set<S>> kAllowed = {
      {S::predicted, {S::predicted, S::confirmed, S::restored, S::withdrawn}},
      {S::confirmed, {S::confirmed, S::partially_restored, S::restored, S::withdrawn}},
      {S::partially_restored, {S::partially_restored, S::restored, S::withdrawn}},
      {S::restored, {S::restored, S::confirmed, S::closed}},
      {S::closed, {}},
      {S::withdrawn, {}}};
  return kAllowed.at(before).contains(after);
}

// Evidence, switches and outages of one network, updated by hand.
struct OutageDesk {
  const NetworkModel& network;
  LocaliserSettings settings{};
  Water water{};
  SwitchState switches{network};
  EvidenceBook evidence{network};
  OutageBook book{};

  void hear(const Evidence& item) {
    evidence.record(item);
    const auto* position = std::get_if<SwitchPosition>(&item.kind);
    if (position != nullptr) {
      switches.set_open_phases(position->device,
                               evidence.switches().standing(position->device).open);
    }
  }
  OutageUpdate update(Time now) const {
    const SupplyForest supply = SupplyForest::derive(network, switches);
    const InferenceForest forest = InferenceForest::contract(supply);
    return update_outages({forest, evidence, water, now}, switches, book, settings);
  }
  // Takes the update over, as the engine does.
  OutageUpdate advance(Time now) {
    const SupplyForest supply = SupplyForest::derive(network, switches);
    const InferenceForest forest = InferenceForest::contract(supply);
    const EvidenceBook before = evidence;
    expire_calls({forest, before, water, now}, book, settings.outages, evidence);
    OutageUpdate made = update(now);
    book = made.book;
    apply_settlements(made.settlements, evidence);
    return made;
  }
  // Probable devices and usage points of the outages that take supply, by name.
  std::vector<std::string> listed() const {
    std::vector<std::string> names;
    for (const Outage& outage : book.outages) {
      if (!takes_supply(outage.status)) continue;
      const SuspectDevice& probable = outage.probable;
      names.emplace_back(probable.device.valid() ? network.mrid(probable.device)
                                                 : network.mrid(probable.usage_point));
    }
    return names;
  }
};

// What holds of every update, whatever was heard.
inline void expect_sound(const OutageUpdate& update, const OutageBook& before) {
  std::set<std::string> ids;
  UsagePointSet dark;
  for (const Outage& outage : update.book.outages) {
    EXPECT_TRUE(ids.insert(outage.id).second) << outage.id;
    EXPECT_EQ(update.book.find(outage.id), &outage);
    EXPECT_LE(outage.customers_low, outage.customers_high);
    EXPECT_GE(outage.probable.p_active, 0);
    EXPECT_LE(outage.probable.p_active, 1);
    EXPECT_GE(outage.expected_customers, 0);
    EXPECT_EQ(outage.dark.without(outage.affected).size(), 0u) << outage.id;
    EXPECT_FALSE(outage.affected.empty());
    EXPECT_FALSE(outage.explanation_en.empty());
    EXPECT_FALSE(outage.explanation_zh.empty());
    EXPECT_LE(outage.onset_earliest, outage.onset_latest) << outage.id;
    EXPECT_FALSE(outage.switched_off && may_need_repair(outage));
    if (!takes_supply(outage.status)) continue;
    EXPECT_EQ(dark.overlap(outage.dark), 0u) << outage.id << ": dark in two outages at once";
    dark = dark.united(outage.dark);
  }
  std::map<std::string, OutageStatus> status;
  for (const Outage& outage : before.outages) status[outage.id] = outage.status;
  for (const OutageChange& change : update.changes) {
    if (!change.created) {
      EXPECT_EQ(status.at(change.id), change.before);
      EXPECT_TRUE(may_follow(change.before, change.after))
          << change.id << " " << to_string(change.before) << " to " << to_string(change.after);
    } else {
      EXPECT_FALSE(status.contains(change.id)) << change.id << " was there already";
    }
    status[change.id] = change.after;
  }
  for (const Outage& outage : update.book.outages) EXPECT_EQ(status.at(outage.id), outage.status);
}

}  // namespace gridmend
