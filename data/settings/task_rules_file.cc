#include "data/settings/task_rules_file.h"

#include <exception>
#include <optional>

#include "data/settings/toml_values.h"

namespace gridmend {
namespace {

std::string place_name(std::size_t device) {
  if (device == kDeviceKinds) return "premises";
  return std::string{to_string(static_cast<DeviceKind>(device))};
}

std::string kind_name(std::size_t kind) {
  return std::string{to_string(static_cast<WorkKind>(kind))};
}

std::string category_name(std::size_t category) {
  return std::string{to_string(static_cast<UsagePointCategory>(category))};
}

SkillSet skills_of(const toml::node& node, const std::string& name) {
  if (!node.is_array()) refuse_node(node, name, "must be a list of skills");
  SkillSet skills;
  for (const toml::node& item : *node.as_array()) {
    const auto skill = item.is_string() ? parse_skill(item.as_string()->get()) : std::nullopt;
    if (!skill) refuse_node(item, name, "names something that is no skill");
    skills.add(*skill);
  }
  return skills;
}

template <class Value>
std::optional<Value> taken(TomlValues& values, const std::string& name) {
  if (!values.has(name)) return std::nullopt;
  Value value{};
  values(name, value);
  return value;
}

// What one table says of a need.
struct NeedTable {
  std::optional<double> minutes;
  std::optional<std::uint32_t> crews;
  std::optional<double> material;
  std::optional<SkillSet> skills;

  NeedTable(TomlValues& values, const std::string& table)
      : minutes(taken<double>(values, table + ".minutes")),
        crews(taken<std::uint32_t>(values, table + ".crews")),
        material(taken<double>(values, table + ".material")) {
    const std::string name = table + ".skills";
    if (const toml::node* node = values.take(name); node != nullptr)
      skills = skills_of(*node, name);
  }

  void write_to(WorkNeed& need) const {
    if (minutes) need.minutes = *minutes;
    if (crews) need.crews = static_cast<int>(*crews);
    if (material) need.material = *material;
    if (skills) need.skills = *skills;
  }
};

TaskRules read_rules(std::string_view text) {
  TaskRules rules;
  TomlValues values = TomlValues::parse(text);
  for (std::size_t kind = 0; kind < rules.needs.size(); ++kind) {
    const NeedTable all{values, kind_name(kind) + ".all"};
    for (std::size_t device = 0; device < rules.needs[kind].size(); ++device) {
      WorkNeed& need = rules.needs[kind][device];
      all.write_to(need);
      NeedTable{values, kind_name(kind) + "." + place_name(device)}.write_to(need);
    }
  }
  values("outages.assess_below", rules.assess_below);
  values("outages.retry_after_s", rules.retry_after);
  values("outages.weight_step", rules.weight_step);
  values("outages.late_factor", rules.late_factor);
  for (std::size_t category = 0; category < rules.reserve_min.size(); ++category)
    values("reserve_min." + category_name(category), rules.reserve_min[category]);
  values.finish("rule for tasks");
  return rules;
}

using gridmend::shown;
std::string shown(SkillSet skills) {
  std::string text;
  for (int skill = 0; skill < kSkills; ++skill) {
    if (!skills.has(static_cast<Skill>(skill))) continue;
    text +=
        (text.empty() ? "\"" : ", \"") + std::string{to_string(static_cast<Skill>(skill))} + "\"";
  }
  return "[" + text + "]";
}

// One table after the other, each with the lines that are wanted; none without any.
class Tables {
 public:
  explicit Tables(bool whole) : whole_(whole) {}

  void begin(const std::string& table) { table_ = table; }
  template <class Value>
  void line(const std::string& name, const Value& value, const Value& usual) {
    if (!whole_ && value == usual) return;
    if (!table_.empty()) text_ += (text_.empty() ? "[" : "\n[") + table_ + "]\n";
    table_.clear();
    text_ += name + " = " + shown(value) + "\n";
  }
  std::string text() && { return std::move(text_); }

 private:
  bool whole_;
  std::string table_;
  std::string text_;
};

std::string write(const TaskRules& rules, bool whole) {
  static const TaskRules usual;
  Tables tables{whole};
  for (std::size_t kind = 0; kind < rules.needs.size(); ++kind) {
    for (std::size_t device = 0; device < rules.needs[kind].size(); ++device) {
      const WorkNeed& need = rules.needs[kind][device];
      const WorkNeed& before = usual.needs[kind][device];
      tables.begin(kind_name(kind) + "." + place_name(device));
      tables.line("minutes", need.minutes, before.minutes);
      tables.line("crews", static_cast<std::uint32_t>(need.crews),
                  static_cast<std::uint32_t>(before.crews));
      tables.line("material", need.material, before.material);
      tables.line("skills", need.skills, before.skills);
    }
  }
  tables.begin("outages");
  tables.line("assess_below", rules.assess_below, usual.assess_below);
  tables.line("retry_after_s", rules.retry_after, usual.retry_after);
  tables.line("weight_step", rules.weight_step, usual.weight_step);
  tables.line("late_factor", rules.late_factor, usual.late_factor);
  tables.begin("reserve_min");
  for (std::size_t category = 0; category < rules.reserve_min.size(); ++category) {
    tables.line(category_name(category), rules.reserve_min[category], usual.reserve_min[category]);
  }
  return std::move(tables).text();
}

}  // namespace

Result<TaskRules> parse_task_rules(std::string_view toml, std::string_view file) {
  const ErrorPlace place{std::string{file}, {}, {}, {}};
  try {
    TaskRules rules = read_rules(toml);
    if (auto valid = validate(rules); !valid) {
      Error error = valid.error();
      error.place = place;
      return unexpected(std::move(error));
    }
    return rules;
  } catch (const Refused& why) {
    return refused(why, place);
  } catch (const std::exception& error) {
    return refuse_at(place, ErrorCode::invalid_argument, "SETTINGS_INVALID", error.what());
  }
}

Result<TaskRules> read_task_rules(const std::filesystem::path& file) {
  const auto text = read_settings_text(file);
  if (!text) return unexpected(text.error());
  return parse_task_rules(*text, file.string());
}

std::string write_task_rules(const TaskRules& rules) { return write(rules, false); }
std::string write_whole_task_rules(const TaskRules& rules) { return write(rules, true); }

}  // namespace gridmend
