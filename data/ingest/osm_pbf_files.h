#pragma once

namespace gridmend {

// libosmium 2.19 closes a PBF it has read to the end and leaves one open that is damaged. From the
// first call on it closes those too. To be called before a file is opened; any thread may.
void close_damaged_pbf_files();

}  // namespace gridmend
