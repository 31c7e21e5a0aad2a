#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "data/ingest/network_builder.h"
#include "data/ingest/opendss_script.h"
#include "data/ingest/source_coordinates.h"

namespace gridmend {

// The builder's name for a place in the model's text, with the class as layer.
using DssFeature = std::function<SourceFeature(DssPlace at, std::string_view layer)>;

// What a translation works on and tells its findings to.
struct DssTranslation {
  const DssScript& script;
  const DssFiles& files;
  const SourceCoordinates& declared;
  std::string source;  // its name, for errors
  NetworkBuilder& builder;
  DssFindings findings;
  DssFeature feature;
  ReadingProgress progress;
};

// Hands a model that was run to the builder: sources as feeders, lines, transformers and what
// stands in them as devices, loads as usage points. docs/formats/opendss.md says what becomes what.
// Refuses declared coordinates that are none.
Result<void> translate_opendss(const DssTranslation& to);

}  // namespace gridmend
