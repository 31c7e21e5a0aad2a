#include "data/ingest/closure_feed.h"

#include <cpl_json.h>
#include <cpl_minixml.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>

#include "core/base/hash.h"
#include "data/ingest/gdal_session.h"
#include "data/ingest/source_name.h"
#include "data/ingest/written_time.h"

namespace gridmend {
namespace {

constexpr std::uintmax_t kMostBytes = 64U << 20;
constexpr std::size_t kMostPositions = 10'000;
constexpr std::size_t kMostParts = 1000;
constexpr std::size_t kIdBytes = 64;
constexpr std::size_t kPartBytes = 5;  // "/1000"
constexpr std::size_t kReasonBytes = 500;

tl::unexpected<Error> refuse_feed(const std::string& name, ErrorCode code, std::string reason,
                                  std::string message) {
  return refuse_at({name, {}, {}, {}}, code, std::move(reason), std::move(message));
}

// An absent member, or one of another type, is an empty text.
std::string text_of(const CPLJSONObject& object, const std::string& key) {
  const CPLJSONObject member = object.GetObj(key);
  if (!member.IsValid()) return {};
  switch (member.GetType()) {
    case CPLJSONObject::Type::String:
    case CPLJSONObject::Type::Integer:
    case CPLJSONObject::Type::Long:
      return member.ToString();
    default:
      return {};
  }
}

// Cut between two characters, so that what was UTF-8 stays it.
std::string shortened(std::string text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) --bytes;
  text.resize(bytes);
  return text;
}

// "lat lon lat lon ...", with blanks or commas between.
std::optional<Polyline> parse_waze_line(std::string_view text) {
  std::vector<double> numbers;
  while (true) {
    const std::size_t begin = text.find_first_not_of(" ,\t\r\n");
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin);
    double number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc{} || !std::isfinite(number)) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
    numbers.push_back(number);
    if (numbers.size() > 2 * kMostPositions) return std::nullopt;
  }
  if (numbers.empty() || numbers.size() % 2 != 0) return std::nullopt;
  Polyline line;
  for (std::size_t i = 0; i < numbers.size(); i += 2) line.push_back({numbers[i + 1], numbers[i]});
  return line;
}

std::optional<Position> position_of(const CPLJSONArray& pair) {
  if (!pair.IsValid() || pair.Size() < 2) return std::nullopt;
  const auto number = [](const CPLJSONObject& value) {
    const auto type = value.GetType();
    const bool is_number = type == CPLJSONObject::Type::Integer ||
                           type == CPLJSONObject::Type::Long || type == CPLJSONObject::Type::Double;
    return is_number ? value.ToDouble() : std::nan("");
  };
  const Position position{number(pair[0]), number(pair[1])};
  if (!is_on_earth(position)) return std::nullopt;
  return position;
}

std::optional<Polyline> positions_of(const CPLJSONArray& coordinates) {
  if (!coordinates.IsValid()) return std::nullopt;
  if (static_cast<std::size_t>(coordinates.Size()) > kMostPositions) return std::nullopt;
  Polyline line;
  for (int i = 0; i < coordinates.Size(); ++i) {
    const auto position = position_of(coordinates[i].ToArray());
    if (!position) return std::nullopt;
    line.push_back(*position);
  }
  return line;
}

// Of a LineString, MultiPoint or Point one line, of a MultiLineString its parts; none: it cannot be
// read.
std::vector<Polyline> geojson_lines(const CPLJSONObject& geometry) {
  if (!geometry.IsValid()) return {};
  const std::string type = text_of(geometry, "type");
  const CPLJSONArray coordinates = geometry.GetArray("coordinates");
  if (!coordinates.IsValid()) return {};
  std::vector<std::optional<Polyline>> lines;
  if (type == "Point") {
    const auto position = position_of(coordinates);
    if (position) lines.push_back(Polyline{*position});
  } else if (type == "LineString" || type == "MultiPoint") {
    lines.push_back(positions_of(coordinates));
  } else if (type == "MultiLineString" &&
             static_cast<std::size_t>(coordinates.Size()) <= kMostParts) {
    for (int i = 0; i < coordinates.Size(); ++i) {
      lines.push_back(positions_of(coordinates[i].ToArray()));
    }
  }
  std::vector<Polyline> result;
  for (std::optional<Polyline>& line : lines) {
    if (!line) return {};
    result.push_back(std::move(*line));
  }
  return result;
}

