#pragma once

#include <memory>
#include <utility>

namespace gridmend {

// A part of the state that published Worlds share with the writer. Written in place while only the
// writer knows it, copied before the first write after it was published.
template <class T>
class SharedComponent {
 public:
  SharedComponent() : value_(std::make_shared<T>()) {}
  explicit SharedComponent(T value) : value_(std::make_shared<T>(std::move(value))) {}

  const T& operator*() const { return *value_; }
  const T* operator->() const { return value_.get(); }

  T& edit() {
    if (shared_) {
      value_ = std::make_shared<T>(std::as_const(*value_));
      shared_ = false;
    }
    return *value_;
  }
  void replace(T value) {
    value_ = std::make_shared<T>(std::move(value));
    shared_ = false;
  }
  // From now on somebody else may be reading it.
  std::shared_ptr<const T> share() {
    shared_ = true;
    return value_;
  }

 private:
  std::shared_ptr<T> value_;
  bool shared_ = false;
};

}  // namespace gridmend
