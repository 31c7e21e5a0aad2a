#include "core/hazard/water.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "core/base/check.h"
#include "core/hazard/indexed_slice.h"

namespace gridmend {
namespace {

// Vertices of the sampled line one after another: the polyline's own and those set in between.
template <class Visit>
void walk(std::span<const Position> polyline, double step_m, Visit visit) {
  GRIDMEND_CHECK(step_m > 0, "a line is sampled in steps greater than 0");
  if (polyline.empty()) return;
  double passed_m = 0;
  visit(polyline[0], 0.0);
  for (std::size_t i = 1; i < polyline.size(); ++i) {
    const Position a = polyline[i - 1];
    const Position b = polyline[i];
    const double length = distance_m(a, b);
    const auto parts = static_cast<std::size_t>(std::max(1.0, std::ceil(length / step_m)));
    for (std::size_t k = 1; k < parts; ++k) {
      const double share = static_cast<double>(k) / static_cast<double>(parts);
      visit(Position{a.longitude_deg + share * (b.longitude_deg - a.longitude_deg),
                     a.latitude_deg + share * (b.latitude_deg - a.latitude_deg)},
            passed_m + share * length);
    }
    passed_m += length;
    visit(b, passed_m);
  }
}

}  // namespace

// Of the slices that have one.
struct Water::Grids {
  std::vector<std::shared_ptr<const IndexedSlice>> slices;
  SpatialIndex boxes;