// What an entry says, whatever the form.
struct Entry {
  std::string id;
  std::vector<Polyline> lines;
  std::string from;
  std::string until;
  std::string reason;
};

std::string content_of(const Entry& entry) {
  Hasher hasher;
  for (const Polyline& line : entry.lines) {
    for (const Position p : line) hasher.add(p.longitude_deg).add(p.latitude_deg);
  }
  return to_hex(hasher.add(entry.id).add(entry.from).add(entry.until).finish());
}

struct XmlDestroyer {
  void operator()(CPLXMLNode* node) const { CPLDestroyXMLNode(node); }
};
using Xml = std::unique_ptr<CPLXMLNode, XmlDestroyer>;

class FeedReader {
 public:
  explicit FeedReader(std::string name) : name_(std::move(name)) {}

  void read_waze(const CPLJSONArray& incidents) {
    for (int i = 0; i < incidents.Size(); ++i) {
      const CPLJSONObject incident = incidents[i];
      if (text_of(incident, "type") != "ROAD_CLOSED") {
        ++feed_.no_closures;
        continue;
      }
      const CPLJSONObject location = incident.GetObj("location");
      std::string line = text_of(incident, "polyline");
      std::string street = text_of(incident, "street");
      if (location.IsValid()) {
        if (line.empty()) line = text_of(location, "polyline");
        if (street.empty()) street = text_of(location, "street");
      }
      take_incident(i, text_of(incident, "id"), line, street, text_of(incident, "description"),
                    text_of(incident, "starttime"), text_of(incident, "endtime"));
    }
  }

  void read_waze_xml(const CPLXMLNode& incidents) {
    int number = 0;
    for (const CPLXMLNode* node = incidents.psChild; node != nullptr; node = node->psNext) {
      if (node->eType != CXT_Element || std::string_view{node->pszValue} != "incident") continue;
      const auto said = [&](const char* path) {
        return std::string{CPLGetXMLValue(node, path, "")};
      };
      const int i = number++;
      if (said("type") != "ROAD_CLOSED") {
        ++feed_.no_closures;
        continue;
      }
      const auto here_or_in_location = [&](const char* name) {
        std::string text = said(name);
        return text.empty() ? said((std::string{"location."} + name).c_str()) : text;
      };
      take_incident(i, said("id"), here_or_in_location("polyline"), here_or_in_location("street"),
                    said("description"), said("starttime"), said("endtime"));
    }
  }

  void read_wzdx(const CPLJSONArray& features) {
    for (int i = 0; i < features.Size(); ++i) {
      const CPLJSONObject feature = features[i];
      const CPLJSONObject properties = feature.GetObj("properties");
      if (!properties.IsValid() || text_of(properties, "vehicle_impact") != "all-lanes-closed") {
        ++feed_.no_closures;
        continue;
      }
      const CPLJSONObject core = properties.GetObj("core_details");
      std::string reason = core.IsValid() ? text_of(core, "description") : std::string{};
      if (reason.empty()) reason = text_of(properties, "description");
      if (reason.empty()) reason = "work zone";
      std::string id = text_of(feature, "id");
      if (id.empty()) id = text_of(properties, "road_event_id");
      take("wzdx:", i,
           {id, geojson_lines(feature.GetObj("geometry")), text_of(properties, "start_date"),
            text_of(properties, "end_date"), std::move(reason)},
           "geometry");
    }
  }

