#include "data/synth/street_lattice.h"

#include <algorithm>
#include <cmath>

#include "core/base/random.h"
#include "data/synth/noise.h"
#include "data/synth/street_names.h"

namespace gridmend {

std::uint32_t StreetLattice::add_vertex(PlanePoint at) {
  vertices.push_back({at});
  return static_cast<std::uint32_t>(vertices.size() - 1);
}

std::uint32_t StreetLattice::add_name(RoadClass road_class) {
  const std::size_t kind = road_class <= RoadClass::primary         ? 0
                           : road_class >= RoadClass::living_street ? 2
                                                                    : 1;
  names.push_back(street_name(names_used[kind]++ * 7 + kind * 16, road_class));
  return static_cast<std::uint32_t>(names.size() - 1);
}

namespace {

// A street's line through the lattice: a column at an easting, or a row at a distance from the
// middle of the river.
struct GridLine {
  double offset_m = 0;
  int level = 3;
  std::uint32_t name = 0;
  Driving driving = Driving::both_ways;
};

RoadClass class_of_line(int level) {
  return level == 0   ? RoadClass::primary
         : level == 1 ? RoadClass::secondary
         : level == 2 ? RoadClass::tertiary
                      : RoadClass::residential;
}

class LatticeMaker {
 public:
  LatticeMaker(const TownSize& size, const River& river, std::uint64_t seed)
      : size_(size),
        river_(river),
        random_(Random{seed}.fork(1)),
        noise_(seed),
        outline_(seed + 77) {
    main_bank_ = random_.chance(0.5) ? 1 : -1;
    period_ = size.reach_m < 500 ? 4 : size.reach_m < 1500 ? 6 : 8;
  }

  StreetLattice make() {
    lay_columns();
    for (const int bank : {0, 1}) lay_rows(bank);
    place_vertices();
    for (const int bank : {0, 1}) join_bank(bank);
    bridge_river();
    cross_railway();
    return std::move(lattice_);
  }

 private:
  static constexpr double kDepth[2] = {0.85, 0.55};  // of the banks, as a share of the reach

  GridLine line(double offset_m, std::size_t number) {
    GridLine made;
    made.offset_m = offset_m;
    const auto half = period_ / 2;
    made.level = number % period_ == 0 ? 0 : number % half == 0 ? 1 : number % 2 == 0 ? 2 : 3;
    made.name = lattice_.add_name(class_of_line(made.level));
    return made;
  }

  double step() { return size_.spacing_m * random_.uniform(0.78, 1.22); }

  void lay_columns() {
    const double limit = size_.reach_m * 1.35;
    std::vector<double> west;
    for (double x = -step(); x > -limit; x -= step()) west.push_back(x);
    std::vector<double> all(west.rbegin(), west.rend());
    for (double x = 0; x < limit; x += step()) all.push_back(x);
    const std::size_t zero = west.size();
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::size_t number = i >= zero ? i - zero : zero - i;
      columns_.push_back(line(all[i], number));
      columns_.back().driving = one_way(i);
    }
  }

  // Pairs of neighbouring streets in the middle of the town are driven in opposite directions.
  Driving one_way(std::size_t i) {
    if (pair_ == Driving::along) {
      pair_ = Driving::both_ways;
      return columns_.back().driving == Driving::along ? Driving::against : Driving::both_ways;
    }
    const GridLine& column = columns_[i];
    if (column.level < 3 || std::abs(column.offset_m) > 0.55 * size_.reach_m)
      return Driving::both_ways;
    if (!random_.chance(0.3)) return Driving::both_ways;
    pair_ = Driving::along;
    return Driving::along;
  }

  void lay_rows(int bank) {
    const double limit = size_.reach_m * kDepth[bank] * 1.3;
    double v = river_.width_m() / 2 + 24;
    std::size_t number = period_ / 2;
    while (v < limit || rows_[bank].size() < (bank == 0 ? 4U : 2U)) {
      rows_[bank].push_back(line(v, number++));
      v += step();
      if (bank == 0 && rail_after_ == 0 && v > 0.5 * limit && rows_[0].size() >= 2) {
        rail_after_ = rows_[0].size();
        rail_offset_m_ = v - 25;
        v += 70;
      }
    }
    rows_[bank][0].level = 1;
    const bool north = (bank == 0) == (main_bank_ > 0);
    lattice_.names[rows_[bank][0].name] = north ? StreetName{"滨江北路", "Binjiang North Road"}
                                                : StreetName{"滨江南路", "Binjiang South Road"};
  }

