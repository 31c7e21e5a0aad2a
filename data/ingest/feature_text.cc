// What a feature's texts are: FeatureReader's business.

#include <ogr_api.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "data/ingest/feature_reader.h"

namespace gridmend {
namespace {

// Ids stand in every defect about their feature: a long one would be multiplied.
constexpr std::size_t kLongestText = 1024;

OGRFeatureH feature_handle(void* feature) { return static_cast<OGRFeatureH>(feature); }

}  // namespace

std::string_view trimmed_text(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view kBlanks[] = {"\xc2\xa0", "\xe3\x80\x80", "\xe2\x80\x8b",
                                          "\xef\xbb\xbf"};
  for (std::size_t before = text.size() + 1; text.size() < before;) {
    before = text.size();
    text = trimmed_text(text);
    for (const std::string_view blank : kBlanks) {
      if (text.starts_with(blank)) text.remove_prefix(blank.size());
      if (text.ends_with(blank)) text.remove_suffix(blank.size());
    }
  }
  return text;
}

void FeatureReader::load_text(void* feature, Column& column, std::size_t index) {
  column.text = trimmed_text(OGR_F_GetFieldAsString(feature_handle(feature), column.field));
  const bool ascii =
      std::ranges::all_of(column.text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (!ascii) {
    decode_text(column, index);
    column.text = without_blanks(column.text);
  }
  if (index < columns_.size()) cut_text(column);
}

// Equal texts stay equal, so that what refers to a long id still finds it.
void FeatureReader::cut_text(Column& column) const {
  if (column.text.size() <= kLongestText) return;
  std::size_t end = kLongestText;
  while (end > 0 && (static_cast<unsigned char>(column.text[end]) & 0xC0U) == 0x80U) --end;
  column.text = column.text.substr(0, end);
  if (column.cut++ == 0) column.first_cut = number_;
}

// UTF-8 by chance, in a source of which other texts are none.
bool FeatureReader::is_chinese(std::string_view text) const {
  return reading_.chinese && reading_.may_be_coded && (!decoder_ || guessed_) &&
         looks_of(text) == TextLooks::utf8_or_chinese;
}

// Brings a text that is not ASCII to UTF-8.
void FeatureReader::decode_text(Column& column, std::size_t index) {
  auto repaired = repair_utf8(column.text);
  const bool declared = decoder_ && !guessed_;
  if (!repaired && !(declared && decoder_->encoding() != "UTF-8") && !is_chinese(column.text)) {
    return;
  }
  bool damaged = true;
  if (reading_.may_be_coded) {
    if (!declared || decoder_->encoding() == "UTF-8") {
      // The first texts of a layer tell what it is in, and no later one changes it.
      if (!conversion_ || !guessed_) {
        guess_.add(column.text);
        decoder_ = TextDecoder::create(reading_.chinese ? "GB18030" : guess_.encoding());
        guessed_ = true;
      }
    }
    damaged = false;
    if (decoder_) column.storage = trimmed_text(decoder_->decode(column.text, damaged));
  } else if (repaired) {
    column.storage = std::move(*repaired);
  } else {
    return;
  }
  column.text = column.storage;
  if (damaged && !repaired_column_ && index < columns_.size()) repaired_column_ = index;
}

}  // namespace gridmend
