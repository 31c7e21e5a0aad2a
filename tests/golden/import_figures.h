#pragma once

// The figures of an import's summary under names, to hold them against what an independent proof
// counted.

#include <map>
#include <string>
#include <string_view>

namespace gridmend::golden {

// `usage_points_supplied` -> "732"; an ordered map so that what is printed of it is stable.
using Figures = std::map<std::string, std::string>;

// Of a summary as import_summary prints it. README.md of tests/golden/proof lists the names.
Figures figures_of_summary(std::string_view summary);

// Of a proof's output: `name value` a line; empty lines and those that begin with '#' are remarks.
Figures figures_of_proof(std::string_view output);

// What the proof says otherwise than the summary, a line each; empty when all of it agrees.
std::string disagreement(const Figures& summary, const Figures& proof);

}  // namespace gridmend::golden
