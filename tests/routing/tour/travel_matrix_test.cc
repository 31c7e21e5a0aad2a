#include "routing/tour/travel_matrix.h"

#include <gtest/gtest.h>

#include <vector>

namespace gridmend::travel_matrix_test {
namespace {

TEST(TravelMatrix, ShutsSitesForItselfAloneNotForItsCopies) {
  TravelMatrix matrix(3, {0, 1, 2, 3, 0, 5, 6, 7, 0});
  const TravelMatrix copy = matrix;
  matrix.shut(std::vector<char>{0, 1, 0});
  EXPECT_FALSE(matrix.reachable(0, 1));
  EXPECT_FALSE(matrix.reachable(2, 1));
  EXPECT_EQ(matrix(1, 1), 0);
  EXPECT_EQ(matrix(1, 2), 5);
  EXPECT_EQ(matrix(2, 0), 6);
  EXPECT_EQ(copy(0, 1), 1);
  EXPECT_EQ(copy(2, 1), 7);
  // Nobody shares it any more.
  matrix.shut(std::vector<char>{0, 0, 1});
  EXPECT_FALSE(matrix.reachable(1, 2));
  EXPECT_FALSE(matrix.reachable(0, 1));
  EXPECT_EQ(copy(1, 2), 5);
}

}  // namespace
}  // namespace gridmend::travel_matrix_test
