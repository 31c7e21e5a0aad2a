#include "data/synth/svg_canvas.h"

#include <fmt/format.h>

#include <iterator>

namespace gridmend {

std::string escape_xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

SvgCanvas::SvgCanvas(double width, double height, std::string_view background) {
  out_ = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" "
      "height=\"{1:.0f}\" font-family=\"'Noto Sans','Noto Sans CJK SC','Microsoft YaHei','DejaVu "
      "Sans',sans-serif\">\n<rect width=\"{0:.0f}\" height=\"{1:.0f}\" fill=\"{2}\"/>\n",
      width, height, background);
}

void SvgCanvas::style(const SvgStyle& s) {
  fmt::format_to(std::back_inserter(out_), "fill=\"{}\"", s.fill);
  if (s.stroke != "none") {
    fmt::format_to(std::back_inserter(out_),
                   " stroke=\"{}\" stroke-width=\"{:.2f}\" stroke-linecap=\"round\" "
                   "stroke-linejoin=\"round\"",
                   s.stroke, s.width);
  }
  if (!s.dashes.empty()) {
    fmt::format_to(std::back_inserter(out_), " stroke-dasharray=\"{}\"", s.dashes);
  }
  if (s.opacity < 1) fmt::format_to(std::back_inserter(out_), " opacity=\"{:.2f}\"", s.opacity);
}

void SvgCanvas::polyline(std::span<const PlanePoint> points, const SvgStyle& s) {
  if (points.size() < 2) return;
  out_ += "<polyline points=\"";
  for (const PlanePoint p : points) {
    fmt::format_to(std::back_inserter(out_), "{:.1f},{:.1f} ", p.east_m, p.north_m);
  }
  out_ += "\" ";
  style(s);
  out_ += "/>\n";
}

void SvgCanvas::area(std::span<const std::vector<PlanePoint>> rings, const SvgStyle& s) {
  out_ += "<path fill-rule=\"evenodd\" d=\"";
  for (const std::vector<PlanePoint>& ring : rings) {
    char command = 'M';
    for (const PlanePoint p : ring) {
      fmt::format_to(std::back_inserter(out_), "{}{:.1f} {:.1f}", command, p.east_m, p.north_m);
      command = 'L';
    }
    out_ += 'Z';
  }
  out_ += "\" ";
  style(s);
  out_ += "/>\n";
}

void SvgCanvas::circle(PlanePoint c, double radius, const SvgStyle& s) {
  fmt::format_to(std::back_inserter(out_), "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" ",
                 c.east_m, c.north_m, radius);
  style(s);
  out_ += "/>\n";
}

void SvgCanvas::rectangle(PlanePoint corner, double width, double height, const SvgStyle& s) {
  fmt::format_to(std::back_inserter(out_),
                 "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" ",
                 corner.east_m, corner.north_m, width, height);
  style(s);
  out_ += "/>\n";
}

void SvgCanvas::text(PlanePoint at, double size, std::string_view fill, std::string_view content,
                     std::string_view anchor, bool bold) {
  fmt::format_to(std::back_inserter(out_),
                 "<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"{:.1f}\" fill=\"{}\" "
                 "text-anchor=\"{}\"{}>{}</text>\n",
                 at.east_m, at.north_m, size, fill, anchor, bold ? " font-weight=\"600\"" : "",
                 escape_xml(content));
}

void SvgCanvas::open_group(std::string_view id, std::string_view css_class) {
  fmt::format_to(std::back_inserter(out_), "<g id=\"{}\" class=\"{}\">\n", escape_xml(id),
                 escape_xml(css_class));
}

void SvgCanvas::close_group() { out_ += "</g>\n"; }

std::string SvgCanvas::finish() && {
  out_ += "</svg>\n";
  return std::move(out_);
}

}  // namespace gridmend
