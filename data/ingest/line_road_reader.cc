#include "data/ingest/line_road_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <utility>

#include "data/ingest/junction_order.h"
#include "data/ingest/letter_case.h"
#include "data/ingest/line_network.h"
#include "data/ingest/line_road_words.h"
#include "data/ingest/osm_road_reader.h"
#include "data/ingest/road_graph_builder.h"
#include "data/ingest/source_name.h"
#include "data/ingest/written_number.h"

namespace gridmend {
namespace {

// OSM's values that are no roads for vehicles, and what says the same elsewhere.
constexpr std::array<std::string_view, 15> kNotDriven = {
    "footway",   "path",     "cycleway",    "steps",    "pedestrian",
    "bridleway", "corridor", "platform",    "elevator", "construction",
    "proposed",  "raceway",  "via_ferrata", "sidewalk", "ferry"};

// OSM's words for a limit that a sign shows.
constexpr std::array<std::string_view, 2> kSigned = {"signals", "variable"};

enum Column : std::size_t {
  kName,
  kClass,
  kOneway,
  kSpeed,
  kStructure,
  kBridge,
  kTunnel,
  kLayer,
  kSurface,
  kFromJunction,
  kToJunction,
  kColumns,
};

// Of one layer; a column of free text has no more to say than this.
constexpr std::size_t kMostUnknownValues = 100;

// What is made of a value that is not understood.
std::string_view taken_as(Column column) {
  switch (column) {
    case kOneway:
      return "taken as open in both directions";
    case kSpeed:
      return "the speed of its class";
    case kLayer:
      return "taken as layer 0";
    default:
      return "taken as neither bridge nor tunnel: water counts";
  }
}

// A road as read; its connectivity comes later.
struct LineRoad {
  std::string name;
  RoadClass road_class = RoadClass::residential;
  RoadStructure structure = RoadStructure::at_grade;
  std::int8_t layer = 0;
  float forward_kmh = 0;
  float backward_kmh = 0;
  std::int64_t feature = 0;
  std::string from_junction;
  std::string to_junction;
  Polyline line;
};

class LineRoadReading {
 public:
  LineRoadReading(const VectorSource& source, std::size_t layer, const LineRoadSettings& settings)
      : source_(source), layer_(layer), settings_(settings) {
    place_.file = source.layers()[layer].file;
    place_.layer = source.layers()[layer].name;
    choose_columns();
  }

  Result<RoadImport> read();

 private:
  void choose_columns();
  Result<void> read_features();
  void take(const VectorFeature& feature);
  bool read_class(const VectorFeature& feature, LineRoad& road);
  void read_speed(const VectorFeature& feature, LineRoad& road);
  void read_structure(const VectorFeature& feature, LineRoad& road);
  void read_layer(const VectorFeature& feature, LineRoad& road);
  // What the column says; empty where it only says that it says nothing.
  std::string_view said(const VectorFeature& feature, Column column) const {
    return meaning(column, feature.text(column));
  }
  std::string_view meaning(Column column, std::string_view text) const;
  // The same where a flag may be a number, as tools make of 1, 0 and nothing.
  std::string flag(const VectorFeature& feature, Column column) const {
    const auto number = feature.number(column);
    return number ? std::string{meaning(column, number_text(*number))}
                  : std::string{said(feature, column)};
  }
  void not_understood(const VectorFeature& feature, Column column, std::string value);
  void tell_not_understood();
  void connect_by_ids(RoadGraphBuilder& builder);
  void tell_drawn_against(std::size_t lines, std::ptrdiff_t against, std::size_t first);
  void connect_by_geometry(RoadGraphBuilder& builder);
  static void add(RoadGraphBuilder& builder, const LineRoad& road, Id<RoadVertex> from,
                  Id<RoadVertex> to, const Polyline& line);

  bool has(Column column) const { return !requests_[column].name.empty(); }
  void defect(DefectClass c, DefectSeverity severity, std::int64_t feature, std::string message,
              std::string action) {
    ErrorPlace at = place_;
    at.feature_id = std::to_string(feature);
    log_.add({c, severity, std::move(at), std::move(message), std::move(action), std::nullopt});
  }

