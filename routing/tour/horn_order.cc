#include "routing/tour/horn_order.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <queue>
#include <utility>

#include "core/base/check.h"

namespace gridmend {
namespace {

constexpr std::size_t kRoot = std::numeric_limits<std::size_t>::max();

// Longest chain of predecessors; tasks whose depth is final come out of the recursion's own stack.
std::vector<int> depths(const DispatchProblem& problem) {
  std::vector<int> depth(problem.tasks.size(), -1);
  std::vector<std::size_t> stack;
  for (std::size_t root = 0; root < depth.size(); ++root) {
    stack.push_back(root);
    while (!stack.empty()) {
      const std::size_t task = stack.back();
      int deepest = 0;
      bool known = true;
      for (const Id<DispatchTask> before : problem.tasks[task].after) {
        if (depth[before.index] < 0) {
          stack.push_back(before.index);
          known = false;
        }
        deepest = std::max(deepest, depth[before.index] + 1);
      }
      if (!known) continue;
      depth[task] = deepest;
      stack.pop_back();
    }
  }
  return depth;
}

// The predecessor that counts: the deepest one. In a forest the others stand above it.
std::vector<std::size_t> parents(const DispatchProblem& problem) {
  const std::vector<int> depth = depths(problem);
  std::vector<std::size_t> parent(problem.tasks.size(), kRoot);
  for (std::size_t t = 0; t < parent.size(); ++t) {
    for (const Id<DispatchTask> before : problem.tasks[t].after) {
      if (parent[t] == kRoot || depth[before.index] > depth[parent[t]]) parent[t] = before.index;
    }
  }
  return parent;
}

// A run of tasks that an optimal order keeps together.
struct Block {
  double weight = 0;
  double processing = 0;
  std::size_t last = 0;
  std::uint32_t version = 0;

  double rho() const {
    if (processing > 0) return weight / processing;
    return weight > 0 ? std::numeric_limits<double>::infinity() : 0;
  }
};

// The block with the highest ratio can always follow its parent's block at once: join them until
// everything hangs below the root in the order of joining.
class BlockMerger {
 public:
  BlockMerger(const DispatchProblem& problem, std::span<const double> processing)
      : parent_(parents(problem)),
        blocks_(parent_.size()),
        head_(parent_.size()),
        following_(parent_.size(), kRoot) {
    std::iota(head_.begin(), head_.end(), std::size_t{0});
    for (std::size_t t = 0; t < blocks_.size(); ++t) {
      blocks_[t] = {problem.tasks[t].weight, processing[t], t, 0};
      push(t);
    }
  }

  std::vector<std::size_t> run() {
    std::vector<std::size_t> order;
    while (!queue_.empty()) {
      const Entry top = queue_.top();
      queue_.pop();
      if (blocks_[top.head].version != top.version || top.head != find(top.head)) continue;
      if (parent_[top.head] == kRoot || scheduled(parent_[top.head])) {
        emit(top.head, order);
      } else {
        join(find(parent_[top.head]), top.head);
      }
    }
    return order;
  }

 private:
  struct Entry {
    double rho;
    std::size_t head;
    std::uint32_t version;
    bool operator<(const Entry& other) const {
      return rho != other.rho ? rho < other.rho : head > other.head;
    }
  };

  void push(std::size_t head) { queue_.push({blocks_[head].rho(), head, blocks_[head].version}); }

  std::size_t find(std::size_t task) {
    while (head_[task] != task) task = head_[task] = head_[head_[task]];
    return task;
  }
  bool scheduled(std::size_t task) { return blocks_[find(task)].version == kScheduled; }

  void join(std::size_t above, std::size_t below) {
    following_[blocks_[above].last] = below;
    blocks_[above].last = blocks_[below].last;
    blocks_[above].weight += blocks_[below].weight;
    blocks_[above].processing += blocks_[below].processing;
    ++blocks_[above].version;
    head_[below] = above;
    push(above);
  }

  void emit(std::size_t head, std::vector<std::size_t>& order) {
    for (std::size_t t = head; t != kRoot; t = following_[t]) order.push_back(t);
    blocks_[head].version = kScheduled;
  }

  static constexpr std::uint32_t kScheduled = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::size_t> parent_;
  std::vector<Block> blocks_;  // by the task at the block's head
  std::vector<std::size_t> head_;
  std::vector<std::size_t> following_;  // within a block
  std::priority_queue<Entry> queue_;
};

}  // namespace

std::vector<Id<DispatchTask>> horn_order(const DispatchProblem& problem,
                                         std::span<const double> processing) {
  GRIDMEND_CHECK(processing.size() == problem.tasks.size(), "one processing time a task");
  std::vector<Id<DispatchTask>> order;
  order.reserve(problem.tasks.size());
  std::vector<char> placed(problem.tasks.size(), 0);
  std::vector<std::size_t> stack;
  for (const std::size_t next : BlockMerger(problem, processing).run()) {
    // Predecessors other than the parent come first wherever the blocks have put them.
    stack.push_back(next);
    while (!stack.empty()) {
      const std::size_t task = stack.back();
      bool free = true;
      for (const Id<DispatchTask> before : problem.tasks[task].after) {
        if (placed[before.index] != 0) continue;
        stack.push_back(before.index);
        free = false;
      }
      if (!free) continue;
      stack.pop_back();
      if (placed[task] != 0) continue;
      placed[task] = 1;
      order.emplace_back(task);
    }
  }
  return order;
}

}  // namespace gridmend
