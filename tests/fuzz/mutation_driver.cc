// Runs a fuzz entry where there is no libFuzzer: every file of the corpus as it is, then mutations
// of it until the time is up. Needs no coverage and finds less; what it proves is that nothing that
// was ever found comes back.
//
//   fuzz_NAME [--seconds S] [--seed N] [--runs N] [--failures FOLDER] CORPUS_FOLDER_OR_FILE...
//
// An input that crashes, aborts or takes longer than a minute is written to the failures' folder
// before the process ends; give the file as the only argument to run it again.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/mutator.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace gridmend {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kSecondsAnInput = 60;
constexpr std::size_t kMostBytes = 1U << 20U;

// What the signal handler may touch.
struct Running {
  const std::uint8_t* data = nullptr;
  std::size_t size = 0;
  std::array<char, 4096> file{};
};
Running running;

void keep_input(int signal) {
  const int file = ::open(running.file.data(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0644);
  std::size_t written = 0;
  while (file >= 0 && written < running.size) {
    const auto now = ::write(file, running.data + written, running.size - written);
    if (now <= 0) break;
    written += static_cast<std::size_t>(now);
  }
  constexpr std::string_view kSaid = "\nfuzz: the input that did it is kept as ";
  (void)!::write(STDERR_FILENO, kSaid.data(), kSaid.size());
  (void)!::write(STDERR_FILENO, running.file.data(),
                 std::char_traits<char>::length(running.file.data()));
  (void)!::write(STDERR_FILENO, "\n", 1);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void run_one(const Bytes& input) {
  running.data = input.data();
  running.size = input.size();
  ::alarm(kSecondsAnInput);
  LLVMFuzzerTestOneInput(input.data(), input.size());
}

struct Arguments {
  std::uint64_t seed = 1;
  double seconds = 2;
  std::uint64_t runs = ~std::uint64_t{0};
  std::string failures = ".";
  std::vector<fs::path> inputs;
};

std::uint64_t whole_number(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size()) return value;
  std::fprintf(stderr, "fuzz: '%s' is not a whole number\n", text.c_str());
  std::exit(2);
}

Arguments parse(int count, char** texts) {
  Arguments arguments;
  for (int i = 1; i < count; ++i) {
    const std::string_view name = texts[i];
    if (!name.starts_with("--")) {
      arguments.inputs.emplace_back(name);
      continue;
    }
    if (++i == count) std::exit(2);
    const std::string value = texts[i];
    if (name == "--seconds") arguments.seconds = static_cast<double>(whole_number(value));
    if (name == "--seed") arguments.seed = whole_number(value);
    if (name == "--runs") arguments.runs = whole_number(value);
    if (name == "--failures") arguments.failures = value;
  }
  return arguments;
}

std::string bytes_of(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::vector<fs::path> files_below(const std::vector<fs::path>& inputs) {
  std::vector<fs::path> files;
  for (const fs::path& input : inputs) {
    if (fs::is_regular_file(input)) files.push_back(input);
    if (!fs::is_directory(input)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(input)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  return files;
}

std::vector<Bytes> dictionaries(const std::vector<fs::path>& inputs) {
  std::vector<Bytes> tokens;
  for (fs::path input : inputs) {
    std::ranges::move(read_dictionary(bytes_of(input += ".dict")), std::back_inserter(tokens));
  }
  return tokens;
}

void keep_failures_in(const std::string& folder, std::uint64_t seed) {
  fs::create_directories(folder);
  std::snprintf(running.file.data(), running.file.size(), "%s/failed-seed-%llu", folder.c_str(),
                static_cast<unsigned long long>(seed));
  for (const int signal : {SIGSEGV, SIGABRT, SIGFPE, SIGBUS, SIGILL, SIGALRM}) {
    std::signal(signal, keep_input);
  }
}

int drive(int count, char** texts) {
  const Arguments arguments = parse(count, texts);
  keep_failures_in(arguments.failures, arguments.seed);
  std::vector<Bytes> corpus;
  for (const fs::path& file : files_below(arguments.inputs)) {
    const std::string text = bytes_of(file);
    corpus.emplace_back(text.begin(), text.end());
    std::fprintf(stderr, "fuzz: %s\n", file.filename().c_str());
    run_one(corpus.back());
  }
  if (corpus.empty()) {
    std::fprintf(stderr, "fuzz: no corpus was found\n");
    return 2;
  }
  const bool one_file = arguments.inputs.size() == 1 && fs::is_regular_file(arguments.inputs[0]);
  if (one_file) return 0;
  const std::size_t files = corpus.size();
  const Mutator mutator{std::move(corpus), dictionaries(arguments.inputs), kMostBytes};
  Random random{arguments.seed};
  const auto begin = std::chrono::steady_clock::now();
  const auto end = begin + std::chrono::duration<double>{arguments.seconds};
  std::uint64_t runs = 0;
  for (; runs < arguments.runs && std::chrono::steady_clock::now() < end; ++runs) {
    run_one(mutator.draw(random));
  }
  std::fprintf(stderr, "fuzz: %zu files and %llu mutations, seed %llu\n", files,
               static_cast<unsigned long long>(runs),
               static_cast<unsigned long long>(arguments.seed));
  return 0;
}

}  // namespace
}  // namespace gridmend

int main(int count, char** texts) { return gridmend::drive(count, texts); }
