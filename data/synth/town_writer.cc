#include <array>
#include <cstdio>
#include <fstream>
#include <system_error>

#include "data/ingest/gis_writer.h"
#include "data/synth/street_names.h"
#include "data/synth/town.h"

namespace gridmend {
namespace {

using Type = GisColumnType;

class NetworkWriter {
 public:
  NetworkWriter(const Town& town, GisWriter writer, const ReadingProgress& progress)
      : town_(town),
        net_(town.network),
        writer_(std::move(writer)),
        progress_(progress),
        all_(static_cast<std::int64_t>(net_.substations.size() + net_.feeders.size() +
                                       net_.lines.size() + net_.switches.size() +
                                       net_.transformers.size() + net_.usage_points.size() +
                                       town.streets.edges.size())) {}

  Result<void> write() {
    for (const auto part :
         {&NetworkWriter::substations, &NetworkWriter::feeders, &NetworkWriter::lines,
          &NetworkWriter::switches, &NetworkWriter::transformers, &NetworkWriter::usage_points,
          &NetworkWriter::roads}) {
      if (auto done = (this->*part)(); !done) return done;
    }
    if (progress_) progress_(kWriting, all_, all_);
    return writer_.close();
  }

 private:
  static constexpr std::string_view kWriting = "writing features";
  static constexpr std::int64_t kTold = 20'000;  // features between two calls of the progress

  static std::string id(const char* prefix, std::size_t number) {
    char text[40];
    std::snprintf(text, sizeof text, "%s%06zu", prefix, number + 1);
    return text;
  }
  static std::string node(std::uint32_t number) { return id("N", number); }
  static std::string feeder(std::uint32_t number) { return id("F", number); }

  Result<std::size_t> layer(const char* name, GisGeometryType geometry,
                            std::vector<GisColumn> columns) {
    return writer_.add_layer({name, geometry, std::move(columns)});
  }
  std::vector<Position> positions(std::span<const PlanePoint> points) const {
    std::vector<Position> out;
    out.reserve(points.size());
    for (const PlanePoint p : points) out.push_back(town_.streets.frame.to_position(p));
    return out;
  }
  Result<void> point(std::size_t number, std::span<const GisValue> values, PlanePoint at) {
    const Position position = town_.streets.frame.to_position(at);
    return feature(number, values, {&position, 1});
  }
  Result<void> feature(std::size_t number, std::span<const GisValue> values,
                       std::span<const Position> geometry) {
    if (progress_ && ++written_ % kTold == 0) progress_(kWriting, written_, all_);
    return writer_.write(number, values, geometry);
  }

  Result<void> substations() {
    const auto number = layer("substations", GisGeometryType::point, {{"mrid"}, {"name"}});
    if (!number) return unexpected(number.error());
    for (std::size_t i = 0; i < net_.substations.size(); ++i) {
      const std::string mrid = id("SS", i);
      const StreetName name = substation_name(i);
      const std::string both = name.chinese + " " + name.english;
      const GisValue values[] = {std::string_view{mrid}, std::string_view{both}};
      if (auto done = point(*number, values, net_.substations[i].at); !done) return done;
    }
    return {};
  }

  Result<void> feeders() {
    const auto number =
        layer("feeders", GisGeometryType::none,
              {{"mrid"}, {"name"}, {"substation"}, {"source_node"}, {"nominal_kv", Type::real}});
    if (!number) return unexpected(number.error());
    for (std::uint32_t i = 0; i < net_.feeders.size(); ++i) {
      const std::string mrid = feeder(i), substation = id("SS", net_.feeders[i].substation);
      const std::string source = node(net_.feeders[i].source_node);
      const std::string name = "10kV " + std::to_string(i + 1) + " \xE7\xBA\xBF";
      const GisValue values[] = {std::string_view{mrid}, std::string_view{name},
                                 std::string_view{substation}, std::string_view{source}, 10.0};
      if (auto done = feature(*number, values, {}); !done) return done;
    }
    return {};
  }

