#include "routing/tour/problem_file.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_map>
#include <utility>

namespace gridmend {
namespace {

using Json = nlohmann::json;

constexpr double kInfinityFrom = 1e9;
constexpr std::size_t kMaxSites = 12'000;

// Walks the document; the first fault is kept and everything after it is read as its default, so
// that the readers below need no error paths of their own.
class Document {
 public:
  bool failed() const { return error_.has_value(); }
  Error take_error() { return *std::move(error_); }
  std::vector<std::string> take_warnings() { return std::move(warnings_); }

  void fault(const std::string& path, const std::string& message) {
    if (failed()) return;
    error_ = Error{ErrorCode::invalid_argument, "PROBLEM_FILE", message, path, {}};
  }

  void warn(const std::string& path, const std::string& message) {
    warnings_.push_back(path + ": " + message);
  }

  const Json& array(const Json& object, const std::string& path, const char* key) {
    static const Json kEmpty = Json::array();
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) return kEmpty;
    if (found->is_array()) return *found;
    fault(join(path, key), "must be a list");
    return kEmpty;
  }

  // Checks that it is an object and warns of names it does not know.
  bool object(const Json& value, const std::string& path,
              std::initializer_list<std::string_view> known) {
    if (!value.is_object()) {
      fault(path, "must be an object");
      return false;
    }
    for (const auto& [key, ignored] : value.items()) {
      if (std::find(known.begin(), known.end(), key) != known.end()) continue;
      warn(join(path, key), "unknown field, ignored");
    }
    return true;
  }

  std::string text(const Json& object, const std::string& path, const char* key, bool required) {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) {
      if (required) fault(join(path, key), "is required");
      return {};
    }
    if (found->is_string()) {
      std::string value = found->get<std::string>();
      if (required && value.empty()) fault(join(path, key), "must not be empty");
      return value;
    }
    fault(join(path, key), "must be a text");
    return {};
  }

  double finite(const Json& object, const std::string& path, const char* key,
                std::optional<double> fallback) {
    const auto found = object.find(key);
    if (found != object.end() && found->is_number()) return found->get<double>();
    if (found != object.end() || !fallback) fault(join(path, key), "must be a number");
    return fallback.value_or(0);
  }

  double maybe_infinite(const Json& object, const std::string& path, const char* key,
                        double fallback) {
    const auto found = object.find(key);
    return found == object.end() ? fallback : seconds(*found, join(path, key));
  }

  double seconds(const Json& value, const std::string& path) {
    if (value.is_null() || value == "Infinity") return kNever;
    if (value.is_number()) {
      const double number = value.get<double>();
      return number >= kInfinityFrom ? kNever : number;
    }
    fault(path, "must be a number, or null for infinity");
    return 0;
  }

  std::int64_t integer(const Json& object, const std::string& path, const char* key,
                       std::int64_t fallback) {
    const auto found = object.find(key);
    if (found == object.end()) return fallback;
    if (found->is_number_integer()) {
      const double value = found->get<double>();
      if (std::abs(value) <= 1e6) return found->get<std::int64_t>();
    }
    fault(join(path, key), "must be a whole number up to a million");
    return fallback;
  }

  bool flag(const Json& object, const std::string& path, const char* key) {
    const auto found = object.find(key);
    if (found == object.end()) return false;
    if (found->is_boolean()) return found->get<bool>();
    fault(join(path, key), "must be true or false");
    return false;
  }

  static std::string join(const std::string& path, const std::string& key) {
    return path.empty() ? key : path + "." + key;
  }
  static std::string item(const std::string& path, std::size_t index) {
    return path + "[" + std::to_string(index) + "]";
  }

 private:
  std::optional<Error> error_;
  std::vector<std::string> warnings_;
};

// Text ids to dense ones; a second record of the same id is a fault.
template <class Record>
class Names {
 public:
  void add(Document& document, const std::string& path, const std::string& name) {
    const bool is_new = ids_.emplace(name, Id<Record>{ids_.size()}).second;
    if (!is_new) document.fault(path, "'" + name + "' is there twice");
  }
  Id<Record> find(Document& document, const std::string& path, const std::string& name) const {
    const auto found = ids_.find(name);
    if (found != ids_.end()) return found->second;
    document.fault(path, "there is no '" + name + "'");
    return {};
  }
  std::size_t size() const { return ids_.size(); }

 private:
  std::unordered_map<std::string, Id<Record>> ids_;
};

std::string lower_case(std::string text) {
  for (char& letter : text) {
    letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  }
  return text;
}

