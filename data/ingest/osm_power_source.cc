#include "data/ingest/osm_power_source.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <map>
#include <numbers>
#include <osmium/io/bzip2_compression.hpp>
#include <osmium/io/gzip_compression.hpp>
#include <osmium/io/pbf_input.hpp>
#include <osmium/io/reader.hpp>
#include <osmium/io/xml_input.hpp>
#include <osmium/osm.hpp>
#include <set>
#include <utility>

#include "data/ingest/osm_extract.h"
#include "data/ingest/osm_pbf_files.h"
#include "data/ingest/osm_power_tags.h"
#include "data/ingest/osm_tag_bytes.h"
#include "data/ingest/written_number.h"

namespace gridmend {
namespace {

constexpr double kFeedingArea_m2 = 1500;
constexpr double kLineAtSubstation_m = 20;

// Tags that are not kept: they say nothing and are many.
constexpr std::array<std::string_view, 6> kDropped = {"source", "created_by", "note",
                                                      "fixme",  "wikidata",   "website"};

// Of buildings, which are many, only what says who has a meter there.
constexpr std::array<std::string_view, 13> kOfBuildings = {
    "building",   "building:flats", "building:levels", "addr:street", "addr:housenumber",
    "addr:place", "amenity",        "healthcare",      "man_made",    "shop",
    "office",     "name",           "emergency"};

bool is_kept(std::string_view key, OsmPowerLayer layer) {
  if (layer == OsmPowerLayer::buildings) {
    return std::ranges::find(kOfBuildings, key) != kOfBuildings.end();
  }
  return std::ranges::find(kDropped, key) == kDropped.end();
}

struct OsmFeature {
  std::string id;  // "way/123"
  std::int64_t number = 0;
  OsmPowerLayer layer = OsmPowerLayer::power_lines;
  std::vector<std::pair<std::string, std::string>> tags;
  std::vector<std::int64_t> refs;  // of ways
  Polyline vertices;
  std::vector<std::size_t> line_ends;
  Polyline outline;
};

TagLookup power_lookup(const OsmFeature& feature) {
  return [&feature](const char* key) -> std::string_view {
    for (const auto& [name, value] : feature.tags) {
      if (name == key) return value;
    }
    return {};
  };
}

TagLookup power_lookup(const osmium::TagList& tags) {
  return [bytes = tag_bytes(tags)](const char* key) { return osm_tag_value(bytes, key); };
}

std::string sound(std::string_view text) {
  if (auto repaired = repair_utf8(text)) return std::move(*repaired);
  return std::string{text};
}

struct OsmLocation {
  std::int64_t id = 0;
  Position position;
  bool known = false;
};

class OsmPowerReading {
 public:
  std::vector<OsmFeature> features;

  explicit OsmPowerReading(const SourceLimits& limits) : limits_(limits) {}

