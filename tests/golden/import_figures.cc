#include "tests/golden/import_figures.h"

#include <sstream>
#include <utility>
#include <vector>

namespace gridmend::golden {
namespace {

using Words = std::vector<std::string>;

Words words_of(std::string_view line) {
  Words words;
  std::istringstream stream{std::string{line}};
  for (std::string word; stream >> word;) {
    if (word.ends_with(',')) word.pop_back();
    words.push_back(std::move(word));
  }
  return words;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
}

// `fuse 90, normally open 6, 1.2 km`.
void take_kind(const Words& words, Figures& figures) {
  figures[words[0]] = words[1];
  for (std::size_t i = 2; i + 1 < words.size(); ++i) {
    if (words[i] == "open") figures[words[0] + "_normally_open"] = words[i + 1];
    if (words[i + 1] == "km") figures[words[0] + "_km"] = words[i];
  }
}

// `usage points T = S supplied + U unsupplied + R refused (I inactive)`.
void take_usage_points(const Words& words, Figures& figures) {
  figures["usage_points"] = words[2];
  for (std::size_t i = 4; i < words.size(); ++i) {
    for (const std::string_view part : {"supplied", "unsupplied", "refused"}) {
      if (words[i] == part) figures["usage_points_" + std::string{part}] = words[i - 1];
    }
    if (words[i] == "inactive)") figures["usage_points_inactive"] = words[i - 1].substr(1);
  }
}

// `NAME supplies N usage points with C customers through D devices`; a name may hold blanks.
void take_feeder(const Words& words, Figures& figures) {
  const std::size_t at = words.size() - 10;
  std::string name = words[0];
  for (std::size_t i = 1; i < at; ++i) name += "_" + words[i];
  figures["feeder/" + name + "/usage_points"] = words[at + 1];
  figures["feeder/" + name + "/customers"] = words[at + 5];
  figures["feeder/" + name + "/devices"] = words[at + 8];
}

void take_indented(const std::string& section, const Words& words, Figures& figures) {
  if (section == "devices" && words.size() >= 2) {
    take_kind(words, figures);
  } else if (section == "defects" && words.size() == 3) {
    figures["defects/" + words[0] + "/" + words[1]] = words[2];
  } else if (section == "feeders" && words.size() >= 11 && words[words.size() - 10] == "supplies") {
    take_feeder(words, figures);
  }
}

void take_heading(const Words& words, Figures& figures) {
  if (words[0] == "usage" && words.size() >= 4) {
    take_usage_points(words, figures);
  } else if (words[0] == "connectivity" && words.size() == 5) {
    figures["connectivity_nodes"] = words[2];
    figures["connectivity_nodes_supplied"] = words[4];
  } else if (words[0] == "islands" && words.size() >= 4) {
    figures["islands"] = words[1];
    figures["islands_connectivity_nodes"] = words[3];
  } else if (words[0] == "open" && words.size() == 3) {
    figures["open_ends"] = words[2];
  } else if (words.size() == 2 && is_number(words[1])) {
    figures[words[0]] = words[1];
  }
}

}  // namespace

Figures figures_of_summary(std::string_view summary) {
  Figures figures;
  std::istringstream lines{std::string{summary}};
  std::string section;
  for (std::string line; std::getline(lines, line);) {
    const Words words = words_of(line);
    if (words.empty() || line.starts_with('#')) continue;
    if (line.starts_with(' ')) {
      take_indented(section, words, figures);
    } else {
      section = words[0];
      take_heading(words, figures);
    }
  }
  return figures;
}

Figures figures_of_proof(std::string_view output) {
  Figures figures;
  std::istringstream lines{std::string{output}};
  for (std::string line; std::getline(lines, line);) {
    const Words words = words_of(line);
    if (words.empty() || line.starts_with('#')) continue;
    figures[words[0]] = words.size() == 2 ? words[1] : "";
  }
  return figures;
}

std::string disagreement(const Figures& summary, const Figures& proof) {
  std::string differs;
  for (const auto& [name, value] : proof) {
    const auto there = summary.find(name);
    // A kind that the summary does not list has none.
    const std::string said = there == summary.end() ? "0" : there->second;
    if (said == value) continue;
    differs += name + ": the proof counts '" + value + "', the import '" + said + "'\n";
  }
  return differs;
}

}  // namespace gridmend::golden
