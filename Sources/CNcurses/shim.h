// The wide-character API of ncurses, and what Swift's importer leaves out of it: globals, macros and variadic functions.
#pragma once
#define NCURSES_WIDECHAR 1
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>
#include <ncurses.h>

// X/Open; <wchar.h> declares it only for feature levels that Swift's importer does not ask for.
extern int wcwidth(wchar_t character);
// Linux; the same holds for these.
extern int pipe2(int ends[2], int flags);
extern int close_range(unsigned int first, unsigned int last, int flags);

// <term.h> defines macros such as `columns` and `lines`; only these functions are wanted.
extern int setupterm(const char *name, int descriptor, int *error);
extern int tigetflag(const char *name);
extern int tigetnum(const char *name);
extern char *tigetstr(const char *name);

static inline WINDOW *periplus_stdscr(void) { return stdscr; }
static inline WINDOW *periplus_curscr(void) { return curscr; }
static inline int periplus_colors(void) { return COLORS; }
static inline int periplus_color_pairs(void) { return COLOR_PAIRS; }

static const attr_t periplus_bold = A_BOLD;
static const attr_t periplus_dim = A_DIM;
static const attr_t periplus_italic = A_ITALIC;
static const attr_t periplus_underline = A_UNDERLINE;
static const attr_t periplus_reverse = A_REVERSE;

static const mmask_t periplus_mouse_mask =
    BUTTON1_PRESSED | BUTTON1_RELEASED | BUTTON2_PRESSED | BUTTON2_RELEASED | BUTTON3_PRESSED | BUTTON3_RELEASED |
    BUTTON4_PRESSED | BUTTON5_PRESSED | BUTTON_CTRL | BUTTON_ALT | BUTTON_SHIFT;
static const mmask_t periplus_button1_pressed = BUTTON1_PRESSED;
static const mmask_t periplus_button1_released = BUTTON1_RELEASED;
static const mmask_t periplus_button2_pressed = BUTTON2_PRESSED;
static const mmask_t periplus_button2_released = BUTTON2_RELEASED;
static const mmask_t periplus_button3_pressed = BUTTON3_PRESSED;
static const mmask_t periplus_button3_released = BUTTON3_RELEASED;
static const mmask_t periplus_wheel_up = BUTTON4_PRESSED;
static const mmask_t periplus_wheel_down = BUTTON5_PRESSED;
static const mmask_t periplus_mouse_control = BUTTON_CTRL;
static const mmask_t periplus_mouse_alt = BUTTON_ALT;
static const mmask_t periplus_mouse_shift = BUTTON_SHIFT;

// The pair goes through setcchar's last argument: COLOR_PAIR() holds 8 bits only.
static inline int periplus_put(int y, int x, const wchar_t *text, attr_t attributes, int pair) {
  cchar_t cell;
  if (setcchar(&cell, text, attributes, (short)0, &pair) == ERR) return ERR;
  return mvwadd_wch(stdscr, y, x, &cell);
}

static inline int periplus_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

static inline int periplus_window_size(int descriptor, int *columns, int *rows) {
  struct winsize size;
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return -1;
  *columns = size.ws_col;
  *rows = size.ws_row;
  return 0;
}

static inline int periplus_is_utf8(void) {
  const char *codeset = nl_langinfo(CODESET);
  return codeset != NULL && strcmp(codeset, "UTF-8") == 0;
}

// What a fatal signal needs to write its report and to give the terminal back. It is written before the handlers are installed and only
// read by them, but for how far they are. A handler may only call async-signal-safe functions (POSIX, signal-safety(7)), so it is C: Swift
// code may allocate or initialize a global lazily. backtrace(3) is safe once it has loaded its library, which the installation sees to.
// One Swift file (FatalSignals.swift) uses these, so the program holds one copy.
#define PERIPLUS_FATAL_SIGNALS 7
static const int periplus_fatal_signals[PERIPLUS_FATAL_SIGNALS] = {SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS};
static const char *const periplus_fatal_names[PERIPLUS_FATAL_SIGNALS] = {"SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL",
                                                                          "SIGFPE",  "SIGTRAP", "SIGSYS"};
