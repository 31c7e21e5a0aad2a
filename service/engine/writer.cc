#include "service/engine/writer.h"

#include <algorithm>
#include <chrono>

namespace gridmend {
namespace {

tl::unexpected<Error> disk_full() {
  return refuse(ErrorCode::resource_exhausted, "DISK_FULL",
                "the journal's disk is full: nothing can be changed, reads go on");
}

}  // namespace

Writer::Writer(State state, std::unique_ptr<Store> store, std::shared_ptr<const Clock> clock,
               const EngineSettings& settings, Publisher& publisher)
    : state_(std::move(state)),
      store_(std::move(store)),
      clock_(std::move(clock)),
      settings_(settings),
      publisher_(publisher),
      newest_time_(state_.time()),
      thread_([this] { run(); }) {}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  arrived_.notify_one();
  thread_.join();
}

void Writer::queue(PreparedCommand command, Acknowledge acknowledge) {
  {
    const std::lock_guard lock(mutex_);
    if (!closing_ && queue_.size() < settings_.queue_commands) {
      newest_time_ = std::max(newest_time_, clock_->now());
      queue_.push_back({std::move(command), newest_time_, std::move(acknowledge), {}});
      if (queue_.size() == 1) arrived_.notify_one();
      return;
    }
  }
  acknowledge(refuse(ErrorCode::resource_exhausted, "QUEUE_FULL",
                     "more commands wait than the engine takes; try again"));
}

void Writer::visit(const std::function<void(State&)>& visitor) {
  std::promise<void> visited;
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back({{}, {}, {}, [&](State& state) {
                        visitor(state);
                        visited.set_value();
                      }});
    arrived_.notify_one();
  }
  visited.get_future().wait();
}

Writer::Figures Writer::figures() const {
  const std::lock_guard lock(mutex_);
  Figures figures = figures_;
  figures.queued = queue_.size();
  return figures;
}

Result<std::vector<JournalRecord>> Writer::journal_page(std::uint64_t after_revision,
                                                        std::size_t count) const {
  std::vector<JournalRecord> page;
  const std::lock_guard lock(store_mutex_);
  if (count == 0) return page;
  auto read = store_->read(after_revision + 1, [&](const JournalRecord& record) {
    page.push_back(record);
    return page.size() < count;
  });
  if (!read) return unexpected(read.error());
  return page;
}

void Writer::run() {
  std::vector<Item> items;
  while (take(items)) {
    process(items);
    items.clear();
  }
}

// A batch: commands that may share one. Whatever reads the evidence book comes alone: outages that
// were worked out, and the mark that others wait to be worked out from, are not to wait for the
// evidence behind them. So does a visitor.
bool Writer::take(std::vector<Item>& items) {
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [this] { return closing_ || !queue_.empty(); });
  if (queue_.empty()) return false;
  while (!queue_.empty() && items.size() < settings_.batch_commands) {
    Item& next = queue_.front();
    const bool alone = next.visitor != nullptr || State::reads_evidence(next.command.command);
    if (alone && !items.empty()) break;
    items.push_back(std::move(next));
    queue_.pop_front();
    if (alone) break;
  }
  return true;
}

void Writer::process(std::vector<Item>& items) {
  if (items.front().visitor) {
    items.front().visitor(state_);
    return;
  }
  Batch batch;
  batch.records.reserve(items.size());
  batch.done.reserve(items.size());
  bool full = false;
  {
    const std::lock_guard lock(mutex_);
    full = figures_.disk_full;
  }
  if (full && !store_->has_room()) {
    for (Item& item : items) batch.done.push_back({std::move(item.acknowledge), disk_full()});
  } else {
    state_.begin();
    for (Item& item : items) apply(item, batch);
    commit(batch);
  }
  for (Done& done : batch.done) done.acknowledge(std::move(done.answer));
}

void Writer::apply(Item& item, Batch& batch) {
  const auto begun = std::chrono::steady_clock::now();
  auto applied = state_.apply(item.command, item.time);
  if (!applied) {
    ++batch.refused;
    batch.done.push_back({std::move(item.acknowledge), unexpected(std::move(applied.error()))});
    return;
  }
  batch.repeated += applied->answer.repeated ? 1 : 0;
  batch.duplicates += applied->answer.repeated ? 0 : applied->answer.evidence_duplicates;
  if (applied->journaled) {
    const std::uint64_t sequence = applied->answer.revision;
    batch.records.push_back({sequence, item.time, kSchemaVersion, std::move(item.command.payload)});
    batch.changes.emplace_back(sequence, std::move(applied->changes));
  }
  batch.done.push_back({std::move(item.acknowledge), std::move(applied->answer)});
  const Command& command = item.command.command;
  if (command.has_reassess() && command.reassess().step() != journal::v1::Reassess::MARK) {
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begun;
    const std::lock_guard lock(mutex_);
    figures_.last_reassess_ms = took.count();
  }
}

Result<void> Writer::append(const std::vector<JournalRecord>& records) {
  const std::lock_guard lock(store_mutex_);
  return store_->append(records);
}

void Writer::commit(Batch& batch) {
  Result<void> durable;
  if (!batch.records.empty()) durable = append(batch.records);
  if (durable) {
    state_.settle();
    if (!batch.records.empty()) publisher_.publish(state_.publish(), std::move(batch.changes));
  } else {
    state_.take_back();
    for (Done& done : batch.done) {
      if (done.answer && !done.answer->repeated) done.answer = unexpected(durable.error());
    }
  }
  const std::lock_guard lock(mutex_);
  ++figures_.batches;
  figures_.refused += batch.refused;
  figures_.repeated += batch.repeated;
  figures_.duplicates += batch.duplicates;
  figures_.accepted += durable ? batch.records.size() : 0;
  figures_.disk_full = !durable;
}

}  // namespace gridmend
