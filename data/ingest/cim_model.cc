#include "data/ingest/cim_model.h"

#include <bit>

namespace gridmend {
namespace {

constexpr std::uint16_t kMostClasses = 40'000;
constexpr std::size_t kMostLetters = 2'500'000'000;
constexpr std::size_t kLongestClassName = 256;
constexpr std::size_t kMostRecords = 4'000'000'000;

}  // namespace

Id<CimObject> CimModel::object(std::string_view id) {
  const std::uint32_t number = ids_.intern(id);
  if (number == first_.size()) {
    first_.push_back(kNone);
    last_.push_back(kNone);
    mentioned_in_.push_back(kNoFile);
    letters_count_ += id.size();
  }
  return Id<CimObject>{number};
}

std::uint16_t CimModel::class_number(std::string_view name) {
  if (const int known = find_cim_class(name); known >= 0) return static_cast<std::uint16_t>(known);
  name = name.substr(0, kLongestClassName);
  const std::size_t known = cim_class_names().size();
  if (known + unknown_classes_.size() >= kMostClasses) {
    return static_cast<std::uint16_t>(kMostClasses - 1);
  }
  letters_count_ += name.size();
  return static_cast<std::uint16_t>(known + unknown_classes_.intern(letters_, name));
}

std::uint32_t CimModel::word(std::string_view text) {
  letters_count_ += text.size();
  return words_.intern(letters_, text);
}

std::uint32_t CimModel::text(std::string_view text) {
  letters_count_ += text.size();
  return letters_.add(text).index;
}

const CimModel::Description* CimModel::first_description(Id<CimObject> object) const {
  const std::uint32_t first = first_[object.index];
  return first == kNone ? nullptr : &descriptions_[first];
}

void CimModel::describe(Id<CimObject> object, std::uint16_t class_number, std::uint16_t file,
                        std::uint32_t line) {
  count(class_number);
  const auto number = static_cast<std::uint32_t>(descriptions_.size());
  descriptions_.push_back({.object = object.index,
                           .values_begin = static_cast<std::uint32_t>(values_.size()),
                           .next = kNone,
                           .line = line,
                           .class_number = class_number,
                           .file = file});
  std::uint32_t& last = last_[object.index];
  (last == kNone ? first_[object.index] : descriptions_[last].next) = number;
  last = number;
}

void CimModel::describe_first(Id<CimObject> object, std::uint16_t class_number, std::uint16_t file,
                              std::uint32_t line) {
  const std::uint32_t first = first_[object.index];
  const std::uint32_t last = last_[object.index];
  first_[object.index] = last_[object.index] = kNone;
  describe(object, class_number, file, line);
  if (first == kNone) return;
  descriptions_.back().next = first;
  last_[object.index] = last;
}

std::uint16_t CimModel::whole_of(std::uint16_t file) const {
  while (file < joined_.size() && joined_[file] != file) file = joined_[file];
  return file;
}

void CimModel::mention(Id<CimObject> object, std::uint16_t file) {
  std::uint16_t& last = mentioned_in_[object.index];
  while (joined_.size() <= file) joined_.push_back(static_cast<std::uint16_t>(joined_.size()));
  if (last != kNoFile && last != file) joined_[whole_of(file)] = whole_of(last);
  last = file;
}

std::vector<std::uint16_t> CimModel::wholes(std::size_t files) const {
  std::vector<std::uint16_t> of_file(files);
  for (std::size_t i = 0; i < files; ++i) of_file[i] = whole_of(static_cast<std::uint16_t>(i));
  return of_file;
}

void CimModel::add_value(CimProperty property, std::uint32_t value) {
  properties_.push_back(property);
  values_.push_back(value);
}

void CimModel::add_value(CimProperty property, float value) {
  add_value(property, std::bit_cast<std::uint32_t>(value));
}

bool CimModel::has_room() const {
  return letters_count_ < kMostLetters && values_.size() < kMostRecords &&
         ids_.size() < kMostRecords && descriptions_.size() < kMostRecords;
}

CimClass CimModel::class_of(Id<CimObject> object) const {
  const Description* first = first_description(object);
  if (first == nullptr || first->class_number >= cim_class_names().size()) return CimClass::unknown;
  return cim_class_names()[first->class_number].meaning;
}

std::string_view CimModel::class_name(std::uint16_t number) const {
  const std::size_t known = cim_class_names().size();
  if (number < known) return cim_class_names()[number].name;
  if (number - known >= unknown_classes_.size()) return "further classes";
  return letters_[unknown_classes_.text(static_cast<std::uint32_t>(number - known))];
}

std::string_view CimModel::class_name(Id<CimObject> object) const {
  const Description* first = first_description(object);
  return first == nullptr ? std::string_view{} : class_name(first->class_number);
}

std::string CimModel::mrid(Id<CimObject> object) const {
  const std::string_view given = text_of(object, CimProperty::mrid);
  return given.empty() ? id(object) : std::string{given};
}

std::optional<std::uint32_t> CimModel::value(Id<CimObject> object, CimProperty property) const {
  for (std::uint32_t d = first_[object.index]; d != kNone; d = descriptions_[d].next) {
    for (std::uint32_t v = descriptions_[d].values_begin; v < values_end(d); ++v) {
      if (properties_[v] == property) return values_[v];
    }
  }
  return std::nullopt;
}

std::optional<Id<CimObject>> CimModel::reference(Id<CimObject> object, CimProperty property) const {
  const auto found = value(object, property);
  return found ? std::optional{Id<CimObject>{*found}} : std::nullopt;
}

std::optional<float> CimModel::number(Id<CimObject> object, CimProperty property) const {
  const auto found = value(object, property);
  return found ? std::optional{std::bit_cast<float>(*found)} : std::nullopt;
}

std::optional<bool> CimModel::flag(Id<CimObject> object, CimProperty property) const {
  const auto found = value(object, property);
  return found ? std::optional{*found != 0} : std::nullopt;
}

bool CimModel::says_no(Id<CimObject> object, CimProperty property) const {
  bool no = false;
  for_each_reference(object, property, [&](Id<CimObject> value) { no = no || value.index == 0; });
  return no;
}

std::string_view CimModel::word_of(Id<CimObject> object, CimProperty property) const {
  const auto found = value(object, property);
  return found ? letters_[words_.text(*found)] : std::string_view{};
}

std::string_view CimModel::text_of(Id<CimObject> object, CimProperty property) const {
  const auto found = value(object, property);
  return found ? letters_[TextId{*found}] : std::string_view{};
}

}  // namespace gridmend
