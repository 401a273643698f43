// What Swift's importer leaves out of Linux's headers: variadic functions, macros, and what needs _GNU_SOURCE.
#pragma once
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/ioctl.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <netinet/in.h>
#include <time.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>
#include <malloc.h>

static inline int periplus_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }
static inline int periplus_limit_malloc_arenas(int count) { return mallopt(M_ARENA_MAX, count); }

// open(2) is variadic; every descriptor is closed on exec, so that none leaks into a child.
static inline int periplus_open(const char *path, int flags, mode_t mode) { return open(path, flags | O_CLOEXEC, mode); }

// A descriptor that can be read once the process has ended (pidfd_open(2)); -1 when there is no such process. Closed on exec.
static inline int periplus_pidfd(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

static inline int periplus_thread_id(void) { return (int)syscall(SYS_gettid); }

// pipe2(2) needs _GNU_SOURCE. Both ends are closed on exec.
static inline int periplus_pipe(int ends[2]) { return (int)syscall(SYS_pipe2, ends, O_CLOEXEC); }

static inline int periplus_set_nonblocking(int fd) {
  int flags = fcntl(fd, F_GETFL);
  return flags < 0 ? flags : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

// Declared by glibc (2.29 and 2.34) only under _GNU_SOURCE.
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *, const char *);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);

// Starts a program that has nothing of its parent but its three standard descriptors: no other open file, no blocked
// or ignored signal. With `session` it leads a session of its own, so that no terminal's hang-up reaches it; without,
// it leads a process group. `cwd` may be null. Answers 0 or the error number; a failed exec is reported too.
//
// With two `kept` descriptors (else -1) the program has those as 3 and 4, and knows nothing of it.
static inline int periplus_spawn_keeping(pid_t *pid, const char *path, char *const argv[], char *const envp[],
                                         const char *cwd, int in, int out, int err, int session, int kept,
                                         int kept_too) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  int result = posix_spawn_file_actions_init(&actions);
  if (result) return result;
  result = posix_spawnattr_init(&attributes);
  if (result) {
    posix_spawn_file_actions_destroy(&actions);
    return result;
  }
  if (!result) result = posix_spawn_file_actions_adddup2(&actions, in, 0);
  if (!result) result = posix_spawn_file_actions_adddup2(&actions, out, 1);
  if (!result) result = posix_spawn_file_actions_adddup2(&actions, err, 2);
  // Copies above the places that they are put into: neither may take the other's.
  int first = kept < 0 ? -1 : fcntl(kept, F_DUPFD_CLOEXEC, 5);
  int second = kept_too < 0 ? -1 : fcntl(kept_too, F_DUPFD_CLOEXEC, 5);
  int keeps = first >= 0 && second >= 0;
  if (!result && keeps) result = posix_spawn_file_actions_adddup2(&actions, first, 3);
  if (!result && keeps) result = posix_spawn_file_actions_adddup2(&actions, second, 4);
  if (!result) result = posix_spawn_file_actions_addclosefrom_np(&actions, keeps ? 5 : 3);
  if (!result && cwd) result = posix_spawn_file_actions_addchdir_np(&actions, cwd);
  if (!result) result = posix_spawnattr_setsigmask(&attributes, &none);
  if (!result) result = posix_spawnattr_setsigdefault(&attributes, &all);
  if (!result) result = posix_spawnattr_setpgroup(&attributes, 0);
  // 0x80 is POSIX_SPAWN_SETSID, a GNU extension until POSIX.1-2024.
  short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (session ? 0x80 : POSIX_SPAWN_SETPGROUP);
  if (!result) result = posix_spawnattr_setflags(&attributes, flags);
  if (!result) result = posix_spawn(pid, path, &actions, &attributes, argv, envp);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (first >= 0) close(first);
  if (second >= 0) close(second);
  return result;
}

static inline int periplus_spawn(pid_t *pid, const char *path, char *const argv[], char *const envp[], const char *cwd,
                                 int in, int out, int err, int session) {
  return periplus_spawn_keeping(pid, path, argv, envp, cwd, in, out, err, session, -1, -1);
}

// A descriptor that becomes readable when one of the signals is pending; they must be blocked. Never blocks, closed on exec.
static inline int periplus_signalfd(const sigset_t *signals) { return signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK); }
// A counter that poll(2) can wait for. Never blocks, closed on exec.
static inline int periplus_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

// Tells of changes in folders (inotify(7)). Never blocks, closed on exec.
static inline int periplus_inotify(void) { return inotify_init1(IN_CLOEXEC | IN_NONBLOCK); }
// Watches a folder for what is written, made, renamed and removed in it; the number of the watch, or -1.
static inline int periplus_inotify_watch(int fd, const char *folder) {
  return inotify_add_watch(fd, folder, IN_MODIFY | IN_CREATE | IN_MOVE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR);
}
// Of an event's mask: the watch has ended; events were lost.
static const unsigned periplus_inotify_ended = IN_IGNORED;
static const unsigned periplus_inotify_lost = IN_Q_OVERFLOW;

// The macros of wait(2).
static inline int periplus_exited(int status) { return WIFEXITED(status); }
static inline int periplus_exit_code(int status) { return WEXITSTATUS(status); }
static inline int periplus_term_signal(int status) { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }

// Structures that several C modules know have no one module to import them from in Swift: these answer plain numbers.

// Nanoseconds since 1970.
static inline long long periplus_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (long long)now.tv_sec * 1000000000LL + now.tv_nsec;
}

// Seconds since a file was last written; -1 when there is none.
static inline long long periplus_file_age(const char *path) {
  struct stat info;
  return stat(path, &info) ? -1 : (long long)time(0) - (long long)info.st_mtim.tv_sec;
}

// What tells an open file from another; 0 when that cannot be known.
static inline unsigned long long periplus_inode(int descriptor) {
  struct stat info;
  return fstat(descriptor, &info) ? 0 : (unsigned long long)info.st_ino;
}

static inline void periplus_unblock(int signal) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  sigprocmask(SIG_UNBLOCK, &set, 0);
}

// Whether a listener of ours could have this TCP port of 127.0.0.1.
static inline int periplus_port_is_free(int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return 0;
  int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int free = bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 1) == 0;
  close(fd);
  return free;
}
