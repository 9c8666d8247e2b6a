/* The bundle that is served: when a newer manifest.json is published it takes the old one's place, without a restart.
 * Each worker has its own.
 */
#ifndef PRT_LIVE_BUNDLE_H
#define PRT_LIVE_BUNDLE_H

#include "bundle_reader.h"

typedef struct prt_live_bundle prt_live_bundle;

/* Open the bundle in `dir`, which must be good, once for each of `workers` threads: an engine belongs to one thread,
 * the shards are mapped read-only and share their memory. All shards are mapped and checked at once; what is wrong with
 * one is said on stderr. `encoder` (borrowed, may be NULL) is as for prt_bundle_use_encoder. *out is NULL on failure.
 */
pr_status prt_live_bundle_open(const char *dir, const char *encoder, unsigned workers, prt_live_bundle **out,
                               pr_error *error);
void prt_live_bundle_close(prt_live_bundle *live); /* NULL is allowed */

/* The bundle that this worker is to ask now. Looks at most once a second whether the manifest was replaced; a new one
 * that cannot be opened is reported on stderr once and the old bundle goes on. Valid until the worker's next call. */
prt_bundle *prt_live_bundle_get(prt_live_bundle *live, unsigned worker);

#endif
