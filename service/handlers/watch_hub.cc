#include "service/handlers/watch_hub.h"

#include <algorithm>
#include <utility>

#include "service/handlers/status.h"

namespace gridmend {

namespace {

using grpc::ByteBuffer;

class RefusedWatch final : public grpc::ServerWriteReactor<ByteBuffer> {
 public:
  explicit RefusedWatch(const Error& error) { Finish(to_status(error)); }
  void OnDone() override { delete this; }
};

Error shutting_down() {
  return {ErrorCode::unavailable, "SHUTTING_DOWN", "the server is shutting down", {}, {}};
}

}  // namespace

grpc::ServerWriteReactor<ByteBuffer>* refused_watch(const Error& error) {
  return new RefusedWatch(error);
}

// Everything but `idle`, `broken` and `leaving` belongs to the hub's thread; those are the mutex's.
class WatchHub::Stream final : public grpc::ServerWriteReactor<ByteBuffer> {
 public:
  Stream(WatchHub& hub, std::uint64_t id, std::unique_ptr<WatchSource> shown,
         std::uint64_t resume_after)
      : hub_(hub), id_(id), source(std::move(shown)), revision(resume_after) {}

  void OnWriteDone(bool ok) override { hub_.write_done(id_, ok); }
  void OnCancel() override { hub_.cancelled(id_); }
  void OnDone() override { hub_.over(id_); }

 private:
  WatchHub& hub_;
  const std::uint64_t id_;

 public:
  bool idle = true;      // no write under way and not in the thread's hands
  bool broken = false;   // cancelled, or a write failed
  bool leaving = false;  // Finish was called

  const std::unique_ptr<WatchSource> source;
  std::uint64_t revision;  // the reader holds this
  bool begun = false;      // something was sent: the reader knows where it stands
  std::shared_ptr<const World> full_state_of;  // parts of it are being sent
  Clock::time_point last_write{};
  ByteBuffer outgoing;
};

// What is shared between the streams served in one go.
class WatchHub::Pass {
 public:
  Pass(const Engine& engine, std::shared_ptr<const World> last_round)
      : engine_(engine), last_round_(std::move(last_round)) {}

  const Result<ChangeSet>& changes_since(std::uint64_t revision) {
    auto it = changes_.find(revision);
    if (it == changes_.end())
      it = changes_.emplace(revision, engine_.changes_since(revision)).first;
    return it->second;
  }

  const WatchSource::Delta& delta(WatchSource& source, const ChangeSet& changes) {
    const auto key = std::pair{source.key(), changes.from};
    auto it = deltas_.find(key);
    if (it == deltas_.end()) {
      const bool known = last_round_ != nullptr && last_round_->revision == changes.from;
      it = deltas_.emplace(key, source.delta(changes, known ? last_round_.get() : nullptr)).first;
    }
    return it->second;
  }

  // The newest World that any stream of this pass was brought to.
  std::shared_ptr<const World> newest() const {
    if (changes_.empty() || !changes_.rbegin()->second) return nullptr;
    return changes_.rbegin()->second->world;
  }

