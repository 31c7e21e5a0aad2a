#include "routing/tour/benchmark_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/random.h"
#include "tests/routing/tour/damaged_text.h"

namespace gridmend::benchmark_reader_test {
namespace {

Result<Benchmark> read(std::string_view text) {
  return read_benchmark(text, Distances::as_the_format_rounds);
}

constexpr std::string_view kFleet = R"(NAME : small
COMMENT : any
TYPE : CVRP
DIMENSION : 3
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 20
NODE_COORD_SECTION
1 0 0
2 1.5 0
3 0 2.4
DEMAND_SECTION
1 0
2 7
3 9
DEPOT_SECTION
1
-1
EOF
)";

TEST(BenchmarkReader, ReadsCoordinatesDemandsAndCapacity) {
  const Result<Benchmark> rounded = read(kFleet);
  ASSERT_TRUE(rounded) << rounded.error().message;
  EXPECT_EQ(rounded->name, "small");
  EXPECT_EQ(rounded->travel(0, 1), 2);
  EXPECT_EQ(rounded->travel(0, 2), 2);
  EXPECT_EQ(rounded->capacity, 20);
  EXPECT_EQ(rounded->demand, (std::vector<double>{0, 7, 9}));
  const Result<Benchmark> real = read_benchmark(kFleet, Distances::real);
  ASSERT_TRUE(real);
  EXPECT_DOUBLE_EQ(real->travel(0, 2), 2.4);
  const DispatchProblem problem = fleet_problem(*real, 2);
  EXPECT_TRUE(validate(problem));
  EXPECT_EQ(problem.crews.size(), 2U);
  EXPECT_EQ(problem.tasks.at(1).demand, 9);
}

std::string explicit_text(const std::string& form, const std::string& numbers) {
  return "DIMENSION: 3\nEDGE_WEIGHT_TYPE: EXPLICIT\nEDGE_WEIGHT_FORMAT: " + form +
         "\nEDGE_WEIGHT_SECTION\n" + numbers + "\nEOF\n";
}

TEST(BenchmarkReader, EveryMatrixFormGivesTheSameMatrix) {
  const std::pair<const char*, const char*> forms[] = {{"FULL_MATRIX", "0 1 2 1 0 3 2 3 0"},
                                                       {"UPPER_ROW", "1 2 3"},
                                                       {"LOWER_ROW", "1\n2 3"},
                                                       {"UPPER_DIAG_ROW", "0 1 2 0 3 0"},
                                                       {"LOWER_DIAG_ROW", "0 1 0 2 3 0"},
                                                       {"LOWER_COL", "1 2 3"},
                                                       {"UPPER_COL", "1 2 3"},
                                                       {"LOWER_DIAG_COL", "0 1 2 0 3 0"},
                                                       {"UPPER_DIAG_COL", "0 1 0 2 3 0"}};
  for (const auto& [form, numbers] : forms) {
    const Result<Benchmark> benchmark = read(explicit_text(form, numbers));
    ASSERT_TRUE(benchmark) << form << ": " << benchmark.error().message;
    EXPECT_EQ(benchmark->travel(0, 1), 1) << form;
    EXPECT_EQ(benchmark->travel(2, 0), 2) << form;
    EXPECT_EQ(benchmark->travel(1, 2), 3) << form;
    EXPECT_EQ(benchmark->travel(2, 2), 0) << form;
  }
}

TEST(BenchmarkReader, MalformedInstancesAreRefused) {
  for (const std::string& text :
       {std::string(), std::string("hello"), std::string("DIMENSION: 3\n"),
        std::string("DIMENSION: -3\n"), std::string("DIMENSION: 99999999999\n"),
        std::string("NODE_COORD_SECTION\n1 1 1\n"),
        std::string("DIMENSION: 2\nNODE_COORD_SECTION\n1 1 1\n3 1 1\n"),
        std::string("DIMENSION: 2\nNODE_COORD_SECTION\n1 1 1\n2 nan 1\n"),
        std::string("DIMENSION: 1\nEDGE_WEIGHT_TYPE: MAN_3D\nNODE_COORD_SECTION\n1 1 1\n"),
        std::string(
            "DIMENSION: 12000\nEDGE_WEIGHT_FORMAT: FULL_MATRIX\nEDGE_WEIGHT_SECTION\n1 2\n"),
        std::string("DIMENSION: 1\nSERVICE_TIME_SECTION\n1 x\n"),
        std::string("DIMENSION: 1\nTIME_WINDOW_SECTION\n1 5\n"),
        std::string("DIMENSION: 2\nSERVICE_TIME_SECTION\n1 5\n1 6\n"),
        explicit_text("SPIRAL", "1 2 3"), explicit_text("UPPER_ROW", "1 2")}) {
    EXPECT_FALSE(read(text)) << text;
  }
}

std::string with(std::string_view from, std::string_view to) {
  std::string text(kFleet);
  return text.replace(text.find(from), from.size(), to);
}

TEST(BenchmarkReader, WhatItWouldReadAnotherWayIsRefusedOrSaid) {
  EXPECT_FALSE(read(with("DEPOT_SECTION\n1\n", "DEPOT_SECTION\n2\n")));
  EXPECT_FALSE(read(with("DEPOT_SECTION\n1\n", "DEPOT_SECTION\n1\n2\n")));
  EXPECT_FALSE(read(with("3 0 2.4", "2 0 2.4"))) << "a place that is there twice";
  const Result<Benchmark> limited =
      read(with("CAPACITY : 20\n", "CAPACITY : 20\nDISTANCE : 200\nSERVICE_TIME : 10\n"));
  ASSERT_TRUE(limited);
  EXPECT_EQ(limited->left_out, (std::vector<std::string>{"DISTANCE", "SERVICE_TIME"}));
  const Result<Benchmark> free = read(with("CAPACITY : 20\n", "CAPACITY : 20\nSERVICE_TIME : 0\n"));
  ASSERT_TRUE(free);
  EXPECT_TRUE(free->left_out.empty());
}

TEST(BenchmarkReader, MeasuresAsTheTypeSays) {
  const auto between = [](const std::string& type) {
    const Result<Benchmark> benchmark = read("DIMENSION: 2\nEDGE_WEIGHT_TYPE: " + type +
                                             "\nNODE_COORD_SECTION:\n1 0 0\n2 1.6 2.6\n");
    EXPECT_TRUE(benchmark) << type << ": " << benchmark.error().message;
    return benchmark ? benchmark->travel(0, 1) : -1;
  };
  EXPECT_EQ(between("EUC_2D"), 3);
  EXPECT_DOUBLE_EQ(between("EXACT_2D"), std::hypot(1.6, 2.6));
  EXPECT_EQ(between("CEIL_2D"), 4);
  EXPECT_EQ(between("MAN_2D"), 4);
  EXPECT_EQ(between("MAX_2D"), 3);
}

TEST(BenchmarkReader, NamesTheTypeThatIsNoProblemOfTours) {
  for (const char* type : {"SOP", "HCP", "TOUR"}) {
    const Result<Benchmark> benchmark =
        read(std::string{"NAME: x\nTYPE: "} + type + "\nDIMENSION: 1\nEDGE_WEIGHT_SECTION\n1\n0\n");
    ASSERT_FALSE(benchmark);
    EXPECT_NE(benchmark.error().message.find(std::string{"TYPE "} + type), std::string::npos);
  }
}

// eil7 of TSPLIB, which says LOWER_DIAG_ROW; the published optimum of two trucks of 3 is 114.
TEST(BenchmarkReader, AMatrixOfEilonIsReadAsItIsWritten) {
  const Result<Benchmark> benchmark = read(
      "NAME : eil7\nCOMMENT : (Eilon et al, Min no of trucks: 2, Best value: 114)\nTYPE : CVRP\n"
      "DIMENSION : 7\nEDGE_WEIGHT_TYPE : EXPLICIT\nEDGE_WEIGHT_FORMAT: LOWER_DIAG_ROW \n"
      "CAPACITY : 3\nEDGE_WEIGHT_SECTION\n 10 20 25 25 20 10 12 20 25 30\n"
      " 20 10 11 22 30 2 11 25 10 20\n 12\nEOF\n");
  ASSERT_TRUE(benchmark) << benchmark.error().message;
  EXPECT_EQ(benchmark->notes.size(), 1U);
  const TravelMatrix& d = benchmark->travel;
  double least = kNever;
  std::array<std::uint32_t, 6> order{1, 2, 3, 4, 5, 6};
  do {
    const double length = d(0, order[0]) + d(order[0], order[1]) + d(order[1], order[2]) +
                          d(order[2], 0) + d(0, order[3]) + d(order[3], order[4]) +
                          d(order[4], order[5]) + d(order[5], 0);
    least = std::min(least, length);
  } while (std::ranges::next_permutation(order).found);
  EXPECT_EQ(least, 114);
}

TEST(BenchmarkReader, WindowsAndServiceBelongToTheTasksAndTheDepotsWindowToTheCrews) {
  const Result<Benchmark> benchmark = read_benchmark(
      with("EOF",
           "SERVICE_TIME_SECTION\n1 0\n3 30\n2 20\nTIME_WINDOW_SECTION\n1 5 500\n2 60 70\n"
           "3 80 95\nEOF"),
      Distances::real);
  ASSERT_TRUE(benchmark) << benchmark.error().message;
  const DispatchProblem problem = benchmark_problem(*benchmark, 2);
  ASSERT_TRUE(validate(problem));
  EXPECT_EQ(problem.tasks[0].duration, 20);
  EXPECT_EQ(problem.tasks[1].duration, 30);
  EXPECT_EQ(problem.tasks[0].earliest, 60);
  EXPECT_EQ(problem.tasks[1].deadline, 95);
  EXPECT_EQ(problem.crews[1].start_time, 5);
  EXPECT_EQ(problem.crews[1].shift_end, 500);
  EXPECT_EQ(problem.crews[1].end_site, problem.crews[1].start_site);
  const DispatchProblem alone = repairman_problem(*benchmark);
  EXPECT_EQ(alone.crews[0].start_time, 5);
  EXPECT_EQ(alone.crews[0].shift_end, 500);
}

TEST(BenchmarkReader, AByteOrderMarkIsPassedOver) {
  const std::string marked = "\xEF\xBB\xBF" + std::string{kFleet};
  EXPECT_TRUE(is_benchmark(marked));
  const Result<Benchmark> benchmark = read(marked);
  ASSERT_TRUE(benchmark);
  EXPECT_EQ(benchmark->name, "small");
}

TEST(BenchmarkReader, SurvivesMutations) {
  int accepted = 0;
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const Result<Benchmark> benchmark =
        read(testing::damaged(std::string{kFleet}, random.between(1, 4), random));
    if (!benchmark) continue;
    ++accepted;
    static_cast<void>(validate(fleet_problem(*benchmark, 2)));
  }
  EXPECT_GT(accepted, 100);
}

