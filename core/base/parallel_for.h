#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace gridmend {

// How many threads the machine runs at once, 1 when it does not say.
inline unsigned processors() { return std::max(std::thread::hardware_concurrency(), 1U); }

// Calls work(i) for every i below `count`, on at most `threads` threads, this one among them; which
// thread takes which is not told beforehand. Lower ones begin first: put what is long in front.
// Returns when all are done. `work` must not throw; what one call writes no other may touch.
template <class Work>
void parallel_for(std::size_t count, unsigned threads, Work work) {
  std::atomic<std::size_t> next{0};
  const auto take = [&] {
    for (std::size_t i = next++; i < count; i = next++) work(i);
  };
  std::vector<std::jthread> others;
  for (std::size_t t = 1; t < std::min<std::size_t>(threads, count); ++t) others.emplace_back(take);
  take();
}

}  // namespace gridmend
