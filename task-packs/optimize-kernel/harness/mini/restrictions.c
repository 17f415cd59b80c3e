#include "restrictions.h"

#ifndef __linux__

int restrictions_apply(enum restriction restriction, struct report *report) {
  (void)restriction, (void)report;
  return 0;
}

const char *restrictions_name(int system_call) {
  (void)system_call;
  return NULL;
}

#else

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "system-calls.h"

#if defined(__x86_64__)
#define THIS_ARCHITECTURE AUDIT_ARCH_X86_64
#define FIRST_FOREIGN_CALL 0x40000000u /* x32 calls of the same kernel */
#elif defined(__aarch64__)
#define THIS_ARCHITECTURE AUDIT_ARCH_AARCH64
#define FIRST_FOREIGN_CALL 0xffffffffu
#else
#error "the system-call filter knows x86-64 and arm64"
#endif

/* The filter while it is written. Every rule tests the call's number, then decides; none falls into the next one's middle. */
struct program {
  struct sock_filter code[256];
  unsigned short length;
};

static void emit(struct program *program, struct sock_filter instruction) { program->code[program->length++] = instruction; }

static void load_word(struct program *program, size_t offset) {
  emit(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

static void load_number(struct program *program) { load_word(program, offsetof(struct seccomp_data, nr)); }

static void decide(struct program *program, uint32_t action) {
  emit(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

/* `number` → `action`. */
static void rule(struct program *program, uint32_t number, uint32_t action) {
  emit(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1));
  decide(program, action);
}

/* `number` with an argument for which `test` (BPF_JEQ or BPF_JSET) holds against `value` → `then`, else `otherwise`. */
static void argument_rule(struct program *program, uint32_t number, int argument, uint16_t test, uint32_t value,
                          uint32_t then, uint32_t otherwise) {
  emit(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 4));
  /* Both architectures are little-endian: the low half of the argument comes first. */
  load_word(program, offsetof(struct seccomp_data, args) + 8 * (size_t)argument);
  emit(program, (struct sock_filter)BPF_JUMP(BPF_JMP | test | BPF_K, value, 0, 1));
  decide(program, then);
  decide(program, otherwise);
}

static const uint32_t allow = SECCOMP_RET_ALLOW;
static const uint32_t refuse = SECCOMP_RET_TRAP;
static const uint32_t forbid_quietly = SECCOMP_RET_ERRNO | EPERM;

static void file_rules(struct program *program, enum restriction restriction) {
  /* Refused with an error, not loudly, when reading: the C library looks for the number of processors in /sys. */
  const uint32_t reading = restriction == RESTRICT_LOADING ? allow : (SECCOMP_RET_ERRNO | EACCES);
  const uint32_t writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;
  argument_rule(program, SYS_openat, 2, BPF_JSET, writing, refuse, reading);
#ifdef SYS_open
  argument_rule(program, SYS_open, 1, BPF_JSET, writing, refuse, reading);
#endif
  if (restriction == RESTRICT_RUNNING) {
    const uint32_t no_code = SECCOMP_RET_ERRNO | EACCES;
    argument_rule(program, SYS_mmap, 2, BPF_JSET, PROT_EXEC, no_code, allow);
    argument_rule(program, SYS_mprotect, 2, BPF_JSET, PROT_EXEC, no_code, allow);
    return;
  }
  static const int for_loading[] = {SYS_mmap, SYS_mprotect, SYS_newfstatat, SYS_fstat, SYS_pread64, SYS_lseek, SYS_seccomp};
  for (size_t i = 0; i < sizeof for_loading / sizeof for_loading[0]; i++) rule(program, (uint32_t)for_loading[i], allow);
}

static void process_rules(struct program *program) {
  const uint32_t self = (uint32_t)getpid();
  argument_rule(program, SYS_clone, 0, BPF_JSET, CLONE_THREAD, allow, refuse);
  /* Its flags lie in memory that a filter cannot see; the C library then uses clone. */
  rule(program, SYS_clone3, SECCOMP_RET_ERRNO | ENOSYS);
  argument_rule(program, SYS_kill, 0, BPF_JEQ, self, allow, refuse);
  argument_rule(program, SYS_tgkill, 0, BPF_JEQ, self, allow, refuse);
  argument_rule(program, SYS_prctl, 0, BPF_JEQ, PR_SET_NAME, allow, forbid_quietly);
}

static struct program program_for(enum restriction restriction) {
  struct program program = {.length = 0};
  load_word(&program, offsetof(struct seccomp_data, arch));
  emit(&program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, THIS_ARCHITECTURE, 1, 0));
  decide(&program, SECCOMP_RET_KILL_PROCESS);
  load_number(&program);
  emit(&program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FIRST_FOREIGN_CALL, 0, 1));
  decide(&program, SECCOMP_RET_KILL_PROCESS);
  for (size_t i = 0; i < allowed_call_count; i++) rule(&program, (uint32_t)allowed_calls[i], allow);
  file_rules(&program, restriction);
  process_rules(&program);
  for (size_t i = 0; i < refused_call_count; i++) rule(&program, (uint32_t)refused_calls[i].number, refuse);
  decide(&program, forbid_quietly);
  return program;
}

static struct report *trapped_report;

static void on_refused_call(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)context;
  trapped_report->system_call = info->si_syscall;
  trapped_report->stage = STAGE_FORBIDDEN;
  _exit(1);
}

/* Once: a later call would be refused by the first filter, and what it set never goes away. */
static int prepare(struct report *report) {
  struct sigaction action = {.sa_sigaction = on_refused_call, .sa_flags = SA_SIGINFO};
  trapped_report = report;
  return sigaction(SIGSYS, &action, NULL) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : -1;
}

int restrictions_apply(enum restriction restriction, struct report *report) {
  if (restriction == RESTRICT_LOADING && prepare(report) != 0) return -1;
  struct program program = program_for(restriction);
  struct sock_fprog filter = {.len = program.length, .filter = program.code};
  long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter);
  if (result > 0) errno = EAGAIN; /* a thread that the constructors started cannot be bound */
  return result == 0 ? 0 : -1;
}

const char *restrictions_name(int system_call) {
  for (size_t i = 0; i < refused_call_count; i++) {
    if (refused_calls[i].number == system_call) return refused_calls[i].name;
  }
  return NULL;
}

#endif
