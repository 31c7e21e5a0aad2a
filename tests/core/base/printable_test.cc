#include "core/base/printable.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace gridmend::printable_test {
namespace {

TEST(Printable, WordsStayAsTheyAre) {
  EXPECT_EQ(printable("Mill 1, \"台区\" é \xf0\x9f\x92\xa1"),
            "Mill 1, \"台区\" é \xf0\x9f\x92\xa1");
  EXPECT_EQ(printable(""), "");
}

TEST(Printable, WhatATerminalWouldObeyIsShownInstead) {
  EXPECT_EQ(printable("a\nb\tc\x1b[2J\x7f"), "a\\x0ab\\x09c\\x1b[2J\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"), "\\x9b") << "the C1 form of ESC [";
  EXPECT_EQ(printable(std::string_view{"a\0b", 3}), "a\\x00b");
}

TEST(Printable, WhatIsNotUtf8IsReplacedByteByByte) {
  const std::string bad = "\xef\xbf\xbd";
  EXPECT_EQ(printable("a\xff"), "a" + bad);
  EXPECT_EQ(printable("\xc0\xaf"), bad + bad) << "overlong";
  EXPECT_EQ(printable("\xe0\x80\xaf"), bad + bad + bad) << "overlong";
  EXPECT_EQ(printable("\xed\xa0\x80"), bad + bad + bad) << "a surrogate";
  EXPECT_EQ(printable("\xe4\xb8"), bad + bad) << "breaks off";
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), bad + bad + bad + bad) << "beyond Unicode";
}

TEST(Printable, LargeNumbersAreReadInThousands) {
  EXPECT_EQ(with_commas(0), "0");
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(with_commas(1000), "1,000");
  EXPECT_EQ(with_commas(18'446'744'073'709'551'615U), "18,446,744,073,709,551,615");
}

TEST(Printable, IsWhatErrorsAreDescribedIn) {
  Error error;
  error.place.file = "a\nroot: all is well\x1b[0m";
  error.message = "is \xff";
  EXPECT_EQ(describe(error), "a\\x0aroot: all is well\\x1b[0m: is \xef\xbf\xbd");
}

}  // namespace
}  // namespace gridmend::printable_test