  Result<void> lines() {
    const auto number = layer("lines", GisGeometryType::line_string,
                              {{"mrid"},
                               {"kind"},
                               {"from_node"},
                               {"to_node"},
                               {"phases"},
                               {"feeder"},
                               {"nominal_kv", Type::real},
                               {"underground", Type::flag}});
    if (!number) return unexpected(number.error());
    for (std::size_t i = 0; i < net_.lines.size(); ++i) {
      const TownLine& line = net_.lines[i];
      const bool drop = line.kind == DeviceKind::service_drop;
      const std::string mrid = id(drop ? "SD" : "LN", i), from = node(line.from),
                        to = node(line.to);
      const std::string phases = to_string(line.phases), feeds = feeder(line.feeder);
      const GisValue values[] = {std::string_view{mrid},       to_string(line.kind),
                                 std::string_view{from},       std::string_view{to},
                                 std::string_view{phases},     std::string_view{feeds},
                                 line.low_voltage ? .4 : 10.0, line.underground};
      const auto shape = positions(
          std::span{net_.shapes}.subspan(line.shape_begin, line.shape_end - line.shape_begin));
      if (auto done = feature(*number, values, shape); !done) return done;
    }
    return {};
  }

  Result<void> switches() {
    const auto number = layer("switches", GisGeometryType::point,
                              {{"mrid"},
                               {"kind"},
                               {"from_node"},
                               {"to_node"},
                               {"phases"},
                               {"feeder"},
                               {"nominal_kv", Type::real},
                               {"normally_open", Type::flag}});
    if (!number) return unexpected(number.error());
    for (std::size_t i = 0; i < net_.switches.size(); ++i) {
      const TownSwitch& s = net_.switches[i];
      const char* prefix = s.kind == DeviceKind::breaker    ? "CB"
                           : s.kind == DeviceKind::recloser ? "RC"
                           : s.kind == DeviceKind::fuse     ? "FU"
                                                            : "SW";
      const std::string mrid = id(prefix, i), from = node(s.from), to = node(s.to),
                        feeds = feeder(s.feeder);
      const GisValue values[] = {std::string_view{mrid},
                                 to_string(s.kind),
                                 std::string_view{from},
                                 std::string_view{to},
                                 std::string_view{"ABC"},
                                 std::string_view{feeds},
                                 10.0,
                                 s.normally_open};
      if (auto done = point(*number, values, s.at); !done) return done;
    }
    return {};
  }

  Result<void> transformers() {
    const auto number = layer("transformers", GisGeometryType::point,
                              {{"mrid"},
                               {"from_node"},
                               {"to_node"},
                               {"phases"},
                               {"rated_kva", Type::real},
                               {"feeder"},
                               {"nominal_kv", Type::real},
                               {"live_part_height_m", Type::real}});
    if (!number) return unexpected(number.error());
    for (std::size_t i = 0; i < net_.transformers.size(); ++i) {
      const TownTransformer& t = net_.transformers[i];
      const std::string mrid = id("TX", i), from = node(t.from), to = node(t.to),
                        feeds = feeder(t.feeder);
      const GisValue values[] = {std::string_view{mrid},
                                 std::string_view{from},
                                 std::string_view{to},
                                 std::string_view{"ABC"},
                                 double{t.rated_kva},
                                 std::string_view{feeds},
                                 10.0,
                                 double{t.live_part_height_m}};
      if (auto done = point(*number, values, t.at); !done) return done;
    }
    return {};
  }

