#include "process.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "message.h"
#include "outcome.h"
#include "restrictions.h"
#include "safeguards.h"
#include "warden.h"

/* Of a batch, and of loading, in seconds. The starting solution takes 20 ms for the longest batch; an anchor that takes far
 * longer tells of a busy machine, not of a fault. */
enum { SUBMISSION_SECONDS = 2, ANCHOR_SECONDS = 20 };

static uint64_t limit_of(enum solution_name solution) {
  return (uint64_t)(solution == SUBMISSION ? SUBMISSION_SECONDS : ANCHOR_SECONDS) * 1000000000u;
}

static struct reply request(struct session *session, enum solution_name solution, enum request_kind kind) {
  enum role role = solution == SUBMISSION ? ROLE_CONTESTANT : ROLE_ANCHORS;
  uint32_t index = solution == SUBMISSION ? 0 : solution == FLOOR ? 2 : (uint32_t)solution;
  struct request message = {.kind = kind, .solution = index, .limit_nanoseconds = limit_of(solution)};
  struct reply reply;
  int socket = session->wardens[role];
  if (!message_send(socket, &message, sizeof message) || !message_receive(socket, &reply, sizeof reply)) {
    fault("the warden of the %s is gone", solution_title(solution));
  }
  if (reply.event == EVENT_FAULT) fault("the warden of the %s failed (errno %d)", solution_title(solution), reply.detail);
  return reply;
}

/* What ran when the worker failed. The report is the submission's word: bounds are checked, text is cleaned when printed. */
static void describe_call(const struct session *session, const struct report *report, char text[64]) {
  const struct plan *plan = session->regions.plan;
  uint32_t index = plan->kind == PLAN_CHAIN || report->call >= plan->call_count ? 0 : report->call;
  snprintf(text, 64, "n = %llu", (unsigned long long)plan->calls[index].n);
}

static const char *signal_title(int number) {
  switch (number) {
    case SIGSEGV:
      return "SIGSEGV (memory that is not there, or x written to)";
    case SIGBUS:
      return "SIGBUS (bad memory access)";
    case SIGILL:
      return "SIGILL (an instruction that this processor lacks)";
    case SIGFPE:
      return "SIGFPE (division by zero)";
    case SIGABRT:
      return "SIGABRT (abort)";
    default:
      return strsignal(number);
  }
}

static _Noreturn void refuse_exit(const struct report *report, int code, const char *call) {
  char message[sizeof report->message];
  memcpy(message, report->message, sizeof message);
  message[sizeof message - 1] = '\0';
  switch (report->stage) {
    case STAGE_FORBIDDEN: {
      const char *name = restrictions_name(report->system_call);
      invalid("forbidden-call", "the solution made the system call %s, which is not allowed", name ? name : "?");
    }
    case STAGE_NO_SYMBOL:
      invalid("missing-symbol", "the compiled solution does not define prefix_sum (is it static, or misspelt?)");
    case STAGE_LOAD_FAILED:
      invalid("load", "the compiled solution cannot be loaded: %s", message);
    case STAGE_RUNNING:
      invalid("exit", "the process ended itself (exit code %d) instead of returning from prefix_sum, %s", code, call);
    default:
      invalid("exit", "the process ended itself (exit code %d) while the solution was loaded", code);
  }
}

static void check(struct session *session, enum solution_name solution, struct reply reply) {
  if (reply.event == EVENT_STOPPED) return;
  const struct report report = session->regions.scratch->report;
  char call[64];
  describe_call(session, &report, call);
  if (solution != SUBMISSION) {
    fault("the %s failed: event %u, detail %d, stage %u, %s", solution_title(solution), reply.event, reply.detail,
          report.stage, call);
  }
  if (reply.event == EVENT_SIGNALED && reply.detail == SIGSYS) {
    invalid("forbidden-call", "the solution made a system call that is not allowed, such as starting a process");
  }
  int running = report.stage == STAGE_RUNNING;
  if (reply.event == EVENT_TIMEOUT) {
    const char *what = running ? "a batch of calls" : "loading the solution";
    invalid("timeout", "%s took more than %d s (%s)", what, SUBMISSION_SECONDS, call);
  }
  if (reply.event == EVENT_EXITED) refuse_exit(&report, reply.detail, call);
  const char *when = running ? "in prefix_sum, " : "while it was loaded, before any call; next was ";
  invalid("crash", "the solution crashed with %s %s%s", signal_title(reply.detail), when, call);
}

void process_spawn(struct session *session, enum solution_name solution, size_t mapped_elements) {
  session->regions.plan->mapped_elements = mapped_elements;
  memset(&session->regions.scratch->report, 0, sizeof(struct report));
  check(session, solution, request(session, solution, REQUEST_SPAWN));
}

uint64_t process_go(struct session *session, enum solution_name solution) {
  atomic_fetch_add(&session->regions.plan->sequence, 1);
  const uint64_t start = nanoseconds_now();
  struct reply reply = request(session, solution, REQUEST_GO);
  const uint64_t taken = nanoseconds_now() - start;
  check(session, solution, reply);
  /* Without the freeze, give what is still in flight the time that a checking harness would take anyway. */
  if (!(session->safeguards & SAFEGUARD_FREEZE)) nanosleep(&(struct timespec){.tv_nsec = 60000000}, NULL);
  return taken;
}

void process_kill(struct session *session, enum solution_name solution) {
  if (request(session, solution, REQUEST_KILL).event != EVENT_KILLED) fault("a worker could not be killed");
}
