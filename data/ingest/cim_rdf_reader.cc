#include "data/ingest/cim_rdf_reader.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "core/base/trimmed.h"

namespace gridmend {
namespace {

constexpr std::string_view kRdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
constexpr std::string_view kModelDescription = "61970-552/ModelDescription";
constexpr std::string_view kCim100 = "iec.ch/TC57/CIM100#";
constexpr std::string_view kDifferenceModel = "DifferenceModel";
constexpr std::size_t kLongestCharacters = 65'536;
// Ids stand in every defect about their object: a long one would be multiplied.
constexpr std::size_t kLongestId = 1024;
constexpr std::size_t kMostValuesOfAnElement = 256;
constexpr std::size_t kMostDescriptions = 16;  // of one object: a profile has one

std::string shown(std::string_view text) {
  constexpr std::size_t kShown = 80;
  return text.size() <= kShown ? "'" + std::string{text} + "'"
                               : "'" + std::string{text.substr(0, kShown)} + "...'";
}

std::optional<double> parse_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

std::optional<bool> parse_boolean(std::string_view text) {
  if (text == "true" || text == "1" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "0" || text == "False" || text == "FALSE") return false;
  return std::nullopt;
}

// "http://iec.ch/TC57/CIM100#PhaseCode.ABC" and "ABC" are one word.
std::string_view word_in(std::string_view value) {
  if (const auto hash = value.rfind('#'); hash != std::string_view::npos) {
    value.remove_prefix(hash + 1);
  }
  if (const auto dot = value.rfind('.'); dot != std::string_view::npos)
    value.remove_prefix(dot + 1);
  return value;
}

struct PendingValue {
  CimProperty property;
  std::uint32_t value;
};

class RdfReading final : public XmlHandler {
 public:
  RdfReading(const std::string& file, std::uint16_t file_number, CimModel& model,
             CimHeaders& headers, NetworkBuilder& builder, const SourceLimits& limits)
      : file_(file),
        file_number_(file_number),
        model_(model),
        headers_(headers),
        builder_(builder),
        limits_(limits) {}

  Result<void> start_element(const XmlName& name, const XmlAttributes& attributes, int depth,
                             std::uint32_t line) override;
  void characters(std::string_view text) override;
  Result<void> end_element(int depth) override;
  void declare_namespace(std::string_view) override {}

 private:
  Result<void> start_object(const XmlName& name, const XmlAttributes& attributes,
                            std::uint32_t line);
  Result<void> start_property(const XmlName& name, const XmlAttributes& attributes, int depth,
                              std::uint32_t line);
  void take_value(std::string_view raw);
  void add(CimProperty property, std::uint32_t value);
  void add_number(CimProperty property, double value);
  void end_object();
  // What is at hand beside what was said of the object before.
  enum class Merge { refused, after, before };
  bool only_adds_to(Id<CimObject> object) const;
  Merge merge();
  void keep_point();
  void defect(DefectClass defect_class, DefectSeverity severity, std::uint32_t line,
              std::string column, std::string message, std::string action);
  tl::unexpected<Error> refused(const char* reason, std::string what, std::uint32_t line) const;

  const std::string& file_;
  std::uint16_t file_number_;
  CimModel& model_;
  CimHeaders& headers_;
  NetworkBuilder& builder_;
  const SourceLimits& limits_;

  // The object at hand.
  std::uint16_t class_number_ = 0;
  CimClass class_ = CimClass::unknown;
  bool skipped_ = false;
  bool too_many_ = false;
  std::string id_;
  std::uint32_t line_ = 0;
  std::vector<PendingValue> values_;
  bool by_about_ = false;
  CimPoint point_;
  double group_ = 0, sequence_ = 0;

