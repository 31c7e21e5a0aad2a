// A CIM model: RDF/XML, one file, or several (profiles) parted by a line "%%%%".

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "core/base/check.h"
#include "core/network/network_model.h"
#include "data/ingest/cim_network.h"
#include "data/ingest/cim_rdf_reader.h"
#include "tests/fuzz/fuzz_file.h"

namespace {

using namespace gridmend;

constexpr std::string_view kBetweenFiles = "\n%%%%\n";
constexpr std::size_t kMostFiles = 4;

Result<void> read_text(std::string_view text, std::uint16_t number, CimModel& model,
                       CimHeaders& headers, NetworkBuilder& builder) {
  return read_cim_rdf(
      [text, done = std::size_t{0}](char* buffer, std::size_t size) mutable -> Result<std::size_t> {
        const std::size_t got = std::min({size, text.size() - done, std::size_t{512}});
        std::memcpy(buffer, text.data() + done, got);
        done += got;
        return got;
      },
      "model" + std::to_string(number) + ".xml", number, model, headers, builder);
}

bool is_refusal_of_cim(const Error& error) {
  return error.reason.starts_with("XML_") || error.reason.starts_with("CIM_") ||
         error.reason.starts_with("LAYER_CRS");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = text_of(data, size);
  CimModel model;
  CimHeaders headers;
  NetworkBuilder builder;
  std::vector<std::string> files;
  while (files.size() < kMostFiles) {
    const auto end = rest.find(kBetweenFiles);
    const auto read = read_text(rest.substr(0, end), static_cast<std::uint16_t>(files.size()),
                                model, headers, builder);
    if (!read) {
      GRIDMEND_CHECK(is_refusal_of_cim(read.error()), "a file is taken or refused by name");
      return 0;
    }
    files.push_back("model" + std::to_string(files.size()) + ".xml");
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + kBetweenFiles.size());
  }
  const auto translated = translate_cim(model, headers, files, {}, builder, {});
  if (!translated) {
    GRIDMEND_CHECK(is_refusal_of_cim(translated.error()), "a model is taken or refused by name");
    return 0;
  }
  auto built = std::move(builder).finish();
  if (!built) {
    GRIDMEND_CHECK(built.error().reason == "NETWORK_EMPTY",
                   "a network is taken or refused by name");
    return 0;
  }
  const UsagePointLedger ledger = built->usage_points;
  const auto network = NetworkModel::from_records(std::move(built->records));
  GRIDMEND_CHECK(network.has_value(), "what was built refers to what is there");
  GRIDMEND_CHECK(network->usage_points().size() + ledger.refused == ledger.total,
                 "no usage point is lost");
  return 0;
}
