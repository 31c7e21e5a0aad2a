#include "service/guard/staged_outputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

namespace gridmend::staged_outputs_test {
namespace {

namespace fs = std::filesystem;

class StagedOutputsTest : public ::testing::Test {
 protected:
  StagedOutputsTest() {
    folder = fs::path{testing::TempDir()} / ("staged_" + std::to_string(::getpid()));
    fs::create_directories(folder);
  }
  ~StagedOutputsTest() override { fs::remove_all(folder); }

  static void write(const fs::path& path, const std::string& text) { std::ofstream{path} << text; }
  static std::string read(const fs::path& path) {
    std::ifstream in{path};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
  std::vector<std::string> names() const {
    std::vector<std::string> result;
    for (const auto& entry : fs::directory_iterator(folder)) {
      result.push_back(entry.path().filename().string());
    }
    return result;
  }

  fs::path folder;
};

TEST_F(StagedOutputsTest, AFileAppearsWhenItIsPublishedAndNoSooner) {
  const fs::path output = folder / "a.gmr";
  write(output, "old");
  {
    auto staged = StagedOutputs::create({output});
    ASSERT_TRUE(staged) << describe(staged.error());
    write(staged->staged(output), "new");
    fs::permissions(staged->staged(output), fs::perms::owner_read);
    EXPECT_EQ(read(output), "old");
    ASSERT_TRUE(staged->publish());
    EXPECT_EQ(read(output), "new");
    EXPECT_NE(fs::status(output).permissions() & fs::perms::others_read, fs::perms::none);
  }
  EXPECT_THAT(names(), testing::ElementsAre("a.gmr"));
}

TEST_F(StagedOutputsTest, WhatIsNotPublishedIsGone) {
  {
    auto staged = StagedOutputs::create({folder / "a.gmr", folder / "b.csv"});
    ASSERT_TRUE(staged);
    write(staged->staged(folder / "a.gmr"), "half");
  }
  EXPECT_THAT(names(), testing::IsEmpty());
}

TEST_F(StagedOutputsTest, OnlyFilesOfTheOutputsNameAreMoved) {
  const fs::path output = folder / "defects.shp";
  auto staged = StagedOutputs::create({output});
  ASSERT_TRUE(staged);
  const fs::path inside = staged->staged(output).parent_path();
  write(inside / "defects.shp", "1");
  write(inside / "defects.dbf", "2");
  write(inside / ".bashrc", "evil");
  fs::create_symlink("/etc/hostname", inside / "defects.prj");
  ASSERT_TRUE(staged->publish());
  EXPECT_TRUE(fs::exists(folder / "defects.dbf"));
  EXPECT_FALSE(fs::exists(folder / ".bashrc"));
  EXPECT_FALSE(fs::exists(folder / "defects.prj"));
}

TEST_F(StagedOutputsTest, ALinkIsWrittenThroughAndADeviceIsNot) {
  write(folder / "real.gmr", "old");
  fs::create_symlink("real.gmr", folder / "link.gmr");
  {
    auto staged = StagedOutputs::create({folder / "link.gmr"});
    ASSERT_TRUE(staged);
    write(staged->staged(folder / "link.gmr"), "new");
    ASSERT_TRUE(staged->publish());
  }
  EXPECT_TRUE(fs::is_symlink(folder / "link.gmr"));
  EXPECT_EQ(read(folder / "real.gmr"), "new");
  EXPECT_EQ(StagedOutputs::create({"/dev/null"}).error().reason, "OUTPUT_NOT_A_FILE");
  EXPECT_EQ(StagedOutputs::create({folder}).error().reason, "OUTPUT_NOT_A_FILE");
  EXPECT_EQ(StagedOutputs::create({folder / "no" / "such" / "a.gmr"}).error().reason,
            "OUTPUT_FOLDER");
}

}  // namespace
}  // namespace gridmend::staged_outputs_test