  const VectorSource& source_;
  std::size_t layer_;
  const LineRoadSettings& settings_;
  ErrorPlace place_;
  std::vector<ColumnRequest> requests_;
  std::vector<LineRoad> roads_;
  struct Unknown {
    std::size_t roads = 0;
    std::int64_t first = 0;
  };
  std::map<std::pair<Column, std::string>, Unknown> unknown_;  // by value
  std::size_t unknown_values_left_out_ = 0;
  RoadReport report_;
  DefectLog log_;
};

void LineRoadReading::choose_columns() {
  const LineRoadColumns& c = settings_.columns;
  const std::vector<std::string>* choices[kColumns] = {
      &c.name,   &c.road_class, &c.oneway,  &c.speed,         &c.structure,  &c.bridge,
      &c.tunnel, &c.layer,      &c.surface, &c.from_junction, &c.to_junction};
  const auto& columns = source_.layers()[layer_].columns;
  for (const auto* names : choices) {
    ColumnRequest request{{}, ColumnKind::text, true};
    for (const std::string& name : *names) {
      const bool there = std::ranges::any_of(columns, [&](const std::string& column) {
        return lower_case(column) == lower_case(name);
      });
      if (there && request.name.empty()) request.name = name;
    }
    requests_.push_back(std::move(request));
  }
}

std::string_view LineRoadReading::meaning(Column column, std::string_view text) const {
  static const RoadValues::Meanings kNone;
  const RoadValues& values = settings_.values;
  const RoadValues::Meanings& meanings = column == kClass       ? values.road_class
                                         : column == kOneway    ? values.oneway
                                         : column == kStructure ? values.structure
                                         : column == kBridge    ? values.bridge
                                         : column == kTunnel    ? values.tunnel
                                                                : kNone;
  for (const auto& [pattern, meant] : meanings) {
    if (matches_pattern(pattern, text)) return meant;
  }
  return says_nothing(text) ? std::string_view{} : text;
}

bool LineRoadReading::read_class(const VectorFeature& feature, LineRoad& road) {
  std::string value = lower_case(said(feature, kClass));
  // A list, as some tools write merged values: the first counts.
  if (value.starts_with("['")) value = value.substr(2, value.find('\'', 2) - 2);
  if (value.empty()) return true;
  if (const auto known = parse_highway_class(value)) {
    road.road_class = *known;
    return true;
  }
  if (one_of(value, kNotDriven)) return false;
  defect(DefectClass::unknown_value, DefectSeverity::note, feature.number(),
         "road class '" + value + "' is not known", "taken as residential");
  return true;
}

void LineRoadReading::read_speed(const VectorFeature& feature, LineRoad& road) {
  double speed = default_speed_kmh(road.road_class);
  if (lower_case(said(feature, kClass)).ends_with("_link")) speed = std::max(30.0, speed / 2);
  const std::string surface = lower_case(feature.text(kSurface));
  if (one_of(surface, std::array<std::string_view, 8>{"unpaved", "gravel", "dirt", "ground",
                                                      "earth", "grass", "sand", "mud"})) {
    speed = std::min(speed, 30.0);
  }
  const auto number = feature.number(kSpeed);
  if (number) {
    if (*number > 0) speed = std::clamp(*number, 1.0, 140.0);
  } else if (const auto parsed = read_speed_word_kmh(feature.text(kSpeed))) {
    speed = *parsed;
  } else if (const auto text = said(feature, kSpeed); !text.empty() && !one_of(text, kSigned)) {
    not_understood(feature, kSpeed, std::string{text});
  }
  const std::string directions = flag(feature, kOneway);
  const OnewayWord oneway = read_oneway_word(directions);
  if (!oneway.known) not_understood(feature, kOneway, directions);
  if (oneway.forward) road.forward_kmh = static_cast<float>(speed);
  if (oneway.backward) road.backward_kmh = static_cast<float>(speed);
}

void LineRoadReading::read_structure(const VectorFeature& feature, LineRoad& road) {
  const std::string structure = lower_case(said(feature, kStructure));
  const RoadWord bridge = read_bridge_word(flag(feature, kBridge));
  const RoadWord tunnel = read_tunnel_word(flag(feature, kTunnel));
  if (bridge == RoadWord::unknown) not_understood(feature, kBridge, flag(feature, kBridge));
  if (tunnel == RoadWord::unknown) not_understood(feature, kTunnel, flag(feature, kTunnel));
  if (structure == "bridge" || bridge == RoadWord::yes) {
    road.structure = RoadStructure::bridge;
  } else if (structure == "tunnel" || structure == "underpass" || tunnel == RoadWord::yes) {
    road.structure = RoadStructure::tunnel;
  } else if (structure == "ford" || bridge == RoadWord::ford) {
    road.structure = RoadStructure::ford;
  } else if (!structure.empty() && structure != "at_grade") {
    not_understood(feature, kStructure, structure);
  }
}

void LineRoadReading::not_understood(const VectorFeature& feature, Column column,
                                     std::string value) {
  const std::pair key{column, std::move(value)};
  if (unknown_.size() >= kMostUnknownValues && !unknown_.contains(key)) {
    ++unknown_values_left_out_;
    return;
  }
  Unknown& unknown = unknown_[key];
  if (unknown.roads++ == 0) unknown.first = feature.number();
}

void LineRoadReading::tell_not_understood() {
  for (const auto& [key, unknown] : unknown_) {
    const auto& [column, value] = key;
    ErrorPlace at = place_;
    at.feature_id = std::to_string(unknown.first);
    at.column = requests_[column].name;
    log_.add({DefectClass::unknown_value, DefectSeverity::warning, std::move(at),
              "'" + value + "' in column '" + requests_[column].name + "' of " +
                  std::to_string(unknown.roads) +
                  (unknown.roads == 1 ? " road" : " roads, this one first,") + " is not known",
              std::string{taken_as(column)}, std::nullopt});
  }
  if (unknown_values_left_out_ == 0) return;
  log_.add({DefectClass::unknown_value, DefectSeverity::warning, place_,
            "values that are not known in columns of " + std::to_string(unknown_values_left_out_) +
                " further roads",
            "taken as the others of their columns", std::nullopt});
}

void LineRoadReading::read_layer(const VectorFeature& feature, LineRoad& road) {
  double layer = 0;
  const std::string_view text = said(feature, kLayer);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), layer);
  if (const auto number = feature.number(kLayer)) {
    layer = *number;
  } else if (!text.empty() && (error != std::errc{} || !std::isfinite(layer))) {
    not_understood(feature, kLayer, std::string{text});
    layer = 0;
  }
  road.layer = static_cast<std::int8_t>(std::clamp(layer, -99.0, 99.0));
}

