#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gridmend {

// Brings bytes of another encoding to UTF-8.
class TextDecoder {
 public:
  // Names as iconv has them, those of .cpg files ("936", "ANSI 1252", "UTF8") among them; nullopt:
  // unknown.
  static std::optional<TextDecoder> create(std::string_view encoding);
  ~TextDecoder();
  TextDecoder(TextDecoder&&) noexcept;
  TextDecoder& operator=(TextDecoder&&) noexcept;

  // The name as iconv has it: "GB18030".
  const std::string& encoding() const;
  // What cannot be read becomes U+FFFD, and `damaged` true. A character cut off at the end, as
  // columns of fixed width do, is dropped silently.
  std::string decode(std::string_view bytes, bool& damaged) const;

 private:
  struct State;
  explicit TextDecoder(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Tells Chinese text (GB18030) from that of western Europe (WINDOWS-1252) by how its bytes beyond
// ASCII stand together: in pairs, or one by one within words.
class EncodingGuess {
 public:
  void add(std::string_view bytes);
  const char* encoding() const;

 private:
  std::size_t chinese_ = 0;
  std::size_t western_ = 0;
};

// What bytes can be: texts in GBK are UTF-8 too when all of their characters happen to be ("台" and
// "医院" are), and then read as letters that nobody wrote.
enum class TextLooks : std::uint8_t { ascii, utf8, utf8_or_chinese, not_utf8 };
TextLooks looks_of(std::string_view bytes);

// The encoding that the language byte of a dBASE table stands for; empty: it does not say, or says
// "ANSI", which is whatever the machine was set to.
std::string_view encoding_of_dbf_language(unsigned char language);

}  // namespace gridmend
