/* Files that the server writes for itself: never where it serves files from. */
#ifndef PRT_OWN_FILE_H
#define PRT_OWN_FILE_H

#include "pocketrec.h"

/* PR_E_IO when `path`, which need not be there yet, lies in `folder` (NULL = none) with every link followed, or when
 * its own folder is not there. `option` is how the path was given. */
pr_status prt_own_file_check(const char *path, const char *folder, const char *option, pr_error *error);

#endif
