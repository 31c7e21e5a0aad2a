#pragma once

namespace gridmend {

// Where a site is drawn: longitude and latitude, or any plane's x and y. The planner never looks.
struct SitePlace {
  double x = 0;
  double y = 0;
};

}  // namespace gridmend
