#pragma once

#include <memory>
#include <string>

#include "core/base/error.h"
#include "data/ingest/network_source.h"
#include "data/ingest/opendss_files.h"

namespace gridmend {

inline constexpr const char* kOpenDssFormat = "opendss";

// A .dss file, or a folder or .zip with one in it (three folders down at most).
bool is_opendss_model(const std::filesystem::path& path);

// Opens a master file, or the one of a folder or .zip: of the uppermost folder that has any, the
// file called Master.dss, else of those that make a circuit the only one, or the only one that has
// "master" in its name. What it redirects to may lie in
// and below the folder beside which the opened one stands, nowhere else. Refuses SOURCE_NOT_FOUND,
// what has no circuit (SOURCE_EMPTY), and several masters (SOURCE_AMBIGUOUS), naming them.
Result<std::unique_ptr<NetworkSource>> open_opendss_source(const SourceSpec& spec);

// A model in `files` whose master is known; `name` is what errors call it.
std::unique_ptr<NetworkSource> opendss_source(std::string name, std::unique_ptr<DssFiles> files,
                                              std::string master, SourceCoordinates declared,
                                              const SourceLimits& limits = {});

}  // namespace gridmend
