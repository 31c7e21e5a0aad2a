#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <set>

#include "gridmend/v1/network.pb.h"
#include "service/converters/enum_converter.h"
#include "service/converters/field_path.h"
#include "service/converters/geography_converter.h"
#include "service/converters/network_converter.h"
#include "service/converters/outage_converter.h"
#include "service/converters/time_converter.h"
#include "service/handlers/calls.h"
#include "service/handlers/paging.h"
#include "service/handlers/section_feeding_view.h"
#include "service/handlers/views.h"

namespace gridmend {

namespace {

constexpr double kUsualRadius_m = 200;
constexpr double kMostRadius_m = 50'000;

std::uint64_t customers_of(const NetworkModel& network, std::span<const Id<UsagePoint>> points) {
  std::uint64_t customers = 0;
  for (const Id<UsagePoint> id : points) customers += network.usage_points()[id].customers;
  return customers;
}

v1::BoundingBox bounds_of(const NetworkModel& network) {
  v1::BoundingBox box;
  if (network.nodes().empty()) return box;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Position south_west{kInfinity, kInfinity};
  Position north_east{-kInfinity, -kInfinity};
  for (const ConnectivityNode& node : network.nodes()) {
    south_west.longitude_deg = std::min(south_west.longitude_deg, node.position.longitude_deg);
    south_west.latitude_deg = std::min(south_west.latitude_deg, node.position.latitude_deg);
    north_east.longitude_deg = std::max(north_east.longitude_deg, node.position.longitude_deg);
    north_east.latitude_deg = std::max(north_east.latitude_deg, node.position.latitude_deg);
  }
  box.set_west_deg(south_west.longitude_deg);
  box.set_south_deg(south_west.latitude_deg);
  box.set_east_deg(north_east.longitude_deg);
  box.set_north_deg(north_east.latitude_deg);
  return box;
}

v1::Region region_view(const World& world) {
  const Region& region = *world.region;
  const NetworkModel& network = region.network;
  v1::Region message;
  message.set_id(to_hex(region.id));
  message.set_name(region.provenance.name);
  for (const std::string& source : region.provenance.sources) message.add_sources(source);
  message.set_profile(region.provenance.profile);
  message.set_licence(region.provenance.licence);
  *message.mutable_bounds() = bounds_of(network);
  message.set_substations(static_cast<std::uint32_t>(network.substations().size()));
  message.set_feeders(static_cast<std::uint32_t>(network.feeders().size()));
  message.set_connectivity_nodes(static_cast<std::uint32_t>(network.nodes().size()));
  message.set_devices(static_cast<std::uint32_t>(network.devices().size()));
  message.set_usage_points(static_cast<std::uint32_t>(network.usage_points().size()));
  std::uint64_t customers = 0;
  for (const UsagePoint& point : network.usage_points()) customers += point.customers;
  message.set_customers(customers);
  if (!region.roads.empty()) {
    message.set_road_vertices(static_cast<std::uint32_t>(region.roads.vertices().size()));
    message.set_road_edges(static_cast<std::uint32_t>(region.roads.edges().size()));
  }
  message.set_defects(static_cast<std::uint32_t>(region.defects.size()));
  message.set_usage_points_unsupplied(
      static_cast<std::uint32_t>(world.normal_forest().unsupplied_usage_points().size()));
  message.set_format(region.format);
  message.set_since_revision(world.region_revision());
  if (!world.region_loads->empty())
    *message.mutable_since_time() = to_proto(world.region_loads->back().time);
  return message;
}

// Counted once a region.
class RegionViews {
 public:
  v1::Region of(const World& world) {
    const std::lock_guard lock(mutex_);
    // By revision and not by id: a region may come again.
    if (view_ == nullptr || view_->id() != to_hex(world.region->id) ||
        view_->since_revision() != world.region_revision()) {
      view_ = std::make_unique<const v1::Region>(region_view(world));
    }
    v1::Region message = *view_;
    message.set_revision(world.revision);
    return message;
  }

