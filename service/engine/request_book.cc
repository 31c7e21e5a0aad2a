#include "service/engine/request_book.h"

#include "core/base/hash.h"

namespace gridmend {

Result<const Answer*> RequestBook::find(std::string_view request_id,
                                        std::uint64_t content_hash) const {
  const auto entry = entries_.find(request_id);
  if (entry == entries_.end()) return nullptr;
  if (entry->second.content_hash == content_hash) return &entry->second.answer;
  return refuse(ErrorCode::already_exists, "REQUEST_ID_REUSED",
                "request_id '" + std::string(request_id) + "' was used before for another request",
                "request_id");
}

std::uint64_t RequestBook::fingerprint_of(std::string_view request_id, const Entry& entry) {
  Hasher hasher;
  hasher.add(request_id).add(entry.content_hash).add(entry.answer.revision).add(entry.answer.id);
  hasher.add(entry.answer.rule)
      .add(entry.answer.evidence_accepted)
      .add(entry.answer.evidence_duplicates);
  return hasher.finish().low;
}

void RequestBook::forget_oldest() {
  const auto entry = entries_.find(by_age_.front());
  fingerprint_ -= fingerprint_of(entry->first, entry->second);
  undo_.push_back({entry->first, std::move(entry->second)});
  entries_.erase(entry);
  by_age_.pop_front();
}

void RequestBook::remember(std::string request_id, std::uint64_t content_hash,
                           const Answer& answer) {
  while (!by_age_.empty() &&
         entries_.find(by_age_.front())->second.answer.time + keep_ < answer.time) {
    forget_oldest();
  }
  Entry entry{content_hash, answer};
  entry.answer.refused.clear();
  fingerprint_ += fingerprint_of(request_id, entry);
  by_age_.push_back(request_id);
  undo_.push_back({request_id, std::nullopt});
  entries_.emplace(std::move(request_id), std::move(entry));
}

void RequestBook::settle() { undo_.clear(); }

void RequestBook::take_back() {
  for (auto undo = undo_.rbegin(); undo != undo_.rend(); ++undo) {
    if (undo->forgotten) {
      fingerprint_ += fingerprint_of(undo->request_id, *undo->forgotten);
      by_age_.push_front(undo->request_id);
      entries_.emplace(std::move(undo->request_id), std::move(*undo->forgotten));
    } else {
      const auto entry = entries_.find(undo->request_id);
      fingerprint_ -= fingerprint_of(entry->first, entry->second);
      entries_.erase(entry);
      by_age_.pop_back();
    }
  }
  undo_.clear();
}

}  // namespace gridmend
