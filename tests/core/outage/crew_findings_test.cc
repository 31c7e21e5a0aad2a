#include "core/outage/crew_findings.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/random.h"
#include "core/outage/evidence_book.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::crew_findings_test {
namespace {

const Time kStart = *parse_rfc3339("2026-07-20T00:00:00Z");
Time second(int seconds) { return kStart + std::chrono::seconds{seconds}; }

struct Reports {
  NetworkModel network = drawing::draw("S==B1--n1--F1--T1(2)");
  Id<Device> device = drawing::device(network, "F1");
  EvidenceBook book{network};

  EvidenceUse hear(int at, const char* crew, Finding finding) {
    return book.record({"", second(at), second(at), crew, FieldReport{device, {}, finding, {}}});
  }
  const DeviceEvidence& heard() const { return *book.find(device); }
};

TEST(CrewFindings, WhoFindsNothingTakesBackHisOwnWordAndNoOther) {
  Reports one;
  one.hear(0, "crew/1", Finding::damaged);
  EXPECT_EQ(one.hear(100, "crew/1", Finding::nothing_found), EvidenceUse::recorded);
  EXPECT_FALSE(one.heard().speaks_for_open());

  Reports two;
  two.hear(0, "crew/1", Finding::damaged);
  EXPECT_EQ(two.hear(100, "crew/2", Finding::nothing_found), EvidenceUse::contradicted);
  EXPECT_TRUE(two.heard().damage_seen());
  EXPECT_EQ(two.heard().open_since(), second(0));
  EXPECT_EQ(two.heard().finding, Finding::nothing_found) << "it weighs too";
  // Until the first looks again, or anybody puts it back in service.
  Reports settled = two;
  EXPECT_EQ(two.hear(200, "crew/1", Finding::intact), EvidenceUse::recorded);
  EXPECT_FALSE(two.heard().speaks_for_open());
  settled.hear(200, "crew/2", Finding::restored);
  EXPECT_FALSE(settled.heard().speaks_for_open());
}

TEST(CrewFindings, WordsOfOneTimeContradictEachOtherWhicheverCameFirst) {
  Reports one, other;
  EXPECT_EQ(one.hear(0, "crew/1", Finding::damaged), EvidenceUse::recorded);
  EXPECT_EQ(one.hear(0, "crew/2", Finding::nothing_found), EvidenceUse::contradicted);
  EXPECT_EQ(other.hear(0, "crew/2", Finding::nothing_found), EvidenceUse::recorded);
  EXPECT_EQ(other.hear(0, "crew/1", Finding::damaged), EvidenceUse::contradicted);
  for (const Reports* reports : {&one, &other}) {
    EXPECT_TRUE(reports->heard().damage_seen());
    EXPECT_EQ(reports->heard().finding, Finding::nothing_found);
    EXPECT_EQ(reports->heard().against_at, second(0));
  }
}

TEST(CrewFindings, AReportThatIsRepeatedIsSuperseded) {
  Reports reports;
  EXPECT_EQ(reports.hear(0, "crew/1", Finding::damaged), EvidenceUse::recorded);
  EXPECT_EQ(reports.hear(0, "crew/1", Finding::damaged), EvidenceUse::superseded);
  EXPECT_EQ(reports.hear(100, "crew/2", Finding::nothing_found), EvidenceUse::contradicted);
  EXPECT_EQ(reports.hear(100, "crew/2", Finding::nothing_found), EvidenceUse::superseded);
  EXPECT_EQ(reports.hear(0, "crew/1", Finding::damaged), EvidenceUse::superseded);
  EXPECT_EQ(reports.hear(50, "crew/2", Finding::damaged), EvidenceUse::superseded)
      << "older than his newest word";
  EXPECT_EQ(reports.heard().against_at, second(0));
}

TEST(CrewFindings, SaysWhetherAWordIsNews) {
  CrewFindings findings;
  EXPECT_TRUE(findings.hear({second(5), Finding::damaged, 1}));
  EXPECT_FALSE(findings.hear({second(5), Finding::damaged, 1}));
  EXPECT_FALSE(findings.hear({second(4), Finding::open, 1}));
  EXPECT_TRUE(findings.hear({second(4), Finding::open, 2}));
  for (SourceIndex source = 3; source <= CrewFindings::kKept; ++source)
    EXPECT_TRUE(findings.hear({second(10), Finding::intact, source}));
  EXPECT_FALSE(findings.hear({second(0), Finding::damaged, 99})) << "eight others spoke later";
  EXPECT_EQ(findings.words().size(), CrewFindings::kKept);
}

TEST(CrewFindings, DamageThatIsFoundAfterNothingWasContradictsNobody) {
  Reports reports;
  reports.hear(0, "crew/1", Finding::nothing_found);
  EXPECT_EQ(reports.hear(100, "crew/2", Finding::damaged), EvidenceUse::recorded);
  EXPECT_EQ(reports.heard().against_at, kNeverHeard);
}

TEST(CrewFindings, TheOrderOfArrivalNeverShows) {
  const std::uint64_t seed = 4711;
  Random random{seed};
  for (int round = 0; round < 2000; ++round) {
    SCOPED_TRACE("seed " + std::to_string(seed) + ", round " + std::to_string(round));
    std::vector<SaidFinding> words;
    for (std::uint64_t i = 0, count = 1 + random.below(12); i < count; ++i) {
      words.push_back({second(static_cast<int>(random.below(5))),
                       static_cast<Finding>(random.below(5)),
                       static_cast<SourceIndex>(random.below(CrewFindings::kKept))});
    }
    CrewFindings first;
    for (const SaidFinding& word : words) first.hear(word);
    // By hand: the newest of each source, the newest of those, and damage of another.
    std::vector<SaidFinding> newest = words;
    std::ranges::sort(newest, std::ranges::greater{}, [](const SaidFinding& word) {
      return std::tuple{word.at, word.finding, word.source};
    });
    std::vector<SaidFinding> plain;
    for (const SaidFinding& word : newest) {
      if (std::ranges::find(plain, word.source, &SaidFinding::source) == plain.end())
        plain.push_back(word);
    }
    ASSERT_TRUE(std::ranges::equal(first.words(), plain));
    for (std::size_t i = words.size(); i > 1; --i) std::swap(words[i - 1], words[random.below(i)]);
    CrewFindings again;
    for (const SaidFinding& word : words) again.hear(word);
    ASSERT_TRUE(std::ranges::equal(again.words(), plain));
  }
}

}  // namespace
}  // namespace gridmend::crew_findings_test