  double sign(int bank) const { return (bank == 0 ? 1 : -1) * main_bank_; }

  // Where the town's grid has its point (easting, distance from the river) on the ground.
  PlanePoint bend(int bank, double east, double v) const {
    const double slope = (river_.middle_north_m(east + 5) - river_.middle_north_m(east - 5)) / 10;
    const double fade = std::exp(-(v - river_.width_m() / 2) / (0.45 * size_.reach_m));
    const double widen = river_.width_m() / 2 * (std::hypot(1.0, slope) - 1);
    const double follow = 0.25 + 0.75 * fade;
    PlanePoint p{east, follow * river_.middle_north_m(east) + sign(bank) * (v + widen)};
    const double swing = 0.34 * size_.spacing_m * (1 - 0.6 * fade);
    p.east_m += swing * noise_.at({p.east_m, p.north_m}, 5.5 * size_.spacing_m);
    p.north_m +=
        swing * noise_.at({p.north_m + 9000, p.east_m}, 5.5 * size_.spacing_m) * (1 - fade);
    return p;
  }

  std::uint32_t vertex(int bank, std::size_t row, std::size_t column) const {
    return first_[bank] + static_cast<std::uint32_t>(row * columns_.size() + column);
  }

  void place_vertices() {
    for (const int bank : {0, 1}) {
      first_[bank] = static_cast<std::uint32_t>(lattice_.vertices.size());
      for (std::size_t r = 0; r < rows_[bank].size(); ++r) {
        for (const GridLine& column : columns_) {
          PlanePoint p = bend(bank, column.offset_m, rows_[bank][r].offset_m);
          const double jitter = r == 0 ? 3 : 8;
          p.east_m += random_.uniform(-jitter, jitter);
          p.north_m += random_.uniform(-jitter, jitter);
          far_.push_back(farness(bank, column.offset_m, rows_[bank][r].offset_m, r));
          lattice_.add_vertex(p);
        }
      }
    }
  }

  // Below 1 inside the town, frayed.
  double farness(int bank, double east, double v, std::size_t row) const {
    const double x = east / size_.reach_m;
    const double y = v / (size_.reach_m * kDepth[bank]);
    const double ruffle = 0.2 * outline_.at({east, sign(bank) * v},
                                            std::max(2.5 * size_.spacing_m, 0.45 * size_.reach_m));
    const double far = std::hypot(x, y) + ruffle;
    return row == 0 && std::abs(x) < 0.8 ? std::min(far, 0.9) : far;
  }

  std::uint32_t stretch(std::uint32_t a, std::uint32_t b, const GridLine& along) {
    const double far = std::max(far_[a], far_[b]);
    if (far >= 1 && (along.level > 1 || far >= 1.22)) return LatticeCell::kNone;
    LatticeStretch s;
    s.a = a;
    s.b = b;
    s.level = along.level;
    s.name = along.name;
    s.driving = far < 1 ? along.driving : Driving::both_ways;
    s.way_out = far >= 1;
    lattice_.stretches.push_back(s);
    return static_cast<std::uint32_t>(lattice_.stretches.size() - 1);
  }

  void join_bank(int bank) {
    const std::size_t width = columns_.size();
    const std::size_t depth = rows_[bank].size();
    std::vector<std::uint32_t> along_row(width * depth, LatticeCell::kNone);
    std::vector<std::uint32_t> along_column(width * depth, LatticeCell::kNone);
    for (std::size_t r = 0; r < depth; ++r) {
      for (std::size_t c = 0; c < width; ++c) {
        if (c + 1 < width) {
          along_row[r * width + c] =
              stretch(vertex(bank, r, c), vertex(bank, r, c + 1), rows_[bank][r]);
        }
        if (r + 1 < depth) {
          along_column[r * width + c] =
              stretch(vertex(bank, r, c), vertex(bank, r + 1, c), columns_[c]);
        }
      }
    }
    for (std::size_t r = 0; r + 1 < depth; ++r) {
      for (std::size_t c = 0; c + 1 < width; ++c) {
        if (bank == 0 && r + 1 == rail_after_) continue;
        lattice_.cells.push_back(
            {{along_row[r * width + c], along_column[r * width + c], along_row[(r + 1) * width + c],
              along_column[r * width + c + 1]}});
      }
    }
    if (bank == 0) rail_columns_ = std::move(along_column);
  }