void LineRoadReading::take(const VectorFeature& feature) {
  ++report_.features;
  LineRoad road;
  road.feature = feature.number();
  if (!read_class(feature, road)) {
    ++report_.features_left_out;
    return;
  }
  read_speed(feature, road);
  read_structure(feature, road);
  read_layer(feature, road);
  road.name = said(feature, kName);
  if (feature.repaired_column()) {
    defect(DefectClass::text_not_utf8, DefectSeverity::note, road.feature,
           "column '" + requests_[*feature.repaired_column()].name + "' is not UTF-8",
           "wrong bytes replaced by U+FFFD");
  }
  road.from_junction = said(feature, kFromJunction);
  road.to_junction = said(feature, kToJunction);
  const auto geometry = feature.geometry();
  std::size_t begin = 0;
  std::size_t taken = 0;
  for (const std::size_t end : feature.line_ends()) {
    road.line.assign(geometry.begin() + begin, geometry.begin() + end);
    begin = end;
    const auto [first, last] = std::ranges::unique(road.line);
    road.line.erase(first, last);
    if (road.line.size() < 2 || !std::ranges::all_of(road.line, is_on_earth)) continue;
    roads_.push_back(road);
    ++taken;
  }
  if (taken > 0) return;
  ++report_.features_left_out;
  const bool none = geometry.empty() && !feature.geometry_invalid();
  defect(none ? DefectClass::missing_geometry : DefectClass::invalid_geometry,
         DefectSeverity::warning, road.feature,
         none ? "the road has no geometry" : "the road's geometry is no line on the earth",
         "left out");
}

Result<void> LineRoadReading::read_features() {
  // A column may be a number in one data set and text in the next; the layer says which when it is
  // asked for the wrong one, before any feature is visited.
  while (true) {
    auto read = source_.read(layer_, requests_, [this](const VectorFeature& feature) {
      take(feature);
      return Result<void>{};
    });
    if (read || read.error().reason != "COLUMN_TYPE") return read;
    const auto request =
        std::ranges::find(requests_, read.error().place.column, &ColumnRequest::name);
    if (request == requests_.end() || request->kind == ColumnKind::number) return read;
    request->kind = ColumnKind::number;
  }
}

