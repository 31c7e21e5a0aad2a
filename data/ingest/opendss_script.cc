#include "data/ingest/opendss_script.h"

#include <algorithm>
#include <utility>

#include "core/base/trimmed.h"
#include "data/ingest/letter_case.h"
#include "data/ingest/opendss_commands.h"
#include "data/ingest/vector_source.h"

namespace gridmend {
namespace {

constexpr std::size_t kMostScriptBytes = std::size_t{4} << 30U;
constexpr std::size_t kMostRepeatedBytes = std::size_t{256} << 20U;
constexpr std::size_t kMostInclusions = 100'000;
constexpr std::size_t kDeepestInclusion = 64;
constexpr std::int64_t kCommandsATick = 50'000;

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

// OpenDSS is a program for Windows: what is not UTF-8 is taken as Latin-1, which loses nothing.
std::string from_latin1(std::string_view text) {
  std::string result;
  result.reserve(text.size() + text.size() / 8);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      result += c;
    } else {
      result += static_cast<char>(0xc0U | (byte >> 6U));
      result += static_cast<char>(0x80U | (byte & 0x3fU));
    }
  }
  return result;
}

// Does it make, change or place something?
bool needs_a_circuit(DssCommand command) {
  switch (command) {
    case DssCommand::compile:
    case DssCommand::redirect:
    case DssCommand::set:
    case DssCommand::clear:
    case DssCommand::change_folder:
    case DssCommand::variable:
    case DssCommand::ignored:
    case DssCommand::not_read:
      return false;
    default:
      return true;
  }
}

}  // namespace

