// A disk that fails, is slow, or on which a program dies: loaded into a program by LD_PRELOAD, on Linux.
//
// It counts the operations on what lies below the working directory in which the program started, and strikes at one.
//   DISK_FAULT    EIO: the device fails. ENOSPC: it is full; only operations that take space count. KILL: the program is killed, and
//                 a write is cut in the middle; only changes count. SLOW: every fsync waits. COUNT: nothing; all count.
//   DISK_AT       the number of the operation at which it strikes, from 1; with SLOW the milliseconds
//   DISK_LASTING  1: all later operations fail as well
//   DISK_LOG      a file that gets the struck operation as a line "at NUMBER NAME PATH", and at the end of the program "of COUNT"
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum Kind { NONE, INPUT_OUTPUT, SPACE, DEATH, SLOWNESS, COUNTING };
// The nature of an operation.
enum { READS = 0, CHANGES = 1, TAKES_SPACE = 2 };

static enum Kind kind;
static long at;
static int is_lasting;
static atomic_long seen, struck;
static char root[PATH_MAX];
static size_t root_length;
static int log_file = -1;
// The paths of open files below the root.
enum { MOST_FILES = 1024 };
static char *paths[MOST_FILES];

#define REAL(result, name, ...)                                  \
  static result (*real_##name)(__VA_ARGS__);                     \
  if (!real_##name) *(void **)&real_##name = dlsym(RTLD_NEXT, #name)

static void note(const char *format, ...) {
  char line[PATH_MAX + 100];
  va_list values;
  va_start(values, format);
  int length = vsnprintf(line, sizeof line, format, values);
  va_end(values);
  REAL(ssize_t, write, int, const void *, size_t);
  if (log_file >= 0 && length > 0) (void)!real_write(log_file, line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);
}

__attribute__((constructor)) static void start(void) {
  const char *fault = getenv("DISK_FAULT"), *place = getenv("DISK_AT"), *lasting = getenv("DISK_LASTING"), *log = getenv("DISK_LOG");
  if (!fault || !getcwd(root, sizeof root)) return;
  root_length = strlen(root);
  at = place ? atol(place) : 0;
  is_lasting = lasting && *lasting == '1';
  REAL(int, open, const char *, int, ...);
  if (log) log_file = real_open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  kind = !strcmp(fault, "EIO") ? INPUT_OUTPUT : !strcmp(fault, "ENOSPC") ? SPACE : !strcmp(fault, "KILL") ? DEATH
    : !strcmp(fault, "SLOW") ? SLOWNESS : COUNTING;
}

__attribute__((destructor)) static void end(void) { note("of %ld\n", atomic_load(&seen)); }

static int is_below(const char *path) {
  if (kind == NONE || !path || !*path) return 0;
  return *path != '/' || (!strncmp(path, root, root_length) && (path[root_length] == '/' || !path[root_length]));
}

static const char *path_of(int file) { return file >= 0 && file < MOST_FILES ? paths[file] : NULL; }

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

// The error of an operation: 0 for none, -1 for the death of the program.
static int strike(const char *name, const char *path, int nature) {
  if (kind == NONE || kind == SLOWNESS) return 0;
  if (kind == SPACE && !(nature & TAKES_SPACE)) return 0;
  if (kind == DEATH && !(nature & CHANGES)) return 0;
  long number = atomic_fetch_add(&seen, 1) + 1;
  if (kind == COUNTING || at == 0 || !(number == at || (is_lasting && number > at))) return 0;
  if (atomic_fetch_add(&struck, 1) == 0) note("at %ld %s %s\n", number, name, path);
  return kind == DEATH ? -1 : kind == SPACE ? ENOSPC : EIO;
}

#define FAIL_OR(failure, path, name, nature)                                        \
  if (is_below(path)) {                                                             \
    int error = strike(name, path, nature);                                         \
    if (error < 0) die();                                                           \
    if (error > 0) { errno = error; return failure; }                               \
  }
#define FAIL_FILE_OR(failure, file, name, nature)                                   \
  if (path_of(file)) {                                                              \
    int error = strike(name, path_of(file), nature);                                \
    if (error < 0) die();                                                           \
    if (error > 0) { errno = error; return failure; }                               \
  }

static int opened(int file, const char *path) {
  if (file >= 0 && file < MOST_FILES && is_below(path)) {
    free(paths[file]);
    paths[file] = strdup(path);
  }
  return file;
}

static int nature_of(int flags) {
  return (flags & O_CREAT ? TAKES_SPACE | CHANGES : READS) | (flags & O_TRUNC ? CHANGES : READS);
}

#define OPEN(name)                                                                  \
  int name(const char *path, int flags, ...) {                                      \
    REAL(int, name, const char *, int, ...);                                        \
    va_list values;                                                                 \
    va_start(values, flags);                                                        \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(values, mode_t) : 0;       \
    va_end(values);                                                                 \
    FAIL_OR(-1, path, "open", nature_of(flags))                                     \
    return opened(real_##name(path, flags, mode), path);                            \
  }
OPEN(open)
OPEN(open64)

int close(int file) {
  REAL(int, close, int);
  // A failing close closes the file all the same.
  char *path = file >= 0 && file < MOST_FILES ? paths[file] : NULL;
  if (path) paths[file] = NULL;
  int result = real_close(file);
  int error = path ? strike("close", path, READS) : 0;
  free(path);
  if (error < 0) die();
  if (error > 0) { errno = error; return -1; }
  return result;
}

#define TRANSFER(name, nature, bytes, parameters, half, whole, ...)                 \
  ssize_t name parameters {                                                         \
    REAL(ssize_t, name, __VA_ARGS__);                                               \
    int error = path_of(file) ? strike(#name, path_of(file), nature) : 0;           \
    if (error && ((nature) & CHANGES) && count > 1) (void)!real_##name half;          \
    if (error < 0) die();                                                           \
    if (error > 0) { errno = error; return -1; }                                    \
    return real_##name whole;                                                       \
  }
TRANSFER(read, READS, void *, (int file, void *bytes, size_t count), (file, bytes, 0), (file, bytes, count), int, void *, size_t)
TRANSFER(write, CHANGES | TAKES_SPACE, const void *, (int file, const void *bytes, size_t count), (file, bytes, count / 2),
  (file, bytes, count), int, const void *, size_t)
TRANSFER(pread, READS, void *, (int file, void *bytes, size_t count, off_t place), (file, bytes, 0, place),
  (file, bytes, count, place), int, void *, size_t, off_t)
TRANSFER(pread64, READS, void *, (int file, void *bytes, size_t count, off64_t place), (file, bytes, 0, place),
  (file, bytes, count, place), int, void *, size_t, off64_t)

#define ON_FILE(name, nature, parameters, arguments, ...)                           \
  int name parameters {                                                             \
    REAL(int, name, __VA_ARGS__);                                                   \
    FAIL_FILE_OR(-1, file, #name, nature)                                           \
    return real_##name arguments;                                                   \
  }
ON_FILE(ftruncate, CHANGES, (int file, off_t count), (file, count), int, off_t)
ON_FILE(fchmod, CHANGES, (int file, mode_t mode), (file, mode), int, mode_t)
ON_FILE(fstat, READS, (int file, struct stat *status), (file, status), int, struct stat *)

int fsync(int file) {
  REAL(int, fsync, int);
  if (path_of(file) && kind == SLOWNESS) usleep((useconds_t)at * 1000);
  FAIL_FILE_OR(-1, file, "fsync", CHANGES | TAKES_SPACE)
  return real_fsync(file);
}

int posix_fallocate(int file, off_t start, off_t count) {
  REAL(int, posix_fallocate, int, off_t, off_t);
  // This one returns its error.
  FAIL_FILE_OR(error, file, "posix_fallocate", CHANGES | TAKES_SPACE)
  return real_posix_fallocate(file, start, count);
}

#define ON_PATH(name, nature, parameters, arguments, ...)                           \
  int name parameters {                                                             \
    REAL(int, name, __VA_ARGS__);                                                   \
    FAIL_OR(-1, path, #name, nature)                                                \
    return real_##name arguments;                                                   \
  }
ON_PATH(stat, READS, (const char *path, struct stat *status), (path, status), const char *, struct stat *)
ON_PATH(lstat, READS, (const char *path, struct stat *status), (path, status), const char *, struct stat *)
ON_PATH(statvfs, READS, (const char *path, struct statvfs *status), (path, status), const char *, struct statvfs *)
ON_PATH(mkdir, CHANGES | TAKES_SPACE, (const char *path, mode_t mode), (path, mode), const char *, mode_t)
ON_PATH(rename, CHANGES | TAKES_SPACE, (const char *path, const char *to), (path, to), const char *, const char *)
ON_PATH(unlink, CHANGES, (const char *path), (path), const char *)
ON_PATH(rmdir, CHANGES, (const char *path), (path), const char *)

int symlink(const char *target, const char *path) {
  REAL(int, symlink, const char *, const char *);
  FAIL_OR(-1, path, "symlink", CHANGES | TAKES_SPACE)
  return real_symlink(target, path);
}

int renameat2(int folder, const char *path, int other, const char *to, unsigned int flags) {
  REAL(int, renameat2, int, const char *, int, const char *, unsigned int);
  FAIL_OR(-1, path, "renameat2", CHANGES | TAKES_SPACE)
  return real_renameat2(folder, path, other, to, flags);
}

int utimensat(int folder, const char *path, const struct timespec times[2], int flags) {
  REAL(int, utimensat, int, const char *, const struct timespec[2], int);
  FAIL_OR(-1, path, "utimensat", CHANGES)
  return real_utimensat(folder, path, times, flags);
}

ssize_t readlink(const char *path, char *bytes, size_t count) {
  REAL(ssize_t, readlink, const char *, char *, size_t);
  FAIL_OR(-1, path, "readlink", READS)
  return real_readlink(path, bytes, count);
}

char *realpath(const char *path, char *resolved) {
  REAL(char *, realpath, const char *, char *);
  FAIL_OR(NULL, path, "realpath", READS)
  return real_realpath(path, resolved);
}

DIR *opendir(const char *path) {
  REAL(DIR *, opendir, const char *);
  FAIL_OR(NULL, path, "opendir", READS)
  return real_opendir(path);
}