void LineRoadReading::add(RoadGraphBuilder& builder, const LineRoad& road, Id<RoadVertex> from,
                          Id<RoadVertex> to, const Polyline& line) {
  builder.add({from, to, line, road.name, road.road_class, road.structure, road.layer,
               road.forward_kmh, road.backward_kmh});
}

// Ids say where roads meet, the drawing says which way they lead.
void LineRoadReading::connect_by_ids(RoadGraphBuilder& builder) {
  // The parts of one feature follow each other; its ids are those of its outer ends.
  std::vector<std::size_t> begins;  // of features, in roads_
  for (std::size_t i = 0; i < roads_.size(); ++i) {
    if (i == 0 || roads_[i - 1].feature != roads_[i].feature) begins.push_back(i);
  }
  begins.push_back(roads_.size());
  std::vector<JunctionLine> lines;
  for (std::size_t f = 0; f + 1 < begins.size(); ++f) {
    const LineRoad& first = roads_[begins[f]];
    lines.push_back({first.from_junction, first.to_junction, first.line.front(),
                     roads_[begins[f + 1] - 1].line.back()});
  }
  const std::vector<char> against = drawn_against(lines, settings_.tolerance_m);
  tell_drawn_against(lines.size(), std::ranges::count(against, 1),
                     begins[std::ranges::find(against, 1) - against.begin()]);
  std::map<std::string, Id<RoadVertex>, std::less<>> vertices;
  const auto vertex = [&](std::string_view id, Position position) {
    if (id.empty()) return builder.add_vertex(position);
    const auto it = vertices.find(id);
    return it != vertices.end() ? it->second
                                : vertices.emplace(id, builder.add_vertex(position)).first->second;
  };
  for (std::size_t f = 0; f < lines.size(); ++f) {
    const auto [said_from, said_to] = std::pair{lines[f].from, lines[f].to};
    const std::string_view from_id = against[f] != 0 ? said_to : said_from;
    const std::string_view to_id = against[f] != 0 ? said_from : said_to;
    for (std::size_t i = begins[f]; i < begins[f + 1]; ++i) {
      const LineRoad& road = roads_[i];
      const auto from = vertex(i == begins[f] ? from_id : std::string_view{}, road.line.front());
      const auto to = vertex(i + 1 == begins[f + 1] ? to_id : std::string_view{}, road.line.back());
      report_.source_segments += road.line.size() - 1;
      add(builder, road, from, to, road.line);
    }
  }
  report_.source_vertices = builder.vertices();
}

void LineRoadReading::tell_drawn_against(std::size_t lines, std::ptrdiff_t against,
                                         std::size_t first) {
  if (against == 0) return;
  const std::string& from = requests_[kFromJunction].name;
  const std::string& to = requests_[kToJunction].name;
  defect(DefectClass::connectivity_disagrees, DefectSeverity::note, roads_[first].feature,
         std::to_string(against) + " of " + std::to_string(lines) +
             " roads, this one first, are drawn from their '" + to + "' to their '" + from + "'",
         "taken as they are drawn; one-way streets lead that way");
}

void LineRoadReading::connect_by_geometry(RoadGraphBuilder& builder) {
  std::vector<DrawnLine> drawn;
  drawn.reserve(roads_.size());
  for (const LineRoad& road : roads_) {
    drawn.push_back({road.line, road.layer});
    report_.source_segments += road.line.size() - 1;
    report_.source_vertices += road.line.size();
  }
  const JoinedLines joined = join_lines(drawn, settings_.tolerance_m);
  for (const Position junction : joined.junctions) builder.add_vertex(junction);
  for (const JoinedPart& part : joined.parts) {
    add(builder, roads_[part.line], Id<RoadVertex>{part.from}, Id<RoadVertex>{part.to}, part.part);
  }
}

