#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/geo/position.h"
#include "core/network/phase_set.h"
#include "data/ingest/profile.h"
#include "data/ingest/text_interner.h"
#include "data/ingest/vector_source.h"

namespace gridmend {

// A lookup of a profile, read: positions or texts by id.
class Lookup {
 public:
  void add(std::string_view id, Position position);
  void add(std::string_view id, std::string_view value);
  std::optional<Position> position(std::string_view id) const;
  // Empty when the id is not there.
  std::string_view value(std::string_view id) const;
  std::size_t size() const { return ids_.size(); }

 private:
  bool add_id(std::string_view id);

  TextPoolBuilder pool_;
  TextInterner ids_;
  std::vector<Position> positions_;
  std::vector<TextId> values_;
};

using Lookups = std::map<std::string, Lookup, std::less<>>;

// What a field of one feature says after lookup, value map and default.
struct FieldValue {
  std::string_view text;
  bool known = true;     // false: there is a value map and it does not know `raw`; text is `raw`
  std::string_view raw;  // as the source has it
};

// A field rule tied to a column of a layer.
class FieldBinding {
 public:
  FieldBinding() = default;
  FieldBinding(const FieldRule& rule, std::optional<std::size_t> column, const Lookup* lookup)
      : rule_(&rule), column_(column), lookup_(lookup) {}
  FieldBinding(const FieldRule& rule, std::vector<std::size_t> joined, const Lookup* lookup)
      : rule_(&rule), joined_(std::move(joined)), lookup_(lookup) {}

  // Views live until the feature, or the next one of this binding, is asked.
  FieldValue text(const VectorFeature& feature) const;
  // The column's number scaled, or the number that the value map or the default says; nullopt:
  // none. A unit that the text itself states goes before the rule's. `known` is false for a text
  // that is no number.
  std::optional<double> number(const VectorFeature& feature, bool& known) const;
  // nullopt: the source does not say.
  std::optional<bool> flag(const VectorFeature& feature, bool& known) const;
  // The position in a lookup of positions.
  std::optional<Position> place(const VectorFeature& feature) const;

  // For defects: the column's name as the profile has it.
  std::string column_name() const;
  std::string_view fallback() const {
    return rule_ == nullptr ? std::string_view{} : rule_->fallback;
  }

 private:
  std::string_view raw(const VectorFeature& feature) const;

  const FieldRule* rule_ = nullptr;
  std::optional<std::size_t> column_;
  std::vector<std::size_t> joined_;
  mutable std::string joined_text_;
  const Lookup* lookup_ = nullptr;
};

// yes, true, y, t, 1 and their opposites, without regard to case, and yes and no in the languages
// of utilities that have asked.
std::optional<bool> parse_flag(std::string_view text);

// parse_phases() of letters that may have separators between them: "A,B,C", "A-B", "B / C".
std::optional<PhaseSet> parse_written_phases(std::string_view text);

// Collects the columns of a layer that the fields of a rule need.
class ColumnPlan {
 public:
  ColumnPlan(const VectorLayer& layer, const Lookups& lookups) : layer_(layer), lookups_(lookups) {}

  FieldBinding bind(const FieldRule& rule, ColumnKind kind = ColumnKind::text);
  // True for the features that a layer's rule keeps.
  std::function<bool(const VectorFeature&)> bind_where(const std::vector<WhereRule>& rules);
  const std::vector<ColumnRequest>& columns() const { return columns_; }

 private:
  const VectorLayer& layer_;
  const Lookups& lookups_;
  std::vector<ColumnRequest> columns_;
};

}  // namespace gridmend
