#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "gridmend/v1/evidence.pb.h"

namespace gridmend {

// Items of evidence in the order they were accepted, as they were sent, receive time stamped. Items
// are numbered from 0; only the newest are kept in memory (the journal has all). A copy is a view
// of the moment it was taken: later items do not show in it, and it may be read from any thread
// while one writer goes on appending to the original.
class EvidenceLedger {
 public:
  EvidenceLedger();

  std::uint64_t size() const { return size_; }  // number after the newest item
  std::uint64_t first_kept() const;             // number of the oldest item still here
  // first_kept() <= number < size(). O(log chunks).
  gridmend::v1::Evidence item(std::uint64_t number) const;
  std::uint64_t revision_of(std::uint64_t number) const;

  // The writer's side. `most_kept` items are kept at least; older ones go chunk by chunk.
  void append(std::uint64_t revision, std::string_view serialised, std::uint64_t most_kept);

 private:
  struct Chunk;
  using Directory = std::vector<std::shared_ptr<Chunk>>;
  const Chunk& chunk_of(std::uint64_t number) const;

  std::shared_ptr<const Directory> directory_;
  std::uint64_t size_ = 0;
};

}  // namespace gridmend
