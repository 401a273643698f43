// The wide-character API of ncurses, and what Swift's importer leaves out of it: globals, macros and variadic functions.
#pragma once
#define NCURSES_WIDECHAR 1
#include <errno.h>
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

// What a fatal signal needs to give the terminal back. It is written before the handlers are installed and only read by them. A handler may
// only call async-signal-safe functions (POSIX, signal-safety(7)), so it is C: Swift code may allocate or initialize a global lazily.
// One Swift file (FatalSignals.swift) uses these, so the program holds one copy.
#define PERIPLUS_FATAL_SIGNALS 7
static const int periplus_fatal_signals[PERIPLUS_FATAL_SIGNALS] = {SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS};
struct periplus_fatal_state {
  volatile sig_atomic_t armed;
  int descriptor;
  struct termios saved;
  char reset[256];
  size_t reset_length;
  struct sigaction previous[PERIPLUS_FATAL_SIGNALS];
};

static inline struct periplus_fatal_state *periplus_fatal(void) {
  static struct periplus_fatal_state state = {0};
  return &state;
}

static inline void periplus_on_fatal(int number) {
  int error = errno;
  if (periplus_fatal()->armed) {
    periplus_fatal()->armed = 0;
    size_t done = 0;
    while (done < periplus_fatal()->reset_length) {
      ssize_t count = write(periplus_fatal()->descriptor, periplus_fatal()->reset + done, periplus_fatal()->reset_length - done);
      if (count <= 0) break;
      done += (size_t)count;
    }
    tcsetattr(periplus_fatal()->descriptor, TCSANOW, &periplus_fatal()->saved);
  }
  // The signal is blocked here: it strikes again, with its former effect, when this handler returns.
  for (int i = 0; i < PERIPLUS_FATAL_SIGNALS; i++)
    if (periplus_fatal_signals[i] == number) sigaction(number, &periplus_fatal()->previous[i], NULL);
  errno = error;
  raise(number);
}

static inline void periplus_fatal_install(int descriptor, const struct termios *saved, const char *reset, size_t length) {
  periplus_fatal()->descriptor = descriptor;
  periplus_fatal()->saved = *saved;
  periplus_fatal()->reset_length = length < sizeof periplus_fatal()->reset ? length : sizeof periplus_fatal()->reset;
  memcpy(periplus_fatal()->reset, reset, periplus_fatal()->reset_length);
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = periplus_on_fatal;
  action.sa_flags = SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (int i = 0; i < PERIPLUS_FATAL_SIGNALS; i++)
    sigaction(periplus_fatal_signals[i], &action, &periplus_fatal()->previous[i]);
  periplus_fatal()->armed = 1;
}

static inline void periplus_fatal_arm(int armed) { periplus_fatal()->armed = armed; }

static inline void periplus_fatal_remove(void) {
  periplus_fatal()->armed = 0;
  for (int i = 0; i < PERIPLUS_FATAL_SIGNALS; i++) sigaction(periplus_fatal_signals[i], &periplus_fatal()->previous[i], NULL);
}

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
