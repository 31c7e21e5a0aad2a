#include "data/ingest/osm_road_reader.h"

#include <algorithm>
#include <string>
#include <utility>

#include "data/ingest/road_graph_builder.h"
#include "data/ingest/source_name.h"
#include "data/ingest/vector_source.h"

namespace gridmend {
namespace {

constexpr std::uint32_t kNoVertex = Id<RoadVertex>::kNone;

// A way between two places where it is split.
struct WayPiece {
  std::int64_t way = 0;
  std::uint32_t from_node = 0;  // index into OsmExtract::nodes
  std::uint32_t to_node = 0;
  RoadGraphBuilder::Edges edges;
};

class OsmRoadBuilder {
 public:
  OsmRoadBuilder(const OsmExtract& extract, std::string file)
      : extract_(extract), place_{std::move(file), {}, {}, {}} {}

  Result<RoadImport> build();

 private:
  using EdgeNumber = RoadGraphBuilder::EdgeNumber;

  void count_uses();
  void split(const OsmWay& way);
  void add_piece(const OsmWay& way, std::size_t first, std::size_t last, const std::string& name);
  Id<RoadVertex> vertex(std::uint32_t node);
  std::string checked_name(const OsmWay& way);
  void note_missing_nodes(const OsmWay& way, std::size_t missing);

  void index_pieces();
  std::vector<const WayPiece*> pieces_at(std::int64_t way, std::uint32_t node) const;
  std::vector<EdgeNumber> arriving(const std::vector<std::int64_t>& ways, std::uint32_t node) const;
  std::vector<EdgeNumber> leaving(const std::vector<std::int64_t>& ways, std::uint32_t node) const;
  std::vector<EdgeNumber> all_leaving(std::uint32_t node) const;
  bool apply(const OsmTurnRestriction& restriction);
  bool apply_to_turning_round(const OsmTurnRestriction& restriction, std::uint32_t node);
  bool ambiguous(const OsmTurnRestriction& restriction, std::uint32_t node) const;

  ErrorPlace at(const char* kind, std::int64_t id) const {
    ErrorPlace place = place_;
    place.feature_id = std::string{kind} + "/" + std::to_string(id);
    return place;
  }

