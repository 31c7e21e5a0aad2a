#pragma once

namespace gridmend {

// Whatever makes GDAL or PROJ ask an address (a GeoJSON whose crs is a link, a grid of PROJ's) is
// told that there is no network, and asks nobody. For the process; prepare_gdal() does it.
void switch_network_off();

}  // namespace gridmend
