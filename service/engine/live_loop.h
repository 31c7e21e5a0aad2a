#pragma once

#include <chrono>
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
  // The plan that is running with what is new fitted in, or the best that is found in the time
  // given, or until there is something new again.
  enum class Planning { at_once, thorough };
  struct Actions {
    std::function<void()> reassess;                                      // and wait for it
    std::function<bool(std::string, Planning, std::stop_token)> replan;  // likewise; done?
  };
  LiveLoop(const EngineSettings& settings, const Publisher& publisher, Actions actions);
  ~LiveLoop();

 private:
  void watch_evidence(const std::stop_token& stop);
  void watch_work(const std::stop_token& stop);
  bool search(const World& world, const std::stop_token& stop);
  void answer_changes(std::chrono::steady_clock::time_point until, const std::stop_token& stop);

  const EngineSettings& settings_;
  const Publisher& publisher_;
  Actions actions_;
  std::jthread localising_;
  std::jthread planning_;
};

}  // namespace gridmend
