#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gridmend {

// The id as every program would write it: without the case of letters, zeros before numbers, blanks
// around it, and ".0" behind a number ("T-0012 " and "t-12", "17.0" and "17").
std::string plain_id(std::string_view id);

// In what two ids of one plain id differ, for a person: "the case of letters", "leading zeros", ...
std::string_view what_differs(std::string_view a, std::string_view b);

// Ids that are there, to be asked for one that is not. 16 bytes each.
class SimilarIds {
 public:
  // `text` of 0 ... count - 1; nullopt: no id of that number is there. The texts stay where they
  // are.
  using TextOf = std::function<std::optional<std::string_view>(std::size_t)>;
  SimilarIds(std::size_t count, TextOf text);

  // The first of the same plain id that is another text. O(log n).
  std::optional<std::string_view> find(std::string_view id) const;

  // "; did you mean 'T-12'?"; empty where nothing is like it. What was asked is counted.
  std::string did_you_mean(std::string_view id);
  std::size_t meant() const { return meant_; }
  // "'t-12' and 'T-12'", and in what they differ.
  const std::string& first() const { return first_; }

 private:
  struct Entry {
    std::uint64_t hash = 0;
    std::size_t number = 0;
    friend auto operator<=>(const Entry&, const Entry&) = default;
  };

  TextOf text_;
  std::vector<Entry> entries_;  // sorted
  std::size_t meant_ = 0;
  std::string first_;
};

}  // namespace gridmend
