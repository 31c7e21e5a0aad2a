#include "gridmend/v1/evidence.pb.h"
#include "service/converters/field_path.h"
#include "service/converters/time_converter.h"
#include "service/handlers/calls.h"
#include "service/handlers/evidence_batch.h"
#include "service/handlers/evidence_stream.h"
#include "service/handlers/paging.h"

namespace gridmend {

namespace {

// A page looks at no more items than this; it may be short, or empty, and still not the last.
constexpr std::uint64_t kMostLookedAt = 100'000;

// Which items a list means.
class EvidenceMatcher {
 public:
  static Result<EvidenceMatcher> make(const v1::ListEvidenceRequest& request) {
    EvidenceMatcher matcher{request};
    if (request.has_from()) {
      auto from = to_domain(request.from(), "from");
      if (!from) return unexpected(from.error());
      matcher.from_ = *from;
    }
    if (request.has_until()) {
      auto until = to_domain(request.until(), "until");
      if (!until) return unexpected(until.error());
      matcher.until_ = *until;
    }
    return matcher;
  }

  bool operator()(const v1::Evidence& item) const {
    if (!request_.source().empty() && item.source() != request_.source()) return false;
    if (!request_.usage_point().empty() && usage_point_of(item) != request_.usage_point()) {
      return false;
    }
    if (!request_.device().empty() && device_of(item) != request_.device()) return false;
    const auto time = to_domain(item.event_time(), "event_time");
    return time && (!from_ || *time >= *from_) && (!until_ || *time < *until_);
  }

 private:
  explicit EvidenceMatcher(const v1::ListEvidenceRequest& request) : request_(request) {}

  static std::string_view usage_point_of(const v1::Evidence& item) {
    switch (item.kind_case()) {
      case v1::Evidence::kLastGasp:
        return item.last_gasp().usage_point();
      case v1::Evidence::kPowerUp:
        return item.power_up().usage_point();
      case v1::Evidence::kPingResult:
        return item.ping_result().usage_point();
      case v1::Evidence::kTroubleCall:
        return item.trouble_call().usage_point();
      case v1::Evidence::kMeterReading:
        return item.meter_reading().usage_point();
      default:
        return {};
    }
  }

  static std::string_view device_of(const v1::Evidence& item) {
    switch (item.kind_case()) {
      case v1::Evidence::kSwitchPosition:
        return item.switch_position().device();
      case v1::Evidence::kFaultIndicator:
        return item.fault_indicator().device();
      case v1::Evidence::kFieldReport:
        return item.field_report().device();
      default:
        return {};
    }
  }

  v1::ListEvidenceRequest request_;
  std::optional<Time> from_;
  std::optional<Time> until_;
};

// Tokens hold the number after the next item to look at, counted from the oldest.
Result<v1::ListEvidenceResponse> list_evidence(const World& world,
                                               const v1::ListEvidenceRequest& request) {
  auto size = page_size(request.page_size());
  if (!size) return unexpected(size.error());
  const PageTokens tokens{request};
  auto place = tokens.number();
  if (!place) return unexpected(place.error());
  auto matches = EvidenceMatcher::make(request);
  if (!matches) return unexpected(matches.error());
  const std::uint64_t oldest = world.evidence.first_kept();
  std::uint64_t next =
      *place == 0 ? world.evidence.size() : std::min(*place, world.evidence.size());
  v1::ListEvidenceResponse response;
  std::uint64_t looked_at = 0;
  while (next > oldest && looked_at < kMostLookedAt &&
         static_cast<std::size_t>(response.evidence_size()) < *size) {
    --next;
    ++looked_at;
    v1::Evidence item = world.evidence.item(next);
    if ((*matches)(item)) *response.add_evidence() = std::move(item);
  }
  if (next > oldest) response.set_next_page_token(tokens.token(next));
  return response;
}

v1::EvidenceFigures evidence_figures(const World& world) {
  v1::EvidenceFigures figures;
  figures.set_accepted(world.counters.evidence_accepted);
  figures.set_unknown_reference(world.counters.evidence_unknown_reference +
                                world.refused_alone->unknown_reference());
  figures.set_invalid(world.counters.evidence_invalid + world.refused_alone->invalid());
  figures.set_spread(world.evidence_uses.spread);
  figures.set_unplaced(world.evidence_uses.unplaced);
  figures.set_dated_ahead(world.evidence_uses.dated_ahead);
  figures.set_dated_behind(world.evidence_uses.dated_behind);
  figures.set_superseded(world.evidence_uses.superseded);
  figures.set_not_supply(world.evidence_uses.not_supply);
  figures.set_contradicted(world.evidence_uses.contradicted);
  figures.set_lost_with_region(world.counters.evidence_lost_with_region);
  figures.set_spread_standing(world.spread_calls);
  figures.set_spread_forgotten(world.counters.calls_forgotten);
  figures.set_revision(world.revision);
  return figures;
}

Result<Command> submit_command(const v1::SubmitEvidenceRequest& request) {
  if (auto sound = check_request_id(request.request_id(), "request_id"); !sound) {
    return unexpected(sound.error());
  }
  return evidence_command(request.request_id(), request.evidence());
}

Result<v1::SubmitEvidenceResponse> submit_answer(const v1::SubmitEvidenceRequest& request,
                                                 const Answer& answer) {
  v1::SubmitEvidenceResponse response;
  write_outcome(request.evidence(), answer, response);
  return response;
}

}  // namespace

void add_evidence_calls(RpcService& service, const CallContext& context) {
  Engine& engine = context.engine;
  add_change<v1::SubmitEvidenceRequest, v1::SubmitEvidenceResponse>(
      service, "SubmitEvidence", context, {submit_command, submit_answer}, kEvidenceBytes);
  service.set_bidi_stream("StreamEvidence", [context] { return new EvidenceStream{context}; });
  add_slow_read<v1::ListEvidenceRequest, v1::ListEvidenceResponse>(
      service, "ListEvidence", context.workers,
      [&engine](const auto& request) { return list_evidence(*engine.world(), request); });
  add_read<v1::GetEvidenceFiguresRequest, v1::EvidenceFigures>(
      service, "GetEvidenceFigures", [&engine](const auto&) -> Result<v1::EvidenceFigures> {
        return evidence_figures(*engine.world());
      });
}

}  // namespace gridmend
