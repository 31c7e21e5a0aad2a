#include "data/ingest/gdal_handles.h"

#include <cpl_vsi.h>
#include <ogr_api.h>

namespace gridmend {

void FeatureDestroyer::operator()(void* feature) const {
  OGR_F_Destroy(static_cast<OGRFeatureH>(feature));
}

void GeometryDestroyer::operator()(void* geometry) const { OGR_G_DestroyGeometry(geometry); }

void FileCloser::operator()(void* file) const { VSIFCloseL(static_cast<VSILFILE*>(file)); }

}  // namespace gridmend
