#include "tests/architecture/rules.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <string_view>

namespace gridmend::architecture {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 4> kLibraries = {"core", "routing", "data", "service"};

std::optional<std::size_t> rank(std::string_view path) {
  const std::string_view top = path.substr(0, path.find('/'));
  const auto it = std::ranges::find(kLibraries, top);
  if (it == kLibraries.end()) return std::nullopt;
  return static_cast<std::size_t>(it - kLibraries.begin());
}

std::string place(const SourceFile& file, int line) {
  return file.path + ":" + std::to_string(line) + ": ";
}

// Calls `visit(file, include)` for every include of the four libraries' own files.
template <class Visit>
void for_each_library_include(const Tree& tree, Visit visit) {
  for (const SourceFile& file : tree) {
    if (!file.is_cpp() || !rank(file.path)) continue;
    for (const Include& include : includes(file)) visit(file, include);
  }
}

// Which folders may include which package, and whether in headers too.
struct Package {
  std::string_view name;
  std::regex header;
  std::vector<std::string_view> folders;
  bool in_headers;
};

const std::vector<Package>& packages() {
  static const std::vector<Package> kPackages = {
      {"Boost.Graph", std::regex{"boost/graph/.*"}, {"core/network", "routing/road"}, false},
      {"Boost.Geometry", std::regex{"boost/geometry.*"}, {"core/geo"}, false},
      {"GDAL",
       std::regex{"(gdal|ogr|cpl)_.*|gdal\\.h|gdalwarper\\.h|ogrsf_frmts\\.h|gdal/.*"},
       {"data/ingest"},
       false},
      {"libosmium", std::regex{"(osmium|protozero)/.*"}, {"data/ingest"}, false},
      {"METIS", std::regex{"metis\\.h"}, {"routing/road"}, false},
      {"SQLite", std::regex{"sqlite3.*"}, {"data/ingest", "service/store"}, false},
      {"xxHash", std::regex{"xxhash\\.h"}, {"core/base"}, false},
      {"CLI11", std::regex{"CLI/.*"}, {"service/cli"}, false},
      {"gRPC",
       std::regex{"(grpc|grpcpp|grpc\\+\\+)/.*|.*\\.grpc\\.pb\\.h"},
       {"service/handlers", "service/cli", "service/drill", "service/gateway"},
       true},
  };
  return kPackages;
}

// The lines of a file that `pattern` matches somewhere.
std::vector<int> lines_matching(const SourceFile& file, const std::regex& pattern) {
  std::vector<int> found;
  std::istringstream lines{file.text};
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (std::regex_search(line, pattern)) found.push_back(number);
  }
  return found;
}

// What the first group of `pattern` matches, with its line.
struct Match {
  std::string text;
  int line;
};
std::vector<Match> matches(const SourceFile& file, const std::regex& pattern) {
  std::vector<Match> found;
  std::istringstream lines{file.text};
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    for (std::sregex_iterator it{line.begin(), line.end(), pattern}, end; it != end; ++it) {
      found.push_back({(*it)[1].str(), number});
    }
  }
  return found;
}

// Files and folders of the tree; a header and its source may be named together without an ending.
class KnownPaths {
 public:
  KnownPaths(const Tree& tree, const std::vector<std::string>& folders)
      : paths_(folders.begin(), folders.end()) {
    for (const SourceFile& file : tree) paths_.insert(file.path);
  }
  bool contain(const fs::path& path) const {
    std::string name = path.lexically_normal().generic_string();
    if (name.ends_with('/')) name.pop_back();
    return paths_.contains(name) || paths_.contains(name + ".h") || paths_.contains(name + ".cc");
  }

 private:
  std::set<std::string> paths_;
};

using FolderGraph = std::map<std::string, std::set<std::string>>;

// A way from `from` back to `goal`, or nothing.
bool reaches(const FolderGraph& graph, const std::string& from, const std::string& goal,
             std::set<std::string>& visited) {
  if (!visited.insert(from).second) return false;
  const auto it = graph.find(from);
  if (it == graph.end()) return false;
  return std::ranges::any_of(it->second, [&](const std::string& next) {
    return next == goal || reaches(graph, next, goal, visited);
  });
}

}  // namespace

Departures against_direction(const Tree& tree) {
  Departures departures;
  for_each_library_include(tree, [&](const SourceFile& file, const Include& include) {
    const auto other = rank(include.path);
    if (include.quoted && other && *other > *rank(file.path)) {
      departures.push_back(place(file, include.line) + file.top() + " includes " + include.path +
                           " of a library that stands on it");
    }
  });
  return departures;
}

Departures in_cycles(const Tree& tree) {
  FolderGraph graph;
  for_each_library_include(tree, [&](const SourceFile& file, const Include& include) {
    const std::string other = SourceFile{include.path, {}}.folder();
    if (include.quoted && rank(include.path) && other != file.folder()) {
      graph[file.folder()].insert(other);
    }
  });
  Departures departures;
  for (const auto& [folder, others] : graph) {
    std::set<std::string> visited;
    if (reaches(graph, folder, folder, visited)) {
      departures.push_back(folder + " includes itself by way of other folders");
    }
  }
  return departures;
}

Departures tour_on_road(const Tree& tree) {
  Departures departures;
  for_each_library_include(tree, [&](const SourceFile& file, const Include& include) {
    const std::string other = SourceFile{include.path, {}}.folder();
    if ((file.folder() == "routing/tour" && other == "routing/road") ||
        (file.folder() == "routing/road" && other == "routing/tour")) {
      departures.push_back(place(file, include.line) + "includes " + include.path +
                           "; tours and roads meet in TravelMatrix only");
    }
  });
  return departures;
}

