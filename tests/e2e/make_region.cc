// e2e_region FILE.gmr [grown]: writes a drawn street of 24 usage points behind two fuses, or the
// same with a lateral more in front of them.

#include <cstdio>

#include "data/region/region.h"
#include "tests/drawing/feeder_drawing.h"

namespace {

constexpr std::string_view kStreet = R"(
  S==B1--n1--F1--n2--T1(6)
         |       |
         |       n3--T2(6)
         |
         n4--F2--n5--T3(6)
                 |
                 n6--T4(6)
)";

constexpr std::string_view kGrown = R"(
  S==B1--n0--F0--n9--T9(7)
         |
         n1--F1--n2--T1(6)
         |       |
         |       n3--T2(6)
         |
         n4--F2--n5--T3(6)
                 |
                 n6--T4(6)
)";

}  // namespace

int main(int argc, char** argv) {
  const bool grown = argc == 3 && std::string_view{argv[2]} == "grown";
  if (argc != 2 && !grown) {
    std::fprintf(stderr, "usage: e2e_region FILE.gmr [grown]\n");
    return 2;
  }
  const gridmend::NetworkModel network = gridmend::drawing::draw(grown ? kGrown : kStreet);
  gridmend::Region region{network, gridmend::RoadGraph{}, {}, {}, {}};
  region.provenance.name = "street";
  region.id = gridmend::content_id(network.records(), {});
  if (const auto written = gridmend::write_region(region, argv[1]); !written) {
    std::fprintf(stderr, "e2e_region: %s\n", gridmend::describe(written.error()).c_str());
    return 1;
  }
  return 0;
}