 private:
  std::mutex mutex_;
  std::unique_ptr<const v1::Region> view_;
};

const SupplyPicture& picture(const World& world, bool normal) {
  return normal ? *world.normal_supply : *world.supply;
}

Result<v1::ListFeedersResponse> list_feeders(const World& world,
                                             const v1::ListFeedersRequest& request) {
  const NetworkModel& network = world.region->network;
  auto size = page_size(request.page_size());
  if (!size) return unexpected(size.error());
  const PageTokens tokens{request, world.region->id};
  auto first = tokens.number();
  if (!first) return unexpected(first.error());
  v1::ListFeedersResponse response;
  const std::uint64_t count = network.feeders().size();
  std::uint64_t next = *first;
  for (; next < count && next < *first + *size; ++next) {
    const Id<Feeder> id{static_cast<std::size_t>(next)};
    v1::Feeder& feeder = *response.add_feeders();
    feeder = to_proto(id, network);
    const auto source = network.feeders()[id].source_node;
    if (!source.valid()) continue;
    const auto points = world.forest().usage_points_behind(source);
    feeder.set_usage_points(static_cast<std::uint32_t>(points.size()));
    feeder.set_customers(customers_of(network, points));
  }
  if (next < count) response.set_next_page_token(tokens.token(next));
  return response;
}

Result<v1::Device> get_device(const World& world, const v1::GetDeviceRequest& request) {
  const NetworkModel& network = world.region->network;
  auto id = find_device(network, request.id(), "id");
  if (!id) return unexpected(id.error());
  v1::Device message = to_proto(*id, network);
  message.set_open_phases(phases_text(world.switches().open_phases(*id)));
  const auto below = world.forest().downstream_node(*id);
  message.set_energised(below.valid());
  if (!below.valid()) return message;
  const auto feeder = world.forest().feeder(below);
  if (feeder.valid()) message.set_supplied_by(std::string{network.mrid(feeder)});
  const auto points = world.forest().usage_points_behind(below);
  message.set_usage_points_behind(static_cast<std::uint32_t>(points.size()));
  message.set_customers_behind(customers_of(network, points));
  return message;
}

// Puts one page of a trace into a response.
template <class Response>
Result<Response> trace_page(const World& world, const SwitchState& switches,
                            const std::vector<Id<Device>>& trace, int asked,
                            const PageTokens& tokens) {
  auto size = page_size(asked);
  if (!size) return unexpected(size.error());
  auto first = tokens.number();
  if (!first) return unexpected(first.error());
  Response response;
  std::uint64_t next = *first;
  for (; next < trace.size() && next < *first + *size; ++next) {
    const Id<Device> id = trace[static_cast<std::size_t>(next)];
    *response.add_devices() = to_traced_device(id, world.region->network, switches.open_phases(id));
  }
  if (next < trace.size()) response.set_next_page_token(tokens.token(next));
  return response;
}

// The node from which a trace up begins: behind a device, or where a usage point hangs.
Result<Id<ConnectivityNode>> trace_start(const World& world, const SupplyForest& forest,
                                         const v1::TraceUpstreamRequest& request) {
  const NetworkModel& network = world.region->network;
  if (request.start_case() == v1::TraceUpstreamRequest::kUsagePoint) {
    auto id = find_usage_point(network, request.usage_point(), "usage_point");
    if (!id) return unexpected(id.error());
    return network.usage_points()[*id].node;
  }
  auto id = find_device(network, request.device(), "device");
  if (!id) return unexpected(id.error());
  const auto below = forest.downstream_node(*id);
  if (below.valid()) return below;
  const Device& device = network.devices()[*id];
  return forest.supplied(device.from) ? device.from : device.to;
}

// What hangs together with a node without supply.
std::set<Id<ConnectivityNode>> island_of(const World& world, Id<ConnectivityNode> node) {
  std::set<Id<ConnectivityNode>> island{node};
  std::vector<Id<ConnectivityNode>> next{node};
  while (!next.empty()) {
    const Id<ConnectivityNode> at = next.back();
    next.pop_back();
    for (const auto [device, opposite] : world.region->network.incident(at)) {
      if (world.switches().conducts(device) && island.insert(opposite).second)
        next.push_back(opposite);
    }
  }
  return island;
}

// Doubted switches of the feeder that feeds `node`, or at the border of its island without supply.
template <class Message>
void add_doubted(const World& world, Id<ConnectivityNode> node, Message& message) {
  if (world.doubted.empty()) return;
  const SupplyForest& forest = world.forest();
  const NetworkModel& network = world.region->network;
  std::set<Id<ConnectivityNode>> island;
  if (!forest.supplied(node)) island = island_of(world, node);
  const auto is_near = [&](Id<ConnectivityNode> end) {
    return island.empty() ? forest.supplied(end) && forest.feeder(end) == forest.feeder(node)
                          : island.contains(end);
  };
  for (const DoubtedSwitch& doubt : world.doubted) {
    const Device& device = network.devices()[doubt.device];
    if (is_near(device.from) || is_near(device.to))
      *message.add_doubted() = to_proto(doubt, network);
  }
}

Result<v1::TraceUpstreamResponse> trace_up(const World& world,
                                           const v1::TraceUpstreamRequest& request) {
  const SupplyPicture& supply = picture(world, request.normal_state());
  auto start = trace_start(world, supply.forest(), request);
  if (!start) return unexpected(start.error());
  auto response = trace_page<v1::TraceUpstreamResponse>(
      world, supply.switches(), trace_upstream(supply.forest(), *start), request.page_size(),
      PageTokens{request, world.region->id});
  if (!response) return response;
  const auto feeder = supply.forest().feeder(*start);
  if (feeder.valid()) response->set_feeder(std::string{world.region->network.mrid(feeder)});
  if (!request.normal_state()) add_doubted(world, *start, *response);
  return response;
}

Result<v1::TraceDownstreamResponse> trace_down(const World& world,
                                               const v1::TraceDownstreamRequest& request) {
  const NetworkModel& network = world.region->network;
  auto id = find_device(network, request.device(), "device");
  if (!id) return unexpected(id.error());
  const SupplyPicture& supply = picture(world, request.normal_state());
  const auto below = supply.forest().downstream_node(*id);
  std::vector<Id<Device>> trace;
  if (below.valid()) trace = trace_downstream(supply.forest(), below);
  auto response = trace_page<v1::TraceDownstreamResponse>(
      world, supply.switches(), trace, request.page_size(), PageTokens{request, world.region->id});
  if (!response || !below.valid()) return response;
  const auto points = supply.forest().usage_points_behind(below);
  response->set_usage_points(static_cast<std::uint32_t>(points.size()));
  response->set_customers(customers_of(network, points));
  return response;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool contains_ignoring_case(std::string_view text, std::string_view lower_words) {
  return std::search(text.begin(), text.end(), lower_words.begin(), lower_words.end(),
                     [](char a, char b) { return lower(a) == b; }) != text.end();
}

// Which usage points a search means, and in which order.
class Search {
 public:
  static Result<Search> make(const World& world, const v1::SearchUsagePointsRequest& request) {
    Search search{world};
    if (request.text().empty() && request.behind_device().empty() && !request.has_near()) {
      return refuse(ErrorCode::invalid_argument, "CONDITION_MISSING",
                    "a search needs a text, a device or a position", "text");
    }
    if (auto sound = check_length(request.text(), 200, "text"); !sound) {
      return unexpected(sound.error());
    }
    search.text_ = request.text();
    search.lower_text_ = search.text_;
    std::transform(search.text_.begin(), search.text_.end(), search.lower_text_.begin(), lower);
    for (const int category : request.categories()) search.categories_.push_back(category);
    if (auto read = search.read_device(request); !read) return unexpected(read.error());
    if (auto read = search.read_near(request); !read) return unexpected(read.error());
    return search;
  }

  std::vector<Id<UsagePoint>> run() const {
    const NetworkModel& network = world_.region->network;
    std::vector<std::pair<double, Id<UsagePoint>>> found;
    const auto consider = [&](Id<UsagePoint> id) {
      const UsagePoint& point = network.usage_points()[id];
      if (!category_matches(point) || !text_matches(id, point)) return;
      const double distance = near_ ? distance_m(*near_, point.position) : 0;
      if (near_ && distance > radius_m_) return;
      found.emplace_back(distance, id);
    };
    if (below_) {
      for (const Id<UsagePoint> id : world_.forest().usage_points_behind(*below_)) consider(id);
    } else if (!nothing_) {
      for (const Id<UsagePoint> id : network.usage_points().ids()) consider(id);
    }
    std::sort(found.begin(), found.end());
    std::vector<Id<UsagePoint>> ids;
    ids.reserve(found.size());
    for (const auto& [distance, id] : found) ids.push_back(id);
    return ids;
  }

 private:
  explicit Search(const World& world) : world_(world) {}

  Result<void> read_device(const v1::SearchUsagePointsRequest& request) {
    if (request.behind_device().empty()) return {};
    auto id = find_device(world_.region->network, request.behind_device(), "behind_device");
    if (!id) return unexpected(id.error());
    const auto below = world_.forest().downstream_node(*id);
    if (below.valid()) {
      below_ = below;
    } else {
      nothing_ = true;
    }
    return {};
  }

  Result<void> read_near(const v1::SearchUsagePointsRequest& request) {
    if (!request.has_near()) return {};
    auto position = to_domain(request.near(), "near");
    if (!position) return unexpected(position.error());
    near_ = *position;
    const double radius = request.radius_m() == 0 ? kUsualRadius_m : request.radius_m();
    if (!(radius > 0 && radius <= kMostRadius_m)) {
      return refuse(ErrorCode::invalid_argument, "NUMBER_INVALID",
                    "a radius is above 0 and at most 50,000 m", "radius_m");
    }
    radius_m_ = radius;
    return {};
  }

  bool category_matches(const UsagePoint& point) const {
    return categories_.empty() || std::count(categories_.begin(), categories_.end(),
                                             static_cast<int>(to_proto(point.category))) != 0;
  }

  bool text_matches(Id<UsagePoint> id, const UsagePoint& point) const {
    const NetworkModel& network = world_.region->network;
    return text_.empty() || network.mrid(id) == text_ ||
           contains_ignoring_case(network.text(point.address), lower_text_);
  }

  const World& world_;
  std::string text_;
  std::string lower_text_;
  std::vector<int> categories_;
  std::optional<Id<ConnectivityNode>> below_;
  bool nothing_ = false;  // the device asked for supplies nothing now
  std::optional<Position> near_;
  double radius_m_ = kUsualRadius_m;
};

Result<v1::SearchUsagePointsResponse> search_usage_points(
    const World& world, const v1::SearchUsagePointsRequest& request) {
  auto size = page_size(request.page_size());
  if (!size) return unexpected(size.error());
  const PageTokens tokens{request, world.region->id};
  auto first = tokens.number();
  if (!first) return unexpected(first.error());
  auto search = Search::make(world, request);
  if (!search) return unexpected(search.error());
  const auto found = search->run();
  v1::SearchUsagePointsResponse response;
  std::uint64_t next = *first;
  for (; next < found.size() && next < *first + *size; ++next) {
    *response.add_usage_points() =
        to_proto(found[static_cast<std::size_t>(next)], world.region->network);
  }
  if (next < found.size()) response.set_next_page_token(tokens.token(next));
  return response;
}

v1::SuspectedLink link_view(const SuspectedLink& link, const Region& region) {
  v1::SuspectedLink message;
  message.set_usage_point(std::string{region.network.mrid(link.usage_point)});
  if (link.declared.valid()) message.set_declared(std::string{region.network.mrid(link.declared)});
  message.set_likelier(std::string{region.network.mrid(link.likelier)});
  message.set_probability(static_cast<double>(link.probability));
  for (const SuspectedLink& at_import : region.suspected_links.of(link.usage_point)) {
    if (at_import.likelier == link.likelier)
      message.set_probability_at_import(static_cast<double>(at_import.probability));
  }
  return message;
}

// Tokens hold the row to go on with.
Result<v1::ListSuspectedLinksResponse> list_suspected_links(
    const World& world, const v1::ListSuspectedLinksRequest& request) {
  const NetworkModel& network = world.region->network;
  auto size = page_size(request.page_size());
  if (!size) return unexpected(size.error());
  const PageTokens tokens{request, world.region->id};
  auto first = tokens.number();
  if (!first) return unexpected(first.error());
  if (!(request.at_least() >= 0 && request.at_least() <= 1)) {
    return refuse(ErrorCode::invalid_argument, "NUMBER_INVALID", "a probability lies in 0 to 1",
                  "at_least");
  }
  Id<Device> transformer;
  if (!request.transformer().empty()) {
    auto found = find_device(network, request.transformer(), "transformer");
    if (!found) return unexpected(found.error());
    transformer = *found;
  }
  v1::ListSuspectedLinksResponse response;
  std::uint32_t total = 0;
  std::uint64_t row = 0;
  for (const SuspectedLink& link : world.suspected_links.rows()) {
    const std::uint64_t number = row++;
    if (static_cast<double>(link.probability) < request.at_least()) continue;
    if (transformer.valid() && link.declared != transformer && link.likelier != transformer)
      continue;
    ++total;
    if (number < *first) continue;
    if (static_cast<std::size_t>(response.links_size()) < *size) {
      *response.add_links() = link_view(link, *world.region);
    } else if (response.next_page_token().empty()) {
      response.set_next_page_token(tokens.token(number));
    }
  }
  response.set_total_size(total);
  response.set_storms(static_cast<std::uint32_t>(world.counters.storms_learnt));
  response.set_revision(world.revision);
  return response;
}

Result<v1::UsagePointSupply> usage_point_supply(const World& world,
                                                const v1::GetUsagePointSupplyRequest& request) {
  const NetworkModel& network = world.region->network;
  auto id = find_usage_point(network, request.usage_point(), "usage_point");
  if (!id) return unexpected(id.error());
  v1::UsagePointSupply message;
  *message.mutable_usage_point() = to_proto(*id, network);
  message.set_revision(world.revision);
  for (const SuspectedLink& link : world.suspected_links.of(*id))
    *message.add_suspected_links() = link_view(link, *world.region);
  const auto node = network.usage_points()[*id].node;
  if (!request.normal_state()) add_doubted(world, node, message);
  const SupplyPicture& supply = picture(world, request.normal_state());
  const bool connected = supply.forest().supplied(node);
  message.set_state(connected ? v1::UsagePointSupply::SUPPLIED
                              : v1::UsagePointSupply::DISCONNECTED);
  for (const auto& [outage_id, record] : *world.outages) {
    if (request.normal_state()) break;
    if (!is_open(record->outage) || !record->outage.dark.contains(*id)) continue;
    message.set_outage(outage_id);
    message.set_state(v1::UsagePointSupply::PROBABLY_OUT);
    break;
  }
  if (const auto normal = world.normal_forest().feeder(node); normal.valid())
    message.set_normal_feeder(std::string{network.mrid(normal)});
  if (!connected) return message;
  const auto feeder = supply.forest().feeder(node);
  if (feeder.valid()) message.set_feeder(std::string{network.mrid(feeder)});
  for (const Id<Device> device : trace_upstream(supply.forest(), node)) {
    const DeviceKind kind = network.devices()[device].kind;
    if (!is_switch(kind) && kind != DeviceKind::power_transformer) continue;
    *message.add_path() = to_traced_device(device, network, supply.switches().open_phases(device));
  }
  return message;
}

}  // namespace

void add_network_calls(RpcService& service, const CallContext& context) {
  Engine& engine = context.engine;
  const auto regions = std::make_shared<RegionViews>();
  add_slow_read<v1::GetRegionRequest, v1::Region>(
      service, "GetRegion", context.workers, [&engine, regions](const auto&) -> Result<v1::Region> {
        return regions->of(*engine.world());
      });
  add_slow_read<v1::ListFeedersRequest, v1::ListFeedersResponse>(
      service, "ListFeeders", context.workers,
      [&engine](const auto& request) { return list_feeders(*engine.world(), request); });
  add_slow_read<v1::GetDeviceRequest, v1::Device>(
      service, "GetDevice", context.workers,
      [&engine](const auto& request) { return get_device(*engine.world(), request); });
  add_slow_read<v1::TraceUpstreamRequest, v1::TraceUpstreamResponse>(
      service, "TraceUpstream", context.workers,
      [&engine](const auto& request) { return trace_up(*engine.world(), request); });
  add_slow_read<v1::TraceDownstreamRequest, v1::TraceDownstreamResponse>(
      service, "TraceDownstream", context.workers,
      [&engine](const auto& request) { return trace_down(*engine.world(), request); });
  add_slow_read<v1::SearchUsagePointsRequest, v1::SearchUsagePointsResponse>(
      service, "SearchUsagePoints", context.workers,
      [&engine](const auto& request) { return search_usage_points(*engine.world(), request); });
  add_slow_read<v1::GetUsagePointSupplyRequest, v1::UsagePointSupply>(
      service, "GetUsagePointSupply", context.workers,
      [&engine](const auto& request) { return usage_point_supply(*engine.world(), request); });
  add_slow_read<v1::ListSectionFeedingRequest, v1::ListSectionFeedingResponse>(
      service, "ListSectionFeeding", context.workers,
      [&engine](const auto& request) { return list_section_feeding(*engine.world(), request); });
  add_slow_read<v1::ListSuspectedLinksRequest, v1::ListSuspectedLinksResponse>(
      service, "ListSuspectedLinks", context.workers,
      [&engine](const auto& request) { return list_suspected_links(*engine.world(), request); });
  add_region_calls(service, context);
}

}  // namespace gridmend
