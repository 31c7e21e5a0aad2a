#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "service/store/store.h"

namespace gridmend {

struct SqliteStoreSettings {
  // A file of this size lies beside the journal; removing it gives a full disk enough room to open
  // and shrink the journal. 0: none.
  std::uint64_t ballast_bytes = 64ULL << 20;
  // The write-ahead log is folded into the database after this many pages of 4096 bytes.
  int checkpoint_pages = 4096;
  // For `gridmend replay`: nothing is created, appended or folded.
  bool read_only = false;
  // Name of a registered SQLite VFS to go through; empty: the system's. Tests inject faults here.
  std::string vfs;
};

// The journal in one SQLite database, STATE/journal.db: write-ahead log, synchronous FULL,
// exclusive lock, one connection. A batch is one transaction, durable when append() returns.
//
//   meta(key TEXT PRIMARY KEY, value)            format, region_id
//   record(sequence INTEGER PRIMARY KEY, time_us INTEGER, schema_version INTEGER,
//          checksum INTEGER, payload BLOB)
//
// Sequences run from 1 without gaps, so the table is only ever appended to.
class SqliteStore final : public Store {
 public:
  static constexpr int kFormat = 1;

  // Makes the directory and the database when they are not there. Refuses: a directory another
  // process holds (failed_precondition, STATE_IN_USE), a file that is no journal
  // (STATE_NOT_A_JOURNAL), a newer format (STATE_TOO_NEW), no room (DISK_FULL).
  static Result<std::unique_ptr<SqliteStore>> open(const std::filesystem::path& directory,
                                                   const SqliteStoreSettings& settings = {});
  ~SqliteStore() override;

  Result<void> append(std::span<const JournalRecord> records) override;
  std::uint64_t last_sequence() const override;
  Result<void> read(std::uint64_t from_sequence, const Take& take) const override;
  std::string region_id() const override;
  Result<void> bind_region(std::string_view region_id) override;
  bool has_room() const override;

 private:
  struct Connection;
  explicit SqliteStore(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

}  // namespace gridmend
