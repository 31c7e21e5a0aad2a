#include "core/base/id.h"

#include <gtest/gtest.h>

#include <type_traits>
#include <unordered_set>

namespace gridmend::id_test {
namespace {

struct Crew;
struct Depot;

static_assert(!std::is_convertible_v<int, Id<Crew>> && !std::is_convertible_v<Id<Crew>, int>);
static_assert(!std::is_convertible_v<Id<Crew>, Id<Depot>>);
static_assert(!std::is_constructible_v<Id<Crew>, Id<Depot>>);
static_assert(sizeof(Id<Crew>) == 4 && std::is_trivially_copyable_v<Id<Crew>>);

TEST(Id, IsNoneUntilItIsGivenANumber) {
  EXPECT_FALSE(Id<Crew>{}.valid());
  EXPECT_EQ(Id<Crew>{}, Id<Crew>::none());
  EXPECT_TRUE(Id<Crew>{0}.valid());
  EXPECT_LT(Id<Crew>{7}, Id<Crew>::none());
}

TEST(Id, IsOrderedAndHashedByItsNumber) {
  EXPECT_LT(Id<Crew>{1}, Id<Crew>{2});
  const std::unordered_set<Id<Crew>> crews{Id<Crew>{1}, Id<Crew>{2}, Id<Crew>{1}};
  EXPECT_EQ(crews.size(), 2U);
}

TEST(IdDeathTest, DoesNotTakeANumberThatDoesNotFit) {
  EXPECT_DEATH((void)Id<Crew>{std::size_t{1} << 32}, "an id has 32 bits");
  EXPECT_DEATH((void)Id<Crew>{-1}, "not negative");
}

}  // namespace
}  // namespace gridmend::id_test
