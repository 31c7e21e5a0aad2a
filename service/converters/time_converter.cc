#include "service/converters/time_converter.h"

namespace gridmend {

namespace {

constexpr std::int64_t kMicros = 1'000'000;
constexpr std::int64_t kFirstSecond = -62'135'596'800;  // 0001-01-01T00:00:00Z
constexpr std::int64_t kLastSecond = 253'402'300'799;   // 9999-12-31T23:59:59Z
constexpr std::int64_t kLongestSeconds = 315'576'000'000;

}  // namespace

google::protobuf::Timestamp to_proto(Time time) {
  const std::int64_t micros = time.time_since_epoch().count();
  std::int64_t whole = micros / kMicros;
  std::int64_t rest = micros % kMicros;
  if (rest < 0) {
    rest += kMicros;
    --whole;
  }
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(whole);
  timestamp.set_nanos(static_cast<std::int32_t>(rest * 1000));
  return timestamp;
}

google::protobuf::Duration to_proto(Duration duration) {
  google::protobuf::Duration message;
  message.set_seconds(duration.count() / kMicros);
  message.set_nanos(static_cast<std::int32_t>(duration.count() % kMicros * 1000));
  return message;
}

Result<Time> to_domain(const google::protobuf::Timestamp& timestamp, std::string field) {
  const bool sound = timestamp.seconds() >= kFirstSecond && timestamp.seconds() <= kLastSecond &&
                     timestamp.nanos() >= 0 && timestamp.nanos() < 1'000'000'000;
  if (!sound) {
    return refuse(ErrorCode::invalid_argument, "TIME_INVALID",
                  "not an instant between the years 1 and 9999", std::move(field));
  }
  return Time{Duration{timestamp.seconds() * kMicros + timestamp.nanos() / 1000}};
}

Result<Duration> to_domain(const google::protobuf::Duration& duration, std::string field) {
  const bool in_range = duration.seconds() >= -kLongestSeconds &&
                        duration.seconds() <= kLongestSeconds &&
                        duration.nanos() > -1'000'000'000 && duration.nanos() < 1'000'000'000;
  const bool mixed = (duration.seconds() > 0 && duration.nanos() < 0) ||
                     (duration.seconds() < 0 && duration.nanos() > 0);
  if (!in_range || mixed) {
    return refuse(ErrorCode::invalid_argument, "DURATION_INVALID", "not a duration",
                  std::move(field));
  }
  return Duration{duration.seconds() * kMicros + duration.nanos() / 1000};
}

}  // namespace gridmend
