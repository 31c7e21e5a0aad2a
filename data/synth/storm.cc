#include "data/synth/storm.h"

#include <toml++/toml.h>

#include <cmath>
#include <exception>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <sstream>

namespace gridmend {
namespace {

struct Refused {
  std::string message;
};

[[noreturn]] void refuse_value(const toml::node& node, const std::string& message) {
  throw Refused{"line " + std::to_string(node.source().begin.line) + ": " + message};
}

// Reads one table key by key; what nobody asked for by the end is an unknown key.
class TableReader {
 public:
  TableReader(const toml::table& table, std::string name) : table_(table), name_(std::move(name)) {}

  void number(std::string_view key, double& into, double most = 1e6) {
    const toml::node* node = take(key);
    if (node == nullptr) return;
    const auto value = node->value<double>();
    if (!value || !std::isfinite(*value) || *value < 0 || *value > most) {
      refuse_value(*node, said(key) + " must be a number from 0 to " + shown(most));
    }
    into = *value;
  }
  void chance(std::string_view key, double& into) { number(key, into, 1); }
  void integer(std::string_view key, int& into, int most) {
    double value = into;
    number(key, value, most);
    if (const toml::node* node = table_.get(key); node != nullptr && !node->is_integer()) {
      refuse_value(*node, said(key) + " must be a whole number");
    }
    into = static_cast<int>(value);
  }
  void text(std::string_view key, std::string& into) {
    const toml::node* node = take(key);
    if (node == nullptr) return;
    if (!node->is_string()) refuse_value(*node, said(key) + " must be a text");
    into = node->as_string()->get();
  }
  void flag(std::string_view key, bool& into) {
    const toml::node* node = take(key);
    if (node == nullptr) return;
    if (!node->is_boolean()) refuse_value(*node, said(key) + " must be true or false");
    into = node->as_boolean()->get();
  }
  const toml::node* take(std::string_view key) {
    known_.emplace_back(key);
    return table_.get(key);
  }
  // A table inside this one, read by `read`; absent is fine.
  void table(std::string_view key, const std::function<void(TableReader&)>& read) {
    const toml::node* node = take(key);
    if (node == nullptr) return;
    if (!node->is_table()) refuse_value(*node, said(key) + " must be a table");
    TableReader inner{*node->as_table(), std::string{key}};
    read(inner);
    inner.finish();
  }
  void tables(std::string_view key, const std::function<void(TableReader&)>& read) {
    const toml::node* node = take(key);
    if (node == nullptr) return;
    const toml::array* array = node->as_array();
    if (array == nullptr)
      refuse_value(*node, said(key) + " must be written [[" + std::string{key} + "]]");
    for (const toml::node& item : *array) {
      if (!item.is_table())
        refuse_value(item, said(key) + " must be written [[" + std::string{key} + "]]");
      TableReader inner{*item.as_table(), std::string{key}};
      read(inner);
      inner.finish();
    }
  }
  void finish() const {
    for (const auto& [key, value] : table_) {
      if (std::find(known_.begin(), known_.end(), key.str()) == known_.end()) {
        refuse_value(value, "unknown key '" + std::string{key.str()} + "'" + within());
      }
    }
  }
  const toml::node& node() const { return table_; }
  std::string said(std::string_view key) const { return "'" + std::string{key} + "'" + within(); }

 private:
  std::string within() const { return name_.empty() ? "" : " in [" + name_ + "]"; }
  static std::string shown(double number) {
    std::ostringstream text;
    text << number;
    return text.str();
  }

