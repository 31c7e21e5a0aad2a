#include "data/ingest/gdal_session.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <gdal.h>

#include <mutex>

namespace gridmend {

void prepare_gdal() {
  static std::once_flag once;
  std::call_once(once, [] {
    // A file may not make the importer fetch anything.
    CPLSetConfigOption("CPL_VSIL_CURL_ALLOWED_FILENAME", "none");
    CPLSetConfigOption("GDAL_PAM_ENABLED", "NO");
    // The same network gives the same file, byte for byte.
    CPLSetConfigOption("OGR_CURRENT_DATE", "2000-01-01T00:00:00.000Z");
    CPLSetErrorHandler(CPLQuietErrorHandler);
    GDALAllRegister();
  });
}

GdalErrors::GdalErrors() {
  prepare_gdal();
  CPLPushErrorHandlerEx(
      [](CPLErr severity, CPLErrorNum number, const char* message) {
        keep(static_cast<int>(severity), number, message);
      },
      this);
}

GdalErrors::~GdalErrors() { CPLPopErrorHandler(); }

void GdalErrors::keep(int severity, int /*number*/, const char* message) {
  auto* errors = static_cast<GdalErrors*>(CPLGetErrorHandlerUserData());
  if (severity < CE_Failure || !errors->first_.empty()) return;
  errors->first_ = message;
}

std::string GdalErrors::message(std::string_view otherwise) const {
  return first_.empty() ? std::string{otherwise} : first_;
}

}  // namespace gridmend
