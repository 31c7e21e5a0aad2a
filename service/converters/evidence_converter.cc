#include "service/converters/evidence_converter.h"

#include <google/protobuf/util/json_util.h>

#include <cmath>
#include <utility>

#include "service/converters/enum_converter.h"
#include "service/converters/field_path.h"
#include "service/converters/geography_converter.h"
#include "service/converters/network_converter.h"
#include "service/converters/time_converter.h"

namespace gridmend {

namespace {

constexpr std::size_t kKeyBytes = 128;
constexpr std::size_t kSourceBytes = 64;
constexpr std::size_t kTextBytes = 2000;
constexpr std::size_t kLineBytes = 64 * 1024;
constexpr int kPhotos = 20;

// Reads the kinds of evidence of one item; `at` is the way to the kind's message.
struct KindReader {
  const NetworkModel& network;
  std::string at;
  const CallPlacer* placer = nullptr;

  std::string field(std::string_view name) const { return field_path(at, name); }

  Result<EvidenceKind> read(const v1::LastGasp& message) const {
    auto usage_point = find_usage_point(network, message.usage_point(), field("usage_point"));
    if (!usage_point) return unexpected(usage_point.error());
    return LastGasp{*usage_point};
  }

  Result<EvidenceKind> read(const v1::PowerUp& message) const {
    auto usage_point = find_usage_point(network, message.usage_point(), field("usage_point"));
    if (!usage_point) return unexpected(usage_point.error());
    return PowerUp{*usage_point};
  }

  Result<EvidenceKind> read(const v1::PingResult& message) const {
    auto usage_point = find_usage_point(network, message.usage_point(), field("usage_point"));
    if (!usage_point) return unexpected(usage_point.error());
    return PingResult{*usage_point, message.answered()};
  }

  Result<EvidenceKind> read(const v1::TroubleCall& message) const {
    if (message.usage_point().empty() && message.address().empty() && !message.has_position()) {
      return refuse(ErrorCode::invalid_argument, "PLACE_MISSING",
                    "a call needs a usage point, an address or a position", field("usage_point"));
    }
    TroubleCall call;
    if (!message.usage_point().empty()) {
      auto usage_point = find_usage_point(network, message.usage_point(), field("usage_point"));
      if (!usage_point) return unexpected(usage_point.error());
      call.usage_point = *usage_point;
    }
    if (message.has_position()) {
      auto position = to_domain(message.position(), field("position"));
      if (!position) return unexpected(position.error());
      call.position = *position;
    }
    if (message.complaint() != v1::TroubleCall::COMPLAINT_UNSPECIFIED) {
      const auto complaint = to_domain(message.complaint());
      if (!complaint) return unknown_value("complaint");
      call.complaint = *complaint;
    }
    if (auto sound = check_length(message.address(), kTextBytes, field("address")); !sound) {
      return unexpected(sound.error());
    }
    if (auto sound = check_length(message.text(), kTextBytes, field("text")); !sound) {
      return unexpected(sound.error());
    }
    call.text = message.text();
    if (!call.usage_point.valid() && placer != nullptr) {
      call.places =
          call_places(network, placer->places, call.position, message.address(), placer->settings);
    }
    return call;
  }

  Result<EvidenceKind> read(const v1::SwitchPosition& message) const {
    auto device = find_device(network, message.device(), field("device"));
    if (!device) return unexpected(device.error());
    SwitchPosition position;
    position.device = *device;
    PhaseSet named = PhaseSet::abc();
    if (!message.phases().empty()) {
      const auto phases = parse_phases(message.phases());
      if (!phases || !phases->any() || phases->one_of()) return unknown_value("phases");
      named = PhaseSet{phases->live_bits()};
    }
    switch (message.position()) {
      case v1::SwitchPosition::OPEN:
        position.open_phases = named;
        break;
      case v1::SwitchPosition::CLOSED:
        position.open_phases = PhaseSet::abc().without(named);
        break;
      case v1::SwitchPosition::UNKNOWN:
        position.unknown = true;
        break;
      default:
        return unknown_value("position");
    }
    if (message.origin() != v1::SwitchPosition::ORIGIN_UNSPECIFIED) {
      const auto origin = to_domain(message.origin());
      if (!origin) return unknown_value("origin");
      position.origin = *origin;
    }
    const auto reason = to_domain(message.reason());
    if (!reason) return unknown_value("reason");
    position.reason = *reason;
    return position;
  }

  Result<EvidenceKind> read(const v1::FaultIndicator& message) const {
    auto device = find_device(network, message.device(), field("device"));
    if (!device) return unexpected(device.error());
    return FaultIndicator{*device, message.passed()};
  }

