/* Buffered text files that appear under their name only when they are whole. */
#ifndef PRT_SYNTH_FILE_H
#define PRT_SYNTH_FILE_H

#include "pocketrec.h"

#include <stdio.h>

enum { PRT_SYNTH_FILE_BUFFER = 1 << 18, PRT_SYNTH_FILES_MAXIMUM = 9, PRT_SYNTH_FILE_PATH = 4096 };

typedef struct prt_synth_file {
    FILE *file;
    char *buffer;
    size_t used;
    bool failed;
    char path[PRT_SYNTH_FILE_PATH], partial[PRT_SYNTH_FILE_PATH + 8];
} prt_synth_file;

/* The files of one run: opened one by one, published together in that order. */
typedef struct prt_synth_files {
    const char *directory;
    prt_synth_file files[PRT_SYNTH_FILES_MAXIMUM];
    uint32_t count;
} prt_synth_files;

/* Make `directory` and its parents. */
pr_status prt_synth_files_open(prt_synth_files *set, const char *directory, pr_error *error);
/* Begin the file `name` ("truth/affinity.csv": folders are made) under a temporary name. */
pr_status prt_synth_files_add(prt_synth_files *set, const char *name, prt_synth_file **added, pr_error *error);
/* Flush, sync and rename all files; on failure those not yet renamed are removed. */
pr_status prt_synth_files_publish(prt_synth_files *set, pr_error *error);
/* Close and remove what was not published. May be called at any time. */
void prt_synth_files_discard(prt_synth_files *set);

void prt_put_bytes(prt_synth_file *out, const char *bytes, size_t size);
void prt_put_text(prt_synth_file *out, const char *text);
void prt_put_char(prt_synth_file *out, char c);
void prt_put_integer(prt_synth_file *out, uint64_t value);
void prt_put_digits(prt_synth_file *out, uint32_t value, int width); /* with leading zeros */
void prt_put_number(prt_synth_file *out, double value);              /* in [-9e8, 9e8], six decimals */
void prt_put_json(prt_synth_file *out, const char *text);            /* as a JSON string */
void prt_put_date(prt_synth_file *out, int64_t days);                /* "2025-04-30" for days since 1970-01-01 */
void prt_put_time(prt_synth_file *out, int64_t seconds);             /* "2025-04-30T06:32:41" */

#endif
