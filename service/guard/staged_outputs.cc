#include "service/guard/staged_outputs.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "core/base/check.h"

namespace gridmend {
namespace {

namespace fs = std::filesystem;

// What writes in a folder of its own for one may have kept it from others.
constexpr fs::perms kReadableByAll =
    fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read | fs::perms::others_read;

tl::unexpected<Error> refuse_output(const fs::path& path, std::string reason, std::string message) {
  return refuse_at({path.string(), {}, {}, {}}, ErrorCode::unavailable, std::move(reason),
                   std::move(message));
}

void make_durable(const fs::path& folder) {
  const int opened = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) return;
  ::fsync(opened);
  ::close(opened);
}

}  // namespace

Result<StagedOutputs> StagedOutputs::create(const std::vector<fs::path>& outputs) {
  StagedOutputs staged{{}};
  for (const fs::path& asked : outputs) {
    std::error_code error;
    fs::path target = fs::is_symlink(asked, error) ? fs::weakly_canonical(asked, error) : asked;
    const fs::file_status status = fs::status(target, error);
    if (fs::exists(status) && !fs::is_regular_file(status)) {
      return refuse_output(asked, "OUTPUT_NOT_A_FILE", "is there already and is not a file");
    }
    const fs::path parent = target.has_parent_path() ? target.parent_path() : fs::path{"."};
    std::string folder = (parent / ".gridmend-import-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) {
      return refuse_output(asked, "OUTPUT_FOLDER",
                           "cannot be written: " + std::generic_category().message(errno));
    }
    staged.outputs_.push_back({asked, std::move(target), fs::absolute(folder)});
  }
  return staged;
}

StagedOutputs::~StagedOutputs() {
  for (const Output& output : outputs_) {
    std::error_code ignored;
    fs::remove_all(output.folder, ignored);
  }
}

fs::path StagedOutputs::staged(const fs::path& output) const {
  const auto it = std::ranges::find(outputs_, output, &Output::asked);
  GRIDMEND_CHECK(it != outputs_.end(), "an output is one of those that were named");
  return it->folder / it->target.filename();
}

std::vector<fs::path> StagedOutputs::folders() const {
  std::vector<fs::path> result;
  for (const Output& output : outputs_) result.push_back(output.folder);
  return result;
}

Result<void> StagedOutputs::publish() const {
  for (const Output& output : outputs_) {
    const fs::path parent =
        output.target.has_parent_path() ? output.target.parent_path() : fs::path{"."};
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(output.folder, error)) {
      const bool belongs = entry.path().stem() == output.target.stem();
      if (!belongs || entry.is_symlink(error) || !entry.is_regular_file(error)) continue;
      fs::permissions(entry.path(), kReadableByAll, error);
      fs::rename(entry.path(), parent / entry.path().filename(), error);
      if (error)
        return refuse_output(output.asked, "OUTPUT_NOT_MOVED",
                             "cannot be moved into place: " + error.message());
    }
    make_durable(parent);
  }
  return {};
}

}  // namespace gridmend
