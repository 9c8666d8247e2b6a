/* Publishing a bundle into a folder that a web server reads. */
#include "publish.h"
#include "bundle_reader.h"
#include "fail.h"
#include "store.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#define MANIFEST  "manifest.json"
#define WITHDRAWN "manifest.withdrawn.json"

enum { MOST_KEPT = 100 };
#define WORST_LOSS 0.1 /* share of the published model's NDCG@5 */

static void numbered_name(uint32_t n, char out[64]) {
    snprintf(out, 64, "manifest.%u.json", n);
}

/* ---- reading ---- */

static void copy_text(const pr_json *text, char *out, size_t room) {
    snprintf(out, room, "%s", text && text->type == PR_JSON_STRING ? text->string : "");
}

static double number_of(const pr_json *value) {
    return value && value->type == PR_JSON_NUMBER ? value->number : 0;
}

static void describe_metrics(const pr_json *metrics, prt_published *out) {
    const pr_json *ndcg = pr_json_get(metrics, "model_ndcg");
    out->events = number_of(pr_json_get(metrics, "events")) + number_of(pr_json_get(metrics, "weekly_rows"));
    out->ndcg = ndcg && ndcg->type == PR_JSON_NUMBER ? ndcg->number : NAN;
}

static pr_status describe(pr_text manifest, prt_published *out, pr_error *error) {
    pr_arena arena;
    const pr_json *root;
    pr_arena_init(&arena, NULL, 0);
    pr_status status = pr_json_parse(manifest.bytes, manifest.size, NULL, &arena, &root, error);
    if (status == PR_OK) {
        copy_text(pr_json_get(root, "name"), out->name, sizeof out->name);
        copy_text(pr_json_get(root, "version"), out->version, sizeof out->version);
        out->items = number_of(pr_json_get(root, "items"));
        describe_metrics(pr_json_get(root, "metrics"), out);
        const pr_json *shards = pr_json_get(root, "shards");
        out->shards = shards ? shards->size : 0;
    }
    pr_arena_free(&arena);
    return status;
}

/* Open and check every byte; what is wrong with the data is a refusal. */
static pr_status open_whole(const char *dir, const char *manifest, prt_bundle **out, pr_error *error) {
    pr_error why = {0};
    pr_status status = prt_bundle_open_manifest(dir, manifest, out, &why);
    if (status == PR_OK) {
        status = prt_bundle_attach_all(*out, &why);
        if (status != PR_OK) {
            prt_bundle_close(*out);
            *out = NULL;
            status = status == PR_E_MEMORY ? status : PR_E_REFUSED;
        }
    } else if (status == PR_E_FORMAT || status == PR_E_VERSION || status == PR_E_LIMIT) {
        status = PR_E_REFUSED;
    }
    return status == PR_OK ? PR_OK : pr_fail(error, status, 0, why.message);
}

/* ---- the gate ---- */

static pr_status compare(const prt_published *new, const prt_published *old, double ratio, pr_error *error) {
    if (new->items < ratio * old->items)
        return prt_fail(error, PR_E_REFUSED,
                        "%s: it has %.0f items where %.0f are published; check the input or lower --min-ratio",
                        new->name, new->items, old->items);
    if (new->events < ratio * old->events)
        return prt_fail(error, PR_E_REFUSED,
                        "%s: it was learned from %.0f events where the published one was from %.0f; check the input or "
                        "lower --min-ratio",
                        new->name, new->events, old->events);
    if (ratio > 0 && new->ndcg < (1 - WORST_LOSS) * old->ndcg) /* not when one of them is not known */
        return prt_fail(error, PR_E_REFUSED,
                        "%s: its ranking model has an NDCG@5 of %.4f where the published one has %.4f, more than 10 %% "
                        "less; check the weekly log or publish with --min-ratio 0",
                        new->name, new->ndcg, old->ndcg);
    return PR_OK;
}

