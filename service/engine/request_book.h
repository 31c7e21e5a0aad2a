#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "service/engine/command.h"

namespace gridmend {

// Which requests have been done, and how they were answered: the same id with the same content is
// answered again, with other content it is refused. Kept for `keep` after they were made.
class RequestBook {
 public:
  explicit RequestBook(Duration keep = std::chrono::hours{24 * 30}) : keep_(keep) {}

  // nullptr: not known. Refuses already_exists, REQUEST_ID_REUSED.
  Result<const Answer*> find(std::string_view request_id, std::uint64_t content_hash) const;
  // Forgets what is too old at answer.time, then remembers this one. Times never fall.
  void remember(std::string request_id, std::uint64_t content_hash, const Answer& answer);

  std::size_t size() const { return entries_.size(); }
  std::uint64_t fingerprint() const { return fingerprint_; }  // order of insertion does not matter

  void settle();     // what was remembered and forgotten since the last settle() stays so
  void take_back();  // or is undone

 private:
  struct Entry {
    std::uint64_t content_hash;
    Answer answer;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  static std::uint64_t fingerprint_of(std::string_view request_id, const Entry& entry);
  void forget_oldest();

  Duration keep_;
  std::unordered_map<std::string, Entry, Hash, std::equal_to<>> entries_;
  std::deque<std::string> by_age_;
  std::uint64_t fingerprint_ = 0;

  // What was done since the last settle(), to be undone backwards: a forgotten entry is given back,
  // an empty one stands for the newest that was remembered.
  struct Undo {
    std::string request_id;
    std::optional<Entry> forgotten;
  };
  std::vector<Undo> undo_;
};

}  // namespace gridmend
