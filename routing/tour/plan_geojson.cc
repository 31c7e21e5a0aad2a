#include "routing/tour/plan_geojson.h"

#include <nlohmann/json.hpp>

namespace gridmend {
namespace {

using OrderedJson = nlohmann::ordered_json;

class GeoJsonWriter {
 public:
  GeoJsonWriter(const DispatchProblem& problem, std::span<const SitePlace> places)
      : problem_(problem), places_(places) {}

  void add(const DispatchTour& tour) {
    if (tour.stops.empty()) return;
    const DispatchCrew& crew = problem_.crews[tour.crew.index];
    OrderedJson line = OrderedJson::array({position(crew.start_site)});
    for (const DispatchStop& stop : tour.stops) {
      if (stop.depot.valid()) line.push_back(position(problem_.depots[stop.depot.index].site));
      line.push_back(position(problem_.tasks[stop.task.index].site));
    }
    if (crew.end_site.valid()) line.push_back(position(crew.end_site));
    add_feature(geometry("LineString", std::move(line)), {{"kind", "tour"},
                                                          {"crew", crew.id},
                                                          {"stops", tour.stops.size()},
                                                          {"returnArrival", tour.return_arrival}});
    for (std::size_t i = 0; i < tour.stops.size(); ++i) {
      const DispatchStop& stop = tour.stops[i];
      const DispatchTask& task = problem_.tasks[stop.task.index];
      add_feature(geometry("Point", position(task.site)), {{"kind", "stop"},
                                                           {"crew", crew.id},
                                                           {"task", task.id},
                                                           {"place", i + 1},
                                                           {"arrival", stop.arrival},
                                                           {"start", stop.start},
                                                           {"completion", stop.completion}});
    }
  }

  void add(const UnservedTask& unserved) {
    const DispatchTask& task = problem_.tasks[unserved.task.index];
    add_feature(geometry("Point", position(task.site)), {{"kind", "unserved"},
                                                         {"task", task.id},
                                                         {"reason", unserved.reason},
                                                         {"details", unserved.details}});
  }

  std::string text() const {
    const OrderedJson root = {{"type", "FeatureCollection"}, {"features", features_}};
    return root.dump(1, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
  }

 private:
  OrderedJson position(Id<Site> site) const {
    if (places_.empty()) return nullptr;
    return OrderedJson::array({places_[site.index].x, places_[site.index].y});
  }

  OrderedJson geometry(const char* type, OrderedJson coordinates) const {
    if (places_.empty()) return nullptr;
    return {{"type", type}, {"coordinates", std::move(coordinates)}};
  }

  void add_feature(OrderedJson geometry, OrderedJson properties) {
    features_.push_back({{"type", "Feature"},
                         {"geometry", std::move(geometry)},
                         {"properties", std::move(properties)}});
  }

  const DispatchProblem& problem_;
  std::span<const SitePlace> places_;
  OrderedJson features_ = OrderedJson::array();
};

}  // namespace

std::string write_plan_geojson(const DispatchProblem& problem, const DispatchPlan& plan,
                               std::span<const SitePlace> places) {
  GeoJsonWriter writer(problem, places);
  for (const DispatchTour& tour : plan.tours) writer.add(tour);
  for (const UnservedTask& task : plan.unserved) writer.add(task);
  return writer.text();
}

}  // namespace gridmend
