#pragma once

#include <string>
#include <vector>

#include "core/base/error.h"
#include "data/ingest/cim_model.h"
#include "data/ingest/cim_rdf_reader.h"
#include "data/ingest/network_builder.h"
#include "data/ingest/reading_progress.h"
#include "data/ingest/source_coordinates.h"

namespace gridmend {

// Makes a network of a model that has been read: docs/formats/cim.md says what becomes of which
// class. `files` are named by CimModel::Description::file. Nothing that has terminals is lost
// silently: what is not understood is a defect. Refuses what CimPlaces refuses, and CIM_EMPTY (no
// object of a class that is known). Linear.
Result<void> translate_cim(const CimModel& model, const CimHeaders& headers,
                           const std::vector<std::string>& files,
                           const SourceCoordinates& coordinates, NetworkBuilder& builder,
                           const ReadingProgress& progress);

}  // namespace gridmend
