// The second half of DssScript: statements that make and change objects.

#include <algorithm>
#include <string>
#include <utility>

#include "data/ingest/letter_case.h"
#include "data/ingest/opendss_script.h"

namespace gridmend {
namespace {

struct QualifiedName {
  std::string_view dss_class;
  std::string_view name;
};

QualifiedName split_name(std::string_view qualified) {
  const auto dot = qualified.find('.');
  if (dot == std::string_view::npos) return {{}, qualified};
  return {qualified.substr(0, dot), qualified.substr(dot + 1)};
}

bool is_library(DssClass dss_class) {
  return dss_class == DssClass::linecode || dss_class == DssClass::linegeometry ||
         dss_class == DssClass::xfmrcode;
}

}  // namespace

void DssScript::create_circuit(std::string_view name) {
  if (!circuit_.empty()) {
    active_ = {std::nullopt, true};
    return find(DefectClass::duplicate_id, DefectSeverity::severe,
                "a second circuit " + dss_quoted(name) + " without a 'Clear' before it",
                "its own source left out");
  }
  circuit_ = name.empty() ? std::string_view{"circuit"} : name;
  active_ = {model_.add(DssClass::vsource, "source", here_), false};
}

void DssScript::create(DssLexer& lexer) {
  DssParameter named;
  active_ = {std::nullopt, true};
  if (!lexer.next(named) || (!named.name.empty() && !begins_like("object", named.name))) {
    return not_understood("New", "does not name a class and an object first");
  }
  const auto [class_name, name] = split_name(substituted(named.value));
  if (same_word(class_name, "circuit")) {
    create_circuit(name);
    return edit_active(lexer, 0);
  }
  const auto dss_class = parse_dss_class(class_name);
  if (!dss_class) {
    return not_understood(named.value, "objects of this class are not read");
  }
  if (*dss_class == DssClass::ignored) return;
  if (name.empty()) {
    find(DefectClass::empty_id, DefectSeverity::warning,
         "a " + std::string{to_string(*dss_class)} + " has no name", "left out");
    return;
  }
  const auto before = model_.find(*dss_class, name);
  if (before) {
    find_at_object(
        *before, DefectClass::duplicate_id,
        is_library(*dss_class) ? DefectSeverity::note : DefectSeverity::warning, {},
        "line " + std::to_string(here_.line) + ": another of this class and name was read before",
        allow_duplicates_ ? "kept both" : "the first, changed by this one, as in OpenDSS");
  }
  active_.object = before && !allow_duplicates_ ? *before : model_.add(*dss_class, name, here_);
  edit_active(lexer, 0);
}

// Of what was created last.
Result<void> DssScript::check_limits() const {
  if (!active_.object) return {};
  const DssClass dss_class = model_.objects()[*active_.object].dss_class;
  ErrorPlace place;
  if (here_.file < file_names_.size()) place.file = file_names_[here_.file];
  place.layer = to_string(dss_class);
  return check_feature_count(limits_, static_cast<std::int64_t>(model_.count(dss_class)), place);
}

// `Line.x.length=3 units=km`, or a property of the active object.
void DssScript::refer(const DssParameter& first, DssLexer& lexer, std::string_view line) {
  const auto dot = first.name.rfind('.');
  DssParameter property = first;
  if (dot != std::string_view::npos) {
    property.name = first.name.substr(dot + 1);
    activate(first.name.substr(0, dot));
  } else if (!active_.object) {
    if (!active_.silent) not_understood(line, "no such command, and no object to change");
    return;
  }
  std::size_t position = 0;
  if (active_.object && edit_one(property, position)) edit_active(lexer, position);
}

void DssScript::edit_active(DssLexer& lexer, std::size_t position) {
  if (!active_.object) {
    if (!active_.silent) not_understood("~", "no object to change");
    return;
  }
  for (DssParameter parameter; lexer.next(parameter);) {
    if (!edit_one(parameter, position)) return;
  }
}

// False: the rest of the statement means nothing.
bool DssScript::edit_one(const DssParameter& parameter, std::size_t& position) {
  const std::uint32_t object = *active_.object;
  const DssClass dss_class = model_.objects()[object].dss_class;
  if (!parameter.name.empty()) {
    const auto property = find_dss_property(dss_class, parameter.name);
    if (!property) {
      find_at_object(object, DefectClass::statement_not_understood, DefectSeverity::warning,
                     std::string{parameter.name.substr(0, kShownDssLetters)},
                     "line " + std::to_string(here_.line) + ": no such property", "passed over");
      return true;
    }
    position = *property;
  }
  const auto properties = properties_of(dss_class);
  if (position >= properties.size()) {
    find_at_object(object, DefectClass::statement_not_understood, DefectSeverity::warning, {},
                   "line " + std::to_string(here_.line) + ": " + dss_quoted(parameter.value) +
                       " is no property's",
                   "the rest of the line passed over");
    return false;
  }
  const std::string_view value = substituted(parameter.value);
  const std::string wrong = model_.assign(object, position, value);
  if (!wrong.empty()) {
    const bool reference = properties[position].slot == DssSlot::like;
    find_at_object(object,
                   reference ? DefectClass::dangling_reference : DefectClass::value_out_of_range,
                   DefectSeverity::warning, std::string{properties[position].name},
                   "line " + std::to_string(here_.line) + ": " + dss_quoted(value) + " " + wrong,
                   "passed over");
  }
  ++position;
  return true;
}

void DssScript::select(DssLexer& lexer) {
  DssParameter named;
  active_ = {};
  if (lexer.next(named)) activate(substituted(named.value));
}

void DssScript::activate(std::string_view qualified) {
  active_ = {std::nullopt, true};
  const auto [class_name, name] = split_name(qualified);
  const bool circuit = same_word(class_name, "circuit");
  const auto dss_class = circuit ? DssClass::vsource : parse_dss_class(class_name);
  if (!dss_class) return not_understood(qualified, "names no object of a class that is read");
  if (*dss_class == DssClass::ignored) return;
  active_.object = model_.find(*dss_class, circuit ? std::string_view{"source"} : name);
  if (active_.object) return;
  find(DefectClass::dangling_reference, DefectSeverity::warning,
       "line " + std::to_string(here_.line) + ": there is no " + dss_quoted(qualified),
       "passed over");
}

void DssScript::open_or_close(DssLexer& lexer, bool open) {
  select(lexer);
  if (!active_.object) return;
  double conductor = 0;
  std::size_t position = 1;
  for (DssParameter parameter; lexer.next(parameter); ++position) {
    const bool is_conductor =
        parameter.name.empty() ? position == 2 : begins_like("conductor", parameter.name);
    if (is_conductor) conductor = parse_dss_number(parameter.value).value_or(0);
  }
  if (open && conductor != 0) {
    return find_at_object(*active_.object, DefectClass::statement_not_understood,
                          DefectSeverity::warning, {},
                          "line " + std::to_string(here_.line) + ": one conductor alone is opened",
                          "taken as closed");
  }
  model_.set(*active_.object, DssSlot::opened, open ? "y" : "n");
}

// What it changes of many objects at once is not followed; it matters when it is something read.
void DssScript::batch_edit(DssLexer& lexer, std::string_view line) {
  DssParameter pattern;
  if (!lexer.next(pattern)) return;
  const auto dss_class = parse_dss_class(split_name(pattern.value).dss_class);
  if (dss_class == DssClass::ignored) return;
  for (DssParameter parameter; dss_class && lexer.next(parameter);) {
    const auto property = find_dss_property(*dss_class, parameter.name);
    if (property && properties_of(*dss_class)[*property].slot == DssSlot::none) continue;
    return not_understood(line, "changes what is read of many objects at once");
  }
  if (!dss_class) not_understood(line, "names objects of a class that is not read");
}

}  // namespace gridmend
