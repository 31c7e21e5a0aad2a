#include "tests/golden/golden_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace gridmend::golden {
namespace {

bool updating() {
  const char* value = std::getenv("GRIDMEND_UPDATE");
  return value != nullptr && *value != '\0' && std::string_view{value} != "0";
}

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(text.size(), line.size() + 1));
  return line;
}

}  // namespace

std::string difference(std::string_view expected, std::string_view actual) {
  if (expected == actual) return {};
  for (int number = 1; !expected.empty() || !actual.empty(); ++number) {
    const bool none_expected = expected.empty();
    const bool none_there = actual.empty();
    const std::string_view wanted = take_line(expected);
    const std::string_view there = take_line(actual);
    if (wanted == there && none_expected == none_there) continue;
    return "line " + std::to_string(number) +
           "\n  expected: " + (none_expected ? "nothing more" : std::string{wanted}) +
           "\n  actual:   " + (none_there ? "nothing more" : std::string{there});
  }
  return "the last line ends otherwise";
}

void expect_same(std::string_view name, std::string_view text) {
  const auto path = std::filesystem::path{GRIDMEND_SOURCE_DIR} / "tests/golden" / name;
  if (updating()) {
    std::ofstream{path, std::ios::binary} << text;
    return;
  }
  std::ifstream stream{path, std::ios::binary};
  ASSERT_TRUE(stream) << name << " is not there; GRIDMEND_UPDATE=1 writes it";
  const std::string expected{std::istreambuf_iterator<char>{stream}, {}};
  const std::string differs = difference(expected, text);
  EXPECT_TRUE(differs.empty()) << "tests/golden/" << name << ", " << differs
                               << "\n(GRIDMEND_UPDATE=1 rewrites it)";
}

}  // namespace gridmend::golden
