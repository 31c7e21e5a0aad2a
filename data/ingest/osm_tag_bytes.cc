#include "data/ingest/osm_tag_bytes.h"

#include <optional>
#include <utility>

namespace gridmend {
namespace {

std::optional<std::string_view> take_text(std::string_view& rest) {
  const auto end = rest.find('\0');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view text = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return text;
}

std::optional<std::pair<std::string_view, std::string_view>> take_tag(std::string_view& rest) {
  const auto key = take_text(rest);
  const auto value = key ? take_text(rest) : std::nullopt;
  if (!value) return std::nullopt;
  return std::pair{*key, *value};
}

}  // namespace

std::string_view osm_tag_value(std::string_view bytes, std::string_view key) {
  while (const auto tag = take_tag(bytes)) {
    if (tag->first == key) return tag->second;
  }
  return {};
}

void for_each_osm_tag(std::string_view bytes,
                      const std::function<void(std::string_view, std::string_view)>& visit) {
  while (const auto tag = take_tag(bytes)) visit(tag->first, tag->second);
}

}  // namespace gridmend
