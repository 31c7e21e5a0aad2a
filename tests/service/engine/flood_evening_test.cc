// An evening of a flood: what the desk withdraws stays away, what is dark stays listed however long
// nobody speaks, late calls and a new import change no ids.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/outage/outage_book.h"
#include "tests/service/engine/control_room.h"

namespace gridmend::flood_evening_test {
namespace {

using namespace control_room;  // NOLINT: the test's own vocabulary
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kTown = R"(
  S1==B1--n1--F1--n2--T1(6)
          |       |
          |       n3--T2(6)
          |
          n4--F2--n5--T3(6)
                  |
                  n6--T4(6)

  S2==B2--m1--F3--m2--T5(6)
          |
          m3--F4--m4--T6(6,hospital)
)";
// The same after a survey: a lateral more before all others, so that every dense id is another.
constexpr std::string_view kSurveyed = R"(
  S1==B1--n0--F0--n9--T9(7)
          |
          n1--F1--n2--T1(6)
          |       |
          |       n3--T2(6)
          |
          n4--F2--n5--T3(6)
                  |
                  n6--T4(6)

  S2==B2--m1--F3--m2--T5(6)
          |
          m3--F4--m4--T6(6,hospital)
)";

std::vector<std::string> meters(const std::string& transformer, int first, int last) {
  std::vector<std::string> names;
  for (int i = first; i <= last; ++i) names.push_back(transformer + "." + std::to_string(i));
  return names;
}

Command report(const char* key, const char* device, v1::FieldReport::Finding finding, Time time) {
  v1::Evidence made = item(key, "crew/C1", time);
  made.mutable_field_report()->set_device(device);
  made.mutable_field_report()->set_finding(finding);
  return evidence({std::move(made)});
}

Command withdraw(const std::string& id) {
  Command command;
  command.set_actor("operator/li");
  command.mutable_withdraw_outage()->set_id(id);
  command.mutable_withdraw_outage()->set_reason("a crew stands in the light there");
  return command;
}

Command restore(const std::string& id) {
  Command command;
  command.set_actor("operator/li");
  command.mutable_restore_outage()->set_id(id);
  return command;
}

// Localises every minute and writes down how the list changed.
class Evening {
 public:
  explicit Evening(std::string_view drawing) : room{drawing} {}

  // Up to this minute, nothing being heard.
  void wait_until(int minute) {
    for (; now_ < minute; ++now_) {
      room.at(now_ + 1).reassess();
      const std::string list = room.outages();
      if (list != list_) changed_at_.push_back(now_ + 1);
      list_ = list;
    }
  }
  void hear(Command command) { room.ok(std::move(command)); }
  const std::string& list() const { return list_; }
  const Outage& outage(const std::string& id) const {
    return room.world()->find_outage(id)->outage;
  }
  // How often the list changed since it was asked last.
  std::size_t changes() {
    const std::size_t count = changed_at_.size();
    changed_at_.clear();
    return count;
  }
  std::string blamed_on(const std::string& device) const {
    for (const auto& [id, record] : *room.world()->outages) {
      const Id<Device> blamed = record->outage.probable.device;
      if (!has_ended(record->outage.status) && blamed.valid() &&
          room.world()->region->network.mrid(blamed) == device)
        return id;
    }
    return "none";
  }

  ControlRoom room;

 private:
  int now_ = 0;
  std::string list_;
  std::vector<int> changed_at_;
};

TEST(FloodEvening, IdsStayTheListIsQuietAndNothingClosesOnSilence) {
  Evening evening{kTown};
  // The fuse F1 blows; five of six meters of each transformer still say so.
  evening.hear(gasps(meters("T1", 1, 5), at_minute(0)));
  evening.hear(gasps(meters("T2", 2, 6), at_minute(0)));
  evening.wait_until(5);
  const std::string f1 = evening.blamed_on("F1");
  ASSERT_EQ(evening.list(), f1 + " confirmed F1\n");
  // F3 goes, and a head-end plays an old file of T3's meters, whose neighbours have light.
  evening.room.at(5);
  evening.hear(gasps(meters("T5", 1, 6), at_minute(5)));
  evening.hear(gasps(meters("T3", 1, 5), at_minute(5)));
  evening.hear(power_ups(meters("T4", 1, 6), at_minute(5.5)));
  evening.wait_until(20);
  const std::string t3 = evening.blamed_on("T3");
  ASSERT_NE(t3, "none") << evening.list();
  std::string of_t5;
  for (const char* device : {"F3", "T5"}) {
    if (evening.blamed_on(device) != "none") of_t5 = evening.blamed_on(device);
  }
  ASSERT_FALSE(of_t5.empty()) << evening.list();
  EXPECT_LE(evening.changes(), 6U);

  // The desk knows that behind T3 there is light. It stays so, whatever arrives late of before.
  evening.hear(withdraw(t3));
  evening.wait_until(21);
  const std::string both = evening.list();
  EXPECT_THAT(both, Not(HasSubstr(t3)));
  EXPECT_LE(evening.changes(), 1U);
  evening.wait_until(60);
  evening.hear(call("T3.6", at_minute(12)));
  evening.hear(gasps({"T3.6"}, at_minute(7)));
  evening.hear(call("T1.6", at_minute(3)));
  evening.hear(power_ups({"T1.2"}, at_minute(-30)));
  evening.wait_until(120);
  EXPECT_EQ(evening.list(), both);
  EXPECT_EQ(evening.changes(), 0U);

  // Nobody says anything until midnight, and a new import comes in between.
  evening.wait_until(200);
  const v1::RegionCarryOver carried = evening.room.load(kSurveyed);
  EXPECT_EQ(carried.outages_withdrawn(), 0U);
  evening.wait_until(400);
  EXPECT_EQ(evening.list(), both);
  EXPECT_EQ(evening.changes(), 0U);
  EXPECT_EQ(evening.outage(f1).affected.size(), 12U);

  // An operator's word ends one; its customers say nothing, and it does not come back.
  evening.hear(restore(of_t5));
  evening.wait_until(405);
  EXPECT_EQ(evening.outage(of_t5).status, OutageStatus::closed);
  EXPECT_EQ(evening.list(), f1 + " confirmed F1\n");
  evening.wait_until(460);
  EXPECT_EQ(evening.list(), f1 + " confirmed F1\n");
  EXPECT_LE(evening.changes(), 2U) << "restored, closed";

  // A crew replaces the fuse; one transformer's meters come back, the other's do not.
  evening.hear(report("r1", "F1", v1::FieldReport::RESTORED, at_minute(460)));
  evening.hear(power_ups(meters("T1", 1, 6), at_minute(460.2)));
  evening.hear(power_ups({"T2.1"}, at_minute(460.2)));
  evening.wait_until(475);
  EXPECT_TRUE(evening.outage(f1).status == OutageStatus::closed ||
              evening.outage(f1).status == OutageStatus::restored)
      << to_string(evening.outage(f1).status);
  EXPECT_LE(evening.changes(), 4U);
  const std::string left = evening.list();
  evening.wait_until(600);
  EXPECT_EQ(evening.list(), left);
  EXPECT_EQ(evening.changes(), 0U);

  const std::string live = to_hex(evening.room.engine->state_hash().hash);
  evening.room.restart();
  EXPECT_EQ(to_hex(evening.room.engine->state_hash().hash), live);
}

}  // namespace
}  // namespace gridmend::flood_evening_test