  // The property at hand; what stands inside of it replaces it.
  const CimPropertyName* property_ = nullptr;
  int property_depth_ = 0;
  std::uint32_t property_line_ = 0;
  bool is_type_ = false;
  bool has_resource_ = false;
  std::string text_;
  bool text_too_long_ = false;
};

tl::unexpected<Error> RdfReading::refused(const char* reason, std::string what,
                                          std::uint32_t line) const {
  return refuse_at({.file = file_, .layer = {}, .feature_id = {}, .column = {}},
                   ErrorCode::invalid_argument, reason,
                   std::move(what) + " in line " + std::to_string(line));
}

void RdfReading::defect(DefectClass defect_class, DefectSeverity severity, std::uint32_t line,
                        std::string column, std::string message, std::string action) {
  const std::string layer =
      class_ == CimClass::unknown ? std::string{} : std::string{model_.class_name(class_number_)};
  builder_.add_defect({builder_.layer(file_, layer), line}, cim_id_in(id_), defect_class, severity,
                      std::move(column),
                      std::move(message) + " (line " + std::to_string(line) + ")",
                      std::move(action));
}

Result<void> RdfReading::start_element(const XmlName& name, const XmlAttributes& attributes,
                                       int depth, std::uint32_t line) {
  if (depth == 1) {
    if (name.space == kRdf && name.local == "RDF") return {};
    return refused("CIM_NOT_RDF",
                   "is no CIM model: its root is " + shown(name.local) + ", not rdf:RDF,", line);
  }
  if (depth == 2) return start_object(name, attributes, line);
  if (skipped_) return {};
  return start_property(name, attributes, depth, line);
}

Result<void> RdfReading::start_object(const XmlName& name, const XmlAttributes& attributes,
                                      std::uint32_t line) {
  if (name.local == "DifferenceModel" && name.space.find(kDifferenceModel) != name.space.npos) {
    return refused("CIM_DIFFERENCE_MODEL",
                   "holds changes to a model (dm:DifferenceModel), not a model; begun", line);
  }
  if (!model_.has_room()) {
    return refused("CIM_TOO_LARGE", "the model has more objects or letters than can be counted",
                   line);
  }
  line_ = line;
  values_.clear();
  point_ = {};
  point_.x = point_.y = std::numeric_limits<double>::quiet_NaN();
  group_ = sequence_ = 0;
  too_many_ = false;
  property_ = nullptr;
  const bool known_space =
      is_cim_namespace(name.space) || name.space.find(kModelDescription) != name.space.npos;
  if (name.space.find(kCim100) != name.space.npos) headers_.is_cim100 = true;
  class_ = CimClass::unknown;
  // A class of another namespace is not CIM's of the same name.
  class_number_ = known_space || name.space == kRdf
                      ? model_.class_number(name.local)
                      : model_.class_number("?" + std::string{name.local});
  if (class_number_ < cim_class_names().size()) class_ = cim_class_names()[class_number_].meaning;
  skipped_ = class_ == CimClass::passed_over;
  const char* id = attributes.find(kRdf, "about");
  by_about_ = id != nullptr;
  if (id == nullptr) id = attributes.find(kRdf, "ID");
  if (id == nullptr) id = attributes.find(kRdf, "nodeID");
  id_ = id == nullptr ? "" : id;
  if (id_.size() > kLongestId) {
    return refused("CIM_TEXT_TOO_LONG", "an id of more than 1 KiB stands", line);
  }
  return {};
}

Result<void> RdfReading::start_property(const XmlName& name, const XmlAttributes& attributes,
                                        int depth, std::uint32_t line) {
  is_type_ = depth == 3 && name.space == kRdf && name.local == "type";
  property_ = find_cim_property(name.local);
  property_depth_ = depth;
  property_line_ = line;
  text_.clear();
  const char* resource = attributes.find(kRdf, "resource");
  if (resource == nullptr) resource = attributes.find(kRdf, "nodeID");
  has_resource_ = resource != nullptr;
  if (!has_resource_) return {};
  text_ = resource;
  if (text_.size() > kLongestId) {
    return refused("CIM_TEXT_TOO_LONG", "a reference of more than 1 KiB stands", line);
  }
  return {};
}

void RdfReading::characters(std::string_view text) {
  if (skipped_ || has_resource_ || (property_ == nullptr && !is_type_)) return;
  if (text_.size() + text.size() > kLongestCharacters) {
    text_too_long_ = true;
    return;
  }
  text_ += text;
}

Result<void> RdfReading::end_element(int depth) {
  if (depth == 2) {
    if (!skipped_) end_object();
    if (model_.described(class_number_) <= limits_.features) return {};
    return check_feature_count(limits_, model_.described(class_number_),
                               {.file = file_,
                                .layer = std::string{model_.class_name(class_number_)},
                                .feature_id = {},
                                .column = {}});
  }
  if (depth < 2 || skipped_) return {};
  if (text_too_long_) {
    return refused("CIM_TEXT_TOO_LONG", "a value of more than 64 KiB begins", property_line_);
  }
  if (depth == property_depth_) {
    if (is_type_) {
      class_number_ = model_.class_number(word_in(trimmed(text_)));
      class_ = class_number_ < cim_class_names().size() ? cim_class_names()[class_number_].meaning
                                                        : CimClass::unknown;
    } else if (property_ != nullptr) {
      take_value(trimmed(text_));
    }
  }
  property_ = nullptr;
  is_type_ = false;
  has_resource_ = false;
  text_.clear();
  return {};
}

void RdfReading::add(CimProperty property, std::uint32_t value) {
  if (values_.size() < kMostValuesOfAnElement) return values_.push_back({property, value});
  if (too_many_) return;
  too_many_ = true;
  defect(DefectClass::value_out_of_range, DefectSeverity::warning, line_, {},
         "has more than 256 values", "kept the first");
}

void RdfReading::add_number(CimProperty property, double value) {
  switch (property) {
    case CimProperty::x_position:
      point_.x = value;
      return;
    case CimProperty::y_position:
      point_.y = value;
      return;
    case CimProperty::group_number:
      group_ = value;
      return;
    default:
      break;
  }
  if (class_ == CimClass::position_point) {
    if (property == CimProperty::sequence_number) sequence_ = value;
    return;
  }
  const auto single = static_cast<float>(value);
  add(property, std::bit_cast<std::uint32_t>(std::isfinite(single) ? single : 0.0F));
}

void RdfReading::take_value(std::string_view raw) {
  const auto misread = [&](const char* what) {
    defect(DefectClass::unknown_value, DefectSeverity::warning, property_line_,
           std::string{property_->name}, shown(raw) + " is no " + what, "left out");
  };
  if (raw.empty()) return;
  switch (property_->kind) {
    case CimValueKind::reference: {
      if (!has_resource_) return misread("reference: it has no rdf:resource");
      const Id<CimObject> object = model_.object(cim_id_in(raw));
      model_.mention(object, file_number_);
      if (class_ == CimClass::position_point) {
        point_.location = object;
      } else if (property_->meaning == CimProperty::depends_on) {
        headers_.depends_on.push_back(object);
      } else {
        add(property_->meaning, object.index);
      }
      return;
    }
    case CimValueKind::number: {
      const auto number = parse_number(raw);
      if (!number) return misread("number");
      return add_number(property_->meaning, *number);
    }
    case CimValueKind::flag: {
      const auto flag = parse_boolean(raw);
      if (!flag) return misread("boolean");
      return add(property_->meaning, *flag ? 1 : 0);
    }
    case CimValueKind::word:
      return add(property_->meaning, model_.word(word_in(raw)));
    case CimValueKind::text:
      if (property_->meaning == CimProperty::model_profile) {
        if (headers_.profiles.size() < 1000) headers_.profiles.emplace_back(raw);
        return;
      }
      // The mRID mostly repeats the id.
      if (property_->meaning == CimProperty::mrid && raw == cim_id_in(id_)) return;
      if (property_->meaning == CimProperty::mrid && raw.size() > kLongestId) {
        return misread("mRID: it is longer than 1 KiB");
      }
      return add(property_->meaning, model_.text(raw));
  }
}

void RdfReading::keep_point() {
  if (!point_.location.valid()) {
    return defect(DefectClass::dangling_reference, DefectSeverity::warning, line_, {},
                  "a position belongs to no location", "left out");
  }
  // Groups and numbers are small; together they are an order.
  point_.order =
      static_cast<float>(std::clamp(group_, 0.0, 1e3) * 1e4 + std::clamp(sequence_, 0.0, 1e4));
  model_.add_point(point_, class_number_);
}

// A description by rdf:about may say what no other one does: where a thing is, in most.
bool RdfReading::only_adds_to(Id<CimObject> object) const {
  return std::ranges::all_of(values_, [&](const PendingValue& value) {
    const auto known = model_.value(object, value.property);
    return !known || *known == value.value;
  });
}

// Profiles describe an object of another by a class that it inherits from (SSH: Equipment).
RdfReading::Merge RdfReading::merge() {
  const Id<CimObject> object = model_.object(cim_id_in(id_));
  std::size_t count = 0;
  bool in_this_file = false;
  const CimModel::Description* first = model_.first_description(object);
  if (first == nullptr) return Merge::after;
  const auto& all = model_.descriptions();
  for (const CimModel::Description* d = first;; d = &all[d->next]) {
    ++count;
    in_this_file = in_this_file || d->file == file_number_;
    if (d->next == CimModel::kNone) break;
  }
  const std::uint32_t first_line = first->line;
  const std::string_view class_here = model_.class_name(class_number_);
  const std::string_view class_before = model_.class_name(first->class_number);
  const bool is_subclass = is_cim_superclass(class_before, class_here);
  if (first->class_number != class_number_ && !is_subclass &&
      !is_cim_superclass(class_here, class_before)) {
    // Of two classes that are not read, as kinds of tap changers are, nothing depends on it.
    const std::size_t known = cim_class_names().size();
    const bool matters = class_number_ < known || first->class_number < known;
    defect(DefectClass::duplicate_id, matters ? DefectSeverity::severe : DefectSeverity::warning,
           line_, {},
           "is a " + std::string{class_here} + " here and a " + std::string{class_before} +
               " in line " + std::to_string(first_line),
           "kept the first");
    return Merge::refused;
  }
  if (count >= kMostDescriptions) {
    defect(DefectClass::duplicate_id, DefectSeverity::warning, line_, {},
           "is described more than 16 times", "left out");
    return Merge::refused;
  }
  if (in_this_file && !(by_about_ && only_adds_to(object))) {
    defect(DefectClass::duplicate_id, DefectSeverity::warning, line_, {},
           "is described a second time in this file, first in line " + std::to_string(first_line),
           "kept as one; of a value given twice the first counts");
  }
  return is_subclass ? Merge::before : Merge::after;
}

void RdfReading::end_object() {
  if (class_ == CimClass::passed_over) return;
  if (class_ == CimClass::position_point) return keep_point();
  if (class_ == CimClass::full_model && id_.empty()) return;
  if (id_.empty()) {
    return defect(DefectClass::empty_id, DefectSeverity::warning, line_, {},
                  "has neither rdf:ID nor rdf:about", "left out");
  }
  const Merge merged = merge();
  if (merged == Merge::refused) return;
  const Id<CimObject> object = model_.object(cim_id_in(id_));
  model_.mention(object, file_number_);
  if (merged == Merge::before) {
    model_.describe_first(object, class_number_, file_number_, line_);
  } else {
    model_.describe(object, class_number_, file_number_, line_);
  }
  for (const PendingValue& value : values_) model_.add_value(value.property, value.value);
}

// Ends the reading at the root.
class RootProbe final : public XmlHandler {
 public:
  bool is_rdf = false;
  bool names_cim = false;
  bool is_rdf_doctype = false;

  Result<void> start_element(const XmlName& name, const XmlAttributes&, int,
                             std::uint32_t) override {
    is_rdf = name.space == kRdf && name.local == "RDF";
    return refuse(ErrorCode::aborted, "ROOT_READ", "the root has been read");
  }
  void characters(std::string_view) override {}
  Result<void> end_element(int) override { return {}; }
  void declare_namespace(std::string_view uri) override {
    names_cim = names_cim || is_cim_namespace(uri);
  }
  void declare_doctype(std::string_view name) override {
    is_rdf_doctype = name == "RDF" || name.ends_with(":RDF");
  }
};

}  // namespace

Result<void> read_cim_rdf(const XmlBytes& bytes, const std::string& file, std::uint16_t file_number,
                          CimModel& model, CimHeaders& headers, NetworkBuilder& builder,
                          const SourceLimits& limits) {
  RdfReading reading{file, file_number, model, headers, builder, limits};
  return read_xml(bytes, file, reading);
}

bool begins_as_cim(const XmlBytes& bytes) {
  RootProbe probe;
  const std::string no_file;
  (void)read_xml(bytes, no_file, probe);
  return (probe.is_rdf && probe.names_cim) || probe.is_rdf_doctype;
}

}  // namespace gridmend
