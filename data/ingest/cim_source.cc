#include "data/ingest/cim_source.h"

#include <cpl_vsi.h>
#include <zlib.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "data/ingest/cim_network.h"
#include "data/ingest/cim_rdf_reader.h"
#include "data/ingest/finding_group.h"
#include "data/ingest/gdal_handles.h"
#include "data/ingest/gdal_session.h"
#include "data/ingest/letter_case.h"
#include "data/ingest/zip_directory.h"

namespace gridmend {
namespace {

constexpr std::size_t kMostFiles = 200;
// Of a folder or archive with more .xml files than any model has, these are looked into.
constexpr std::size_t kMostProbed = 2'000;
constexpr std::size_t kProbedBytes = std::size_t{1} << 20;
constexpr std::uint64_t kMostInflation = 200;
constexpr std::uint64_t kAlwaysInflated = std::uint64_t{256} << 20;

struct CimFile {
  std::string path;                // as GDAL's file system opens it
  std::string name;                // as errors and defects say it
  std::uint64_t packed_bytes = 0;  // of the archive it lies in; 0 for a plain file
};

bool ends_with(std::string_view name, std::string_view suffix) {
  return name.size() >= suffix.size() &&
         same_word(name.substr(name.size() - suffix.size()), suffix);
}

bool is_gzipped(std::string_view name) { return ends_with(name, ".gz"); }

bool may_be_model(std::string_view name) {
  if (is_gzipped(name)) name.remove_suffix(3);
  return ends_with(name, ".xml") || ends_with(name, ".rdf");
}

struct GzipCloser {
  void operator()(gzFile file) const { gzclose(file); }
};

// The bytes of a file, unpacked when it is a .gz.
class FileBytes {
 public:
  explicit FileBytes(const std::string& path) {
    if (is_gzipped(path)) {
      gzip_.reset(gzopen(path.c_str(), "rb"));
    } else {
      file_.reset(VSIFOpenL(path.c_str(), "rb"));
    }
  }
  bool opened() const { return file_ != nullptr || gzip_ != nullptr; }
  // Nothing at the end, and where a .gz is damaged.
  std::size_t read(char* buffer, std::size_t size) {
    if (gzip_ == nullptr) return VSIFReadL(buffer, 1, size, file_.get());
    const int got = gzread(gzip_.get(), buffer, static_cast<unsigned>(size));
    return got > 0 ? static_cast<std::size_t>(got) : 0;
  }

 private:
  std::unique_ptr<VSILFILE, FileCloser> file_;
  std::unique_ptr<std::remove_pointer_t<gzFile>, GzipCloser> gzip_;
};

bool begins_as_cim(const std::string& path) {
  const GdalErrors quiet;
  FileBytes file{path};
  if (!file.opened()) return false;
  std::size_t left = kProbedBytes;
  return gridmend::begins_as_cim([&](char* buffer, std::size_t size) -> Result<std::size_t> {
    const std::size_t got = file.read(buffer, std::min({size, left, std::size_t{8192}}));
    left -= got;
    return got;
  });
}

bool is_zip(std::string_view name) { return ends_with(name, ".zip"); }

Result<void> list_zip(const std::filesystem::path& path, const std::string& prefix,
                      std::vector<CimFile>& files) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  const auto listed = read_zip_directory(path);
  if (!listed) return unexpected(listed.error());
  const std::string root = "/vsizip/{" + std::filesystem::absolute(path).string() + "}/";
  for (const ZippedFile& file : *listed) {
    // What is compressed twice over is not opened.
    if (file.folder || !may_be_model(file.name) || is_gzipped(file.name)) continue;
    files.push_back({root + file.name, prefix + file.name, bytes});
  }
  return {};
}

CimFile plain_file(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  std::error_code error;
  const auto bytes = is_gzipped(name) ? std::filesystem::file_size(path, error) : 0;
  return {path.string(), name, error ? 0 : bytes};
}

// Everything that may be a model's file, in order of name. Other archives in a folder that cannot
// be read are nobody's business; one that is named is refused.
Result<std::vector<CimFile>> list_files(const std::filesystem::path& path) {
  prepare_gdal();
  std::error_code error;
  const std::string own_name = path.filename().string();
  std::vector<CimFile> files;
  if (!std::filesystem::is_directory(path, error)) {
    if (is_zip(own_name)) {
      if (auto listed = list_zip(path, own_name + "/", files); !listed) {
        return unexpected(listed.error());
      }
    } else {
      files.push_back(plain_file(path));
    }
  } else {
    for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
      const std::string name = entry.path().filename().string();
      if (is_zip(name)) (void)list_zip(entry.path(), name + "/", files);
      if (may_be_model(name)) files.push_back(plain_file(entry.path()));
    }
  }
  std::ranges::sort(files, {}, &CimFile::name);
  if (files.size() > kMostProbed) files.resize(kMostProbed);
  return files;
}

