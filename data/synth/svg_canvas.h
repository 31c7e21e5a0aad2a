#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/geo/position.h"

namespace gridmend {

// How a line or area looks: CSS values as they stand.
struct SvgStyle {
  std::string_view fill = "none";
  std::string_view stroke = "none";
  double width = 1;
  std::string_view dashes = "";
  double opacity = 1;
};

// Writes SVG text shape by shape. Coordinates are pixels, y downwards; numbers are rounded to a
// tenth of a pixel. Texts and attribute values are escaped. No state but the text itself.
class SvgCanvas {
 public:
  SvgCanvas(double width, double height, std::string_view background);

  void polyline(std::span<const PlanePoint> points, const SvgStyle& style);
  // Closed rings, filled by the even-odd rule.
  void area(std::span<const std::vector<PlanePoint>> rings, const SvgStyle& style);
  void circle(PlanePoint centre, double radius, const SvgStyle& style);
  void rectangle(PlanePoint corner, double width, double height, const SvgStyle& style);
  // anchor: start, middle, end.
  void text(PlanePoint at, double size, std::string_view fill, std::string_view content,
            std::string_view anchor = "start", bool bold = false);
  // A group that scripts and style sheets can find by id and class.
  void open_group(std::string_view id, std::string_view css_class = {});
  void close_group();
  void raw(std::string_view svg) { out_ += svg; }

  std::string finish() &&;

 private:
  void style(const SvgStyle& style);
  std::string out_;
};

std::string escape_xml(std::string_view text);

}  // namespace gridmend
