#include "service/drill/drill.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/base/random.h"
#include "core/outage/settings.h"
#include "data/ingest/water_reader.h"
#include "data/settings/task_rules_file.h"
#include "data/synth/made_flood.h"
#include "service/converters/enum_converter.h"
#include "service/converters/geography_converter.h"
#include "service/converters/hazard_converter.h"
#include "service/converters/time_converter.h"

namespace gridmend {
namespace {

constexpr Duration kAftermath = std::chrono::hours{3};
constexpr Duration kLoading = std::chrono::minutes{10};

class Play {
 public:
  Play(DrillClient& client, const Region& region, const Storm& storm,
       const std::vector<WaterSlice>& slices, const DrillSettings& settings)
      : client_(client),
        region_(region),
        network_(region.network),
        storm_(storm),
        slices_(slices),
        settings_(settings),
        forest_(SupplyForest::derive(network_, SwitchState{network_})),
        step_(from_seconds(storm.step_s)),
        end_(storm.start + from_seconds(3600 * storm.until_h)) {
    for (const WaterSlice& slice : slices_) water_ = water_.with_slice(slice);
  }

  Result<DrillOutcome> run(std::string policy);

 private:
  Result<void> begin();
  Result<void> step(Time now);
  Result<void> tell_water(Time now);
  Result<void> record(const std::vector<TrueStorm::Ordered>& ordered);
  Result<void> put_task_rules();
  Result<void> create_depots();
  Result<void> create_crews();
  Result<void> create_crew(const CrewGroup& group, int number);
  Result<void> look(Time now);
  Result<void> take_closures(Time now);
  Result<void> judge_plan(Time now);
  void count(Time now);
  void remember(const std::vector<v1::Outage>& outages);
  std::size_t depot_of(int number) const;