// "tasks[0].hard_after" is "tasks[0].hardAfter" in the file.
std::string as_written(const std::string& field) {
  std::string written;
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] == '_' && i + 1 < field.size()) {
      written += static_cast<char>(std::toupper(static_cast<unsigned char>(field[++i])));
    } else {
      written += field[i];
    }
  }
  return written;
}

class ProblemReader {
 public:
  explicit ProblemReader(const Json& root) : root_(root) {}

  Result<ProblemFile> read() {
    if (document_.object(root_, "",
                         {"sites", "metric", "travelTimes", "crews", "tasks", "depots"})) {
      read_sites();
      read_crews();
      read_tasks();
      read_depots();
    }
    if (document_.failed()) return unexpected(document_.take_error());
    if (Result<void> checked = validate(problem_); !checked) {
      Error error = checked.error();
      error.field = as_written(error.field);
      return unexpected(std::move(error));
    }
    return ProblemFile{std::move(problem_), document_.take_warnings(), std::move(places_)};
  }

 private:
  void read_sites() {
    const bool has_matrix = root_.contains("travelTimes");
    const Json& list = document_.array(root_, "", "sites");
    if (list.size() > kMaxSites) return document_.fault("sites", "more than 12,000 sites");
    bool has_places = !list.empty();
    for (std::size_t i = 0; i < list.size() && !document_.failed(); ++i) {
      const std::string path = Document::item("sites", i);
      if (!document_.object(list[i], path, {"id", "x", "y"})) return;
      sites_.add(document_, path + ".id", document_.text(list[i], path, "id", true));
      const std::optional<double> fallback = has_matrix ? std::optional(0.0) : std::nullopt;
      has_places = has_places && list[i].contains("x") && list[i].contains("y");
      places_.push_back({document_.finite(list[i], path, "x", fallback),
                         document_.finite(list[i], path, "y", fallback)});
    }
    if (has_matrix) {
      if (root_.contains("metric")) document_.warn("metric", "not used: travelTimes are given");
      read_matrix(root_["travelTimes"], !list.empty());
    } else {
      measure();
    }
    if (!has_places) places_.clear();
  }

  void read_matrix(const Json& matrix, bool has_sites) {
    if (!document_.object(matrix, "travelTimes", {"rows", "seconds"})) return;
    const std::int64_t rows = document_.integer(matrix, "travelTimes", "rows", 0);
    const Json& list = document_.array(matrix, "travelTimes", "seconds");
    if (rows < 0 || rows > static_cast<std::int64_t>(kMaxSites)) {
      return document_.fault("travelTimes.rows", "must be from 0 to 12,000");
    }
    if (list.size() != static_cast<std::size_t>(rows * rows)) {
      return document_.fault("travelTimes.seconds",
                             std::to_string(list.size()) + " values are not rows x rows");
    }
    if (has_sites && sites_.size() != static_cast<std::size_t>(rows)) {
      return document_.fault("travelTimes.rows", "there are " + std::to_string(sites_.size()) +
                                                     " sites, but " + std::to_string(rows) +
                                                     " rows");
    }
    for (std::int64_t row = 0; row < rows && !has_sites; ++row) {
      sites_.add(document_, "travelTimes", "s" + std::to_string(row));
    }
    std::vector<double> seconds;
    seconds.reserve(list.size());
    for (std::size_t i = 0; i < list.size() && !document_.failed(); ++i) {
      seconds.push_back(document_.seconds(list[i], Document::item("travelTimes.seconds", i)));
    }
    if (!document_.failed()) set_travel(static_cast<std::uint32_t>(rows), std::move(seconds));
  }

  void measure() {
    const std::string metric = document_.text(root_, "", "metric", false);
    const bool rounded = metric == "euclid_rounded";
    if (!rounded && !metric.empty() && metric != "euclid") {
      document_.fault("metric", "must be \"euclid\" or \"euclid_rounded\"");
    }
    if (document_.failed()) return;
    std::vector<double> seconds;
    seconds.reserve(places_.size() * places_.size());
    for (const SitePlace from : places_) {
      for (const SitePlace to : places_) {
        const double distance = std::hypot(from.x - to.x, from.y - to.y);
        seconds.push_back(rounded ? std::floor(distance + 0.5) : distance);
      }
    }
    set_travel(static_cast<std::uint32_t>(places_.size()), std::move(seconds));
  }

  void set_travel(std::uint32_t sites, std::vector<double> seconds) {
    problem_.sites = sites;
    problem_.travel.emplace_back(sites, std::move(seconds));
  }

