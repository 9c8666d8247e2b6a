/* Whole files in memory, and paths. */
#include "readfile.h"

#include "fail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pr_status read_all(int file, const char *path, size_t room, char *bytes, size_t *size, pr_error *error) {
    *size = 0;
    for (;;) {
        ssize_t n = read(file, bytes + *size, room - *size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return prt_fail(error, PR_E_IO, "%s cannot be read: %s", path, strerror(errno));
        *size += (size_t)n;
        if (n == 0 || *size == room)
            return PR_OK;
    }
}

pr_status prt_file_read(const char *path, size_t most, char **bytes, size_t *size, pr_error *error) {
    struct stat about;
    *bytes = NULL;
    *size = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &about) != 0 || S_ISDIR(about.st_mode)) {
        const char *why = file >= 0 && S_ISDIR(about.st_mode) ? "it is a folder" : strerror(errno);
        if (file >= 0)
            close(file);
        return prt_fail(error, PR_E_IO, "%s cannot be read: %s", path, why);
    }
    /* A pipe has no size: give it all the room. */
    size_t room = S_ISREG(about.st_mode) && (size_t)about.st_size < most ? (size_t)about.st_size : most;
    char *text = malloc(room + 2);
    pr_status status = text ? read_all(file, path, room + 1, text, size, error) : prt_fail_memory(error, path);
    close(file);
    if (status == PR_OK && *size > most)
        status = prt_fail(error, PR_E_LIMIT, "%s is larger than %zu bytes", path, most);
    if (status != PR_OK) {
        free(text);
        return status;
    }
    text[*size] = 0;
    *bytes = text;
    return PR_OK;
}

size_t prt_folder_size(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}
