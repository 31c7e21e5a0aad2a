// Vector files that are text: what begins like an object is GeoJSON, all else is CSV. Whatever is
// taken is described, read through every column, and its skeleton is a profile.

#include "core/base/check.h"
#include "data/ingest/profile.h"
#include "data/ingest/source_description.h"
#include "data/ingest/vector_source.h"
#include "tests/fuzz/fuzz_file.h"

namespace gridmend {
namespace {

void ask(const FuzzFile& file) {
  auto source = VectorSource::open(file.path());
  if (!source) {
    GRIDMEND_CHECK(!source.error().reason.empty(), "a refusal has a reason");
    return;
  }
  const SourceDescription description = describe_source(*source);
  const auto profile = parse_profile(profile_skeleton(description), "skeleton.toml");
  GRIDMEND_CHECK(profile, "the skeleton is a profile");
  GRIDMEND_CHECK(!description_text(description).empty(), "a source has a description");
  // The same with positions in columns, local, in a named encoding.
  source->declare({.origin = Position{114, 30}, .unit = "ft"}, "GB18030");
  for (std::size_t i = 0; i < source->layers().size(); ++i) {
    const VectorLayer& layer = source->layers()[i];
    if (layer.columns.size() < 2) continue;
    const auto read = source->read_placed(i, std::vector<ColumnRequest>{{layer.columns[0]}},
                                          {.x = layer.columns[0], .y = layer.columns[1], .wkt = {}},
                                          [](const VectorFeature& feature) -> Result<void> {
                                            for (const Position p : feature.geometry()) {
                                              GRIDMEND_CHECK(p.longitude_deg == p.longitude_deg,
                                                             "a position is a number");
                                            }
                                            return {};
                                          });
    GRIDMEND_CHECK(read || !read.error().reason.empty(), "a refusal has a reason");
  }
}

}  // namespace
}  // namespace gridmend

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gridmend;
  static const FuzzFile json{"layer.geojson"};
  static const FuzzFile csv{"layer.csv"};
  const FuzzFile& file = text_of(data, size).starts_with("{") ? json : csv;
  file.write({data, size});
  ask(file);
  return 0;
}