  Result<EvidenceKind> read(const v1::FieldReport& message) const {
    if (message.device().empty() && !message.has_position()) {
      return refuse(ErrorCode::invalid_argument, "PLACE_MISSING",
                    "a report needs a device or a position", field("device"));
    }
    FieldReport report;
    if (!message.device().empty()) {
      auto device = find_device(network, message.device(), field("device"));
      if (!device) return unexpected(device.error());
      report.device = *device;
    }
    if (message.has_position()) {
      auto position = to_domain(message.position(), field("position"));
      if (!position) return unexpected(position.error());
      report.position = *position;
    }
    const auto finding = to_domain(message.finding());
    if (!finding) return unknown_value("finding");
    report.finding = *finding;
    if (message.photos_size() > kPhotos) {
      return refuse(ErrorCode::invalid_argument, "TOO_MANY", "at most 20 photos are taken",
                    field("photos"));
    }
    if (auto sound = check_length(message.text(), kTextBytes, field("text")); !sound) {
      return unexpected(sound.error());
    }
    report.text = message.text();
    return report;
  }

  Result<EvidenceKind> read(const v1::MeterReading& message) const {
    auto usage_point = find_usage_point(network, message.usage_point(), field("usage_point"));
    if (!usage_point) return unexpected(usage_point.error());
    if (!std::isfinite(message.kwh()) || message.kwh() < 0) {
      return refuse(ErrorCode::invalid_argument, "ENERGY_INVALID",
                    "energy must be a number of kilowatt-hours, not negative", field("kwh"));
    }
    auto interval = to_domain(message.interval(), field("interval"));
    if (!interval) return unexpected(interval.error());
    if (*interval <= Duration::zero()) {
      return refuse(ErrorCode::invalid_argument, "DURATION_INVALID",
                    "the interval of a reading must be longer than nothing", field("interval"));
    }
    return MeterReading{*usage_point, message.kwh(), *interval};
  }

  tl::unexpected<Error> unknown_value(std::string_view name) const {
    return refuse(ErrorCode::invalid_argument, "VALUE_UNKNOWN",
                  std::string{name} + " is absent or not one that is known", field(name));
  }
};

Result<EvidenceKind> read_kind(const v1::Evidence& evidence, const NetworkModel& network,
                               std::string_view at, const CallPlacer* placer) {
  const auto reader = [&](std::string_view name) {
    return KindReader{network, field_path(at, name), placer};
  };
  switch (evidence.kind_case()) {
    case v1::Evidence::kLastGasp:
      return reader("last_gasp").read(evidence.last_gasp());
    case v1::Evidence::kPowerUp:
      return reader("power_up").read(evidence.power_up());
    case v1::Evidence::kPingResult:
      return reader("ping_result").read(evidence.ping_result());
    case v1::Evidence::kTroubleCall:
      return reader("trouble_call").read(evidence.trouble_call());
    case v1::Evidence::kSwitchPosition:
      return reader("switch_position").read(evidence.switch_position());
    case v1::Evidence::kFaultIndicator:
      return reader("fault_indicator").read(evidence.fault_indicator());
    case v1::Evidence::kFieldReport:
      return reader("field_report").read(evidence.field_report());
    case v1::Evidence::kMeterReading:
      return reader("meter_reading").read(evidence.meter_reading());
    case v1::Evidence::KIND_NOT_SET:
      break;
  }
  return refuse(ErrorCode::invalid_argument, "KIND_MISSING",
                "evidence says what happened: last_gasp, trouble_call, ...",
                field_path(at, "kind"));
}

// Writes the kinds of evidence into a message.
struct KindWriter {
  const NetworkModel& network;
  v1::Evidence& message;

  std::string mrid(Id<UsagePoint> id) const {
    return id.valid() ? std::string{network.mrid(id)} : std::string{};
  }
  std::string mrid(Id<Device> id) const {
    return id.valid() ? std::string{network.mrid(id)} : std::string{};
  }

