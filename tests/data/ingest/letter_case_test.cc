#include "data/ingest/letter_case.h"

#include <gtest/gtest.h>

namespace gridmend::letter_case_test {
namespace {

TEST(LetterCase, OnlyAsciiLettersHaveACase) {
  EXPECT_EQ(lower_case("Netz_ÄA[Z@`{"), "netz_Äa[z@`{");
  EXPECT_TRUE(same_word("MEDIDOR 医院", "medidor 医院"));
  EXPECT_FALSE(same_word("ä", "Ä"));
  EXPECT_FALSE(same_word("a", "aa"));
  EXPECT_FALSE(same_word("*", "any")) << "a pattern is no word";
}

}  // namespace
}  // namespace gridmend::letter_case_test
