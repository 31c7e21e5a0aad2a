// Holds every golden of an import against its proof: tests/golden/proof/NAME.py reads the set by
// itself and prints figures, tests/golden/import_NAME.txt is what the import said; NAME.txt for
// roads alone (roads_NAME.py). README.md there.

#include <gmock/gmock.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

#include "tests/golden/import_figures.h"
#include "tests/golden/made_town.h"

namespace gridmend::golden::proof_test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

constexpr int kSkipped = 77;
constexpr int kNotFound = 127;
// Fewer figures than these prove little.
const std::vector<std::string> kLeast = {"usage_points", "usage_points_supplied",
                                         "usage_points_unsupplied", "connectivity_nodes",
                                         "islands"};
const std::vector<std::string> kLeastOfRoads = {"features", "features_left_out", "source_vertices",
                                                "source_segments"};

fs::path golden_folder() { return fs::path{GRIDMEND_SOURCE_DIR} / "tests/golden"; }

std::vector<std::string> proofs() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(golden_folder() / "proof")) {
    const std::string name = entry.path().stem().string();
    if (entry.path().extension() == ".py" && !name.starts_with('_')) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

struct ProofRun {
  int status = 0;
  std::string output;
};

std::string in_quotes(const fs::path& path) {
  std::string text{"'"};
  text += path.string();
  text += '\'';
  return text;
}

// What the goldens make before they import it, for the proofs of that: MADE/town.
class MadeSets : public testing::Environment {
 public:
  static fs::path folder() { return fs::path{GRIDMEND_BINARY_DIR} / "golden_proof_made"; }
  void SetUp() override {
    const auto written = write_made_town(folder() / "town");
    ASSERT_TRUE(written) << describe(written.error());
  }
  void TearDown() override {
    std::error_code ignored;
    fs::remove_all(folder(), ignored);
  }
};
const testing::Environment* const kMadeSets = testing::AddGlobalTestEnvironment(new MadeSets);

ProofRun run_proof(const std::string& name) {
  const std::string command = "python3 -B " +
                              in_quotes(golden_folder() / "proof" / (name + ".py")) + " " +
                              in_quotes(fs::path{GRIDMEND_SOURCE_DIR} / "../shared/data") + " " +
                              in_quotes(MadeSets::folder()) + " 2>&1";
  ProofRun run;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return {kNotFound, "cannot start python3"};
  std::array<char, 4096> buffer{};
  for (std::size_t read = 0; (read = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    run.output.append(buffer.data(), read);
  }
  const int status = pclose(pipe);
  run.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return run;
}

class ImportProof : public testing::TestWithParam<std::string> {};

TEST_P(ImportProof, AgreesWithTheGolden) {
  const ProofRun run = run_proof(GetParam());
  if (run.status == kNotFound) GTEST_SKIP() << "python3 is not installed";
  if (run.status == kSkipped) GTEST_SKIP() << run.output;
  ASSERT_EQ(run.status, 0) << run.output;
  const bool roads = GetParam().starts_with("roads_");
  const std::string name = (roads ? "" : "import_") + GetParam() + ".txt";
  std::ifstream stream{golden_folder() / name};
  ASSERT_TRUE(stream) << "tests/golden/" << name << " is not there";
  const std::string golden{std::istreambuf_iterator<char>{stream}, {}};
  const Figures proof = figures_of_proof(run.output);
  for (const std::string& figure : roads ? kLeastOfRoads : kLeast) {
    EXPECT_TRUE(proof.contains(figure)) << "the proof does not count " << figure;
  }
  EXPECT_EQ(disagreement(roads ? figures_of_proof(golden) : figures_of_summary(golden), proof), "");
}

INSTANTIATE_TEST_SUITE_P(Sets, ImportProof, testing::ValuesIn(proofs()), [](const auto& set) {
  std::string name = set.param;
  std::ranges::replace_if(
      name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
});
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ImportProof);

TEST(ImportFigures, ReadsEveryLineOfASummary) {
  EXPECT_THAT(
      figures_of_summary("# a remark 5\n"
                         "read as bdgd\n"
                         "features 17\n"
                         "connectivity nodes 14046, supplied 14016\n"
                         "devices 96\n"
                         "  fuse 90, normally open 6\n"
                         "  service_drop 6, 1.5 km\n"
                         "usage points 12 = 9 supplied + 2 unsupplied + 1 refused (3 inactive)\n"
                         "  refused 1: no device names its connectivity node 'x'\n"
                         "feeders 1\n"
                         "  North 1 supplies 9 usage points with 8 customers through 90 devices\n"
                         "islands 1 with 30 connectivity nodes\n"
                         "open ends 4\n"
                         "loops 0\n"
                         "defects 2\n"
                         "  unknown_value warning 2\n"),
      UnorderedElementsAre(
          Pair("features", "17"), Pair("connectivity_nodes", "14046"),
          Pair("connectivity_nodes_supplied", "14016"), Pair("devices", "96"), Pair("fuse", "90"),
          Pair("fuse_normally_open", "6"), Pair("service_drop", "6"),
          Pair("service_drop_km", "1.5"), Pair("usage_points", "12"),
          Pair("usage_points_supplied", "9"), Pair("usage_points_unsupplied", "2"),
          Pair("usage_points_refused", "1"), Pair("usage_points_inactive", "3"),
          Pair("feeders", "1"), Pair("feeder/North_1/usage_points", "9"),
          Pair("feeder/North_1/customers", "8"), Pair("feeder/North_1/devices", "90"),
          Pair("islands", "1"), Pair("islands_connectivity_nodes", "30"), Pair("open_ends", "4"),
          Pair("loops", "0"), Pair("defects", "2"), Pair("defects/unknown_value/warning", "2")));
}

TEST(ImportFigures, AProofThatCountsOtherwiseIsNamed) {
  const Figures summary = figures_of_summary("devices 2\n  fuse 2\n");
  EXPECT_EQ(disagreement(summary, figures_of_proof("# remark\nfuse 2\nbreaker 0\n")), "");
  EXPECT_THAT(disagreement(summary, figures_of_proof("fuse 3\n")),
              HasSubstr("fuse: the proof counts '3', the import '2'"));
  EXPECT_THAT(disagreement(summary, figures_of_proof("breaker 1\n")), HasSubstr("breaker"));
  EXPECT_THAT(disagreement(summary, figures_of_proof("fuse two of them\n")), HasSubstr("fuse"));
}

}  // namespace
}  // namespace gridmend::golden::proof_test
