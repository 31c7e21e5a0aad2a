#include <cmath>

#include "core/outage/fault_position.h"
#include "core/outage/patrol_suggestions.h"
#include "core/outage/ping_suggestions.h"
#include "core/outage/source_estimates.h"
#include "gridmend/v1/outage.pb.h"
#include "service/converters/geography_converter.h"
#include "service/converters/network_converter.h"
#include "service/converters/outage_converter.h"
#include "service/converters/time_converter.h"
#include "service/handlers/calls.h"
#include "service/handlers/paging.h"
#include "service/handlers/views.h"

namespace gridmend {

namespace {

constexpr int kUsualSuggestions = 20;
constexpr int kMostSuggestions = 1000;
constexpr std::size_t kMostSections = 200;
constexpr double kMostMetres = 1e6;

Result<std::size_t> suggestion_count(int asked) {
  if (asked < 0) {
    return refuse(ErrorCode::invalid_argument, "COUNT_INVALID",
                  "a number of suggestions is not negative", "count");
  }
  return static_cast<std::size_t>(asked == 0 ? kUsualSuggestions
                                             : std::min(asked, kMostSuggestions));
}

Result<std::optional<RelayDistance>> relay_of(const v1::SuggestPatrolsRequest& request,
                                              const PatrolSettings& settings) {
  if (!request.has_relay()) return std::nullopt;
  if (request.outage().empty()) {
    return refuse(ErrorCode::invalid_argument, "RELAY_WITHOUT_OUTAGE",
                  "a relay's distance belongs to one outage", "relay");
  }
  const double distance = request.relay().distance_m(), error = request.relay().error_m();
  if (!(distance >= 0 && distance <= kMostMetres)) {
    return refuse(ErrorCode::invalid_argument, "DISTANCE_INVALID",
                  "a distance is between 0 and 1,000,000 metres", "relay.distance_m");
  }
  if (!(error >= 0 && error <= kMostMetres)) {
    return refuse(ErrorCode::invalid_argument, "DISTANCE_INVALID",
                  "an error is between 0 and 1,000,000 metres", "relay.error_m");
  }
  const double usual = std::max(settings.relay_error_m, settings.relay_error_share * distance);
  return RelayDistance{distance, error > 0 ? std::max(error, 1e-3) : usual};
}

// What the localiser last looked at, read again for a question.
class Reading {
 public:
  Reading(const World& world, const LocaliserSettings& settings)
      : world_(world),
        input_{world.supply->inference(), *world.localised_evidence, *world.water,
               world.localised_at, world.suspected_links},
        settings_(heard_settings(input_, settings)),
        view_(input_, settings_) {}

  const EvidenceView& view() const { return view_; }
  const InferenceForest& forest() const { return view_.input().forest; }

  // The zone an outage's probable device heads; none when it is without supply by an order.
  Id<InferenceZone> zone_of(const Outage& outage) const {
    if (outage.probable.usage_point.valid()) return forest().zone_of(outage.probable.usage_point);
    if (outage.probable.device.valid()) return forest().zone_of(outage.probable.device);
    if (outage.switched_off || outage.affected.empty()) return {};
    const Id<InferenceZone> zone = forest().zone_of(outage.affected.ranges().front().first);
    return zone.valid() ? forest().root_of(zone) : zone;
  }

  // Of the tree that `around` lies in, or of all with an onset.
  Posterior posterior(Id<InferenceZone> around) const {
    std::vector<Id<InferenceZone>> roots;
    for (const Id<InferenceZone> root : forest().roots()) {
      if (around.valid() && forest().root_of(around) != root) continue;
      if (view_.onset(root)) roots.push_back(root);
    }
    return localise(view_, roots);
  }

  std::string outage_with(Id<UsagePoint> usage_point) const {
    for (const auto& [id, record] : *world_.outages) {
      if (is_open(record->outage) && record->outage.affected.contains(usage_point)) return id;
    }
    return {};
  }

  std::string outage_of(Id<Device> device) const {
    if (!device.valid()) return {};
    for (const auto& [id, record] : *world_.outages) {
      if (is_open(record->outage) && record->outage.probable.device == device) return id;
    }
    return {};
  }