static pr_status gate(const prt_publishing *job, const prt_store *store, pr_text manifest, prt_published *out,
                      pr_error *error) {
    PRT_TRY(describe(manifest, out, error));
    if (out->items < 1 || (out->events < 1 && job->min_ratio > 0))
        return prt_fail(error, PR_E_REFUSED,
                        "%s: the bundle holds %.0f items and was learned from %.0f events; --min-ratio 0 publishes a "
                        "catalogue without events",
                        job->from, out->items, out->events);
    if (!prt_store_has(store, MANIFEST))
        return PR_OK;
    pr_arena arena;
    pr_text text;
    prt_published old = {0};
    pr_arena_init(&arena, NULL, 0);
    pr_status status = prt_store_read(store, MANIFEST, &arena, &text, error);
    if (status == PR_OK)
        out->same = text.size == manifest.size && memcmp(text.bytes, manifest.bytes, text.size) == 0;
    if (status == PR_OK && describe(text, &old, NULL) == PR_OK) /* a broken one may always be replaced */
        status = compare(out, &old, job->min_ratio, error);
    pr_arena_free(&arena);
    return status;
}

/* ---- copying ---- */

/* gzip at the usual level; the same bytes each time. */
static pr_status compress_bytes(pr_text plain, pr_arena *arena, pr_text *out, pr_error *error) {
    enum { GZIP = 16, WINDOW = 15, MEMORY = 9 };
    z_stream stream = {0};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, WINDOW + GZIP, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        return prt_fail_memory(error, "compressing the bundle");
    size_t room = deflateBound(&stream, plain.size);
    unsigned char *bytes = pr_arena_take(arena, room);
    stream.next_in = (Bytef *)(uintptr_t)plain.bytes;
    stream.avail_in = (uInt)plain.size;
    stream.next_out = bytes;
    stream.avail_out = (uInt)room;
    int result = bytes ? deflate(&stream, Z_FINISH) : Z_MEM_ERROR;
    *out = (pr_text){(const char *)bytes, stream.total_out};
    deflateEnd(&stream);
    return result == Z_STREAM_END ? PR_OK : prt_fail_memory(error, "compressing the bundle");
}

static pr_status put_compressed(prt_store *store, const char *name, pr_text plain, pr_arena *arena, pr_error *error) {
    char neighbour[256];
    pr_text packed = {NULL, 0};
    snprintf(neighbour, sizeof neighbour, "%s.gz", name);
    PRT_TRY(compress_bytes(plain, arena, &packed, error));
    return prt_store_put(store, neighbour, packed.bytes, packed.size, error);
}

static pr_status copy_shards(prt_bundle *bundle, prt_store *store, pr_error *error) {
    pr_engine *engine = prt_bundle_engine(bundle);
    pr_status status = PR_OK;
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    for (uint32_t i = 0; status == PR_OK && i < pr_engine_shard_count(engine); i++) {
        pr_shard_info info;
        pr_engine_shard(engine, i, &info);
        pr_text bytes = prt_bundle_shard(bundle, i);
        status = prt_store_put(store, info.file, bytes.bytes, bytes.size, error);
        if (status == PR_OK)
            status = put_compressed(store, info.file, bytes, &arena, error);
        pr_arena_reset(&arena);
    }
    pr_arena_free(&arena);
    return status;
}

/* ---- versions ---- */

/* The published manifest becomes manifest.1.json, 1 becomes 2, and so on. */
static pr_status keep_versions(prt_store *store, uint32_t keep, pr_error *error) {
    char name[64];
    pr_arena arena;
    pr_text text;
    pr_arena_init(&arena, NULL, 0);
    prt_store_remove(store, WITHDRAWN);
    for (uint32_t n = keep > 0 ? keep : 1; n <= MOST_KEPT; n++) { /* older than asked for */
        numbered_name(n, name);
        prt_store_remove(store, name);
    }
    pr_status status = PR_OK;
    for (uint32_t n = keep; status == PR_OK && n > 1; n--) {
        char older[64];
        numbered_name(n - 1, name);
        numbered_name(n, older);
        if (prt_store_has(store, name))
            status = prt_store_rename(store, name, older, error);
    }
    if (status == PR_OK && keep > 0 && prt_store_has(store, MANIFEST)) {
        numbered_name(1, name);
        status = prt_store_read(store, MANIFEST, &arena, &text, error);
        if (status == PR_OK)
            status = prt_store_replace(store, name, text.bytes, text.size, error);
    }
    pr_arena_free(&arena);
    return status;
}

