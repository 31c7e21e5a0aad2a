// What formats bring with them: a reference system behind a link, coded domains.

#include <arpa/inet.h>
#include <cpl_conv.h>
#include <cpl_error.h>
#include <gdal.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ogr_api.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "data/ingest/gdal_session.h"
#include "data/ingest/vector_source.h"
#include "tests/data/ingest/read_layer.h"

namespace gridmend::vector_formats_test {
namespace {

using ::testing::ElementsAre;

// Somebody who listens, and can tell whether anybody came.
class Listener {
 public:
  Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    listening_ = ::bind(socket_, plain, size) == 0 && ::listen(socket_, 4) == 0 &&
                 ::getsockname(socket_, plain, &size) == 0;
    port_ = ntohs(address.sin_port);
  }
  ~Listener() { ::close(socket_); }
  bool listening() const { return listening_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/crs.wkt"; }
  bool was_asked() const {
    const int connection = ::accept(socket_, nullptr, nullptr);
    if (connection >= 0) ::close(connection);
    return connection >= 0;
  }

 private:
  int socket_;
  bool listening_ = false;
  int port_ = 0;
};

TEST(NoNetwork, AGeoJsonWhoseCrsIsALinkAsksNobody) {
  const Listener listener;
  if (!listener.listening()) GTEST_SKIP() << "no socket can be opened here";
  prepare_gdal();
  CPLSetConfigOption("GDAL_HTTP_TIMEOUT", "2");  // or a failing test would wait
  const TownSource town;
  for (const char* type : {"link", "url"}) {
    town.write_file("a.geojson", std::string{R"({"type":"FeatureCollection","crs":{"type":")"} +
                                     type + R"(","properties":{"href":")" + listener.url() +
                                     R"(","url":")" + listener.url() +
                                     R"(","type":"ogcwkt"}},"features":[)" +
                                     point_feature(120, 30, R"("mrid":"a")") + "]}");
    const auto source = VectorSource::open(town.folder() / "a.geojson");
    if (source) read(*source, {{"mrid"}});
    EXPECT_FALSE(listener.was_asked()) << type;
  }
  EXPECT_FALSE(CoordinateConversion::create({.crs = listener.url()}, {}));
  EXPECT_FALSE(listener.was_asked());
}

TEST(GdalErrors, OfALongOneTheBeginningAndTheEndAreKept) {
  const GdalErrors errors;
  EXPECT_EQ(errors.message("none"), "none");
  const std::string text = "exec(" + std::string(6'000, 'x') + ") failed: disk full";
  CPLError(CE_Failure, CPLE_AppDefined, "%s", text.c_str());
  const std::string message = errors.message({});
  EXPECT_LT(message.size(), 400U);
  EXPECT_TRUE(message.starts_with("exec(")) << message;
  EXPECT_TRUE(message.ends_with("disk full")) << message;
}

TEST(CodedDomains, AreReadAsWhatTheyMeanWhereAsked) {
  prepare_gdal();
  const TownSource town;
  const std::string path = (town.folder() / "t.gdb").string();
  GDALDriverH driver = GDALGetDriverByName("OpenFileGDB");
  if (driver == nullptr || GDALGetMetadataItem(driver, GDAL_DCAP_CREATE, nullptr) == nullptr) {
    GTEST_SKIP() << "this GDAL writes no File Geodatabase";
  }
  GDALDatasetH dataset = GDALCreate(driver, path.c_str(), 0, 0, 0, GDT_Unknown, nullptr);
  ASSERT_NE(dataset, nullptr);
  const OGRCodedValue codes[] = {{const_cast<char*>("1"), const_cast<char*>("fuse")},
                                 {const_cast<char*>("2"), const_cast<char*>("断路器")},
                                 {nullptr, nullptr}};
  OGRFieldDomainH domain =
      OGR_CodedFldDomain_Create("KindDomain", nullptr, OFTInteger, OFSTNone, codes);
  char* why = nullptr;
  ASSERT_TRUE(GDALDatasetAddFieldDomain(dataset, domain, &why)) << (why == nullptr ? "" : why);
  OGR_FldDomain_Destroy(domain);
  OGRLayerH layer = GDALDatasetCreateLayer(dataset, "switches", nullptr, wkbNone, nullptr);
  OGRFieldDefnH field = OGR_Fld_Create("KIND", OFTInteger);
  OGR_Fld_SetDomainName(field, "KindDomain");
  OGR_L_CreateField(layer, field, 1);
  OGR_Fld_Destroy(field);
  for (const int code : {1, 2, 7}) {
    OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(layer));
    OGR_F_SetFieldInteger(feature, 0, code);
    ASSERT_EQ(OGR_L_CreateFeature(layer, feature), OGRERR_NONE);
    OGR_F_Destroy(feature);
  }
  GDALClose(dataset);

  const VectorSource source = open(town, "t.gdb");
  const auto column = [&](bool coded_domain) {
    std::vector<std::string> values;
    const ColumnRequest request{"KIND", ColumnKind::text, false, coded_domain};
    for (const auto& texts : read(source, {request}).texts) values.push_back(texts[0]);
    return values;
  };
  EXPECT_THAT(column(false), ElementsAre("1", "2", "7"));
  EXPECT_THAT(column(true), ElementsAre("fuse", "断路器", "7"));
}

}  // namespace
}  // namespace gridmend::vector_formats_test
