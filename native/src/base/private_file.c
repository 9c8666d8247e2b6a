/* Private files: a lock on the temporary one keeps two runs from writing into each other's. */
#include "private_file.h"
#include "fail.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static pr_status failed(const prt_private_file *file, int reason, pr_error *error) {
    return prt_fail(error, PR_E_IO, "%s: cannot be written (%s); check the path and its rights", file->path,
                    strerror(reason));
}

/* Is what was opened and locked still what the temporary name means? Another run may have put it in its place. */
static bool is_ours(int descriptor, const char *temporary) {
    struct stat opened, named;
    return fstat(descriptor, &opened) == 0 && lstat(temporary, &named) == 0 && S_ISREG(opened.st_mode) &&
           opened.st_nlink == 1 && opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

pr_status prt_private_open(const char *path, prt_private_file *out, pr_error *error) {
    int size = snprintf(out->path, sizeof out->path, "%s", path);
    out->file = NULL;
    snprintf(out->temporary, sizeof out->temporary, "%s.partial", out->path);
    if (size < 0 || (size_t)size >= sizeof out->path)
        return failed(out, ENAMETOOLONG, error);
    int descriptor = open(out->temporary, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (descriptor < 0)
        return failed(out, errno, error);
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0 || !is_ours(descriptor, out->temporary)) {
        close(descriptor);
        return prt_fail(error, PR_E_LOCKED, "%s: another run is writing it; wait for its end", out->path);
    }
    if (fchmod(descriptor, 0600) == 0 && ftruncate(descriptor, 0) == 0)
        out->file = fdopen(descriptor, "wb");
    if (out->file)
        return PR_OK;
    int reason = errno;
    unlink(out->temporary);
    close(descriptor);
    return failed(out, reason, error);
}

pr_status prt_private_write(prt_private_file *file, const char *bytes, size_t size, pr_error *error) {
    return fwrite(bytes, 1, size, file->file) == size ? PR_OK : failed(file, errno, error);
}

pr_status prt_private_finish(prt_private_file *file, pr_error *error) {
    return fflush(file->file) == 0 && fsync(fileno(file->file)) == 0 ? PR_OK : failed(file, errno, error);
}

pr_status prt_private_commit(prt_private_file *file, pr_error *error) {
    if (rename(file->temporary, file->path) != 0)
        return failed(file, errno, error);
    fclose(file->file); /* flushed already */
    file->file = NULL;
    return PR_OK;
}

void prt_private_drop(prt_private_file *file) {
    if (!file->file)
        return;
    unlink(file->temporary);
    fclose(file->file);
    file->file = NULL;
}
