/* The users of a log that have names of their own. */
#ifndef PRT_NAMED_USERS_H
#define PRT_NAMED_USERS_H

#include "config.h"
#include "tables.h"

typedef struct prt_named_users {
    uint32_t count;
    uint32_t *users; /* by rising id */
} prt_named_users;

/* Sessions of a log with "missing_user": "session" are left out: nobody knows whose they are. False: out of memory.
 * Free out->users either way. */
bool prt_named_users_list(const prt_config *config, const prt_dataset *dataset, prt_named_users *out);

#endif
