#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/hazard/water.h"
#include "routing/road/road_graph.h"

namespace gridmend {

// Roads drawn in text, a character every 100 m, on the equator. Letters are vertices; between two
// letters of a row or a column runs one road, drawn without gaps:
//   -  |  a road at grade          =  H  a bridge        u  U  an underpass (tunnel)
//   f  F  a ford                   >  <  v  ^  one way
// All roads are driven at 36 km/h: 10 s a character.
class RoadMap {
 public:
  explicit RoadMap(const std::vector<std::string>& drawing);

  RoadGraph graph() const;
  // Turns that are forbidden, by the three vertices' letters: "ABC" is from A-B into B-C.
  RoadGraph graph(const std::vector<std::string>& forbidden_turns) const;
  Position position(char vertex) const;
  // Column and row of the drawing, fractions allowed.
  static Position position(double column, double row);
  static Id<RoadEdge> edge(const RoadGraph& graph, std::string_view name);

  // Water drawn over the same squares: 1 to 9 are tenths of a metre, A is 1 m, B 2 m and so on.
  // It is all the water there is.
  static WaterSlice water(const std::vector<std::string>& drawing, Time at = Time{});

 private:
  struct Road {
    char from;
    char to;
    int squares;
    RoadStructure structure;
    bool forward;
    bool backward;
  };
  void follow(const std::vector<std::string>& drawing, std::size_t row, std::size_t column,
              bool south);

  std::map<char, Position> vertices_;
  std::vector<Road> roads_;
};

}  // namespace gridmend
