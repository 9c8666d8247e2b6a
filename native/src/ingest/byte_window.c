/* Files in stretches: pread for plain ones (mapped pages would count as the process's memory, and a file that shrinks
 * meanwhile would be a signal instead of an error), zlib for compressed ones. */
#include "byte_window.h"

#include "fail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { GZIP_BUFFER = 1 << 17 };

static pr_status cannot_read(const char *path, const char *why, pr_error *error) {
    return prt_fail(error, PR_E_IO, "%s cannot be read: %s", path, why);
}

pr_status prt_file_open(const char *path, prt_file *out, pr_error *error) {
    struct stat about;
    unsigned char first[2] = {0};
    *out = (prt_file){.path = path, .plain = open(path, O_RDONLY | O_CLOEXEC)};
    if (out->plain < 0 || fstat(out->plain, &about) != 0)
        return cannot_read(path, strerror(errno), error);
    if (!S_ISREG(about.st_mode)) {
        prt_file_close(out);
        return cannot_read(path, S_ISDIR(about.st_mode) ? "it is a folder" : "it is no ordinary file; copy it to one",
                           error);
    }
    out->size = (uint64_t)about.st_size;
    if (pread(out->plain, first, 2, 0) != 2 || first[0] != 0x1F || first[1] != 0x8B)
        return PR_OK;
    out->gzip = gzdopen(out->plain, "rb");
    if (!out->gzip) {
        prt_file_close(out);
        return prt_fail_memory(error, path);
    }
    out->plain = -1;
    gzbuffer(out->gzip, GZIP_BUFFER);
    return PR_OK;
}

void prt_file_close(prt_file *file) {
    if (file->gzip)
        gzclose(file->gzip);
    else if (file->plain >= 0)
        close(file->plain);
    file->gzip = NULL;
    file->plain = -1;
}

static ssize_t read_some(const prt_window *window, const prt_file *file, size_t bytes) {
    char *to = window->bytes + window->size;
    if (file->gzip)
        return gzread(file->gzip, to, (unsigned)(bytes < 1 << 30 ? bytes : 1 << 30));
    return pread(file->plain, to, bytes, (off_t)(window->offset + window->size));
}

static pr_status read_failed(const prt_file *file, pr_error *error) {
    int code = 0;
    const char *why = file->gzip ? gzerror(file->gzip, &code) : strerror(errno);
    if (file->gzip && code != Z_ERRNO)
        return prt_fail(error, PR_E_FORMAT, "%s is damaged: it cannot be unpacked (%s); fetch it again", file->path,
                        why);
    return cannot_read(file->path, code == Z_ERRNO ? strerror(errno) : why, error);
}

static bool make_room(prt_window *window, size_t wanted) {
    if (wanted <= window->room)
        return true;
    char *bytes = realloc(window->bytes, wanted + PRT_WINDOW_PADDING);
    if (!bytes)
        return false;
    window->bytes = bytes;
    window->room = wanted;
    return true;
}

pr_status prt_window_fill(prt_window *window, const prt_file *file, size_t wanted, pr_error *error) {
    if (!make_room(window, wanted))
        return prt_fail(error, PR_E_MEMORY, "out of memory while reading %s; use a machine with more of it",
                        file->path);
    while (window->size < wanted && !window->end) {
        ssize_t n = read_some(window, file, wanted - window->size);
        if (n < 0 && !file->gzip && errno == EINTR)
            continue;
        int code = Z_OK;
        if (n == 0 && file->gzip)
            gzerror(file->gzip, &code); /* a cut-off file ends with Z_BUF_ERROR */
        if (n < 0 || code != Z_OK)
            return read_failed(file, error);
        window->end = n == 0;
        window->size += (size_t)n;
    }
    memset(window->bytes + window->size, 0, PRT_WINDOW_PADDING);
    return PR_OK;
}

void prt_window_move(prt_window *window, size_t bytes) {
    size_t kept = bytes < window->size ? window->size - bytes : 0;
    memmove(window->bytes, window->bytes + (window->size - kept), kept);
    window->offset += bytes;
    window->size = kept;
    window->end = window->end && kept > 0;
}

void prt_window_free(prt_window *window) {
    free(window->bytes);
    *window = (prt_window){0};
}
