#include "service/guard/system_call_filter.h"

#include <asm/ioctls.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace gridmend {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t kArchitecture = 0;
#endif

// On x86-64 numbers from here on are those of another calling convention.
constexpr std::uint32_t kForeignNumbers = 0x40000000;

constexpr auto kNever = std::to_array<std::uint32_t>({
    SYS_execve,
    SYS_execveat,
#ifdef SYS_fork
    SYS_fork,
    SYS_vfork,
    SYS_chmod,
    SYS_chown,
    SYS_lchown,
#endif
    SYS_fchmod,
    SYS_fchmodat,
    SYS_fchown,
    SYS_fchownat,
    SYS_setxattr,
    SYS_lsetxattr,
    SYS_fsetxattr,
    SYS_removexattr,
    SYS_lremovexattr,
    SYS_fremovexattr,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_pidfd_open,
    SYS_pidfd_send_signal,
    SYS_pidfd_getfd,
    SYS_tkill,
    SYS_rt_sigqueueinfo,
    SYS_rt_tgsigqueueinfo,
    SYS_setrlimit,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_unshare,
    SYS_setns,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_kexec_load,
    SYS_open_by_handle_at,
    SYS_personality,
    SYS_reboot,
    SYS_swapon,
    SYS_swapoff,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_mknodat,
});
constexpr auto kNetwork =
    std::to_array<std::uint32_t>({SYS_socket, SYS_connect, SYS_bind, SYS_listen, SYS_accept,
                                  SYS_accept4, SYS_sendto, SYS_sendmsg, SYS_sendmmsg});

constexpr std::uint32_t low_word(std::size_t argument) {
  return static_cast<std::uint32_t>(offsetof(seccomp_data, args) +
                                    argument * sizeof(std::uint64_t));
}

// A filter is a straight line of small programs, each of which ends in a verdict or falls through
// with the number of the call loaded.
class FilterProgram {
 public:
  FilterProgram() {
    load(offsetof(seccomp_data, arch));
    jump(BPF_JEQ, kArchitecture, 1, 0);
    verdict(SECCOMP_RET_KILL_PROCESS);
    load(offsetof(seccomp_data, nr));
#if defined(__x86_64__)
    jump(BPF_JGE, kForeignNumbers, 0, 1);
    verdict(refusal(ENOSYS));
#endif
  }

  void refuse(std::uint32_t call, int error = EPERM) {
    jump(BPF_JEQ, call, 0, 1);
    verdict(refusal(error));
  }
  // Allowed only when the argument's low word passes the test.
  void refuse_unless(std::uint32_t call, std::size_t argument, std::uint16_t test,
                     std::uint32_t value) {
    restrict_call(call, argument, test, value, SECCOMP_RET_ALLOW, refusal(EPERM));
  }
  void refuse_if(std::uint32_t call, std::size_t argument, std::uint16_t test,
                 std::uint32_t value) {
    jump(BPF_JEQ, call, 0, 4);
    load(low_word(argument));
    jump(test, value, 0, 1);
    verdict(refusal(EPERM));
    load(offsetof(seccomp_data, nr));
  }
  // A pointer that must be null.
  void refuse_unless_null(std::uint32_t call, std::size_t argument) {
    jump(BPF_JEQ, call, 0, 6);
    load(low_word(argument));
    jump(BPF_JEQ, 0, 0, 3);
    load(low_word(argument) + sizeof(std::uint32_t));
    jump(BPF_JEQ, 0, 0, 1);
    verdict(SECCOMP_RET_ALLOW);
    verdict(refusal(EPERM));
  }

  bool install() {
    verdict(SECCOMP_RET_ALLOW);
    sock_fprog program{static_cast<unsigned short>(code_.size()), code_.data()};
    return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
  }

 private:
  static std::uint32_t refusal(int error) {
    return SECCOMP_RET_ERRNO | (static_cast<std::uint32_t>(error) & SECCOMP_RET_DATA);
  }
  void load(std::size_t offset) {
    code_.push_back({BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<std::uint32_t>(offset)});
  }
  void jump(std::uint16_t test, std::uint32_t value, std::uint8_t yes, std::uint8_t no) {
    code_.push_back({static_cast<std::uint16_t>(BPF_JMP | test | BPF_K), yes, no, value});
  }
  void verdict(std::uint32_t value) { code_.push_back({BPF_RET | BPF_K, 0, 0, value}); }
  void restrict_call(std::uint32_t call, std::size_t argument, std::uint16_t test,
                     std::uint32_t value, std::uint32_t passed, std::uint32_t failed) {
    jump(BPF_JEQ, call, 0, 4);
    load(low_word(argument));
    jump(test, value, 0, 1);
    verdict(passed);
    verdict(failed);
  }

  std::vector<sock_filter> code_;
};

}  // namespace

bool refuse_system_calls(bool network) {
  if (kArchitecture == 0) return false;
  const auto self = static_cast<std::uint32_t>(::getpid());
  FilterProgram program;
  for (const std::uint32_t call : kNever) program.refuse(call);
  if (!network) {
    for (const std::uint32_t call : kNetwork) program.refuse(call);
  }
  program.refuse(SYS_clone3, ENOSYS);  // the C library then uses clone, whose flags can be seen
  program.refuse_unless(SYS_clone, 0, BPF_JSET, CLONE_THREAD);
  program.refuse_unless(SYS_kill, 0, BPF_JEQ, self);
  program.refuse_unless(SYS_tgkill, 0, BPF_JEQ, self);
  program.refuse_unless_null(SYS_prlimit64, 2);
  // Typing into the terminal it was started from.
  program.refuse_if(SYS_ioctl, 1, BPF_JEQ, TIOCSTI);
  return program.install();
}

}  // namespace gridmend
