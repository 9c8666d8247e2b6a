/* Reading the private file of the users' profiles that prt_profiles_write wrote: one user at a time, by name or by
 * place. Only where the lines begin is held in memory, eight bytes a user. */
#ifndef PRT_PROFILES_READ_H
#define PRT_PROFILES_READ_H

#include "pocketrec.h"

typedef struct prt_profiles prt_profiles;

/* Open the file and check that it is one: whole lines, each {"user_id","state"}, ids rising by their bytes. Whether a
 * state is one shows when it is used. PR_E_IO when it cannot be read, PR_E_FORMAT when it is no such file,
 * PR_E_MEMORY. */
pr_status prt_profiles_open(const char *path, prt_profiles **out, pr_error *error);
void prt_profiles_close(prt_profiles *profiles); /* NULL is allowed */

uint64_t prt_profiles_count(const prt_profiles *profiles);
/* May others than the owner read the file? */
bool prt_profiles_are_exposed(const prt_profiles *profiles);
/* Is another file at the path by now, or has this one been written to? False when there is none. */
bool prt_profiles_are_stale(const prt_profiles *profiles, const char *path);

/* The state of the user of that name, in `arena`; state->bytes is NULL when the file does not know them. From any
 * thread. PR_E_IO, PR_E_MEMORY; PR_E_FORMAT when the line is damaged. */
pr_status prt_profiles_find(const prt_profiles *profiles, pr_text user, pr_arena *arena, pr_text *state,
                            pr_error *error);
/* Name and state of the user at that place in the order of the names, below the count. As above. */
pr_status prt_profiles_at(const prt_profiles *profiles, uint64_t place, pr_arena *arena, pr_text *user, pr_text *state,
                          pr_error *error);

#endif