 private:
  const Engine& engine_;
  const std::shared_ptr<const World> last_round_;
  std::map<std::uint64_t, Result<ChangeSet>> changes_;
  std::map<std::pair<std::string, std::uint64_t>, WatchSource::Delta> deltas_;
};

WatchHub::WatchHub(Engine& engine, WatchSettings settings) : engine_(engine), settings_(settings) {
  newest_ = engine.world()->revision;
  subscription_ = engine.subscribe([this](std::uint64_t revision) {
    {
      const std::lock_guard lock{mutex_};
      newest_ = std::max(newest_, revision);
    }
    wake_.notify_all();
  });
  thread_ = std::thread{[this] { run(); }};
}

WatchHub::~WatchHub() {
  subscription_ = {};
  drain({});
  {
    std::unique_lock lock{mutex_};
    wake_.wait(lock, [this] { return streams_.empty(); });
    ending_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

grpc::ServerWriteReactor<ByteBuffer>* WatchHub::open(std::unique_ptr<WatchSource> source,
                                                     std::uint64_t resume_after) {
  const std::lock_guard lock{mutex_};
  if (draining_) return refused_watch(shutting_down());
  if (streams_.size() >= settings_.most_streams) {
    return refused_watch({ErrorCode::resource_exhausted,
                          "TOO_MANY_WATCHES",
                          "the server holds as many watch streams as it may",
                          {},
                          {}});
  }
  const std::uint64_t id = next_id_++;
  auto stream = std::make_shared<Stream>(*this, id, std::move(source), resume_after);
  Stream* reactor = stream.get();
  streams_.emplace(id, std::move(stream));
  somebody_ready_ = true;
  wake_.notify_all();
  return reactor;
}

void WatchHub::drain(std::chrono::milliseconds patience) {
  std::unique_lock lock{mutex_};
  draining_ = true;
  somebody_ready_ = true;
  wake_.notify_all();
  wake_.wait_for(lock, patience, [this] { return streams_.empty(); });
}

void WatchHub::write_done(std::uint64_t id, bool ok) {
  const std::lock_guard lock{mutex_};
  Stream& stream = *streams_.at(id);
  stream.idle = true;
  stream.broken |= !ok;
  somebody_ready_ = true;
  wake_.notify_all();
}

void WatchHub::cancelled(std::uint64_t id) {
  const std::lock_guard lock{mutex_};
  streams_.at(id)->broken = true;
  somebody_ready_ = true;
  wake_.notify_all();
}

void WatchHub::over(std::uint64_t id) {
  std::shared_ptr<Stream> last_hold;  // destroyed after the lock is released
  const std::lock_guard lock{mutex_};
  last_hold = std::move(streams_.at(id));
  streams_.erase(id);
  wake_.notify_all();
}

void WatchHub::run() {
  std::uint64_t served = 0;
  bool behind = false;  // a stream that was busy may have missed a round
  Clock::time_point last_round{};
  std::unique_lock lock{mutex_};
  while (!ending_) {
    if (!behind && newest_ <= served) {
      wake_.wait_for(lock, settings_.bookmark_every / 4,
                     [&] { return ending_ || somebody_ready_ || newest_ > served; });
    }
    if ((behind || newest_ > served) && !somebody_ready_) {
      wake_.wait_until(lock, last_round + settings_.coalesce,
                       [&] { return ending_ || somebody_ready_; });
    }
    if (ending_) return;
    // Streams that begin, end or go on with their full state are served at once; changes in rounds.
    behind |= std::exchange(somebody_ready_, false);
    const auto now = Clock::now();
    const bool round = now - last_round >= settings_.coalesce;
    if (round) {
      last_round = now;
      served = newest_;
      behind = false;
    }
    lock.unlock();
    serve(take_idle(round));
    lock.lock();
  }
}

std::vector<std::shared_ptr<WatchHub::Stream>> WatchHub::take_idle(bool all) {
  const std::lock_guard lock{mutex_};
  std::vector<std::shared_ptr<Stream>> taken;
  for (auto& [id, stream] : streams_) {
    if (!stream->idle || stream->leaving) continue;
    const bool urgent =
        stream->broken || draining_ || !stream->begun || stream->full_state_of != nullptr;
    if (!all && !urgent) continue;
    stream->idle = false;
    taken.push_back(stream);
  }
  return taken;
}

void WatchHub::serve(const std::vector<std::shared_ptr<Stream>>& streams) {
  Pass pass{engine_, last_round_world_};
  for (const auto& stream : streams) {
    bool broken = false;
    bool draining = false;
    {
      const std::lock_guard lock{mutex_};
      broken = stream->broken;
      draining = draining_;
      stream->leaving = broken || draining;
    }
    if (broken) {
      stream->Finish(grpc::Status::CANCELLED);
    } else if (draining) {
      stream->outgoing = stream->source->bookmark(stream->revision);
      const bool whole = stream->begun && stream->full_state_of == nullptr;
      if (whole) {
        stream->StartWriteAndFinish(&stream->outgoing, {}, to_status(shutting_down()));
      } else {
        stream->Finish(to_status(shutting_down()));
      }
    } else if (!step(*stream, pass)) {
      const std::lock_guard lock{mutex_};
      stream->idle = true;
    }
  }
  if (auto newest = pass.newest()) last_round_world_ = std::move(newest);
}

// True when a write was started; the stream is then idle again once it is done.
bool WatchHub::step(Stream& stream, Pass& pass) {
  if (stream.full_state_of != nullptr) return step_full_state(stream);
  if (!stream.begun && stream.revision == 0) {
    stream.full_state_of = engine_.world();
    stream.source->begin_full_state();
    return step_full_state(stream);
  }
  return step_delta(stream, pass);
}

bool WatchHub::step_full_state(Stream& stream) {
  const auto world = stream.full_state_of;
  WatchSource::Part part = stream.source->next_part(*world);
  if (part.last) {
    stream.revision = world->revision;
    stream.full_state_of = nullptr;
  }
  write(stream, std::move(part.message));
  return true;
}

bool WatchHub::step_delta(Stream& stream, Pass& pass) {
  const Result<ChangeSet>& changes = pass.changes_since(stream.revision);
  if (!changes) {
    const bool ahead = changes.error().reason == "REVISION_AHEAD";
    const auto reason = stream.begun ? v1::WatchResync::READER_TOO_SLOW
                        : ahead      ? v1::WatchResync::REVISION_UNKNOWN
                                     : v1::WatchResync::REVISION_COMPACTED;
    return start_over(stream, reason, changes.error().message);
  }
  const WatchSource::Delta& delta = pass.delta(*stream.source, *changes);
  if (delta.too_large) {
    return start_over(stream, v1::WatchResync::TOO_MUCH_CHANGED,
                      "more changed than one message should hold");
  }
  stream.revision = changes->to;
  if (delta.message) {
    write(stream, *delta.message);
    return true;
  }
  if (stream.begun && Clock::now() - stream.last_write < settings_.bookmark_every) return false;
  write(stream, stream.source->bookmark(stream.revision));
  return true;
}

bool WatchHub::start_over(Stream& stream, v1::WatchResync::Reason reason,
                          const std::string& message) {
  stream.full_state_of = engine_.world();
  stream.source->begin_full_state();
  write(stream, stream.source->resync(stream.full_state_of->revision, reason, message));
  return true;
}

void WatchHub::write(Stream& stream, ByteBuffer message) {
  stream.begun = true;
  stream.last_write = Clock::now();
  stream.outgoing = std::move(message);
  stream.StartWrite(&stream.outgoing);
}

}  // namespace gridmend
