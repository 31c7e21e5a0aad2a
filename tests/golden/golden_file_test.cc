#include "tests/golden/golden_file.h"

#include <gmock/gmock.h>

namespace gridmend::golden::golden_file_test {
namespace {

using testing::HasSubstr;

TEST(Golden, NamesTheFirstLineThatDiffers) {
  EXPECT_EQ(difference("a\nb\n", "a\nb\n"), "");
  EXPECT_THAT(difference("a\nb\nc\n", "a\nx\nc\n"), HasSubstr("line 2"));
  EXPECT_THAT(difference("a\nb\n", "a\n"), HasSubstr("actual:   nothing more"));
  EXPECT_THAT(difference("a\n", "a\nb\n"), HasSubstr("expected: nothing more"));
  EXPECT_THAT(difference("a\n", "a\n\n"), HasSubstr("line 2"));
  EXPECT_THAT(difference("a\n", "a"), HasSubstr("ends otherwise"));
  EXPECT_THAT(difference("", "a"), HasSubstr("line 1"));
}

}  // namespace
}  // namespace gridmend::golden::golden_file_test