  // Between two buffers of what is read.
  Result<void> check_limits(const ErrorPlace& place) const {
    ErrorPlace at = place;
    if (too_long_) {
      at.layer = to_string(too_long_->layer);
      at.feature_id = too_long_->id;
      return check_vertex_count(limits_, too_long_->vertices, at);
    }
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] <= limits_.features) continue;
      at.layer = to_string(static_cast<OsmPowerLayer>(i));
      return check_feature_count(limits_, counts_[i], at);
    }
    return {};
  }

  void take_way(const osmium::Way& way) {
    const bool closed = way.nodes().size() > 3 && way.is_closed();
    const auto layer = osm_power_layer(power_lookup(way.tags()), true, closed);
    if (layer) add("way/", way.id(), *layer, way.tags(), way.nodes());
    if (const auto ring = rings_.find(way.id()); ring != rings_.end()) {
      for (const osmium::NodeRef& ref : way.nodes()) ring->second.push_back(ref.ref());
    }
  }

  // An area of several ways stands in the middle of its outer ones; an outline it has only if that
  // is one ring.
  void take_relation(const osmium::Relation& relation) {
    const auto tag = power_lookup(relation.tags());
    if (tag("type") != "multipolygon") return;
    const auto layer = osm_power_layer(tag, true, true);
    if (!layer || *layer == OsmPowerLayer::power_lines) return;
    std::vector<std::int64_t> outer;
    for (const osmium::RelationMember& member : relation.members()) {
      const bool is_outer = std::string_view{member.role()} != "inner";
      if (member.type() == osmium::item_type::way && is_outer) outer.push_back(member.ref());
    }
    if (outer.empty()) return;
    add("relation/", relation.id(), *layer, relation.tags());
    for (const std::int64_t way : outer) rings_[way];
    outers_of_feature_[features.size() - 1] = std::move(outer);
  }

  void take_node(const osmium::Node& node) {
    if (!node.location().valid()) return;
    const Position position{node.location().lon_without_check(),
                            node.location().lat_without_check()};
    const auto it = std::ranges::lower_bound(locations_, node.id(), {}, &OsmLocation::id);
    if (it != locations_.end() && it->id == node.id()) {
      it->position = position;
      it->known = true;
    }
    if (node.tags().empty()) return;
    const auto layer = osm_power_layer(power_lookup(node.tags()), false, false);
    if (!layer) return;
    add("node/", node.id(), *layer, node.tags());
    features.back().vertices = {position};
  }

  // All ways and relations are read.
  void want_nodes() {
    for (const auto& [feature, ways] : outers_of_feature_) {
      std::vector<std::int64_t>& refs = features[feature].refs;
      for (const std::int64_t way : ways) {
        refs.insert(refs.end(), rings_[way].begin(), rings_[way].end());
      }
    }
    std::vector<std::int64_t> ids;
    for (const OsmFeature& feature : features) {
      ids.insert(ids.end(), feature.refs.begin(), feature.refs.end());
    }
    std::ranges::sort(ids);
    const auto [first, last] = std::ranges::unique(ids);
    ids.erase(first, last);
    for (const std::int64_t id : ids) locations_.push_back({id, {}, false});
  }
  void place() {
    for (OsmFeature& feature : features) {
      if (feature.refs.empty()) continue;
      if (feature.layer == OsmPowerLayer::power_lines) {
        place_line(feature);
      } else {
        place_area(feature);
      }
    }
    decide_substations();
    std::ranges::stable_sort(features, {}, &OsmFeature::layer);
  }

 private:
  struct TooLong {
    std::string id;
    OsmPowerLayer layer = OsmPowerLayer::power_lines;
    std::size_t vertices = 0;
  };

  template <class Nodes>
  void add(const char* kind, std::int64_t id, OsmPowerLayer layer, const osmium::TagList& tags,
           const Nodes& nodes) {
    add(kind, id, layer, tags);
    if (nodes.size() > limits_.vertices) {
      too_long_ = TooLong{features.back().id, layer, nodes.size()};
      return;
    }
    std::vector<std::int64_t>& refs = features.back().refs;
    for (const osmium::NodeRef& ref : nodes) {
      // A node named twice in a row is one position.
      if (refs.empty() || refs.back() != ref.ref()) refs.push_back(ref.ref());
    }
  }

  void add(const char* kind, std::int64_t id, OsmPowerLayer layer, const osmium::TagList& tags) {
    OsmFeature feature;
    feature.id = kind + std::to_string(id);
    feature.number = id;
    feature.layer = layer;
    ++counts_[static_cast<std::size_t>(layer)];
    for_each_osm_tag(tag_bytes(tags), [&](std::string_view key, std::string_view value) {
      if (is_kept(key, layer)) feature.tags.emplace_back(sound(key), sound(value));
    });
    features.push_back(std::move(feature));
  }

  const OsmLocation* location(std::int64_t id) const {
    const auto it = std::ranges::lower_bound(locations_, id, {}, &OsmLocation::id);
    return it != locations_.end() && it->id == id && it->known ? &*it : nullptr;
  }

  // The runs of nodes that the extract holds.
  void place_line(OsmFeature& feature) {
    std::size_t begin = 0;
    const auto close_run = [&] {
      if (feature.vertices.size() - begin < 2) {
        feature.vertices.resize(begin);
      } else {
        feature.line_ends.push_back(feature.vertices.size());
      }
      begin = feature.vertices.size();
    };
    for (const std::int64_t ref : feature.refs) {
      if (const OsmLocation* at = location(ref)) {
        feature.vertices.push_back(at->position);
      } else {
        close_run();
      }
    }
    close_run();
  }

  void place_area(OsmFeature& feature) {
    for (const std::int64_t ref : feature.refs) {
      if (const OsmLocation* at = location(ref)) feature.outline.push_back(at->position);
    }
    if (feature.outline.empty()) return;
    // The middle of its box: buildings are small.
    Position low = feature.outline.front(), high = low;
    for (const Position p : feature.outline) {
      low = {std::min(low.longitude_deg, p.longitude_deg),
             std::min(low.latitude_deg, p.latitude_deg)};
      high = {std::max(high.longitude_deg, p.longitude_deg),
              std::max(high.latitude_deg, p.latitude_deg)};
    }
    feature.vertices = {
        {(low.longitude_deg + high.longitude_deg) / 2, (low.latitude_deg + high.latitude_deg) / 2}};
    if (feature.refs.size() < 4 || feature.refs.front() != feature.refs.back()) {
      feature.outline.clear();
    }
  }

  static double area_m2(const Polyline& outline) {
    if (outline.size() < 3) return 0;
    const LocalPlane plane{outline.front()};
    double twice = 0;
    for (std::size_t i = 0; i < outline.size(); ++i) {
      const PlanePoint a = plane.to_plane(outline[i]);
      const PlanePoint b = plane.to_plane(outline[(i + 1) % outline.size()]);
      twice += a.east_m * b.north_m - b.east_m * a.north_m;
    }
    return std::abs(twice) / 2;
  }

  // What nobody tagged: the size and the lines that end there tell.
  void decide_substations() {
    Polyline ends;
    for (const OsmFeature& feature : features) {
      if (feature.layer != OsmPowerLayer::power_lines || power_lookup(feature)("power") != "line")
        continue;
      if (feature.vertices.empty()) continue;
      ends.push_back(feature.vertices.front());
      ends.push_back(feature.vertices.back());
    }
    for (OsmFeature& feature : features) {
      if (feature.layer != OsmPowerLayer::power_substations) continue;
      OsmSubstationRole role = osm_substation_role(power_lookup(feature));
      if (role == OsmSubstationRole::unknown && !feature.vertices.empty()) {
        const double reach_m =
            kLineAtSubstation_m + std::sqrt(area_m2(feature.outline) / std::numbers::pi);
        const bool line_ends = std::ranges::any_of(ends, [&](Position end) {
          return distance_m(end, feature.vertices.front()) <= reach_m;
        });
        role = line_ends || area_m2(feature.outline) > kFeedingArea_m2
                   ? OsmSubstationRole::feeds
                   : OsmSubstationRole::serves_street;
      }
      if (role != OsmSubstationRole::feeds) feature.layer = OsmPowerLayer::power_transformers;
    }
  }

  SourceLimits limits_;
  std::array<std::int64_t, kOsmPowerLayers> counts_{};
  std::optional<TooLong> too_long_;
  std::vector<OsmLocation> locations_;                       // by id
  std::map<std::int64_t, std::vector<std::int64_t>> rings_;  // nodes of ways that relations name
  std::map<std::size_t, std::vector<std::int64_t>> outers_of_feature_;
};

