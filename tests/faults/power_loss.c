/* Keeps what a power loss would leave of the files under QCY_WATCHED: a file's bytes as they were at its last
 * fsync or fdatasync, a folder's names as they were at its last fsync. Loaded with LD_PRELOAD.
 *
 * Everything is kept by inode number in QCY_SHADOW: `bytes-N` for a file, `names-N` for a folder. A rename or unlink
 * needs no care of its own: it counts when the folder is synced. Writes that reach the disk by other ways (O_SYNC,
 * msync, sync) are not followed, so this disk keeps less than a real one, never more.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int watched(const char *path) {
    const char *root = getenv("QCY_WATCHED");
    return root && strncmp(path, root, strlen(root)) == 0;
}

static void give_up(const char *what) { /* a shadow with a hole would accuse the product */
    perror(what);
    abort();
}

/* The bytes through the descriptor that was synced: closing a second one would drop SQLite's locks (POSIX). */
static void keep_bytes(int fd, int into) {
    char buffer[1 << 16];
    char self[32];
    int again = -1;
    off_t at = 0;
    ssize_t got;
    if ((fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY) { /* an upload, never a database */
        snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
        fd = again = open(self, O_RDONLY | O_CLOEXEC);
    }
    while ((got = pread(fd, buffer, sizeof buffer, at)) > 0) {
        if (write(into, buffer, (size_t)got) != got) give_up("shadow");
        at += got;
    }
    if (got < 0) give_up("pread");
    if (again >= 0) close(again);
}

static void keep_names(int fd, int into) {
    char self[32];
    struct dirent *entry;
    DIR *folder;
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    if (!(folder = opendir(self))) give_up("opendir");
    while ((entry = readdir(folder)))
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
            dprintf(into, "%c %llu %s\n", entry->d_type == DT_DIR ? 'd' : 'f', (unsigned long long)entry->d_ino,
                    entry->d_name);
    closedir(folder);
}

/* Written beside and renamed: a kill in between leaves the state of the sync before. */
static void keep(int fd) {
    char self[32], path[PATH_MAX], draft[PATH_MAX], final[PATH_MAX];
    const char *shadow = getenv("QCY_SHADOW");
    struct stat about;
    int into;
    ssize_t length;
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    if (!shadow || (length = readlink(self, path, sizeof path - 1)) < 0) return;
    path[length] = 0;
    if (!watched(path) || fstat(fd, &about)) return;
    snprintf(final, sizeof final, "%s/%s-%llu", shadow, S_ISDIR(about.st_mode) ? "names" : "bytes",
             (unsigned long long)about.st_ino);
    snprintf(draft, sizeof draft, "%s/draft-%ld", shadow, syscall(SYS_gettid));
    if ((into = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) < 0) give_up(draft);
    if (S_ISDIR(about.st_mode)) keep_names(fd, into);
    else keep_bytes(fd, into);
    close(into);
    if (rename(draft, final)) give_up(final);
}

int fsync(int fd) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    int answer = real(fd);
    if (!answer) keep(fd);
    return answer;
}

int fdatasync(int fd) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    int answer = real(fd);
    if (!answer) keep(fd);
    return answer;
}

/* A removed file keeps its number until we die: a new file that took it over would be read under the old name,
 * which the folder on the disk still has. O_PATH opens no file, so closing it at the end drops no lock. */
int unlink(const char *path) {
    int (*real)(const char *) = (int (*)(const char *))dlsym(RTLD_NEXT, "unlink");
    char whole[PATH_MAX];
    if (realpath(path, whole) && watched(whole)) (void)!open(whole, O_PATH | O_CLOEXEC);
    return real(path);
}
