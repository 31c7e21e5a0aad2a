#include "data/ingest/position_repair.h"

#include <algorithm>
#include <array>
#include <boost/pending/disjoint_sets.hpp>
#include <cmath>
#include <cstdio>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <unordered_map>

#include "core/geo/position.h"
#include "data/ingest/nowhere_positions.h"

namespace gridmend {
namespace {

constexpr std::uint32_t kNoCluster = std::numeric_limits<std::uint32_t>::max();
constexpr double kLeastReach_m = 5'000;
constexpr double kMostReach_m = 30'000;
constexpr double kUsualSpans = 20;
constexpr double kMiddleSpans = 4;
constexpr double kStraight = 1.5;
constexpr double kLongestSpan_m = 50'000;
constexpr std::size_t kMostSwapped = 5;
constexpr std::size_t kSampledEdges = 200'000;
constexpr int kMostRepairs = 8;

// A node, a device that is a point, or a piece of a line without gaps: what cannot be half right.
struct Element {
  std::uint32_t id = kNoCluster;
  Position position;
  bool known() const { return id != kNoCluster; }
};

struct Edge {
  Element a, b;
  bool contact = false;  // should be one place, not two ends of a span
};

struct Piece {
  std::uint32_t device = 0;
  std::uint32_t begin = 0, end = 0;  // in the vertices
};

std::string kilometres_away(double metres) {
  char text[48];
  std::snprintf(text, sizeof text, "%.1f km away from what it is connected to", metres / 1000);
  return text;
}

Position exchanged(Position p) { return {p.latitude_deg, p.longitude_deg}; }

// What hangs together, 5 bytes an element.
class Clusters {
 public:
  explicit Clusters(std::size_t count)
      : ranks_(count), parents_(count), sets_(ranks_.data(), parents_.data()) {
    for (std::uint32_t i = 0; i < count; ++i) sets_.make_set(i);
  }
  Clusters(const Clusters&) = delete;
  Clusters& operator=(const Clusters&) = delete;

  std::uint32_t find(std::uint32_t i) { return sets_.find_set(i); }
  void join(std::uint32_t a, std::uint32_t b) { sets_.union_set(a, b); }

 private:
  std::vector<std::uint8_t> ranks_;
  std::vector<std::uint32_t> parents_;
  boost::disjoint_sets<std::uint8_t*, std::uint32_t*> sets_;
};

// Clusters that have an edge too long for their good, with what is needed to judge them.
struct Suspect {
  std::size_t evidence = 0;  // features that agree
  std::vector<Element> members;
  std::vector<std::uint32_t> edges;  // into far_
  std::vector<Position> node_places;
};

class Repairer {
 public:
  Repairer(std::vector<Device>& devices, std::vector<std::uint8_t>& has_position,
           std::vector<Position>& vertices, NodePlacement& placement)
      : devices_(devices),
        has_position_(has_position),
        vertices_(vertices),
        placement_(placement),
        touched_(devices.size(), 0) {}

  std::vector<RepairedPosition> run() {
    repaired_ =
        take_out_what_stands_nowhere(devices_, has_position_, vertices_, placement_, touched_);
    for (int round = 0; round < kMostRepairs; ++round) {
      cut_lines();
      find_representatives();
      if (round == 0) measure_reach();
      if (!find_far_edges() || !repair_suspects()) break;
    }
    for (std::uint32_t i = 0; i < devices_.size(); ++i) {
      if (touched_[i] != 0) measure_length_again(i);
    }
    return std::move(repaired_);
  }

 private:
  std::span<Position> line(std::uint32_t device) {
    const Device& d = devices_[device];
    return std::span{vertices_}.subspan(d.vertices_begin, d.vertices_end - d.vertices_begin);
  }
  std::uint32_t node_count() const { return static_cast<std::uint32_t>(placement_.known.size()); }
  std::uint32_t first_piece() const {
    return node_count() + static_cast<std::uint32_t>(devices_.size());
  }

  // Cheap where it matters, in both senses: nearly all edges are short.
  bool near(Position a, Position b) const {
    const double north = std::abs(a.latitude_deg - b.latitude_deg) * kMetresPerDegree;
    const double east = std::abs(a.longitude_deg - b.longitude_deg) * kMetresPerDegree;
    if (north + east <= reach_m_) return true;
    return north <= reach_m_ && distance_m(a, b) <= reach_m_;
  }

