#include "core/network/address_words.h"

#include <gmock/gmock.h>

#include "core/base/random.h"

namespace gridmend::address_words_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(AddressWords, AreRunsOfLettersAndOfDigits) {
  EXPECT_THAT(address_words("Main Street 12, Flat 3B"),
              ElementsAre("main", "street", "12", "flat", "3", "b"));
  EXPECT_THAT(address_words("  "), IsEmpty());
}

TEST(AddressWords, KnowNoCaseNoAccentsAndNoLeadingZeros) {
  EXPECT_THAT(address_words("Rua São João, nº 0012"), ElementsAre("rua", "sao", "joao", "n", "12"));
  EXPECT_EQ(address_words("ÅNGSTRÖMGASSE 0"), address_words("angstromgasse 000"));
  // The accent as a character of its own.
  EXPECT_EQ(address_words("Sa\xcc\x83o"), address_words("são"));
  EXPECT_EQ(address_words("Straße"), address_words("STRASSE"));
}

TEST(AddressWords, AreOneOfAnyScript) {
  EXPECT_THAT(address_words("Strada Ștefan cel Mare și Sfânt 12"),
              ElementsAre("strada", "stefan", "cel", "mare", "si", "sfant", "12"));
  EXPECT_THAT(address_words("Đường Nguyễn Huệ, Quận Bình Tân"),
              ElementsAre("duong", "nguyen", "hue", "quan", "binh", "tan"));
  EXPECT_THAT(address_words("Zhōngshān Lǜ"), ElementsAre("zhongshan", "lu"));
  EXPECT_THAT(address_words("улица Королёва, 5"), ElementsAre("улица", "королева", "5"));
  EXPECT_THAT(address_words("Οδός Ερμού"), ElementsAre("οδοσ", "ερμου"));
  EXPECT_EQ(address_words("УЛИЦА КОРОЛЕВА"), address_words("улица Королёва"));
  EXPECT_EQ(address_words("ΟΔΟΣ ΕΡΜΟΥ"), address_words("οδός Ερμού"));
  EXPECT_EQ(address_words("ЂОРЂА ЏАЈЕ"), address_words("ђорђа џаје"));
  // A letter with no plain form does not part a word: Hausa, Ewe.
  EXPECT_THAT(address_words("Ɓagwai ɖo"), ElementsAre("Ɓagwai", "ɖo"));
  EXPECT_THAT(address_words("वाराणसी मार्ग"), testing::SizeIs(2));
}

TEST(AddressWords, OfHanCharactersAreEachTwoThatFollow) {
  EXPECT_THAT(address_words("解放大道128号3单元"),
              ElementsAre("解放", "放大", "大道", "128", "号", "3", "单元"));
  EXPECT_THAT(address_words("路"), ElementsAre("路"));
}

TEST(AddressWords, TakeFullWidthFormsForOrdinaryOnes) {
  EXPECT_EQ(address_words("解放大道１２８号Ｂ"), address_words("解放大道128号b"));
}

TEST(AddressWords, ComeOnce) { EXPECT_THAT(address_words("a 1 A 01 á"), ElementsAre("a", "1")); }

TEST(AddressWords, PartAtBytesThatAreNoText) {
  EXPECT_THAT(address_words("ab\xff"
                            "cd\xe8\xa7"),
              ElementsAre("ab", "cd"));
  constexpr std::uint64_t kSeed = 4;
  Random random{kSeed};
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes;
    for (int i = random.between(0, 24); i > 0; --i)
      bytes += static_cast<char>(random.between(0, 255));
    for (const std::string& word : address_words(bytes)) {
      ASSERT_FALSE(word.empty()) << "seed " << kSeed << ", round " << round;
      ASSERT_THAT(address_words(word), testing::Not(IsEmpty()));
    }
  }
}

}  // namespace
}  // namespace gridmend::address_words_test
