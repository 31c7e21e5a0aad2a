#include "service/converters/network_converter.h"

#include "service/converters/enum_converter.h"
#include "service/converters/geography_converter.h"

namespace gridmend {

namespace {

constexpr std::size_t kEchoBytes = 80;

// Answers repeat what was asked for, but not a megabyte of it.
std::string echo(std::string_view mrid) {
  if (mrid.size() <= kEchoBytes) return std::string{mrid};
  return "an id of " + std::to_string(mrid.size()) + " bytes";
}

template <class Record>
Result<Id<Record>> found_or_refused(std::optional<Id<Record>> found, std::string_view mrid,
                                    std::string_view what, std::string reason, std::string field) {
  if (mrid.empty()) {
    return refuse(ErrorCode::invalid_argument, "ID_MISSING",
                  std::string{what} + " must be named by its id", std::move(field));
  }
  if (found) return *found;
  return refuse(ErrorCode::not_found, std::move(reason),
                "the network has no " + std::string{what} + " '" + echo(mrid) + "'",
                std::move(field));
}

}  // namespace

Result<Id<UsagePoint>> find_usage_point(const NetworkModel& network, std::string_view mrid,
                                        std::string field) {
  return found_or_refused(network.find_usage_point(mrid), mrid, "usage point",
                          "USAGE_POINT_UNKNOWN", std::move(field));
}

Result<Id<Device>> find_device(const NetworkModel& network, std::string_view mrid,
                               std::string field) {
  return found_or_refused(network.find_device(mrid), mrid, "device", "DEVICE_UNKNOWN",
                          std::move(field));
}

Result<Id<Feeder>> find_feeder(const NetworkModel& network, std::string_view mrid,
                               std::string field) {
  return found_or_refused(network.find_feeder(mrid), mrid, "feeder", "FEEDER_UNKNOWN",
                          std::move(field));
}

v1::UsagePoint to_proto(Id<UsagePoint> id, const NetworkModel& network) {
  const UsagePoint& record = network.usage_points()[id];
  v1::UsagePoint message;
  message.set_id(std::string{network.text(record.mrid)});
  message.set_address(std::string{network.text(record.address)});
  *message.mutable_position() = to_proto(record.position);
  message.set_category(to_proto(record.category));
  message.set_customers(record.customers);
  message.set_phases(phases_text(record.phases));
  if (record.transformer.valid()) {
    message.set_transformer(std::string{network.mrid(record.transformer)});
  }
  if (record.communication_group.valid()) {
    message.set_communication_group(
        std::string{network.text(network.communication_groups()[record.communication_group])});
  }
  return message;
}

v1::Device to_proto(Id<Device> id, const NetworkModel& network) {
  const Device& record = network.devices()[id];
  v1::Device message;
  message.set_id(std::string{network.text(record.mrid)});
  message.set_kind(to_proto(record.kind));
  *message.mutable_position() = to_proto(record.position);
  const auto line = network.polyline(id);
  if (!line.empty()) *message.mutable_line() = to_proto(line);
  if (record.feeder.valid()) message.set_feeder(std::string{network.mrid(record.feeder)});
  message.set_phases(phases_text(record.phases));
  message.set_nominal_kv(record.nominal_kv);
  message.set_rated_kva(record.rated_kva);
  message.set_length_m(record.length_m);
  message.set_normally_open(record.normally_open != 0);
  message.set_underground(record.underground != 0);
  message.set_from_node(std::string{network.mrid(record.from)});
  message.set_to_node(std::string{network.mrid(record.to)});
  return message;
}

v1::TracedDevice to_traced_device(Id<Device> id, const NetworkModel& network,
                                  PhaseSet open_phases) {
  const Device& record = network.devices()[id];
  v1::TracedDevice message;
  message.set_id(std::string{network.text(record.mrid)});
  message.set_kind(to_proto(record.kind));
  *message.mutable_position() = to_proto(record.position);
  message.set_open_phases(phases_text(open_phases));
  return message;
}

v1::Feeder to_proto(Id<Feeder> id, const NetworkModel& network) {
  const Feeder& record = network.feeders()[id];
  v1::Feeder message;
  message.set_id(std::string{network.text(record.mrid)});
  message.set_name(std::string{network.text(record.name)});
  if (record.substation.valid())
    message.set_substation(std::string{network.mrid(record.substation)});
  message.set_nominal_kv(record.nominal_kv);
  if (record.source_node.valid()) {
    *message.mutable_source_position() = to_proto(network.nodes()[record.source_node].position);
  }
  return message;
}

std::string phases_text(PhaseSet phases) {
  return phases.any() ? to_string(phases) : std::string{};
}

}  // namespace gridmend