  void read_crews() {
    const Json& list = document_.array(root_, "", "crews");
    for (std::size_t i = 0; i < list.size() && !document_.failed(); ++i) {
      const std::string path = Document::item("crews", i);
      if (!document_.object(list[i], path,
                            {"id", "startSite", "endSite", "startTime", "shiftEnd", "skills",
                             "vehicleClass", "capacity", "returnWeight", "load", "restLength",
                             "restEarliest", "restLatest", "leaveBy"})) {
        return;
      }
      const DispatchCrew& crew = problem_.crews.emplace_back(read_crew(list[i], path));
      crews_.add(document_, path + ".id", crew.id);
    }
  }

  DispatchCrew read_crew(const Json& json, const std::string& path) {
    DispatchCrew crew;
    crew.id = document_.text(json, path, "id", true);
    crew.start_site = find_site(json, path, "startSite", true);
    crew.end_site = find_site(json, path, "endSite", false);
    crew.start_time = document_.finite(json, path, "startTime", 0);
    if (crew.start_time >= kInfinityFrom) {
      document_.fault(Document::join(path, "startTime"),
                      "times are seconds from about the plan's beginning: values from 1e9 on mean "
                      "infinity, so a shift in seconds since 1970 would have no end");
    }
    crew.shift_end = document_.maybe_infinite(json, path, "shiftEnd", kNever);
    crew.skills = read_skills(json, path);
    crew.capacity = document_.maybe_infinite(json, path, "capacity", kNever);
    crew.return_weight = document_.finite(json, path, "returnWeight", 0);
    crew.load = document_.maybe_infinite(json, path, "load", kNever);
    crew.rest_length = document_.finite(json, path, "restLength", 0);
    crew.rest_earliest = document_.finite(json, path, "restEarliest", 0);
    crew.rest_latest = document_.maybe_infinite(json, path, "restLatest", kNever);
    crew.leave_by = document_.maybe_infinite(json, path, "leaveBy", kNever);
    const std::string vehicle = lower_case(document_.text(json, path, "vehicleClass", false));
    if (!vehicle.empty() && !parse_vehicle_class(vehicle)) {
      document_.fault(path + ".vehicleClass", "'" + vehicle + "' is no vehicle class");
    }
    return crew;
  }

  void read_depots() {
    const Json& list = document_.array(root_, "", "depots");
    for (std::size_t i = 0; i < list.size() && !document_.failed(); ++i) {
      const std::string path = Document::item("depots", i);
      if (!document_.object(list[i], path, {"id", "site", "duration", "earliest", "leaveBy"}))
        return;
      DispatchDepot& depot = problem_.depots.emplace_back();
      depot.id = document_.text(list[i], path, "id", true);
      depot.site = find_site(list[i], path, "site", true);
      depot.duration = document_.finite(list[i], path, "duration", 0);
      depot.earliest = document_.finite(list[i], path, "earliest", 0);
      depot.leave_by = document_.maybe_infinite(list[i], path, "leaveBy", kNever);
      depots_.add(document_, path + ".id", depot.id);
    }
  }

  Id<Site> find_site(const Json& json, const std::string& path, const char* key, bool required) {
    const std::string name = document_.text(json, path, key, required);
    if (name.empty()) return {};
    return sites_.find(document_, Document::join(path, key), name);
  }

