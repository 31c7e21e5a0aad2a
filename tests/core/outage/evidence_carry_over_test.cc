#include <gtest/gtest.h>

#include <map>
#include <string>

#include "core/base/random.h"
#include "core/outage/evidence_book.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::evidence_carry_over_test {
namespace {

constexpr std::string_view kBefore = R"(
  S==B1--n1--F1--n2--T1(9)
         |
         n4--F2--n5--T3(9)
)";
// F2's lateral comes first, F1 is gone with all behind it, T4 is new.
constexpr std::string_view kAfter = R"(
  S==B1--n4--F2--n5--T3(9)
         |
         n6--F4--n7--T4(9)
)";

template <class Record, class Find>
IdVector<Record, Id<Record>> by_name(const NetworkModel& before, const Table<Record>& records,
                                     Find find) {
  IdVector<Record, Id<Record>> match(records.size());
  for (const Id<Record> id : records.ids()) {
    if (const auto now = find(before.mrid(id))) match[id] = *now;
  }
  return match;
}

Time at(double minute) { return Time{} + from_seconds(60 * minute); }

Evidence random_item(Random& random, const NetworkModel& network) {
  Evidence item;
  item.event_time = at(random.uniform(1, 500));
  const Id<UsagePoint> meter{random.below(network.usage_points().size())};
  const Id<Device> device{random.below(network.devices().size())};
  switch (random.below(5)) {
    case 0:
      item.kind = LastGasp{meter};
      break;
    case 1:
      item.kind = PowerUp{meter};
      break;
    case 2:
      item.kind = TroubleCall{meter, {}, Complaint::no_light, {}};
      break;
    case 3:
      item.kind =
          SwitchPosition{device, PhaseSet::abc(), PositionOrigin::scada, SwitchingReason::unknown};
      break;
    default:
      item.kind = FieldReport{device, {}, Finding::damaged, {}};
  }
  return item;
}

// What a book says of everything in it, by name.
std::map<std::string, std::string> told(const EvidenceBook& book, const NetworkModel& network) {
  const auto text = [](std::initializer_list<Time> times) {
    std::string joined;
    for (const Time time : times) joined += std::to_string(time.time_since_epoch().count()) + " ";
    return joined;
  };
  std::map<std::string, std::string> all;
  for (const Id<UsagePoint> id : network.usage_points().ids()) {
    const MeterEvidence* meter = book.find(id);
    if (meter == nullptr || (!meter->any() && meter->void_before == kNeverHeard)) continue;
    all[std::string(network.mrid(id))] = text(
        {meter->last_gasp, meter->ping_unanswered, meter->call, meter->live, meter->void_before});
  }
  for (const Id<Device> id : network.devices().ids()) {
    const DeviceEvidence* device = book.find(id);
    if (device == nullptr || (!device->any() && device->void_before == kNeverHeard)) continue;
    all[std::string(network.mrid(id))] =
        text({device->position_at, device->indicator_at, device->report_at, device->restored_at,
              device->void_before});
  }
  return all;
}

TEST(EvidenceCarryOver, WhatIsThereInBothIsToldOfTheSameNamesAndTheRestIsListed) {
  const NetworkModel before = drawing::draw(kBefore);
  const NetworkModel after = drawing::draw(kAfter);
  const auto usage_points = by_name(before, before.usage_points(),
                                    [&](auto name) { return after.find_usage_point(name); });
  const auto devices =
      by_name(before, before.devices(), [&](auto name) { return after.find_device(name); });
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    Random random{seed};
    EvidenceBook book{before};
    for (auto i = random.below(60); i > 0; --i) book.record(random_item(random, before));
    if (random.chance(.5)) {
      book.supply_confirmed(Id<UsagePoint>{random.below(before.usage_points().size())}, at(200));
      book.device_settled(Id<Device>{random.below(before.devices().size())}, at(200),
                          Finding::restored);
    }
    const EvidenceBook::CarriedOver carried = book.carried_over(usage_points, devices, after);
    std::map<std::string, std::string> expected = told(book, before);
    std::erase_if(expected, [&](const auto& entry) {
      return !after.find_usage_point(entry.first) && !after.find_device(entry.first);
    });
    ASSERT_EQ(told(carried.book, after), expected);

    std::size_t heard = 0;
    for (const Id<UsagePoint> id : before.usage_points().ids())
      heard += book.find(id) != nullptr && book.find(id)->any() ? 1 : 0;
    for (const Id<Device> id : before.devices().ids())
      heard += book.find(id) != nullptr && book.find(id)->any() ? 1 : 0;
    ASSERT_EQ(carried.meters + carried.devices + carried.lost_usage_points.size() +
                  carried.lost_devices.size(),
              heard);
    for (const Id<UsagePoint> id : carried.lost_usage_points)
      ASSERT_FALSE(after.find_usage_point(before.mrid(id)));
    for (const Id<Device> id : carried.lost_devices)
      ASSERT_FALSE(after.find_device(before.mrid(id)));
  }
}

}  // namespace
}  // namespace gridmend::evidence_carry_over_test
