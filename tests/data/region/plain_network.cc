#include "tests/data/region/plain_network.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "core/base/check.h"

namespace gridmend {
namespace {

constexpr double kStep_deg = .001;

template <class Item>
Item& find_in(std::vector<Item>& items, const std::string& mrid) {
  const auto it = std::ranges::find(items, mrid, &Item::mrid);
  GRIDMEND_CHECK(it != items.end(), "the network has what the test names");
  return *it;
}

// Positions in a shuffled or the given order, and where each name went.
template <class Item>
std::vector<std::size_t> order_of(const std::vector<Item>& items, Random* random) {
  std::vector<std::size_t> order(items.size());
  std::iota(order.begin(), order.end(), 0);
  if (random == nullptr) return order;
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random->below(i)]);
  return order;
}

template <class Record>
using Names = std::map<std::string, Id<Record>>;

template <class Record>
Id<Record> id_of(const Names<Record>& names, const std::string& name) {
  if (name.empty()) return {};
  const auto it = names.find(name);
  GRIDMEND_CHECK(it != names.end(), "what is referred to is there");
  return it->second;
}

// Makes the tables, references last.
class Maker {
 public:
  Maker(const PlainNetwork& plain, Random* order) : plain_(plain), order_(order) {}

  NetworkModel make() {
    add_substations();
    add_nodes();
    add_feeders();
    add_devices();
    add_usage_points();
    records_.texts = std::move(texts_).finish();
    auto model = NetworkModel::from_records(std::move(records_));
    GRIDMEND_CHECK(model.has_value(), "the network refers to what is there");
    return std::move(*model);
  }

 private:
  void add_substations() {
    std::vector<Substation> table;
    for (const std::string& name : plain_.substations) {
      substations_.emplace(name, Id<Substation>{table.size()});
      table.push_back({{120, 30}, texts_.add(name), texts_.add("substation " + name)});
    }
    records_.substations = Table<Substation>{std::move(table)};
  }
  void add_nodes() {
    std::vector<ConnectivityNode> table;
    for (const std::size_t i : order_of(plain_.nodes, order_)) {
      const PlainNetwork::Node& node = plain_.nodes[i];
      nodes_.emplace(node.mrid, Id<ConnectivityNode>{table.size()});
      table.push_back({node.position, texts_.add(node.mrid)});
    }
    records_.nodes = Table<ConnectivityNode>{std::move(table)};
  }
  void add_feeders() {
    std::vector<Feeder> table;
    for (const std::size_t i : order_of(plain_.feeders, order_)) {
      const PlainNetwork::Feeder& feeder = plain_.feeders[i];
      feeders_.emplace(feeder.mrid, Id<Feeder>{table.size()});
      table.push_back({texts_.add(feeder.mrid), texts_.add(feeder.name),
                       id_of(substations_, feeder.substation), id_of(nodes_, feeder.source_node),
                       10});
    }
    records_.feeders = Table<Feeder>{std::move(table)};
  }
  void add_devices() {
    std::vector<Device> table;
    std::vector<Position> vertices;
    for (const std::size_t i : order_of(plain_.devices, order_)) {
      const PlainNetwork::Device& device = plain_.devices[i];
      devices_.emplace(device.mrid, Id<Device>{table.size()});
      Device& made = table.emplace_back();
      made.position = device.position;
      made.mrid = texts_.add(device.mrid);
      made.from = id_of(nodes_, device.from);
      made.to = id_of(nodes_, device.to);
      made.feeder = id_of(feeders_, device.feeder);
      made.vertices_begin = static_cast<std::uint32_t>(vertices.size());
      vertices.insert(vertices.end(), device.line.begin(), device.line.end());
      made.vertices_end = static_cast<std::uint32_t>(vertices.size());
      made.length_m = device.length_m;
      made.rated_kva = device.rated_kva;
      made.kind = device.kind;
      made.phases = device.phases;
      made.normally_open = device.normally_open ? 1 : 0;
    }
    records_.devices = Table<Device>{std::move(table)};
    records_.vertices = Table<Vertex, Position>{std::move(vertices)};
  }
  void add_usage_points() {
    std::vector<UsagePoint> table;
    std::vector<TextId> groups;
    std::map<std::string, Id<CommunicationGroup>> group_ids;
    for (const std::size_t i : order_of(plain_.usage_points, order_)) {
      const PlainNetwork::UsagePoint& point = plain_.usage_points[i];
      UsagePoint& made = table.emplace_back();
      made.position = point.position;
      made.mrid = texts_.add(point.mrid);
      made.address = texts_.add(point.address);
      made.node = id_of(nodes_, point.node);
      made.transformer = id_of(devices_, point.transformer);
      if (!point.group.empty()) {
        const auto [place, fresh] =
            group_ids.try_emplace(point.group, Id<CommunicationGroup>{groups.size()});
        if (fresh) groups.push_back(texts_.add(point.group));
        made.communication_group = place->second;
      }
      made.customers = point.customers;
      made.category = point.category;
    }
    records_.usage_points = Table<UsagePoint>{std::move(table)};
    records_.communication_groups = Table<CommunicationGroup, TextId>{std::move(groups)};
  }

  const PlainNetwork& plain_;
  Random* order_;
  NetworkRecords records_;
  TextPoolBuilder texts_;
  Names<Substation> substations_;
  Names<ConnectivityNode> nodes_;
  Names<Feeder> feeders_;
  Names<Device> devices_;
};

