#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "bench/city_storm.h"
#include "bench/figures.h"
#include "service/engine/engine.h"

namespace gridmend {

inline constexpr std::size_t kItemsACommand = 1000;

struct Load {
  double items_a_second = 100'000;
  double seconds = 30;
  double dark_share = .05;  // as CityStormSettings
  std::size_t commands() const {
    return static_cast<std::size_t>(items_a_second * seconds / kItemsACommand);
  }
};

// What a command knew of its own way; written by the writer's thread, read when all are done.
struct Way {
  Watch::time_point due, submitted, acknowledged;
  std::uint64_t revision = 0;
};
struct Refreshed {
  std::uint64_t revision = 0;  // of the Reassess
  Watch::time_point at;
  double took_ms = 0;
  double on_writer_ms = 0;
};

// Sends a storm through an engine in live automation at a steady rate and takes the time of every
// command: until it is acknowledged, and until the outages show what it said.
class SustainedRun {
 public:
  SustainedRun(Engine& engine, CityStorm& storm, const Load& load);

  // What meters and callers say, told before the clock runs: it is not the engine's work.
  void write();
  void drive();
  void report() const;

 private:
  double due(std::size_t command) const {
    return static_cast<double>(command * kItemsACommand) / load_.items_a_second;
  }

  Engine& engine_;
  CityStorm& storm_;
  Load load_;
  std::vector<Command> commands_;
  std::vector<Way> ways_;
  std::vector<Refreshed> refreshed_;
  std::atomic<std::size_t> done_{0};
  std::atomic<std::uint64_t> accepted_{0};
  Engine::Subscription subscription_;
  double seconds_ = 0, processor_share_ = 0;
};

}  // namespace gridmend
