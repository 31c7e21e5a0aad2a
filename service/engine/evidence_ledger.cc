#include "service/engine/evidence_ledger.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/base/check.h"

namespace gridmend {
namespace {

constexpr std::size_t kChunkBytes = 64 * 1024;
constexpr std::size_t kChunkItems = 1024;

}  // namespace

// Written once, front to back: a view reads only what lay below its own size when it was taken, so
// the writer behind that needs no lock. (A rolled-back item is overwritten before any view sees
// it.)
struct EvidenceLedger::Chunk {
  std::uint64_t first = 0;
  std::unique_ptr<char[]> bytes;
  std::size_t capacity = 0;
  std::array<std::uint32_t, kChunkItems + 1> offset{};
  std::array<std::uint64_t, kChunkItems> revision{};

  bool takes(std::uint64_t number, std::size_t size) const {
    const std::size_t at = number - first;
    return at < kChunkItems && offset[at] + size <= capacity;
  }
};

EvidenceLedger::EvidenceLedger() : directory_(std::make_shared<const Directory>()) {}

std::uint64_t EvidenceLedger::first_kept() const {
  return directory_->empty() ? size_ : directory_->front()->first;
}

const EvidenceLedger::Chunk& EvidenceLedger::chunk_of(std::uint64_t number) const {
  GRIDMEND_CHECK(first_kept() <= number && number < size_, "the item is still kept");
  const auto after =
      std::upper_bound(directory_->begin(), directory_->end(), number,
                       [](std::uint64_t n, const auto& chunk) { return n < chunk->first; });
  return **(after - 1);
}

gridmend::v1::Evidence EvidenceLedger::item(std::uint64_t number) const {
  const Chunk& chunk = chunk_of(number);
  const std::size_t at = number - chunk.first;
  gridmend::v1::Evidence evidence;
  const bool read =
      evidence.ParseFromArray(chunk.bytes.get() + chunk.offset[at],
                              static_cast<int>(chunk.offset[at + 1] - chunk.offset[at]));
  GRIDMEND_CHECK(read, "the ledger holds what it was given");
  return evidence;
}

std::uint64_t EvidenceLedger::revision_of(std::uint64_t number) const {
  const Chunk& chunk = chunk_of(number);
  return chunk.revision[number - chunk.first];
}

void EvidenceLedger::append(std::uint64_t revision, std::string_view serialised,
                            std::uint64_t most_kept) {
  if (directory_->empty() || !directory_->back()->takes(size_, serialised.size())) {
    auto directory = std::make_shared<Directory>(*directory_);
    auto chunk = std::make_shared<Chunk>();
    chunk->first = size_;
    chunk->capacity = std::max(kChunkBytes, serialised.size());
    chunk->bytes = std::make_unique_for_overwrite<char[]>(chunk->capacity);
    directory->push_back(std::move(chunk));
    const auto keep_from = size_ > most_kept ? size_ - most_kept : 0;
    while (directory->size() > 1 && (*directory)[1]->first <= keep_from)
      directory->erase(directory->begin());
    directory_ = std::move(directory);
  }
  Chunk& chunk = *directory_->back();
  const std::size_t at = size_ - chunk.first;
  std::memcpy(chunk.bytes.get() + chunk.offset[at], serialised.data(), serialised.size());
  chunk.offset[at + 1] = chunk.offset[at] + static_cast<std::uint32_t>(serialised.size());
  chunk.revision[at] = revision;
  ++size_;
}

}  // namespace gridmend