  explicit Grids(std::vector<std::shared_ptr<const IndexedSlice>> with_grid)
      : slices(std::move(with_grid)), boxes(boxes_of(slices)) {}
  static SpatialIndex boxes_of(Slices slices) {
    std::vector<Box> boxes;
    for (const auto& slice : slices) boxes.push_back(slice->reach());
    return SpatialIndex{std::span<const Box>{boxes}};
  }
};

Water Water::with_slice(WaterSlice slice) const {
  GRIDMEND_CHECK(!slice.id.empty(), "a water slice has passed validate()");
  Water changed = *this;
  changed.erase(slice.id);
  auto added = std::make_shared<const IndexedSlice>(std::move(slice));
  const auto before = [](const std::shared_ptr<const IndexedSlice>& a,
                         const std::shared_ptr<const IndexedSlice>& b) {
    return std::pair{a->valid_at(), std::string_view{a->slice()->id}} <
           std::pair{b->valid_at(), std::string_view{b->slice()->id}};
  };
  const auto place = std::ranges::upper_bound(changed.by_time_, added, before);
  changed.by_time_.insert(place, std::move(added));
  changed.find_pictures();
  return changed;
}

Water Water::with_error(double sigmas) const {
  Water changed = *this;
  changed.error_sigmas_ = sigmas;
  return changed;
}

Water Water::without_slice(std::string_view id) const {
  Water changed = *this;
  changed.erase(id);
  changed.find_pictures();
  return changed;
}

void Water::erase(std::string_view id) {
  std::erase_if(by_time_, [id](const auto& slice) { return slice->slice()->id == id; });
}

void Water::find_pictures() {
  begins_.clear();
  for (std::size_t i = 0; i < by_time_.size(); ++i) {
    if (i == 0 || by_time_[i]->valid_at() != by_time_[i - 1]->valid_at()) begins_.push_back(i);
  }
  begins_.push_back(by_time_.size());
  const auto of_polygons = static_cast<std::size_t>(
      std::ranges::count_if(by_time_, [](const auto& slice) { return slice->is_of_polygons(); }));
  all_of_polygons_ = of_polygons == by_time_.size();
  grids_.reset();
  if (of_polygons > 0 && !all_of_polygons_) {
    std::vector<std::shared_ptr<const IndexedSlice>> with_grid;
    std::ranges::copy_if(by_time_, std::back_inserter(with_grid),
                         [](const auto& slice) { return !slice->is_of_polygons(); });
    grids_ = std::make_shared<const Grids>(std::move(with_grid));
  }
  find_sigmas();
}

void Water::find_sigmas() {
  sigmas_m_.assign(pictures(), 0);
  if (by_time_.empty()) return;
  const auto sigma_of = [](const auto& slice) { return slice->slice()->depth_sigma_m; };
  const auto [least, greatest] = std::ranges::minmax_element(by_time_, {}, sigma_of);
  if (sigma_of(*least) == sigma_of(*greatest)) {
    std::ranges::fill(sigmas_m_, sigma_of(*least));
    return;
  }
  const std::vector<double> before = greatest_sigmas_m(Way::onwards);
  const std::vector<double> after = greatest_sigmas_m(Way::backwards);
  for (std::size_t k = 0; k < pictures(); ++k) sigmas_m_[k] = std::max(before[k], after[k]);
}

Time Water::time_of(std::size_t picture) const { return by_time_[begins_[picture]]->valid_at(); }

Water::Moment Water::moment(Time at) const {
  const auto after = std::ranges::upper_bound(by_time_, at, {},
                                              [](const auto& slice) { return slice->valid_at(); });
  const auto slice = static_cast<std::size_t>(after - by_time_.begin());
  Moment result;
  result.at = at;
  result.next =
      static_cast<std::size_t>(std::ranges::lower_bound(begins_, slice) - begins_.begin());
  if (result.next > 0 && result.next < pictures()) {
    const Time from = time_of(result.next - 1);
    result.later_share = seconds(at - from) / seconds(time_of(result.next) - from);
  }
  if (error_sigmas_ != 0) result.error_m = error_sigmas_ * sigma_m(result);
  return result;
}

bool Water::is_on_grid(Position position) const {
  if (!grids_) return !all_of_polygons_;
  const Box here{position.longitude_deg, position.latitude_deg, position.longitude_deg,
                 position.latitude_deg};
  return std::ranges::any_of(grids_->boxes.touching(here), [&](std::uint32_t number) {
    return grids_->slices[number]->shows(position);
  });
}

std::optional<double> Water::told_m(std::size_t number, Position position, OnGrid& on_grid) const {
  std::optional<double> deepest;
  bool polygons = false;
  for (const auto& slice : picture(number)) {
    polygons = polygons || slice->is_of_polygons();
    const auto told = slice->told_m(position);
    if (told && (!deepest || *told > *deepest)) deepest = told;
  }
  if (deepest || !polygons) return deepest;
  if (!on_grid) on_grid = is_on_grid(position);
  return *on_grid ? std::nullopt : std::optional{0.0};
}

double Water::between(const std::optional<Told>& earlier, const std::optional<Told>& later,
                      const Moment& moment) const {
  if (!later) return earlier ? earlier->depth_m : 0;
  // Nobody spoke of it before: dry until just before `later`.
  if (!earlier && later->picture > moment.next) return 0;
  const Time from = time_of(earlier ? earlier->picture : moment.next - 1);
  const double share = seconds(moment.at - from) / seconds(time_of(later->picture) - from);
  return (1 - share) * (earlier ? earlier->depth_m : 0) + share * later->depth_m;
}

double Water::depth_at(const Moment& moment, Position position) const {
  if (moment.next == 0) return 0;
  OnGrid on_grid;
  std::optional<Told> earlier, later;
  for (std::size_t k = moment.next; k-- > 0 && !earlier;) {
    if (const auto depth_m = told_m(k, position, on_grid)) earlier = {k, *depth_m};
  }
  const bool told_now = earlier && time_of(earlier->picture) == moment.at;
  for (std::size_t k = moment.next; !told_now && k < pictures() && !later; ++k) {
    if (const auto depth_m = told_m(k, position, on_grid)) later = {k, *depth_m};
  }
  const double depth = between(earlier, later, moment);
  return depth > 0 ? std::max(0.0, depth + moment.error_m) : depth;
}

double Water::depth_m(Position position, Time at) const { return depth_at(moment(at), position); }

double Water::deepest_m(std::span<const Position> polyline, Time at, double step_m) const {
  const Moment now = moment(at);
  double deepest = 0;
  walk(polyline, step_m,
       [&](Position p, double) { deepest = std::max(deepest, depth_at(now, p)); });
  return deepest;
}

std::vector<DepthSample> Water::depths_along(std::span<const Position> polyline, Time at,
                                             double step_m) const {
  const Moment now = moment(at);
  std::vector<DepthSample> samples;
  walk(polyline, step_m, [&](Position p, double along_m) {
    samples.push_back({along_m, depth_at(now, p)});
  });
  return samples;
}

bool Water::hides(const IndexedSlice& one, const IndexedSlice& other) const {
  return all_of_polygons_ || one.speaks_wherever(other);
}

template <class Visit>
void Water::for_each_heard(std::size_t first, Way way, Visit visit) const {
  std::vector<const IndexedSlice*> nearer;  // none hides another one
  const auto is_heard = [&](const IndexedSlice& slice) {
    return std::ranges::none_of(nearer, [&](const auto* n) { return hides(*n, slice); });
  };
  const std::size_t all = way == Way::backwards ? first + 1 : pictures() - first;
  for (std::size_t i = 0; i < all; ++i) {
    const Slices slices = picture(way == Way::backwards ? first - i : first + i);
    for (const auto& slice : slices) {
      if (is_heard(*slice)) visit(*slice);
    }
    for (const auto& slice : slices) {
      if (!is_heard(*slice)) continue;
      std::erase_if(nearer, [&](const auto* n) { return hides(*slice, *n); });
      nearer.push_back(slice.get());
    }
  }
}

// At each picture, of it and of those passed on the way there that it does not hide.
std::vector<double> Water::greatest_sigmas_m(Way way) const {
  std::vector<double> sigmas_m(pictures());
  std::vector<const IndexedSlice*> heard;
  for (std::size_t i = 0; i < pictures(); ++i) {
    const std::size_t k = way == Way::onwards ? i : pictures() - 1 - i;
    std::erase_if(heard, [&](const auto* passed) {
      return std::ranges::any_of(picture(k),
                                 [&](const auto& slice) { return hides(*slice, *passed); });
    });
    for (const auto& slice : picture(k)) heard.push_back(slice.get());
    for (const auto* slice : heard)
      sigmas_m[k] = std::max(sigmas_m[k], slice->slice()->depth_sigma_m);
  }
  return sigmas_m;
}

double Water::depth_sigma_m(Time at) const { return sigma_m(moment(at)); }

double Water::sigma_m(const Moment& now) const {
  if (now.next == 0) return 0;
  const double before = sigmas_m_[now.next - 1];
  if (now.later_share <= 0) return before;
  return (1 - now.later_share) * before + now.later_share * sigmas_m_[now.next];
}

std::vector<Box> Water::wet_boxes(Time at) const {
  const Moment now = moment(at);
  std::vector<Box> boxes;
  if (now.next == 0) return boxes;
  bool all_told_now = true;
  const auto add = [&](const IndexedSlice& slice) {
    boxes.insert(boxes.end(), slice.wet_boxes().begin(), slice.wet_boxes().end());
    all_told_now = all_told_now && slice.valid_at() == at;
  };
  for_each_heard(now.next - 1, Way::backwards, add);
  if (!all_told_now && now.next < pictures()) for_each_heard(now.next, Way::onwards, add);
  return boxes;
}

std::vector<Time> Water::slice_times() const {
  std::vector<Time> times;
  for (std::size_t number = 0; number < pictures(); ++number) times.push_back(time_of(number));
  return times;
}

std::vector<std::shared_ptr<const WaterSlice>> Water::slices() const {
  std::vector<std::shared_ptr<const WaterSlice>> all;
  all.reserve(by_time_.size());
  for (const auto& slice : by_time_) all.push_back(slice->slice());
  return all;
}

}  // namespace gridmend
