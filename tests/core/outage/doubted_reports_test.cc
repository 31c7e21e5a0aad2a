#include "core/outage/doubted_reports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/core/outage/outage_desk.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::doubted_reports_test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const Time kReported = *parse_rfc3339("2026-07-20T02:00:00Z");

struct Street {
  NetworkModel network = drawing::draw(R"(
    S==B1--n1--F1--n2--T1(9)--n3--T2(9)--n4--T3(9)
           |
           n5--F2--n6--T4(9)
           |
           n7--F3--n8
  )");
  OutageDesk desk{network};

  void damaged(const std::string& device) {
    desk.hear({"",
               kReported,
               {},
               "crew",
               FieldReport{drawing::device(network, device), std::nullopt, Finding::damaged, ""}});
  }
  std::vector<DoubtedReport> after(int minutes) {
    return desk.advance(kReported + std::chrono::minutes{minutes}).book.doubted_reports;
  }
};

TEST(DoubtedReports, AReportIsListedOrDoubtedAndNeverGone) {
  std::size_t in_doubt = 0;
  for (const char* device : {"B1", "F1", "T1", "F2", "T4"}) {
    SCOPED_TRACE(device);
    for (const int minutes : {0, 1, 10, 60, 600}) {
      Street street;
      street.damaged(device);
      const std::vector<DoubtedReport> doubted = street.after(minutes);
      const bool listed = std::ranges::any_of(street.desk.book.outages, [&](const Outage& outage) {
        return outage.probable.device == drawing::device(street.network, device);
      });
      ASSERT_NE(listed, doubted.size() == 1) << minutes;
      if (listed) continue;
      ++in_doubt;
      EXPECT_EQ(doubted[0].device, drawing::device(street.network, device));
      EXPECT_EQ(doubted[0].doubt, ReportDoubt::silence);
      EXPECT_TRUE(doubted[0].damage);
      EXPECT_LT(doubted[0].p_active, .5);
    }
  }
  EXPECT_GT(in_doubt, 0U) << "of 25";
}

TEST(DoubtedReports, SaysWhatSpeaksAgainstIt) {
  Street street;
  street.damaged("F1");
  for (const char* meter : {"T1.1", "T2.1", "T3.1"})
    street.desk.hear({"",
                      kReported + std::chrono::minutes{5},
                      {},
                      "",
                      PingResult{drawing::usage_point(street.network, meter), true}});
  const std::vector<DoubtedReport> doubted = street.after(6);
  ASSERT_THAT(doubted, SizeIs(1));
  EXPECT_EQ(doubted[0].doubt, ReportDoubt::signs_of_life);
  EXPECT_EQ(doubted[0].alive, 3U);
  EXPECT_THAT(doubted[0].sentence_en, HasSubstr("3 of 27 usage points"));
  EXPECT_THAT(doubted[0].sentence_zh, HasSubstr("3个"));
  street.desk.evidence.device_settled(drawing::device(street.network, "F1"),
                                      kReported + std::chrono::minutes{7}, Finding::restored);
  EXPECT_THAT(street.after(8), IsEmpty()) << "settled";
}

TEST(DoubtedReports, NobodyBehindItAndWhatIsHiddenAreNamedToo) {
  Street street;
  street.damaged("F3");
  ASSERT_THAT(street.after(5), SizeIs(1));
  EXPECT_EQ(street.after(5)[0].doubt, ReportDoubt::nobody_behind);
  Street hidden;
  for (const Id<UsagePoint> id : hidden.network.usage_points().ids())
    hidden.desk.hear({"", kReported, {}, "", LastGasp{id}});
  hidden.damaged("T1");
  const std::vector<DoubtedReport> doubted = hidden.after(5);
  ASSERT_THAT(doubted, SizeIs(1));
  EXPECT_EQ(doubted[0].doubt, ReportDoubt::behind_another);
}

}  // namespace
}  // namespace gridmend::doubted_reports_test