  ClosureFeed finish() && {
    feed_.unread_by_content =
        feed_.unread_by_content || std::ranges::any_of(feed_.unread, [this](const auto& id) {
          return has_part_of_another_entry(id);
        });
    for (const auto& [message, told] : notes_) {
      const std::string entries =
          told.entries == 1 ? "1 entry, " + told.first
                            : std::to_string(told.entries) + " entries, the first " + told.first;
      feed_.notes.push_back({DefectClass::unknown_value,
                             DefectSeverity::note,
                             {name_, {}, told.first, {}},
                             entries + ": " + message,
                             told.action,
                             std::nullopt});
    }
    return std::move(feed_);
  }

 private:
  struct Note {
    std::size_t entries = 0;
    std::string first;
    std::string last;
    std::string action;
  };

  void take_incident(int number, std::string id, const std::string& polyline, std::string street,
                     std::string description, std::string from, std::string until) {
    Entry entry{std::move(id), {}, std::move(from), std::move(until), std::move(description)};
    if (entry.reason.empty()) entry.reason = std::move(street);
    if (auto line = parse_waze_line(polyline)) entry.lines.push_back(std::move(*line));
    take("waze:", number, std::move(entry), "polyline");
  }

  void take(const std::string& prefix, int number, Entry entry, const char* line_member) {
    const std::string place = entry.id.empty() ? "entry " + std::to_string(number + 1) : entry.id;
    const std::string content = content_of(entry);
    const bool is_long = prefix.size() + entry.id.size() + kPartBytes > kIdBytes;
    RoadClosure closure;
    closure.id = prefix + (entry.id.empty() ? content
                           : is_long        ? to_hex(Hasher{}.add(entry.id).finish())
                                            : entry.id);
    const auto [claimed, is_first] = claimed_.try_emplace(closure.id, content);
    if (entry.lines.empty()) {
      keep(closure.id, is_first && !entry.id.empty());
      return leave_out(place, line_member, DefectClass::invalid_geometry,
                       "its place cannot be read: it must be a line of up to 10,000 positions");
    }
    if (!is_first) {
      // Told once more, or another road under the same id.
      closure.id = prefix + content;
      if (claimed->second == content || !claimed_.try_emplace(closure.id, content).second) return;
      note(place, "the id is there twice", "named by what the entry says");
    } else if (entry.id.empty()) {
      note(place, "there is no id", "named by what the entry says");
    } else if (is_long) {
      note(place, "the id is longer than 54 bytes", "named by its hash");
    }
    closure.from = begins(place, entry.from);
    closure.until = ends(place, entry.until);
    closure.reason = shortened(std::move(entry.reason), kReasonBytes);
    const std::string first = closure.id;
    std::vector<RoadClosure> made;
    for (Polyline& line : entry.lines) {
      closure.line = std::move(line);
      if (const auto valid = validate(closure); !valid) {
        keep(first, is_first && !entry.id.empty());
        return leave_out(place, {}, DefectClass::invalid_geometry, valid.error().message);
      }
      made.push_back(closure);
    }
    for (std::size_t i = 1; i < made.size(); ++i) {
      made[i].id = first + "/" + std::to_string(i + 1);
      if (claimed_.try_emplace(made[i].id, content).second) continue;
      made[i].id = prefix + to_hex(Hasher{}.add(made[i].id).add(content).finish());
      claimed_.emplace(made[i].id, content);
      note(place, "the id of a part is another entry's", "named by what the entry says");
    }
    std::ranges::move(made, std::back_inserter(feed_.closures));
  }

  // Of an entry that says nothing now: what it closed under its id is still its own.
  void keep(const std::string& id, bool by_id) {
    if (by_id) {
      feed_.unread.push_back(id);
    } else {
      feed_.unread_by_content = true;
    }
  }

  // Some part of an entry left out may have been named by what it said.
  bool has_part_of_another_entry(const std::string& id) const {
    const std::string part = id + "/";
    const auto next = claimed_.lower_bound(part);
    return next != claimed_.end() && next->first.starts_with(part);
  }

  Time begins(const std::string& place, const std::string& text) {
    if (text.empty()) return Time::min();
    const auto time = read_time(place, text);
    if (!time) note(place, "its beginning is no time", "closed since ever");
    return time.value_or(Time::min());
  }

