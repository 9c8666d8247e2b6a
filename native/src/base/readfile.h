/* Whole files in memory, and paths. */
#ifndef PRT_READFILE_H
#define PRT_READFILE_H

#include "pocketrec.h"

/* Read all of a file; free *bytes. It is followed by a NUL that *size does not count. PR_E_IO names the file;
 * PR_E_LIMIT when it holds more than `most` bytes. */
pr_status prt_file_read(const char *path, size_t most, char **bytes, size_t *size, pr_error *error);

/* Bytes of the folder part of a path, with its slash; 0 when there is none. */
size_t prt_folder_size(const char *path);

#endif