  void note(RepairedPosition::Of of, std::uint32_t index, Position was, Position now,
            std::string reason) {
    repaired_.push_back({of, index, was, now, false, std::move(reason)});
  }

  void cut_lines() {
    pieces_.clear();
    first_piece_of_.assign(devices_.size() + 1, 0);
    for (std::uint32_t i = 0; i < devices_.size(); ++i) {
      first_piece_of_[i] = static_cast<std::uint32_t>(pieces_.size());
      const Device& d = devices_[i];
      if (d.vertices_begin == d.vertices_end) continue;
      std::uint32_t begin = d.vertices_begin;
      for (std::uint32_t v = d.vertices_begin + 1; v < d.vertices_end; ++v) {
        if (near(vertices_[v - 1], vertices_[v])) continue;
        pieces_.push_back({i, begin, v});
        begin = v;
      }
      pieces_.push_back({i, begin, d.vertices_end});
    }
    first_piece_of_[devices_.size()] = static_cast<std::uint32_t>(pieces_.size());
  }

  // The elements at a device's `from` and `to`.
  std::array<Element, 2> ends(std::uint32_t device) const {
    const std::uint32_t first = first_piece_of_[device], last = first_piece_of_[device + 1];
    if (first < last) {
      return {Element{first_piece() + first, vertices_[pieces_[first].begin]},
              Element{first_piece() + last - 1, vertices_[pieces_[last - 1].end - 1]}};
    }
    if (has_position_[device] == 0) return {};
    const Element point{node_count() + device, devices_[device].position};
    return {point, point};
  }

  // A line may have been drawn against its direction.
  std::array<Element, 2> oriented_ends(std::uint32_t device) const {
    std::array<Element, 2> result = ends(device);
    const Device& d = devices_[device];
    const Element &from = representatives_[d.from.index], &to = representatives_[d.to.index];
    if (!result[0].known() || !from.known() || !to.known()) return result;
    const auto bad = [&](const Element& a, const Element& b) {
      return static_cast<int>(!near(from.position, a.position)) +
             static_cast<int>(!near(to.position, b.position));
    };
    if (bad(result[1], result[0]) < bad(result[0], result[1])) std::swap(result[0], result[1]);
    return result;
  }

  // Of a node without a position of its own, the end of a device that is nearest to the others.
  void find_representatives() {
    representatives_.assign(node_count(), {});
    std::vector<std::uint32_t> begin(node_count() + 1U, 0);
    for (const Device& d : devices_) {
      if (placement_.known[d.from.index] == 0) ++begin[d.from.index + 1U];
      if (placement_.known[d.to.index] == 0) ++begin[d.to.index + 1U];
    }
    std::partial_sum(begin.begin(), begin.end(), begin.begin());
    std::vector<Element> incident(begin.back());
    std::vector<std::uint32_t> next(begin.begin(), begin.end() - 1);
    for (std::uint32_t i = 0; i < devices_.size(); ++i) {
      const auto at = ends(i);
      if (!at[0].known()) continue;
      const Device& d = devices_[i];
      if (placement_.known[d.from.index] == 0) incident[next[d.from.index]++] = at[0];
      if (placement_.known[d.to.index] == 0) incident[next[d.to.index]++] = at[1];
    }
    for (std::uint32_t node = 0; node < node_count(); ++node) {
      if (placement_.known[node] != 0) {
        representatives_[node] = {node, placement_.positions[node]};
        continue;
      }
      const auto first = incident.begin() + begin[node];
      representatives_[node] = most_central({first, incident.begin() + next[node]});
    }
  }

  Element most_central(std::span<const Element> candidates) const {
    constexpr std::size_t kMostCompared = 12;
    candidates = candidates.first(std::min(candidates.size(), kMostCompared));
    Element best;
    std::size_t most = 0;
    for (const Element& candidate : candidates) {
      const auto company =
          static_cast<std::size_t>(std::ranges::count_if(candidates, [&](const Element& other) {
            return near(candidate.position, other.position);
          }));
      if (company <= most) continue;
      most = company;
      best = candidate;
    }
    return best;
  }

