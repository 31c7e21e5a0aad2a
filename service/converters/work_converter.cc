#include "service/converters/work_converter.h"

#include <algorithm>
#include <cmath>

#include "service/converters/enum_converter.h"
#include "service/converters/field_path.h"
#include "service/converters/geography_converter.h"
#include "service/converters/network_converter.h"
#include "service/converters/time_converter.h"

namespace gridmend {

namespace {

constexpr std::size_t kNameBytes = 200;
constexpr int kMostSkills = 100;
constexpr int kMostPredecessors = 100;
constexpr std::uint32_t kMostCrews = 8;
constexpr Duration kLongestLoading = std::chrono::hours{24};
constexpr double kMostOfAnything = 1e12;  // the planner multiplies and adds them up

tl::unexpected<Error> unknown_value(std::string_view what, std::string field) {
  return refuse(ErrorCode::invalid_argument, "VALUE_UNKNOWN",
                std::string{what} + " is absent or not one that is known", std::move(field));
}

Result<void> check_not_negative(double value, std::string field) {
  if (std::isfinite(value) && value >= 0 && value <= kMostOfAnything) return {};
  return refuse(ErrorCode::invalid_argument, "NUMBER_INVALID",
                "must be a number, not negative and at most 1e12", std::move(field));
}

Result<std::vector<std::string>> predecessors(
    const google::protobuf::RepeatedPtrField<std::string>& ids, const std::string& own_id,
    std::string_view at, std::string_view name) {
  if (ids.size() > kMostPredecessors) {
    return refuse(ErrorCode::invalid_argument, "TOO_MANY", "at most 100 tasks may be named",
                  field_path(at, name));
  }
  std::vector<std::string> result;
  for (int i = 0; i < ids.size(); ++i) {
    const std::string field = field_path(at, name, static_cast<std::size_t>(i));
    if (auto sound = check_id(ids[i], field); !sound) return unexpected(sound.error());
    if (ids[i] == own_id) {
      return refuse(ErrorCode::invalid_argument, "PRECEDENCE_CYCLE", "a task cannot follow itself",
                    field);
    }
    result.push_back(ids[i]);
  }
  return result;
}

Result<void> read_shift(const v1::Crew& message, std::string_view at, Crew& crew) {
  if (message.has_shift_start()) {
    auto start = to_domain(message.shift_start(), field_path(at, "shift_start"));
    if (!start) return unexpected(start.error());
    crew.shift_start = *start;
  }
  if (message.has_shift_end()) {
    auto end = to_domain(message.shift_end(), field_path(at, "shift_end"));
    if (!end) return unexpected(end.error());
    crew.shift_end = *end;
  }
  if (message.has_shift_end() && message.has_shift_start() && crew.shift_end <= crew.shift_start) {
    return refuse(ErrorCode::invalid_argument, "SHIFT_INVALID", "the shift ends before it begins",
                  field_path(at, "shift_end"));
  }
  return {};
}

Result<void> read_rest(const v1::Crew& message, std::string_view at, Crew& crew) {
  if (message.has_rest_length()) {
    auto length = to_domain(message.rest_length(), field_path(at, "rest_length"));
    if (!length) return unexpected(length.error());
    if (*length < Duration::zero()) {
      return refuse(ErrorCode::invalid_argument, "DURATION_INVALID",
                    "a break cannot take less than 0", field_path(at, "rest_length"));
    }
    crew.rest_length = *length;
  }
  if (message.has_rest_earliest()) {
    auto earliest = to_domain(message.rest_earliest(), field_path(at, "rest_earliest"));
    if (!earliest) return unexpected(earliest.error());
    crew.rest_earliest = *earliest;
  }
  if (message.has_rest_latest()) {
    auto latest = to_domain(message.rest_latest(), field_path(at, "rest_latest"));
    if (!latest) return unexpected(latest.error());
    crew.rest_latest = *latest;
  }
  if (crew.rest_earliest && crew.rest_latest && *crew.rest_latest < *crew.rest_earliest) {
    return refuse(ErrorCode::invalid_argument, "WINDOW_INVALID",
                  "the window of the break ends before it opens", field_path(at, "rest_latest"));
  }
  return {};
}

Result<void> read_place(const v1::WorkTask& message, const NetworkModel& network,
                        std::string_view at, WorkTask& task) {
  if (message.device().empty() && !message.has_position()) {
    return refuse(ErrorCode::invalid_argument, "PLACE_MISSING",
                  "a task needs a device or a position", field_path(at, "device"));
  }
  if (!message.device().empty()) {
    auto device = find_device(network, message.device(), field_path(at, "device"));
    if (!device) return unexpected(device.error());
    task.device = *device;
    task.position = network.devices()[*device].position;
  }
  if (message.has_position()) {
    auto position = to_domain(message.position(), field_path(at, "position"));
    if (!position) return unexpected(position.error());
    task.position = *position;
  }
  return {};
}

Result<void> read_times(const v1::WorkTask& message, std::string_view at, WorkTask& task) {
  if (message.has_expected_duration()) {
    auto duration = to_domain(message.expected_duration(), field_path(at, "expected_duration"));
    if (!duration) return unexpected(duration.error());
    if (*duration < Duration::zero()) {
      return refuse(ErrorCode::invalid_argument, "DURATION_INVALID", "work cannot take less than 0",
                    field_path(at, "expected_duration"));
    }
    task.expected_duration = *duration;
  }
  if (message.has_earliest_time()) {
    auto earliest = to_domain(message.earliest_time(), field_path(at, "earliest_time"));
    if (!earliest) return unexpected(earliest.error());
    task.earliest = *earliest;
  }
  if (message.has_deadline()) {
    auto deadline = to_domain(message.deadline(), field_path(at, "deadline"));
    if (!deadline) return unexpected(deadline.error());
    task.deadline = *deadline;
  }
  if (message.has_due_time()) {
    auto due = to_domain(message.due_time(), field_path(at, "due_time"));
    if (!due) return unexpected(due.error());
    task.due = *due;
  }
  if (task.earliest && task.deadline && *task.deadline < *task.earliest) {
    return refuse(ErrorCode::invalid_argument, "WINDOW_INVALID",
                  "the deadline lies before the earliest time", field_path(at, "deadline"));
  }
  return {};
}

Result<void> read_needs(const v1::WorkTask& message, std::string_view at, WorkTask& task) {
  auto skills = skills_to_domain(message.skills(), field_path(at, "skills"));
  if (!skills) return unexpected(skills.error());
  task.skills = *skills;
  if (auto sound = check_not_negative(message.weight(), field_path(at, "weight")); !sound) {
    return sound;
  }
  task.weight = message.weight();
  if (auto sound = check_not_negative(message.demand(), field_path(at, "demand")); !sound) {
    return sound;
  }
  task.demand = message.demand();
  if (auto sound = check_not_negative(message.late_weight(), field_path(at, "late_weight"));
      !sound) {
    return sound;
  }
  task.late_weight = message.late_weight();
  if (message.crews_needed() > kMostCrews) {
    return refuse(ErrorCode::invalid_argument, "TOO_MANY", "at most 8 crews work at one site",
                  field_path(at, "crews_needed"));
  }
  task.crews_needed = static_cast<int>(std::max(message.crews_needed(), 1U));
  auto after = predecessors(message.after(), message.id(), at, "after");
  if (!after) return unexpected(after.error());
  task.after = std::move(*after);
  auto hard_after = predecessors(message.hard_after(), message.id(), at, "hard_after");
  if (!hard_after) return unexpected(hard_after.error());
  task.hard_after = std::move(*hard_after);
  return {};
}

template <class Message>
void write_skills(SkillSet skills, Message& message) {
  for (int i = 0; i < kSkills; ++i) {
    if (skills.has(static_cast<Skill>(i))) message.add_skills(to_proto(static_cast<Skill>(i)));
  }
}

}  // namespace

Result<SkillSet> skills_to_domain(const google::protobuf::RepeatedField<int>& skills,
                                  std::string field) {
  if (skills.size() > kMostSkills) {
    return refuse(ErrorCode::invalid_argument, "TOO_MANY", "too many skills", std::move(field));
  }
  SkillSet result;
  for (int i = 0; i < skills.size(); ++i) {
    const auto skill = to_domain(static_cast<v1::Crew::Skill>(skills[i]));
    if (!skill) return unknown_value("skill", field + '[' + std::to_string(i) + ']');
    result.add(*skill);
  }
  return result;
}

Result<Crew> to_domain(const v1::Crew& message, std::string_view at) {
  if (auto sound = check_id(message.id(), field_path(at, "id")); !sound) {
    return unexpected(sound.error());
  }
  if (auto sound = check_length(message.name(), kNameBytes, field_path(at, "name")); !sound) {
    return unexpected(sound.error());
  }
  if (auto sound = check_length(message.home_depot(), kNameBytes, field_path(at, "home_depot"));
      !sound) {
    return unexpected(sound.error());
  }
  Crew crew;
  crew.id = message.id();
  crew.name = message.name();
  crew.home_depot = message.home_depot();
  auto position = to_domain(message.position(), field_path(at, "position"));
  if (!position) return unexpected(position.error());
  crew.position = *position;
  if (auto sound = read_shift(message, at, crew); !sound) return unexpected(sound.error());
  if (auto sound = read_rest(message, at, crew); !sound) return unexpected(sound.error());
  auto skills = skills_to_domain(message.skills(), field_path(at, "skills"));
  if (!skills) return unexpected(skills.error());
  crew.skills = *skills;
  if (message.vehicle_class() != v1::Vehicle::CLASS_UNSPECIFIED) {
    const auto vehicle_class = to_domain(message.vehicle_class());
    if (!vehicle_class) return unknown_value("vehicle_class", field_path(at, "vehicle_class"));
    crew.vehicle_class = *vehicle_class;
  }
  if (message.status() != v1::Crew::STATUS_UNSPECIFIED) {
    const auto status = to_domain(message.status());
    if (!status) return unknown_value("status", field_path(at, "status"));
    crew.status = *status;
  }
  if (auto sound = check_not_negative(message.capacity(), field_path(at, "capacity")); !sound) {
    return unexpected(sound.error());
  }
  crew.capacity = message.capacity();
  if (message.has_load()) {
    const std::string field = field_path(at, "load");
    if (auto sound = check_not_negative(message.load(), field); !sound)
      return unexpected(sound.error());
    if (message.load() > crew.capacity) {
      return refuse(ErrorCode::invalid_argument, "NUMBER_INVALID",
                    "no more is on board than the vehicle carries", field);
    }
    if (message.load() < crew.capacity) crew.load = message.load();
  }
  return crew;
}

Result<Depot> to_domain(const v1::Depot& message, std::string_view at) {
  if (auto sound = check_id(message.id(), field_path(at, "id")); !sound)
    return unexpected(sound.error());
  if (auto sound = check_length(message.name(), kNameBytes, field_path(at, "name")); !sound)
    return unexpected(sound.error());
  Depot depot;
  depot.id = message.id();
  depot.name = message.name();
  auto position = to_domain(message.position(), field_path(at, "position"));
  if (!position) return unexpected(position.error());
  depot.position = *position;
  if (message.has_stock()) {
    if (auto sound = check_not_negative(message.stock(), field_path(at, "stock")); !sound)
      return unexpected(sound.error());
    depot.stock = message.stock();
  }
  if (message.has_loading_duration()) {
    const std::string field = field_path(at, "loading_duration");
    auto loading = to_domain(message.loading_duration(), field);
    if (!loading) return unexpected(loading.error());
    if (*loading < Duration::zero() || *loading > kLongestLoading) {
      return refuse(ErrorCode::invalid_argument, "DURATION_INVALID",
                    "loading takes between nothing and a day", field);
    }
    depot.loading = *loading;
  }
  return depot;
}

Result<WorkTask> to_domain(const v1::WorkTask& message, const NetworkModel& network,
                           std::string_view at) {
  WorkTask task;
  if (!message.id().empty()) {
    if (auto sound = check_id(message.id(), field_path(at, "id")); !sound) {
      return unexpected(sound.error());
    }
    task.id = message.id();
  }
  const auto kind = to_domain(message.kind());
  if (!kind) return unknown_value("kind", field_path(at, "kind"));
  task.kind = *kind;
  if (auto sound = check_length(message.outage(), kNameBytes, field_path(at, "outage")); !sound) {
    return unexpected(sound.error());
  }
  task.outage = message.outage();
  if (auto read = read_place(message, network, at, task); !read) return unexpected(read.error());
  if (auto read = read_times(message, at, task); !read) return unexpected(read.error());
  if (auto read = read_needs(message, at, task); !read) return unexpected(read.error());
  return task;
}

v1::Crew to_proto(const Crew& crew) {
  v1::Crew message;
  message.set_id(crew.id);
  message.set_name(crew.name);
  *message.mutable_position() = to_proto(crew.position);
  if (crew.position_time != Time{}) *message.mutable_position_time() = to_proto(crew.position_time);
  if (crew.shift_start != Time{}) *message.mutable_shift_start() = to_proto(crew.shift_start);
  if (crew.shift_end != Time{}) *message.mutable_shift_end() = to_proto(crew.shift_end);
  write_skills(crew.skills, message);
  message.set_vehicle_class(to_proto(crew.vehicle_class));
  message.set_capacity(crew.capacity);
  if (crew.load) message.set_load(*crew.load);
  message.set_home_depot(crew.home_depot);
  message.set_status(to_proto(crew.status));
  message.set_current_task(crew.current_task);
  if (crew.rest_length != Duration{}) *message.mutable_rest_length() = to_proto(crew.rest_length);
  if (crew.rest_earliest) *message.mutable_rest_earliest() = to_proto(*crew.rest_earliest);
  if (crew.rest_latest) *message.mutable_rest_latest() = to_proto(*crew.rest_latest);
  return message;
}

v1::Depot to_proto(const Depot& depot) {
  v1::Depot message;
  message.set_id(depot.id);
  message.set_name(depot.name);
  *message.mutable_position() = to_proto(depot.position);
  if (depot.stock) message.set_stock(*depot.stock);
  if (depot.loading != Duration{}) *message.mutable_loading_duration() = to_proto(depot.loading);
  return message;
}

v1::WorkTask to_proto(const WorkTask& task, const NetworkModel& network) {
  v1::WorkTask message;
  message.set_id(task.id);
  message.set_kind(to_proto(task.kind));
  message.set_status(to_proto(task.status));
  message.set_outage(task.outage);
  if (task.device.valid()) message.set_device(std::string{network.mrid(task.device)});
  *message.mutable_position() = to_proto(task.position);
  *message.mutable_expected_duration() = to_proto(task.expected_duration);
  write_skills(task.skills, message);
  message.set_weight(task.weight);
  message.set_demand(task.demand);
  message.set_crews_needed(static_cast<std::uint32_t>(task.crews_needed));
  *message.mutable_create_time() = to_proto(task.created_at);
  if (task.earliest) *message.mutable_earliest_time() = to_proto(*task.earliest);
  if (task.deadline) *message.mutable_deadline() = to_proto(*task.deadline);
  for (const std::string& id : task.after) message.add_after(id);
  for (const std::string& id : task.hard_after) message.add_hard_after(id);
  message.set_crew(std::string(first_crew(task)));
  for (const TaskCrew& part : task.crews) {
    v1::TaskCrew& added = *message.add_crews();
    added.set_crew(part.crew);
    added.set_status(to_proto(part.status));
    if (part.arrived_at) *added.mutable_arrive_time() = to_proto(*part.arrived_at);
  }
  message.set_pinned_to(std::string(first_pin(task)));
  for (std::size_t i = 1; i < task.pinned_to.size(); ++i)
    message.add_also_pinned_to(task.pinned_to[i]);
  if (task.completed_at) *message.mutable_complete_time() = to_proto(*task.completed_at);
  message.set_finding(task.finding);
  for (const std::string& crew : task.vetoed_crews) message.add_vetoed_crews(crew);
  if (task.due) *message.mutable_due_time() = to_proto(*task.due);
  message.set_late_weight(task.late_weight);
  return message;
}

}  // namespace gridmend
