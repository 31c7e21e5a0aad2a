#include "service/handlers/paging.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>

namespace gridmend {

namespace {

constexpr std::size_t kMostTokenBytes = 1000;

std::string to_hex_text(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    hex += kDigits[static_cast<unsigned char>(c) >> 4];
    hex += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return hex;
}

std::optional<int> digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return std::nullopt;
}

std::optional<std::string> from_hex_text(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const auto high = digit(hex[i]);
    const auto low = digit(hex[i + 1]);
    if (!high || !low) return std::nullopt;
    bytes += static_cast<char>(*high * 16 + *low);
  }
  return bytes;
}

tl::unexpected<Error> token_invalid() {
  return refuse(ErrorCode::invalid_argument, "PAGE_TOKEN_INVALID",
                "not a page token of this question", "page_token");
}

}  // namespace

Result<std::size_t> page_size(int asked, int usual, int most) {
  if (asked < 0) {
    return refuse(ErrorCode::invalid_argument, "PAGE_SIZE_INVALID",
                  "a page has no negative number of entries", "page_size");
  }
  return static_cast<std::size_t>(asked == 0 ? usual : std::min(asked, most));
}

PageTokens::PageTokens(const google::protobuf::Message& request) {
  const std::unique_ptr<google::protobuf::Message> question{request.New()};
  question->CopyFrom(request);
  const auto* reflection = question->GetReflection();
  const auto* descriptor = question->GetDescriptor();
  const auto* token_field = descriptor->FindFieldByName("page_token");
  asked_ = reflection->GetString(*question, token_field);
  reflection->ClearField(question.get(), token_field);
  reflection->ClearField(question.get(), descriptor->FindFieldByName("page_size"));
  Hasher hasher;
  hasher.add(descriptor->full_name()).add(question->SerializeAsString());
  question_ = to_hex(hasher.finish()).substr(0, 12);
}

PageTokens::PageTokens(const google::protobuf::Message& request, const Hash128& region)
    : PageTokens(request) {
  question_ = to_hex(Hasher{}.add(question_).add(region.high).add(region.low).finish());
  question_.resize(12);
}

Result<std::string> PageTokens::place() const {
  if (asked_.empty()) return std::string{};
  if (asked_.size() > kMostTokenBytes || !asked_.starts_with(question_)) return token_invalid();
  auto place = from_hex_text(std::string_view{asked_}.substr(question_.size()));
  if (!place || place->empty()) return token_invalid();
  return std::move(*place);
}

Result<std::uint64_t> PageTokens::number() const {
  auto text = place();
  if (!text) return unexpected(text.error());
  if (text->empty()) return 0;
  std::uint64_t value = 0;
  const char* end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, value);
  if (read.ec != std::errc{} || read.ptr != end) return token_invalid();
  return value;
}

std::string PageTokens::token(std::string_view place) const {
  return question_ + to_hex_text(place);
}

}  // namespace gridmend
