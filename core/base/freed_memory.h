#pragma once

namespace gridmend {

// For programs that plan again and again: memory that was freed stays with the process, up to what
// was once in use, instead of going back to the system each time and being handed out, cleared,
// page by page the next time. Matrices of travel times are tens of megabytes; most of the time of a
// plan's answer went into their pages. Called once, before threads. Does nothing where the C
// library has no such setting.
void keep_freed_memory();

}  // namespace gridmend
