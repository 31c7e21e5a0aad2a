#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gridmend {

// Names that a file gives as bytes: of a table's columns, of files, of what an archive lists. All
// of one place are read alike, since each by itself can look like something else: the two
// characters of "状态" in GBK are also two of UTF-8.

// In `encoding`; where that is empty, unknown or plainly wrong they are UTF-8 if all can be (a
// last character may be cut in two, as in columns of fixed width), else what their bytes look like.
std::vector<std::string> decoded_names(std::vector<std::string> names, std::string_view encoding);

// Of an archive's entries, as GDAL spells them: those that do not say that they are UTF-8 as if in
// code page 437. Where that gives no words of Europe but Chinese ones (archives made by Chinese
// Windows) or UTF-8 that was not declared, they are read so.
std::vector<std::string> decoded_archive_names(std::vector<std::string> names);

}  // namespace gridmend
