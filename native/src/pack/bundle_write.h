/* Putting a packed bundle into its folder. */
#ifndef PRT_BUNDLE_WRITE_H
#define PRT_BUNDLE_WRITE_H

#include "bundle_reader.h"
#include "pack.h"
#include "store.h"

/* Write the shards and, under its temporary name, the manifest; open the result from the disk with the core, which
 * checks every byte. The caller may ask it, then closes it and calls prt_bundle_commit. */
pr_status prt_bundle_stage(prt_store *store, const prt_packed *packed, prt_bundle **staged, pr_error *error);

/* Put the manifest in place: from now on readers see the new bundle. The one before stays as manifest.previous.json;
 * what only older ones needed is removed. */
pr_status prt_bundle_commit(prt_store *store, const prt_packed *packed, pr_error *error);

#endif