// One feature while it is visited.
class OsmVisited final : public VectorFeature {
 public:
  OsmVisited(std::span<const ColumnRequest> columns) : columns_(columns), values_(columns.size()) {}

  void load(const OsmFeature& feature) {
    feature_ = &feature;
    for (std::size_t i = 0; i < columns_.size(); ++i) values_[i] = value(columns_[i].name);
  }

  std::int64_t number() const override { return feature_->number; }
  std::string_view text(std::size_t column) const override { return values_.at(column); }
  std::optional<double> number(std::size_t column) const override {
    const std::string& text = values_.at(column);
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || !std::isfinite(number)) return std::nullopt;
    return number;
  }
  std::span<const Position> geometry() const override { return feature_->vertices; }
  std::span<const std::size_t> line_ends() const override { return feature_->line_ends; }
  std::span<const Position> outline() const override { return feature_->outline; }
  bool geometry_invalid() const override { return false; }
  std::optional<std::size_t> repaired_column() const override { return std::nullopt; }

 private:
  std::string value(const std::string& column) const {
    const TagLookup tag = power_lookup(*feature_);
    if (column == "@id") return feature_->id;
    if (column == "@level") return std::string{osm_level(tag, feature_->layer)};
    if (column == "@to_level") return std::string{osm_to_level(tag)};
    if (column == "@underground") return osm_is_underground(tag) ? "yes" : "no";
    if (column == "@rated_kva") {
      const double kva = parse_osm_rating_kva(tag("rating"));
      return kva > 0 ? number_text(kva) : std::string{};
    }
    if (column == "@address") return osm_address(tag);
    if (column == "@kv") {
      const auto voltages = parse_osm_voltages(tag("voltage"));
      return voltages ? number_text(voltages->highest_kv) : std::string{};
    }
    return std::string{tag(column.c_str())};
  }

  std::span<const ColumnRequest> columns_;
  std::vector<std::string> values_;
  const OsmFeature* feature_ = nullptr;
};

template <class Entity>
Result<void> read_entities(const osmium::io::File& file, osmium::osm_entity_bits::type entities,
                           const ErrorPlace& place, OsmPowerReading& reading,
                           void (OsmPowerReading::*take)(const Entity&)) {
  osmium::io::Reader reader{file, entities};
  while (const osmium::memory::Buffer buffer = reader.read()) {
    for (const auto& entity : buffer.select<Entity>()) (reading.*take)(entity);
    if (auto within = reading.check_limits(place); !within) return within;
  }
  reader.close();
  return {};
}

