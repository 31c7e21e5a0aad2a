#include "bench/sustained_run.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>

namespace gridmend {
namespace {

double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

double milliseconds_of(Watch::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

void date(v1::Evidence& item, std::int64_t us) {
  item.mutable_event_time()->set_seconds(us / 1'000'000);
  item.mutable_event_time()->set_nanos(static_cast<std::int32_t>(us % 1'000'000 * 1000));
}

void write_item(const NetworkModel& network, const CityStorm::Item& said, v1::Evidence& item) {
  using Kind = CityStorm::Kind;
  const std::string name{network.mrid(said.usage_point)};
  switch (said.kind) {
    case Kind::ping_answered:
    case Kind::ping_unanswered:
      item.mutable_ping_result()->set_usage_point(name);
      item.mutable_ping_result()->set_answered(said.kind == Kind::ping_answered);
      break;
    case Kind::reading:
    case Kind::zero_reading:
      item.mutable_meter_reading()->set_usage_point(name);
      item.mutable_meter_reading()->set_kwh(said.kind == Kind::reading ? .25 : 0);
      item.mutable_meter_reading()->mutable_interval()->set_seconds(900);
      break;
    case Kind::last_gasp:
      item.mutable_last_gasp()->set_usage_point(name);
      break;
    case Kind::power_up:
      item.mutable_power_up()->set_usage_point(name);
      break;
    case Kind::call:
      item.mutable_trouble_call()->set_usage_point(name);
      break;
    case Kind::call_from_place: {
      const Position from = network.usage_points()[said.usage_point].position;
      item.mutable_trouble_call()->mutable_position()->set_latitude_deg(from.latitude_deg);
      item.mutable_trouble_call()->mutable_position()->set_longitude_deg(from.longitude_deg);
      break;
    }
  }
  date(item, static_cast<std::int64_t>(said.happened * 1e6));
}

}  // namespace

SustainedRun::SustainedRun(Engine& engine, CityStorm& storm, const Load& load)
    : engine_(engine), storm_(storm), load_(load), ways_(load.commands()) {
  subscription_ = engine.subscribe([this](std::uint64_t) {
    const std::uint64_t revision = engine_.world()->reassessed_revision;
    if (!refreshed_.empty() && refreshed_.back().revision == revision) return;
    const EngineMetrics metrics = engine_.metrics();
    refreshed_.push_back(
        {revision, Watch::now(), metrics.last_reassess_ms, metrics.reassess_on_writer_ms});
  });
}

void SustainedRun::write() {
  Random random{20261128};
  std::uint64_t key = 0;
  for (std::size_t i = 0; i < ways_.size(); ++i) {
    Command& command = commands_.emplace_back();
    command.set_actor("ami");
    auto& items = *command.mutable_submit_evidence()->mutable_evidence();
    items.Reserve(static_cast<int>(kItemsACommand));
    for (std::size_t k = 0; k < kItemsACommand; ++k) {
      v1::Evidence& item = *items.Add();
      item.set_idempotency_key(std::to_string(key++));
      item.set_source("ami");
      write_item(engine_.region()->network, storm_.next(due(i), random), item);
    }
  }
}

void SustainedRun::drive() {
  const double processor = processor_seconds();
  const auto now_us =
      std::chrono::floor<std::chrono::microseconds>(SystemClock().now()).time_since_epoch().count();
  const auto begun = Watch::now();
  for (std::size_t i = 0; i < ways_.size(); ++i) {
    Command command = std::move(commands_[i]);
    for (v1::Evidence& item : *command.mutable_submit_evidence()->mutable_evidence()) {
      const auto& time = item.event_time();
      date(item, now_us + time.seconds() * 1'000'000 + time.nanos() / 1000);
    }
    ways_[i].due =
        begun + std::chrono::duration_cast<Watch::duration>(std::chrono::duration<double>(due(i)));
    std::this_thread::sleep_until(ways_[i].due);
    ways_[i].submitted = Watch::now();
    engine_.submit(std::move(command), [this, i](const Result<Answer>& answer) {
      if (!answer) std::abort();
      ways_[i].acknowledged = Watch::now();
      ways_[i].revision = answer->revision;
      accepted_ += answer->evidence_accepted;
      ++done_;
    });
  }
  while (done_.load() < ways_.size()) std::this_thread::sleep_for(std::chrono::milliseconds{1});
  seconds_ = std::chrono::duration<double>(ways_.back().acknowledged - begun).count();
  processor_share_ = (processor_seconds() - processor) / seconds_;
  while (engine_.world()->reassessed_revision < ways_.back().revision)
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  subscription_ = {};
}

void SustainedRun::report() const {
  row("items a second, accepted", "%.0f (%.0f sent)",
      static_cast<double>(accepted_.load()) / seconds_,
      static_cast<double>(ways_.size() * kItemsACommand) / seconds_);
  row("processors busy: two threads of the engine, planner, producer", "%.2f", processor_share_);
  std::vector<double> acknowledged, refreshed, took, on_writer, late;
  auto next = refreshed_.begin();
  for (const Way& way : ways_) {
    late.push_back(milliseconds_of(way.submitted - way.due));
    acknowledged.push_back(milliseconds_of(way.acknowledged - way.submitted));
    while (next != refreshed_.end() && next->revision < way.revision) ++next;
    if (next != refreshed_.end()) refreshed.push_back(milliseconds_of(next->at - way.submitted));
  }
  for (const Refreshed& one : refreshed_) {
    if (one.revision < ways_.front().revision) continue;
    took.push_back(one.took_ms);
    on_writer.push_back(one.on_writer_ms);
  }
  row_of_percentiles("the producer behind its time", late);
  row_of_percentiles("1,000 items durable and acknowledged", acknowledged);
  row_of_percentiles("1,000 items shown by the outages", refreshed);
  row_of_percentiles("one reassessment", took);
  row_of_percentiles("of it on the writer's thread", on_writer);
  row("reassessments", "%zu", took.size());
}

}  // namespace gridmend
