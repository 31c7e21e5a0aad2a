#include <algorithm>

#include "gridmend/v1/report.pb.h"
#include "service/converters/time_converter.h"
#include "service/engine/reports.h"
#include "service/handlers/calls.h"
#include "service/handlers/ledger_export.h"

namespace gridmend {

namespace {

constexpr std::int64_t kMostPoints = 10'000;

struct Period {
  Time from{};
  Time until{};
};

// `from` absent is the first onset there is, `until` absent is now.
template <class Request>
Result<Period> read_period(const World& world, Time now, const Request& request) {
  Period period{std::min(first_interruption(world), now), now};
  if (request.has_from()) {
    auto from = to_domain(request.from(), "from");
    if (!from) return unexpected(from.error());
    period.from = *from;
  }
  if (request.has_until()) {
    auto until = to_domain(request.until(), "until");
    if (!until) return unexpected(until.error());
    period.until = *until;
  }
  if (period.until < period.from) {
    return refuse(ErrorCode::invalid_argument, "WINDOW_INVALID", "the period ends before it begins",
                  "until");
  }
  return period;
}

Result<v1::ReliabilityIndices> get_indices(const World& world, Time now,
                                           const v1::GetIndicesRequest& request) {
  auto period = read_period(world, now, request);
  if (!period) return unexpected(period.error());
  IndexSettings settings{world.localiser->outages.sustained_after};
  if (request.has_sustained_threshold()) {
    auto threshold = to_domain(request.sustained_threshold(), "sustained_threshold");
    if (!threshold) return unexpected(threshold.error());
    if (*threshold < Duration::zero()) {
      return refuse(ErrorCode::invalid_argument, "DURATION_INVALID", "a threshold is not negative",
                    "sustained_threshold");
    }
    settings.sustained_after = *threshold;
  }
  const auto found = indices(world, period->from, period->until, settings);
  v1::ReliabilityIndices message;
  *message.mutable_from() = to_proto(period->from);
  *message.mutable_until() = to_proto(period->until);
  message.set_customers_served(static_cast<std::uint64_t>(found.customers_served));
  message.set_saidi_minutes(found.saidi_min);
  message.set_saifi(found.saifi);
  message.set_caidi_minutes(found.caidi_min);
  message.set_maifi(found.maifi);
  message.set_customer_minutes_lost(found.customer_minutes);
  const OutageCounts counts =
      count_outages(world, period->from, period->until, settings.sustained_after);
  message.set_momentary_outages(counts.momentary);
  message.set_sustained_outages(counts.sustained);
  return message;
}

Result<v1::RestorationCurve> get_curve(const World& world, Time now,
                                       const v1::GetRestorationCurveRequest& request) {
  auto period = read_period(world, now, request);
  if (!period) return unexpected(period.error());
  Duration step = std::chrono::minutes{5};
  if (request.has_step()) {
    auto asked = to_domain(request.step(), "step");
    if (!asked) return unexpected(asked.error());
    step = *asked;
  }
  if (step <= Duration::zero() || (period->until - period->from) / step >= kMostPoints) {
    return refuse(ErrorCode::invalid_argument, "DURATION_INVALID",
                  "a step is above 0 and makes at most 10,000 points", "step");
  }
  const auto changes = curve(world, period->from, period->until);
  v1::RestorationCurve message;
  message.set_customer_minutes_lost(customer_minutes(changes, period->until));
  std::size_t next = 0;
  double out = 0;
  for (Time at = period->from; at <= period->until; at += step) {
    while (next < changes.size() && changes[next].time <= at) out = changes[next++].customers_out;
    v1::RestorationPoint& point = *message.add_points();
    *point.mutable_time() = to_proto(at);
    point.set_customers_out(out);
  }
  return message;
}

}  // namespace

void add_report_calls(RpcService& service, const CallContext& context) {
  add_slow_read<v1::GetIndicesRequest, v1::ReliabilityIndices>(
      service, "GetIndices", context.workers, [context](const auto& request) {
        return get_indices(*context.engine.world(), context.clock.now(), request);
      });
  add_slow_read<v1::GetRestorationCurveRequest, v1::RestorationCurve>(
      service, "GetRestorationCurve", context.workers, [context](const auto& request) {
        return get_curve(*context.engine.world(), context.clock.now(), request);
      });
  service.set_server_stream("ExportLedger", [context](const grpc::ByteBuffer& bytes) {
    return open_ledger_export(context, bytes);
  });
}

}  // namespace gridmend