struct periplus_fatal_state {
  volatile sig_atomic_t armed;
  // 0: nothing; 1: the report is being written; 2: the terminal is being given back.
  volatile sig_atomic_t stage;
  volatile sig_atomic_t number;
  volatile sig_atomic_t reported;
  int descriptor;
  // Where the guard is told that the terminal was given back; what was written to standard error; -1 for none.
  int guardian;
  int errors;
  // Whether the signal then has its former effect; else the system's own.
  int chains;
  struct termios saved;
  char reset[256];
  char report[1024];
  char sentence[1400];
  char plain[256];
  struct sigaction previous[PERIPLUS_FATAL_SIGNALS];
};

static inline struct periplus_fatal_state *periplus_fatal(void) {
  static struct periplus_fatal_state state = {0};
  return &state;
}

static inline void periplus_fatal_write(int descriptor, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t count = write(descriptor, bytes, length);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    bytes += count;
    length -= (size_t)count;
  }
}

static inline void periplus_fatal_text(int descriptor, const char *text) { periplus_fatal_write(descriptor, text, strlen(text)); }

static inline void periplus_fatal_copy(int from, int to) {
  char bytes[4096];
  ssize_t count;
  while ((count = read(from, bytes, sizeof bytes)) > 0) periplus_fatal_write(to, bytes, (size_t)count);
}

