#include "data/ingest/coordinate_accuracy.h"

#include <proj.h>

#include <cmath>
#include <cstdio>
#include <memory>

namespace gridmend {
namespace {

constexpr double kGood_m = 2;

struct Destroyer {
  void operator()(PJ_CONTEXT* context) const { proj_context_destroy(context); }
  void operator()(PJ* object) const { proj_destroy(object); }
  void operator()(PJ_OBJ_LIST* list) const { proj_list_destroy(list); }
  void operator()(PJ_OPERATION_FACTORY_CONTEXT* factory) const {
    proj_operation_factory_context_destroy(factory);
  }
};
using Context = std::unique_ptr<PJ_CONTEXT, Destroyer>;
using Object = std::unique_ptr<PJ, Destroyer>;
using List = std::unique_ptr<PJ_OBJ_LIST, Destroyer>;
using Factory = std::unique_ptr<PJ_OPERATION_FACTORY_CONTEXT, Destroyer>;

std::string three_figures_m(double metres) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g m", metres);
  return text;
}

// All ways between two systems, best first, those whose grids are missing among them.
List operations(PJ_CONTEXT* context, const std::string& crs, const Box& area) {
  const Object from{proj_create(context, crs.c_str())};
  const Object to{proj_create(context, "EPSG:4326")};
  if (from == nullptr || to == nullptr) return nullptr;
  const Factory factory{proj_create_operation_factory_context(context, nullptr)};
  proj_operation_factory_context_set_area_of_interest(
      context, factory.get(), area.west_deg, area.south_deg, area.east_deg, area.north_deg);
  proj_operation_factory_context_set_spatial_criterion(context, factory.get(),
                                                       PROJ_SPATIAL_CRITERION_PARTIAL_INTERSECTION);
  proj_operation_factory_context_set_grid_availability_use(context, factory.get(),
                                                           PROJ_GRID_AVAILABILITY_IGNORED);
  return List{proj_create_operations(context, from.get(), to.get(), factory.get())};
}

std::string grid_of(PJ_CONTEXT* context, const PJ* operation) {
  const char* name = nullptr;
  const int grids = proj_coordoperation_get_grid_used_count(context, operation);
  for (int i = 0; i < grids; ++i) {
    int available = 0;
    if (proj_coordoperation_get_grid_used(context, operation, i, &name, nullptr, nullptr, nullptr,
                                          nullptr, nullptr, &available) != 0 &&
        available == 0 && name != nullptr) {
      return name;
    }
  }
  return {};
}

// Datums of the satellite age lie on WGS 84 to a metre or two, even where the registry has no way
// between them (CGCS2000); older ones stand on ellipsoids of their own.
bool has_ellipsoid_of_wgs84(PJ_CONTEXT* context, const std::string& crs) {
  const Object object{proj_create(context, crs.c_str())};
  if (object == nullptr) return false;
  const Object ellipsoid{proj_get_ellipsoid(context, object.get())};
  double semi_major_m = 0, inverse_flattening = 0;
  return ellipsoid != nullptr &&
         proj_ellipsoid_get_parameters(context, ellipsoid.get(), &semi_major_m, nullptr, nullptr,
                                       &inverse_flattening) != 0 &&
         std::abs(semi_major_m - 6378137) < 0.01 && std::abs(inverse_flattening - 298.257) < 0.001;
}

}  // namespace

std::string DatumAccuracy::describe() const {
  std::string text = metres ? "within " + three_figures_m(*metres)
                            : "by a way whose accuracy nobody knows; some 100 m may be lost";
  if (!missing_grid.empty()) {
    text += "; with the grid " + missing_grid + ", which is not installed, within " +
            three_figures_m(with_grid_m);
  }
  return text;
}

std::optional<DatumAccuracy> datum_accuracy(const std::string& crs, const Box& area) {
  const Context context{proj_context_create()};
  proj_context_set_enable_network(context.get(), 0);
  proj_log_level(context.get(), PJ_LOG_NONE);
  const List list = operations(context.get(), crs, area);
  const int count = list == nullptr ? 0 : proj_list_get_count(list.get());
  DatumAccuracy result;
  bool found = false;
  for (int i = 0; i < count; ++i) {
    const Object operation{proj_list_get(context.get(), list.get(), i)};
    const double metres = proj_coordoperation_get_accuracy(context.get(), operation.get());
    if (proj_coordoperation_is_instantiable(context.get(), operation.get()) == 0) {
      if (result.missing_grid.empty() && metres >= 0) {
        result.missing_grid = grid_of(context.get(), operation.get());
        result.with_grid_m = metres;
      }
      continue;
    }
    found = true;
    const bool ballpark =
        proj_coordoperation_has_ballpark_transformation(context.get(), operation.get()) != 0;
    if (metres >= 0 && !ballpark) result.metres = metres;
    break;
  }
  if (!found || (result.metres && *result.metres <= kGood_m)) return std::nullopt;
  if (!result.metres && has_ellipsoid_of_wgs84(context.get(), crs)) return std::nullopt;
  if (result.metres && result.with_grid_m >= *result.metres) result.missing_grid.clear();
  return result;
}

}  // namespace gridmend