std::string dss_quoted(std::string_view text) {
  const bool cut = text.size() > kShownDssLetters;
  std::size_t end = std::min(text.size(), kShownDssLetters);
  // Not in the middle of a letter.
  while (cut && end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return "'" + std::string{text.substr(0, end)} + (cut ? "...'" : "'");
}

DssScript::DssScript(const DssFiles& files, DssFindings findings, ReadingProgress progress,
                     const SourceLimits& limits)
    : files_(files),
      findings_(std::move(findings)),
      progress_(std::move(progress)),
      limits_(limits) {}

void DssScript::find(DefectClass defect_class, DefectSeverity severity, std::string message,
                     std::string action) {
  findings_({here_, {}, {}, defect_class, severity, {}, std::move(message), std::move(action)});
}

void DssScript::find_at_object(std::uint32_t object, DefectClass defect_class,
                               DefectSeverity severity, std::string column, std::string message,
                               std::string action) {
  const DssObject& about = model_.objects()[object];
  findings_({here_, to_string(about.dss_class), about.name, defect_class, severity,
             std::move(column), std::move(message), std::move(action)});
}

void DssScript::not_understood(std::string_view line, std::string why) {
  find(DefectClass::statement_not_understood, DefectSeverity::warning,
       dss_quoted(line) + ": " + std::move(why), "passed over");
}

std::string DssScript::chain(std::string_view last) const {
  constexpr std::size_t kNamed = 8;
  std::string text;
  for (std::size_t i = 0; i < open_files_.size(); ++i) {
    if (i >= kNamed) {
      text += "... > ";
      break;
    }
    text += open_files_[i] + " > ";
  }
  return text + std::string{last};
}

tl::unexpected<Error> DssScript::refuse_here(ErrorCode code, std::string reason,
                                             std::string message) const {
  ErrorPlace place;
  if (here_.file < file_names_.size()) place.file = file_names_[here_.file];
  return refuse_at(std::move(place), code, std::move(reason),
                   "line " + std::to_string(here_.line) + ": " + std::move(message));
}

Result<const DssScript::Text*> DssScript::load(const std::string& path) {
  const auto [at, added] = texts_.try_emplace(path);
  Text& text = at->second;
  if (!added) {
    ++text.inclusions;
    bytes_repeated_ += text.letters->size();
    if (bytes_repeated_ <= kMostRepeatedBytes) return &text;
    return refuse_here(ErrorCode::failed_precondition, "INCLUDES_TOO_MANY",
                       "the same files are included over and over: " + chain(path));
  }
  auto letters = files_.read(path, kMostScriptBytes - std::min(kMostScriptBytes, bytes_read_));
  if (!letters) return unexpected(letters.error());
  bytes_read_ += letters->size();
  text.number = static_cast<std::uint32_t>(file_names_.size());
  file_names_.push_back(path);
  if (letters->starts_with("\xef\xbb\xbf")) letters->erase(0, 3);
  if (repair_utf8(*letters)) {
    findings_({{text.number, 1},
               {},
               {},
               DefectClass::text_not_utf8,
               DefectSeverity::note,
               {},
               "the text is not UTF-8",
               "read as Latin-1"});
    *letters = from_latin1(*letters);
  }
  text.letters = std::make_unique<const std::string>(std::move(*letters));
  return &text;
}

Result<void> DssScript::run(const std::string& master) {
  folder_ = folder_of_dss_path(master);
  auto result = run_file(master);
  // Scripts that simulate clean up when they are done.
  if (result && cleared_at_ && !model_.objects().empty()) {
    here_ = *cleared_at_;
    find(DefectClass::statement_not_understood, DefectSeverity::note,
         "a Clear at the end would leave nothing of the circuit", "passed over");
  }
  return result;
}

Result<void> DssScript::run_file(const std::string& path) {
  if (std::ranges::find(open_files_, path) != open_files_.end()) {
    return refuse_here(ErrorCode::invalid_argument, "INCLUDE_LOOP",
                       "a file includes itself: " + chain(path));
  }
  if (open_files_.size() >= kDeepestInclusion) {
    return refuse_here(ErrorCode::failed_precondition, "INCLUDES_TOO_DEEP",
                       "files are nested more than " + std::to_string(kDeepestInclusion) +
                           " deep: " + chain(path));
  }
  if (++inclusions_ > kMostInclusions) {
    return refuse_here(
        ErrorCode::failed_precondition, "INCLUDES_TOO_MANY",
        "more than " + std::to_string(kMostInclusions) + " inclusions: " + chain(path));
  }
  const auto text = load(path);
  if (!text) return unexpected(text.error());
  const DssPlace before = here_;
  open_files_.push_back(path);
  auto result = run_lines(**text);
  open_files_.pop_back();
  here_ = before;
  return result;
}

Result<void> DssScript::run_lines(const Text& text) {
  std::string_view rest = *text.letters;
  here_ = {text.number, 0};
  bool in_remark = false;
  while (!rest.empty()) {
    const std::string_view line = trimmed(take_line(rest));
    ++here_.line;
    if (progress_ && here_.line % kCommandsATick == 0) {
      progress_(file_names_[text.number], here_.line, -1);
    }
    if (line.starts_with("/*")) in_remark = true;
    if (in_remark) {
      if (line.find("*/") != std::string_view::npos) in_remark = false;
      continue;
    }
    if (auto run = run_statement(line); !run) return run;
    if (model_.values() > bytes_read_ + 1000) {
      return refuse_here(ErrorCode::failed_precondition, "MODEL_TOO_LARGE",
                         "the objects copied by 'like' have more properties than the text letters");
    }
  }
  if (in_remark) {
    find(DefectClass::statement_not_understood, DefectSeverity::warning,
         "a remark that '/*' began is not ended", "passed over to the end of the file");
  }
  return {};
}

// A path as models write it. Those written for another machine are looked for beside the model.
std::optional<std::string> DssScript::locate(std::string_view requested) {
  const auto resolved = resolve_dss_path(folder_, requested);
  if (resolved) {
    if (auto found = files_.find(*resolved)) return found;
    if (auto found = files_.find(*resolved + ".dss")) return found;
  } else if (is_absolute_dss_path(requested)) {
    if (const auto beside = resolve_dss_path(folder_, name_of_dss_path(requested))) {
      if (auto found = files_.find(*beside)) {
        find(DefectClass::dangling_reference, DefectSeverity::note,
             "the path " + dss_quoted(requested) + " is another machine's",
             "read " + dss_quoted(*found));
        return found;
      }
    }
  }
  find(DefectClass::dangling_reference, DefectSeverity::warning,
       resolved ? "there is no file " + dss_quoted(*resolved)
                : "the file " + dss_quoted(requested) + " is not below the folder of the model",
       "read without it");
  return std::nullopt;
}

Result<void> DssScript::include(DssLexer& lexer, bool stay) {
  DssParameter path;
  if (!lexer.next(path) || path.value.empty()) {
    not_understood("Redirect", "names no file");
    return {};
  }
  const auto found = locate(substituted(path.value));
  if (!found) {
    // Another circuit was to follow: the one before is not what the script is for.
    forget_what_was_cleared();
    return {};
  }
  const std::string before = folder_;
  folder_ = folder_of_dss_path(*found);
  const std::string inside = folder_;
  auto result = run_file(*found);
  // Compile leaves the model in the folder of the compiled file, Redirect comes back.
  folder_ = stay ? inside : before;
  return result;
}

void DssScript::change_folder(std::string_view to) {
  if (auto folder = resolve_dss_path(folder_, to)) {
    folder_ = std::move(*folder);
    return;
  }
  find(DefectClass::dangling_reference, DefectSeverity::note,
       "the folder " + dss_quoted(to) + " is not below the folder of the model",
       "stayed in the folder");
}

Result<void> DssScript::run_statement(std::string_view line) {
  if (line.starts_with('~')) {
    forget_what_was_cleared();
    DssLexer lexer{line.substr(1)};
    edit_active(lexer, 0);
    return {};
  }
  DssLexer lexer{line};
  DssParameter first;
  if (!lexer.next(first)) return {};
  if (!first.name.empty()) {
    forget_what_was_cleared();
    refer(first, lexer, line);
    return {};
  }
  const auto command = parse_dss_command(first.value);
  if (!command) {
    not_understood(line, "no such command");
    return {};
  }
  return run_command(*command, lexer, line);
}

Result<void> DssScript::run_command(DssCommand command, DssLexer& lexer, std::string_view line) {
  DssParameter next;
  if (needs_a_circuit(command)) forget_what_was_cleared();
  switch (command) {
    case DssCommand::create:
      create(lexer);
      return check_limits();
    case DssCommand::edit:
      select(lexer);
      edit_active(lexer, 0);
      break;
    case DssCommand::more:
      edit_active(lexer, 0);
      break;
    case DssCommand::select:
      select(lexer);
      break;
    case DssCommand::enable:
    case DssCommand::disable:
      select(lexer);
      if (active_.object) {
        model_.set(*active_.object, DssSlot::enabled, command == DssCommand::enable ? "y" : "n");
      }
      break;
    case DssCommand::compile:
      return include(lexer, true);
    case DssCommand::redirect:
      return include(lexer, false);
    case DssCommand::set:
      set_option(lexer);
      break;
    case DssCommand::open:
    case DssCommand::close:
      open_or_close(lexer, command == DssCommand::open);
      break;
    case DssCommand::clear:
      clear();
      break;
    case DssCommand::bus_coordinates:
    case DssCommand::lat_long_coordinates:
      return read_bus_positions(lexer, command == DssCommand::lat_long_coordinates);
    case DssCommand::set_bus_position:
      set_bus_position(lexer);
      break;
    case DssCommand::change_folder:
      if (lexer.next(next)) change_folder(substituted(next.value));
      break;
    case DssCommand::variable:
      set_variable(lexer);
      break;
    case DssCommand::batch_edit:
      batch_edit(lexer, line);
      break;
    case DssCommand::ignored:
      break;
    case DssCommand::not_read:
      not_understood(line, "changes the network in a way that is not read");
      break;
  }
  return {};
}

void DssScript::clear() {
  cleared_at_ = here_;
  active_ = {};
}

void DssScript::forget_what_was_cleared() {
  if (!cleared_at_) return;
  cleared_at_.reset();
  model_ = DssModel{};
  circuit_ = {};
  bus_positions_.clear();
  positions_are_degrees_ = false;
  positions_file_.clear();
  active_ = {};
}

void DssScript::set_option(DssLexer& lexer) {
  for (DssParameter option; lexer.next(option);) {
    if (same_word(option.name, "AllowDuplicates")) {
      allow_duplicates_ = parse_dss_flag(option.value);
    } else if (same_word(option.name, "DataPath")) {
      change_folder(substituted(option.value));
    }
  }
}

void DssScript::set_variable(DssLexer& lexer) {
  for (DssParameter variable; lexer.next(variable);) {
    if (variable.name.starts_with('@')) {
      variables_[lower_case(variable.name)] = substituted(variable.value);
    }
  }
}

// "@name", or "@name.1.2" and "@name^rest" with what follows put behind the value.
std::string_view DssScript::substituted(std::string_view value) {
  if (!value.starts_with('@') || variables_.empty()) return value;
  const std::size_t end = std::min(value.find_first_of(".^"), value.size());
  const auto found = variables_.find(lower_case(value.substr(0, end)));
  if (found == variables_.end()) return value;
  if (end == value.size()) return found->second;
  std::string_view rest = value.substr(end);
  if (rest.starts_with('^')) rest.remove_prefix(1);
  made_texts_.push_back(
      std::make_unique<const std::string>(std::string{found->second} + std::string{rest}));
  return *made_texts_.back();
}

void DssScript::set_bus_position(DssLexer& lexer) {
  DssBusPosition at;
  std::optional<double> x, y;
  std::size_t position = 0;
  for (DssParameter parameter; lexer.next(parameter); ++position) {
    const auto is = [&](std::string_view name, std::size_t place) {
      return parameter.name.empty() ? position == place : same_word(parameter.name, name);
    };
    if (is("bus", 0)) at.bus = substituted(parameter.value);
    if (is("x", 1)) x = parse_dss_number(parameter.value);
    if (is("y", 2)) y = parse_dss_number(parameter.value);
  }
  if (at.bus.empty() || !x || !y) return not_understood("SetBusXY", "does not give bus, x and y");
  at.position = {*x, *y};
  bus_positions_.push_back(at);
}

Result<void> DssScript::read_bus_positions(DssLexer& lexer, bool latitude_first) {
  DssParameter path;
  if (!lexer.next(path)) return {};
  const auto found = locate(substituted(path.value));
  return found ? read_bus_positions(*found, latitude_first) : Result<void>{};
}

Result<void> DssScript::read_bus_positions(const std::string& path, bool latitude_first) {
  const auto text = load(path);
  if (!text) return unexpected(text.error());
  const DssPlace before = std::exchange(here_, DssPlace{(*text)->number, 0});
  positions_file_ = path;
  positions_are_degrees_ = latitude_first;
  read_dss_positions(*(*text)->letters, latitude_first, bus_positions_,
                     [this](std::uint32_t number, std::string_view line) {
                       here_.line = number;
                       not_understood(trimmed(line), "is not a bus with two numbers");
                     });
  here_ = before;
  return {};
}

}  // namespace gridmend
