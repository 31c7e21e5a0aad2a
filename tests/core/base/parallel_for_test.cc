#include "core/base/parallel_for.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

namespace gridmend::parallel_for_test {
namespace {

TEST(ParallelFor, DoesEverythingOnceOnAnyNumberOfThreads) {
  for (const unsigned threads : {0U, 1U, 2U, 3U, 16U}) {
    for (const std::size_t count : {0U, 1U, 2U, 5U, 1000U}) {
      std::vector<int> done(count, 0);
      parallel_for(count, threads, [&](std::size_t i) { ++done[i]; });
      EXPECT_EQ(done, std::vector<int>(count, 1)) << count << " on " << threads;
    }
  }
}

TEST(ParallelFor, StaysOnItsOwnThreadWhenOneIsAllowed) {
  std::set<std::thread::id> threads;
  parallel_for(100, 1, [&](std::size_t) { threads.insert(std::this_thread::get_id()); });
  EXPECT_EQ(threads, std::set<std::thread::id>{std::this_thread::get_id()});
}

TEST(ParallelFor, BeginsLowerOnesFirst) {
  std::vector<std::size_t> order;
  parallel_for(50, 1, [&](std::size_t i) { order.push_back(i); });
  for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(order[i], i);
}

TEST(Processors, AreAtLeastOne) { EXPECT_GE(processors(), 1U); }

}  // namespace
}  // namespace gridmend::parallel_for_test
