#pragma once

#include <chrono>
#include <string>

namespace gridmend {

// A GeoPackage is an SQLite database, and a database can hold programs: views that never end,
// triggers, tables that read other files, functions that fetch. While an UntrustedSqlite lives,
// every database that its thread opens, by whatever library, is opened as a stranger's: no
// triggers, no other databases, no recursive queries, no virtual tables but spatial and text
// indexes, no functions in views that touch more than their arguments, texts of at most 64 MB, and
// a query is interrupted when it does not come to its next row in time. Time is the thread's
// processor time, so that a busy machine refuses nothing. PROJ's own database is left alone.
class UntrustedSqlite {
 public:
  // Time until the database is open and described.
  explicit UntrustedSqlite(std::chrono::seconds most = std::chrono::seconds{30});
  ~UntrustedSqlite();
  UntrustedSqlite(const UntrustedSqlite&) = delete;
  UntrustedSqlite& operator=(const UntrustedSqlite&) = delete;

  // Begins the time anew: before each row.
  void next_row() const;
  // Why a database was not opened, or that time was over; empty: neither.
  const std::string& refusal() const;

 private:
  std::chrono::seconds most_;
};

}  // namespace gridmend
