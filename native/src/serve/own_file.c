/* Where a file lies or would lie, and whether that is below a folder. */
#include "own_file.h"
#include "fail.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The real path of the file, or of the folder that it would be made in; false with errno. */
static bool real_place(const char *path, char out[PATH_MAX]) {
    char copy[PATH_MAX];
    struct stat about;
    if (realpath(path, out))
        return true;
    if (errno != ENOENT)
        return false;
    if (lstat(path, &about) == 0) /* a link to a file that is not there: it would be made where the link says */
        return false;
    if (snprintf(copy, sizeof copy, "%s", path) >= (int)sizeof copy) {
        errno = ENAMETOOLONG;
        return false;
    }
    return realpath(dirname(copy), out) != NULL;
}

pr_status prt_own_file_check(const char *path, const char *folder, const char *option, pr_error *error) {
    char place[PATH_MAX], real[PATH_MAX];
    if (!real_place(path, place))
        return prt_fail(error, PR_E_IO, "%s: there is no folder for this file (%s); name another with %s", path,
                        strerror(errno), option);
    if (!folder || !realpath(folder, real))
        return PR_OK;
    size_t size = strlen(real);
    bool below = strncmp(place, real, size) == 0 && (size == 1 || place[size] == '/' || place[size] == 0);
    if (below)
        return prt_fail(error, PR_E_IO, "%s: lies inside %s, whose files are public; name another file with %s", path,
                        folder, option);
    return PR_OK;
}
