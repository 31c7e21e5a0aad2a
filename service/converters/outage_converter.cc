#include "service/converters/outage_converter.h"

#include <algorithm>

#include "service/converters/enum_converter.h"
#include "service/converters/geography_converter.h"
#include "service/converters/network_converter.h"
#include "service/converters/time_converter.h"

namespace gridmend {

namespace {

bool is_over(OutageStatus status) {
  return status == OutageStatus::restored || status == OutageStatus::closed;
}

v1::TellApart to_proto(const TellApart& tell, const NetworkModel& network) {
  v1::TellApart message;
  if (tell.usage_point.valid()) {
    message.set_usage_point(std::string{network.mrid(tell.usage_point)});
  }
  if (tell.device.valid()) message.set_device(std::string{network.mrid(tell.device)});
  message.set_expected_gain(tell.gain_minutes);
  message.set_sentence_en(tell.sentence_en);
  message.set_sentence_zh(tell.sentence_zh);
  return message;
}

v1::WaterError to_proto(const FavouredWaterError& error) {
  v1::WaterError message;
  message.set_deeper_m(error.deeper_m);
  message.set_probability(error.probability);
  message.set_prior(error.prior);
  return message;
}

v1::UnsafeToEnergise::Reason to_proto(UnsafeReason reason) {
  switch (reason) {
    case UnsafeReason::under_water:
      return v1::UnsafeToEnergise::UNDER_WATER;
    case UnsafeReason::not_inspected:
      return v1::UnsafeToEnergise::NOT_INSPECTED;
    case UnsafeReason::none:
      break;
  }
  return v1::UnsafeToEnergise::REASON_UNSPECIFIED;
}

}  // namespace

v1::UnsafeToEnergise to_proto(const UnsafeToEnergise& unsafe, const NetworkModel& network) {
  v1::UnsafeToEnergise message;
  message.set_device(std::string{network.mrid(unsafe.device)});
  message.set_reason(to_proto(unsafe.reason));
  message.set_depth_m(unsafe.depth_m);
  message.set_depth_sigma_m(unsafe.depth_sigma_m);
  message.set_live_part_height_m(unsafe.live_part_height_m);
  *message.mutable_time() = to_proto(unsafe.time);
  if (unsafe.dry_at != Time{}) *message.mutable_dry_time() = to_proto(unsafe.dry_at);
  message.set_sentence_en(unsafe.sentence_en);
  message.set_sentence_zh(unsafe.sentence_zh);
  return message;
}

v1::SuspectDevice to_proto(const SuspectDevice& suspect, const NetworkModel& network) {
  v1::SuspectDevice message;
  message.set_probability(suspect.p_active);
  if (suspect.usage_point.valid()) {
    message.set_usage_point(std::string{network.mrid(suspect.usage_point)});
    *message.mutable_position() = to_proto(network.usage_points()[suspect.usage_point].position);
  }
  if (suspect.device.valid()) {
    const Device& device = network.devices()[suspect.device];
    message.set_device(std::string{network.text(device.mrid)});
    message.set_kind(to_proto(device.kind));
    *message.mutable_position() = to_proto(device.position);
  }
  return message;
}

v1::PossibleFeed to_proto(const PossibleFeed& feed, const NetworkModel& network) {
  const Device& device = network.devices()[feed.device];
  v1::PossibleFeed message;
  message.set_device(std::string{network.text(device.mrid)});
  message.set_kind(to_proto(device.kind));
  *message.mutable_position() = to_proto(device.position);
  message.set_probability(feed.probability);
  return message;
}

v1::DoubtedSwitch to_proto(const DoubtedSwitch& doubt, const NetworkModel& network) {
  const Device& device = network.devices()[doubt.device];
  v1::DoubtedSwitch message;
  message.set_device(std::string{network.text(device.mrid)});
  message.set_kind(to_proto(device.kind));
  *message.mutable_position() = to_proto(device.position);
  message.set_recorded_open(doubt.recorded_open);
  message.set_said(doubt.said);
  message.set_closed_before(doubt.closed_before);
  message.set_closed(doubt.closed);
  message.set_topologies(doubt.topologies);
  message.set_left_out(doubt.left_out);
  return message;
}

v1::DoubtedReport to_proto(const DoubtedReport& report, const NetworkModel& network) {
  v1::DoubtedReport message;
  message.set_device(std::string{network.mrid(report.device)});
  message.set_damage(report.damage);
  *message.mutable_since() = to_proto(report.since);
  message.set_p_open(report.p_open);
  message.set_p_active(report.p_active);
  switch (report.doubt) {
    case ReportDoubt::silence:
      message.set_doubt(v1::DoubtedReport::SILENCE);
      break;
    case ReportDoubt::signs_of_life:
      message.set_doubt(v1::DoubtedReport::SIGNS_OF_LIFE);
      break;
    case ReportDoubt::other_report:
      message.set_doubt(v1::DoubtedReport::OTHER_REPORT);
      break;
    case ReportDoubt::behind_another:
      message.set_doubt(v1::DoubtedReport::BEHIND_ANOTHER);
      break;
    case ReportDoubt::nobody_behind:
      message.set_doubt(v1::DoubtedReport::NOBODY_BEHIND);
      break;
  }
  message.set_usage_points(report.usage_points);
  message.set_alive(report.alive);
  message.set_sentence_en(report.sentence_en);
  message.set_sentence_zh(report.sentence_zh);
  return message;
}

v1::Outage to_proto(const Outage& outage, const NetworkModel& network) {
  v1::Outage message;
  message.set_id(outage.id);
  message.set_status(to_proto(outage.status));
  message.set_cause(to_proto(outage.cause));
  *message.mutable_probable() = to_proto(outage.probable, network);
  for (const SuspectDevice& suspect : outage.runners_up) {
    *message.add_runners_up() = to_proto(suspect, network);
  }
  message.set_phases(phases_text(outage.phases));
  *message.mutable_onset_earliest() = to_proto(outage.onset_earliest);
  *message.mutable_onset_latest() = to_proto(outage.onset_latest);
  *message.mutable_detect_time() = to_proto(outage.detected_at);
  *message.mutable_update_time() = to_proto(outage.updated_at);
  if (is_over(outage.status)) *message.mutable_restore_time() = to_proto(outage.restored_at);
  message.set_expected_customers(outage.expected_customers);
  message.set_customers_low(outage.customers_low);
  message.set_customers_high(outage.customers_high);
  message.set_customers_affected(outage.customers_affected);
  message.set_weight(outage.weight);
  const std::size_t listed = std::min(outage.critical.size(), kCriticalListed);
  for (std::size_t i = 0; i < listed; ++i) {
    *message.add_critical_usage_points() = to_proto(outage.critical[i], network);
  }
  message.set_critical_count(static_cast<std::uint32_t>(outage.critical.size()));
  for (const EvidenceShare& share : outage.why) {
    v1::EvidenceShare& added = *message.add_why();
    added.set_kind(share.kind);
    added.set_items(share.items);
    added.set_log_odds(share.log_odds);
  }
  message.set_explanation_en(outage.explanation_en);
  message.set_explanation_zh(outage.explanation_zh);
  if (!outage.tell_apart.sentence_en.empty()) {
    *message.mutable_tell_apart() = to_proto(outage.tell_apart, network);
  }
  message.set_split_from(outage.split_from);
  message.set_merged_into(outage.merged_into);
  message.set_momentary(outage.momentary);
  if (outage.unsafe) *message.mutable_unsafe_to_energise() = to_proto(outage.unsafe, network);
  for (const PossibleFeed& feed : outage.fed_through)
    *message.add_fed_through() = to_proto(feed, network);
  if (outage.water_error.probability > 0) {
    *message.mutable_water_error() = to_proto(outage.water_error);
  }
  return message;
}

}  // namespace gridmend
