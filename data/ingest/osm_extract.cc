#include "data/ingest/osm_extract.h"

#include <algorithm>
#include <array>
#include <new>
#include <osmium/io/bzip2_compression.hpp>
#include <osmium/io/gzip_compression.hpp>
#include <osmium/io/pbf_input.hpp>
#include <osmium/io/reader.hpp>
#include <osmium/io/xml_input.hpp>
#include <osmium/osm.hpp>
#include <string_view>
#include <system_error>

#include "core/base/printable.h"
#include "data/ingest/osm_pbf_files.h"
#include "data/ingest/osm_tag_bytes.h"
#include "data/ingest/source_name.h"

namespace gridmend {
namespace {

constexpr std::array<std::string_view, 6> kOsmSuffixes = {".osm.pbf", ".pbf",     ".osm",
                                                          ".osm.gz",  ".osm.bz2", ".osm.xml"};

// What the parser says may quote the file's garbage at any length.
std::string shortened(const std::string& text) {
  constexpr std::size_t kLongest = 160;
  return printable(text.size() > kLongest ? text.substr(0, kLongest) + "..." : text);
}

TagLookup lookup(const osmium::TagList& tags) {
  return [bytes = tag_bytes(tags)](const char* key) { return osm_tag_value(bytes, key); };
}

void take_way(const osmium::Way& way, const OsmRoadOptions& options, OsmExtract& extract) {
  if (osm_tag_value(tag_bytes(way.tags()), "highway").empty()) return;
  ++extract.ways_read;
  auto tags = read_osm_road_tags(lookup(way.tags()), options);
  if (!tags || way.nodes().size() < 2) return;
  const std::size_t begin = extract.refs.size();
  for (const osmium::NodeRef& ref : way.nodes()) {
    // A node named twice in a row is one position.
    if (extract.refs.size() > begin && extract.refs.back() == ref.ref()) continue;
    extract.refs.push_back(ref.ref());
  }
  if (extract.refs.size() - begin < 2) {
    extract.refs.resize(begin);
    return;
  }
  extract.ways.push_back({way.id(), std::move(*tags), begin, extract.refs.size()});
}

void take_relation(const osmium::Relation& relation, OsmExtract& extract) {
  OsmTurnRestriction restriction;
  restriction.rule = read_osm_turn_rule(lookup(relation.tags()));
  if (restriction.rule == OsmTurnRule::none) return;
  restriction.id = relation.id();
  int vias = 0;
  for (const osmium::RelationMember& member : relation.members()) {
    const std::string_view role = member.role();
    if (role == "via") {
      ++vias;
      restriction.via_is_node = vias == 1 && member.type() == osmium::item_type::node;
      restriction.via_node = member.ref();
    } else if (member.type() == osmium::item_type::way) {
      if (role == "from") restriction.from_ways.push_back(member.ref());
      if (role == "to") restriction.to_ways.push_back(member.ref());
    }
  }
  extract.restrictions.push_back(std::move(restriction));
}

void take_node(const osmium::Node& node, const OsmRoadOptions& options, OsmExtract& extract) {
  const auto it = std::ranges::lower_bound(extract.nodes, node.id(), {}, &OsmNode::id);
  if (it == extract.nodes.end() || it->id != node.id() || !node.location().valid()) return;
  it->position = {node.location().lon_without_check(), node.location().lat_without_check()};
  it->known = true;
  if (node.tags().empty()) return;
  const TagLookup tag = lookup(node.tags());
  it->stops = options.honour_access && osm_barrier_stops(tag);
  it->ford = !tag("ford").empty() && tag("ford") != "no";
}

// The whole of a buffer is looked at before its ways are kept.
Result<void> check_ways(const osmium::memory::Buffer& buffer, const OsmRoadOptions& options,
                        const OsmExtract& extract, const ErrorPlace& file) {
  ErrorPlace place = file;
  place.layer = "ways";
  for (const auto& way : buffer.select<osmium::Way>()) {
    if (way.nodes().size() <= options.limits.vertices) continue;
    place.feature_id = "way/" + std::to_string(way.id());
    return check_vertex_count(options.limits, way.nodes().size(), place);
  }
  return check_feature_count(options.limits, static_cast<std::int64_t>(extract.ways_read), place);
}

Result<void> read_ways_and_relations(const osmium::io::File& file, const OsmRoadOptions& options,
                                     const ErrorPlace& place, OsmExtract& extract) {
  osmium::io::Reader reader{file, osmium::osm_entity_bits::way | osmium::osm_entity_bits::relation};
  while (const osmium::memory::Buffer buffer = reader.read()) {
    if (auto within = check_ways(buffer, options, extract, place); !within) return within;
    for (const auto& way : buffer.select<osmium::Way>()) take_way(way, options, extract);
    for (const auto& relation : buffer.select<osmium::Relation>()) {
      take_relation(relation, extract);
    }
  }
  reader.close();
  ErrorPlace ways = place;
  ways.layer = "ways";
  return check_feature_count(options.limits, static_cast<std::int64_t>(extract.ways_read), ways);
}

void read_nodes(const osmium::io::File& file, const OsmRoadOptions& options, OsmExtract& extract) {
  std::vector<std::int64_t> ids = extract.refs;
  std::ranges::sort(ids);
  const auto [first, last] = std::ranges::unique(ids);
  ids.erase(first, last);
  extract.nodes.resize(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) extract.nodes[i].id = ids[i];
  osmium::io::Reader reader{file, osmium::osm_entity_bits::node};
  while (const osmium::memory::Buffer buffer = reader.read()) {
    for (const auto& node : buffer.select<osmium::Node>()) take_node(node, options, extract);
  }
  reader.close();
}

}  // namespace

bool is_osm_file(const std::filesystem::path& path) {
  const std::string name = path.string();
  return std::ranges::any_of(kOsmSuffixes, [&](std::string_view s) { return name.ends_with(s); });
}

tl::unexpected<Error> refuse_osm_file(const ErrorPlace& place, const std::exception& failure) {
  if (dynamic_cast<const std::bad_alloc*>(&failure) != nullptr) throw std::bad_alloc{};
  const auto* system = dynamic_cast<const std::system_error*>(&failure);
  if (system != nullptr && system->code() == std::errc::resource_unavailable_try_again) {
    return refuse_at(place, ErrorCode::resource_exhausted, "READER_THREADS",
                     "is not read: the machine gives no more threads or no memory for them "
                     "(--max-memory allows more)");
  }
  return refuse_at(place, ErrorCode::invalid_argument, "OSM_FILE_DAMAGED",
                   "cannot be read as OpenStreetMap data: " + shortened(failure.what()));
}

Result<OsmExtract> read_osm_extract(const std::filesystem::path& path,
                                    const OsmRoadOptions& options) {
  const ErrorPlace place{source_name(path), {}, {}, {}};
  if (!is_osm_file(path)) {
    return refuse_at(place, ErrorCode::invalid_argument, "OSM_FILE_FORMAT",
                     "an OpenStreetMap file ends in .osm.pbf, .osm, .osm.gz or .osm.bz2");
  }
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return refuse_at(place, ErrorCode::not_found, "OSM_FILE_NOT_FOUND", "there is no such file");
  }
  OsmExtract extract;
  close_damaged_pbf_files();
  try {
    // An absolute path: libosmium takes "http:..." for something to fetch.
    const osmium::io::File file{std::filesystem::absolute(path).string()};
    if (auto read = read_ways_and_relations(file, options, place, extract); !read) {
      return unexpected(read.error());
    }
    read_nodes(file, options, extract);
  } catch (const std::exception& failure) {
    return refuse_osm_file(place, failure);
  }
  if (extract.ways.empty()) {
    return refuse_at(place, ErrorCode::invalid_argument, "OSM_NO_ROADS",
                     "holds no road a vehicle may drive (" + std::to_string(extract.ways_read) +
                         " ways with a highway tag)");
  }
  return extract;
}

}  // namespace gridmend
