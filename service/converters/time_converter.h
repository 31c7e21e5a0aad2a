#pragma once

#include <string>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace gridmend {

google::protobuf::Timestamp to_proto(Time time);
google::protobuf::Duration to_proto(Duration duration);

// Nanoseconds are cut to microseconds. Refuses what RFC 3339 cannot write (years 1 to 9999) and
// denormal nanoseconds: TIME_INVALID.
Result<Time> to_domain(const google::protobuf::Timestamp& timestamp, std::string field);

// Refuses more than 10,000 years, mixed signs, denormal nanoseconds: DURATION_INVALID.
Result<Duration> to_domain(const google::protobuf::Duration& duration, std::string field);

}  // namespace gridmend