static inline void periplus_fatal_report(int number) {
  struct periplus_fatal_state *state = periplus_fatal();
  int file = open(state->report, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return;
  state->reported = 1;
  periplus_fatal_text(file, "The console ended with ");
  for (int i = 0; i < PERIPLUS_FATAL_SIGNALS; i++)
    if (periplus_fatal_signals[i] == number) periplus_fatal_text(file, periplus_fatal_names[i]);
  periplus_fatal_text(file, ".\n\nWhat was written to standard error:\n");
  if (state->errors >= 0 && lseek(state->errors, 0, SEEK_SET) == 0) periplus_fatal_copy(state->errors, file);
  periplus_fatal_text(file, "\nWhere it was:\n");
  void *frames[128];
  backtrace_symbols_fd(frames, backtrace(frames, 128), file);
  periplus_fatal_text(file, "\nWhat is loaded where:\n");
  int maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  if (maps >= 0) {
    periplus_fatal_copy(maps, file);
    close(maps);
  }
  close(file);
}

// Also the handler of the alarm that ends a report which does not come to an end, and of a fault within it.
static inline void periplus_on_fatal(int number) {
  struct periplus_fatal_state *state = periplus_fatal();
  if (state->armed && state->stage == 0) {
    state->stage = 1;
    state->number = number;
    struct sigaction late;
    memset(&late, 0, sizeof late);
    late.sa_handler = periplus_on_fatal;
    late.sa_flags = SA_ONSTACK | SA_NODEFER;
    sigaction(SIGALRM, &late, NULL);
    alarm(3);
    if (state->report[0] != 0) periplus_fatal_report(number);
  }
  if (state->armed && state->stage == 1) {
    // After the report, which takes milliseconds in which another thread may still draw.
    state->stage = 2;
    number = state->number;
    periplus_fatal_text(state->descriptor, state->reset);
    tcsetattr(state->descriptor, TCSANOW, &state->saved);
    // 'S' as in TerminalGuard: a second reset would move the cursor over what is said here.
    if (state->guardian >= 0) periplus_fatal_write(state->guardian, "S", 1);
    periplus_fatal_text(state->descriptor, state->reported ? state->sentence : state->plain);
  }
  struct sigaction last;
  memset(&last, 0, sizeof last);
  last.sa_handler = SIG_DFL;
  for (int i = 0; i < PERIPLUS_FATAL_SIGNALS; i++)
    if (periplus_fatal_signals[i] == number) sigaction(number, state->chains ? &state->previous[i] : &last, NULL);
  raise(number);
}

static inline void periplus_fatal_keep(char *to, size_t size, const char *text) {
  strncpy(to, text, size - 1);
  to[size - 1] = 0;
}

static inline void periplus_fatal_install(int descriptor, int guardian, int errors, int chains, const struct termios *saved,
                                          const char *reset, const char *report, const char *sentence, const char *plain) {
  struct periplus_fatal_state *state = periplus_fatal();
  state->stage = 0;
  state->reported = 0;
  state->descriptor = descriptor;
  state->guardian = guardian;
  state->errors = errors;
  state->chains = chains;
  state->saved = *saved;
  periplus_fatal_keep(state->reset, sizeof state->reset, reset);
  periplus_fatal_keep(state->report, sizeof state->report, strlen(report) < sizeof state->report ? report : "");
  periplus_fatal_keep(state->sentence, sizeof state->sentence, sentence);
  periplus_fatal_keep(state->plain, sizeof state->plain, plain);
  void *frame;
  backtrace(&frame, 1);
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = periplus_on_fatal;
  action.sa_flags = SA_ONSTACK | SA_NODEFER;
  sigemptyset(&action.sa_mask);
  for (int i = 0; i < PERIPLUS_FATAL_SIGNALS; i++) sigaction(periplus_fatal_signals[i], &action, &state->previous[i]);
  state->armed = 1;
}

static inline void periplus_fatal_arm(int armed) { periplus_fatal()->armed = armed; }

static inline void periplus_fatal_remove(void) {
  periplus_fatal()->armed = 0;
  for (int i = 0; i < PERIPLUS_FATAL_SIGNALS; i++) sigaction(periplus_fatal_signals[i], &periplus_fatal()->previous[i], NULL);
}

// A file in memory that no one else sees; memfd_create(2) needs _GNU_SOURCE.
static inline int periplus_memory_file(const char *name) { return (int)syscall(SYS_memfd_create, name, 1 /* MFD_CLOEXEC */); }

// fcntl(2) is variadic.
static inline int periplus_duplicate(int descriptor) { return fcntl(descriptor, F_DUPFD_CLOEXEC, 3); }

// Signals as bytes of a pipe. A signalfd would need every thread to block the signals, but libdispatch's dispatch_main(), under every
// asynchronous main, leaves a thread in sigsuspend() with an empty mask, which would take them all.
// One Swift file (TerminalSignals.swift) uses these.
#define PERIPLUS_CONSOLE_SIGNALS 7
static const int periplus_console_signals[PERIPLUS_CONSOLE_SIGNALS] = {SIGWINCH, SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT};
struct periplus_signal_state {
  volatile sig_atomic_t descriptor;
  struct sigaction previous[PERIPLUS_CONSOLE_SIGNALS];
};

static inline struct periplus_signal_state *periplus_signals(void) {
  static struct periplus_signal_state state = {-1};
  return &state;
}

static inline void periplus_on_signal(int number) {
  int error = errno;
  unsigned char byte = (unsigned char)number;
  // A full pipe already holds more than enough to wake the loop.
  if (periplus_signals()->descriptor >= 0 && write(periplus_signals()->descriptor, &byte, 1) < 0) {}
  errno = error;
}

static inline void periplus_signal_action(int number, int handled) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handled ? periplus_on_signal : SIG_IGN;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, NULL);
}

static inline void periplus_signals_install(int descriptor) {
  periplus_signals()->descriptor = descriptor;
  for (int i = 0; i < PERIPLUS_CONSOLE_SIGNALS; i++) {
    sigaction(periplus_console_signals[i], NULL, &periplus_signals()->previous[i]);
    periplus_signal_action(periplus_console_signals[i], 1);
  }
}

static inline void periplus_signals_remove(void) {
  for (int i = 0; i < PERIPLUS_CONSOLE_SIGNALS; i++)
    sigaction(periplus_console_signals[i], &periplus_signals()->previous[i], NULL);
  periplus_signals()->descriptor = -1;
}