  Result<void> usage_points() {
    const auto number = layer("usage_points", GisGeometryType::point,
                              {{"mrid"},
                               {"node"},
                               {"transformer"},
                               {"phases"},
                               {"category"},
                               {"customers", Type::integer},
                               {"address"},
                               {"communication_group"}});
    if (!number) return unexpected(number.error());
    for (std::size_t i = 0; i < net_.usage_points.size(); ++i) {
      const TownUsagePoint& u = net_.usage_points[i];
      const std::string mrid = id("UP", i), at = node(u.node),
                        transformer = id("TX", u.transformer);
      const std::string phases = to_string(u.phases), group = id("DCU", u.transformer);
      std::string address;
      if (u.street < town_.streets.names.size()) {
        const StreetName& street = town_.streets.names[u.street];
        address = (street.chinese.empty() ? street.english : street.chinese) +
                  std::to_string(u.house) + "\xE5\x8F\xB7";
      }
      const GisValue values[] = {std::string_view{mrid},        std::string_view{at},
                                 std::string_view{transformer}, std::string_view{phases},
                                 to_string(u.category),         std::int64_t{1},
                                 std::string_view{address},     std::string_view{group}};
      if (auto done = point(*number, values, u.at); !done) return done;
    }
    return {};
  }

  Result<void> roads() {
    constexpr std::array<const char*, kRoadClasses> kClasses = {
        "motorway",    "trunk",         "primary", "secondary", "tertiary", "unclassified",
        "residential", "living_street", "service", "track",     "track"};
    constexpr std::array<const char*, 4> kStructures = {"at_grade", "bridge", "tunnel", "ford"};
    const auto number =
        layer("roads", GisGeometryType::line_string,
              {{"name"}, {"class"}, {"oneway"}, {"structure"}, {"layer", Type::integer}});
    if (!number) return unexpected(number.error());
    for (const StreetEdge& edge : town_.streets.edges) {
      const StreetName& name =
          town_.streets.names.empty() ? kNoName : town_.streets.names[edge.name];
      const std::string both = name.chinese.empty() || name.english.empty()
                                   ? name.chinese + name.english
                                   : name.chinese + " " + name.english;
      const GisValue values[] = {
          std::string_view{both},
          std::string_view{kClasses[static_cast<std::size_t>(edge.road_class)]},
          std::string_view{edge.driving == Driving::both_ways ? "no"
                           : edge.driving == Driving::along   ? "yes"
                                                              : "-1"},
          std::string_view{kStructures[static_cast<std::size_t>(edge.structure)]},
          std::int64_t{edge.layer}};
      if (auto done = feature(*number, values, positions(town_.streets.polyline(edge))); !done)
        return done;
    }
    return {};
  }

  static inline const StreetName kNoName{};
  const Town& town_;
  const TownNetwork& net_;
  GisWriter writer_;
  const ReadingProgress& progress_;
  std::int64_t all_;
  std::int64_t written_ = 0;
};

Result<void> write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file{path, std::ios::binary};
  file << text;
  if (file.flush()) return {};
  return refuse_at({path.string(), {}, {}, {}}, ErrorCode::failed_precondition, "FILE_NOT_WRITABLE",
                   "cannot be written");
}

// Esri's ASCII grid with its .prj: readable by every GIS and by eye.
std::string ascii_grid(const DepthGrid& grid) {
  char text[256];
  std::snprintf(
      text, sizeof text,
      "ncols %u\nnrows %u\nxllcorner %.9f\nyllcorner %.9f\ncellsize %.12f\nNODATA_value -9999\n",
      grid.columns, grid.rows, grid.west_deg, grid.north_deg - grid.rows * grid.step_south_deg,
      grid.step_east_deg);
  std::string out = text;
  for (std::uint32_t row = 0; row < grid.rows; ++row) {
    for (std::uint32_t column = 0; column < grid.columns; ++column) {
      std::snprintf(text, sizeof text, column == 0 ? "%.2f" : " %.2f",
                    static_cast<double>(grid.depth_m[std::size_t{row} * grid.columns + column]));
      out += text;
    }
    out += '\n';
  }
  return out;
}

constexpr const char* kWgs84 =
    R"(GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4326"]])";

