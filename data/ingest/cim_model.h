#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/id.h"
#include "core/base/text_pool.h"
#include "data/ingest/cim_ids.h"
#include "data/ingest/cim_vocabulary.h"
#include "data/ingest/text_interner.h"

namespace gridmend {

struct CimObject;  // tag: whatever has an id in a CIM model, defined or only referred to

// A point of a location, as it stands in the file.
struct CimPoint {
  Id<CimObject> location;
  float order = 0;  // group and sequence number in one
  double x = 0;
  double y = 0;
};

// What a set of CIM files says, as far as a reader of networks wants it: objects with their class
// and values. An object may be described in several files (EQ, TP, SSH, GL); of a value given more
// than once the first counts. About 50 bytes an object and five a value; texts once.
class CimModel {
 public:
  // One element that describes an object. Values are added before the next begins.
  struct Description {
    std::uint32_t object = 0;
    std::uint32_t values_begin = 0;
    std::uint32_t next = kNone;  // of the same object
    std::uint32_t line = 0;
    std::uint16_t class_number = 0;
    std::uint16_t file = 0;
  };
  static constexpr std::uint32_t kNone = 0xffffffff;
  static constexpr std::uint16_t kNoFile = 0xffff;

  Id<CimObject> object(std::string_view id);  // as cim_id_in gives it
  // A class's number: its place among the known names, or one after them for each unknown name; of
  // more than some tens of thousands the rest share the last.
  std::uint16_t class_number(std::string_view name);
  std::uint32_t word(std::string_view text);
  std::uint32_t text(std::string_view text);

  // The earlier descriptions of the object, none for a new one.
  const Description* first_description(Id<CimObject> object) const;
  void describe(Id<CimObject> object, std::uint16_t class_number, std::uint16_t file,
                std::uint32_t line);
  // The same before all others: the object is of this class, and these values count first.
  void describe_first(Id<CimObject> object, std::uint16_t class_number, std::uint16_t file,
                      std::uint32_t line);
  // That a file describes the object or refers to it.
  void mention(Id<CimObject> object, std::uint16_t file);
  // By file: one of the files that it hangs together with, by objects that both mention or through
  // further files; the same one for all of these.
  std::vector<std::uint16_t> wholes(std::size_t files) const;
  void add_value(CimProperty property, std::uint32_t value);
  void add_value(CimProperty property, float value);
  void add_point(const CimPoint& point, std::uint16_t class_number) {
    points_.push_back(point);
    count(class_number);
  }
  // How many elements of this class there are, points too.
  std::int64_t described(std::uint16_t class_number) const {
    return class_number < described_.size() ? described_[class_number] : 0;
  }
  // One more than the highest number of a class that was described.
  std::uint16_t class_numbers() const { return static_cast<std::uint16_t>(described_.size()); }
  // False once letters, objects or values near what 32 bits can count.
  bool has_room() const;

  std::size_t objects() const { return ids_.size(); }
  bool defined(Id<CimObject> object) const { return first_description(object) != nullptr; }
  CimClass class_of(Id<CimObject> object) const;  // unknown also for what is not defined
  std::string_view class_name(Id<CimObject> object) const;
  std::string_view class_name(std::uint16_t number) const;
  std::string id(Id<CimObject> object) const { return ids_.text(object.index); }
  // IdentifiedObject.mRID where the file gives one that differs from the id, else the id.
  std::string mrid(Id<CimObject> object) const;

  std::optional<Id<CimObject>> reference(Id<CimObject> object, CimProperty property) const;
  std::optional<float> number(Id<CimObject> object, CimProperty property) const;
  std::optional<bool> flag(Id<CimObject> object, CimProperty property) const;
  // Whether any of the values is false.
  bool says_no(Id<CimObject> object, CimProperty property) const;
  // Empty when the object does not say.
  std::string_view word_of(Id<CimObject> object, CimProperty property) const;
  std::string_view text_of(Id<CimObject> object, CimProperty property) const;

  // Every value of the property, for those that may have several.
  template <class Visit>
  void for_each_reference(Id<CimObject> object, CimProperty property, Visit visit) const {
    for (std::uint32_t d = first_[object.index]; d != kNone; d = descriptions_[d].next) {
      for (std::uint32_t v = descriptions_[d].values_begin; v < values_end(d); ++v) {
        if (properties_[v] == property) visit(Id<CimObject>{values_[v]});
      }
    }
  }

  // As it is kept: numbers by their bits, texts and references by their number.
  std::optional<std::uint32_t> value(Id<CimObject> object, CimProperty property) const;

  const std::vector<CimPoint>& points() const { return points_; }
  const std::vector<Description>& descriptions() const { return descriptions_; }

 private:
  void count(std::uint16_t class_number) {
    if (class_number >= described_.size()) described_.resize(class_number + 1U);
    ++described_[class_number];
  }
  std::uint32_t values_end(std::uint32_t description) const {
    return description + 1 < descriptions_.size() ? descriptions_[description + 1].values_begin
                                                  : static_cast<std::uint32_t>(values_.size());
  }
  std::uint16_t whole_of(std::uint16_t file) const;

  CimIds ids_;
  std::vector<std::uint32_t> first_;  // description by object, kNone: only referred to
  std::vector<std::uint32_t> last_;
  std::vector<std::uint16_t> mentioned_in_;  // by object: the last file, kNoFile: none
  std::vector<std::uint16_t> joined_;        // by file: one of the same whole
  std::vector<Description> descriptions_;
  std::vector<CimProperty> properties_;
  std::vector<std::uint32_t> values_;  // by kind: object, bits of a float, 0 or 1, word, text
  std::vector<CimPoint> points_;
  std::vector<std::int64_t> described_;  // elements by class
  TextPoolBuilder letters_;
  std::size_t letters_count_ = 0;
  TextInterner words_;
  TextInterner unknown_classes_;
};

}  // namespace gridmend
