#include "service/handlers/watch_views.h"

#include <algorithm>
#include <set>
#include <utility>

#include "service/converters/field_path.h"
#include "service/converters/time_converter.h"
#include "service/handlers/assignment_changes.h"
#include "service/handlers/views.h"

namespace gridmend {

namespace {

using grpc::ByteBuffer;

// Things a message holds at most: some 200 kB.
constexpr int kPartThings = 200;
constexpr std::size_t kDeltaThings = 1000;

v1::RegionChange region_of(const World& world) {
  v1::RegionChange message;
  message.set_region(to_hex(world.region->id));
  message.set_revision(world.region_revision());
  if (!world.region_loads->empty())
    *message.mutable_time() = to_proto(world.region_loads->back().time);
  return message;
}

bool has_region_change(const ChangeSet& changes) {
  return std::any_of(changes.changes.begin(), changes.changes.end(),
                     [](const Change& change) { return change.kind == ChangeKind::region; });
}

template <class Response>
class MessageWatch : public WatchSource {
 public:
  ByteBuffer bookmark(std::uint64_t revision) final {
    Response response;
    response.set_revision(revision);
    response.mutable_bookmark();
    return serialise(response);
  }

  ByteBuffer resync(std::uint64_t revision, v1::WatchResync::Reason reason,
                    const std::string& message) final {
    Response response;
    response.set_revision(revision);
    response.mutable_resync()->set_reason(reason);
    response.mutable_resync()->set_message(message);
    return serialise(response);
  }

 protected:
  // A delta with nothing of interest but the region's change is a bookmark that says so.
  static Delta delta_message(const ChangeSet& changes, Response& response, bool empty) {
    const bool region_changed = has_region_change(changes);
    if (empty && !region_changed) return {};
    if (empty) response.mutable_bookmark();
    if (region_changed) *response.mutable_region_change() = region_of(*changes.world);
    return {serialise(response), false};
  }
};

class OutageWatch final : public MessageWatch<v1::WatchOutagesResponse> {
 public:
  OutageWatch(OutageMatcher matches, std::string key)
      : matches_(std::move(matches)), key_(std::move(key)) {}

  std::string key() const override { return key_; }
  void begin_full_state() override { last_id_.reset(); }

  Part next_part(const World& world) override {
    v1::WatchOutagesResponse response;
    response.set_revision(world.revision);
    auto& state = *response.mutable_full_state();
    if (!last_id_) *response.mutable_region_change() = region_of(world);
    auto it = last_id_ ? world.outages->upper_bound(*last_id_) : world.outages->begin();
    for (; it != world.outages->end() && state.outages_size() < kPartThings; ++it) {
      last_id_ = it->first;
      if (matches_(world, *it->second)) *state.add_outages() = outage_view(world, *it->second);
    }
    const bool last = it == world.outages->end();
    state.set_complete(last);
    return {serialise(response), last};
  }

  Delta delta(const ChangeSet& changes, const World* before) override {
    v1::WatchOutagesResponse response;
    response.set_revision(changes.to);
    auto& delta = *response.mutable_delta();
    for (const std::string& id : changed_outages(changes, before)) {
      const OutageRecord* record = changes.world->find_outage(id);
      if (record != nullptr && matches_(*changes.world, *record)) {
        *delta.add_changed() = outage_view(*changes.world, *record);
        if (static_cast<std::size_t>(delta.changed_size()) > kDeltaThings) return {{}, true};
      } else {
        delta.add_removed(id);
      }
    }
    const bool empty = delta.changed().empty() && delta.removed().empty();
    return delta_message(changes, response, empty);
  }

 private:
  // Outages that changed, and those whose estimate moved with the plan. Where the state before is
  // not known any more, every estimate may have moved.
  static std::set<std::string> changed_outages(const ChangeSet& changes, const World* before) {
    std::set<std::string> ids;
    bool plan_changed = false;
    for (const Change& change : changes.changes) {
      if (change.kind == ChangeKind::outage) ids.insert(change.id);
      if (change.kind == ChangeKind::plan) plan_changed = true;
    }
    if (!plan_changed) return ids;
    for (const auto& [id, record] : *changes.world->outages) {
      if (record->tasks.empty() || !is_open(record->outage)) continue;
      const bool same = before != nullptr && before->estimated_restoration(id) ==
                                                 changes.world->estimated_restoration(id);
      if (!same) ids.insert(id);
    }
    return ids;
  }

  OutageMatcher matches_;
  std::string key_;
  std::optional<std::string> last_id_;
};

class PlanWatch final : public MessageWatch<v1::WatchPlanResponse> {
 public:
  explicit PlanWatch(std::string crew) : crew_(std::move(crew)) {}

  std::string key() const override { return "plan/" + crew_; }

  void begin_full_state() override {
    crews_done_ = false;
    last_id_.reset();
  }

  Part next_part(const World& world) override {
    v1::WatchPlanResponse response;
    response.set_revision(world.revision);
    auto& state = *response.mutable_full_state();
    if (!crews_done_ && !last_id_) {
      *state.mutable_plan() = plan_of(world);
      *response.mutable_region_change() = region_of(world);
      for (const auto& [id, record] : *world.depots) *state.add_depots() = depot_view(*record);
    }
    if (!crews_done_) {
      crews_done_ = add_part(*world.crews, [&](const CrewRecord& record) {
        if (is_mine(record)) *state.add_crews() = crew_view(record);
        return state.crews_size();
      });
      if (crews_done_) last_id_.reset();
      return {serialise(response), false};
    }
    const bool last = add_part(*world.tasks, [&](const WorkTaskRecord& record) {
      if (is_open(record.task) && is_mine(record)) {
        *state.add_work_tasks() = work_task_view(world, record);
      }
      return state.work_tasks_size();
    });
    state.set_complete(last);
    return {serialise(response), last};
  }

