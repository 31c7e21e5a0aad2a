#include "tests/fuzz/mutator.h"

#include <gmock/gmock.h>

#include <set>
#include <string_view>

namespace gridmend::mutator_test {
namespace {

Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

TEST(Mutator, DrawsTheSameInputsFromTheSameSeed) {
  const Mutator mutator{{bytes("abc 12"), bytes("[1,2,3]")}, {bytes("null")}, 1000};
  Random one{7}, other{7};
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(mutator.draw(one), mutator.draw(other)) << i;
}

TEST(Mutator, DrawsManyDifferentInputsWithinTheLimit) {
  const Mutator mutator{{bytes("name = 1\n[part]\n")}, {bytes("\"\"\"")}, 40};
  Random random{3};
  std::set<Bytes> drawn;
  bool token = false;
  for (int i = 0; i < 2000; ++i) {
    const Bytes input = mutator.draw(random);
    ASSERT_LE(input.size(), 40U);
    token =
        token || std::string_view{reinterpret_cast<const char*>(input.data()), input.size()}.find(
                     "\"\"\"") != std::string_view::npos;
    drawn.insert(input);
  }
  EXPECT_GT(drawn.size(), 1500U);
  EXPECT_TRUE(token);
}

TEST(Mutator, MakesSomethingOfAnEmptyCorpus) {
  const Mutator mutator{{}, {}, 100};
  Random random{1};
  std::set<Bytes> drawn;
  for (int i = 0; i < 100; ++i) drawn.insert(mutator.draw(random));
  EXPECT_GT(drawn.size(), 20U);
}

TEST(Dictionary, HasNamedAndUnnamedTokensWithEscapes) {
  EXPECT_THAT(
      read_dictionary("# remark \"no\"\nkey=\"New\"\n\"a\\\"b\\\\\"\nx=\"\\x00\\xff1\"\nno\n"),
      testing::ElementsAre(bytes("New"), bytes("a\"b\\"), Bytes{0, 0xff, '1'}));
}

}  // namespace
}  // namespace gridmend::mutator_test
