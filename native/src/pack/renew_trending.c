/* A new table trending for a bundle that is there. Items keep the numbers that the bundle gave them. */
#include "renew_trending.h"
#include "bundle_ids.h"
#include "bundle_write.h"
#include "fail.h"
#include "ingest.h"
#include "manifest_edit.h"
#include "shop.h"

#include <stdlib.h>
#include <string.h>

#define TABLE "trending"

typedef struct renewal {
    const prt_config *config;
    int threads;
    int64_t now;
    prt_store store;
    prt_bundle *bundle;
    prt_idmap ids; /* of the bundle */
    prt_dataset dataset;
    uint32_t *numbers; /* of each row of the catalogue: the number in the bundle, or PRT_NONE */
    prt_shop shop;
    prt_packed packed;
    prt_renewal *done;
} renewal;

/* ---- the bundle ---- */

static pr_status no_bundle(const char *dir, pr_error *error) {
    return prt_fail(error, PR_E_IO,
                    "%s: there is no bundle in this folder; train the whole bundle first, without --only", dir);
}

/* Looks first, so that a wrong path leaves no folder and no lock behind. */
static pr_status open_store(renewal *r, const char *dir, pr_error *error) {
    prt_store look;
    bool there = false;
    if (prt_store_open_plain(dir, &look, NULL) == PR_OK) {
        there = prt_store_has(&look, "manifest.json");
        prt_store_close(&look);
    }
    return there ? prt_store_open(dir, &r->store, error) : no_bundle(dir, error);
}

static pr_status check_shop(const renewal *r, pr_error *error) {
    pr_arena arena;
    const pr_json *root;
    pr_text manifest = prt_bundle_manifest(r->bundle);
    pr_arena_init(&arena, NULL, 0);
    pr_status status = pr_json_parse(manifest.bytes, manifest.size, NULL, &arena, &root, error);
    if (status == PR_OK && !pr_json_get(pr_json_get(root, "settings"), "shop"))
        status =
            prt_fail(error, PR_E_FORMAT,
                     "%s: the bundle in this folder is none of a shop; train the whole bundle first, without --only",
                     r->store.dir);
    pr_arena_free(&arena);
    return status;
}

static pr_status open_bundle(renewal *r, pr_error *error) {
    PRT_TRY(prt_bundle_open(r->store.dir, &r->bundle, error));
    PRT_TRY(check_shop(r, error));
    return prt_bundle_ids(r->bundle, &r->ids, error);
}

/* ---- the catalogue and the log ---- */

/* What the list is made from: no searches and no weekly log; the rejects file is that of the whole training. */
static pr_status read_data(renewal *r, pr_error *error) {
    prt_config config = *r->config;
    config.has_searches = config.has_weekly = false;
    config.outputs.rejects = NULL;
    config.now = r->now;
    PRT_TRY(prt_ingest(&config, r->threads, &r->dataset, error));
    r->done->items = r->dataset.items.count;
    r->done->events = r->dataset.events.count;
    r->done->rows_read = r->dataset.rows_read;
    r->done->rows_rejected = r->dataset.rows_rejected;
    return PR_OK;
}

/* The number of an id in the bundle; the look-up reads eight bytes, whatever the size. */
static uint32_t number_of(const prt_idmap *ids, pr_text id) {
    char padded[8] = {0};
    if (id.size >= sizeof padded)
        return prt_idmap_find(ids, id.bytes, id.size);
    if (id.size)
        memcpy(padded, id.bytes, id.size);
    return prt_idmap_find(ids, padded, id.size);
}

static pr_status find_numbers(renewal *r, pr_error *error) {
    uint32_t items = r->dataset.items.count, of_bundle = r->ids.ids.count;
    r->numbers = malloc((items + (size_t)1) * sizeof *r->numbers);
    if (!r->numbers)
        return prt_fail_memory(error, "looking for the products in the bundle");
    for (uint32_t i = 0; i < items; i++) {
        r->numbers[i] = number_of(&r->ids, prt_string(&r->dataset.items.ids, i));
        r->done->known += r->numbers[i] != PRT_NONE;
    }
    if (r->done->known < ((items > of_bundle ? items : of_bundle) + 1) / 2)
        return prt_fail(
            error, PR_E_FORMAT,
            "%s: the bundle in this folder is of another catalogue: of its %u items and the %u of %s, only %u "
            "are the same; train the whole bundle first, without --only",
            r->store.dir, of_bundle, items, r->config->path, r->done->known);
    return PR_OK;
}

/* ---- the list ---- */

/* As long as if those that the bundle does not have were not in it, which are then taken out. */
static pr_status learn(renewal *r, pr_error *error) {
    prt_config config = *r->config;
    uint32_t most = config.shop.trending.size;
    config.shop.trending.size += r->done->items - r->done->known;
    r->shop.items = r->dataset.items.count;
    PRT_TRY(prt_shop_popularity(&config, &r->dataset, &r->shop, error));
    PRT_TRY(prt_shop_trending(&config, &r->dataset, &r->shop, error));
    prt_trending *list = &r->shop.trending;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < list->count && kept < most; i++) {
        uint32_t number = r->numbers[list->items[i]];
        if (number == PRT_NONE) {
            r->done->left_out += i < most;
            continue;
        }
        list->items[kept] = number;
        list->scores[kept++] = list->scores[i];
    }
    r->done->listed = list->count = kept;
    return PR_OK;
}

static pr_status pack(renewal *r, pr_error *error) {
    PRT_TRY(prt_pack_trending(&r->shop.trending, &r->packed, error));
    PRT_TRY(prt_manifest_replace(prt_bundle_manifest(r->bundle), TABLE, r->now, &r->packed, error));
    r->done->bytes = r->packed.manifest.size;
    for (uint32_t i = 0; i < r->packed.shard_count; i++)
        r->done->bytes += r->packed.shards[i].size;
    return PR_OK;
}

static pr_status put(renewal *r, pr_error *error) {
    prt_bundle *staged;
    PRT_TRY(prt_bundle_stage(&r->store, &r->packed, &staged, error));
    prt_bundle_close(staged);
    return prt_bundle_commit(&r->store, &r->packed, error);
}

static pr_status run(renewal *r, const char *dir, pr_error *error) {
    if (!r->config->has_shop)
        return prt_fail(error, PR_E_FORMAT,
                        "%s: --only trending is for a shop, but there is no \"shop\" in it; add it, or train without "
                        "--only",
                        r->config->path);
    PRT_TRY(open_store(r, dir, error));
    PRT_TRY(open_bundle(r, error));
    PRT_TRY(read_data(r, error));
    PRT_TRY(find_numbers(r, error));
    PRT_TRY(learn(r, error));
    PRT_TRY(pack(r, error));
    return put(r, error);
}

pr_status prt_renew_trending(const prt_config *config, const char *dir, int threads, int64_t now, prt_renewal *out,
                             pr_error *error) {
    renewal r = {.config = config, .threads = threads, .now = now, .store = {.lock = -1, .folder = -1}, .done = out};
    *out = (prt_renewal){0};
    pr_arena_init(&r.shop.arena, NULL, 0);
    pr_status status = run(&r, dir, error);
    prt_packed_free(&r.packed);
    prt_shop_free(&r.shop);
    free(r.numbers);
    prt_dataset_free(&r.dataset);
    prt_idmap_free(&r.ids);
    prt_bundle_close(r.bundle);
    prt_store_close(&r.store);
    return status;
}
