#include "data/ingest/gdal_session.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <cpl_vsi_virtual.h>
#include <gdal.h>
#include <ogr_srs_api.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <mutex>
#include <vector>

#include "data/ingest/network_off.h"

namespace gridmend {
namespace {

// Every driver that a reader or writer of this folder names, and those that these call for the
// tiles of a GeoPackage. Whatever else GDAL knows is not there for a file to name it.
constexpr auto kSessionDrivers =
    std::to_array<std::string_view>({"GPKG",        "GeoJSON",    "GeoJSONSeq", "ESRI Shapefile",
                                     "OpenFileGDB", "FlatGeobuf", "CSV",        "MapInfo File",
                                     "PostgreSQL",  "GTiff",      "AAIGrid",    "GRASSASCIIGrid",
                                     "HFA",         "EHdr",       "ENVI",       "ERS",
                                     "RST",         "SAGA",       "GSAG",       "GSBG",
                                     "GS7BG",       "netCDF",     "XYZ",        "ZMap",
                                     "AIG",         "USGSDEM",    "PNG",        "JPEG",
                                     "MEM",         "Memory"});

// Archives and memory; every other file system of GDAL's is a network, a pipe or a way around.
constexpr auto kFileSystems =
    std::to_array<std::string_view>({"/vsizip/", "/vsimem/", "/vsisubfile/"});

void keep_named_drivers() {
  for (int i = GDALGetDriverCount() - 1; i >= 0; --i) {
    GDALDriverH driver = GDALGetDriver(i);
    if (std::ranges::find(kSessionDrivers, std::string_view{GDALGetDriverShortName(driver)}) ==
        kSessionDrivers.end()) {
      GDALDeregisterDriver(driver);
      GDALDestroyDriver(driver);
    }
  }
}

class NoFileSystem final : public VSIFilesystemHandler {
 public:
  VSIVirtualHandle* Open(const char* path, const char* /*access*/, bool /*set_error*/,
                         CSLConstList /*options*/) override {
    CPLError(CE_Failure, CPLE_NotSupported, "%s leads out of the files that are read", path);
    errno = EACCES;
    return nullptr;
  }
  int Stat(const char* /*path*/, VSIStatBufL* /*status*/, int /*flags*/) override {
    errno = EACCES;
    return -1;
  }
};

void keep_named_file_systems() {
  // Several prefixes may share one, so none is ended before the process is.
  static auto& replaced = *new std::vector<VSIFilesystemHandler*>;
  const CPLStringList prefixes{VSIGetFileSystemsPrefixes()};
  for (int i = 0; i < prefixes.size(); ++i) {
    const std::string prefix = prefixes[i];
    if (!prefix.starts_with("/vsi") ||
        std::ranges::find(kFileSystems, prefix) != kFileSystems.end()) {
      continue;
    }
    replaced.push_back(VSIFileManager::GetHandler(prefix.c_str()));
    VSIFileManager::InstallHandler(prefix, new NoFileSystem);  // GDAL's until the process ends
  }
}

}  // namespace

void prepare_gdal() {
  static std::once_flag once;
  std::call_once(once, [] {
    // A file may not make the importer fetch or run anything.
    CPLSetConfigOption("CPL_VSIL_CURL_ALLOWED_FILENAME", "none");
    CPLSetConfigOption("GDAL_DRIVER_PATH", "disable");
    CPLSetConfigOption("GDAL_VRT_ENABLE_PYTHON", "NO");
    CPLSetConfigOption("OGR_SQLITE_LOAD_EXTENSIONS", nullptr);
    CPLSetConfigOption("GDAL_PAM_ENABLED", "NO");
    // The same network gives the same file, byte for byte.
    CPLSetConfigOption("OGR_CURRENT_DATE", "2000-01-01T00:00:00.000Z");
    CPLSetErrorHandler(CPLQuietErrorHandler);
    GDALAllRegister();
    keep_named_drivers();
    keep_named_file_systems();
    switch_network_off();
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
  if (severity == CE_Warning && errors->warnings_.size() < kMostWarnings) {
    errors->warnings_.emplace_back(message);
  }
  if (severity < CE_Failure || !errors->first_.empty()) return;
  errors->first_ = message;
}

std::string GdalErrors::message(std::string_view otherwise) const {
  if (first_.empty()) return std::string{otherwise};
  // Of a statement that failed GDAL quotes all before it says why.
  constexpr std::size_t kWhat = 120, kWhy = 200;
  if (first_.size() <= kWhat + kWhy) return first_;
  return first_.substr(0, kWhat) + " ... " + first_.substr(first_.size() - kWhy);
}

}  // namespace gridmend