  template <class Visit>
  void each_edge(Visit visit) const {
    for (std::uint32_t i = 0; i < devices_.size(); ++i) {
      const Device& d = devices_[i];
      const Element &from = representatives_[d.from.index], &to = representatives_[d.to.index];
      const auto at = oriented_ends(i);
      if (!at[0].known()) {
        if (from.known() && to.known()) visit(Edge{from, to, false});
        continue;
      }
      if (from.known()) visit(Edge{from, at[0], true});
      if (to.known()) visit(Edge{to, at[1], true});
      for (std::uint32_t p = first_piece_of_[i]; p + 1 < first_piece_of_[i + 1]; ++p) {
        visit(Edge{{first_piece() + p, vertices_[pieces_[p].end - 1]},
                   {first_piece() + p + 1, vertices_[pieces_[p + 1].begin]},
                   false});
      }
    }
  }

  // Of those that lead away: the switches of a substation stand at one place.
  static double middle_of(std::vector<double>& spans) {
    std::erase_if(spans, [](double span) { return span < 1; });
    if (spans.empty()) return 0;
    const auto middle = spans.begin() + static_cast<std::ptrdiff_t>(spans.size() / 2);
    std::ranges::nth_element(spans, middle);
    return *middle;
  }

  // From what the network's spans usually are; the first cut was made with the least.
  void measure_reach() {
    std::vector<double> spans;
    const std::size_t every = devices_.size() / kSampledEdges + 1;
    for (std::uint32_t i = 0; i < devices_.size(); i += static_cast<std::uint32_t>(every)) {
      const auto shape = line(i);
      for (std::size_t v = 1; v < shape.size(); ++v) {
        spans.push_back(distance_m(shape[v - 1], shape[v]));
        if (v > 50) break;
      }
      if (!shape.empty()) continue;
      const Element &from = representatives_[devices_[i].from.index],
                    &to = representatives_[devices_[i].to.index];
      if (from.known() && to.known()) spans.push_back(distance_m(from.position, to.position));
    }
    if (spans.empty()) return;
    const auto nth = spans.begin() + static_cast<std::ptrdiff_t>(spans.size() * 9 / 10);
    std::ranges::nth_element(spans, nth);
    const double usual_m = *nth;
    const double reach = std::clamp(kUsualSpans * usual_m, kLeastReach_m,
                                    std::max(kMostReach_m, kMiddleSpans * middle_of(spans)));
    if (reach <= reach_m_) return;
    reach_m_ = reach;
    cut_lines();
    find_representatives();
  }

  bool find_far_edges() {
    far_.clear();
    clusters_.emplace(first_piece() + pieces_.size());
    each_edge([this](const Edge& edge) {
      if (near(edge.a.position, edge.b.position)) {
        clusters_->join(edge.a.id, edge.b.id);
      } else {
        far_.push_back(edge);
      }
    });
    return !far_.empty();
  }

  void add_member(std::uint32_t id, Position position, bool is_node) {
    const auto found = suspects_.find(clusters_->find(id));
    if (found == suspects_.end()) return;
    Suspect& suspect = found->second;
    if (suspect.evidence > kMostSwapped) return;  // large enough to be right
    suspect.members.push_back({id, position});
    if (is_node) {
      // Many nodes may have been put at one pole.
      if (std::ranges::find(suspect.node_places, position) != suspect.node_places.end()) return;
      suspect.node_places.push_back(position);
    }
    ++suspect.evidence;
  }

