/* Writing a bundle: shards first, checked from the disk, manifest last by rename. */
#include "bundle_write.h"
#include "fail.h"

#include <string.h>

#define MANIFEST "manifest.json"
#define PREVIOUS "manifest.previous.json"

pr_status prt_bundle_stage(prt_store *store, const prt_packed *packed, prt_bundle **staged, pr_error *error) {
    char temporary[256];
    *staged = NULL;
    for (uint32_t i = 0; i < packed->shard_count; i++) {
        const prt_packed_shard *shard = &packed->shards[i];
        PRT_TRY(prt_store_put(store, shard->file, shard->bytes, shard->size, error));
    }
    PRT_TRY(prt_store_stage(store, MANIFEST, packed->manifest.bytes, packed->manifest.size, error));
    prt_store_temporary(MANIFEST, temporary);
    PRT_TRY(prt_bundle_open_manifest(store->dir, temporary, staged, error));
    pr_status status = prt_bundle_attach_all(*staged, error);
    if (status != PR_OK) {
        prt_bundle_close(*staged);
        *staged = NULL;
    }
    return status;
}

/* Keep the manifest that is about to be replaced, unless the new one is the same. */
static pr_status keep_previous(prt_store *store, const prt_packed *packed, pr_error *error) {
    pr_arena arena;
    pr_text old;
    pr_arena_init(&arena, NULL, 0);
    pr_status status = PR_OK;
    if (prt_store_has(store, MANIFEST)) {
        status = prt_store_read(store, MANIFEST, &arena, &old, error);
        bool same = status == PR_OK && old.size == packed->manifest.size &&
                    memcmp(old.bytes, packed->manifest.bytes, old.size) == 0;
        if (status == PR_OK && !same)
            status = prt_store_replace(store, PREVIOUS, old.bytes, old.size, error);
    }
    pr_arena_free(&arena);
    return status;
}

pr_status prt_bundle_commit(prt_store *store, const prt_packed *packed, pr_error *error) {
    PRT_TRY(keep_previous(store, packed, error));
    PRT_TRY(prt_store_commit(store, MANIFEST, error));
    return prt_store_sweep(store, error);
}