  Delta delta(const ChangeSet& changes, const World*) override {
    const World& world = *changes.world;
    v1::WatchPlanResponse response;
    response.set_revision(changes.to);
    auto& delta = *response.mutable_delta();
    for (const Change& change : changes.changes) {
      if (change.kind == ChangeKind::plan) *delta.mutable_plan() = plan_of(world);
      if (change.kind == ChangeKind::crew) {
        const CrewRecord* record = world.find_crew(change.id);
        if (record != nullptr && is_mine(*record)) *delta.add_crews() = crew_view(*record);
      }
      if (change.kind == ChangeKind::work_task) add_task(world, change.id, delta);
      if (change.kind == ChangeKind::depot) {
        if (const DepotRecord* record = world.find_depot(change.id)) {
          *delta.add_depots() = depot_view(*record);
        } else {
          delta.add_removed_depots(change.id);
        }
      }
      const auto things = static_cast<std::size_t>(delta.crews_size() + delta.work_tasks_size() +
                                                   delta.depots_size());
      if (things > kDeltaThings) return {{}, true};
    }
    const bool empty = !delta.has_plan() && delta.crews().empty() && delta.depots().empty() &&
                       delta.removed_depots().empty() && delta.work_tasks().empty() &&
                       delta.removed_work_tasks().empty();
    return delta_message(changes, response, empty);
  }

 private:
  bool is_mine(const CrewRecord& record) const { return crew_.empty() || record.crew.id == crew_; }
  bool is_mine(const WorkTaskRecord& record) const {
    return crew_.empty() || is_held_by(record.task, crew_);
  }
  v1::Plan plan_of(const World& world) const {
    return crew_.empty() ? plan_view(world) : plan_view(world, crew_);
  }

  void add_task(const World& world, const std::string& id,
                v1::WatchPlanResponse::Delta& delta) const {
    const WorkTaskRecord* record = world.find_task(id);
    if (record != nullptr && is_mine(*record)) {
      *delta.add_work_tasks() = work_task_view(world, *record);
    } else {
      delta.add_removed_work_tasks(id);
    }
  }

  // Walks on from last_id_; true at the end of the map.
  template <class Record, class Add>
  bool add_part(const RecordMap<Record>& map, Add add) {
    auto it = last_id_ ? map.upper_bound(*last_id_) : map.begin();
    while (it != map.end()) {
      last_id_ = it->first;
      const int held = add(*it->second);
      ++it;
      if (held >= kPartThings) break;
    }
    return it == map.end();
  }

  const std::string crew_;
  bool crews_done_ = false;
  std::optional<std::string> last_id_;
};

class AssignmentWatch final : public MessageWatch<v1::WatchAssignmentsResponse> {
 public:
  explicit AssignmentWatch(std::string crew) : crew_(std::move(crew)) {}

  std::string key() const override { return "assignments/" + crew_; }
  void begin_full_state() override {}

  Part next_part(const World& world) override {
    v1::AssignmentDelta all = all_assignments(world, crew_);
    v1::WatchAssignmentsResponse response;
    response.set_revision(world.revision);
    *response.mutable_region_change() = region_of(world);
    auto& state = *response.mutable_full_state();
    state.mutable_crew()->Swap(all.mutable_crew());
    state.mutable_assignments()->Swap(all.mutable_changed());
    state.set_complete(true);
    return {serialise(response), true};
  }

  Delta delta(const ChangeSet& changes, const World*) override {
    v1::WatchAssignmentsResponse response;
    response.set_revision(changes.to);
    *response.mutable_delta() = assignment_changes(*changes.world, changes.changes, crew_);
    return delta_message(changes, response, is_empty(response.delta()));
  }

 private:
  const std::string crew_;
};

}  // namespace

Result<std::unique_ptr<WatchSource>> make_outage_watch(const World& world,
                                                       const v1::WatchOutagesRequest& request) {
  auto matches = OutageMatcher::make(request.filter(), world.region->network, "filter");
  if (!matches) return unexpected(matches.error());
  return std::make_unique<OutageWatch>(std::move(*matches),
                                       "outages/" + request.filter().SerializeAsString());
}

Result<std::unique_ptr<WatchSource>> make_plan_watch(const World& world,
                                                     const v1::WatchPlanRequest& request) {
  if (!request.crew().empty() && world.find_crew(request.crew()) == nullptr) {
    return refuse(ErrorCode::not_found, "CREW_UNKNOWN", "there is no such crew", "crew");
  }
  return std::make_unique<PlanWatch>(request.crew());
}

Result<std::unique_ptr<WatchSource>> make_assignment_watch(
    const World& world, const v1::WatchAssignmentsRequest& request) {
  if (auto sound = check_id(request.crew(), "crew"); !sound) return unexpected(sound.error());
  if (world.find_crew(request.crew()) == nullptr) {
    return refuse(ErrorCode::not_found, "CREW_UNKNOWN", "there is no such crew", "crew");
  }
  return std::make_unique<AssignmentWatch>(request.crew());
}

}  // namespace gridmend
