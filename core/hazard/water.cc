#include "core/hazard/water.h"

#include <algorithm>
#include <cmath>
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
  all_of_polygons_ =
      std::ranges::all_of(by_time_, [](const auto& slice) { return slice->is_of_polygons(); });
  sigmas_before_m_.clear();
  sigmas_after_m_.clear();
  for (std::size_t number = 0; number < pictures(); ++number) {
    sigmas_before_m_.push_back(greatest_sigma_m(number, Way::backwards));
    sigmas_after_m_.push_back(greatest_sigma_m(number, Way::onwards));
  }
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

std::optional<double> Water::told_m(std::size_t number, Position position) const {
  std::optional<double> deepest;
  bool polygons = false;
  for (const auto& slice : picture(number)) {
    polygons = polygons || slice->is_of_polygons();
    const auto told = slice->told_m(position);
    if (told && (!deepest || *told > *deepest)) deepest = told;
  }
  if (deepest || !polygons) return deepest;
  const bool spoken_of = all_of_polygons_ || std::ranges::any_of(by_time_, [&](const auto& slice) {
                           return slice->is_of_polygons() && slice->has_in_polygon(position);
                         });
  return spoken_of ? std::optional{0.0} : std::nullopt;
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
  std::optional<Told> earlier, later;
  for (std::size_t k = moment.next; k-- > 0 && !earlier;) {
    if (const auto depth_m = told_m(k, position)) earlier = {k, *depth_m};
  }
  const bool told_now = earlier && time_of(earlier->picture) == moment.at;
  for (std::size_t k = moment.next; !told_now && k < pictures() && !later; ++k) {
    if (const auto depth_m = told_m(k, position)) later = {k, *depth_m};
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

template <class Visit>
void Water::for_each_heard(std::size_t first, Way way, Visit visit) const {
  std::vector<const IndexedSlice*> nearer;  // none speaks wherever another one does
  const auto is_heard = [](std::span<const IndexedSlice* const> of, const IndexedSlice& slice) {
    return std::ranges::none_of(of, [&](const auto* n) { return n->speaks_wherever(slice); });
  };
  const std::size_t all = way == Way::backwards ? first + 1 : pictures() - first;
  for (std::size_t i = 0; i < all; ++i) {
    const Slices slices = picture(way == Way::backwards ? first - i : first + i);
    const std::vector<const IndexedSlice*> passed = nearer;
    for (const auto& slice : slices) {
      if (is_heard(passed, *slice)) visit(*slice);
      if (!is_heard(nearer, *slice)) continue;
      std::erase_if(nearer, [&](const auto* n) { return slice->speaks_wherever(*n); });
      nearer.push_back(slice.get());
    }
  }
}

double Water::greatest_sigma_m(std::size_t first, Way way) const {
  double sigma = 0;
  for_each_heard(first, way, [&](const IndexedSlice& slice) {
    sigma = std::max(sigma, slice.slice()->depth_sigma_m);
  });
  return sigma;
}

double Water::depth_sigma_m(Time at) const { return sigma_m(moment(at)); }

double Water::sigma_m(const Moment& now) const {
  if (now.next == 0) return 0;
  const double before = sigmas_before_m_[now.next - 1];
  if (now.later_share <= 0) return before;
  return (1 - now.later_share) * before + now.later_share * sigmas_after_m_[now.next];
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
