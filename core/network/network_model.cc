#include "core/network/network_model.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <numeric>
#include <span>
#include <string>
#include <utility>
// Boost 1.74 in C++20 needs <utility> first.
#include <boost/graph/compressed_sparse_row_graph.hpp>

#include "core/base/hash.h"

namespace gridmend {
namespace {

constexpr std::array<std::string_view, kDeviceKinds> kDeviceKindNames = {
    "ac_line_segment",   "service_drop",  "breaker",
    "recloser",          "sectionaliser", "fuse",
    "load_break_switch", "disconnector",  "power_transformer",
    "voltage_regulator", "jumper"};

constexpr std::array<std::string_view, kUsagePointCategories> kCategoryNames = {
    "residential", "life_support", "elderly_alone",  "hospital", "pump_station",
    "water_works", "shelter",      "school",         "telecom",  "emergency_service",
    "commercial",  "industrial",   "street_lighting"};

template <class Enum, std::size_t N>
std::optional<Enum> find_name(const std::array<std::string_view, N>& names, std::string_view text) {
  const auto it = std::ranges::find(names, text);
  if (it == names.end()) return std::nullopt;
  return static_cast<Enum>(it - names.begin());
}

using CsrGraph =
    boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, Incidence,
                                       boost::no_property, std::uint32_t, std::uint32_t>;

// Asks whether what one record refers to exists; `none` is allowed where a record may have none.
class References {
 public:
  explicit References(const NetworkRecords& records) : r_(records) {}

  bool text(TextId id) const { return !id.valid() || id.index < r_.texts.size(); }
  bool node(Id<ConnectivityNode> id) const { return id.index < r_.nodes.size(); }
  template <class Record, class Value>
  static bool optional(Id<Record> id, const Table<Record, Value>& table) {
    return !id.valid() || id.index < table.size();
  }

  bool good(const Substation& s) const { return text(s.mrid) && text(s.name); }
  bool good(const ConnectivityNode& n) const { return text(n.mrid); }
  bool good(TextId group) const { return text(group); }
  bool good(const Feeder& f) const {
    return text(f.mrid) && text(f.name) && optional(f.substation, r_.substations) &&
           optional(f.source_node, r_.nodes);
  }
  bool good(const Device& d) const {
    return text(d.mrid) && node(d.from) && node(d.to) && optional(d.feeder, r_.feeders) &&
           d.vertices_begin <= d.vertices_end && d.vertices_end <= r_.vertices.size() &&
           static_cast<int>(d.kind) < kDeviceKinds;
  }
  bool good(const UsagePoint& u) const {
    return text(u.mrid) && text(u.address) && node(u.node) && optional(u.transformer, r_.devices) &&
           optional(u.communication_group, r_.communication_groups) &&
           static_cast<int>(u.category) < kUsagePointCategories;
  }

 private:
  const NetworkRecords& r_;
};

template <class Record, class Value>
Result<void> check_table(const References& references, const Table<Record, Value>& table,
                         std::string_view what) {
  for (const Id<Record> id : table.ids()) {
    if (!references.good(table[id])) {
      return refuse(ErrorCode::invalid_argument, "NETWORK_RECORDS_INVALID",
                    std::string{what} + " " + std::to_string(id.index) +
                        " refers to a record that does not exist or has a kind of no meaning");
    }
  }
  return {};
}

Result<void> check_references(const NetworkRecords& r) {
  if (!r.texts.well_formed()) {
    return refuse(ErrorCode::invalid_argument, "NETWORK_RECORDS_INVALID",
                  "the texts lie outside their block of letters");
  }
  const References references{r};
  return check_table(references, r.substations, "substation")
      .and_then([&] { return check_table(references, r.feeders, "feeder"); })
      .and_then([&] { return check_table(references, r.nodes, "connectivity node"); })
      .and_then([&] { return check_table(references, r.devices, "device"); })
      .and_then([&] { return check_table(references, r.usage_points, "usage point"); })
      .and_then(
          [&] { return check_table(references, r.communication_groups, "communication group"); });
}

// Which record has an mRID, the first of several: an open table of ids at most half full, eight to
// sixteen bytes a record, no copies of texts.
template <class Record>
class MridTable {
 public:
  void fill(const Table<Record>& table, const TextPool& texts) {
    std::size_t slots = 2;
    while (slots < 2 * table.size()) slots *= 2;
    slots_.assign(slots, {});
    for (const Id<Record> id : table.ids()) {
      Id<Record>& slot = slots_[slot_of(texts[table[id].mrid], table, texts)];
      if (!slot.valid()) slot = id;
    }
  }
  std::optional<Id<Record>> find(std::string_view mrid, const Table<Record>& table,
                                 const TextPool& texts) const {
    const Id<Record> id = slots_[slot_of(mrid, table, texts)];
    if (!id.valid()) return std::nullopt;
    return id;
  }

 private:
  // Where it is, or the free slot where it belongs.
  std::size_t slot_of(std::string_view mrid, const Table<Record>& table,
                      const TextPool& texts) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = checksum64(std::as_bytes(std::span<const char>(mrid))) & mask;
    while (slots_[slot].valid() && texts[table[slots_[slot]].mrid] != mrid)
      slot = (slot + 1) & mask;
    return slot;
  }

