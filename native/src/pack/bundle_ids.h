/* The ids of a bundle's items. */
#ifndef PRT_BUNDLE_IDS_H
#define PRT_BUNDLE_IDS_H

#include "bundle_reader.h"
#include "idmap.h"

/* Attach the shards of the table items and read their ids: the index of an id is the item's number in the bundle.
 * Zero-initialise `out`; free it with prt_idmap_free, also after a failure. */
pr_status prt_bundle_ids(prt_bundle *bundle, prt_idmap *out, pr_error *error);

#endif
