#pragma once

#include <functional>
#include <string_view>

namespace gridmend {

// The tags of an OpenStreetMap object as libosmium keeps them: key, zero, value, zero, ... Its own
// iterators run past the end when a text of a PBF has a zero byte in it; these stop at the last
// pair that is whole.

// Empty: there is no such tag.
std::string_view osm_tag_value(std::string_view bytes, std::string_view key);
void for_each_osm_tag(
    std::string_view bytes,
    const std::function<void(std::string_view key, std::string_view value)>& visit);

// Of an osmium::TagList, which no header may know.
template <class TagList>
std::string_view tag_bytes(const TagList& tags) {
  return {reinterpret_cast<const char*>(tags.data()) + sizeof tags, tags.byte_size() - sizeof tags};
}

}  // namespace gridmend
