#include "core/base/text_pool.h"

#include <algorithm>
#include <limits>

namespace gridmend {

std::string_view TextPool::operator[](TextId id) const {
  if (!id.valid()) return {};
  const std::uint32_t begin = offsets_[id];
  const std::uint32_t end = offsets_[TextId{id.index + 1}];
  GRIDMEND_CHECK(begin <= end && end <= letters_.size(), "text lies inside its pool");
  return {letters_.values().data() + begin, end - begin};
}

bool TextPool::well_formed() const {
  const auto offsets = offsets_.values();
  return offsets.empty() ? letters_.empty()
                         : std::ranges::is_sorted(offsets) && offsets.back() <= letters_.size();
}

TextPoolBuilder::TextPoolBuilder() {
  offsets_.push_back(0);
  add("");
}

TextId TextPoolBuilder::add(std::string_view text) {
  if (text.empty() && offsets_.size() > 1) return TextId{0};
  GRIDMEND_CHECK(letters_.size() + text.size() < std::numeric_limits<std::uint32_t>::max(),
                 "texts of a region fit into 4 GB");
  letters_.insert(letters_.end(), text.begin(), text.end());
  offsets_.push_back(static_cast<std::uint32_t>(letters_.size()));
  return TextId{offsets_.size() - 2};
}

std::string_view TextPoolBuilder::operator[](TextId id) const {
  if (!id.valid()) return {};
  GRIDMEND_CHECK(id.index + 1 < offsets_.size(), "text is of this pool");
  const std::uint32_t begin = offsets_[id.index];
  return {letters_.data() + begin, offsets_[id.index + 1] - begin};
}

TextPool TextPoolBuilder::finish() && {
  return TextPool{Table<Text, std::uint32_t>{std::move(offsets_)},
                  Table<Text, char>{std::move(letters_)}};
}

}  // namespace gridmend
