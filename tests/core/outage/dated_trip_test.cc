// What is known to have opened at a time was closed before it, whatever the first caller's
// patience.

#include <gtest/gtest.h>

#include "core/outage/evidence_view.h"
#include "tests/core/outage/outage_desk.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::dated_trip_test {
namespace {

constexpr std::string_view kStreet = R"(
  S==B1--n1--F1--n2--T1(6)
         |       |
         |       n3--T2(6)
         |
         n4--F2--n5--T3(6)
)";

const Time kStart = *parse_rfc3339("2026-07-01T00:00:00Z");
Time minute(double minutes) { return kStart + from_seconds(60 * minutes); }

struct Street {
  NetworkModel network = drawing::draw(kStreet);
  OutageDesk desk{network};

  void trip(const char* device, double at) {
    desk.hear({"",
               minute(at),
               {},
               "scada",
               SwitchPosition{drawing::device(network, device), PhaseSet::abc()}});
  }
  void call(const char* name, double at) {
    desk.hear({"",
               minute(at),
               {},
               "95598",
               TroubleCall{drawing::usage_point(network, name), {}, Complaint::no_light, ""}});
  }
  void answers(double at) {
    for (const char* name : {"T1.1", "T1.2", "T2.1", "T3.1", "T3.2"})
      desk.hear({"", minute(at), {}, "ami", PingResult{drawing::usage_point(network, name), true}});
  }
};

TEST(DatedTrip, SignsOfLifeFromJustBeforeItDoNotRefuteIt) {
  Street street;
  street.answers(-1);
  street.trip("B1", 0);
  street.call("T1.4", 2);  // supply went before -1, had nobody dated the trip
  street.desk.advance(minute(3));
  ASSERT_EQ(street.desk.book.outages.size(), 1U);
  const Outage& outage = street.desk.book.outages[0];
  EXPECT_EQ(outage.probable.device, drawing::device(street.network, "B1"));
  EXPECT_EQ(outage.onset_earliest, minute(0));
  EXPECT_EQ(outage.onset_latest, minute(0));
}

TEST(DatedTrip, BoundsTheLeadOfCallsBehindItOnly) {
  Street street;
  const SupplyForest supply = SupplyForest::derive(street.network, street.desk.switches);
  const InferenceForest forest = InferenceForest::contract(supply);
  street.trip("F1", 0);
  street.call("T1.1", 2);
  street.call("T2.1", 30);
  street.call("T3.1", 2);
  street.call("T2.2", -1);
  const EvidenceView view{{forest, street.desk.evidence, street.desk.water, minute(31)},
                          street.desk.settings};
  const auto since = [&](const char* name) {
    return view.dead_since(drawing::usage_point(street.network, name));
  };
  EXPECT_EQ(since("T1.1"), minute(0));
  EXPECT_EQ(since("T2.1"), minute(25)) << "the lead is not longer for it";
  EXPECT_EQ(since("T3.1"), minute(-3)) << "it hangs on another fuse";
  EXPECT_EQ(since("T2.2"), minute(-6)) << "he was dark before the trip";
}

TEST(DatedTrip, OneThatWasPutRightBoundsNothing) {
  Street street;
  const SupplyForest supply = SupplyForest::derive(street.network, street.desk.switches);
  const InferenceForest forest = InferenceForest::contract(supply);
  street.trip("F1", 0);
  street.desk.hear({"",
                    minute(1),
                    {},
                    "scada",
                    SwitchPosition{drawing::device(street.network, "F1"), PhaseSet::none()}});
  street.call("T1.1", 2);
  const EvidenceView view{{forest, street.desk.evidence, street.desk.water, minute(3)},
                          street.desk.settings};
  EXPECT_EQ(view.dead_since(drawing::usage_point(street.network, "T1.1")), minute(-3));
}

}  // namespace
}  // namespace gridmend::dated_trip_test
