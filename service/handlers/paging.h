#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "google/protobuf/message.h"

namespace gridmend {

inline constexpr int kMostOnAPage = 1000;
// Answers stay below what gRPC takes by default, 4 MiB.
inline constexpr std::size_t kMostAnswerBytes = 3 << 20;

// 0 is `usual`; more than `most` is `most`; negative is refused (PAGE_SIZE_INVALID).
Result<std::size_t> page_size(int asked, int usual = 100, int most = kMostOnAPage);

// Where the next page begins. A token is opaque: it holds the place and a hash of the question, so
// that it cannot be used with another one.
class PageTokens {
 public:
  // The question is the request without page_size and page_token.
  explicit PageTokens(const google::protobuf::Message& request);
  // For places that are ids of a region: a token of another region is none of ours either.
  PageTokens(const google::protobuf::Message& request, const Hash128& region);

  // The place the token of the request stands for; empty for the first page. Refuses a token of
  // another question or none of ours: PAGE_TOKEN_INVALID.
  Result<std::string> place() const;
  // As above, for places that are numbers; 0 for the first page.
  Result<std::uint64_t> number() const;

  std::string token(std::string_view place) const;
  std::string token(std::uint64_t place) const { return token(std::to_string(place)); }

 private:
  std::string question_;  // its hash
  std::string asked_;     // the request's token
};

}  // namespace gridmend
