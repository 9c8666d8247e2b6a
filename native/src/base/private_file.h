/* A file about people: its owner's alone from the first byte on, and in its place as a whole or not at all. */
#ifndef PRT_PRIVATE_FILE_H
#define PRT_PRIVATE_FILE_H

#include "pocketrec.h"

#include <stdio.h>

typedef struct prt_private_file {
    FILE *file; /* NULL when closed */
    char path[4096], temporary[4112];
} prt_private_file;

/* Begin PATH.partial, mode 0600; what a killed run left there is written over. PR_E_LOCKED when another run writes it,
 * PR_E_IO when it cannot be written; then nothing needs to be dropped. */
pr_status prt_private_open(const char *path, prt_private_file *out, pr_error *error);
/* Append; PR_E_IO. */
pr_status prt_private_write(prt_private_file *file, const char *bytes, size_t size, pr_error *error);
/* All is written: bring it to the disk. PR_E_IO. */
pr_status prt_private_finish(prt_private_file *file, pr_error *error);
/* Put it in the place of `path` and close it. PR_E_IO. */
pr_status prt_private_commit(prt_private_file *file, pr_error *error);
/* Close and remove what was not committed; does nothing to a closed one. */
void prt_private_drop(prt_private_file *file);

#endif