  std::optional<Time> ends(const std::string& place, const std::string& text) {
    if (text.empty()) return std::nullopt;
    const auto time = read_time(place, text);
    if (!time) note(place, "its end is no time", "closed until it is reopened");
    return time;
  }

  std::optional<Time> read_time(const std::string& place, const std::string& text) {
    const auto read = parse_written_time(text);
    if (!read) return std::nullopt;
    if (read->offset_assumed) note(place, "a time has no offset from UTC", "taken as UTC");
    return read->time;
  }

  void note(const std::string& entry, const std::string& message, const char* action) {
    Note& told = notes_[message];
    if (told.entries == 0) told.first = shortened(entry, kIdBytes);
    if (told.last != entry) ++told.entries;
    told.last = entry;
    told.action = action;
  }

  void leave_out(const std::string& entry, std::string member, DefectClass defect_class,
                 std::string message) {
    feed_.defects.push_back({defect_class,
                             DefectSeverity::warning,
                             {name_, {}, shortened(entry, kIdBytes), std::move(member)},
                             std::move(message),
                             "left out",
                             std::nullopt});
  }

  std::string name_;
  std::map<std::string, std::string> claimed_;  // what the entry of an id says
  std::map<std::string, Note> notes_;           // by message
  ClosureFeed feed_;
};

Result<ClosureFeed> parse_xml_feed(std::string_view text, const std::string& name) {
  const GdalErrors errors;
  const Xml tree{CPLParseXMLString(std::string{text}.c_str())};
  if (tree == nullptr || errors.any()) {
    return refuse_feed(name, ErrorCode::invalid_argument, "CLOSURE_FEED_INVALID",
                       "is not XML: " + errors.message("it cannot be read"));
  }
  const CPLXMLNode* const incidents = CPLSearchXMLNode(tree.get(), "=incidents");
  if (incidents == nullptr) {
    return refuse_feed(name, ErrorCode::invalid_argument, "CLOSURE_FEED_FORM",
                       "is XML without <incidents> (Waze CIFS)");
  }
  FeedReader reader{name};
  reader.read_waze_xml(*incidents);
  return std::move(reader).finish();
}

}  // namespace

Result<ClosureFeed> parse_closure_feed(std::string_view text, const std::string& name) {
  prepare_gdal();
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != text.npos && text[first] == '<') return parse_xml_feed(text.substr(first), name);
  const GdalErrors errors;
  CPLJSONDocument document;
  if (!document.LoadMemory(std::string{text})) {
    return refuse_feed(name, ErrorCode::invalid_argument, "CLOSURE_FEED_INVALID",
                       "is not JSON: " + errors.message("it cannot be read"));
  }
  const CPLJSONObject root = document.GetRoot();
  const CPLJSONArray incidents = root.GetArray("incidents");
  const CPLJSONArray features = root.GetArray("features");
  FeedReader reader{name};
  if (incidents.IsValid()) {
    reader.read_waze(incidents);
  } else if (features.IsValid() && text_of(root, "type") == "FeatureCollection") {
    reader.read_wzdx(features);
  } else {
    return refuse_feed(name, ErrorCode::invalid_argument, "CLOSURE_FEED_FORM",
                       "has neither 'incidents' (Waze CIFS) nor 'features' (WZDx)");
  }
  return std::move(reader).finish();
}

Result<ClosureFeed> read_closure_feed(const std::filesystem::path& path) {
  const std::string name = source_name(path);
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return refuse_feed(name, ErrorCode::not_found, "CLOSURE_FEED_NOT_FOUND",
                       "there is no such file");
  }
  if (std::filesystem::file_size(path, error) > kMostBytes || error) {
    return refuse_feed(name, ErrorCode::invalid_argument, "CLOSURE_FEED_TOO_LARGE",
                       "has more than 64 MB");
  }
  std::ifstream file{path, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  if (!file) {
    return refuse_feed(name, ErrorCode::invalid_argument, "CLOSURE_FEED_NOT_FOUND",
                       "cannot be read");
  }
  return parse_closure_feed(text, name);
}

}  // namespace gridmend