TEST(BenchmarkReader, AFileSaysItsFleetOrGetsTheSmallestThatCanCarryAll) {
  const Result<Benchmark> small = read(kFleet);
  ASSERT_TRUE(small);
  EXPECT_EQ(small->type, "CVRP");
  EXPECT_EQ(small->crews, 0);
  EXPECT_EQ(benchmark_problem(*small, 0).crews.size(), 1U);  // 16 of 20
  EXPECT_EQ(benchmark_problem(*small, 3).crews.size(), 3U);
  const std::string named = "NAME : A-n3-k2" + std::string(kFleet.substr(kFleet.find('\n')));
  ASSERT_TRUE(read(named));
  EXPECT_EQ(read(named)->crews, 2);
  EXPECT_EQ(benchmark_problem(*read(named), 0).crews.size(), 2U);
  ASSERT_TRUE(read("VEHICLES : 4\n" + named));
  EXPECT_EQ(read("VEHICLES : 4\n" + named)->crews, 4);
  EXPECT_EQ(read("NAME : x-k2y\nVEHICLES : -1\n" + named.substr(named.find('\n') + 1))->crews, 0);
}

TEST(BenchmarkReader, WithoutDemandsItIsARepairmanWhoseWayHomeCounts) {
  const Result<Benchmark> benchmark = read(explicit_text("UPPER_ROW", "1 2 3"));
  ASSERT_TRUE(benchmark);
  const DispatchProblem problem = benchmark_problem(*benchmark, 0);
  ASSERT_EQ(problem.crews.size(), 1U);
  EXPECT_EQ(problem.crews[0].return_weight, 1);
  EXPECT_TRUE(problem.crews[0].end_site.valid());
  EXPECT_FALSE(benchmark_problem(*benchmark, 1).crews[0].end_site.valid());
}

TEST(BenchmarkReader, KnowsItsFilesFromJsonAndHowTheyAreQuoted) {
  EXPECT_TRUE(is_benchmark(" \n NAME : x"));
  EXPECT_FALSE(is_benchmark(" {\"sites\":[]}"));
  EXPECT_FALSE(is_benchmark(""));
  EXPECT_EQ(customary_distances(kFleet), Distances::real);
  EXPECT_EQ(customary_distances("NAME : x"), Distances::as_the_format_rounds);
}

// A file whose sections were read under one dimension and measured under another stopped the
// program.
TEST(BenchmarkReader, RefusesASecondDimension) {
  const auto read = read_benchmark(
      "NAME : x\nTYPE : TSP\nDIMENSION : 2\nEDGE_WEIGHT_TYPE : EUC_2D\nNODE_COORD_SECTION\n"
      "1 0 0\n2 3 4\nDIMENSION : 3\nEOF\n",
      Distances::real);
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("DIMENSION is there twice"), std::string::npos);
}

}  // namespace
}  // namespace gridmend::benchmark_reader_test
