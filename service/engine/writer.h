#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "service/engine/change_feed.h"
#include "service/engine/engine_settings.h"
#include "service/engine/publisher.h"
#include "service/engine/state.h"
#include "service/store/store.h"

namespace gridmend {

// The one thread that writes. It takes what is queued, applies it to the state, makes it durable in
// one batch, publishes and acknowledges, in this order; on a full disk it takes the batch back.
class Writer {
 public:
  using Acknowledge = std::function<void(Result<Answer>)>;
  struct Figures {
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;
    std::uint64_t repeated = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t batches = 0;
    std::uint64_t queued = 0;
    bool disk_full = false;
    double last_reassess_ms = 0;
  };

  // The state is that of the store's whole journal.
  Writer(State state, std::unique_ptr<Store> store, std::shared_ptr<const Clock> clock,
         const EngineSettings& settings, Publisher& publisher);
  ~Writer();  // answers everything queued

  // Stamps the time, in the order of the queue. Times never fall.
  void queue(PreparedCommand command, Acknowledge acknowledge);
  // Runs on the writer's thread between two batches, with the state to look at (and to
  // leave as it was); waits for it.
  void visit(const std::function<void(State&)>& visitor);
  Result<std::vector<JournalRecord>> journal_page(std::uint64_t after_revision,
                                                  std::size_t count) const;
  Figures figures() const;

 private:
  struct Item {
    PreparedCommand command;
    Time time;
    Acknowledge acknowledge;
    std::function<void(State&)> visitor;  // instead of a command
  };
  struct Done {
    Acknowledge acknowledge;
    Result<Answer> answer;
  };
  struct Batch {
    std::vector<JournalRecord> records;
    std::vector<Done> done;
    std::vector<std::pair<std::uint64_t, std::vector<Change>>> changes;
    std::uint64_t repeated = 0;
    std::uint64_t refused = 0;
    std::uint64_t duplicates = 0;
  };

  void run();
  bool take(std::vector<Item>& items);
  void process(std::vector<Item>& items);
  void apply(Item& item, Batch& batch);
  void commit(Batch& batch);
  Result<void> append(const std::vector<JournalRecord>& records);

  State state_;
  std::unique_ptr<Store> store_;
  mutable std::mutex store_mutex_;
  std::shared_ptr<const Clock> clock_;
  const EngineSettings& settings_;
  Publisher& publisher_;

  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Item> queue_;
  Time newest_time_;
  bool closing_ = false;
  Figures figures_;

  std::thread thread_;  // last: it runs on everything above
};

}  // namespace gridmend
