#include "data/ingest/datum_detection.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numbers>
#include <optional>

#include "core/geo/spatial_index.h"

namespace gridmend {
namespace {

constexpr std::size_t kSample = 1500;
constexpr std::size_t kLeastSample = 100;
constexpr std::size_t kCandidates = 16;
constexpr double kClearlyLess = 0.5;
constexpr double kOnStreets_m = 30;
constexpr double kLessThanChance = 0.7;
// The shift is some 500 m; streets further away are other streets.
constexpr double kMargin_deg = 0.02;
constexpr int kDirections = 7;  // one of them is the shift itself

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, nth);
  return *nth;
}

bool contains(const Box& box, Position p, double margin_deg) {
  return p.longitude_deg >= box.west_deg - margin_deg &&
         p.longitude_deg <= box.east_deg + margin_deg &&
         p.latitude_deg >= box.south_deg - margin_deg &&
         p.latitude_deg <= box.north_deg + margin_deg;
}

// Segments of lines, to be asked for the nearest.
class Segments {
 public:
  Segments(std::span<const std::vector<Position>> lines, const Box& area) {
    std::vector<Box> boxes;
    for (const auto& line : lines) {
      for (std::size_t i = 1; i < line.size(); ++i) {
        const std::array<Position, 2> segment{line[i - 1], line[i]};
        if (!contains(area, segment[0], kMargin_deg)) continue;
        segments_.push_back(segment);
        boxes.push_back(box_of(segment));
      }
    }
    if (boxes.empty()) return;
    index_.emplace(boxes);
    area_ = boxes.front();
    for (const Box& box : boxes) {
      area_.west_deg = std::min(area_.west_deg, box.west_deg);
      area_.south_deg = std::min(area_.south_deg, box.south_deg);
      area_.east_deg = std::max(area_.east_deg, box.east_deg);
      area_.north_deg = std::max(area_.north_deg, box.north_deg);
    }
  }

  bool empty() const { return segments_.empty(); }
  const Box& area() const { return area_; }

  double distance_to(Position p) const {
    double least = 1e9;
    for (const std::uint32_t i : index_->nearest(p, kCandidates)) {
      const auto at = nearest_on_polyline(segments_[i], p);
      if (at) least = std::min(least, at->distance_m);
    }
    return least;
  }

  template <class Reading>
  double median_distance(std::span<const Position> positions, Reading reading) const {
    std::vector<double> distances;
    distances.reserve(positions.size());
    for (const Position p : positions) distances.push_back(distance_to(reading(p)));
    return median(std::move(distances));
  }

 private:
  std::vector<std::array<Position, 2>> segments_;
  std::optional<SpatialIndex> index_;
  Box area_;
};

std::vector<Position> sample_of(std::span<const Position> positions, const Box& area) {
  std::vector<Position> inside;
  for (const Position p : positions) {
    if (is_shifted_by_gcj02(p) && contains(area, p, 0)) inside.push_back(p);
  }
  if (inside.size() <= kSample) return inside;
  std::vector<Position> sample;
  for (std::size_t i = 0; i < kSample; ++i) sample.push_back(inside[i * inside.size() / kSample]);
  return sample;
}

// What shifts of the same size in other directions would give: streets are everywhere in a town.
double chance_of(const Segments& segments, std::span<const Position> sample, Datum datum) {
  double least = 1e9;
  for (int i = 1; i < kDirections; ++i) {
    const double angle = 2 * std::numbers::pi * i / kDirections;
    const double sine = std::sin(angle), cosine = std::cos(angle);
    least = std::min(least, segments.median_distance(sample, [&](Position p) {
      const LocalPlane plane{p};
      const PlanePoint shift = plane.to_plane(to_wgs84(p, datum));
      return plane.to_position({cosine * shift.east_m - sine * shift.north_m,
                                sine * shift.east_m + cosine * shift.north_m});
    }));
  }
  return least;
}

// Calls `visit` with the polyline, or the point, of every device of a source.
template <class Visit>
void each_device(const std::string& name, const BuiltNetwork& network, Visit visit) {
  const NetworkRecords& records = network.records;
  std::vector<std::uint8_t> is_its(network.layers.size(), 0);
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const std::string& file = network.layers[i].file;
    is_its[i] = file == name || file.starts_with(name + "/") ? 1 : 0;
  }
  std::vector<Position> shape;
  std::size_t number = 0;
  for (const Device& device : records.devices) {
    if (is_its.at(network.layer_of_device.at(number++)) == 0) continue;
    shape.clear();
    for (std::uint32_t v = device.vertices_begin; v < device.vertices_end; ++v) {
      shape.push_back(records.vertices[Id<Vertex>{v}]);
    }
    if (shape.empty()) shape.push_back(device.position);
    visit(shape);
  }
}

