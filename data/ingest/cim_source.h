#pragma once

#include <filesystem>
#include <memory>

#include "core/base/error.h"
#include "data/ingest/network_source.h"

namespace gridmend {

// A CIM model in RDF/XML: one .xml or .rdf, also as .gz, or a folder or .zip of several that belong
// together (the profiles of a CGMES model, each of them a .gz or .zip if need be).

// Whether `path` is one, by content: a file whose root is rdf:RDF and declares a CIM namespace, or
// a folder or .zip that has such a file. Reads the beginnings of files alone.
bool is_cim_source(const std::filesystem::path& path);

// Refuses SOURCE_NETWORK, SOURCE_NOT_FOUND, SOURCE_EMPTY (nothing in it is CIM), CIM_TOO_MANY_FILES
// (more than 200), what read_zip_directory refuses, and when read CIM_TOO_LARGE (a .zip or .gz that
// inflates to more than 200 times its size), IMPORT_VERTEX_LIMIT (of a location's points), and what
// read_cim_rdf and translate_cim refuse.
Result<std::unique_ptr<NetworkSource>> open_cim_source(const SourceSpec& spec);

}  // namespace gridmend