 private:
  const World& world_;
  LocaliserInput input_;
  LocaliserSettings settings_;
  EvidenceView view_;
};

// The zone an outage named in a request is about; none without a name. Refuses what is unknown.
struct Around {
  Id<InferenceZone> zone;
  bool nothing = false;  // the outage is nowhere that could be searched
};

Result<Around> around(const World& world, const Reading& reading, const std::string& outage) {
  if (outage.empty()) return Around{};
  const OutageRecord* record = world.find_outage(outage);
  if (record == nullptr) {
    return refuse(ErrorCode::not_found, "OUTAGE_UNKNOWN", "there is no such outage", "outage");
  }
  Around found;
  if (is_open(record->outage)) found.zone = reading.zone_of(record->outage);
  found.nothing = !found.zone.valid();
  return found;
}

Result<v1::SuggestPingsResponse> suggest(const World& world, const LocaliserSettings& settings,
                                         const v1::SuggestPingsRequest& request) {
  auto count = suggestion_count(request.count());
  if (!count) return unexpected(count.error());
  const Reading reading{world, settings};
  auto place = around(world, reading, request.outage());
  if (!place) return unexpected(place.error());
  v1::SuggestPingsResponse response;
  response.set_revision(world.revision);
  if (place->nothing) return response;
  const NetworkModel& network = world.region->network;
  const Posterior posterior = reading.posterior(place->zone);
  for (const PingSuggestion& ping : suggest_pings(reading.view(), posterior, *count, place->zone)) {
    v1::SuggestedPing& added = *response.add_pings();
    added.set_usage_point(std::string{network.mrid(ping.usage_point)});
    added.set_probability_out(ping.p_out);
    added.set_expected_gain(ping.gain_minutes);
    added.set_probability_answer(ping.p_answer);
    const Id<Device> device = reading.forest()[ping.zone].device;
    if (device.valid()) added.set_device(std::string{network.mrid(device)});
    added.set_outage(reading.outage_with(ping.usage_point));
  }
  return response;
}

void add_sections(const FaultPosition& position, const NetworkModel& network,
                  v1::SuggestedPatrol& patrol) {
  patrol.set_probability_device_only(position.p_device_only);
  patrol.set_from_far_end(position.from_far_end);
  const std::size_t most = std::min(position.sections.size(), kMostSections);
  for (std::size_t i = 0; i < most; ++i) {
    const FaultSection& section = position.sections[i];
    const Device& line = network.devices()[section.line];
    v1::FaultSection& added = *patrol.add_sections();
    added.set_device(std::string{network.text(line.mrid)});
    added.set_probability(section.probability);
    added.set_cumulative(section.cumulative);
    added.set_from_m(section.from_m);
    added.set_to_m(section.to_m);
    *added.mutable_position() = to_proto(line.position);
    added.set_underground(line.underground != 0);
    added.set_water_depth_m(section.water_m);
  }
}

Result<v1::SuggestPatrolsResponse> suggest(const World& world, const LocaliserSettings& settings,
                                           const v1::SuggestPatrolsRequest& request) {
  auto count = suggestion_count(request.count());
  if (!count) return unexpected(count.error());
  auto relay = relay_of(request, settings.patrols);
  if (!relay) return unexpected(relay.error());
  const Reading reading{world, settings};
  auto place = around(world, reading, request.outage());
  if (!place) return unexpected(place.error());
  v1::SuggestPatrolsResponse response;
  response.set_revision(world.revision);
  if (place->nothing) return response;
  const NetworkModel& network = world.region->network;
  const Posterior posterior = reading.posterior(place->zone);
  for (const PatrolSuggestion& one :
       suggest_patrols(reading.view(), posterior, *count, place->zone)) {
    v1::SuggestedPatrol added;
    const Id<Device> device = reading.forest()[one.zone].device;
    *added.mutable_device() = to_proto(SuspectDevice{device, {}, one.p_active}, network);
    added.set_expected_gain(one.gain_minutes);
    *added.mutable_patrol_time() = to_proto(from_seconds(60 * one.minutes));
    added.set_outage(reading.outage_of(device));
    const bool reported = one.zone == place->zone;
    add_sections(locate_fault(reading.view(), one.zone, reported ? *relay : std::nullopt), network,
                 added);
    if (response.ByteSizeLong() + added.ByteSizeLong() > kMostAnswerBytes) break;
    *response.add_patrols() = std::move(added);
  }
  return response;
}

}  // namespace

void add_suggestion_calls(RpcService& service, const CallContext& context) {
  Engine& engine = context.engine;
  const auto answer = [&engine](const auto& request) {
    const std::shared_ptr<const World> world = engine.world();
    return suggest(*world, *world->localiser, request);
  };
  add_slow_read<v1::SuggestPingsRequest, v1::SuggestPingsResponse>(service, "SuggestPings",
                                                                   context.workers, answer);
  add_slow_read<v1::SuggestPatrolsRequest, v1::SuggestPatrolsResponse>(service, "SuggestPatrols",
                                                                       context.workers, answer);
}

}  // namespace gridmend
