#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "core/base/error.h"
#include "core/base/table.h"
#include "core/network/records.h"

namespace gridmend {

struct Vertex;  // tag: a vertex of a device's polyline

// The tables of a network, as a builder or a region file hands them over.
struct NetworkRecords {
  Table<Substation> substations;
  Table<Feeder> feeders;
  Table<ConnectivityNode> nodes;
  Table<Device> devices;
  Table<UsagePoint> usage_points;
  Table<CommunicationGroup, TextId> communication_groups;  // mRIDs
  Table<Vertex, Position> vertices;
  TextPool texts;
};

// One terminal's view of a device: the device and the connectivity node at its other end.
struct Incidence {
  Id<Device> device;
  Id<ConnectivityNode> opposite;
};

// The network as built: immutable, cheap to copy, safe to share between threads. Topology is a
// Boost.Graph compressed sparse row graph whose vertices are connectivity nodes and whose edges are
// devices, normally open ones included; what is open now is SwitchState's business.
class NetworkModel {
 public:
  // Refuses records that refer outside their tables (a reader's bug or a damaged file).
  // Duplicate and empty mRIDs are allowed here; find_* answers the first. O(n).
  static Result<NetworkModel> from_records(NetworkRecords records);

  const Table<Substation>& substations() const { return records_->substations; }
  const Table<Feeder>& feeders() const { return records_->feeders; }
  const Table<ConnectivityNode>& nodes() const { return records_->nodes; }
  const Table<Device>& devices() const { return records_->devices; }
  const Table<UsagePoint>& usage_points() const { return records_->usage_points; }
  const Table<CommunicationGroup, TextId>& communication_groups() const {
    return records_->communication_groups;
  }
  const NetworkRecords& records() const { return *records_; }

  std::string_view text(TextId id) const { return records_->texts[id]; }
  std::string_view mrid(Id<Substation> id) const { return text(substations()[id].mrid); }
  std::string_view mrid(Id<Feeder> id) const { return text(feeders()[id].mrid); }
  std::string_view mrid(Id<ConnectivityNode> id) const { return text(nodes()[id].mrid); }
  std::string_view mrid(Id<Device> id) const { return text(devices()[id].mrid); }
  std::string_view mrid(Id<UsagePoint> id) const { return text(usage_points()[id].mrid); }

  // By text id; O(log n) in an index built on first use (thread-safe).
  std::optional<Id<Feeder>> find_feeder(std::string_view mrid) const;
  std::optional<Id<Device>> find_device(std::string_view mrid) const;
  std::optional<Id<UsagePoint>> find_usage_point(std::string_view mrid) const;

  std::span<const Position> polyline(Id<Device> id) const;

  // Devices with a terminal at this connectivity node, in order of device id. A device with both
  // terminals on one node appears twice.
  std::span<const Incidence> incident(Id<ConnectivityNode> node) const;
  // Usage points at this connectivity node, in order of id.
  std::span<const Id<UsagePoint>> usage_points_at(Id<ConnectivityNode> node) const;

 private:
  struct Graph;
  struct MridIndex;
  NetworkModel(std::shared_ptr<const NetworkRecords> records, std::shared_ptr<const Graph> graph,
               std::shared_ptr<const MridIndex> index)
      : records_(std::move(records)), graph_(std::move(graph)), index_(std::move(index)) {}

  std::shared_ptr<const NetworkRecords> records_;
  std::shared_ptr<const Graph> graph_;
  std::shared_ptr<const MridIndex> index_;
};

}  // namespace gridmend
