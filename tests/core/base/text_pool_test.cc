#include "core/base/text_pool.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/base/random.h"

namespace gridmend::text_pool_test {
namespace {

TEST(TextPool, BeginsWithTheEmptyText) {
  TextPoolBuilder builder;
  EXPECT_EQ(builder.add(""), TextId{0});
  const TextId street = builder.add("解放路");
  EXPECT_EQ(builder.add(""), TextId{0});
  EXPECT_EQ(builder[street], "解放路");
  const TextPool pool = std::move(builder).finish();
  EXPECT_EQ(pool.size(), 2U);
  EXPECT_EQ(pool[TextId{0}], "");
  EXPECT_EQ(pool[street], "解放路");
  EXPECT_EQ(pool[TextId::none()], "");
}

TEST(TextPool, GivesBackEveryTextItWasGiven) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    TextPoolBuilder builder;
    std::vector<std::pair<TextId, std::string>> given;
    for (int i = 0; i < 500; ++i) {
      std::string text(random.below(20), '\0');
      for (char& c : text) c = static_cast<char>(random());
      given.emplace_back(builder.add(text), text);
    }
    const TextPool pool = std::move(builder).finish();
    EXPECT_TRUE(pool.well_formed());
    for (const auto& [id, text] : given) ASSERT_EQ(pool[id], text);
  }
}

TEST(TextPool, KnowsWhetherAFileGaveItNonsense) {
  const auto pool = [](std::vector<std::uint32_t> offsets, const char* letters) {
    const std::string_view view{letters};
    return TextPool{Table<Text, std::uint32_t>{std::move(offsets)},
                    Table<Text, char>{std::vector<char>(view.begin(), view.end())}};
  };
  EXPECT_TRUE(TextPool{}.well_formed());
  EXPECT_TRUE(pool({0, 0, 3}, "abc").well_formed());
  EXPECT_FALSE(pool({0, 0, 4}, "abc").well_formed());  // ends outside
  EXPECT_FALSE(pool({0, 2, 1}, "abc").well_formed());  // runs backwards
  EXPECT_FALSE(pool({}, "abc").well_formed());
}

TEST(TextPoolDeathTest, ATextOfAnotherPoolStopsTheProgram) {
  TextPoolBuilder builder;
  EXPECT_DEATH((void)builder[TextId{1}], "text is of this pool");
  const TextPool pool = std::move(builder).finish();
  EXPECT_DEATH((void)pool[TextId{1}], "id is of this table");
}

}  // namespace
}  // namespace gridmend::text_pool_test