/* The compressed manifest is removed before and made anew after, so that it never disagrees with the plain one. */
static pr_status commit(prt_store *store, pr_text manifest, pr_error *error) {
    pr_arena arena;
    prt_store_remove(store, MANIFEST ".gz");
    prt_store_remove(store, MANIFEST ".br");
    PRT_TRY(prt_store_commit(store, MANIFEST, error));
    pr_arena_init(&arena, NULL, 0);
    pr_status status = put_compressed(store, MANIFEST, manifest, &arena, error);
    pr_arena_free(&arena);
    return status == PR_OK ? prt_store_sweep(store, error) : status;
}

static pr_status place(const prt_publishing *job, prt_bundle *bundle, prt_store *store, prt_published *out,
                       pr_error *error) {
    char staged[256];
    prt_bundle *copy = NULL;
    pr_text manifest = prt_bundle_manifest(bundle);
    PRT_TRY(gate(job, store, manifest, out, error));
    PRT_TRY(copy_shards(bundle, store, error));
    PRT_TRY(prt_store_stage(store, MANIFEST, manifest.bytes, manifest.size, error));
    prt_store_temporary(MANIFEST, staged);
    PRT_TRY(open_whole(store->dir, staged, &copy, error)); /* what was written, read again */
    prt_bundle_close(copy);
    if (!out->same)
        PRT_TRY(keep_versions(store, job->keep, error));
    return commit(store, manifest, error);
}

pr_status prt_publish(const prt_publishing *job, prt_published *out, pr_error *error) {
    prt_bundle *bundle = NULL;
    prt_store store;
    *out = (prt_published){0};
    PRT_TRY(open_whole(job->from, MANIFEST, &bundle, error));
    pr_status status = prt_store_open(job->to, &store, error);
    if (status == PR_OK) {
        status = place(job, bundle, &store, out, error);
        prt_store_close(&store);
    }
    prt_bundle_close(bundle);
    return status;
}

/* ---- back ---- */

/* The newest kept version that differs from the published one: after a crash the first may be its copy. */
static uint32_t find_previous(const prt_store *store, pr_text current, pr_arena *arena, pr_text *out) {
    for (uint32_t n = 1; n <= MOST_KEPT; n++) {
        char name[64];
        numbered_name(n, name);
        if (!prt_store_has(store, name))
            return 0;
        if (prt_store_read(store, name, arena, out, NULL) != PR_OK)
            return 0;
        if (out->size != current.size || memcmp(out->bytes, current.bytes, current.size) != 0)
            return n;
    }
    return 0;
}

/* Version `taken` is published again: those behind it move up. */
static pr_status move_up(prt_store *store, uint32_t taken, pr_error *error) {
    char name[64], newer[64];
    for (uint32_t n = 1; n <= taken; n++) {
        numbered_name(n, name);
        prt_store_remove(store, name);
    }
    for (uint32_t n = taken + 1; n <= MOST_KEPT; n++) {
        numbered_name(n, name);
        numbered_name(n - taken, newer);
        if (!prt_store_has(store, name))
            break;
        PRT_TRY(prt_store_rename(store, name, newer, error));
    }
    return PR_OK;
}

static pr_status go_back(prt_store *store, prt_published *out, pr_arena *arena, pr_error *error) {
    char name[64];
    pr_text current = {NULL, 0}, previous;
    prt_bundle *bundle = NULL;
    if (prt_store_has(store, MANIFEST))
        PRT_TRY(prt_store_read(store, MANIFEST, arena, &current, error));
    uint32_t taken = find_previous(store, current, arena, &previous);
    if (taken == 0)
        return prt_fail(error, PR_E_REFUSED, "%s: no version before the published one is kept; publish with --keep",
                        store->dir);
    numbered_name(taken, name);
    PRT_TRY(open_whole(store->dir, name, &bundle, error));
    prt_bundle_close(bundle);
    PRT_TRY(describe(previous, out, error));
    if (current.size)
        PRT_TRY(prt_store_replace(store, WITHDRAWN, current.bytes, current.size, error));
    PRT_TRY(prt_store_stage(store, MANIFEST, previous.bytes, previous.size, error));
    PRT_TRY(commit(store, previous, error));
    return move_up(store, taken, error);
}

pr_status prt_rollback(const char *to, prt_published *out, pr_error *error) {
    prt_store store;
    pr_arena arena;
    *out = (prt_published){0};
    PRT_TRY(prt_store_open(to, &store, error));
    pr_arena_init(&arena, NULL, 0);
    pr_status status = go_back(&store, out, &arena, error);
    pr_arena_free(&arena);
    prt_store_close(&store);
    return status;
}
