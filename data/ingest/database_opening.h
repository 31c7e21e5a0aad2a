#pragma once

// Opens PostGIS databases for vector_source.h, in sessions that change nothing in them.

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/base/error.h"
#include "data/ingest/dataset_opening.h"
#include "data/ingest/source_name.h"

namespace gridmend {

// A database in the user's own words. Its session reads one state of the data from first to last,
// whatever others change meanwhile; a query that comes to no row within ten minutes is given up, as
// is one that nobody waits for any longer (both unless the user's PGOPTIONS say otherwise). Refuses
// DATABASE_UNAVAILABLE and what the words are not.
Result<Dataset> open_database(const std::filesystem::path& source);

// For a first look at all that is there: queries may take half a minute.
void hurry_database(void* dataset);

// While it lives, what fails in reading a layer fails there alone. Handles are GDAL's.
class LayerQuery {
 public:
  LayerQuery(void* dataset, void* layer);
  ~LayerQuery();
  LayerQuery(const LayerQuery&) = delete;
  LayerQuery& operator=(const LayerQuery&) = delete;

 private:
  void* dataset_;
  void* layer_;
};

// GDAL takes the reference system of the first geometry for that of all. Refuses LAYER_CRS where a
// column that is declared for none of them (a plain `geometry`, or one that a view computes) holds
// geometries of several, and DATABASE_UNAVAILABLE. `layer` is a GDAL handle.
Result<void> check_one_reference_system(void* dataset, void* layer, const DatabaseWords& words,
                                        const ErrorPlace& place);

// DATABASE_UNAVAILABLE of a query that broke off after so many rows: what the server said, without
// the secrets of the words, and what can be done.
tl::unexpected<Error> refuse_query(const DatabaseWords& words, const ErrorPlace& place,
                                   std::int64_t rows, std::string said);

}  // namespace gridmend