// The middle of a span lies on the street; its ends may stand at a corner.
std::vector<Position> positions_of(const std::string& name, const BuiltNetwork& network) {
  constexpr std::size_t kEnough = 20'000;
  const std::size_t every = network.records.devices.size() / kEnough + 1;
  std::vector<Position> positions;
  std::size_t number = 0;
  each_device(name, network, [&](const std::vector<Position>& shape) {
    if (number++ % every == 0) positions.push_back(position_along(shape, length_m(shape) / 2));
  });
  return positions;
}

std::vector<std::vector<Position>> lines_of(const RoadGraph& roads) {
  std::vector<std::vector<Position>> lines;
  for (std::uint32_t i = 0; i < roads.stretches(); ++i) {
    lines.push_back(roads.polyline(roads.edges_of_stretch(i).front()));
  }
  return lines;
}

// Some of it, from a few nodes evenly chosen.
bool lies_in_china(const NetworkRecords& records) {
  const std::size_t every = records.nodes.size() / kSample + 1;
  std::size_t number = 0;
  return std::ranges::any_of(records.nodes, [&](const ConnectivityNode& node) {
    return number++ % every == 0 && is_shifted_by_gcj02(node.position);
  });
}

bool is_open(const SourceSpec& spec) { return !spec.coordinates.datum && !spec.coordinates.origin; }

}  // namespace

DatumEvidence weigh_datum(std::span<const Position> positions,
                          std::span<const std::vector<Position>> lines) {
  DatumEvidence evidence;
  if (positions.empty()) return evidence;
  const Segments segments{lines, box_of(positions)};
  if (segments.empty()) return evidence;
  const std::vector<Position> sample = sample_of(positions, segments.area());
  evidence.sample = sample.size();
  if (sample.size() < kLeastSample) return evidence;
  evidence.before_m = segments.median_distance(sample, [](Position p) { return p; });
  evidence.after_m = 1e9;
  for (const Datum datum : {Datum::gcj02, Datum::bd09}) {
    const double after =
        segments.median_distance(sample, [datum](Position p) { return to_wgs84(p, datum); });
    if (after >= evidence.after_m) continue;
    evidence.after_m = after;
    evidence.best = datum;
  }
  if (evidence.after_m > kClearlyLess * evidence.before_m || evidence.after_m > kOnStreets_m) {
    return evidence;
  }
  evidence.chance_m = chance_of(segments, sample, evidence.best);
  if (evidence.after_m <= kLessThanChance * evidence.chance_m) evidence.datum = evidence.best;
  return evidence;
}

Defect ShiftedSource::defect() const {
  char figures[160];
  std::snprintf(figures, sizeof figures,
                "half of %zu positions lie within %.0f m of %s, and within %.0f m once ",
                evidence.sample, evidence.before_m, against.c_str(), evidence.after_m);
  const std::string name = evidence.datum == Datum::gcj02 ? "GCJ-02" : "BD-09";
  return {DefectClass::positions_shifted,
          DefectSeverity::warning,
          {.file = file, .layer = {}, .feature_id = {}, .column = {}},
          figures + name + " is undone",
          "all its positions were brought from " + name +
              " to WGS 84; declare datum = \"wgs84\" for it if that is wrong, or datum = \"" +
              std::string{to_string(evidence.datum)} + "\" if it is right",
          {}};
}

std::vector<ShiftedSource> find_shifted_sources(std::span<const SourceSpec> specs,
                                                std::span<const std::string> names,
                                                const BuiltNetwork& network, const RoadGraph& roads,
                                                const std::string& road_file) {
  std::vector<ShiftedSource> shifted;
  if (std::ranges::none_of(specs, is_open) || !lies_in_china(network.records)) return shifted;
  std::vector<std::vector<Position>> lines;
  std::string against = road_file;
  if (!road_file.empty()) {
    lines = lines_of(roads);
  } else {
    for (std::size_t i = 0; i < specs.size(); ++i) {
      if (specs[i].coordinates.datum != Datum::wgs84) continue;
      each_device(names[i], network, [&lines](const std::vector<Position>& shape) {
        if (shape.size() > 1) lines.push_back(shape);
      });
      against = names[i];
    }
  }
  if (lines.empty()) return shifted;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const bool seen =
        std::ranges::any_of(shifted, [&](const ShiftedSource& s) { return s.file == names[i]; });
    if (seen || !is_open(specs[i])) continue;
    const DatumEvidence evidence = weigh_datum(positions_of(names[i], network), lines);
    if (evidence.datum == Datum::wgs84) continue;
    ShiftedSource source{.sources = {}, .evidence = evidence, .against = against, .file = names[i]};
    for (std::size_t j = i; j < specs.size(); ++j) {
      if (names[j] == names[i] && is_open(specs[j])) source.sources.push_back(j);
    }
    shifted.push_back(std::move(source));
  }
  return shifted;
}

}  // namespace gridmend
