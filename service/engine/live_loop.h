#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <thread>

#include "core/base/clock.h"
#include "service/engine/engine_settings.h"
#include "service/engine/publisher.h"

namespace gridmend {

// Live automation: two threads that watch what is published and ask for localisation and planning
// when it is time. They only ever submit commands.
class LiveLoop {
 public:
  struct Actions {
    std::function<void()> reassess;                            // and wait for it
    std::function<bool(std::string, std::stop_token)> replan;  // and wait; did it succeed?
  };
  LiveLoop(const EngineSettings& settings, const Publisher& publisher, Actions actions);
  ~LiveLoop();

 private:
  void watch_evidence(const std::stop_token& stop);
  void watch_work(const std::stop_token& stop);

  const EngineSettings& settings_;
  const Publisher& publisher_;
  Actions actions_;
  std::jthread localising_;
  std::jthread planning_;
};

}  // namespace gridmend
