#include "tests/service/converters/random_message.h"

#include <google/protobuf/descriptor.h>

#include <cmath>
#include <limits>

namespace gridmend {

namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

double random_double(Random& random) {
  switch (random.below(8)) {
    case 0:
      return std::numeric_limits<double>::quiet_NaN();
    case 1:
      return std::numeric_limits<double>::infinity();
    case 2:
      return -1e300;
    case 3:
      return 0;
    case 4:
      return random.uniform(-200, 200);
    default:
      return random.uniform(0, 80);
  }
}

std::int64_t random_integer(Random& random) {
  switch (random.below(6)) {
    case 0:
      return std::numeric_limits<std::int64_t>::max();
    case 1:
      return std::numeric_limits<std::int64_t>::min();
    case 2:
      return -1;
    case 3:
      return static_cast<std::int64_t>(random());
    default:
      return static_cast<std::int64_t>(random.below(10));
  }
}

// Writes one value of a field; a repeated field gets one more.
class FieldWriter {
 public:
  FieldWriter(Message& message, const FieldDescriptor& field, Random& random,
              const std::vector<std::string>& texts, int levels)
      : message_(message),
        reflection_(*message.GetReflection()),
        field_(field),
        random_(random),
        texts_(texts),
        levels_(levels) {}

  void write() {
    const bool many = field_.is_repeated();
    switch (field_.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return put(&Reflection::AddInt32, &Reflection::SetInt32,
                   static_cast<std::int32_t>(random_integer(random_)));
      case FieldDescriptor::CPPTYPE_INT64:
        return put(&Reflection::AddInt64, &Reflection::SetInt64, random_integer(random_));
      case FieldDescriptor::CPPTYPE_UINT32:
        return put(&Reflection::AddUInt32, &Reflection::SetUInt32,
                   static_cast<std::uint32_t>(random_integer(random_)));
      case FieldDescriptor::CPPTYPE_UINT64:
        return put(&Reflection::AddUInt64, &Reflection::SetUInt64,
                   static_cast<std::uint64_t>(random_integer(random_)));
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return put(&Reflection::AddDouble, &Reflection::SetDouble, random_double(random_));
      case FieldDescriptor::CPPTYPE_FLOAT:
        return put(&Reflection::AddFloat, &Reflection::SetFloat,
                   static_cast<float>(std::min(random_double(random_), 1e30)));
      case FieldDescriptor::CPPTYPE_BOOL:
        return put(&Reflection::AddBool, &Reflection::SetBool, random_.chance(.5));
      case FieldDescriptor::CPPTYPE_ENUM:
        return put(
            &Reflection::AddEnumValue, &Reflection::SetEnumValue,
            random_.chance(.9) ? random_.between(0, 7) : static_cast<int>(random_integer(random_)));
      case FieldDescriptor::CPPTYPE_STRING: {
        const std::string& text = texts_[random_.below(texts_.size())];
        if (many) return reflection_.AddString(&message_, &field_, text);
        return reflection_.SetString(&message_, &field_, text);
      }
      case FieldDescriptor::CPPTYPE_MESSAGE:
        if (levels_ == 0) return;
        fill_at_random(many ? *reflection_.AddMessage(&message_, &field_)
                            : *reflection_.MutableMessage(&message_, &field_),
                       random_, texts_, levels_ - 1);
    }
  }

 private:
  template <class Value>
  void put(void (Reflection::*add)(Message*, const FieldDescriptor*, Value) const,
           void (Reflection::*set)(Message*, const FieldDescriptor*, Value) const, Value value) {
    (reflection_.*(field_.is_repeated() ? add : set))(&message_, &field_, value);
  }

  Message& message_;
  const Reflection& reflection_;
  const FieldDescriptor& field_;
  Random& random_;
  const std::vector<std::string>& texts_;
  const int levels_;
};

}  // namespace

void fill_at_random(Message& message, Random& random, const std::vector<std::string>& texts,
                    int levels) {
  const auto& descriptor = *message.GetDescriptor();
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor& field = *descriptor.field(i);
    if (field.is_map() || !random.chance(.7)) continue;
    const int times = field.is_repeated() ? random.between(0, 6) : 1;
    for (int j = 0; j < times; ++j) FieldWriter{message, field, random, texts, levels}.write();
  }
}

void mutate(std::string& bytes, Random& random) {
  const int times = random.between(1, 8);
  for (int i = 0; i < times; ++i) {
    if (bytes.empty()) {
      bytes += static_cast<char>(random.below(256));
      continue;
    }
    const std::size_t at = random.below(bytes.size());
    switch (random.below(5)) {
      case 0:
        bytes[at] = static_cast<char>(random.below(256));
        break;
      case 1:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8)));
        break;
      case 2:
        bytes.erase(at, 1 + random.below(4));
        break;
      case 3:
        bytes.insert(at, 1, static_cast<char>(random.below(256)));
        break;
      default:
        bytes.insert(at, bytes.substr(at, 1 + random.below(16)));
    }
  }
}

}  // namespace gridmend
