/* The profiles that are served: when training puts a new file in the old one's place it is taken up, without a restart.
 * Thread-safe. */
#ifndef PRT_LIVE_PROFILES_H
#define PRT_LIVE_PROFILES_H

#include "profiles_read.h"

typedef struct prt_live_profiles prt_live_profiles;

/* Open the file, as prt_profiles_open; warns on stderr when others than its owner may read it. */
pr_status prt_live_profiles_open(const char *path, prt_live_profiles **out, pr_error *error);
void prt_live_profiles_close(prt_live_profiles *live); /* NULL is allowed */

/* Look whether there is a new file; to be called about once a second. One that cannot be used is reported on stderr
 * once, and the old one goes on. NULL is allowed. */
void prt_live_profiles_renew(prt_live_profiles *live);

/* The profiles, held against renewal until they are released. */
const prt_profiles *prt_live_profiles_hold(prt_live_profiles *live);
void prt_live_profiles_release(prt_live_profiles *live);

#endif
