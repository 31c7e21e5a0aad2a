#include <algorithm>
#include <array>
#include <map>

#include "data/ingest/gis_writer.h"
#include "data/ingest/water_source.h"
#include "data/ingest/zip_directory.h"

namespace gridmend {
namespace {

// Of the forms in which Copernicus EMS delivers one layer the first.
constexpr std::array<std::string_view, 4> kPictureSuffixes = {".shp", ".gpkg", ".geojson", ".json"};
// What says depths is worth more than what says where there was water.
constexpr std::array<std::string_view, 2> kWaterLayers = {"floodDepthA", "observedEventA"};

std::size_t place_of_suffix(const std::filesystem::path& name) {
  const auto found = std::ranges::find(kPictureSuffixes, std::string_view{lower_case_suffix(name)});
  return static_cast<std::size_t>(found - kPictureSuffixes.begin());
}

bool is_hidden(const std::filesystem::path& name) {
  return std::ranges::any_of(name, [](const std::filesystem::path& part) {
    return part == "__MACOSX" || (part != "." && part.string().starts_with('.'));
  });
}

// Names in the archive by their stems: one layer in several forms is one.
std::map<std::string, std::string> layers_called(const std::vector<ZippedFile>& files,
                                                 std::string_view word) {
  std::map<std::string, std::string> layers;
  for (const ZippedFile& file : files) {
    const std::filesystem::path name{file.name};
    const bool other = name.filename().string().find(word) == std::string::npos;
    if (file.folder || other || is_hidden(name)) continue;
    if (place_of_suffix(name) == kPictureSuffixes.size()) continue;
    const auto [known, fresh] = layers.try_emplace(name.stem().string(), file.name);
    if (!fresh && place_of_suffix(name) < place_of_suffix(known->second)) known->second = file.name;
  }
  return layers;
}

}  // namespace

Result<std::filesystem::path> find_in_water_archive(const std::filesystem::path& zip,
                                                    const std::string& layer) {
  const auto files = read_zip_directory(zip);
  if (!files) return refuse_water(zip, "WATER_FILE_FORMAT", files.error().message);
  if (const std::uint64_t unpacked = unpacked_bytes(*files); is_zip_bomb(zip, unpacked)) {
    return refuse_water(zip, "WATER_TOO_LARGE",
                        "would become " + std::to_string(unpacked / 1'000'000) +
                            " MB, more than any map does; unpack it yourself if it is sound");
  }
  for (const std::string_view word : kWaterLayers) {
    auto layers = layers_called(*files, word);
    if (!layer.empty()) {
      std::erase_if(layers, [&](const auto& known) { return known.first != layer; });
    }
    if (layers.empty()) continue;
    if (layers.size() > 1) {
      return refuse_water(zip, "WATER_LAYER_UNCLEAR",
                          "has " + std::to_string(layers.size()) + " layers of " +
                              std::string{word} + ", '" + layers.begin()->first +
                              "' for one; name one");
    }
    return "/vsizip/{" + std::filesystem::absolute(zip).string() + "}/" + layers.begin()->second;
  }
  return refuse_water(zip, layer.empty() ? "WATER_FILE_FORMAT" : "WATER_LAYER_UNCLEAR",
                      layer.empty()
                          ? "is an archive without a floodDepthA or observedEventA as Copernicus "
                            "EMS delivers them: unpack it, and give the file of depths in it"
                          : "has no such layer",
                      layer);
}

}  // namespace gridmend
