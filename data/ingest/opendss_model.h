#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/text_pool.h"
#include "data/ingest/opendss_classes.h"
#include "data/ingest/text_interner.h"

namespace gridmend {

// Where in the model's text something stands.
struct DssPlace {
  std::uint32_t file = 0;  // its number in DssScript::files()
  std::uint32_t line = 0;
};

struct DssObject {
  std::string_view name;  // as it was first spelt
  DssPlace defined;
  std::uint32_t first_value = 0xffffffff;
  DssClass dss_class = DssClass::ignored;
  std::uint8_t active_winding = 1;
};

// The objects of a model with the values of their properties that matter here, the last one given
// to each. Names and values are views of texts that outlive the model. A value costs 24 bytes, an
// object about 80; setting and asking are linear in the values one object has, of which there are
// few.
class DssModel {
 public:
  static constexpr int kMostWindings = 16;

  // The object of that name and class; names differ by more than case.
  std::optional<std::uint32_t> find(DssClass dss_class, std::string_view name) const;
  // Later finds of the name answer this object.
  std::uint32_t add(DssClass dss_class, std::string_view name, DssPlace at);

  // Sets the property of this number among its class's. Answers what is wrong with the value, empty
  // when nothing is.
  std::string assign(std::uint32_t object, std::size_t property, std::string_view value);
  void set(std::uint32_t object, DssSlot slot, std::string_view value, int winding = 0);

  // What was given; nullopt when nothing or an empty text was. Windings count from 1; 0 is what
  // does not belong to a winding.
  std::optional<std::string_view> text(std::uint32_t object, DssSlot slot, int winding = 0) const;
  std::optional<double> number(std::uint32_t object, DssSlot slot, int winding = 0) const;
  bool flag(std::uint32_t object, DssSlot slot, bool otherwise) const;
  // Later of two properties that set the same thing; 0 when not given.
  std::uint32_t order(std::uint32_t object, DssSlot slot) const;
  // The highest winding that anything was said of; 0: none.
  int highest_winding(std::uint32_t object) const;

  const std::vector<DssObject>& objects() const { return objects_; }
  std::size_t count(DssClass dss_class) const {
    return counts_[static_cast<std::size_t>(dss_class)];
  }
  std::size_t values() const { return values_.size(); }

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;

  struct Value {
    const char* letters = nullptr;
    std::uint32_t size = 0;
    std::uint32_t next = kNone;
    std::uint32_t order = 0;
    DssSlot slot = DssSlot::none;
    std::uint8_t winding = 0;
    std::string_view text() const { return {letters, size}; }
  };
  static_assert(sizeof(Value) == 24);

  const Value* find_value(std::uint32_t object, DssSlot slot, int winding) const;
  std::string select_winding(DssObject& object, std::string_view value);
  std::string spread(std::uint32_t object, DssSlot slot, std::string_view array);
  std::string copy(std::uint32_t object, std::string_view from);

  std::vector<DssObject> objects_;
  std::array<std::size_t, kDssClasses> counts_{};
  std::deque<Value> values_;  // grows without a copy
  std::uint32_t assignments_ = 0;
  TextPoolBuilder lower_names_;
  std::array<TextInterner, kDssClasses> interners_;
  std::array<std::vector<std::uint32_t>, kDssClasses> object_of_name_;
};

}  // namespace gridmend