Result<void> write_flood(const Town& town, const std::filesystem::path& folder,
                         const ReadingProgress& progress) {
  std::string manifest = "# The flood, every two hours: depths in metres above ground.\n";
  constexpr int kSlices = 19;
  for (int i = 0; i < kSlices; ++i) {
    if (progress) progress("writing the flood", i, kSlices);
    char name[32];
    std::snprintf(name, sizeof name, "depth_%02dh", 2 * i);
    const std::string stem = name;
    if (auto done = write_text(folder / (stem + ".asc"), ascii_grid(flood_depths(town, 2. * i)));
        !done)
      return done;
    if (auto done = write_text(folder / (stem + ".prj"), kWgs84); !done) return done;
    manifest +=
        "\n[[slice]]\ntime = " + to_rfc3339(town.settings.storm_start + std::chrono::hours{2 * i}) +
        "\nfile = \"" + stem + ".asc\"\n";
  }
  if (progress) progress("writing the flood", kSlices, kSlices);
  return write_text(folder / "flood.toml", manifest);
}

std::string storm_text(const Town& town) {
  const auto n = town.settings.usage_points;
  const auto crews = std::clamp<std::uint64_t>(n / 1000, 3, 120);
  const std::uint64_t high_water = std::max<std::uint64_t>(1, crews / 3);
  std::string text = "# A storm over " + town.name +
                     "; what may be said here is in data/samples/README.md of Gridmend.\n";
  text += "name = \"" + town.name + "\"\nstart = " + to_rfc3339(town.settings.storm_start);
  text += R"(
duration_h = 14
until_h = 72

[flood]
file = "flood/flood.toml"

[faults]                 # chances over the whole storm
overhead_per_km = 0.5
underground_per_km = 0.2
transformer = 0.06
fuse = 0.08
recloser = 0.1
breaker = 0.1
service_drop = 0.002

[deliberate]             # of what the water would reach, so much is switched off in time
share = 0.6

[[crews]]
vehicle = "truck"
skills = ["line", "cable", "meter"]
)";
  text += "count = " + std::to_string(crews - high_water) + "\n";
  text += R"(
[[crews]]                # teams from the next county
vehicle = "high_water_truck"
skills = ["line", "cable", "meter"]
arrive_h = 3
)";
  return text + "count = " + std::to_string(high_water) + "\n";
}

std::string readme_text(const Town& town) {
  return town.name +
         "\n\nA made town: no person, street or device of it exists. Made by\n  gridmend synth "
         "--usage-points " +
         std::to_string(town.settings.usage_points) + " --seed " +
         std::to_string(town.settings.seed) +
         "\n\nnetwork.gpkg  streets and electricity network, Gridmend's native layout\nflood/      "
         "  depths over time\n"
         "storm.toml    a storm to play\n\n  gridmend import network.gpkg -o region.gmr\n  "
         "gridmend drill region.gmr storm.toml --seed 1\n" +
         (town.settings.roads.empty()
              ? ""
              : "\nThe streets are OpenStreetMap's (ODbL), (c) OpenStreetMap contributors.\n");
}

}  // namespace

Result<void> write_town(const Town& town, const std::filesystem::path& folder,
                        const ReadingProgress& progress) {
  std::error_code error;
  std::filesystem::create_directories(folder / "flood", error);
  if (error) {
    return refuse_at({folder.string(), {}, {}, {}}, ErrorCode::failed_precondition,
                     "FOLDER_NOT_WRITABLE", error.message());
  }
  auto writer = GisWriter::create(folder / "network.gpkg");
  if (!writer) return unexpected(writer.error());
  if (auto done = NetworkWriter{town, std::move(*writer), progress}.write(); !done) return done;
  if (auto done = write_flood(town, folder / "flood", progress); !done) return done;
  if (auto done = write_text(folder / "storm.toml", storm_text(town)); !done) return done;
  return write_text(folder / "README.txt", readme_text(town));
}

}  // namespace gridmend
