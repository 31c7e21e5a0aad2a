#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "data/ingest/defect_log.h"
#include "data/ingest/finding_group.h"
#include "data/region/region.h"

namespace gridmend {

enum class DefectFormat : std::uint8_t { gpkg, geojson, csv, html };

// By the ending of the path. Refuses (DEFECT_FORMAT_UNKNOWN) another ending: who
// asks before the work finds out before the work.
Result<DefectFormat> defect_format(const std::filesystem::path& path);

// All defects of a region for whoever mends them. `tally` has the exact counts (a region keeps a
// limited number of a class).
//  - .gpkg: layer `defects` of points, layer `defect_lines` of the lines that defects are about;
//    columns class, severity, rank (3 severe, 2 warning, 1 note: for styles), title, customers,
//    feeder, file, layer, feature_id, column, message, action
//  - .geojson: the points alone
// Of findings about many features at once these, and .csv, list every feature after the defects.
//  - .csv: write_defects_csv; .html: write_defects_html
Result<void> write_defects(const Region& region, const DefectTally& tally,
                           const std::filesystem::path& path, const FindingGroups& groups = {});

// RFC 4180 with a header line, CRLF, every text in quotes; UTF-8 with a byte order mark, without
// which spreadsheets on Windows read Chinese as garbage. A text that a spreadsheet would take for a
// formula (it begins with = + - @, tab or carriage return) gets an apostrophe before it: ids come
// from anybody's files. Numbers are bare.
void write_defects_csv(std::ostream& out, const Region& region, const FindingGroups& groups = {});

// One page that needs nothing else, no network either: what came of the checks by class, layer and
// feeder, a map, and of each class the first kListedOfAClass findings in a table that can be
// filtered and sorted. Every text of the source is escaped. The same region gives the same page.
void write_defects_html(std::ostream& out, const Region& region, const DefectTally& tally);

inline constexpr std::size_t kListedOfAClass = 200;

// The defects' numbers, those first that should be mended first: by customers touched (and one)
// times the weight of their severity, then by severity, then as they were found. O(n log n).
std::vector<std::uint32_t> by_urgency(const std::vector<Defect>& defects);

// The few that a person should look at first: the most urgent, no notes, and of one class two at
// most, for more of the same say little.
std::vector<std::uint32_t> first_to_mend(const std::vector<Defect>& defects);

}  // namespace gridmend
