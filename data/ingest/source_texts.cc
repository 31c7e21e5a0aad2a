#include "data/ingest/source_texts.h"

#include <ogr_api.h>

#include "data/ingest/gdal_session.h"

namespace gridmend {
namespace {

constexpr int kFirstFeatures = 200;

}  // namespace

void SourceTexts::add(std::string_view bytes) {
  const TextLooks looks = looks_of(bytes);
  if (looks == TextLooks::utf8) ++utf8_;
  if (looks != TextLooks::not_utf8) return;
  ++not_utf8_;
  guess_.add(bytes);
}

bool SourceTexts::chinese() const {
  return not_utf8_ > 0 && utf8_ == 0 && std::string_view{guess_.encoding()} == "GB18030";
}

void SourceTexts::add_first_of(void* layer) {
  const GdalErrors errors;  // what is damaged is told when it is read in earnest
  auto* const handle = static_cast<OGRLayerH>(layer);
  OGR_L_ResetReading(handle);
  for (int i = 0; i < kFirstFeatures; ++i) {
    OGRFeatureH feature = OGR_L_GetNextFeature(handle);
    if (feature == nullptr) break;
    for (int field = 0; field < OGR_F_GetFieldCount(feature); ++field) {
      const bool text = OGR_Fld_GetType(OGR_F_GetFieldDefnRef(feature, field)) == OFTString;
      if (text && OGR_F_IsFieldSetAndNotNull(feature, field) != 0) {
        add(OGR_F_GetFieldAsString(feature, field));
      }
    }
    OGR_F_Destroy(feature);
  }
  OGR_L_ResetReading(handle);
}

}  // namespace gridmend