  DrillClient& client_;
  const Region& region_;
  const NetworkModel& network_;
  const Storm& storm_;
  const std::vector<WaterSlice>& slices_;
  const DrillSettings& settings_;
  SupplyForest forest_;
  Duration step_;
  Time end_;
  Water water_;
  std::unique_ptr<TrueRoads> roads_;
  std::unique_ptr<PlanSafety> safety_;
  Water told_;
  std::uint64_t judged_ = 0;  // the plan made from this revision
  std::unique_ptr<TrueStorm> truth_;
  std::vector<Position> depots_;  // at least one; "depot-1" and so on
  std::vector<CrewAgent> crews_;
  std::size_t water_told_ = 0;
  std::uint64_t steps_recorded_ = 0;
  Time counted_{};
  Time next_look_{};
  double weight_dark_ = 0;
  std::vector<std::uint8_t> ever_dark_;
  std::map<std::string, std::size_t> sighted_;
  std::size_t open_outages_ = 0;
  DrillOutcome outcome_;
};

Result<void> Play::begin() {
  const auto server_time = client_.server_time();
  if (!server_time) return unexpected(server_time.error());
  if (*server_time > storm_.start) {
    return refuse(ErrorCode::failed_precondition, "CLOCK_IS_PAST_THE_STORM",
                  "the server's clock stands at " + to_rfc3339(*server_time) +
                      ", the storm begins at " + to_rfc3339(storm_.start));
  }
  auto events = draw_storm(forest_, storm_, water_, settings_.seed);
  if (!events) return unexpected(events.error());
  outcome_.events = *events;
  truth_ = std::make_unique<TrueStorm>(forest_, storm_, std::move(*events), settings_.seed);
  roads_ = std::make_unique<TrueRoads>(region_.roads, water_, VehicleLimits{});
  safety_ = std::make_unique<PlanSafety>(region_.roads, VehicleLimits{});
  ever_dark_.assign(network_.usage_points().size(), 0);
  for (const UsagePoint& usage_point : network_.usage_points()) {
    outcome_.customers_served += usage_point.customers;
  }
  outcome_.start = storm_.start;
  counted_ = storm_.start;
  next_look_ = storm_.start + settings_.look_every;
  if (auto moved = client_.advance(storm_.start); !moved) return moved;
  if (auto put = put_task_rules(); !put) return put;
  if (auto created = create_depots(); !created) return created;
  return create_crews();
}

Result<void> Play::put_task_rules() {
  int crews = 0;
  for (const CrewGroup& group : storm_.crews) crews += group.count;
  TaskRules rules = settings_.task_rules;
  for (auto& by_device : rules.needs) {
    for (WorkNeed& need : by_device) need.crews = std::clamp(crews, 1, need.crews);
  }
  v1::PutTaskRulesRequest request;
  request.set_request_id("drill-task-rules");
  request.set_rules(write_whole_task_rules(rules));
  return client_.put_task_rules(request);
}

std::string depot_name(std::size_t depot) { return "depot-" + std::to_string(depot + 1); }

// At the substations; without one in the middle of the customers.
Result<void> Play::create_depots() {
  for (const Substation& substation : network_.substations()) {
    if (is_on_earth(substation.position) && substation.position != Position{}) {
      depots_.push_back(substation.position);
    }
  }
  if (depots_.empty()) {
    const auto usage_points = network_.usage_points().values();
    depots_.push_back(usage_points.empty() ? Position{}
                                           : usage_points[usage_points.size() / 2].position);
  }
  for (std::size_t i = 0; i < depots_.size(); ++i) {
    v1::CreateDepotRequest request;
    request.set_request_id("drill-create-" + depot_name(i));
    request.mutable_depot()->set_id(depot_name(i));
    request.mutable_depot()->set_name("Depot " + std::to_string(i + 1));
    *request.mutable_depot()->mutable_position() = to_proto(depots_[i]);
    *request.mutable_depot()->mutable_loading_duration() = to_proto(kLoading);
    if (auto created = client_.create_depot(request); !created) return created;
  }
  return {};
}

// Crews start at the depots, in turn, and go home there.
std::size_t Play::depot_of(int number) const {
  return static_cast<std::size_t>(number) % depots_.size();
}

Result<void> Play::create_crews() {
  int number = 0;
  for (const CrewGroup& group : storm_.crews) {
    for (int i = 0; i < group.count; ++i) {
      if (auto created = create_crew(group, number++); !created) return created;
    }
  }
  return {};
}

Result<void> Play::create_crew(const CrewGroup& group, int number) {
  const std::string id = "crew-" + std::to_string(101 + number);
  const Time from = storm_.start + from_seconds(3600 * group.arrive_h);
  const auto until =
      group.shift_h > 0 ? std::optional{from + from_seconds(3600 * group.shift_h)} : std::nullopt;
  v1::CreateCrewRequest request;
  request.set_request_id("drill-create-" + id);
  v1::Crew& crew = *request.mutable_crew();
  crew.set_id(id);
  crew.set_name("Crew " + std::to_string(101 + number));
  const std::size_t depot = depot_of(number);
  *crew.mutable_position() = to_proto(depots_[depot]);
  crew.set_home_depot(depot_name(depot));
  for (const Skill skill : group.skills) crew.add_skills(to_proto(skill));
  crew.set_vehicle_class(to_proto(group.vehicle_class));
  crew.set_capacity(group.capacity);
  crews_.emplace_back(id, group.vehicle_class, depots_[depot], from, until);
  return client_.create_crew(request);
}

// A slice is told when it is known: its forecast lead before it is true.
Result<void> Play::tell_water(Time now) {
  const Duration lead = from_seconds(3600 * storm_.flood.forecast_h);
  for (; water_told_ < slices_.size() && slices_[water_told_].valid_at - lead <= now;
       ++water_told_) {
    v1::PutWaterRequest request;
    request.set_request_id("drill-water-" + slices_[water_told_].id);
    *request.mutable_layer() = to_proto(slices_[water_told_], true);
    if (auto put = client_.put_water(request); !put) return put;
    told_ = told_.with_slice(slices_[water_told_]);
  }
  return {};
}

Result<void> Play::record(const std::vector<TrueStorm::Ordered>& ordered) {
  for (const auto& [at, device, open] : ordered) {
    const std::string id = "drill-order-" + std::to_string(++steps_recorded_);
    const std::string mrid{network_.mrid(device)};
    if (open) {
      v1::DeEnergiseForSafetyRequest request;
      request.set_request_id(id);
      request.set_device(mrid);
      *request.mutable_event_time() = to_proto(at);
      request.set_operator_("control-room");
      request.set_note("water reaches its live parts");
      if (auto done = client_.de_energise(request); !done) return done;
    } else {
      v1::RecordStepRequest request;
      request.set_request_id(id);
      request.mutable_step()->set_device(mrid);
      request.mutable_step()->set_position(v1::SwitchPosition::CLOSED);
      *request.mutable_event_time() = to_proto(at);
      request.set_reason(v1::SwitchPosition::RESTORATION);
      request.set_operator_("control-room");
      // The storm closes nothing that is still under water.
      request.set_override_unsafe(true);
      request.set_note("the team at the switch found what had stood in the water dry and sound");
      if (auto done = client_.record_step(request); !done) return done;
    }
  }
  return {};
}

void Play::count(Time now) {
  const double minutes = seconds(now - counted_) / 60;
  const double dark = truth_->supply().customers_dark();
  outcome_.customer_minutes += minutes * dark;
  outcome_.weighted_customer_minutes += minutes * weight_dark_;
  counted_ = now;
  if (outcome_.customers_dark.empty() || outcome_.customers_dark.back().customers_out != dark) {
    outcome_.customers_dark.push_back({now, dark});
  }
  outcome_.peak_dark = std::max(outcome_.peak_dark, dark);
}

void Play::remember(const std::vector<v1::Outage>& outages) {
  open_outages_ = outages.size();
  for (const v1::Outage& outage : outages) {
    const auto [it, is_new] = sighted_.emplace(outage.id(), outcome_.outages.size());
    if (is_new) outcome_.outages.emplace_back();
    OutageSighting& sighting = outcome_.outages[it->second];
    sighting.id = outage.id();
    sighting.device = outage.probable().device();
    if (outage.probable().has_position()) {
      sighting.position = {outage.probable().position().longitude_deg(),
                           outage.probable().position().latitude_deg()};
    }
    sighting.cause = v1::Outage::Cause_Name(outage.cause());
    sighting.customers = std::max(sighting.customers, outage.customers_affected());
    sighting.detected = to_domain(outage.detect_time(), "detect_time").value_or(Time{});
    sighting.explanation_en = outage.explanation_en();
    sighting.explanation_zh = outage.explanation_zh();
  }
}

Result<void> Play::look(Time now) {
  const auto outages = client_.open_outages();
  if (!outages) return unexpected(outages.error());
  outcome_.localisation.look(forest_, *truth_, *outages, now);
  remember(*outages);
  if (settings_.progress) {
    int busy = 0;
    for (const CrewAgent& crew : crews_) busy += crew.busy() ? 1 : 0;
    settings_.progress(
        {now, truth_->supply().customers_dark(), outages->size(), truth_->standing().size(), busy});
  }
  return {};
}

// Whoever plays along may close roads.
Result<void> Play::take_closures(Time now) {
  const auto closures = client_.road_closures();
  if (!closures) return unexpected(closures.error());
  std::vector<RoadClosure> known;
  for (const v1::RoadClosure& closure : *closures) {
    auto made = to_domain(closure, now);
    if (!made) return unexpected(made.error());
    known.push_back(std::move(*made));
  }
  safety_->know(told_, known);
  roads_->close(std::move(known));
  return {};
}

// A plan that was made just now, before a crew has moved.
Result<void> Play::judge_plan(Time now) {
  const auto plan = client_.plan();
  if (!plan) return unexpected(plan.error());
  if (!plan->has_adopt_time() || plan->based_on_revision() == judged_) return {};
  judged_ = plan->based_on_revision();
  const auto adopted = to_domain(plan->adopt_time(), "plan.adopt_time");
  if (!adopted) return unexpected(adopted.error());
  if (*adopted != now) return {};
  PlanSafety::Scene scene{now, {}, {}, {}};
  auto crews = client_.crews();
  if (!crews) return unexpected(crews.error());
  for (v1::Crew& crew : *crews) scene.crews.emplace(crew.id(), std::move(crew));
  for (std::size_t i = 0; i < depots_.size(); ++i) scene.depots.emplace(depot_name(i), depots_[i]);
  const auto take_task = [&](const std::string& id) -> Result<void> {
    if (scene.tasks.contains(id)) return {};
    auto task = client_.work_task(id);
    if (!task) return unexpected(task.error());
    scene.tasks.emplace(id, std::move(*task));
    return {};
  };
  for (const v1::PlannedTour& tour : plan->tours()) {
    for (const v1::PlannedStop& stop : tour.stops()) {
      if (auto taken = take_task(stop.work_task()); !taken) return taken;
      const v1::WorkTask task = scene.tasks.at(stop.work_task());
      for (const std::string& before : task.hard_after()) {
        if (auto taken = take_task(before); !taken) return taken;
      }
    }
  }
  safety_->judge(*plan, scene);
  return {};
}

Result<void> Play::step(Time now) {
  if (auto told = tell_water(now); !told) return told;
  if (auto taken = take_closures(now); !taken) return taken;
  const auto ordered = truth_->advance(now);
  truth_->evidence().idle(now - step_, now);
  if (auto moved = client_.advance(now); !moved) return moved;
  if (auto judged = judge_plan(now); !judged) return judged;
  if (auto recorded = record(ordered); !recorded) return recorded;
  for (CrewAgent& crew : crews_) {
    if (auto done = crew.step(now, network_, client_, *roads_, *truth_,
                              storm_.evidence.pings_a_visit, outcome_.crews);
        !done) {
      return done;
    }
  }
  // After the crews: meters whose light a repair brought back have spoken by now.
  if (auto heard = client_.submit(truth_->evidence().arrived(now, truth_->supply())); !heard)
    return heard;
  const CategoryWeights weights;
  weight_dark_ = 0;
  for (const Id<UsagePoint> id : network_.usage_points().ids()) {
    if (!truth_->supply().dark(id)) continue;
    const UsagePoint& usage_point = network_.usage_points()[id];
    ever_dark_[id.index] = 1;
    weight_dark_ +=
        usage_point.customers * weights.weight[static_cast<std::size_t>(usage_point.category)];
  }
  count(now);
  if (now < next_look_) return {};
  next_look_ += settings_.look_every;
  return look(now);
}

Result<DrillOutcome> Play::run(std::string policy) {
  outcome_.policy = std::move(policy);
  if (auto begun = begin(); !begun) return unexpected(begun.error());
  Time now = storm_.start;
  Time last_standing = now;
  while (now < end_) {
    now += step_;
    if (auto stepped = step(now); !stepped) return unexpected(stepped.error());
    if (!truth_->over()) last_standing = now;
    // After the last repair the service is given time to see it too.
    const Duration since = now - last_standing;
    if (since >= kAftermath || (since >= settings_.look_every * 2 && open_outages_ == 0)) break;
  }
  outcome_.end = now;
  outcome_.all_restored = truth_->over();
  outcome_.safety = safety_->score();
  outcome_.evidence_items = truth_->evidence().sent();
  for (const Id<UsagePoint> id : network_.usage_points().ids()) {
    if (ever_dark_[id.index] != 0) {
      outcome_.customers_ever_dark += network_.usage_points()[id].customers;
    }
  }
  return std::move(outcome_);
}

}  // namespace

Result<DrillOutcome> play_storm(DrillClient& client, const Region& region, const Storm& storm,
                                const std::vector<WaterSlice>& water, std::string policy,
                                const DrillSettings& settings) {
  const auto held = client.region_id();
  if (!held) return unexpected(held.error());
  if (*held != to_hex(region.id)) {
    return refuse(
        ErrorCode::failed_precondition, "SERVER_OF_ANOTHER_REGION",
        "the server holds region " + *held + "; the drill is for region " + to_hex(region.id));
  }
  return Play{client, region, storm, water, settings}.run(std::move(policy));
}

Result<std::vector<WaterSlice>> storm_water(const Region& region, const Storm& storm,
                                            std::uint64_t seed) {
  if (!storm.flood.file.empty()) {
    auto flood = read_flood(storm.flood.file);
    if (!flood) return unexpected(flood.error());
    return std::move(flood->slices);
  }
  if (!storm.flood.made) return std::vector<WaterSlice>{};
  return make_flood(region.network, storm, seed);
}

}  // namespace gridmend
