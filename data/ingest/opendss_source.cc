#include "data/ingest/opendss_source.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "data/ingest/letter_case.h"
#include "data/ingest/opendss_lexer.h"
#include "data/ingest/opendss_script.h"
#include "data/ingest/opendss_translator.h"
#include "data/ingest/source_paths.h"

namespace gridmend {
namespace {

namespace fs = std::filesystem;

constexpr int kDeepestMaster = 3;
constexpr std::size_t kLargestMaster = std::size_t{256} << 20U;
constexpr std::size_t kMostNamed = 12;
// A builder takes 65,535 layers; beyond these, places are told by class alone.
constexpr std::size_t kMostLayers = 20'000;

bool has_suffix(const std::string& path, std::string_view suffix) {
  return path.size() >= suffix.size() &&
         same_word(std::string_view{path}.substr(path.size() - suffix.size()), suffix);
}

std::string lower_case_name(std::string_view path) { return lower_case(name_of_dss_path(path)); }

tl::unexpected<Error> refuse_source(const std::string& name, ErrorCode code, std::string reason,
                                    std::string message) {
  return refuse_at({.file = name, .layer = {}, .feature_id = {}, .column = {}}, code,
                   std::move(reason), std::move(message));
}

std::string all_named(const std::vector<std::string>& paths) {
  std::string names;
  for (std::size_t i = 0; i < paths.size() && i < kMostNamed; ++i) {
    names += (i == 0 ? "" : ", ") + paths[i];
  }
  if (paths.size() > kMostNamed) {
    names += " and " + std::to_string(paths.size() - kMostNamed) + " more";
  }
  return names;
}

class OpenDssSource final : public NetworkSource {
 public:
  OpenDssSource(std::string name, std::unique_ptr<DssFiles> files, std::string master,
                SourceCoordinates declared, const SourceLimits& limits)
      : name_(std::move(name)),
        files_(std::move(files)),
        master_(std::move(master)),
        declared_(std::move(declared)),
        limits_(limits) {}

  const std::string& name() const override { return name_; }
  const std::string& profile() const override { return profile_; }
  Result<void> read(NetworkBuilder& builder, const ReadingProgress& progress) const override;
  Result<ModelDescription> describe() const override;
  // Other files of the folder that begin a circuit.
  void leave_out(std::vector<std::string> others) { left_out_ = std::move(others); }
  // Where the model reads no positions of buses, a file beside the master that is called so does.
  void look_for_positions() { looks_for_positions_ = true; }

 private:
  std::string name_;
  std::string profile_ = kOpenDssFormat;
  std::unique_ptr<DssFiles> files_;
  std::string master_;
  SourceCoordinates declared_;
  SourceLimits limits_;
  std::vector<std::string> left_out_;
  bool looks_for_positions_ = false;

  Result<void> find_positions(DssScript& script, NetworkBuilder& builder) const;
};

// The builder's layers of a model: a file's objects of a class.
class DssLayers {
 public:
  DssLayers(NetworkBuilder& builder, const DssScript& script)
      : builder_(builder), script_(script) {}

  SourceFeature feature(DssPlace at, std::string_view layer) {
    const bool few = layers_.size() < kMostLayers;
    const auto key = std::pair{few || known(at, layer) ? at.file : 0U, std::string{layer}};
    auto found = layers_.find(key);
    if (found == layers_.end()) {
      const auto& files = script_.files();
      const std::string file = key.first < files.size() ? files[key.first] : std::string{};
      found = layers_.emplace(key, builder_.layer(file, key.second)).first;
    }
    return {found->second, static_cast<std::int64_t>(at.line)};
  }

 private:
  bool known(DssPlace at, std::string_view layer) const {
    return layers_.contains({at.file, std::string{layer}});
  }

