#pragma once

#include "core/base/random.h"
#include "tests/service/engine/control_room.h"

namespace gridmend::control_room {

// One command of any kind, sensible or not: about what is there, what is not, with request ids that
// repeat now and then. The next one depends on the world so far and the random numbers only.
class RandomStorm {
 public:
  RandomStorm(std::uint64_t seed, std::shared_ptr<const Region> region)
      : random_(seed), region_(std::move(region)) {}
  Command next(const World& world, Time now);

 private:
  std::string usage_point();
  std::string device();
  std::string task(const World& world);
  std::string outage(const World& world);
  std::string depot() { return "D" + std::to_string(random_.below(3)); }
  std::string crew_id() { return "C" + std::to_string(random_.below(4)); }
  Position position() { return {120 + random_.uniform(0, .01), 30 - random_.uniform(0, .01)}; }

  v1::Evidence evidence_item(Time now);
  Command evidence_batch(Time now);
  Command tablet_step(const World& world);
  Command operator_word(const World& world);
  Command hazard();

  Random random_;
  std::shared_ptr<const Region> region_;
  std::vector<Command> earlier_;
};

}  // namespace gridmend::control_room
