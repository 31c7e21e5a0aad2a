#include "tests/architecture/source_tree.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <sstream>

namespace gridmend::architecture {
namespace {

namespace fs = std::filesystem;

// What may grow in a working tree and is not the project's.
bool is_foreign(const fs::path& path) {
  const std::string name = path.filename().string();
  if (name == ".ci" || name == ".clang-format" || name == ".clang-tidy") return false;
  return name.starts_with('.') || name == "build" || name.starts_with("build-") ||
         name == "node_modules" || name == "__pycache__";
}

bool is_text(const fs::path& path) {
  constexpr std::array kEndings = {".h",    ".cc",  ".proto", ".cmake", ".md",  ".txt",  ".toml",
                                   ".json", ".js",  ".mjs",   ".py",    ".sh",  ".yaml", ".yml",
                                   ".html", ".css", ".svg",   ".cfg",   ".ini", ""};
  return std::ranges::find(kEndings, path.extension().string()) != kEndings.end() ||
         path.filename().string().starts_with(".clang");
}

template <class Visit>
void walk(const fs::path& root, Visit visit) {
  for (auto it = fs::recursive_directory_iterator{root}; it != fs::end(it); ++it) {
    if (is_foreign(it->path())) {
      it.disable_recursion_pending();
      continue;
    }
    visit(*it, it->path().lexically_relative(root).generic_string());
  }
}

}  // namespace

std::string SourceFile::top() const {
  const std::size_t slash = path.find('/');
  return slash == std::string::npos ? std::string{} : path.substr(0, slash);
}

std::string SourceFile::folder() const {
  const std::size_t first = path.find('/');
  if (first == std::string::npos) return {};
  const std::size_t second = path.find('/', first + 1);
  return second == std::string::npos ? std::string{} : path.substr(0, second);
}

std::vector<Include> includes(const SourceFile& file) {
  std::vector<Include> found;
  std::istringstream lines{file.text};
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    const std::size_t hash = line.find_first_not_of(" \t");
    if (hash == std::string::npos || line[hash] != '#') continue;
    const std::size_t word = line.find_first_not_of(" \t", hash + 1);
    if (word == std::string::npos || line.compare(word, 7, "include") != 0) continue;
    const std::size_t open = line.find_first_of("\"<", word);
    if (open == std::string::npos) continue;
    const bool quoted = line[open] == '"';
    const std::size_t close = line.find(quoted ? '"' : '>', open + 1);
    if (close == std::string::npos) continue;
    found.push_back({line.substr(open + 1, close - open - 1), quoted, number});
  }
  return found;
}

std::vector<SourceFile> read_tree(const fs::path& root) {
  std::vector<SourceFile> files;
  walk(root, [&files](const fs::directory_entry& entry, std::string path) {
    if (!entry.is_regular_file() || !is_text(entry.path())) return;
    std::ifstream stream{entry.path(), std::ios::binary};
    files.push_back({std::move(path), std::string{std::istreambuf_iterator<char>{stream}, {}}});
  });
  std::ranges::sort(files, {}, &SourceFile::path);
  return files;
}

std::vector<std::string> read_folders(const fs::path& root) {
  std::vector<std::string> folders;
  walk(root, [&folders](const fs::directory_entry& entry, std::string path) {
    if (entry.is_directory()) folders.push_back(std::move(path));
  });
  std::ranges::sort(folders);
  return folders;
}

}  // namespace gridmend::architecture