Result<std::vector<OsmFeature>> read_features(const osmium::io::File& file, const ErrorPlace& place,
                                              const SourceLimits& limits) {
  OsmPowerReading reading{limits};
  auto read = read_entities(file, osmium::osm_entity_bits::relation, place, reading,
                            &OsmPowerReading::take_relation);
  if (read) {
    read = read_entities(file, osmium::osm_entity_bits::way, place, reading,
                         &OsmPowerReading::take_way);
  }
  if (read) {
    reading.want_nodes();
    read = read_entities(file, osmium::osm_entity_bits::node, place, reading,
                         &OsmPowerReading::take_node);
  }
  if (!read) return unexpected(read.error());
  reading.place();
  return std::move(reading.features);
}

}  // namespace

struct OsmPowerSource::State {
  std::string name;
  std::vector<VectorLayer> layers;
  std::vector<OsmFeature> features;  // by layer
  std::array<std::size_t, kOsmPowerLayers + 1> first{};
};

OsmPowerSource::OsmPowerSource(std::unique_ptr<State> state) : state_(std::move(state)) {}
OsmPowerSource::~OsmPowerSource() = default;
OsmPowerSource::OsmPowerSource(OsmPowerSource&&) noexcept = default;

Result<OsmPowerSource> OsmPowerSource::open(const std::filesystem::path& path,
                                            SourceLimits limits) {
  const ErrorPlace place{path.filename().string(), {}, {}, {}};
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return refuse_at(place, ErrorCode::not_found, "OSM_FILE_NOT_FOUND", "there is no such file");
  }
  close_damaged_pbf_files();
  auto state = std::make_unique<State>();
  state->name = path.filename().string();
  try {
    // An absolute path: libosmium takes "http:..." for something to fetch.
    auto features =
        read_features(osmium::io::File{std::filesystem::absolute(path).string()}, place, limits);
    if (!features) return unexpected(features.error());
    state->features = std::move(*features);
  } catch (const std::exception& failure) {
    return refuse_osm_file(place, failure);
  }
  const auto is_power = [](const OsmFeature& f) { return f.layer != OsmPowerLayer::buildings; };
  if (std::ranges::none_of(state->features, is_power)) {
    return refuse_at(place, ErrorCode::invalid_argument, "OSM_NO_POWER",
                     "holds nothing tagged power=line, minor_line, cable, substation, transformer, "
                     "switch or generator");
  }
  std::array<std::set<std::string>, kOsmPowerLayers> keys;
  for (const OsmFeature& feature : state->features) {
    const auto layer = static_cast<std::size_t>(feature.layer);
    ++state->first[layer + 1];
    for (const auto& [key, value] : feature.tags) keys[layer].insert(key);
  }
  for (std::size_t i = 0; i < kOsmPowerLayers; ++i) {
    VectorLayer layer;
    layer.name = to_string(static_cast<OsmPowerLayer>(i));
    layer.file = state->name;
    layer.features = static_cast<std::int64_t>(state->first[i + 1]);
    layer.has_geometry = true;
    layer.columns = {"@id", "@kv", "@level", "@to_level", "@underground", "@rated_kva", "@address"};
    layer.columns.insert(layer.columns.end(), keys[i].begin(), keys[i].end());
    state->layers.push_back(std::move(layer));
    state->first[i + 1] += state->first[i];
  }
  return OsmPowerSource{std::move(state)};
}

const std::string& OsmPowerSource::name() const { return state_->name; }
const std::vector<VectorLayer>& OsmPowerSource::layers() const { return state_->layers; }

std::optional<std::size_t> OsmPowerSource::find_layer(std::string_view name) const {
  const auto it = std::ranges::find(state_->layers, name, &VectorLayer::name);
  if (it == state_->layers.end()) return std::nullopt;
  return static_cast<std::size_t>(it - state_->layers.begin());
}

Result<void> OsmPowerSource::read(
    std::size_t layer, std::span<const ColumnRequest> columns,
    const std::function<Result<void>(const VectorFeature&)>& visit) const {
  const VectorLayer& description = state_->layers.at(layer);
  for (const ColumnRequest& column : columns) {
    if (column.optional || description.find_column(column.name)) continue;
    // A tag nobody used is a column without values, unless nothing could have it.
    if (description.features == 0) continue;
    return refuse_at({state_->name, description.name, {}, column.name}, ErrorCode::invalid_argument,
                     "COLUMN_MISSING", "no feature of the layer has this tag");
  }
  OsmVisited visited{columns};
  for (std::size_t i = state_->first[layer]; i < state_->first[layer + 1]; ++i) {
    visited.load(state_->features[i]);
    if (auto result = visit(visited); !result) return result;
  }
  return {};
}

}  // namespace gridmend
