/* What the configuration says of the database → what libpq takes. Nothing of it ever reaches a message. */
#ifndef PRT_SYNC_CONNINFO_H
#define PRT_SYNC_CONNINFO_H

#include "libpq_api.h"

/* `given` with the values of its ${NAME}s filled in, into `arena`. PR_E_FORMAT when a variable is not set or libpq does
 * not understand the whole; the sentence names variables, never values. Warns of a password that is written out. */
pr_status prt_conninfo_fill(const prt_libpq *api, const char *given, pr_arena *arena, const char **out,
                            pr_error *error);

/* Put a * for each character of `secret` wherever it stands in `text`. */
void prt_conninfo_hide(char *text, const char *secret);

#endif
