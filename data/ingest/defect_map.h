#pragma once

#include <iosfwd>
#include <optional>
#include <utility>
#include <vector>

#include "data/region/region.h"

namespace gridmend {

// A map of a region's network with its defects, as an SVG element for a page: lines of the network
// in grey (of many, evenly many), defects as dots coloured by CSS classes `severe`, `warning`,
// `note`, a scale bar. One place in a thousand may lie far outside: the map leaves it out.
class DefectMap {
 public:
  explicit DefectMap(const Region& region);

  // In units of the drawing, from its upper left; nullopt outside it.
  std::optional<std::pair<double, double>> place(Position position) const;
  // `shown` are numbers of region.defects, drawn last first.
  void write(std::ostream& out, const std::vector<std::uint32_t>& shown) const;

 private:
  void write_lines(std::ostream& out) const;
  void write_scale(std::ostream& out) const;

  const Region& region_;
  double west_deg_ = 0, north_deg_ = 0;
  double units_per_degree_east_ = 0, units_per_degree_north_ = 0;
  double units_per_m_ = 0;
  double width_ = 0, height_ = 0;
};

// Text for HTML and attributes in either quotes; control characters become spaces.
std::string html_text(std::string_view text);

}  // namespace gridmend
