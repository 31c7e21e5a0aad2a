#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/geo/position.h"
#include "core/network/records.h"

namespace gridmend {

// What the outside world says about supply, after text ids became Ids. Kinds as in
// proto/gridmend/v1/evidence.proto.
struct LastGasp {
  Id<UsagePoint> usage_point;
};
struct PowerUp {
  Id<UsagePoint> usage_point;
};
struct PingResult {
  Id<UsagePoint> usage_point;
  bool answered = false;
};
enum class Complaint : std::uint8_t { no_light, partial, dim, hazard };
// A usage point a call may come from, and with what probability.
struct CallPlace {
  Id<UsagePoint> usage_point;
  double probability = 0;

  friend bool operator==(const CallPlace&, const CallPlace&) = default;
};
struct TroubleCall {
  Id<UsagePoint> usage_point;  // none: only an address or a position is known
  std::optional<Position> position;
  Complaint complaint = Complaint::no_light;
  std::string text;
  // Where no usage point is named: whom it may come from, by id, none twice; what their
  // probabilities leave to 1 is somebody else's. Empty: it has no place.
  std::vector<CallPlace> places = {};
};
enum class PositionOrigin : std::uint8_t { scada, operator_entry, crew };
// Why a switch stands open on purpose; `unknown` may be a trip.
enum class SwitchingReason : std::uint8_t {
  unknown,
  de_energised_for_safety,
  planned,
  restoration
};
struct SwitchPosition {
  Id<Device> device;
  PhaseSet open_phases;  // none: closed
  PositionOrigin origin = PositionOrigin::scada;
  SwitchingReason reason = SwitchingReason::unknown;
  bool unknown = false;  // nobody knows how it stands; nothing else is said then
};
struct FaultIndicator {
  Id<Device> device;
  bool passed = false;  // fault current was seen
};
enum class Finding : std::uint8_t { damaged, open, intact, restored, nothing_found };
struct FieldReport {
  Id<Device> device;  // none: only a position
  std::optional<Position> position;
  Finding finding = Finding::nothing_found;
  std::string text;
};
struct MeterReading {
  Id<UsagePoint> usage_point;
  double energy_kwh = 0;  // over the interval that ends at the event's time
  Duration interval{};    // none: of that moment
};

using EvidenceKind = std::variant<LastGasp, PowerUp, PingResult, TroubleCall, SwitchPosition,
                                  FaultIndicator, FieldReport, MeterReading>;

struct Evidence {
  std::string idempotency_key;
  Time event_time{};
  Time receive_time{};
  std::string source;
  EvidenceKind kind;
};

}  // namespace gridmend