Departures packages_astray(const Tree& tree) {
  Departures departures;
  for_each_library_include(tree, [&](const SourceFile& file, const Include& include) {
    for (const Package& package : packages()) {
      if (!std::regex_match(include.path, package.header)) continue;
      const bool owned = std::ranges::find(package.folders, file.folder()) != package.folders.end();
      if (owned && (package.in_headers || !file.is_header())) continue;
      departures.push_back(place(file, include.line) + "<" + include.path + "> of " +
                           std::string{package.name} +
                           (owned ? " belongs into .cc files" : " belongs to another folder"));
    }
  });
  return departures;
}

Departures messages_below_service(const Tree& tree) {
  Departures departures;
  for_each_library_include(tree, [&](const SourceFile& file, const Include& include) {
    if (file.top() != "service" &&
        (include.path.ends_with(".pb.h") || include.path.starts_with("google/protobuf"))) {
      departures.push_back(place(file, include.line) + "includes " + include.path +
                           "; messages end in service/converters");
    }
  });
  return departures;
}

Departures includes_not_from_root(const Tree& tree) {
  std::set<std::string> paths;
  for (const SourceFile& file : tree) paths.insert(file.path);
  Departures departures;
  for (const SourceFile& file : tree) {
    if (!file.is_cpp()) continue;
    for (const Include& include : includes(file)) {
      if (include.quoted && !paths.contains(include.path) && !include.path.ends_with(".pb.h") &&
          !include.path.starts_with("google/")) {
        departures.push_back(place(file, include.line) + "\"" + include.path +
                             "\" is no path from the root of the tree");
      }
    }
  }
  return departures;
}

Departures headers_without_pragma_once(const Tree& tree) {
  static const std::regex kPragma{"^#pragma once\\s*$"};
  Departures departures;
  for (const SourceFile& file : tree) {
    if (file.is_header() && lines_matching(file, kPragma).size() != 1) {
      departures.push_back(file.path + ": says #pragma once not once");
    }
  }
  return departures;
}

Departures hidden_time_or_chance(const Tree& tree) {
  static const std::regex kTime{
      "system_clock::now|\\b(std::)?time\\((nullptr|NULL|0)\\)|gettimeofday|CLOCK_REALTIME"};
  static const std::regex kChance{
      "random_device|mt19937|default_random_engine|std::[a-z_]+_distribution\\b|\\bs?rand\\(|"
      "std::(ranges::)?(shuffle|sample)\\b"};
  Departures departures;
  for (const SourceFile& file : tree) {
    if (!file.is_cpp() || !rank(file.path) || file.folder() == "core/base") continue;
    for (const int line : lines_matching(file, kTime)) {
      departures.push_back(place(file, line) +
                           "reads the clock; time is a value (core/base/clock.h)");
    }
    for (const int line : lines_matching(file, kChance)) {
      departures.push_back(
          place(file, line) +
          "draws random numbers that differ between machines (core/base/random.h)");
    }
  }
  return departures;
}

Departures folders_without_readme(const Tree& tree, const std::vector<std::string>& folders) {
  std::set<std::string> paths;
  for (const SourceFile& file : tree) paths.insert(file.path);
  Departures departures;
  for (const std::string& folder : folders) {
    if (rank(folder) && std::ranges::count(folder, '/') == 1 &&
        !paths.contains(folder + "/README.md")) {
      departures.push_back(folder + " has no README.md");
    }
  }
  return departures;
}

Departures folders_that_say_nothing(const std::vector<std::string>& folders) {
  constexpr std::array<std::string_view, 12> kNothing = {
      "util",    "utils",    "utilities", "common", "helper", "helpers",
      "manager", "managers", "misc",      "shared", "lib",    "stuff"};
  Departures departures;
  for (const std::string& folder : folders) {
    const std::string_view name = std::string_view{folder}.substr(folder.rfind('/') + 1);
    if (std::ranges::find(kNothing, name) != kNothing.end()) {
      departures.push_back(folder + ": the name says nothing about what is in it");
    }
  }
  return departures;
}

Departures pages_that_lead_nowhere(const Tree& tree, const std::vector<std::string>& folders) {
  static const std::regex kLink{"\\]\\(([^)#\\s]+)(#[^)]*)?\\)"};
  static const std::regex kPath{
      "(?:^|[\\s`(])((?:core|routing|data|service|proto|tests|bench|docs|scripts|web)"
      "/[A-Za-z0-9_./-]*[A-Za-z0-9_])(?=[\\s`),:;.]|$)"};
  const KnownPaths known{tree, folders};
  Departures departures;
  for (const SourceFile& file : tree) {
    if (!file.path.ends_with(".md")) continue;
    for (const Match& link : matches(file, kLink)) {
      const bool elsewhere = link.text.find("://") != std::string::npos;
      if (!elsewhere && !known.contain(fs::path{file.path}.parent_path() / link.text)) {
        departures.push_back(place(file, link.line) + "links to " + link.text +
                             ", which is not there");
      }
    }
    for (const Match& path : matches(file, kPath)) {
      if (known.contain(path.text)) continue;
      departures.push_back(place(file, path.line) + "names " + path.text + ", which is not there");
    }
  }
  return departures;
}

Departures paths_of_a_machine(const Tree& tree) {
  // Put together, so that this file is not the first to depart.
  static const std::regex kPath{"(^|[\\s\"'`(=:])/" +
                                std::string{"(home|root|work|Users|mnt|media)/[A-Za-z0-9_.]|"} +
                                "/tmp/" + "gm\\b"};
  Departures departures;
  for (const SourceFile& file : tree) {
    for (const int line : lines_matching(file, kPath)) {
      departures.push_back(place(file, line) + "names a path of one machine");
    }
  }
  return departures;
}

}  // namespace gridmend::architecture
