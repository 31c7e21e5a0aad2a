#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "core/base/error.h"
#include "service/engine/engine.h"
#include "service/engine/manual_clock.h"
#include "service/handlers/region_intake.h"
#include "service/handlers/watch_hub.h"

namespace grpc {
class Channel;
}

namespace gridmend {

struct ServerSettings {
  // "127.0.0.1:7433"; port 0 picks a free one. Only loopback is taken: there is no TLS yet.
  std::string listen = "127.0.0.1:7433";
  // How long calls may take to end at a shutdown; then they are cancelled.
  std::chrono::milliseconds drain_deadline{10'000};
  std::size_t worker_threads = 4;
  // Where regions may be loaded from; null: nowhere.
  std::shared_ptr<RegionIntake> regions;
  WatchSettings watches;
};

// The gRPC server: every service of the vocabulary, health and reflection, in front of one engine.
class Server {
 public:
  // Refuses: an address that is not loopback (failed_precondition, LISTEN_NOT_LOOPBACK), one that
  // cannot be read (invalid_argument, LISTEN_INVALID), a port that is taken (unavailable,
  // LISTEN_FAILED). With a drill clock it offers DrillClockService. Engine and clocks must outlive
  // it.
  static Result<std::unique_ptr<Server>> start(Engine& engine, const Clock& clock,
                                               ServerSettings settings = {},
                                               ManualClock* drill_clock = nullptr);
  // drain(), if it was not called.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // "127.0.0.1:40123".
  const std::string& address() const;
  // A channel within the process.
  std::shared_ptr<grpc::Channel> in_process_channel();
  // Health says NOT_SERVING, watch streams end, calls under way are finished, then it is over.
  void drain();

 private:
  struct Implementation;
  explicit Server(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> impl_;
};

}  // namespace gridmend