  NetworkBuilder& builder_;
  const DssScript& script_;
  std::map<std::pair<std::uint32_t, std::string>, SourceLayer> layers_;
};

Result<void> OpenDssSource::read(NetworkBuilder& builder, const ReadingProgress& progress) const {
  DssLayers* layers = nullptr;
  const DssFindings findings = [&](const DssFinding& found) {
    builder.add_defect(layers->feature(found.at, found.layer), found.feature, found.defect_class,
                       found.severity, found.column, found.message, found.action);
  };
  DssScript script{*files_, findings, progress, limits_};
  DssLayers made{builder, script};
  layers = &made;
  if (auto run = script.run(master_); !run) return run;
  if (looks_for_positions_ && script.bus_positions().empty()) {
    if (auto found = find_positions(script, builder); !found) return found;
  }
  if (!left_out_.empty()) {
    builder.add_defect({builder.layer(master_, {}), -1}, {}, DefectClass::statement_not_understood,
                       DefectSeverity::note, {},
                       "other files of the folder begin a circuit too: " + all_named(left_out_),
                       "left out; name one of them to read it instead");
  }
  return translate_opendss(
      {script, *files_, declared_, name_, builder, findings,
       [&](DssPlace at, std::string_view layer) { return made.feature(at, layer); }, progress});
}

Result<void> OpenDssSource::find_positions(DssScript& script, NetworkBuilder& builder) const {
  std::vector<std::string> found;
  for (const std::string& path : files_->list(folder_of_dss_path(master_), 0)) {
    const std::string name = lower_case_name(path);
    const bool called_so =
        name.find("buscoord") != std::string::npos || name.find("busxy") != std::string::npos;
    if (called_so && !has_suffix(name, ".dss")) found.push_back(path);
  }
  if (found.empty()) return {};
  const bool one = found.size() == 1;
  builder.add_defect(
      {builder.layer(master_, {}), -1}, {}, DefectClass::statement_not_understood,
      DefectSeverity::note, {},
      "nothing in the model reads positions of buses; beside it: " + all_named(found),
      one ? "read as BusCoords" : "not read, for they are several");
  return one ? script.read_bus_positions(found.front(), false) : Result<void>{};
}

Result<ModelDescription> OpenDssSource::describe() const {
  DssScript script{*files_, [](const DssFinding&) {}, {}, limits_};
  if (auto run = script.run(master_); !run) return unexpected(run.error());
  ModelDescription description{
      .name = name_, .format = "OpenDSS", .files = script.files(), .classes = {}};
  for (int i = 0; i < kDssClasses; ++i) {
    const auto dss_class = static_cast<DssClass>(i);
    const std::size_t objects = script.model().count(dss_class);
    if (objects > 0)
      description.classes.push_back({std::string{to_string(dss_class)}, objects, {}});
  }
  std::ranges::stable_sort(description.classes, std::greater<>{}, &DescribedClass::objects);
  return description;
}

bool is_called_master(const std::string& path) {
  return lower_case_name(path).find("master") != std::string::npos;
}

// Which files begin a circuit, themselves or in a file that they redirect to. Each is looked at
// once, however often others, or it itself, redirect to it.
class CircuitFiles {
 public:
  explicit CircuitFiles(const DssFiles& files) : files_(files) {}

  // Those of `paths` that begin one and are no part of another of them.
  std::vector<std::string> whole(const std::vector<std::string>& paths) {
    std::vector<std::string> masters;
    const std::set<std::string> beginning = that_begin_one(paths);
    std::ranges::copy_if(paths, std::back_inserter(masters),
                         [&](const std::string& path) { return beginning.contains(path); });
    std::set<std::string> parts;
    for (const std::string& path : masters) add_parts(path, parts);
    // Whoever redirects to a master runs a study of it.
    std::erase_if(masters, [&](const std::string& path) {
      return parts.contains(path) && !is_called_master(path);
    });
    return masters;
  }

 private:
  struct File {
    bool makes_circuit = false;
    std::set<std::string> redirects;
  };

  // Of `paths` and what they lead to: from the files that make a circuit back to those that
  // redirect to them.
  std::set<std::string> that_begin_one(const std::vector<std::string>& paths) {
    std::map<std::string, std::vector<std::string>> redirected_by;
    std::set<std::string> looked_at{paths.begin(), paths.end()}, beginning;
    std::vector<std::string> open{paths}, found;
    while (!open.empty()) {
      const std::string path = std::move(open.back());
      open.pop_back();
      const File& file = look(path);
      if (file.makes_circuit && beginning.insert(path).second) found.push_back(path);
      for (const std::string& part : file.redirects) {
        redirected_by[part].push_back(path);
        if (looked_at.insert(part).second) open.push_back(part);
      }
    }
    while (!found.empty()) {
      const std::string part = std::move(found.back());
      found.pop_back();
      for (const std::string& path : redirected_by[part]) {
        if (beginning.insert(path).second) found.push_back(path);
      }
    }
    return beginning;
  }

  void add_parts(const std::string& master, std::set<std::string>& parts) {
    std::vector<std::string> open{master};
    while (!open.empty()) {
      const std::string path = std::move(open.back());
      open.pop_back();
      for (const std::string& part : look(path).redirects) {
        if (part != path && parts.insert(part).second) open.push_back(part);
      }
    }
  }

  const File& look(const std::string& path) {
    const auto [at, added] = seen_.try_emplace(path);
    if (!added) return at->second;
    const auto text = files_.read(path, kLargestMaster);
    if (text) at->second = scan(*text, folder_of_dss_path(path));
    return at->second;
  }

  File scan(std::string_view text, std::string_view folder) const {
    File file;
    std::set<std::string> named_before;
    while (!text.empty()) {
      const std::string_view line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(line.size() + 1, text.size()));
      DssLexer lexer{line};
      DssParameter command, object;
      if (!lexer.next(command) || command.value.empty()) continue;
      if (same_word(command.value, "new")) {
        if (lexer.next(object) && begins_like(object.value, "circuit.")) file.makes_circuit = true;
      } else if (same_word(command.value, "redirect") && lexer.next(object)) {
        const auto named = resolve_dss_path(folder, object.value);
        if (!named || !named_before.insert(*named).second) continue;
        if (auto found = files_.find(*named)) file.redirects.insert(std::move(*found));
      }
    }
    return file;
  }

