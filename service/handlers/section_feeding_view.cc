#include "service/handlers/section_feeding_view.h"

#include <algorithm>
#include <string>

#include "service/converters/enum_converter.h"
#include "service/converters/geography_converter.h"
#include "service/converters/network_converter.h"
#include "service/converters/outage_converter.h"
#include "service/converters/time_converter.h"
#include "service/handlers/paging.h"

namespace gridmend {
namespace {

v1::Feeding feeding_view(const Feeding& feeding, const NetworkModel& network) {
  v1::Feeding message;
  if (feeding.feeder.valid()) message.set_feeder(std::string{network.mrid(feeding.feeder)});
  if (feeding.entry.valid()) message.set_entry_device(std::string{network.mrid(feeding.entry)});
  message.set_phases(phases_text(feeding.phases));
  return message;
}

v1::SwitchOperation operation_view(const World& world, const SwitchOperation& operation) {
  const NetworkModel& network = world.region->network;
  v1::SwitchOperation message;
  message.set_device(std::string{network.mrid(operation.device)});
  message.set_kind(to_proto(network.devices()[operation.device].kind));
  *message.mutable_position() = to_proto(network.devices()[operation.device].position);
  message.set_normally_open_phases(phases_text(operation.normally_open));
  message.set_open_phases(phases_text(operation.open));
  // One that came late may be older than the one that the switch stands by.
  const SwitchingRecord* order = nullptr;
  for (const SwitchingRecord& record : *world.switching) {
    if (record.device != message.device()) continue;
    if (order == nullptr || record.event_time >= order->event_time) order = &record;
  }
  if (order == nullptr) return message;
  message.set_actor(order->actor);
  *message.mutable_time() = to_proto(order->time);
  message.set_revision(order->revision);
  return message;
}

v1::SectionFeeding section_view(const World& world, const SectionFeeding& section) {
  const NetworkModel& network = world.region->network;
  v1::SectionFeeding message;
  message.set_node(std::string{network.mrid(section.node)});
  *message.mutable_position() = to_proto(network.nodes()[section.node].position);
  *message.mutable_normal() = feeding_view(section.normal, network);
  *message.mutable_present() = feeding_view(section.present, network);
  message.set_fed_otherwise(section.otherwise());
  message.set_usage_points(section.usage_points);
  message.set_customers(section.customers);
  for (const SwitchOperation& operation : section.operations)
    *message.add_operations() = operation_view(world, operation);
  return message;
}

}  // namespace

Result<v1::ListSectionFeedingResponse> list_section_feeding(
    const World& world, const v1::ListSectionFeedingRequest& request) {
  auto size = page_size(request.page_size());
  if (!size) return unexpected(size.error());
  const PageTokens tokens{request, world.region->id};
  const auto first = tokens.number();
  if (!first) return unexpected(first.error());
  Id<Feeder> feeder;
  if (!request.feeder().empty()) {
    const auto found = find_feeder(world.region->network, request.feeder(), "feeder");
    if (!found) return unexpected(found.error());
    feeder = *found;
  }
  v1::ListSectionFeedingResponse response;
  std::uint64_t usage_points = 0;
  std::uint64_t customers = 0;
  std::uint64_t matching = 0;
  for (const SectionFeeding& section : world.section_feeding()) {
    if (!request.all_sections() && !section.otherwise()) continue;
    if (feeder.valid() && section.normal.feeder != feeder && section.present.feeder != feeder)
      continue;
    usage_points += section.usage_points;
    customers += section.customers;
    const std::uint64_t number = matching++;
    if (number < *first) continue;
    if (static_cast<std::size_t>(response.sections_size()) < *size) {
      *response.add_sections() = section_view(world, section);
    } else if (response.next_page_token().empty()) {
      response.set_next_page_token(tokens.token(number));
    }
  }
  response.set_total_size(static_cast<std::uint32_t>(matching));
  response.set_usage_points(usage_points);
  response.set_customers(customers);
  response.set_switches_operated(static_cast<std::uint32_t>(world.switches().departures().size()));
  response.set_revision(world.revision);
  for (const DoubtedSwitch& doubt : world.doubted)
    *response.add_doubted() = to_proto(doubt, world.region->network);
  return response;
}

}  // namespace gridmend