  const OsmExtract& extract_;
  ErrorPlace place_;
  RoadGraphBuilder builder_;
  RoadReport report_;
  DefectLog log_;
  std::vector<std::uint32_t> node_of_ref_;
  std::vector<std::uint32_t> uses_;       // by node; the ends of a way count twice
  std::vector<std::uint32_t> vertex_of_;  // by node; kNoVertex: none yet
  std::vector<WayPiece> pieces_;
  std::vector<std::pair<std::int64_t, std::uint32_t>> pieces_by_way_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pieces_by_node_;
};

void OsmRoadBuilder::count_uses() {
  node_of_ref_.reserve(extract_.refs.size());
  for (const std::int64_t ref : extract_.refs) {
    const auto it = std::ranges::lower_bound(extract_.nodes, ref, {}, &OsmNode::id);
    GRIDMEND_CHECK(it != extract_.nodes.end() && it->id == ref, "every ref has its node");
    node_of_ref_.push_back(static_cast<std::uint32_t>(it - extract_.nodes.begin()));
  }
  uses_.assign(extract_.nodes.size(), 0);
  for (const OsmWay& way : extract_.ways) {
    for (std::size_t i = way.refs_begin; i < way.refs_end; ++i) ++uses_[node_of_ref_[i]];
    ++uses_[node_of_ref_[way.refs_begin]];
    ++uses_[node_of_ref_[way.refs_end - 1]];
  }
  vertex_of_.assign(extract_.nodes.size(), kNoVertex);
}

Id<RoadVertex> OsmRoadBuilder::vertex(std::uint32_t node) {
  const OsmNode& n = extract_.nodes[node];
  // On either side of a barrier the road ends by itself.
  if (n.stops) return builder_.add_vertex(n.position);
  if (vertex_of_[node] == kNoVertex) vertex_of_[node] = builder_.add_vertex(n.position).index;
  return Id<RoadVertex>{vertex_of_[node]};
}

std::string OsmRoadBuilder::checked_name(const OsmWay& way) {
  auto repaired = repair_utf8(way.tags.name);
  if (!repaired) return way.tags.name;
  log_.add({DefectClass::text_not_utf8, DefectSeverity::note, at("way", way.id),
            "its name is not UTF-8", "wrong bytes replaced by U+FFFD", std::nullopt});
  return std::move(*repaired);
}

void OsmRoadBuilder::note_missing_nodes(const OsmWay& way, std::size_t missing) {
  log_.add({DefectClass::dangling_reference, DefectSeverity::warning, at("way", way.id),
            std::to_string(missing) + " of its nodes are not in the file or have no place",
            "the road is cut there", std::nullopt});
}

void OsmRoadBuilder::add_piece(const OsmWay& way, std::size_t first, std::size_t last,
                               const std::string& name) {
  RoadStretchSource stretch;
  Polyline line;
  stretch.structure = way.tags.structure;
  for (std::size_t i = first; i <= last; ++i) {
    const OsmNode& node = extract_.nodes[node_of_ref_[i]];
    line.push_back(node.position);
    if (node.ford && stretch.structure == RoadStructure::at_grade) {
      stretch.structure = RoadStructure::ford;
    }
  }
  stretch.from = vertex(node_of_ref_[first]);
  stretch.to = vertex(node_of_ref_[last]);
  stretch.line = line;
  stretch.name = name;
  stretch.road_class = way.tags.road_class;
  stretch.layer = way.tags.layer;
  stretch.forward_kmh = way.tags.forward_kmh;
  stretch.backward_kmh = way.tags.backward_kmh;
  report_.source_segments += last - first;
  pieces_.push_back({way.id, node_of_ref_[first], node_of_ref_[last], builder_.add(stretch)});
}

void OsmRoadBuilder::split(const OsmWay& way) {
  const std::string name = checked_name(way);
  std::size_t missing = 0;
  std::size_t first = way.refs_begin;
  for (std::size_t i = way.refs_begin; i < way.refs_end; ++i) {
    const OsmNode& node = extract_.nodes[node_of_ref_[i]];
    if (!node.known) {
      ++missing;
      if (i > first + 1) add_piece(way, first, i - 1, name);
      first = i + 1;
    } else if (i > first && (uses_[node_of_ref_[i]] > 1 || node.stops || i + 1 == way.refs_end)) {
      add_piece(way, first, i, name);
      first = i;
    }
  }
  if (missing > 0) note_missing_nodes(way, missing);
}

void OsmRoadBuilder::index_pieces() {
  for (std::uint32_t p = 0; p < pieces_.size(); ++p) {
    pieces_by_way_.emplace_back(pieces_[p].way, p);
    pieces_by_node_.emplace_back(pieces_[p].from_node, p);
    if (pieces_[p].to_node != pieces_[p].from_node) {
      pieces_by_node_.emplace_back(pieces_[p].to_node, p);
    }
  }
  std::ranges::sort(pieces_by_way_);
  std::ranges::sort(pieces_by_node_);
}

std::vector<const WayPiece*> OsmRoadBuilder::pieces_at(std::int64_t way, std::uint32_t node) const {
  std::vector<const WayPiece*> found;
  for (const auto& [w, p] :
       std::ranges::equal_range(pieces_by_way_, way, {}, [](const auto& x) { return x.first; })) {
    if (pieces_[p].from_node == node || pieces_[p].to_node == node) found.push_back(&pieces_[p]);
  }
  return found;
}

std::vector<RoadGraphBuilder::EdgeNumber> OsmRoadBuilder::arriving(
    const std::vector<std::int64_t>& ways, std::uint32_t node) const {
  std::vector<EdgeNumber> edges;
  for (const std::int64_t way : ways) {
    for (const WayPiece* p : pieces_at(way, node)) {
      if (p->to_node == node && p->edges.forward) edges.push_back(*p->edges.forward);
      if (p->from_node == node && p->edges.backward) edges.push_back(*p->edges.backward);
    }
  }
  return edges;
}

std::vector<RoadGraphBuilder::EdgeNumber> OsmRoadBuilder::leaving(
    const std::vector<std::int64_t>& ways, std::uint32_t node) const {
  std::vector<EdgeNumber> edges;
  for (const std::int64_t way : ways) {
    for (const WayPiece* p : pieces_at(way, node)) {
      if (p->from_node == node && p->edges.forward) edges.push_back(*p->edges.forward);
      if (p->to_node == node && p->edges.backward) edges.push_back(*p->edges.backward);
    }
  }
  return edges;
}

std::vector<RoadGraphBuilder::EdgeNumber> OsmRoadBuilder::all_leaving(std::uint32_t node) const {
  std::vector<EdgeNumber> edges;
  for (const auto& [n, p] :
       std::ranges::equal_range(pieces_by_node_, node, {}, [](const auto& x) { return x.first; })) {
    const WayPiece& piece = pieces_[p];
    if (piece.from_node == node && piece.edges.forward) edges.push_back(*piece.edges.forward);
    if (piece.to_node == node && piece.edges.backward) edges.push_back(*piece.edges.backward);
  }
  return edges;
}

// A way that runs through the via node, where it should have been cut, leaves open which side is
// meant.
bool OsmRoadBuilder::ambiguous(const OsmTurnRestriction& r, std::uint32_t node) const {
  const auto runs_through = [&](std::int64_t way) { return pieces_at(way, node).size() > 1; };
  return std::ranges::any_of(r.from_ways, runs_through) ||
         std::ranges::any_of(r.to_ways, runs_through);
}

bool OsmRoadBuilder::apply_to_turning_round(const OsmTurnRestriction& r, std::uint32_t node) {
  bool applied = false;
  for (const WayPiece* p : pieces_at(r.from_ways.front(), node)) {
    if (!p->edges.forward || !p->edges.backward) continue;
    if (p->to_node == node) builder_.forbid_turn(*p->edges.forward, *p->edges.backward);
    if (p->from_node == node) builder_.forbid_turn(*p->edges.backward, *p->edges.forward);
    applied = true;
  }
  return applied;
}

bool OsmRoadBuilder::apply(const OsmTurnRestriction& r) {
  if (!r.via_is_node || r.from_ways.empty() || r.to_ways.empty()) return false;
  const auto it = std::ranges::lower_bound(extract_.nodes, r.via_node, {}, &OsmNode::id);
  if (it == extract_.nodes.end() || it->id != r.via_node || it->stops) return false;
  const auto node = static_cast<std::uint32_t>(it - extract_.nodes.begin());
  if (r.rule == OsmTurnRule::forbidden && r.from_ways == r.to_ways) {
    return apply_to_turning_round(r, node);
  }
  if (ambiguous(r, node)) {
    log_.add({DefectClass::unknown_value, DefectSeverity::note, at("relation", r.id),
              "a way of this turn restriction runs through its via node", "left out",
              it->position});
    return false;
  }
  const auto from = arriving(r.from_ways, node);
  auto to = leaving(r.to_ways, node);
  if (from.empty() || to.empty()) return false;
  if (r.rule == OsmTurnRule::mandatory) {
    std::vector<EdgeNumber> others = all_leaving(node);
    std::erase_if(others, [&to](EdgeNumber e) { return std::ranges::find(to, e) != to.end(); });
    to = std::move(others);
  }
  for (const EdgeNumber f : from) {
    for (const EdgeNumber t : to) builder_.forbid_turn(f, t);
  }
  return true;
}

Result<RoadImport> OsmRoadBuilder::build() {
  count_uses();
  for (const OsmWay& way : extract_.ways) split(way);
  if (builder_.edges() == 0) {
    return refuse_at(
        place_, ErrorCode::invalid_argument, "OSM_NO_ROADS",
        "none of the " + std::to_string(extract_.ways.size()) + " roads has its nodes in the file");
  }
  index_pieces();
  for (const OsmTurnRestriction& r : extract_.restrictions) {
    ++(apply(r) ? report_.turn_restrictions : report_.turn_restrictions_left_out);
    if (!r.via_is_node) ++report_.turn_restrictions_by_way;
  }
  report_.features = extract_.ways_read;
  report_.features_left_out = extract_.ways_read - extract_.ways.size();
  report_.source_vertices =
      static_cast<std::size_t>(std::ranges::count_if(extract_.nodes, &OsmNode::known));
  RoadRecords records = std::move(builder_).finish(RoadOrigin::openstreetmap);
  report_components(records, place_, report_, log_);
  check_structures(records, place_, log_);
  report_.defects = std::move(log_).finish();
  return RoadImport{std::move(records), std::move(report_)};
}

}  // namespace

Result<RoadImport> read_osm_roads(const std::filesystem::path& path,
                                  const OsmRoadOptions& options) {
  const auto extract = read_osm_extract(path, options);
  if (!extract) return unexpected(extract.error());
  return build_osm_roads(*extract, source_name(path));
}

Result<RoadImport> build_osm_roads(const OsmExtract& extract, const std::string& file) {
  return OsmRoadBuilder{extract, file}.build();
}

}  // namespace gridmend
