#include "core/geo/datum_shift.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/base/random.h"

namespace gridmend::datum_shift_test {
namespace {

struct Reference {
  const char* place;
  Position from, to;
};

// Published with open implementations of the formula.
TEST(DatumShift, TheReferencePlacesOfGcj02AreMet) {
  const Reference references[] = {
      {"Shanghai", {121.5272106, 31.1774276}, {121.531541859215, 31.17530398364597}},
      {"Shenzhen", {113.912316, 22.543847}, {113.9171764808363, 22.540796131694766}},
      {"Beijing", {116.377817, 39.911954}, {116.38404722455657, 39.91334545536069}},
  };
  for (const Reference& r : references) {
    const Position there = to_gcj02(r.from);
    EXPECT_NEAR(there.longitude_deg, r.to.longitude_deg, 1e-9) << r.place;
    EXPECT_NEAR(there.latitude_deg, r.to.latitude_deg, 1e-9) << r.place;
    const Position back = from_gcj02(r.to);
    EXPECT_NEAR(back.longitude_deg, r.from.longitude_deg, 1e-9) << r.place;
    EXPECT_NEAR(back.latitude_deg, r.from.latitude_deg, 1e-9) << r.place;
  }
}

// Published likewise: from GCJ-02 to Baidu's map.
TEST(DatumShift, TheReferencePlaceOfBd09IsMet) {
  const Position gcj02{116.404, 39.915};
  const Position bd09{116.41036949371029, 39.92133699351021};
  EXPECT_NEAR(to_bd09(gcj02).longitude_deg, bd09.longitude_deg, 1e-9);
  EXPECT_NEAR(to_bd09(gcj02).latitude_deg, bd09.latitude_deg, 1e-9);
  EXPECT_NEAR(from_bd09(bd09).longitude_deg, gcj02.longitude_deg, 1e-9);
  EXPECT_NEAR(from_bd09(bd09).latitude_deg, gcj02.latitude_deg, 1e-9);
}

TEST(DatumShift, ThereAndBackIsTheSamePlaceAllOverChina) {
  Random random{20260101};
  double worst_deg = 0;
  for (int i = 0; i < 20'000; ++i) {
    const Position p{random.uniform(73.5, 135), random.uniform(4, 53.5)};
    for (const Position back :
         {from_gcj02(to_gcj02(p)), to_wgs84(to_bd09(to_gcj02(p)), Datum::bd09)}) {
      worst_deg = std::max({worst_deg, std::abs(back.longitude_deg - p.longitude_deg),
                            std::abs(back.latitude_deg - p.latitude_deg)});
    }
    const double moved_m = distance_m(p, to_gcj02(p));
    EXPECT_LT(moved_m, 1200);
    EXPECT_GT(moved_m, 10);
  }
  EXPECT_LT(worst_deg, 1e-10);
}

TEST(DatumShift, OutsideChinaNothingMoves) {
  for (const Position p : {Position{-52, -28}, Position{8.6, 49.4}, Position{139.7, 35.7}}) {
    EXPECT_EQ(to_gcj02(p), p);
    EXPECT_EQ(from_gcj02(p), p);
    EXPECT_EQ(to_wgs84(p, Datum::gcj02), p);
  }
}

TEST(DatumShift, NamesAreReadAsPeopleWriteThem) {
  EXPECT_EQ(parse_datum("GCJ-02"), Datum::gcj02);
  EXPECT_EQ(parse_datum("bd09"), Datum::bd09);
  EXPECT_EQ(parse_datum("WGS 84"), Datum::wgs84);
  EXPECT_EQ(parse_datum("mars"), std::nullopt);
}

}  // namespace
}  // namespace gridmend::datum_shift_test