  bool repair_suspects() {
    suspects_.clear();
    for (std::uint32_t i = 0; i < far_.size(); ++i) {
      suspects_[clusters_->find(far_[i].a.id)].edges.push_back(i);
      suspects_[clusters_->find(far_[i].b.id)].edges.push_back(i);
    }
    for (std::uint32_t node = 0; node < node_count(); ++node) {
      if (placement_.known[node] != 0) add_member(node, placement_.positions[node], true);
    }
    for (std::uint32_t i = 0; i < devices_.size(); ++i) {
      if (first_piece_of_[i] == first_piece_of_[i + 1] && has_position_[i] != 0) {
        add_member(node_count() + i, devices_[i].position, false);
      }
    }
    for (std::uint32_t p = 0; p < pieces_.size(); ++p) {
      add_member(first_piece() + p, vertices_[pieces_[p].begin], false);
    }
    std::vector<std::uint32_t> roots;
    for (const auto& [root, suspect] : suspects_) roots.push_back(root);
    std::ranges::sort(roots);  // an unordered container's order reaches no result
    bool any = false;
    for (const std::uint32_t root : roots) any = judge(root, suspects_.at(root)) || any;
    return any;
  }

  // Far edges to clusters that more features agree on, the cluster's own end first.
  std::vector<Edge> trusted_edges(std::uint32_t root, const Suspect& suspect) {
    std::vector<Edge> edges;
    for (const std::uint32_t number : suspect.edges) {
      Edge edge = far_[number];
      if (clusters_->find(edge.a.id) != root) std::swap(edge.a, edge.b);
      const std::uint32_t other = clusters_->find(edge.b.id);
      if (other == root) continue;
      const std::size_t evidence = suspects_.at(other).evidence;
      if (evidence >= 2 && evidence > suspect.evidence) edges.push_back(edge);
    }
    return edges;
  }

  bool judge(std::uint32_t root, const Suspect& suspect) {
    if (suspect.evidence > kMostSwapped || suspect.members.empty()) return false;
    const std::vector<Edge> edges = trusted_edges(root, suspect);
    if (edges.empty()) return false;
    const auto fits = std::ranges::count_if(edges, [this](const Edge& e) {
      return near(exchanged(e.a.position), e.b.position) &&
             distance_m(e.a.position, exchanged(e.a.position)) > kLongestSpan_m;
    });
    if (static_cast<std::size_t>(fits) * 2 > edges.size()) {
      for (const Element& member : suspect.members) exchange(member);
      return true;
    }
    if (suspect.evidence > 1 || lies_on_its_way(root, suspect)) return false;
    const double away_m = distance_m(edges.front().a.position, edges.front().b.position);
    const auto place = place_among(edges);
    if (!place) return false;
    for (const Element& member : suspect.members) move(member, *place, kilometres_away(away_m));
    return true;
  }

  // A place of a line, far from those before and behind it and about between them: a long line with
  // few places on its way. One that lost a digit lies far off.
  bool lies_on_its_way(std::uint32_t root, const Suspect& suspect) {
    if (suspect.edges.size() != 2) return false;
    std::array<Edge, 2> edges{far_[suspect.edges[0]], far_[suspect.edges[1]]};
    for (Edge& edge : edges) {
      if (edge.contact) return false;
      if (clusters_->find(edge.a.id) != root) std::swap(edge.a, edge.b);
    }
    const double through_m = distance_m(edges[0].b.position, edges[0].a.position) +
                             distance_m(edges[1].a.position, edges[1].b.position);
    return through_m <= kStraight * distance_m(edges[0].b.position, edges[1].b.position);
  }

  // Where it has to be; nullopt: it may be right where it is.
  std::optional<Position> place_among(const std::vector<Edge>& edges) const {
    Position sum;
    double count = 0;
    const bool contact = std::ranges::any_of(edges, &Edge::contact);
    for (const Edge& edge : edges) {
      if (edge.contact != contact) continue;
      // What it should be between has to be one place itself.
      if (count > 0 && !near(edges_first(edges, contact), edge.b.position)) return std::nullopt;
      sum.longitude_deg += edge.b.position.longitude_deg;
      sum.latitude_deg += edge.b.position.latitude_deg;
      ++count;
    }
    if (!contact && count < 2 &&
        distance_m(edges.front().a.position, edges.front().b.position) <=
            std::max(kLongestSpan_m, reach_m_)) {
      return std::nullopt;
    }
    return Position{sum.longitude_deg / count, sum.latitude_deg / count};
  }

  static Position edges_first(const std::vector<Edge>& edges, bool contact) {
    return std::ranges::find(edges, contact, &Edge::contact)->b.position;
  }

