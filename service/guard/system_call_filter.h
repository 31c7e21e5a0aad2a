#pragma once

namespace gridmend {

// Has the kernel refuse (EPERM) system calls that reading files never needs: see confinement.h.
// False: this kernel or processor has no such filter that is known here.
bool refuse_system_calls(bool network);

}  // namespace gridmend
