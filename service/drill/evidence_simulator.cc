#include "service/drill/evidence_simulator.h"

#include <algorithm>
#include <cmath>

#include "service/converters/geography_converter.h"
#include "service/converters/time_converter.h"

namespace gridmend {
namespace {

constexpr double kSecondsPerDay = 86400;
constexpr double kNightH = 12;     // who did not call sleeps over it
constexpr double kPatienceH = 96;  // nobody is home who has not called by then

bool has_telemetry(DeviceKind kind) {
  return kind == DeviceKind::breaker || kind == DeviceKind::recloser;
}

}  // namespace

EvidenceSimulator::EvidenceSimulator(const SupplyForest& forest, const EvidenceRates& rates,
                                     std::uint64_t seed)
    : forest_(forest),
      network_(forest.network()),
      rates_(rates),
      seed_(seed),
      background_(Random{seed}.fork(0xbac6)),
      pings_(Random{seed}.fork(0x9196)),
      interruptions_(network_.usage_points().size(), 0),
      place_(network_.usage_points().size()),
      meter_at_(network_.usage_points().size()) {
  for (const Id<UsagePoint> id : network_.usage_points().ids()) place_[id] = id;
  if (rates_.wrong_links > 0) mix_up_links();
  for (const Id<UsagePoint> id : network_.usage_points().ids()) meter_at_[place_[id]] = id;
}

// Pairs of meters change places.
void EvidenceSimulator::mix_up_links() {
  Random random = Random{seed_}.fork(0x117c5);
  const auto supplied = forest_.usage_points_in_tour_order();
  if (supplied.size() < 2) return;
  const auto pairs =
      static_cast<std::size_t>(rates_.wrong_links * static_cast<double>(supplied.size()) / 2);
  for (std::size_t i = 0; i < pairs; ++i) {
    const std::size_t a = random.below(supplied.size());
    // A neighbour in the tour: another transformer of the same street, as in real records.
    const std::size_t b = std::min(supplied.size() - 1, a + 5 + random.below(60));
    std::swap(place_[supplied[a]], place_[supplied[b]]);
  }
}

v1::Evidence EvidenceSimulator::stamped(Time event_time, Random& random, const char* source) const {
  v1::Evidence evidence;
  *evidence.mutable_event_time() =
      to_proto(event_time + from_seconds(rates_.clock_error_s * random.normal()));
  evidence.set_source(source);
  return evidence;
}

void EvidenceSimulator::post(Time arrives, v1::Evidence evidence, Id<UsagePoint> only_if_dark) {
  const std::uint64_t number = posted_++;
  evidence.set_idempotency_key("drill-" + std::to_string(seed_) + "-" + std::to_string(number));
  under_way_.emplace(std::pair{arrives, number}, Message{std::move(evidence), only_if_dark});
}

Id<Device> EvidenceSimulator::transformer_above(Id<UsagePoint> place) const {
  Id<ConnectivityNode> node = network_.usage_points()[place].node;
  while (node.valid() && forest_.parent_device(node).valid()) {
    const Id<Device> device = forest_.parent_device(node);
    if (network_.devices()[device].kind == DeviceKind::power_transformer) return device;
    node = forest_.parent(node);
  }
  return Id<Device>::none();
}

// One draw for all meters of a concentrator in one event.
bool EvidenceSimulator::concentrator_dies(Id<UsagePoint> place, Time at) const {
  const Id<CommunicationGroup> group = network_.usage_points()[place].communication_group;
  const std::uint64_t key =
      group.valid() ? 0x100000000ULL + group.index : transformer_above(place).index;
  return Random{seed_}
      .fork(key)
      .fork(static_cast<std::uint64_t>(at.time_since_epoch().count()))
      .chance(rates_.concentrator_down);
}

void EvidenceSimulator::supply_changed(std::span<const Id<UsagePoint>> places, bool dark, Time at) {
  for (const Id<UsagePoint> place : places) {
    const Id<UsagePoint> meter = meter_at_[place];
    if (dark) ++interruptions_[meter];
    Random random = Random{seed_}
                        .fork(0x3e7e0000ULL + meter.index)
                        .fork(2 * std::uint64_t{interruptions_[meter]} + (dark ? 1 : 0));
    const std::string mrid{network_.mrid(meter)};
    const Time arrives = at + from_seconds(1 + random.exponential(rates_.meter_delay_s));
    v1::Evidence message = stamped(at, random, "ami");
    if (dark) {
      const bool reaches = random.chance(rates_.last_gasp_reach);
      message.mutable_last_gasp()->set_usage_point(mrid);
      if (reaches && (places.size() == 1 || !concentrator_dies(place, at))) {
        post(arrives, std::move(message));
      }
      if (random.chance(rates_.call_rate)) {
        call(meter, random, at, rates_.call_delay_min);
      } else {
        call_late(meter, random, at);
      }
    } else if (random.chance(rates_.power_up_reach)) {
      message.mutable_power_up()->set_usage_point(mrid);
      post(arrives, std::move(message));
    }
  }
}

void EvidenceSimulator::call(Id<UsagePoint> meter, Random& random, Time at, double median_min) {
  const Time calls = at + from_seconds(60 * random.lognormal(median_min, .8));
  v1::Evidence evidence = stamped(calls, random, "95598");
  v1::TroubleCall& said = *evidence.mutable_trouble_call();
  said.set_complaint(v1::TroubleCall::NO_LIGHT);
  if (random.chance(rates_.call_without_meter)) {
    *said.mutable_position() = to_proto(network_.usage_points()[meter].position);
  } else {
    said.set_usage_point(std::string{network_.mrid(meter)});
  }
  post(calls, std::move(evidence), place_[meter]);
}

// With every night in the dark the same share of those who have not called yet do.
void EvidenceSimulator::call_late(Id<UsagePoint> meter, Random& random, Time at) {
  for (double hours = rates_.call_late_h; hours < kPatienceH; hours += kNightH) {
    if (random.chance(rates_.call_late_rate)) return call(meter, random, at, 60 * hours);
  }
}

void EvidenceSimulator::device_moved(Id<Device> device, bool open, Time at) {
  if (!has_telemetry(network_.devices()[device].kind)) return;
  Random random = Random{seed_}
                      .fork(0x5cada0000ULL + device.index)
                      .fork(static_cast<std::uint64_t>(at.time_since_epoch().count()));
  if (!random.chance(rates_.scada_reach)) return;
  v1::Evidence evidence = stamped(at, random, "scada");
  v1::SwitchPosition& position = *evidence.mutable_switch_position();
  position.set_device(std::string{network_.mrid(device)});
  position.set_position(open ? v1::SwitchPosition::OPEN : v1::SwitchPosition::CLOSED);
  position.set_origin(v1::SwitchPosition::SCADA);
  post(at + std::chrono::seconds{2}, std::move(evidence));
}

void EvidenceSimulator::idle(Time from, Time until) {
  const std::size_t count = network_.usage_points().size();
  if (count == 0) return;
  const double days = seconds(until - from) / kSecondsPerDay;
  const auto times = [&](double per_day) {
    const double mean = per_day * days * static_cast<double>(count);
    // Poisson, by its gaps.
    int events = 0;
    for (double t = background_.exponential(1); t < mean; t += background_.exponential(1)) ++events;
    return events;
  };
  const auto anyone = [&] {
    return Id<UsagePoint>{static_cast<std::size_t>(background_.below(count))};
  };
  for (int i = times(rates_.last_gasp_false_per_day); i > 0; --i) {
    v1::Evidence evidence = stamped(until, background_, "ami");
    evidence.mutable_last_gasp()->set_usage_point(std::string{network_.mrid(anyone())});
    post(until, std::move(evidence));
  }
  for (int i = times(rates_.call_false_per_day); i > 0; --i) {
    v1::Evidence evidence = stamped(until, background_, "95598");
    evidence.mutable_trouble_call()->set_usage_point(std::string{network_.mrid(anyone())});
    evidence.mutable_trouble_call()->set_complaint(v1::TroubleCall::NO_LIGHT);
    post(until, std::move(evidence));
  }
}

void EvidenceSimulator::ping(std::span<const Id<UsagePoint>> usage_points, const TrueSupply& supply,
                             Time at) {
  for (const Id<UsagePoint> meter : usage_points) {
    v1::Evidence evidence = stamped(at, pings_, "ami");
    v1::PingResult& result = *evidence.mutable_ping_result();
    result.set_usage_point(std::string{network_.mrid(meter)});
    result.set_answered(!supply.dark(place_[meter]) && !pings_.chance(rates_.ping_lost));
    post(at, std::move(evidence));
  }
}

// Who has called and still sits in the dark calls again some hours later.
void EvidenceSimulator::call_again(const Message& message, Time called) {
  const Id<UsagePoint> meter = meter_at_[message.only_if_dark];
  Random random = Random{seed_}.fork(0xca110000ULL + meter.index).fork(posted_);
  if (random.chance(rates_.call_late_rate)) call(meter, random, called, 60 * rates_.call_late_h);
}

std::vector<v1::Evidence> EvidenceSimulator::arrived(Time now, const TrueSupply& supply) {
  std::vector<v1::Evidence> messages;
  while (!under_way_.empty() && under_way_.begin()->first.first <= now) {
    const auto node = under_way_.extract(under_way_.begin());
    const Message& message = node.mapped();
    if (message.only_if_dark.valid()) {
      if (!supply.dark(message.only_if_dark)) continue;
      call_again(message, node.key().first);
    }
    messages.push_back(message.evidence);
  }
  sent_ += messages.size();
  return messages;
}

}  // namespace gridmend
