#include "tests/scenario/storm_desk.h"

#include <sstream>

#include "core/base/check.h"
#include "core/outage/call_expiry.h"

namespace gridmend::scenario {
namespace {

const Time kMidnight = *parse_rfc3339("2026-07-20T00:00:00Z");

}  // namespace

StormDesk::StormDesk(std::string_view drawing)
    : network_(drawing::draw(drawing)),
      switches_(network_),
      supply_(SupplyForest::derive(network_, switches_)),
      forest_(InferenceForest::contract(supply_)),
      evidence_(network_),
      now_(kMidnight) {}

void StormDesk::derive() {
  supply_ = SupplyForest::derive(network_, switches_);
  forest_ = InferenceForest::contract(supply_);
}

StormDesk& StormDesk::at(double minute) {
  now_ = kMidnight + from_seconds(60 * minute);
  return *this;
}

std::vector<Id<UsagePoint>> StormDesk::named(std::string_view usage_points) const {
  std::vector<Id<UsagePoint>> found;
  std::istringstream words{std::string{usage_points}};
  for (std::string word; words >> word;) {
    if (!word.ends_with(".*")) {
      found.push_back(drawing::usage_point(network_, word));
      continue;
    }
    const std::string prefix = word.substr(0, word.size() - 1);
    const std::size_t before = found.size();
    for (const Id<UsagePoint> id : network_.usage_points().ids()) {
      if (network_.mrid(id).starts_with(prefix)) found.push_back(id);
    }
    GRIDMEND_CHECK(found.size() > before, "the drawing has usage points of that name");
  }
  return found;
}

template <class Kind>
StormDesk& StormDesk::hear(std::string_view usage_points, Kind kind) {
  for (const Id<UsagePoint> id : named(usage_points)) {
    kind.usage_point = id;
    evidence_.record({"", now_, now_, "test", kind});
  }
  return *this;
}

StormDesk& StormDesk::gasp(std::string_view u) { return hear(u, LastGasp{}); }
StormDesk& StormDesk::power_up(std::string_view u) { return hear(u, PowerUp{}); }
StormDesk& StormDesk::answered(std::string_view u) { return hear(u, PingResult{{}, true}); }
StormDesk& StormDesk::unanswered(std::string_view u) { return hear(u, PingResult{{}, false}); }
StormDesk& StormDesk::call(std::string_view u) { return hear(u, TroubleCall{}); }

StormDesk& StormDesk::position(std::string_view mrid, bool open, SwitchingReason reason,
                               PositionOrigin origin) {
  const Id<Device> device = drawing::device(network_, mrid);
  const SwitchPosition position{device, open ? PhaseSet::abc() : PhaseSet::none(), origin, reason};
  evidence_.record({"", now_, now_, "test", position});
  const PhaseSet stands = evidence_.switches().standing(device).open;
  if (stands != switches_.open_phases(device)) {
    switches_.set_open_phases(device, stands);
    derive();
  }
  return *this;
}

StormDesk& StormDesk::report(std::string_view mrid, Finding finding) {
  const FieldReport report{drawing::device(network_, mrid), std::nullopt, finding, ""};
  evidence_.record({"", now_, now_, "test", report});
  return *this;
}

StormDesk& StormDesk::put_water(Water water) {
  water_ = std::move(water);
  return *this;
}

std::vector<Outage> StormDesk::look() {
  const EvidenceBook before = evidence_;
  expire_calls({forest_, before, water_, now_}, book_, settings.outages, evidence_);
  OutageUpdate update =
      update_outages({forest_, evidence_, water_, now_}, switches_, book_, settings);
  take(update);
  std::vector<Outage> open;
  for (const Outage& outage : book_.outages) {
    if (!has_ended(outage.status)) open.push_back(outage);
  }
  return open;
}

void StormDesk::take(const Result<OutageUpdate>& update) {
  GRIDMEND_CHECK(update.has_value(), "the update was accepted");
  book_ = update->book;
  changes_ = update->changes;
  apply_settlements(update->settlements, evidence_);
}

std::string StormDesk::blamed(const Outage& outage) const {
  if (outage.probable.usage_point.valid()) {
    return "premises " + std::string{network_.mrid(outage.probable.usage_point)};
  }
  if (outage.probable.device.valid()) return std::string{network_.mrid(outage.probable.device)};
  return "feeder " + std::string{network_.mrid(outage.feeder)};
}

std::string StormDesk::list(const std::vector<Outage>& outages) const {
  std::string text;
  for (const Outage& outage : outages) {
    text += outage.id + " " + std::string{to_string(outage.status)} + " " + blamed(outage) + " (" +
            std::to_string(outage.customers_affected) + ")\n";
  }
  return text;
}

}  // namespace gridmend::scenario
