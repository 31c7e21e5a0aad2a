#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/base/error.h"
#include "gridmend/v1/watch.pb.h"
#include "service/engine/engine.h"
#include "service/handlers/calls.h"
#include "service/handlers/rpc_service.h"

namespace gridmend {

// What one watch stream shows: how Worlds and changes become its messages.
class WatchSource {
 public:
  virtual ~WatchSource() = default;

  // The full state in parts: begin, then parts until one says it is the last. All of one World.
  struct Part {
    grpc::ByteBuffer message;
    bool last = true;
  };
  virtual void begin_full_state() = 0;
  virtual Part next_part(const World& world) = 0;

  // Nothing of interest; a message; or more than a message should hold (start the full state anew).
  struct Delta {
    std::optional<grpc::ByteBuffer> message;
    bool too_large = false;
  };
  // `before` is the World at changes.from where it is still known, else null.
  virtual Delta delta(const ChangeSet& changes, const World* before) = 0;
  // Sources with equal keys make equal deltas, so that each is made once for all their streams.
  virtual std::string key() const = 0;

  virtual grpc::ByteBuffer bookmark(std::uint64_t revision) = 0;
  virtual grpc::ByteBuffer resync(std::uint64_t revision, v1::WatchResync::Reason reason,
                                  const std::string& message) = 0;
};

struct WatchSettings {
  // Changes wait so long for company.
  std::chrono::milliseconds coalesce{50};
  // An idle stream hears of the newest revision so often.
  std::chrono::milliseconds bookmark_every{10'000};
  std::size_t most_streams = 20'000;
};

// All watch streams of a server, served by one thread. A stream holds at most one message under
// way; what changes meanwhile is merged by the engine's change feed, so a slow reader costs no
// memory.
class WatchHub {
 public:
  explicit WatchHub(Engine& engine, WatchSettings settings = {});
  // Streams must be over: the server was shut down.
  ~WatchHub();
  WatchHub(const WatchHub&) = delete;
  WatchHub& operator=(const WatchHub&) = delete;

  // resume_after 0: begins with the full state.
  grpc::ServerWriteReactor<grpc::ByteBuffer>* open(std::unique_ptr<WatchSource> source,
                                                   std::uint64_t resume_after);

  // Every stream gets a last bookmark and ends with UNAVAILABLE; later ones are refused. Waits
  // until all have ended, at most `patience`: a reader that takes nothing in is left to the
  // server's end.
  void drain(std::chrono::milliseconds patience);

 private:
  class Stream;
  class Pass;
  using Clock = std::chrono::steady_clock;

  void run();
  // Streams that may be written to now, marked as taken.
  std::vector<std::shared_ptr<Stream>> take_idle(bool all);
  void serve(const std::vector<std::shared_ptr<Stream>>& streams);
  bool step(Stream& stream, Pass& pass);
  bool step_full_state(Stream& stream);
  bool step_delta(Stream& stream, Pass& pass);
  bool start_over(Stream& stream, v1::WatchResync::Reason reason, const std::string& message);
  void write(Stream& stream, grpc::ByteBuffer message);

  // Called by streams, on gRPC's threads.
  void write_done(std::uint64_t id, bool ok);
  void cancelled(std::uint64_t id);
  void over(std::uint64_t id);

  Engine& engine_;
  const WatchSettings settings_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::uint64_t, std::shared_ptr<Stream>> streams_;
  std::uint64_t next_id_ = 1;
  std::uint64_t newest_ = 0;  // revision published
  // Of the last round: what most streams hold. The thread's own.
  std::shared_ptr<const World> last_round_world_;
  bool somebody_ready_ = false;
  bool draining_ = false;
  bool ending_ = false;
  Engine::Subscription subscription_;
  std::thread thread_;
};

// A stream that is refused before it begins.
grpc::ServerWriteReactor<grpc::ByteBuffer>* refused_watch(const Error& error);

template <class Request>
void add_watch(
    RpcService& service, std::string_view call, const CallContext& context,
    std::function<Result<std::unique_ptr<WatchSource>>(const World&, const Request&)> make) {
  service.set_server_stream(call, [context, make = std::move(make)](const grpc::ByteBuffer& bytes) {
    Request request;
    if (auto parsed = parse_request(bytes, kCrewBytes, request); !parsed) {
      return refused_watch(parsed.error());
    }
    auto source = make(*context.engine.world(), request);
    if (!source) return refused_watch(source.error());
    return context.watches.open(std::move(*source), request.resume_after_revision());
  });
}

}  // namespace gridmend
