#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "data/ingest/cim_model.h"
#include "data/ingest/cim_xml.h"
#include "data/ingest/network_builder.h"
#include "data/ingest/source_limits.h"

namespace gridmend {

// What the headers (md:FullModel) of a set of files declare, and their namespace.
struct CimHeaders {
  bool is_cim100 = false;
  std::vector<std::string> profiles;
  std::vector<Id<CimObject>> depends_on;
};

// Reads one file of IEC 61970-552 RDF/XML into the model: rdf:ID defines an object, rdf:about
// defines it or says more of one (the same object in several profiles), rdf:Description with an
// rdf:type is read like an element of that type; compound values (StreetAddress) are read through.
// What is wrong with single objects becomes a defect of the builder, with the line as feature
// number: objects without an id or described twice in a file, ids of two classes, values that do
// not read as their kind. Refuses by name what read_xml refuses, and CIM_NOT_RDF (the root is
// not rdf:RDF), CIM_DIFFERENCE_MODEL (changes to a model are no model), CIM_TEXT_TOO_LONG (a value
// of more than 64 KiB, an id of more than 1 KiB), CIM_TOO_LARGE (more than 32 bits can count),
// IMPORT_FEATURE_LIMIT (more elements of a class in the model than `limits` allow).
Result<void> read_cim_rdf(const XmlBytes& bytes, const std::string& file, std::uint16_t file_number,
                          CimModel& model, CimHeaders& headers, NetworkBuilder& builder,
                          const SourceLimits& limits = {});

// The root is rdf:RDF and a CIM namespace is declared on it, or a document type rdf:RDF, which
// read_cim_rdf then refuses by its name. Reads no further than the root's tag; whatever cannot be
// read is not CIM.
bool begins_as_cim(const XmlBytes& bytes);

}  // namespace gridmend
