#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "data/ingest/opendss_commands.h"
#include "data/ingest/opendss_files.h"
#include "data/ingest/opendss_lexer.h"
#include "data/ingest/opendss_model.h"
#include "data/ingest/opendss_positions.h"
#include "data/ingest/reading_progress.h"
#include "data/ingest/source_limits.h"
#include "data/region/defect.h"

namespace gridmend {

// What a reader of a model found wrong, and where.
struct DssFinding {
  DssPlace at;
  std::string_view layer;    // the class, or empty
  std::string_view feature;  // the object, or empty
  DefectClass defect_class = DefectClass::statement_not_understood;
  DefectSeverity severity = DefectSeverity::warning;
  std::string column;  // the property
  std::string message;
  std::string action;
};
using DssFindings = std::function<void(const DssFinding&)>;

// What a person reads of a text that may be long.
inline constexpr std::size_t kShownDssLetters = 80;
// 'quoted', cut to that.
std::string dss_quoted(std::string_view text);

// Runs the commands of a master file, and of the files it redirects to, into a model of objects. Of
// the commands those that compute or show are passed over; what is not understood becomes a finding
// with its file and line. A file that is not there or not below the root is a finding too.
//
// Refuses, with the chain of files that led there: a file that includes itself (INCLUDE_LOOP),
// files nested or included too often (INCLUDES_TOO_DEEP, INCLUDES_TOO_MANY), text beyond 4 GB
// (FILE_TOO_LARGE), an array or `like` that makes more of the text than it is worth
// (MODEL_TOO_LARGE), more objects of a class than `limits` allow (IMPORT_FEATURE_LIMIT). Linear in
// the text; keeps the text in memory, for the model is views of it.
class DssScript {
 public:
  DssScript(const DssFiles& files, DssFindings findings, ReadingProgress progress,
            const SourceLimits& limits = {});

  Result<void> run(const std::string& master);
  // As the command BusCoords, or LatLongCoords, with a file of the root's.
  Result<void> read_bus_positions(const std::string& path, bool latitude_first);

  const DssModel& model() const { return model_; }
  std::string_view circuit() const { return circuit_; }
  // In the order they were read, as the root's names.
  const std::vector<std::string>& files() const { return file_names_; }
  // Later positions of a bus are the ones that hold.
  const std::vector<DssBusPosition>& bus_positions() const { return bus_positions_; }
  // They were given as latitude and longitude.
  bool positions_are_degrees() const { return positions_are_degrees_; }
  // Of the last file of bus positions.
  const std::string& positions_file() const { return positions_file_; }

 private:
  struct Text {
    std::unique_ptr<const std::string> letters;
    std::uint32_t number = 0;  // in file_names_
    std::size_t inclusions = 0;
  };
  // What statements that name no object are about.
  struct Active {
    std::optional<std::uint32_t> object;
    bool silent = false;  // there is none: of no interest, or said already
  };

  Result<const Text*> load(const std::string& path);
  Result<void> run_file(const std::string& path);
  Result<void> run_lines(const Text& text);
  Result<void> run_statement(std::string_view line);
  Result<void> run_command(DssCommand command, DssLexer& lexer, std::string_view line);
  Result<void> include(DssLexer& lexer, bool stay);
  Result<void> read_bus_positions(DssLexer& lexer, bool latitude_first);

  Result<void> check_limits() const;
  void create(DssLexer& lexer);
  void create_circuit(std::string_view name);
  void refer(const DssParameter& first, DssLexer& lexer, std::string_view line);
  void edit_active(DssLexer& lexer, std::size_t position);
  bool edit_one(const DssParameter& parameter, std::size_t& position);
  void select(DssLexer& lexer);
  void activate(std::string_view qualified);
  void open_or_close(DssLexer& lexer, bool open);
  void set_option(DssLexer& lexer);
  void set_variable(DssLexer& lexer);
  void set_bus_position(DssLexer& lexer);
  void batch_edit(DssLexer& lexer, std::string_view line);
  void clear();
  void forget_what_was_cleared();
  void change_folder(std::string_view to);

  std::optional<std::string> locate(std::string_view requested);
  std::string_view substituted(std::string_view value);
  std::string chain(std::string_view last) const;
  void not_understood(std::string_view line, std::string why);
  void find(DefectClass defect_class, DefectSeverity severity, std::string message,
            std::string action);
  void find_at_object(std::uint32_t object, DefectClass defect_class, DefectSeverity severity,
                      std::string column, std::string message, std::string action);
  tl::unexpected<Error> refuse_here(ErrorCode code, std::string reason, std::string message) const;

  const DssFiles& files_;
  DssFindings findings_;
  ReadingProgress progress_;
  SourceLimits limits_;

  DssModel model_;
  std::string_view circuit_;
  std::vector<DssBusPosition> bus_positions_;
  bool positions_are_degrees_ = false;
  std::string positions_file_;

  std::map<std::string, Text> texts_;
  std::vector<std::string> file_names_;
  std::vector<std::unique_ptr<const std::string>> made_texts_;  // by putting in variables
  std::map<std::string, std::string_view, std::less<>> variables_;
  std::size_t bytes_read_ = 0;
  std::size_t bytes_repeated_ = 0;
  std::size_t inclusions_ = 0;

  std::vector<std::string> open_files_;  // the chain of inclusions
  std::string folder_;                   // that paths are relative to
  DssPlace here_;
  Active active_;
  std::optional<DssPlace> cleared_at_;  // since then nothing was made or changed
  bool allow_duplicates_ = false;
};

}  // namespace gridmend
