#pragma once

#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/network/network_model.h"
#include "core/outage/call_places.h"
#include "core/outage/evidence.h"
#include "gridmend/v1/evidence.pb.h"

namespace gridmend {

// Resolves text ids and checks every field. Refuses:
//   invalid_argument  no kind, no event time, a time, position or number that cannot be, texts too
//                     long, a call or report that names no place (the field says which)
//   not_found         USAGE_POINT_UNKNOWN, DEVICE_UNKNOWN: the network has no such id
// A call without a usage point gets its places from `placer`; without one it is taken without any.
// An absent receive_time is the event's. O(log n) in the network's size, and for an address what
// PlaceIndex::like_address says.
Result<Evidence> to_domain(const v1::Evidence& evidence, const NetworkModel& network,
                           std::string_view at = {}, const CallPlacer* placer = nullptr);

// Addresses and photos, which the domain does not keep, are absent.
v1::Evidence to_proto(const Evidence& evidence, const NetworkModel& network);

// One line of an evidence file: the JSON form of v1::Evidence. Refuses what is not such an object
// and names it does not know (invalid_argument, JSON_INVALID). At most 64 kB.
Result<v1::Evidence> parse_evidence_message(std::string_view line);
Result<Evidence> parse_evidence_line(std::string_view line, const NetworkModel& network,
                                     const CallPlacer* placer = nullptr);

// Without a line end.
std::string write_evidence_line(const v1::Evidence& evidence);

}  // namespace gridmend
