#include "data/ingest/region_export.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "data/ingest/export_layers.h"
#include "data/ingest/gis_writer.h"

namespace gridmend {
namespace {

using Type = GisColumnType;
using Geometry = GisGeometryType;

// In the order in which they are added and drawn from below.
enum Layer : std::size_t {
  kSubstations,
  kFeeders,
  kNodes,
  kRoads,
  kLines,
  kSwitches,
  kTransformers,
  kUsagePoints,
  kDefects,
};

class RegionExport {
 public:
  RegionExport(const Region& region, const SupplyForest& forest, const ExportPart& part,
               ExportLayers writer)
      : region_(region),
        network_(region.network),
        forest_(forest),
        part_(part),
        writer_(std::move(writer)) {}

  Result<ExportCounts> write() {
    choose();
    sum_customers();
    expect();
    for (const auto step :
         {&RegionExport::add_layers, &RegionExport::write_substations, &RegionExport::write_feeders,
          &RegionExport::write_nodes, &RegionExport::write_roads, &RegionExport::write_devices,
          &RegionExport::write_usage_points, &RegionExport::write_defects}) {
      if (auto done = (this->*step)(); !done) return unexpected(done.error());
    }
    if (auto closed = writer_.close(); !closed) return unexpected(closed.error());
    return counts_;
  }

 private:
  void choose();
  void choose_node(Id<ConnectivityNode> node);
  void sum_customers();
  void expect();
  Result<void> add_layers();
  Result<void> write_substations();
  Result<void> write_feeders();
  Result<void> write_nodes();
  Result<void> write_roads();
  Result<void> write_road(std::uint32_t stretch);
  Result<void> write_devices();
  Result<void> write_device(Id<Device> id);
  Result<void> write_usage_points();
  Result<void> write_defects();

  template <class Record>
  std::string_view mrid(Id<Record> id) const {
    return id.valid() ? network_.mrid(id) : std::string_view{};
  }
  std::string supplying_feeder(Id<Device> id) const;
  std::uint64_t customers_behind(Id<ConnectivityNode> node) const;
  Result<void> point(Layer layer, std::span<const GisValue> values, Position at) {
    const auto geometry =
        at == Position{} ? std::span<const Position>{} : std::span<const Position>{&at, 1};
    return writer_.write(layer, values, geometry);
  }

