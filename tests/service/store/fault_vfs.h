#pragma once

#include <cstdint>
#include <string>

namespace gridmend {

// A SQLite VFS over the system's that fails on demand: the disk is full after so many bytes, or an
// fsync fails. One at a time, for this process.
class FaultVfs {
 public:
  FaultVfs();
  ~FaultVfs();
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;

  std::string name() const { return "gridmend_fault"; }
  void bytes_until_full(std::int64_t bytes);  // < 0: never
  void fail_next_sync();
  std::int64_t syncs() const;
};

}  // namespace gridmend
