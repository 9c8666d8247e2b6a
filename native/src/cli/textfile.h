/* Small files read and replaced whole, and moments as people write them. */
#ifndef PRT_TEXTFILE_H
#define PRT_TEXTFILE_H

#include "pocketrec.h"

/* Read the file whole into memory from malloc, with a NUL behind it that `size` does not count; "-" is standard input.
 * PR_E_IO when it cannot be read, PR_E_LIMIT when it is longer than `most` bytes, PR_E_MEMORY. */
pr_status prt_text_read(const char *path, size_t most, char **bytes, size_t *size, pr_error *error);

/* Put the bytes in the place of the file: whoever opens `path` sees the old text or the new one, never half of it. */
pr_status prt_text_replace(const char *path, const char *bytes, size_t size, pr_error *error);

/* Seconds since 1970-01-01 UTC from "1763690400", "2026-11-21", "2026-11-21T02:00:00Z" or with an offset such as
 * +01:00; fractions of a second are dropped, a time without zone is UTC. False when the text is none of these. */
bool prt_moment_read(const char *text, int64_t *seconds);

/* "2026-11-21T02:00:00Z". */
void prt_moment_write(int64_t seconds, char out[32]);

#endif
