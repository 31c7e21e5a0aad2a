#include "routing/tour/solomon_reader.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/random.h"
#include "tests/routing/tour/damaged_text.h"

namespace gridmend::solomon_reader_test {
namespace {

const std::string kText = R"(C1

VEHICLE
NUMBER     CAPACITY
  2         200

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE   TIME

    0      40         50          0          0       1236          0
    1      45         68         10        912        967         90
    2      45.5       70         30        825        870         60
)";

Result<Benchmark> read(const std::string& text) { return read_benchmark(text, Distances::real); }

TEST(SolomonReader, ReadsFleetPlacesWindowsAndService) {
  for (const std::string& text : {kText, "\xEF\xBB\xBF" + kText}) {
    EXPECT_TRUE(is_benchmark(text));
    EXPECT_EQ(customary_distances(text), Distances::real);
    const Result<Benchmark> benchmark = read(text);
    ASSERT_TRUE(benchmark) << benchmark.error().message;
    EXPECT_EQ(benchmark->name, "C1");
    EXPECT_DOUBLE_EQ(benchmark->travel(1, 2), std::hypot(.5, 2));
    const DispatchProblem problem = benchmark_problem(*benchmark, 0);
    ASSERT_TRUE(validate(problem));
    ASSERT_EQ(problem.crews.size(), 2U);
    ASSERT_EQ(problem.tasks.size(), 2U);
    EXPECT_EQ(problem.crews[0].capacity, 200);
    EXPECT_EQ(problem.crews[0].shift_end, 1236);
    EXPECT_TRUE(problem.crews[0].end_site.valid());
    EXPECT_EQ(problem.tasks[1].earliest, 825);
    EXPECT_EQ(problem.tasks[1].deadline, 870);
    EXPECT_EQ(problem.tasks[1].duration, 60);
    EXPECT_EQ(problem.tasks[1].demand, 30);
  }
  EXPECT_EQ(read_benchmark(kText, Distances::as_the_format_rounds)->travel(1, 2), 2);
}

TEST(SolomonReader, RefusesWhatIsNoNumberOrOutOfOrder) {
  const auto with = [](std::string_view from, std::string_view to) {
    std::string text = kText;
    return text.replace(text.find(from), from.size(), to);
  };
  for (const std::string& text :
       {with("  2         200", "  two 200"), with("  2         200", " 0 200"),
        with("  2         200", " 1e9 200"), with("  2         200", " nan 200"),
        with("CUSTOMER", "CLIENT"), with("    1      45", "    7      45"),
        with("        90", "        "), with("        90", "        90 3"),
        kText.substr(0, kText.find("    0 ")), kText.substr(0, kText.find("CUSTOMER"))}) {
    const Result<Benchmark> benchmark = read(text);
    ASSERT_FALSE(benchmark) << text;
    EXPECT_EQ(benchmark.error().reason, "BENCHMARK_FILE");
  }
}

TEST(SolomonReader, SurvivesMutations) {
  int accepted = 0;
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const Result<Benchmark> benchmark = read(testing::damaged(kText, random.between(1, 3), random));
    if (!benchmark) continue;
    ++accepted;
    static_cast<void>(validate(benchmark_problem(*benchmark, 0)));
  }
  EXPECT_GT(accepted, 100);
}

}  // namespace
}  // namespace gridmend::solomon_reader_test