  // Bridges carry avenues and main roads, no nearer to each other than a town builds them.
  void bridge_river() {
    const double apart = std::clamp(0.42 * size_.reach_m, 180.0, 850.0);
    std::vector<std::size_t> order(columns_.size());
    for (std::size_t c = 0; c < order.size(); ++c) order[c] = c;
    std::ranges::stable_sort(order, {}, [this](std::size_t c) {
      return std::abs(columns_[c].offset_m) + 1e6 * (columns_[c].level > 1 ? 1 : 0);
    });
    std::vector<double> built;
    for (const std::size_t c : order) {
      const std::uint32_t a = vertex(0, 0, c);
      const std::uint32_t b = vertex(1, 0, c);
      if (std::max(far_[a], far_[b]) >= 1) continue;
      const double east = columns_[c].offset_m;
      const bool near =
          std::ranges::any_of(built, [&](double other) { return std::abs(other - east) < apart; });
      if (near || (columns_[c].level > 1 && built.size() >= 2)) continue;
      built.push_back(east);
      LatticeStretch s;
      s.a = a;
      s.b = b;
      s.level = std::min(columns_[c].level, 1);
      s.name = columns_[c].name;
      s.structure = RoadStructure::bridge;
      lattice_.stretches.push_back(s);
    }
  }

  // Few streets pass the railway: in the middle under it, elsewhere over and under in turn.
  void cross_railway() {
    if (rail_after_ == 0 || rail_after_ >= rows_[0].size()) return;
    const std::size_t width = columns_.size();
    std::vector<std::uint32_t> passing;
    for (std::size_t c = 0; c < width; ++c) {
      const std::uint32_t s = rail_columns_[(rail_after_ - 1) * width + c];
      if (s != LatticeCell::kNone) passing.push_back(s);
    }
    const double apart = std::clamp(0.4 * size_.reach_m, 150.0, 500.0);
    std::ranges::stable_sort(passing, {}, [this](std::uint32_t s) {
      return std::abs(lattice_.vertices[lattice_.stretches[s].a].at.east_m) +
             1e6 * (lattice_.stretches[s].level > 1 ? 1 : 0);
    });
    std::vector<double> built;
    for (const std::uint32_t i : passing) {
      LatticeStretch& s = lattice_.stretches[i];
      const double east = lattice_.vertices[s.a].at.east_m;
      s.present = std::ranges::none_of(built, [&](double o) { return std::abs(o - east) < apart; });
      if (!s.present) continue;
      s.structure = built.size() % 2 == 0 ? RoadStructure::tunnel : RoadStructure::bridge;
      s.over_railway = true;
      s.driving = Driving::both_ways;
      built.push_back(east);
    }
    const double limit = 1.5 * size_.reach_m;
    for (double east = -limit; east <= limit; east += 40) {
      lattice_.railway.push_back(bend(0, east, rail_offset_m_));
    }
  }

  TownSize size_;
  const River& river_;
  Random random_;
  Noise noise_;
  Noise outline_;
  double main_bank_ = 1;
  std::size_t period_ = 8;
  Driving pair_ = Driving::both_ways;
  std::vector<GridLine> columns_;
  std::vector<GridLine> rows_[2];
  std::uint32_t first_[2] = {0, 0};
  std::size_t rail_after_ = 0;
  double rail_offset_m_ = 0;
  std::vector<double> far_;
  std::vector<std::uint32_t> rail_columns_;
  StreetLattice lattice_;
};

}  // namespace

StreetLattice lay_lattice(const TownSize& size, const River& river, std::uint64_t seed) {
  return LatticeMaker{size, river, seed}.make();
}

}  // namespace gridmend