  SkillSet read_skills(const Json& json, const std::string& path) {
    SkillSet skills;
    const Json& list = document_.array(json, path, "skills");
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string place = Document::item(path + ".skills", i);
      const std::string name = list[i].is_string() ? list[i].get<std::string>() : list[i].dump();
      const std::optional<Skill> skill = parse_skill(lower_case(name));
      if (!skill) document_.fault(place, name + " is no skill");
      if (skill) skills.add(*skill);
    }
    return skills;
  }

  // All ids first: a task may come after one that stands further down.
  void read_tasks() {
    const Json& list = document_.array(root_, "", "tasks");
    for (std::size_t i = 0; i < list.size() && !document_.failed(); ++i) {
      const std::string path = Document::item("tasks", i);
      if (!document_.object(
              list[i], path,
              {"id",          "site",          "duration", "weight",   "demand",      "skills",
               "after",       "hardAfter",     "earliest", "deadline", "crewsNeeded", "pinnedTo",
               "heldBy",      "changePenalty", "started",  "due",      "lateWeight",  "vetoed",
               "turnPenalty", "kind",          "leaveBy"})) {
        return;
      }
      tasks_.add(document_, path + ".id", document_.text(list[i], path, "id", true));
    }
    for (std::size_t i = 0; i < list.size() && !document_.failed(); ++i) {
      problem_.tasks.push_back(read_task(list[i], Document::item("tasks", i)));
    }
  }

  DispatchTask read_task(const Json& json, const std::string& path) {
    DispatchTask task;
    task.id = document_.text(json, path, "id", true);
    task.site = find_site(json, path, "site", true);
    task.duration = document_.finite(json, path, "duration", 0);
    task.weight = document_.finite(json, path, "weight", 1);
    task.demand = document_.finite(json, path, "demand", 0);
    task.skills = read_skills(json, path);
    task.after = find_all(tasks_, json, path, "after");
    task.hard_after = find_all(tasks_, json, path, "hardAfter");
    task.earliest = document_.maybe_infinite(json, path, "earliest", 0);
    task.deadline = document_.maybe_infinite(json, path, "deadline", kNever);
    task.leave_by = document_.maybe_infinite(json, path, "leaveBy", kNever);
    task.crews_needed = static_cast<int>(document_.integer(json, path, "crewsNeeded", 1));
    task.pinned_to = find_crew(json, path, "pinnedTo");
    task.held_by = find_crew(json, path, "heldBy");
    task.change_penalty = document_.finite(json, path, "changePenalty", 0);
    task.started = document_.flag(json, path, "started");
    const std::string kind = lower_case(document_.text(json, path, "kind", false));
    if (!kind.empty() && !parse_work_kind(kind))
      document_.fault(path + ".kind", "'" + kind + "' is no kind of work");
    task.kind = parse_work_kind(kind).value_or(WorkKind::repair);
    task.due = document_.maybe_infinite(json, path, "due", kNever);
    task.late_weight = document_.finite(json, path, "lateWeight", 0);
    task.vetoed = find_all(crews_, json, path, "vetoed");
    task.turn_penalty = document_.finite(json, path, "turnPenalty", 0);
    return task;
  }

  template <class Record>
  std::vector<Id<Record>> find_all(const Names<Record>& names, const Json& json,
                                   const std::string& path, const char* key) {
    std::vector<Id<Record>> found;
    const Json& list = document_.array(json, path, key);
    for (std::size_t i = 0; i < list.size() && !document_.failed(); ++i) {
      const std::string place = Document::item(Document::join(path, key), i);
      if (!list[i].is_string()) {
        document_.fault(place, "must be an id, as text");
        break;
      }
      found.push_back(names.find(document_, place, list[i].get<std::string>()));
    }
    return found;
  }

  Id<DispatchCrew> find_crew(const Json& json, const std::string& path, const char* key) {
    const std::string name = document_.text(json, path, key, false);
    if (name.empty()) return {};
    return crews_.find(document_, Document::join(path, key), name);
  }

  const Json& root_;
  Document document_;
  DispatchProblem problem_;
  std::vector<SitePlace> places_;
  Names<Site> sites_;
  Names<DispatchCrew> crews_;
  Names<DispatchTask> tasks_;
  Names<DispatchDepot> depots_;
};

Json tour_json(const DispatchProblem& problem, const DispatchTour& tour) {
  Json stops = Json::array();
  for (const DispatchStop& stop : tour.stops) {
    Json made = {{"task", problem.tasks[stop.task.index].id},
                 {"arrival", stop.arrival},
                 {"start", stop.start},
                 {"completion", stop.completion}};
    if (stop.rest) made["rest"] = *stop.rest;
    if (stop.depot.valid()) made["depot"] = problem.depots[stop.depot.index].id;
    stops.push_back(std::move(made));
  }
  return {{"crew", problem.crews[tour.crew.index].id},
          {"stops", std::move(stops)},
          {"returnArrival", tour.return_arrival}};
}

}  // namespace

Result<ProblemFile> read_problem_file(std::string_view json) {
  try {
    const Json root = Json::parse(json);
    return ProblemReader(root).read();
  } catch (const Json::exception& error) {
    return refuse(ErrorCode::invalid_argument, "PROBLEM_FILE",
                  std::string("it is no JSON: ") + error.what());
  }
}

std::string write_plan_json(const DispatchProblem& problem, const DispatchPlan& plan) {
  Json tours = Json::array();
  for (const DispatchTour& tour : plan.tours) {
    if (!tour.stops.empty()) tours.push_back(tour_json(problem, tour));
  }
  Json unserved = Json::array();
  for (const UnservedTask& task : plan.unserved) {
    unserved.push_back({{"task", problem.tasks[task.task.index].id},
                        {"reason", task.reason},
                        {"details", task.details}});
  }
  const Json root = {{"objective", plan.objective},
                     {"tours", std::move(tours)},
                     {"unserved", std::move(unserved)},
                     {"unservedWeight", plan.unserved_weight},
                     {"secondsToBest", plan.seconds_to_best}};
  return root.dump(1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace gridmend