  void exchange(const Element& member) {
    const std::string reason = "has longitude and latitude exchanged";
    if (member.id < node_count()) {
      placement_.positions[member.id] = exchanged(member.position);
      note(RepairedPosition::Of::node, member.id, member.position, exchanged(member.position),
           reason);
    } else if (member.id < first_piece()) {
      const std::uint32_t device = member.id - node_count();
      devices_[device].position = exchanged(member.position);
      note(RepairedPosition::Of::device, device, member.position, exchanged(member.position),
           reason);
    } else {
      const Piece& piece = pieces_[member.id - first_piece()];
      for (std::uint32_t v = piece.begin; v < piece.end; ++v) {
        vertices_[v] = exchanged(vertices_[v]);
      }
      touched_[piece.device] = 1;
      note(RepairedPosition::Of::line, piece.device, member.position, exchanged(member.position),
           reason);
    }
  }

  void move(const Element& member, Position place, const std::string& reason) {
    if (member.id < node_count()) {
      placement_.positions[member.id] = place;
      note(RepairedPosition::Of::node, member.id, member.position, place, reason);
    } else if (member.id < first_piece()) {
      const std::uint32_t device = member.id - node_count();
      devices_[device].position = place;
      note(RepairedPosition::Of::device, device, member.position, place, reason);
    } else {
      move_piece(pieces_[member.id - first_piece()], place, reason);
    }
  }

  // A whole line runs straight between its nodes; a piece stands between the line's others.
  void move_piece(const Piece& piece, Position place, const std::string& reason) {
    const Device& d = devices_[piece.device];
    const Position was = vertices_[piece.begin];
    Position first = place, last = place;
    if (piece.begin == d.vertices_begin && piece.end == d.vertices_end) {
      const Element &from = representatives_[d.from.index], &to = representatives_[d.to.index];
      const auto own =
          clusters_->find(first_piece() + static_cast<std::uint32_t>(&piece - pieces_.data()));
      const auto sound = [&](const Element& e) {
        return e.known() && clusters_->find(e.id) != own;
      };
      if (sound(from)) first = last = from.position;
      if (sound(to)) last = to.position;
      if (!sound(from)) first = last;
    } else if (piece.begin > d.vertices_begin && piece.end < d.vertices_end) {
      first = vertices_[piece.begin - 1];
      last = vertices_[piece.end];
    }
    const double steps = piece.end - piece.begin + 1;
    const bool whole = piece.begin == d.vertices_begin && piece.end == d.vertices_end;
    for (std::uint32_t v = piece.begin; v < piece.end; ++v) {
      const double share =
          whole && steps > 2 ? (v - piece.begin) / (steps - 2) : (v - piece.begin + 1) / steps;
      vertices_[v] = {std::lerp(first.longitude_deg, last.longitude_deg, share),
                      std::lerp(first.latitude_deg, last.latitude_deg, share)};
    }
    touched_[piece.device] = 1;
    note(RepairedPosition::Of::line, piece.device, was, vertices_[piece.begin], reason);
  }

  // A length that came from the spoilt drawing; one that the source stated is a sane one.
  void measure_length_again(std::uint32_t device) {
    Device& d = devices_[device];
    const double length = length_m(line(device));
    if (d.length_m > 10 * length + 1000) d.length_m = static_cast<float>(length);
  }

  std::vector<Device>& devices_;
  std::vector<std::uint8_t>& has_position_;
  std::vector<Position>& vertices_;
  NodePlacement& placement_;
  std::vector<std::uint8_t> touched_;
  double reach_m_ = kLeastReach_m;
  std::vector<Piece> pieces_;
  std::vector<std::uint32_t> first_piece_of_;  // by device, one more
  std::vector<Element> representatives_;       // by node
  std::optional<Clusters> clusters_;
  std::vector<Edge> far_;
  std::unordered_map<std::uint32_t, Suspect> suspects_;  // by root
  std::vector<RepairedPosition> repaired_;
};

}  // namespace

std::vector<RepairedPosition> repair_positions(std::vector<Device>& devices,
                                               std::vector<std::uint8_t>& has_position,
                                               std::vector<Position>& vertices,
                                               NodePlacement& placement) {
  return Repairer{devices, has_position, vertices, placement}.run();
}

}  // namespace gridmend