  std::vector<Id<Record>> slots_;
};

}  // namespace

std::string_view to_string(DeviceKind kind) {
  return kDeviceKindNames.at(static_cast<std::size_t>(kind));
}

std::optional<DeviceKind> parse_device_kind(std::string_view text) {
  return find_name<DeviceKind>(kDeviceKindNames, text);
}

bool is_switch(DeviceKind kind) {
  return is_protective(kind) || kind == DeviceKind::load_break_switch ||
         kind == DeviceKind::disconnector;
}

bool is_protective(DeviceKind kind) {
  return kind == DeviceKind::breaker || kind == DeviceKind::recloser ||
         kind == DeviceKind::sectionaliser || kind == DeviceKind::fuse;
}

std::string_view to_string(UsagePointCategory category) {
  return kCategoryNames.at(static_cast<std::size_t>(category));
}

std::optional<UsagePointCategory> parse_usage_point_category(std::string_view text) {
  return find_name<UsagePointCategory>(kCategoryNames, text);
}

struct NetworkModel::Graph {
  CsrGraph topology;
  std::vector<std::uint32_t> usage_points_begin;  // by connectivity node, one more than there are
  std::vector<Id<UsagePoint>> usage_points;
};

struct NetworkModel::MridIndex {
  mutable std::once_flag feeders_once, devices_once, usage_points_once;
  mutable MridTable<Feeder> feeders;
  mutable MridTable<Device> devices;
  mutable MridTable<UsagePoint> usage_points;
};

Result<NetworkModel> NetworkModel::from_records(NetworkRecords records) {
  if (auto checked = check_references(records); !checked) return unexpected(checked.error());
  auto graph = std::make_shared<Graph>();

  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;
  std::vector<Incidence> incidences;
  edges.reserve(records.devices.size() * 2);
  incidences.reserve(records.devices.size() * 2);
  for (const Id<Device> id : records.devices.ids()) {
    const Device& device = records.devices[id];
    edges.emplace_back(device.from.index, device.to.index);
    incidences.push_back({id, device.to});
    edges.emplace_back(device.to.index, device.from.index);
    incidences.push_back({id, device.from});
  }
  // Boost's counting sort is stable, so each vertex keeps its devices in order of id.
  graph->topology = CsrGraph(boost::edges_are_unsorted_multi_pass, edges.begin(), edges.end(),
                             incidences.begin(), static_cast<std::uint32_t>(records.nodes.size()));

  auto& begin = graph->usage_points_begin;
  begin.assign(records.nodes.size() + 1, 0);
  for (const UsagePoint& u : records.usage_points) ++begin[u.node.index + 1];
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
  graph->usage_points.resize(records.usage_points.size());
  std::vector<std::uint32_t> next(begin.begin(), begin.end() - 1);
  for (const Id<UsagePoint> id : records.usage_points.ids()) {
    graph->usage_points[next[records.usage_points[id].node.index]++] = id;
  }
  return NetworkModel{std::make_shared<const NetworkRecords>(std::move(records)), std::move(graph),
                      std::make_shared<MridIndex>()};
}

std::optional<Id<Feeder>> NetworkModel::find_feeder(std::string_view mrid) const {
  std::call_once(index_->feeders_once,
                 [this] { index_->feeders.fill(feeders(), records_->texts); });
  return index_->feeders.find(mrid, feeders(), records_->texts);
}

std::optional<Id<Device>> NetworkModel::find_device(std::string_view mrid) const {
  std::call_once(index_->devices_once,
                 [this] { index_->devices.fill(devices(), records_->texts); });
  return index_->devices.find(mrid, devices(), records_->texts);
}

std::optional<Id<UsagePoint>> NetworkModel::find_usage_point(std::string_view mrid) const {
  std::call_once(index_->usage_points_once,
                 [this] { index_->usage_points.fill(usage_points(), records_->texts); });
  return index_->usage_points.find(mrid, usage_points(), records_->texts);
}

std::span<const Position> NetworkModel::polyline(Id<Device> id) const {
  const Device& device = devices()[id];
  return records_->vertices.values().subspan(device.vertices_begin,
                                             device.vertices_end - device.vertices_begin);
}

std::span<const Incidence> NetworkModel::incident(Id<ConnectivityNode> node) const {
  GRIDMEND_CHECK(node.index < nodes().size(), "connectivity node is of this network");
  const auto [first, last] = boost::out_edges(node.index, graph_->topology);
  if (first == last) return {};
  // Edge properties of one vertex are stored one after another.
  return {&graph_->topology[*first], boost::out_degree(node.index, graph_->topology)};
}

std::span<const Id<UsagePoint>> NetworkModel::usage_points_at(Id<ConnectivityNode> node) const {
  GRIDMEND_CHECK(node.index < nodes().size(), "connectivity node is of this network");
  const std::uint32_t begin = graph_->usage_points_begin[node.index];
  const std::uint32_t end = graph_->usage_points_begin[node.index + 1];
  return std::span{graph_->usage_points}.subspan(begin, end - begin);
}

}  // namespace gridmend
