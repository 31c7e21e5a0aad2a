#include "tests/service/store/fault_vfs.h"

#include <sqlite3.h>

#include <atomic>
#include <cstring>
#include <memory>

namespace gridmend {
namespace {

std::atomic<std::int64_t> room_bytes{-1};
std::atomic<bool> sync_fails{false};
std::atomic<std::int64_t> sync_count{0};
sqlite3_vfs* system_vfs = nullptr;
sqlite3_vfs fault_vfs;

// SQLite gives szOsFile bytes: ours, then the system's file behind it.
struct FaultFile {
  sqlite3_file base;
  sqlite3_file* real;
};

sqlite3_file* real_of(sqlite3_file* file) { return reinterpret_cast<FaultFile*>(file)->real; }

bool takes_room(std::int64_t bytes) {
  const std::int64_t room = room_bytes.load();
  if (room < 0) return true;
  if (room < bytes) return false;
  room_bytes.store(room - bytes);
  return true;
}

int close_file(sqlite3_file* file) { return real_of(file)->pMethods->xClose(real_of(file)); }
int read_file(sqlite3_file* file, void* to, int amount, sqlite3_int64 at) {
  return real_of(file)->pMethods->xRead(real_of(file), to, amount, at);
}
int write_file(sqlite3_file* file, const void* from, int amount, sqlite3_int64 at) {
  if (!takes_room(amount)) return SQLITE_FULL;
  return real_of(file)->pMethods->xWrite(real_of(file), from, amount, at);
}
int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  return real_of(file)->pMethods->xTruncate(real_of(file), size);
}
int sync_file(sqlite3_file* file, int flags) {
  ++sync_count;
  if (sync_fails.exchange(false)) return SQLITE_IOERR_FSYNC;
  return real_of(file)->pMethods->xSync(real_of(file), flags);
}
int size_file(sqlite3_file* file, sqlite3_int64* size) {
  return real_of(file)->pMethods->xFileSize(real_of(file), size);
}
int lock_file(sqlite3_file* file, int level) {
  return real_of(file)->pMethods->xLock(real_of(file), level);
}
int unlock_file(sqlite3_file* file, int level) {
  return real_of(file)->pMethods->xUnlock(real_of(file), level);
}
int reserved_file(sqlite3_file* file, int* out) {
  return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}
int control_file(sqlite3_file* file, int op, void* argument) {
  return real_of(file)->pMethods->xFileControl(real_of(file), op, argument);
}
int sector_size(sqlite3_file* file) { return real_of(file)->pMethods->xSectorSize(real_of(file)); }
int characteristics(sqlite3_file* file) {
  return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

// Version 1: no shared memory, which exclusive locking does not need.
const sqlite3_io_methods kMethods = {
    1,         close_file,  read_file,     write_file,   truncate_file, sync_file,       size_file,
    lock_file, unlock_file, reserved_file, control_file, sector_size,   characteristics, nullptr,
    nullptr,   nullptr,     nullptr,       nullptr,      nullptr};

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  auto* mine = reinterpret_cast<FaultFile*>(file);
  mine->real = reinterpret_cast<sqlite3_file*>(mine + 1);
  const int code = system_vfs->xOpen(system_vfs, name, mine->real, flags, out_flags);
  mine->base.pMethods = code == SQLITE_OK ? &kMethods : nullptr;
  return code;
}

}  // namespace

FaultVfs::FaultVfs() {
  system_vfs = sqlite3_vfs_find(nullptr);
  fault_vfs = *system_vfs;
  fault_vfs.zName = "gridmend_fault";
  fault_vfs.szOsFile = static_cast<int>(sizeof(FaultFile)) + system_vfs->szOsFile;
  fault_vfs.pNext = nullptr;
  fault_vfs.xOpen = open_file;
  room_bytes = -1;
  sync_fails = false;
  sync_count = 0;
  sqlite3_vfs_register(&fault_vfs, 0);
}

FaultVfs::~FaultVfs() { sqlite3_vfs_unregister(&fault_vfs); }

void FaultVfs::bytes_until_full(std::int64_t bytes) { room_bytes = bytes; }
void FaultVfs::fail_next_sync() { sync_fails = true; }
std::int64_t FaultVfs::syncs() const { return sync_count; }

}  // namespace gridmend
