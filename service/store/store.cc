#include "service/store/store.h"

#include "core/base/hash.h"

namespace gridmend {

std::uint64_t record_checksum(const JournalRecord& record) {
  Hasher hasher;
  hasher.add(record.sequence)
      .add(record.time.time_since_epoch().count())
      .add(record.schema_version);
  hasher.add(record.payload);
  return hasher.finish().low;
}

}  // namespace gridmend