class CimSource final : public NetworkSource {
 public:
  CimSource(std::string name, std::vector<CimFile> files, const SourceSpec& spec)
      : name_(std::move(name)),
        files_(std::move(files)),
        coordinates_(spec.coordinates),
        limits_(spec.limits) {}

  const std::string& name() const override { return name_; }
  const std::string& profile() const override {
    static const std::string profile = "cim";
    return profile;
  }

  Result<void> read(NetworkBuilder& builder, const ReadingProgress& progress) const override {
    CimModel model;
    CimHeaders headers;
    std::vector<std::string> names;
    if (auto got = read_files(model, headers, names, builder, progress); !got) return got;
    if (auto within = check_locations(model); !within) return within;
    check_one_model(model, names, builder);
    return translate_cim(model, headers, names, coordinates_, builder, progress);
  }

  Result<ModelDescription> describe() const override {
    CimModel model;
    CimHeaders headers;
    ModelDescription description{.name = name_, .format = "CIM", .files = {}, .classes = {}};
    NetworkBuilder unused;
    if (auto got = read_files(model, headers, description.files, unused, {}); !got) {
      return unexpected(got.error());
    }
    for (std::uint16_t number = 0; number < model.class_numbers(); ++number) {
      if (model.described(number) == 0) continue;
      const std::string_view name = model.class_name(number);
      const bool known = number < cim_class_names().size();
      const CimClass what = known ? cim_class_names()[number].meaning : CimClass::unknown;
      description.classes.push_back({std::string{name},
                                     static_cast<std::size_t>(model.described(number)),
                                     what == CimClass::unknown       ? "not known"
                                     : what == CimClass::passed_over ? "passed over"
                                                                     : ""});
    }
    std::ranges::stable_sort(description.classes, std::greater<>{}, &DescribedClass::objects);
    return description;
  }

 private:
  Result<void> read_files(CimModel& model, CimHeaders& headers, std::vector<std::string>& names,
                          NetworkBuilder& builder, const ReadingProgress& progress) const {
    for (const CimFile& file : files_) {
      if (auto got = read_file(file, names.size(), model, headers, builder, progress); !got) {
        return got;
      }
      names.push_back(file.name);
    }
    return {};
  }

  // Profiles of one model refer to each other's objects.
  void check_one_model(const CimModel& model, const std::vector<std::string>& names,
                       NetworkBuilder& builder) const {
    std::set<std::uint16_t> with_terminals;  // others hang together with nothing
    for (const CimModel::Description& description : model.descriptions()) {
      const bool known = description.class_number < cim_class_names().size();
      if (known && cim_class_names()[description.class_number].meaning == CimClass::terminal) {
        with_terminals.insert(description.file);
      }
    }
    const std::vector<std::uint16_t> wholes = model.wholes(names.size());
    std::map<std::uint16_t, std::string> first_of_whole;
    for (const std::uint16_t file : with_terminals) {
      first_of_whole.try_emplace(wholes[file], names[file]);
    }
    if (first_of_whole.size() < 2) return;
    std::vector<std::string> first;
    for (const auto& [unused, name] : first_of_whole) first.push_back(name);
    builder.add_defect(
        {builder.layer(name_, {}), -1}, {}, DefectClass::statement_not_understood,
        DefectSeverity::warning, {},
        "holds " + std::to_string(first.size()) +
            " models that share no object, one of each: " + first_of(first, first.size()),
        "read together; name one file or folder to read it alone");
  }