  void operator()(const LastGasp& kind) const {
    message.mutable_last_gasp()->set_usage_point(mrid(kind.usage_point));
  }
  void operator()(const PowerUp& kind) const {
    message.mutable_power_up()->set_usage_point(mrid(kind.usage_point));
  }
  void operator()(const PingResult& kind) const {
    message.mutable_ping_result()->set_usage_point(mrid(kind.usage_point));
    message.mutable_ping_result()->set_answered(kind.answered);
  }
  void operator()(const TroubleCall& kind) const {
    v1::TroubleCall& call = *message.mutable_trouble_call();
    call.set_usage_point(mrid(kind.usage_point));
    if (kind.position) *call.mutable_position() = to_proto(*kind.position);
    call.set_complaint(to_proto(kind.complaint));
    call.set_text(kind.text);
  }
  void operator()(const SwitchPosition& kind) const {
    v1::SwitchPosition& position = *message.mutable_switch_position();
    position.set_device(mrid(kind.device));
    const bool open = kind.open_phases.any();
    position.set_position(kind.unknown ? v1::SwitchPosition::UNKNOWN
                          : open       ? v1::SwitchPosition::OPEN
                                       : v1::SwitchPosition::CLOSED);
    const PhaseSet live{kind.open_phases.live_bits()};
    if (open && live != PhaseSet::abc()) position.set_phases(to_string(live));
    position.set_origin(to_proto(kind.origin));
    position.set_reason(to_proto(kind.reason));
  }
  void operator()(const FaultIndicator& kind) const {
    message.mutable_fault_indicator()->set_device(mrid(kind.device));
    message.mutable_fault_indicator()->set_passed(kind.passed);
  }
  void operator()(const FieldReport& kind) const {
    v1::FieldReport& report = *message.mutable_field_report();
    report.set_device(mrid(kind.device));
    if (kind.position) *report.mutable_position() = to_proto(*kind.position);
    report.set_finding(to_proto(kind.finding));
    report.set_text(kind.text);
  }
  void operator()(const MeterReading& kind) const {
    v1::MeterReading& reading = *message.mutable_meter_reading();
    reading.set_usage_point(mrid(kind.usage_point));
    reading.set_kwh(kind.energy_kwh);
    *reading.mutable_interval() = to_proto(kind.interval);
  }
};

}  // namespace

Result<Evidence> to_domain(const v1::Evidence& evidence, const NetworkModel& network,
                           std::string_view at, const CallPlacer* placer) {
  if (auto sound =
          check_length(evidence.idempotency_key(), kKeyBytes, field_path(at, "idempotency_key"));
      !sound) {
    return unexpected(sound.error());
  }
  if (auto sound = check_length(evidence.source(), kSourceBytes, field_path(at, "source"));
      !sound) {
    return unexpected(sound.error());
  }
  if (!evidence.has_event_time()) {
    return refuse(ErrorCode::invalid_argument, "TIME_MISSING", "evidence says when it happened",
                  field_path(at, "event_time"));
  }
  auto event_time = to_domain(evidence.event_time(), field_path(at, "event_time"));
  if (!event_time) return unexpected(event_time.error());
  Time receive_time = *event_time;
  if (evidence.has_receive_time()) {
    auto time = to_domain(evidence.receive_time(), field_path(at, "receive_time"));
    if (!time) return unexpected(time.error());
    receive_time = *time;
  }
  auto kind = read_kind(evidence, network, at, placer);
  if (!kind) return unexpected(kind.error());
  return Evidence{evidence.idempotency_key(), *event_time, receive_time, evidence.source(),
                  std::move(*kind)};
}

v1::Evidence to_proto(const Evidence& evidence, const NetworkModel& network) {
  v1::Evidence message;
  message.set_idempotency_key(evidence.idempotency_key);
  *message.mutable_event_time() = to_proto(evidence.event_time);
  *message.mutable_receive_time() = to_proto(evidence.receive_time);
  message.set_source(evidence.source);
  std::visit(KindWriter{network, message}, evidence.kind);
  return message;
}

Result<v1::Evidence> parse_evidence_message(std::string_view line) {
  if (line.size() > kLineBytes) {
    return refuse(ErrorCode::invalid_argument, "JSON_INVALID", "a line is at most 64 kB");
  }
  v1::Evidence message;
  google::protobuf::util::Status status;
  try {
    status = google::protobuf::util::JsonStringToMessage({line.data(), line.size()}, &message);
  } catch (const std::exception& error) {
    return refuse(ErrorCode::invalid_argument, "JSON_INVALID", error.what());
  }
  if (!status.ok()) {
    const auto why = status.message();
    return refuse(ErrorCode::invalid_argument, "JSON_INVALID", std::string{why.data(), why.size()});
  }
  return message;
}

Result<Evidence> parse_evidence_line(std::string_view line, const NetworkModel& network,
                                     const CallPlacer* placer) {
  auto message = parse_evidence_message(line);
  if (!message) return unexpected(message.error());
  return to_domain(*message, network, {}, placer);
}

std::string write_evidence_line(const v1::Evidence& evidence) {
  std::string line;
  const auto status = google::protobuf::util::MessageToJsonString(evidence, &line);
  GRIDMEND_CHECK(status.ok(), "every evidence message has a JSON form");
  return line;
}

}  // namespace gridmend