  const toml::table& table_;
  std::string name_;
  std::vector<std::string> known_;
};

void read_time(TableReader& reader, std::string_view key, Time& into) {
  const toml::node* node = reader.take(key);
  if (node == nullptr) return;
  if (const auto* text = node->as_string()) {
    if (const auto time = parse_rfc3339(text->get())) {
      into = *time;
      return;
    }
  }
  std::ostringstream written;
  if (const auto* date_time = node->as_date_time()) written << date_time->get();
  const auto time = parse_rfc3339(written.str());
  if (!time) refuse_value(*node, reader.said(key) + " must be a time as 2026-07-20T02:00:00Z");
  into = *time;
}

void read_flood_source(TableReader& r, FloodSource& flood) {
  std::string file;
  r.text("file", file);
  flood.file = file;
  r.flag("made", flood.made);
  r.number("peak_depth_m", flood.peak_depth_m, 30);
  r.number("peak_h", flood.peak_h);
  r.number("width_m", flood.width_m);
  r.number("forecast_h", flood.forecast_h);
}

void read_faults(TableReader& r, FaultRates& faults) {
  r.number("overhead_per_km", faults.overhead_per_km);
  r.number("underground_per_km", faults.underground_per_km);
  r.chance("service_drop", faults.service_drop);
  r.chance("transformer", faults.transformer);
  r.chance("fuse", faults.fuse);
  r.chance("recloser", faults.recloser);
  r.chance("breaker", faults.breaker);
  r.number("peak_h", faults.peak_h);
  r.number("spread_h", faults.spread_h);
  r.number("flood_sigma_m", faults.flood_sigma_m, 30);
}

void read_evidence(TableReader& r, EvidenceRates& evidence) {
  r.chance("last_gasp_reach", evidence.last_gasp_reach);
  r.number("last_gasp_false_per_day", evidence.last_gasp_false_per_day, 100);
  r.chance("power_up_reach", evidence.power_up_reach);
  r.number("meter_delay_s", evidence.meter_delay_s);
  r.chance("call_rate", evidence.call_rate);
  r.number("call_delay_min", evidence.call_delay_min);
  r.chance("call_late_rate", evidence.call_late_rate);
  r.number("call_late_h", evidence.call_late_h);
  r.number("call_false_per_day", evidence.call_false_per_day, 100);
  r.chance("call_without_meter", evidence.call_without_meter);
  r.chance("concentrator_down", evidence.concentrator_down);
  r.number("clock_error_s", evidence.clock_error_s);
  r.chance("wrong_links", evidence.wrong_links);
  r.chance("scada_reach", evidence.scada_reach);
  r.chance("ping_lost", evidence.ping_lost);
  r.integer("pings_a_visit", evidence.pings_a_visit, 10000);
}

void read_crew_group(TableReader& r, CrewGroup& group) {
  r.integer("count", group.count, 1000);
  r.number("capacity", group.capacity);
  r.number("arrive_h", group.arrive_h);
  r.number("shift_h", group.shift_h);
  std::string vehicle{to_string(group.vehicle_class)};
  r.text("vehicle", vehicle);
  if (const toml::node* node = r.take("vehicle")) {
    const auto parsed = parse_vehicle_class(vehicle);
    if (!parsed) refuse_value(*node, "'" + vehicle + "' is no vehicle class");
    group.vehicle_class = *parsed;
  }
  const toml::node* node = r.take("skills");
  if (node == nullptr) return;
  if (!node->is_array()) refuse_value(*node, "'skills' must be a list of texts");
  group.skills.clear();
  for (const toml::node& item : *node->as_array()) {
    const auto skill = item.is_string() ? parse_skill(item.as_string()->get()) : std::nullopt;
    if (!skill) refuse_value(item, "'skills' names something that is no skill");
    group.skills.push_back(*skill);
  }
}

void read_repair(TableReader& r, RepairTimes& repair) {
  for (int kind = 0; kind < kDeviceKinds; ++kind) {
    const std::string key = std::string{to_string(static_cast<DeviceKind>(kind))} + "_min";
    r.number(key, repair.median_min[static_cast<std::size_t>(kind)]);
  }
  r.number("flooded_min", repair.flooded_min);
  r.number("sigma", repair.sigma, 3);
  r.number("look_min", repair.look_min);
}

Storm read_table(const toml::table& table) {
  Storm storm;
  storm.start = *parse_rfc3339("2026-07-20T02:00:00Z");
  TableReader r{table, ""};
  r.text("name", storm.name);
  read_time(r, "start", storm.start);
  r.number("duration_h", storm.duration_h, 1000);
  r.number("until_h", storm.until_h, 1000);
  r.number("step_s", storm.step_s, 3600);
  if (storm.step_s < 1) refuse_value(*table.get("step_s"), "'step_s' must be at least 1");
  r.table("flood", [&](TableReader& t) { read_flood_source(t, storm.flood); });
  r.table("faults", [&](TableReader& t) { read_faults(t, storm.faults); });
  r.tables("fault", [&](TableReader& t) {
    NamedFault& fault = storm.named_faults.emplace_back();
    t.text("device", fault.device);
    t.number("at_min", fault.at_min);
    t.number("repair_min", fault.repair_min);
    if (fault.device.empty()) refuse_value(t.node(), "[[fault]] lacks 'device'");
  });
  r.table("deliberate", [&](TableReader& t) {
    t.chance("share", storm.deliberate.share);
    t.chance("before_share_of_height", storm.deliberate.before_share_of_height);
    t.number("dry_h", storm.deliberate.dry_h);
  });
  r.table("evidence", [&](TableReader& t) { read_evidence(t, storm.evidence); });
  std::vector<CrewGroup> groups;
  r.tables("crews", [&](TableReader& t) { read_crew_group(t, groups.emplace_back()); });
  if (!groups.empty()) storm.crews = std::move(groups);
  r.table("repair", [&](TableReader& t) { read_repair(t, storm.repair); });
  r.finish();
  int crews = 0;
  for (const CrewGroup& group : storm.crews) crews += group.count;
  if (crews < 1) refuse_value(*table.get("crews"), "there is not one crew");
  if (storm.until_h < storm.duration_h) {
    // The defaults agree: one of the two is written.
    const toml::node* until = table.get("until_h");
    refuse_value(until != nullptr ? *until : *table.get("duration_h"),
                 "'until_h' is before 'duration_h'");
  }
  return storm;
}

}  // namespace

Result<Storm> parse_storm(std::string_view text, const std::string& file_name) {
  const auto refused = [&file_name](std::string message) {
    return refuse_at({file_name, {}, {}, {}}, ErrorCode::invalid_argument, "STORM_INVALID",
                     std::move(message));
  };
  try {
    return read_table(toml::parse(text));
  } catch (const toml::parse_error& error) {
    return refused("line " + std::to_string(error.source().begin.line) + ": " +
                   std::string{error.description()});
  } catch (const Refused& error) {
    return refused(error.message);
  } catch (const std::exception& error) {
    return refused(error.what());
  }
}

Result<Storm> read_storm(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) {
    return refuse_at({path.string(), {}, {}, {}}, ErrorCode::not_found, "STORM_NOT_FOUND",
                     "cannot be read");
  }
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  auto storm = parse_storm(text, path.filename().string());
  if (storm && !storm->flood.file.empty() && storm->flood.file.is_relative()) {
    storm->flood.file = path.parent_path() / storm->flood.file;
  }
  return storm;
}

}  // namespace gridmend
