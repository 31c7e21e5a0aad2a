#pragma once

#include "core/base/hash.h"
#include "core/outage/evidence_book.h"

namespace gridmend {

// Every field of what was heard, in a fixed order: part of State::hash(). A field added to the book
// is added here.
void add_to_hash(const EvidenceBook& book, Hasher& hasher);
void add_to_hash(const SwitchHistories& switches, Hasher& hasher);

}  // namespace gridmend
