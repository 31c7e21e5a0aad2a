#include "core/base/table.h"

#include <gtest/gtest.h>

#include <vector>

namespace gridmend::table_test {
namespace {

struct Crew {
  int size = 0;
};

TEST(Table, OwnsWhatItIsGivenAndSharesItWithItsCopies) {
  Table<Crew> copy;
  {
    const Table<Crew> table{std::vector<Crew>{{3}, {4}}};
    copy = table;
    EXPECT_EQ(copy.values().data(), table.values().data());
  }
  ASSERT_EQ(copy.size(), 2U);
  EXPECT_EQ(copy[Id<Crew>{1}].size, 4);
}

TEST(Table, KeepsAliveWhatItViews) {
  auto memory = std::make_shared<std::vector<Crew>>(std::vector<Crew>{{5}});
  const std::weak_ptr<void> watch = memory;
  {
    const Table<Crew> table{*memory, memory};
    memory.reset();
    EXPECT_FALSE(watch.expired());
    EXPECT_EQ(table[Id<Crew>{0}].size, 5);
  }
  EXPECT_TRUE(watch.expired());
}

TEST(Table, NumbersItsRecordsFromZero) {
  const Table<Crew> table{std::vector<Crew>(3)};
  std::vector<std::uint32_t> numbers;
  for (const Id<Crew> id : table.ids()) numbers.push_back(id.index);
  EXPECT_EQ(numbers, (std::vector<std::uint32_t>{0, 1, 2}));
  EXPECT_TRUE(Table<Crew>{}.ids().empty());
}

TEST(IdRange, ContainsItsFirstAndNotItsLast) {
  const IdRange<Crew> range{Id<Crew>{2}, Id<Crew>{5}};
  EXPECT_EQ(range.size(), 3U);
  EXPECT_FALSE(range.contains(Id<Crew>{1}));
  EXPECT_TRUE(range.contains(Id<Crew>{2}));
  EXPECT_TRUE(range.contains(Id<Crew>{4}));
  EXPECT_FALSE(range.contains(Id<Crew>{5}));
  EXPECT_FALSE(range.contains(Id<Crew>::none()));
}

TEST(IdVector, IsFilledAndWrittenById) {
  IdVector<Crew, int> sizes(3, 7);
  sizes[Id<Crew>{1}] = 9;
  EXPECT_EQ(sizes.values(), (std::vector<int>{7, 9, 7}));
}

TEST(TableDeathTest, AnIdOfAnotherTableStopsTheProgram) {
  const Table<Crew> table{std::vector<Crew>(3)};
  EXPECT_DEATH((void)table[Id<Crew>{3}], "id is of this table");
  EXPECT_DEATH((void)table[Id<Crew>{}], "id is of this table");
  IdVector<Crew, int> sizes(2);
  EXPECT_DEATH(sizes[Id<Crew>{2}] = 1, "id is of this table");
}

}  // namespace
}  // namespace gridmend::table_test
