// Where a feature lies: the geometry of FeatureReader.

#include <ogr_api.h>

#include <algorithm>
#include <cmath>

#include "data/ingest/feature_reader.h"

namespace gridmend {
namespace {

OGRFeatureH feature_of(void* feature) { return static_cast<OGRFeatureH>(feature); }

bool is_finite(const Position& p) {
  return std::isfinite(p.longitude_deg) && std::isfinite(p.latitude_deg);
}

// What a collection shows, in which editors leave the points at which they split lines: all of its
// lines, else its first area or point. Null: nothing of these. The caller destroys it.
OGRGeometryH shown_of_collection(OGRGeometryH collection) {
  OGRGeometryH lines = OGR_G_CreateGeometry(wkbMultiLineString);
  OGRGeometryH other = nullptr;
  for (int i = 0; i < OGR_G_GetGeometryCount(collection); ++i) {
    OGRGeometryH member = OGR_G_GetGeometryRef(collection, i);
    const auto type = OGR_GT_Flatten(OGR_G_GetGeometryType(member));
    if (type == wkbLineString) {
      OGR_G_AddGeometry(lines, member);
    } else if (type == wkbMultiLineString) {
      for (int part = 0; part < OGR_G_GetGeometryCount(member); ++part) {
        OGR_G_AddGeometry(lines, OGR_G_GetGeometryRef(member, part));
      }
    } else if (other == nullptr && type != wkbGeometryCollection) {
      other = member;
    }
  }
  if (OGR_G_GetGeometryCount(lines) > 0) return lines;
  OGR_G_DestroyGeometry(lines);
  return other == nullptr ? nullptr : OGR_G_Clone(other);
}

// Appends the vertices of points and lines; false for geometries that are neither.
bool append_vertices(OGRGeometryH geometry, std::vector<Position>& vertices,
                     std::vector<std::size_t>& line_ends) {
  switch (OGR_GT_Flatten(OGR_G_GetGeometryType(geometry))) {
    case wkbPoint:
    case wkbLineString: {
      const auto count = static_cast<std::size_t>(OGR_G_GetPointCount(geometry));
      const std::size_t first = vertices.size();
      vertices.resize(first + count);
      if (count == 0) return true;
      Position* begin = vertices.data() + first;
      OGR_G_GetPoints(geometry, &begin->longitude_deg, sizeof(Position), &begin->latitude_deg,
                      sizeof(Position), nullptr, 0);
      if (count > 1) line_ends.push_back(vertices.size());
      return true;
    }
    case wkbMultiPoint:
      return OGR_G_GetGeometryCount(geometry) == 0 ||
             append_vertices(OGR_G_GetGeometryRef(geometry, 0), vertices, line_ends);
    case wkbMultiLineString: {
      for (int i = 0; i < OGR_G_GetGeometryCount(geometry); ++i) {
        if (!append_vertices(OGR_G_GetGeometryRef(geometry, i), vertices, line_ends)) return false;
      }
      return true;
    }
    case wkbPolygon:
    case wkbMultiPolygon: {
      OGRGeometryH centroid = OGR_G_CreateGeometry(wkbPoint);
      const bool found = OGR_G_Centroid(geometry, centroid) == OGRERR_NONE &&
                         append_vertices(centroid, vertices, line_ends);
      OGR_G_DestroyGeometry(centroid);
      return found;
    }
    default:
      return false;
  }
}

// Of a polygon, or a multipolygon's first.
void append_outline(OGRGeometryH geometry, std::vector<Position>& outline) {
  const auto type = OGR_GT_Flatten(OGR_G_GetGeometryType(geometry));
  if ((type != wkbPolygon && type != wkbMultiPolygon) || OGR_G_GetGeometryCount(geometry) == 0) {
    return;
  }
  OGRGeometryH part = OGR_G_GetGeometryRef(geometry, 0);
  if (type == wkbMultiPolygon) return append_outline(part, outline);
  std::vector<std::size_t> ends;
  append_vertices(part, outline, ends);
}

}  // namespace

bool FeatureReader::take_geometry(void* geometry) {
  auto* source = static_cast<OGRGeometryH>(geometry);
  if (OGR_GT_Flatten(OGR_G_GetGeometryType(source)) == wkbMultiPoint) {
    const int points = OGR_G_GetGeometryCount(source);
    points_left_out_ = points > 1 ? static_cast<std::size_t>(points - 1) : 0;
  }
  // Also of curves that are straight: MULTICURVE ((0 0, 1 1)) is what some write for every line.
  OGRGeometryH linear = OGR_G_HasCurveGeometry(source, FALSE) != 0
                            ? OGR_G_GetLinearGeometry(source, 0, nullptr)
                            : nullptr;
  OGRGeometryH shown = linear != nullptr ? linear : source;
  const bool collection = OGR_GT_Flatten(OGR_G_GetGeometryType(shown)) == wkbGeometryCollection;
  if (collection) shown = shown_of_collection(shown);
  const bool taken = shown != nullptr && append_vertices(shown, vertices_, line_ends_);
  if (shown != nullptr) append_outline(shown, outline_);
  if (collection && shown != nullptr) OGR_G_DestroyGeometry(shown);
  if (linear != nullptr) OGR_G_DestroyGeometry(linear);
  return taken;
}

// True: there is none, or it was taken.
bool FeatureReader::geometry_of_columns(void* feature) {
  if (wkt_) {
    load_column(feature, *wkt_, columns_.size());
    if (wkt_->text.empty()) return true;
    std::string text{wkt_->text};
    char* rest = text.data();
    OGRGeometryH geometry = nullptr;
    const bool read =
        OGR_G_CreateFromWkt(&rest, nullptr, &geometry) == OGRERR_NONE && take_geometry(geometry);
    OGR_G_DestroyGeometry(geometry);
    return read;
  }
  load_column(feature, *x_, columns_.size());
  load_column(feature, *y_, columns_.size());
  if (x_->number && y_->number) {
    vertices_.push_back({*x_->number, *y_->number});
    return true;
  }
  return x_->text.empty() && y_->text.empty() && !x_->number && !y_->number;
}

// (0, 0) is what programs write for "no position" in every system but a local one; it stays that.
void FeatureReader::to_wgs84() {
  std::vector<std::size_t> nowhere;
  for (std::size_t i = 0; !zero_is_a_place_ && i < vertices_.size(); ++i) {
    if (vertices_[i] == Position{}) nowhere.push_back(i);
  }
  conversion_->to_wgs84(vertices_);
  for (const std::size_t i : nowhere) vertices_[i] = {};
}

void FeatureReader::load_geometry(void* feature) {
  vertices_.clear();
  line_ends_.clear();
  outline_.clear();
  geometry_invalid_ = false;
  points_left_out_ = 0;
  if (wkt_ || (x_ && y_)) {
    geometry_invalid_ = !geometry_of_columns(feature);
  } else {
    OGRGeometryH geometry = OGR_F_GetGeometryRef(feature_of(feature));
    if (geometry == nullptr) geometry_invalid_ = position_is_written(feature);
    if (geometry == nullptr || OGR_G_IsEmpty(geometry) != 0) return;
    geometry_invalid_ = !take_geometry(geometry);
  }
  geometry_invalid_ = geometry_invalid_ || !std::ranges::all_of(vertices_, is_finite);
  if (!geometry_invalid_ && conversion_ && !vertices_.empty()) {
    to_wgs84();
    geometry_invalid_ = !std::ranges::all_of(vertices_, is_finite);
  }
  if (conversion_ && !outline_.empty()) conversion_->to_wgs84(outline_);
  if (geometry_invalid_ || !std::ranges::all_of(outline_, is_finite)) outline_.clear();
  if (!geometry_invalid_) return;
  vertices_.clear();
  line_ends_.clear();
}

}  // namespace gridmend
