#include "data/ingest/closure_feed.h"

#include <cpl_json.h>

#include <charconv>
#include <cmath>
#include <fstream>
#include <set>

#include "data/ingest/gdal_session.h"
#include "data/ingest/source_name.h"

namespace gridmend {
namespace {

constexpr std::uintmax_t kMostBytes = 64U << 20;
constexpr std::size_t kMostPositions = 10'000;
constexpr std::size_t kIdBytes = 64;
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

// Of a LineString, MultiPoint or Point.
std::optional<Polyline> geojson_line(const CPLJSONObject& geometry) {
  if (!geometry.IsValid()) return std::nullopt;
  const std::string type = text_of(geometry, "type");
  const CPLJSONArray coordinates = geometry.GetArray("coordinates");
  if (!coordinates.IsValid()) return std::nullopt;
  Polyline line;
  if (type == "Point") {
    const auto position = position_of(coordinates);
    if (!position) return std::nullopt;
    return Polyline{*position};
  }
  if (type != "LineString" && type != "MultiPoint") return std::nullopt;
  if (static_cast<std::size_t>(coordinates.Size()) > kMostPositions) return std::nullopt;
  for (int i = 0; i < coordinates.Size(); ++i) {
    const auto position = position_of(coordinates[i].ToArray());
    if (!position) return std::nullopt;
    line.push_back(*position);
  }
  return line;
}

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
      std::string reason = text_of(incident, "description");
      if (reason.empty()) reason = street;
      take("waze:", text_of(incident, "id"), i, parse_waze_line(line), "polyline",
           text_of(incident, "starttime"), text_of(incident, "endtime"), std::move(reason));
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
      take("wzdx:", id, i, geojson_line(feature.GetObj("geometry")), "geometry",
           text_of(properties, "start_date"), text_of(properties, "end_date"), std::move(reason));
    }
  }

  ClosureFeed finish() && { return std::move(feed_); }

 private:
  void take(const std::string& prefix, const std::string& id, int number,
            std::optional<Polyline> line, const char* line_member, const std::string& from,
            const std::string& until, std::string reason) {
    const std::string place = id.empty() ? "entry " + std::to_string(number + 1) : id;
    if (id.empty() || prefix.size() + id.size() > kIdBytes) {
      return leave_out(place, "id", DefectClass::empty_id, "there is no id of up to 59 bytes");
    }
    if (!line) {
      return leave_out(place, line_member, DefectClass::invalid_geometry,
                       "its place cannot be read: it must be a line of up to 10,000 positions");
    }
    RoadClosure closure;
    closure.id = prefix + id;
    closure.line = std::move(*line);
    closure.from = Time::min();
    closure.reason = shortened(std::move(reason), kReasonBytes);
    if (!from.empty()) {
      const auto time = parse_rfc3339(from);
      if (!time)
        return leave_out(place, "start", DefectClass::unknown_value,
                         "'" + shortened(from, 40) + "' is no time");
      closure.from = *time;
    }
    if (!until.empty()) {
      closure.until = parse_rfc3339(until);
      if (!closure.until) {
        return leave_out(place, "end", DefectClass::unknown_value,
                         "'" + shortened(until, 40) + "' is no time");
      }
    }
    if (const auto valid = validate(closure); !valid) {
      return leave_out(place, {}, DefectClass::invalid_geometry, valid.error().message);
    }
    if (!ids_.insert(closure.id).second) {
      return leave_out(place, "id", DefectClass::duplicate_id, "the id is there twice");
    }
    feed_.closures.push_back(std::move(closure));
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
  std::set<std::string> ids_;
  ClosureFeed feed_;
};

}  // namespace

Result<ClosureFeed> parse_closure_feed(std::string_view json, const std::string& name) {
  prepare_gdal();
  const GdalErrors errors;
  CPLJSONDocument document;
  if (!document.LoadMemory(std::string{json})) {
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
