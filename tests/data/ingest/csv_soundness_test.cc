#include "data/ingest/csv_soundness.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "core/base/random.h"

namespace gridmend::csv_soundness_test {
namespace {

// A value of letters, blanks, commas and quotes, in quotes where it has to be and sometimes else.
std::string random_value(Random& random) {
  constexpr std::string_view kBytes = "ab ,\"\t";
  std::string plain;
  for (std::uint64_t i = random.below(9); i > 0; --i) plain += kBytes[random.below(kBytes.size())];
  if (plain.find_first_of(",\"") == std::string::npos && random.chance(.7)) return plain;
  std::string quoted = "\"";
  for (const char c : plain) quoted += c == '"' ? std::string{"\"\""} : std::string{c};
  return quoted + '"';
}

class CsvSoundness : public ::testing::Test {
 protected:
  ~CsvSoundness() override { std::filesystem::remove(path_); }
  auto check(const std::string& table) {
    std::ofstream{path_, std::ios::binary} << table;
    return check_csv(path_.string(), 3, ErrorPlace{});
  }

 private:
  std::filesystem::path path_ = std::filesystem::path{GRIDMEND_BINARY_DIR} / "csv_soundness.csv";
};

// Most letters are passed over many at a time: no blank, comma or quote among them is missed.
TEST_F(CsvSoundness, ATableWrittenByTheRulesIsSoundWhateverItsValues) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Random random{seed};
    const std::string end = random.chance(.5) ? "\r\n" : "\n";
    std::string table = "mrid,node,address" + end;
    for (std::uint64_t rows = random.below(40); rows > 0; --rows) {
      table += random_value(random) + "," + random_value(random) + "," + random_value(random) + end;
    }
    const auto found = check(table);
    ASSERT_TRUE(found) << "seed " << seed << ": " << describe(found.error()) << "\n" << table;
  }
}

// With one quote more the rows behind it would be lost.
TEST_F(CsvSoundness, OneQuoteTooManyIsFoundInWhateverColumn) {
  for (std::size_t column = 0; column < 3; ++column) {
    std::string table = "mrid,node,address\n";
    for (int row = 0; row < 50; ++row) {
      for (std::size_t c = 0; c < 3; ++c) {
        if (row == 10 && c == column) table += '"';
        table += "some text" + std::string{c < 2 ? "," : "\n"};
      }
    }
    const auto found = check(table);
    ASSERT_FALSE(found) << column;
    EXPECT_EQ(found.error().reason, "CSV_BROKEN");
  }
}

// Quotes of another kind, or a first column without a name: all that follows is displaced.
TEST_F(CsvSoundness, MoreValuesThanColumnsInMostRowsAreATableMisread) {
  const auto table = [](int sound, int longer) {
    std::string text = "mrid,node,address\n";
    for (int i = 0; i < sound; ++i) text += "a,b,c\n";
    for (int i = 0; i < longer; ++i) text += "a,'x, y',c\n";
    return text;
  };
  const auto misread = check(table(5, 20));
  ASSERT_FALSE(misread);
  EXPECT_EQ(misread.error().reason, "CSV_BROKEN");
  EXPECT_NE(misread.error().message.find("20 of 25 rows"), std::string::npos);
  const auto some = check(table(30, 20));
  ASSERT_TRUE(some);
  EXPECT_EQ(some->size(), 1u);
}

}  // namespace
}  // namespace gridmend::csv_soundness_test
