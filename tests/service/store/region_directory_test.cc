#include "service/store/region_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "tests/drawing/feeder_drawing.h"

namespace gridmend::region_directory_test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

Region drawn(std::string_view drawing) {
  const NetworkModel network = drawing::draw(drawing);
  return Region{network, RoadGraph{}, {}, {}, content_id(network.records(), {})};
}

class RegionDirectoryTest : public testing::Test {
 protected:
  RegionDirectoryTest() {
    std::string made = (fs::temp_directory_path() / "gridmend_regions_XXXXXX").string();
    EXPECT_NE(::mkdtemp(made.data()), nullptr);
    root = made;
    EXPECT_TRUE(write_region(lane, root / "lane.gmr"));
  }
  ~RegionDirectoryTest() override { fs::remove_all(root); }

  std::size_t files() const {
    const fs::path folder = root / "state" / "regions";
    if (!fs::exists(folder)) return 0;
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder), fs::directory_iterator{}));
  }

  fs::path root;
  Region lane = drawn("S==B1--n1--F1--n2--T1(5)");
  std::string id = to_hex(lane.id);
};

TEST_F(RegionDirectoryTest, FindsWhatItKeptThoughTheFileItCameFromIsOverwritten) {
  {
    RegionDirectory regions(root / "state");
    const auto kept = regions.keep(root / "lane.gmr");
    ASSERT_TRUE(kept) << describe(kept.error());
    EXPECT_EQ((*kept)->id, lane.id);
    // In place, as `cp` does: the copy and whoever maps it know nothing of it.
    std::ofstream(root / "lane.gmr", std::ios::binary) << std::string(100'000, 'x');
    EXPECT_EQ((*kept)->network.usage_points().size(), 5U);
    EXPECT_EQ((*kept)->network.mrid(Id<UsagePoint>{4}), "T1.5");
    EXPECT_EQ(regions.find(id)->get(), kept->get()) << "mapped once";
  }
  fs::remove(root / "lane.gmr");
  RegionDirectory again(root / "state");
  const auto found = again.find(id);
  ASSERT_TRUE(found) << describe(found.error());
  EXPECT_EQ((*found)->id, lane.id);
  EXPECT_EQ(files(), 1U);
}

TEST_F(RegionDirectoryTest, KeepingARegionTwiceKeepsItOnce) {
  RegionDirectory regions(root / "state");
  ASSERT_TRUE(regions.keep(root / "lane.gmr"));
  ASSERT_TRUE(regions.keep(root / "lane.gmr"));
  EXPECT_EQ(files(), 1U);
}

TEST_F(RegionDirectoryTest, ExaminingLeavesNothingBehind) {
  RegionDirectory regions(root / "state");
  const auto seen = regions.examine(root / "lane.gmr");
  ASSERT_TRUE(seen) << describe(seen.error());
  EXPECT_EQ((*seen)->network.usage_points().size(), 5U);
  EXPECT_EQ(files(), 0U);
  EXPECT_EQ(regions.find(id).error().reason, "REGION_MISSING");
}

TEST_F(RegionDirectoryTest, RemovesWhatAKilledProcessLeftHalfDoneAndNothingElse) {
  RegionDirectory regions(root / "state");
  regions.remove_leftovers();  // no folder yet
  ASSERT_TRUE(regions.keep(root / "lane.gmr"));
  std::ofstream(root / "state" / "regions" / ".copy-a1B2c3") << "half a region";
  std::ofstream(root / "state" / "regions" / "notes.txt") << "somebody's";
  EXPECT_EQ(files(), 3U);
  regions.remove_leftovers();
  EXPECT_EQ(files(), 2U);
  EXPECT_TRUE(regions.find(id));
}

TEST_F(RegionDirectoryTest, NamesTheRegionThatIsMissingAndWhereItWasLookedFor) {
  RegionDirectory regions(root / "state");
  const auto missing = regions.find(id);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().reason, "REGION_MISSING");
  EXPECT_THAT(missing.error().message, HasSubstr(id));
  EXPECT_THAT(missing.error().message, HasSubstr("regions"));
  EXPECT_EQ(regions.find("../lane").error().reason, "REGION_MISSING");
  EXPECT_EQ(regions.find("").error().reason, "REGION_MISSING");
}

TEST_F(RegionDirectoryTest, AFileThatIsNotTheRegionOfItsNameIsRefused) {
  RegionDirectory regions(root / "state");
  ASSERT_TRUE(regions.keep(root / "lane.gmr"));
  const std::string other(32, 'a');
  fs::copy_file(regions.path_of(id), regions.path_of(other));
  const auto found = regions.find(other);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().reason, "REGION_MISSING");
  EXPECT_THAT(found.error().message, HasSubstr(id));
}

TEST_F(RegionDirectoryTest, RefusesWhatIsNoRegionByTheNameItWasGivenAndKeepsNothing) {
  RegionDirectory regions(root / "state");
  std::ofstream(root / "words.gmr") << "no region at all";
  ASSERT_EQ(::mkfifo((root / "pipe.gmr").c_str(), 0600), 0);
  fs::resize_file(root / "lane.gmr", fs::file_size(root / "lane.gmr") - 1);
  for (const char* name : {"words.gmr", "pipe.gmr", "lane.gmr", "absent.gmr"}) {
    const auto kept = regions.keep(root / name);
    ASSERT_FALSE(kept) << name;
    EXPECT_THAT(describe(kept.error()), HasSubstr(name));
    EXPECT_THAT(describe(kept.error()), testing::Not(HasSubstr(".copy-")));
  }
  EXPECT_EQ(files(), 0U);
}

}  // namespace
}  // namespace gridmend::region_directory_test
