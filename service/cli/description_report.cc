#include "service/cli/description_report.h"

#include <nlohmann/json.hpp>

namespace gridmend {
namespace {

using Json = nlohmann::ordered_json;

Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json to_json(const std::optional<Box>& area) {
  if (!area) return nullptr;
  return {{"west_deg", area->west_deg},
          {"south_deg", area->south_deg},
          {"east_deg", area->east_deg},
          {"north_deg", area->north_deg}};
}

Json to_json(const DescribedLayer& layer) {
  Json json;
  json["name"] = layer.name;
  json["file"] = layer.file;
  json["features"] = layer.features < 0 ? Json(nullptr) : Json(layer.features);
  json["geometry"] = layer.geometry;
  json["crs"] = or_null(layer.crs);
  json["area"] = to_json(layer.area);
  json["looked_at"] = layer.looked_at;
  json["remarks"] = layer.remarks;
  json["refusal"] = or_null(layer.refusal);
  json["columns"] = Json::array();
  for (const DescribedColumn& column : layer.columns) {
    json["columns"].push_back({{"name", column.name},
                               {"type", column.type},
                               {"can_be_read", column.can_be_read},
                               {"filled", column.filled},
                               {"examples", column.examples}});
  }
  return json;
}

Json to_json(const SourceDescription& source) {
  Json json;
  json["kind"] = "layers";
  json["name"] = source.name;
  json["layers"] = Json::array();
  for (const DescribedLayer& layer : source.layers) json["layers"].push_back(to_json(layer));
  json["shipped_profile"] = or_null(source.shipped_profile);
  json["profile"] = profile_skeleton(source);
  return json;
}

Json to_json(const ModelDescription& model) {
  Json json;
  json["kind"] = "model";
  json["name"] = model.name;
  json["format"] = model.format;
  json["files"] = model.files;
  json["classes"] = Json::array();
  for (const DescribedClass& one : model.classes) {
    json["classes"].push_back(
        {{"name", one.name}, {"objects", one.objects}, {"remark", one.remark}});
  }
  return json;
}

}  // namespace

std::string description_text(const DescribedSource& source) {
  if (const auto* model = std::get_if<ModelDescription>(&source)) return description_text(*model);
  const auto& layers = std::get<SourceDescription>(source);
  return description_text(layers) + "\n---- a profile to fill in\n\n" + profile_skeleton(layers);
}

std::string description_json(const std::vector<DescribedSource>& sources,
                             const std::optional<Error>& refusal) {
  Json json;
  json["sources"] = Json::array();
  for (const DescribedSource& source : sources) {
    json["sources"].push_back(std::visit([](const auto& one) { return to_json(one); }, source));
  }
  json["refusal"] =
      refusal ? Json{{"reason", refusal->reason}, {"message", describe(*refusal)}} : Json(nullptr);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace gridmend
