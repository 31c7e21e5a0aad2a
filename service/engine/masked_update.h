#pragma once

#include <google/protobuf/util/field_mask_util.h>

#include <algorithm>
#include <span>
#include <string_view>

#include "core/base/error.h"

namespace gridmend {

// `present` with the fields that the mask names taken from `sent`: one that is absent there is
// cleared. Refuses an empty mask (MASK_MISSING) and fields not `allowed` (FIELD_NOT_MUTABLE).
template <class Message>
Result<Message> masked_update(Message present, const Message& sent,
                              const google::protobuf::FieldMask& mask,
                              std::span<const std::string_view> allowed) {
  if (mask.paths().empty()) {
    return refuse(ErrorCode::invalid_argument, "MASK_MISSING",
                  "update_mask names the fields to change", "update_mask");
  }
  for (const std::string& path : mask.paths()) {
    if (std::find(allowed.begin(), allowed.end(), path) == allowed.end()) {
      return refuse(ErrorCode::invalid_argument, "FIELD_NOT_MUTABLE",
                    "'" + path + "' cannot be changed", "update_mask");
    }
  }
  google::protobuf::util::FieldMaskUtil::MergeOptions options;
  options.set_replace_message_fields(true);
  options.set_replace_repeated_fields(true);
  google::protobuf::util::FieldMaskUtil::MergeMessageTo(sent, mask, options, &present);
  return present;
}

inline bool names(const google::protobuf::FieldMask& mask, std::string_view path) {
  return std::find(mask.paths().begin(), mask.paths().end(), path) != mask.paths().end();
}

}  // namespace gridmend