Result<RoadImport> LineRoadReading::read() {
  if (auto done = read_features(); !done) return unexpected(done.error());
  RoadGraphBuilder builder;
  if (has(kFromJunction) && has(kToJunction)) {
    connect_by_ids(builder);
  } else {
    connect_by_geometry(builder);
  }
  if (builder.edges() == 0) {
    return refuse_at(
        place_, ErrorCode::invalid_argument, "ROADS_EMPTY",
        "has no road a vehicle may drive (" + std::to_string(report_.features) + " features)");
  }
  RoadRecords records = std::move(builder).finish(RoadOrigin::line_layer);
  tell_not_understood();
  report_components(records, place_, report_, log_);
  check_structures(records, place_, log_);
  report_.defects = std::move(log_).finish();
  return RoadImport{std::move(records), std::move(report_)};
}

Result<std::size_t> only(const VectorSource& source, std::size_t layer) {
  if (auto one = check_only_one(source, layer); !one) return unexpected(one.error());
  return layer;
}

Result<std::size_t> choose_layer(const VectorSource& source, const LineRoadSettings& settings) {
  const ErrorPlace place{source.name(), {}, {}, {}};
  for (const std::string& name : settings.layers) {
    if (const auto found = source.find_layer(name)) return only(source, *found);
  }
  if (!settings.layers.empty()) {
    return refuse_at(place, ErrorCode::not_found, "ROADS_LAYER_MISSING",
                     "has no layer '" + settings.layers.front() + "'");
  }
  for (const char* name : {"roads", "edges", "streets"}) {
    if (const auto found = source.find_layer(name)) return only(source, *found);
  }
  std::vector<std::size_t> with_geometry;
  std::string names;
  for (std::size_t i = 0; i < source.layers().size(); ++i) {
    names += (names.empty() ? "'" : ", '") + source.layers()[i].name + "'";
    if (source.layers()[i].has_geometry) with_geometry.push_back(i);
  }
  if (with_geometry.size() == 1) return with_geometry.front();
  return refuse_at(place, ErrorCode::invalid_argument, "ROADS_LAYER_UNCLEAR",
                   "which layer holds the roads? There are " + names);
}

}  // namespace

Result<RoadImport> read_line_roads(const VectorSource& source, std::size_t layer,
                                   const LineRoadSettings& settings) {
  GRIDMEND_CHECK(layer < source.layers().size(), "the layer is one of the source's");
  return LineRoadReading{source, layer, settings}.read();
}

Result<RoadImport> read_line_roads(const std::filesystem::path& path,
                                   const LineRoadSettings& settings) {
  const auto source = VectorSource::open(path, settings.limits);
  if (!source) return unexpected(source.error());
  const auto layer = choose_layer(*source, settings);
  if (!layer) return unexpected(layer.error());
  return read_line_roads(*source, *layer, settings);
}

LineRoadSettings line_road_settings(const RoadRule& rule) {
  LineRoadSettings settings;
  const auto take = [](const std::vector<std::string>& from, std::vector<std::string>& to) {
    if (!from.empty()) to = from;
  };
  LineRoadColumns& columns = settings.columns;
  take(rule.name, columns.name);
  take(rule.road_class, columns.road_class);
  take(rule.oneway, columns.oneway);
  take(rule.speed_kmh, columns.speed);
  take(rule.structure, columns.structure);
  take(rule.bridge, columns.bridge);
  take(rule.tunnel, columns.tunnel);
  take(rule.layer, columns.layer);
  take(rule.surface, columns.surface);
  take(rule.from_junction, columns.from_junction);
  take(rule.to_junction, columns.to_junction);
  settings.tolerance_m = rule.tolerance_m.value_or(settings.tolerance_m);
  settings.layers = rule.layers;
  settings.values = rule.values;
  return settings;
}

Result<RoadImport> read_road_file(const std::filesystem::path& path, const SourceLimits& limits,
                                  const RoadRule* rule) {
  if (is_osm_file(path)) {
    if (rule != nullptr) {
      return refuse_at({source_name(path), {}, {}, {}}, ErrorCode::invalid_argument,
                       "ROADS_PROFILE_UNUSED",
                       "is OpenStreetMap, whose tags need no profile of roads");
    }
    OsmRoadOptions options;
    options.limits = limits;
    return read_osm_roads(path, options);
  }
  LineRoadSettings settings = rule == nullptr ? LineRoadSettings{} : line_road_settings(*rule);
  settings.limits = limits;
  return read_line_roads(path, settings);
}

}  // namespace gridmend
