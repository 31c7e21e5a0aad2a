#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace gridmend {

// What a process may use of the machine; 0 is no limit.
struct ResourceLimits {
  std::uint64_t memory_bytes = 0;    // of its own data; files mapped read-only do not count
  std::chrono::seconds cpu_time{0};  // of all its threads
  std::uint64_t file_bytes = 0;      // the largest file it writes
  std::uint64_t open_files = 0;
};

struct Confinement {
  ResourceLimits limits;
  bool network = false;                         // true: it may open sockets
  std::vector<std::filesystem::path> writable;  // folders; everything else can only be read
};

// Gives up, for the calling process and for good: running programs and starting processes, sockets
// (unless asked for), signals to and memory of other processes, writing outside of `writable`,
// changing owners and modes, and raising `limits`, which hold from now on. The process must have
// one thread. Returns what this machine could not refuse, a phrase each; empty: all of it is in
// force.
std::vector<std::string> confine(const Confinement& confinement);

}  // namespace gridmend
