#include "service/cli/coordinate_options.h"

#include <CLI/CLI.hpp>
#include <utility>

namespace gridmend {

void add_coordinate_options(CLI::App& command, CoordinateOptions& options) {
  command.add_option(
      "--crs", options.crs,
      "Reference system of the coordinates, instead of what the files say: EPSG:4547");
  command.add_option("--datum", options.datum,
                     "wgs84, gcj02 or bd09; wgs84 also switches the detection of GCJ-02 off");
  command.add_option("--origin", options.origin, "Where (0, 0) of local coordinates is: LON,LAT")
      ->delimiter(',')
      ->expected(2);
  command.add_option("--unit", options.unit,
                     "Of coordinates that are lengths: m, km, ft, us-ft, ...");
  command.add_option("--axis-order", options.axis_order, "lon_lat or lat_lon");
  command.add_option("--encoding", options.encoding,
                     "Of texts that are not UTF-8, in formats that do not say: GB18030");
}

Result<void> declare_on(const CoordinateOptions& options, SourceSpec& source) {
  SourceCoordinates declared;
  const auto take = [&declared](const char* key, const DeclaredValue& value) -> Result<void> {
    const auto wrong = declare_coordinates(declared, key, value);
    if (wrong && wrong->empty()) return {};
    return refuse(ErrorCode::invalid_argument, "COORDINATES_INVALID", wrong.value_or(key), key);
  };
  for (const auto& [key, text] :
       {std::pair{"crs", &options.crs}, std::pair{"datum", &options.datum},
        std::pair{"unit", &options.unit}, std::pair{"axis_order", &options.axis_order}}) {
    if (text->empty()) continue;
    if (auto taken = take(key, {.text = *text}); !taken) return taken;
  }
  if (!options.origin.empty()) {
    if (auto taken = take("origin", {.numbers = options.origin}); !taken) return taken;
  }
  source.coordinates = overlaid(declared, source.coordinates);
  if (!options.encoding.empty()) source.encoding = options.encoding;
  return {};
}

}  // namespace gridmend
