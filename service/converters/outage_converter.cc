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

}  // namespace

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
  return message;
}

}  // namespace gridmend