RoadGraph one_street() {
  RoadRecords roads;
  roads.vertices = Table<RoadVertex>{std::vector<RoadVertex>{{{120, 30}}, {{120.02, 30}}}};
  RoadEdge there;
  there.from = Id<RoadVertex>{0};
  there.to = Id<RoadVertex>{1};
  there.shape_end = 2;
  there.length_m = 1926;
  there.speed_kmh = 30;
  RoadEdge back = there;
  std::swap(back.from, back.to);
  back.against_shape = 1;
  roads.edges = Table<RoadEdge>{std::vector<RoadEdge>{there, back}};
  roads.shapes = Table<RoadShapePoint, Position>{std::vector<Position>{{120, 30}, {120.02, 30}}};
  TextPoolBuilder texts;
  there.name = back.name = texts.add("Main Street");
  roads.texts = std::move(texts).finish();
  roads.origin = RoadOrigin::synthetic;
  auto graph = RoadGraph::from_records(std::move(roads));
  GRIDMEND_CHECK(graph.has_value(), "a street is a road graph");
  return std::move(*graph);
}

}  // namespace

PlainNetwork::Device& PlainNetwork::device(const std::string& mrid) {
  return find_in(devices, mrid);
}
PlainNetwork::UsagePoint& PlainNetwork::usage_point(const std::string& mrid) {
  return find_in(usage_points, mrid);
}
PlainNetwork::Node& PlainNetwork::node(const std::string& mrid) { return find_in(nodes, mrid); }

void PlainNetwork::erase_device(const std::string& mrid) {
  std::erase_if(devices, [&](const Device& device) { return device.mrid == mrid; });
}
void PlainNetwork::erase_node(const std::string& mrid) {
  std::erase_if(nodes, [&](const Node& node) { return node.mrid == mrid; });
}
void PlainNetwork::erase_usage_point(const std::string& mrid) {
  std::erase_if(usage_points, [&](const UsagePoint& point) { return point.mrid == mrid; });
}

void PlainNetwork::add_branch(const std::string& stem, const std::string& at, int count,
                              Position position) {
  const std::string feeder = stem.substr(0, stem.find('.'));
  nodes.push_back({"f" + stem, position});
  nodes.push_back({"t" + stem, position});
  Device fuse;
  fuse.mrid = "F" + stem;
  fuse.kind = DeviceKind::fuse;
  fuse.from = at;
  fuse.to = "f" + stem;
  fuse.feeder = "K" + feeder;
  fuse.position = position;
  devices.push_back(fuse);
  Device transformer = fuse;
  transformer.mrid = "T" + stem;
  transformer.kind = DeviceKind::power_transformer;
  transformer.from = "f" + stem;
  transformer.to = "t" + stem;
  transformer.rated_kva = 400;
  devices.push_back(transformer);
  for (int i = 0; i < count; ++i) {
    UsagePoint point;
    point.mrid = "u" + stem + "." + std::to_string(i);
    point.address = "House " + point.mrid;
    point.node = "t" + stem;
    point.transformer = "T" + stem;
    point.group = i % 2 == 0 ? "G" + stem : "";
    point.position = {position.longitude_deg, position.latitude_deg - kStep_deg / 10 * (i + 1)};
    usage_points.push_back(point);
  }
}

void PlainNetwork::erase_branch(const std::string& stem) {
  for (const char* kind : {"F", "T"}) erase_device(kind + stem);
  for (const char* kind : {"f", "t"}) erase_node(kind + stem);
  std::erase_if(usage_points, [&](const UsagePoint& p) { return p.node == "t" + stem; });
}

Region PlainNetwork::to_region(Random* order) const {
  const NetworkModel network = Maker{*this, order}.make();
  const RoadGraph graph = roads ? one_street() : RoadGraph{};
  return {network, graph, {}, {}, content_id(network.records(), graph.records())};
}

PlainNetwork plain_network(int feeders, int branches, int usage_points) {
  PlainNetwork plain;
  plain.substations = {"SS"};
  const auto end = [&](int k) {
    return "b" + std::to_string(k) + "." + std::to_string(branches - 1);
  };
  for (int k = 0; k < feeders; ++k) {
    const std::string number = std::to_string(k);
    const double latitude = 30 - 10 * kStep_deg * k;
    plain.nodes.push_back({"s" + number, {120, latitude}});
    plain.feeders.push_back({"K" + number, "Feeder " + number, "SS", "s" + number});
    PlainNetwork::Device device;
    device.feeder = "K" + number;
    device.mrid = "B" + number;
    device.kind = DeviceKind::breaker;
    device.from = "s" + number;
    device.to = "b" + number + ".0";
    device.position = {120, latitude};
    plain.devices.push_back(device);
    for (int i = 0; i < branches; ++i) {
      const std::string stem = number + "." + std::to_string(i);
      const Position at{120 + kStep_deg * (i + 1), latitude};
      plain.nodes.push_back({"b" + stem, at});
      if (i > 0) {
        device.mrid = "L" + number + "." + std::to_string(i - 1);
        device.kind = i == branches / 2 ? DeviceKind::recloser : DeviceKind::ac_line_segment;
        device.from = "b" + number + "." + std::to_string(i - 1);
        device.to = "b" + stem;
        device.position = at;
        device.length_m = 96;
        device.line = {{at.longitude_deg - kStep_deg, latitude}, at};
        plain.devices.push_back(device);
      }
      plain.add_branch(stem, "b" + stem, usage_points, {at.longitude_deg, latitude - kStep_deg});
    }
    device.length_m = 0;
    device.line.clear();
  }
  for (int k = 0; k + 1 < feeders; ++k) {
    PlainNetwork::Device tie;
    tie.mrid = "TIE" + std::to_string(k);
    tie.kind = DeviceKind::load_break_switch;
    tie.from = end(k);
    tie.to = end(k + 1);
    tie.position = plain.node(end(k)).position;
    tie.normally_open = true;
    plain.devices.push_back(tie);
  }
  return plain;
}

}  // namespace gridmend
