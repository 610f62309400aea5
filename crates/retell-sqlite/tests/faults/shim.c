// A disk that is watched, and that fails when it is told to.
//
// Preloaded into a process, it records in the order in which they happen all
// writes, syncs, creations and removals of one database ($FAULT_DATABASE) and
// of the files beside it into $FAULT_LOG; disk.rs rebuilds from that what a
// disk would hold. A file that is not among them is left alone. Nothing is
// really synced: what a sync is worth is decided by whoever reads the record.
//
// What the process writes to <database>.marks is recorded in the same order,
// and a line of these is an order:
//
//   sync FILE N once     the Nth sync of the file (db, wal, any) from here on
//   sync FILE N forever  fails with EIO; forever: and all after it
//   full BYTES           the files may grow by so much, then the disk is full
//   full index           the index of the log (-shm) cannot grow
//   room                 there is room again
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum file { OTHER, DB, WAL, JOURNAL, FOLDER, MARKS, SHM };
#define DURABLE(file) ((file) >= DB && (file) <= JOURNAL)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned char files[65536]; // by descriptor
static const char *database;
static int record_fd = -1;
static long long room = -1; // by how much the files may grow; -1 is any
static int index_full;
static int failing_file, syncs_left, fails_once;

__attribute__((constructor)) static void start(void) {
    database = getenv("FAULT_DATABASE");
    const char *path = getenv("FAULT_LOG");
    if (path) record_fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static enum file of(const char *path) {
    if (!database || record_fd < 0) return OTHER;
    size_t length = strlen(database);
    if (strncmp(path, database, length)) {
        size_t folder = strrchr(database, '/') - database;
        return strlen(path) == folder && !strncmp(path, database, folder) ? FOLDER : OTHER;
    }
    path += length;
    return !*path ? DB : !strcmp(path, "-wal") ? WAL : !strcmp(path, "-journal") ? JOURNAL
        : !strcmp(path, "-shm") ? SHM : !strcmp(path, ".marks") ? MARKS : OTHER;
}

static enum file at(int fd) { return fd >= 0 && fd < 65536 ? files[fd] : OTHER; }

static void record(char what, enum file file, uint64_t offset, const void *data, uint32_t length) {
    struct { char what, file; uint16_t zero; uint32_t length; uint64_t offset; } head = {what, file, 0, length, offset};
    struct iovec parts[] = {{&head, sizeof head}, {(void *)data, length}};
    if (file != OTHER && (file != SHM || what == 'e') && writev(record_fd, parts, 2) != (ssize_t)(sizeof head + length)) abort();
}

static void obey(const void *data, size_t length) {
    char line[128] = {0}, file[8], how[8];
    memcpy(line, data, length < 127 ? length : 127);
    if (sscanf(line, "sync %7s %d %7s", file, &syncs_left, how) == 3) {
        failing_file = !strcmp(file, "db") ? DB : !strcmp(file, "wal") ? WAL : -1;
        fails_once = !strcmp(how, "once");
    }
    sscanf(line, "full %lld", &room);
    if (!strcmp(line, "full index\n")) index_full = 1;
    if (!strcmp(line, "room\n")) room = -1, index_full = 0;
}

static int opened(int dir, const char *path, int flags, mode_t mode) {
    enum file file = of(path);
    pthread_mutex_lock(&lock);
    int is_new = DURABLE(file) && (flags & O_CREAT) && access(path, F_OK);
    int fd = syscall(SYS_openat, dir, path, flags, mode);
    if (fd >= 0 && fd < 65536) files[fd] = file;
    if (fd >= 0 && is_new) record('c', file, 0, "", 0);
    pthread_mutex_unlock(&lock);
    return fd;
}

// How much of a write there is room for, which is taken then.
static size_t fitting(int fd, enum file file, size_t length, off_t offset) {
    struct stat now;
    if (file == SHM && index_full) return 0;
    if (room < 0 || !(DURABLE(file) || file == SHM) || fstat(fd, &now)) return length;
    long long grows = (long long)offset + (long long)length - now.st_size;
    if (grows <= 0) return length;
    long long taken = grows < room ? grows : room;
    long long fits = (long long)length - (grows - taken);
    if (fits <= 0) return 0;
    room -= taken;
    return fits;
}

static ssize_t put(int fd, const void *data, size_t length, off_t offset, int moves) {
    enum file file = at(fd);
    if (file == OTHER)
        return moves ? syscall(SYS_write, fd, data, length) : syscall(SYS_pwrite64, fd, data, length, offset);
    pthread_mutex_lock(&lock);
    if (moves) offset = lseek(fd, 0, SEEK_CUR);
    size_t fits = fitting(fd, file, length, offset);
    ssize_t done = -1;
    if (length && !fits) record('e', file, offset, "", 0), errno = ENOSPC;
    else done = moves ? syscall(SYS_write, fd, data, fits) : syscall(SYS_pwrite64, fd, data, fits, offset);
    if (done > 0) record('w', file, offset, data, done);
    if (done > 0 && file == MARKS) obey(data, done);
    pthread_mutex_unlock(&lock);
    return done;
}

static int synced(int fd, long call) {
    enum file file = at(fd);
    if (file == OTHER) return syscall(call, fd);
    pthread_mutex_lock(&lock);
    int counts = DURABLE(file) && (failing_file == -1 || failing_file == (int)file);
    int fails = counts && --syncs_left <= 0;
    if (fails && fails_once) failing_file = 0;
    record(fails ? 'f' : 's', file, 0, "", 0);
    pthread_mutex_unlock(&lock);
    if (fails) errno = EIO;
    return fails ? -1 : 0;
}

static int cut(int fd, off_t length) {
    pthread_mutex_lock(&lock);
    int done = syscall(SYS_ftruncate, fd, length);
    if (!done) record('t', at(fd), length, "", 0);
    pthread_mutex_unlock(&lock);
    return done;
}

#define MODE va_list rest; va_start(rest, flags); mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; va_end(rest)
int open(const char *path, int flags, ...) { MODE; return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE; return opened(AT_FDCWD, path, flags, mode); }
int openat(int dir, const char *path, int flags, ...) { MODE; return opened(dir, path, flags, mode); }
int openat64(int dir, const char *path, int flags, ...) { MODE; return opened(dir, path, flags, mode); }
ssize_t write(int fd, const void *data, size_t length) { return put(fd, data, length, 0, 1); }
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return put(fd, data, length, offset, 0); }
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) { return put(fd, data, length, offset, 0); }
int ftruncate(int fd, off_t length) { return cut(fd, length); }
int ftruncate64(int fd, off64_t length) { return cut(fd, length); }
int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

int unlink(const char *path) {
    enum file file = of(path);
    pthread_mutex_lock(&lock);
    int done = syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (!done) record('u', file, 0, "", 0);
    pthread_mutex_unlock(&lock);
    return done;
}

int close(int fd) {
    pthread_mutex_lock(&lock);
    if (fd >= 0 && fd < 65536) files[fd] = OTHER;
    pthread_mutex_unlock(&lock);
    return syscall(SYS_close, fd);
}