  const Region& region_;
  const NetworkModel& network_;
  const SupplyForest& forest_;
  const ExportPart& part_;
  ExportLayers writer_;
  ExportCounts counts_;
  IdVector<Device, std::uint8_t> device_chosen_;
  IdVector<UsagePoint, std::uint8_t> point_chosen_;
  IdVector<ConnectivityNode, std::uint8_t> node_chosen_;
  IdVector<Feeder, std::uint8_t> feeder_chosen_;
  IdVector<Substation, std::uint8_t> substation_chosen_;
  std::vector<std::uint64_t> customers_before_;  // by place in usage_points_in_tour_order()
  struct FeederSum {
    std::size_t usage_points = 0, customers = 0;
    double line_km = 0;
  };
  std::vector<FeederSum> feeder_sums_;
};

void RegionExport::choose_node(Id<ConnectivityNode> node) {
  if (!node.valid()) return;
  node_chosen_[node] = 1;
  if (const Id<Feeder> feeder = forest_.feeder(node); feeder.valid()) feeder_chosen_[feeder] = 1;
}

void RegionExport::choose() {
  const std::uint8_t all = part_.whole ? 1 : 0;
  device_chosen_ = IdVector<Device, std::uint8_t>(network_.devices().size(), all);
  point_chosen_ = IdVector<UsagePoint, std::uint8_t>(network_.usage_points().size(), all);
  node_chosen_ = IdVector<ConnectivityNode, std::uint8_t>(network_.nodes().size(), all);
  feeder_chosen_ = IdVector<Feeder, std::uint8_t>(network_.feeders().size(), all);
  substation_chosen_ = IdVector<Substation, std::uint8_t>(network_.substations().size(), all);
  if (part_.whole) return;
  for (const Id<Device> id : part_.devices) {
    const Device& device = network_.devices()[id];
    device_chosen_[id] = 1;
    choose_node(device.from);
    choose_node(device.to);
    if (device.feeder.valid()) feeder_chosen_[device.feeder] = 1;
  }
  for (const Id<UsagePoint> id : part_.usage_points) {
    point_chosen_[id] = 1;
    choose_node(network_.usage_points()[id].node);
  }
  for (const Id<Feeder> id : network_.feeders().ids()) {
    if (feeder_chosen_[id] == 0) continue;
    const Feeder& feeder = network_.feeders()[id];
    if (feeder.source_node.valid()) node_chosen_[feeder.source_node] = 1;
    if (feeder.substation.valid()) substation_chosen_[feeder.substation] = 1;
  }
}

void RegionExport::sum_customers() {
  const auto order = forest_.usage_points_in_tour_order();
  customers_before_.assign(order.size() + 1, 0);
  feeder_sums_.assign(network_.feeders().size(), {});
  for (std::size_t i = 0; i < order.size(); ++i) {
    const UsagePoint& point = network_.usage_points()[order[i]];
    customers_before_[i + 1] = customers_before_[i] + point.customers;
    const Id<Feeder> feeder = forest_.feeder(point.node);
    if (!feeder.valid()) continue;
    ++feeder_sums_[feeder.index].usage_points;
    feeder_sums_[feeder.index].customers += point.customers;
  }
  for (const Id<Device> id : network_.devices().ids()) {
    if (network_.devices()[id].kind != DeviceKind::ac_line_segment) continue;
    const Id<ConnectivityNode> behind = forest_.downstream_node(id);
    if (!behind.valid()) continue;
    feeder_sums_[forest_.feeder(behind).index].line_km +=
        static_cast<double>(network_.devices()[id].length_m) / 1000;
  }
}

void RegionExport::expect() {
  const auto chosen = [](const auto& flags) {
    std::int64_t count = 0;
    for (const std::uint8_t flag : flags.values()) count += flag;
    return count;
  };
  writer_.expect(chosen(device_chosen_) + chosen(point_chosen_) + chosen(node_chosen_));
  if (part_.whole) writer_.expect(region_.roads.stretches());
}

std::uint64_t RegionExport::customers_behind(Id<ConnectivityNode> node) const {
  const auto points = forest_.usage_points_behind(node);
  if (points.empty()) return 0;
  const auto first = points.data() - forest_.usage_points_in_tour_order().data();
  const auto begin = static_cast<std::size_t>(first);
  return customers_before_[begin + points.size()] - customers_before_[begin];
}

// Of an open switch both sides'.
std::string RegionExport::supplying_feeder(Id<Device> id) const {
  const Device& device = network_.devices()[id];
  const std::string_view from = mrid(forest_.feeder(device.from));
  const std::string_view to = mrid(forest_.feeder(device.to));
  if (from == to || to.empty()) return std::string{from};
  return from.empty() ? std::string{to} : std::string{from} + " | " + std::string{to};
}

std::vector<GisColumn> device_columns(std::initializer_list<GisColumn> own) {
  std::vector<GisColumn> columns = {{"mrid"},
                                    {"kind"},
                                    {"from_node"},
                                    {"to_node"},
                                    {"phases"},
                                    {"to_phases"},
                                    {"feeder"},
                                    {"nominal_kv", Type::real},
                                    {"length_m", Type::real},
                                    {"normally_open", Type::flag},
                                    {"normal_position"},
                                    {"supplying_feeder"},
                                    {"live_phases"},
                                    {"usage_points_behind", Type::integer},
                                    {"customers_behind", Type::integer}};
  columns.insert(columns.end(), own);
  return columns;
}

Result<void> RegionExport::add_layers() {
  const std::array<GisLayerDefinition, 9> layers = {{
      {"substations", Geometry::point, {{"mrid"}, {"name"}}},
      {"feeders",
       Geometry::point,
       {{"mrid"},
        {"name"},
        {"substation"},
        {"source_node"},
        {"nominal_kv", Type::real},
        {"usage_points", Type::integer},
        {"customers", Type::integer},
        {"line_km", Type::real}}},
      {"connectivity_nodes", Geometry::point, {{"mrid"}, {"supplying_feeder"}, {"live_phases"}}},
      {"roads",
       Geometry::line_string,
       {{"name"},
        {"class"},
        {"oneway"},
        {"speed_kmh", Type::real},
        {"structure"},
        {"layer", Type::integer},
        {"from_junction"},
        {"to_junction"}}},
      {"lines", Geometry::line_string, device_columns({{"underground", Type::flag}})},
      {"switches", Geometry::point, device_columns({{"live_part_height_m", Type::real}})},
      {"transformers", Geometry::point,
       device_columns({{"live_part_height_m", Type::real}, {"rated_kva", Type::real}})},
      {"usage_points",
       Geometry::point,
       {{"mrid"},
        {"node"},
        {"transformer"},
        {"phases"},
        {"category"},
        {"customers", Type::integer},
        {"address"},
        {"communication_group"},
        {"supplying_feeder"},
        {"supplied", Type::flag}}},
      {"defects",
       Geometry::point,
       {{"class"},
        {"severity"},
        {"message"},
        {"action"},
        {"file"},
        {"source_layer"},
        {"feature_id"},
        {"column"},
        {"device"},
        {"usage_point"},
        {"feeder"},
        {"customers", Type::integer}}},
  }};
  for (const GisLayerDefinition& layer : layers) {
    if (auto added = writer_.add(layer); !added) return added;
  }
  return writer_.begin();
}

Result<void> RegionExport::write_substations() {
  for (const Id<Substation> id : network_.substations().ids()) {
    if (substation_chosen_[id] == 0) continue;
    const Substation& record = network_.substations()[id];
    const GisValue values[] = {network_.mrid(id), network_.text(record.name)};
    if (auto done = point(kSubstations, values, record.position); !done) return done;
  }
  return {};
}

Result<void> RegionExport::write_feeders() {
  for (const Id<Feeder> id : network_.feeders().ids()) {
    if (feeder_chosen_[id] == 0) continue;
    const Feeder& record = network_.feeders()[id];
    const FeederSum& sum = feeder_sums_[id.index];
    const GisValue values[] = {network_.mrid(id),
                               network_.text(record.name),
                               mrid(record.substation),
                               mrid(record.source_node),
                               static_cast<double>(record.nominal_kv),
                               static_cast<std::int64_t>(sum.usage_points),
                               static_cast<std::int64_t>(sum.customers),
                               sum.line_km};
    const Position at =
        record.source_node.valid() ? network_.nodes()[record.source_node].position : Position{};
    if (auto done = point(kFeeders, values, at); !done) return done;
    ++counts_.feeders;
  }
  return {};
}

Result<void> RegionExport::write_nodes() {
  for (const Id<ConnectivityNode> id : network_.nodes().ids()) {
    if (node_chosen_[id] == 0) continue;
    const std::string live = to_string(forest_.phases(id));
    const GisValue values[] = {network_.mrid(id), mrid(forest_.feeder(id)), std::string_view{live}};
    if (auto done = point(kNodes, values, network_.nodes()[id].position); !done) return done;
    ++counts_.nodes;
  }
  return {};
}

constexpr std::string_view structure_text(RoadStructure structure) {
  constexpr std::array<std::string_view, 4> kNames = {"at_grade", "bridge", "tunnel", "ford"};
  return kNames.at(static_cast<std::size_t>(structure));
}

Result<void> RegionExport::write_road(std::uint32_t stretch) {
  const auto edges = region_.roads.edges_of_stretch(stretch);
  bool along = false, against = false;
  for (const Id<RoadEdge> id : edges) {
    (region_.roads.edges()[id].against_shape != 0 ? against : along) = true;
  }
  const RoadEdge& edge = region_.roads.edges()[edges.front()];
  std::vector<Position> line = region_.roads.polyline(edges.front());
  auto from = edge.from, to = edge.to;
  if (edge.against_shape != 0) {
    std::ranges::reverse(line);
    std::swap(from, to);
  }
  // Made from power lines: on foot, or by a track.
  const auto road_class = edge.road_class == RoadClass::access ? RoadClass::track : edge.road_class;
  const std::string from_text = std::to_string(from.index), to_text = std::to_string(to.index);
  const GisValue values[] = {region_.roads.name(edges.front()),
                             to_string(road_class),
                             std::string_view{along && against ? "no"
                                              : along          ? "yes"
                                                               : "-1"},
                             static_cast<double>(edge.speed_kmh),
                             structure_text(edge.structure),
                             std::int64_t{edge.layer},
                             std::string_view{from_text},
                             std::string_view{to_text}};
  ++counts_.roads;
  return writer_.write(kRoads, values, line);
}

Result<void> RegionExport::write_roads() {
  if (!part_.whole) return {};
  for (std::uint32_t stretch = 0; stretch < region_.roads.stretches(); ++stretch) {
    if (auto done = write_road(stretch); !done) return done;
  }
  return {};
}

Result<void> RegionExport::write_devices() {
  for (const Id<Device> id : network_.devices().ids()) {
    if (device_chosen_[id] == 0) continue;
    if (auto done = write_device(id); !done) return done;
  }
  return {};
}

Result<void> RegionExport::write_device(Id<Device> id) {
  const Device& d = network_.devices()[id];
  const bool is_transformer =
      d.kind == DeviceKind::power_transformer || d.kind == DeviceKind::voltage_regulator;
  const Layer layer = is_transformer ? kTransformers : is_switch(d.kind) ? kSwitches : kLines;
  const Id<ConnectivityNode> behind = forest_.downstream_node(id);
  const std::string phases = to_string(d.phases), to_phases = to_string(d.to_phases),
                    feeders = supplying_feeder(id),
                    live = to_string(behind.valid() ? forest_.phases(behind) : PhaseSet::none());
  const std::size_t points = behind.valid() ? forest_.usage_points_behind(behind).size() : 0;
  std::vector<GisValue> values = {
      network_.mrid(id),
      to_string(d.kind),
      mrid(d.from),
      mrid(d.to),
      std::string_view{phases},
      d.to_phases == PhaseSet::none() ? std::string_view{} : std::string_view{to_phases},
      mrid(d.feeder),
      static_cast<double>(d.nominal_kv),
      static_cast<double>(d.length_m),
      d.normally_open != 0,
      std::string_view{d.normally_open != 0 ? "open" : "closed"},
      std::string_view{feeders},
      std::string_view{live},
      static_cast<std::int64_t>(points),
      static_cast<std::int64_t>(behind.valid() ? customers_behind(behind) : 0)};
  if (layer != kLines) {
    values.emplace_back(static_cast<double>(d.live_part_height_m));
    if (layer == kTransformers) values.emplace_back(static_cast<double>(d.rated_kva));
    ++(layer == kSwitches ? counts_.switches : counts_.transformers);
    return point(layer, values, d.position);
  }
  ++counts_.lines;
  values.emplace_back(d.underground != 0);
  const auto line = network_.polyline(id);
  const std::array<Position, 2> straight = {network_.nodes()[d.from].position,
                                            network_.nodes()[d.to].position};
  return writer_.write(kLines, values,
                       line.size() < 2 ? std::span<const Position>{straight} : line);
}

Result<void> RegionExport::write_usage_points() {
  for (const Id<UsagePoint> id : network_.usage_points().ids()) {
    if (point_chosen_[id] == 0) continue;
    const UsagePoint& u = network_.usage_points()[id];
    const std::string phases = to_string(u.phases);
    const std::string_view group =
        u.communication_group.valid()
            ? network_.text(network_.communication_groups()[u.communication_group])
            : std::string_view{};
    const GisValue values[] = {network_.mrid(id),
                               mrid(u.node),
                               mrid(u.transformer),
                               std::string_view{phases},
                               to_string(u.category),
                               std::int64_t{u.customers},
                               network_.text(u.address),
                               group,
                               mrid(forest_.feeder(u.node)),
                               forest_.supplied(id)};
    if (auto done = point(kUsagePoints, values, u.position); !done) return done;
    ++counts_.usage_points;
  }
  return {};
}

Result<void> RegionExport::write_defects() {
  for (const Defect& defect : region_.defects) {
    const DefectSubject& s = defect.subject;
    const bool chosen = part_.whole || (s.device.valid() && device_chosen_[s.device] != 0) ||
                        (s.usage_point.valid() && point_chosen_[s.usage_point] != 0);
    if (!chosen) continue;
    const GisValue values[] = {to_string(defect.defect_class),
                               to_string(defect.severity),
                               std::string_view{defect.message},
                               std::string_view{defect.action},
                               std::string_view{defect.place.file},
                               std::string_view{defect.place.layer},
                               std::string_view{defect.place.feature_id},
                               std::string_view{defect.place.column},
                               mrid(s.device),
                               mrid(s.usage_point),
                               mrid(s.feeder),
                               std::int64_t{s.customers}};
    if (auto done = point(kDefects, values, defect.position.value_or(Position{})); !done) {
      return done;
    }
    ++counts_.defects;
  }
  return {};
}

}  // namespace

ExportPart part_of_feeder(const SupplyForest& forest, Id<Feeder> feeder) {
  const NetworkModel& network = forest.network();
  ExportPart part{.whole = false, .devices = {}, .usage_points = {}};
  for (const Id<Device> id : network.devices().ids()) {
    const Device& device = network.devices()[id];
    if (forest.feeder(device.from) == feeder || forest.feeder(device.to) == feeder) {
      part.devices.push_back(id);
    }
  }
  for (const Id<UsagePoint> id : network.usage_points().ids()) {
    if (forest.feeder(network.usage_points()[id].node) == feeder) part.usage_points.push_back(id);
  }
  return part;
}

Result<ExportCounts> export_region(const Region& region, const SupplyForest& forest,
                                   const ExportPart& part, const std::filesystem::path& path,
                                   const ReadingProgress& progress) {
  const std::string suffix = lower_case_suffix(path);
  const bool geojson = suffix == ".geojson";
  if (!geojson && suffix != ".gpkg") {
    return refuse_at({path.string(), {}, {}, {}}, ErrorCode::invalid_argument, "GIS_FORMAT_UNKNOWN",
                     "a region is exported to .gpkg or .geojson");
  }
  auto writer = GisWriter::create(path, {.spatial_index = true});
  if (!writer) return unexpected(writer.error());
  return RegionExport{region, forest, part, ExportLayers{std::move(*writer), geojson, progress}}
      .write();
}

}  // namespace gridmend