  Result<void> check_locations(const CimModel& model) const {
    std::vector<std::size_t> points(model.objects());
    for (const CimPoint& point : model.points()) {
      if (++points[point.location.index] <= limits_.vertices) continue;
      return check_vertex_count(limits_, points[point.location.index],
                                {.file = name_,
                                 .layer = "Location",
                                 .feature_id = model.id(point.location),
                                 .column = {}});
    }
    return {};
  }

  Result<void> read_file(const CimFile& file, std::size_t number, CimModel& model,
                         CimHeaders& headers, NetworkBuilder& builder,
                         const ReadingProgress& progress) const {
    const GdalErrors quiet;
    const ErrorPlace place{.file = file.name, .layer = {}, .feature_id = {}, .column = {}};
    FileBytes bytes{file.path};
    if (!bytes.opened()) {
      return refuse_at(place, ErrorCode::invalid_argument, "SOURCE_DAMAGED", "cannot be opened");
    }
    const std::uint64_t most = std::max(kAlwaysInflated, file.packed_bytes * kMostInflation);
    std::uint64_t done = 0, told = 0;
    return read_cim_rdf(
        [&](char* buffer, std::size_t size) -> Result<std::size_t> {
          const std::size_t got = bytes.read(buffer, size);
          done += got;
          if (file.packed_bytes > 0 && done > most) {
            return refuse_at(place, ErrorCode::invalid_argument, "CIM_TOO_LARGE",
                             "inflates to more than 200 times the size of its archive");
          }
          if (progress && done - told >= (std::uint64_t{16} << 20)) {
            told = done;
            progress(file.name, static_cast<std::int64_t>(done), -1);
          }
          return got;
        },
        file.name, static_cast<std::uint16_t>(number), model, headers, builder, limits_);
  }

  std::string name_;
  std::vector<CimFile> files_;
  SourceCoordinates coordinates_;
  SourceLimits limits_;
};

}  // namespace

bool is_cim_source(const std::filesystem::path& path) {
  const std::string text = path.string();
  std::error_code error;
  if (text.starts_with("/vsi") || !std::filesystem::exists(path, error)) return false;
  const bool may_be =
      std::filesystem::is_directory(path, error) || may_be_model(text) || is_zip(text);
  // A File Geodatabase is a folder of its own kind.
  if (!may_be || ends_with(text, ".gdb") || ends_with(text, ".gdb.zip")) return false;
  const auto files = list_files(path);
  return files &&
         std::ranges::any_of(*files, [](const CimFile& file) { return begins_as_cim(file.path); });
}

Result<std::unique_ptr<NetworkSource>> open_cim_source(const SourceSpec& spec) {
  std::string text = spec.path.string();
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  const std::filesystem::path path{text};
  const ErrorPlace place{.file = text, .layer = {}, .feature_id = {}, .column = {}};
  if (text.starts_with("/vsi") || text.find("://") != std::string::npos) {
    return refuse_at(place, ErrorCode::invalid_argument, "SOURCE_NETWORK",
                     "is not a local file; download it first");
  }
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return refuse_at(place, ErrorCode::not_found, "SOURCE_NOT_FOUND",
                     "there is no such file or folder");
  }
  auto listed = list_files(path);
  if (!listed) return unexpected(listed.error());
  std::vector<CimFile> files = std::move(*listed);
  // One file that is named is read, and says itself what is wrong with it; of several those that
  // are something else are nobody's business.
  const bool is_one = !std::filesystem::is_directory(path, error) && !is_zip(text);
  if (!is_one) std::erase_if(files, [](const CimFile& f) { return !begins_as_cim(f.path); });
  if (files.empty() || (is_one && std::filesystem::file_size(path, error) == 0)) {
    return refuse_at(place, ErrorCode::invalid_argument, "SOURCE_EMPTY",
                     is_one
                         ? "is an empty file"
                         : "has no .xml or .rdf in it whose root is rdf:RDF with a CIM namespace");
  }
  if (files.size() > kMostFiles) {
    return refuse_at(place, ErrorCode::invalid_argument, "CIM_TOO_MANY_FILES",
                     "has " + std::to_string(files.size()) + " files of CIM, more than 200");
  }
  return std::make_unique<CimSource>(path.filename().string(), std::move(files), spec);
}

}  // namespace gridmend
