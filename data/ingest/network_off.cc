#include "data/ingest/network_off.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_http.h>
#include <ogr_srs_api.h>

namespace gridmend {
namespace {

CPLHTTPResult* refuse_to_fetch(const char* url, CSLConstList /*options*/,
                               GDALProgressFunc /*progress*/, void* /*progress_argument*/,
                               CPLHTTPFetchWriteFunc /*write*/, void* /*write_argument*/,
                               void* /*user_data*/) {
  CPLError(CE_Failure, CPLE_NotSupported, "%s is not fetched: a file may not ask the network", url);
  auto* result = static_cast<CPLHTTPResult*>(CPLCalloc(1, sizeof(CPLHTTPResult)));
  result->nStatus = 1;
  result->pszErrBuf = CPLStrdup("no network");
  return result;
}

}  // namespace

void switch_network_off() {
  CPLHTTPSetFetchCallback(refuse_to_fetch, nullptr);
  // Whatever PROJ_NETWORK says: grids are those of this machine.
  OSRSetPROJEnableNetwork(0);
}

}  // namespace gridmend
