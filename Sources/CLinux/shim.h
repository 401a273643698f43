// What Swift's importer leaves out of Linux's headers: variadic functions and macros.
#pragma once
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>
#include <malloc.h>

static inline int periplus_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }
static inline int periplus_limit_malloc_arenas(int count) { return mallopt(M_ARENA_MAX, count); }
