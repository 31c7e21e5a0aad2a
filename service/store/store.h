#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/error.h"

namespace gridmend {

// One command as the journal keeps it. Sequences start at 1 and have no gaps.
struct JournalRecord {
  std::uint64_t sequence = 0;
  Time time{};                       // when the command was received
  std::uint32_t schema_version = 0;  // of the payload
  std::string payload;               // gridmend.journal.v1.Command, serialised
};

// Over sequence, time, schema version and payload (XXH3): what a store keeps beside a record.
std::uint64_t record_checksum(const JournalRecord& record);

// The journal's home. One thread at a time uses a Store.
class Store {
 public:
  virtual ~Store() = default;

  // Makes all the records durable, or none. The first must follow last_sequence() without a gap.
  // Refuses with resource_exhausted (DISK_FULL) when there is no room: nothing was written, and a
  // later call may succeed. Any other failure to write stops the process: after a failed fsync
  // nobody knows what is on the disk, so nothing must be built upon it.
  virtual Result<void> append(std::span<const JournalRecord> records) = 0;

  virtual std::uint64_t last_sequence() const = 0;

  // Hands over every record from `from_sequence` on, in order, until `take` answers false. Refuses
  // a record whose checksum does not match or that is missing (internal, JOURNAL_DAMAGED,
  // feature_id is its sequence); the records before it have been handed over.
  using Take = std::function<bool(const JournalRecord&)>;
  virtual Result<void> read(std::uint64_t from_sequence, const Take& take) const = 0;

  // Text id of the region the journal was written for; empty until bind_region().
  virtual std::string region_id() const = 0;
  virtual Result<void> bind_region(std::string_view region_id) = 0;

  // Has room come back after DISK_FULL? Cheap; asked now and then.
  virtual bool has_room() const = 0;
};

}  // namespace gridmend