  const DssFiles& files_;
  std::map<std::string, File> seen_;
};

struct Master {
  std::string path;
  std::vector<std::string> others;  // that begin a circuit and are not called so
};

Result<Master> find_master(const std::string& name, const DssFiles& files,
                           const std::string& folder) {
  std::map<std::ptrdiff_t, std::vector<std::string>> by_depth;
  for (const std::string& path : files.list(folder, kDeepestMaster)) {
    if (has_suffix(path, ".dss")) by_depth[std::ranges::count(path, '/')].push_back(path);
  }
  CircuitFiles circuits{files};
  for (const auto& [unused, paths] : by_depth) {
    std::vector<std::string> masters;
    std::ranges::copy_if(paths, std::back_inserter(masters), [](const std::string& path) {
      return same_word(name_of_dss_path(path), "master.dss");
    });
    if (masters.empty()) masters = circuits.whole(paths);
    // Studies of a feeder lie beside it, and begin its circuit too.
    if (std::ranges::count_if(masters, is_called_master) == 1) {
      Master master{*std::ranges::find_if(masters, is_called_master), std::move(masters)};
      std::erase(master.others, master.path);
      return master;
    }
    if (masters.size() == 1) return Master{masters.front(), {}};
    if (masters.size() > 1) {
      return refuse_source(name, ErrorCode::invalid_argument, "SOURCE_AMBIGUOUS",
                           "has several masters, name one of them: " + all_named(masters));
    }
  }
  return refuse_source(name, ErrorCode::invalid_argument, "SOURCE_EMPTY",
                       "has no .dss file with a 'New Circuit'");
}

// A folder of this machine, seen from the one it lies in.
struct Neighbourhood {
  fs::path root;
  std::string folder;  // below the root; empty: the root itself
};

Neighbourhood neighbourhood_of(const fs::path& folder) {
  std::error_code error;
  const fs::path real = fs::canonical(folder, error);
  const std::string name = real.filename().string();
  // At the top of the machine, and below a hidden folder, there is no neighbourhood.
  if (real.parent_path() == real.root_path() || name.empty() || name.starts_with('.')) {
    return {real, {}};
  }
  return {real.parent_path(), name};
}

}  // namespace

std::unique_ptr<NetworkSource> opendss_source(std::string name, std::unique_ptr<DssFiles> files,
                                              std::string master, SourceCoordinates declared,
                                              const SourceLimits& limits) {
  return std::make_unique<OpenDssSource>(std::move(name), std::move(files), std::move(master),
                                         std::move(declared), limits);
}

bool is_opendss_model(const fs::path& path) {
  std::error_code error;
  const std::string name = path.string();
  if (fs::is_regular_file(path, error)) {
    if (has_suffix(name, ".dss")) return true;
    if (!has_suffix(name, ".zip")) return false;
    const auto files = files_in_zip(path);
    return files && std::ranges::any_of((*files)->list({}, kDeepestMaster),
                                        [](const auto& file) { return has_suffix(file, ".dss"); });
  }
  if (!fs::is_directory(path, error) || has_suffix(name, ".gdb")) return false;
  // Layers of a GIS beside folders with a model somewhere in them are what is meant.
  const int deepest = find_datasets(name, {}) ? 0 : kDeepestMaster;
  return std::ranges::any_of(files_below(path)->list({}, deepest),
                             [](const auto& file) { return has_suffix(file, ".dss"); });
}

Result<std::unique_ptr<NetworkSource>> open_opendss_source(const SourceSpec& spec) {
  std::error_code error;
  fs::path path = spec.path;
  if (!path.has_filename()) path = path.parent_path();
  const std::string name = path.filename().string();
  if (!fs::exists(path, error)) {
    return refuse_source(name, ErrorCode::not_found, "SOURCE_NOT_FOUND", "there is no such file");
  }
  const bool is_folder = fs::is_directory(path, error);
  std::unique_ptr<DssFiles> files;
  Master master;
  if (!is_folder && has_suffix(path.string(), ".zip")) {
    auto opened = files_in_zip(path);
    if (!opened) return unexpected(opened.error());
    files = std::move(*opened);
    auto found = find_master(name, *files, {});
    if (!found) return unexpected(found.error());
    master = std::move(*found);
  } else {
    const fs::path folder = is_folder ? path : fs::absolute(path, error).parent_path();
    const Neighbourhood around = neighbourhood_of(folder);
    files = files_below(around.root);
    if (is_folder) {
      auto found = find_master(name, *files, around.folder);
      if (!found) return unexpected(found.error());
      master = std::move(*found);
    } else {
      const std::string inside = around.folder.empty() ? name : around.folder + "/" + name;
      const auto found = files->find(inside);
      if (!found) {
        return refuse_source(name, ErrorCode::invalid_argument, "FILE_UNREADABLE",
                             "is no file that a model can be read from: its name ends in none of "
                             ".dss, .txt, .dat, .inc, .csv, or it is a link to elsewhere");
      }
      master.path = *found;
    }
  }
  auto source = std::make_unique<OpenDssSource>(name, std::move(files), std::move(master.path),
                                                spec.coordinates, spec.limits);
  source->leave_out(std::move(master.others));
  source->look_for_positions();
  return source;
}

}  // namespace gridmend
