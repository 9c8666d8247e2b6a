/* A manifest again, with the shards of one table replaced. */
#ifndef PRT_MANIFEST_EDIT_H
#define PRT_MANIFEST_EDIT_H

#include "pack.h"

/* Write the manifest of `out` from `old`, another one that prt_pack_manifest wrote: the shards of `table` are those of
 * `out`, at the end of the list (so it must be the table that a training packs last); `created` and `memory_peak`
 * follow, the checksum is new, and every other byte stays. */
pr_status prt_manifest_replace(pr_text old, const char *table, int64_t created, prt_packed *out, pr_error *error);

#endif
