#pragma once

#include <cstddef>
#include <string_view>

#include "data/ingest/text_decoding.h"

namespace gridmend {

// What the texts of a source's Shapefiles say of each other, where no file says its encoding: an
// id that looks like UTF-8 in one layer must be read as the same bytes in another are.
class SourceTexts {
 public:
  void add(std::string_view bytes);
  // The first texts of a layer, a GDAL handle, which is read from its beginning afterwards.
  void add_first_of(void* layer);
  // Some are no UTF-8 and Chinese by their looks, and none can be nothing but UTF-8.
  bool chinese() const;

 private:
  EncodingGuess guess_;
  std::size_t not_utf8_ = 0;
  std::size_t utf8_ = 0;
};

}  // namespace gridmend
