/* Opening a bundle folder: manifest read, shards mapped on demand, the page-fault loop. */
#include "bundle_reader.h"
#include "query_encoder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes of one file. Shards never change once written, so mapping them is safe while a newer bundle is published. */
typedef struct mapping {
    void *bytes;
    size_t size;
} mapping;

struct prt_bundle {
    char *dir;
    mapping manifest;
    pr_engine *engine;
    mapping *shards;
    uint32_t shard_count;
    prt_query_encoder queries;
    pr_arena query; /* of the request that is answered */
};

static pr_status map_file(const char *dir, const char *name, mapping *out, pr_error *error) {
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path)
        return pr_fail(error, PR_E_IO, 0, dir, ": this path is too long; use a shorter one");
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat about;
    if (file < 0 || fstat(file, &about) != 0) {
        int reason = errno;
        if (file >= 0)
            close(file);
        return pr_fail(error, PR_E_IO, 0, path, ": cannot be opened (", strerror(reason),
                       "); check the path or publish the bundle again");
    }
    if (!S_ISREG(about.st_mode) || about.st_size == 0) {
        close(file);
        return pr_fail(error, PR_E_IO, 0, path, ": is empty or no regular file; publish the bundle again");
    }
    out->size = (size_t)about.st_size;
    out->bytes = mmap(NULL, out->size, PROT_READ, MAP_PRIVATE, file, 0);
    int reason = errno;
    close(file);
    if (out->bytes != MAP_FAILED)
        return PR_OK;
    *out = (mapping){NULL, 0};
    return pr_fail(error, PR_E_IO, 0, path, ": cannot be mapped into memory (", strerror(reason),
                   "); free some memory and try again");
}

static void unmap(mapping *map) {
    if (map->bytes)
        munmap(map->bytes, map->size);
    *map = (mapping){NULL, 0};
}

pr_status prt_bundle_open(const char *dir, prt_bundle **out, pr_error *error) {
    return prt_bundle_open_manifest(dir, "manifest.json", out, error);
}

pr_status prt_bundle_open_manifest(const char *dir, const char *manifest, prt_bundle **out, pr_error *error) {
    *out = NULL;
    prt_bundle *bundle = calloc(1, sizeof *bundle);
    if (bundle)
        bundle->dir = strdup(dir);
    if (bundle)
        pr_arena_init(&bundle->query, NULL, 0);
    if (!bundle || !bundle->dir) {
        prt_bundle_close(bundle);
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while opening the bundle in ", dir);
    }
    pr_options options = PR_OPTIONS_INIT;
    options.memory_limit = (size_t)4 << 30; /* a desk machine; the browser sets its own */
    pr_status status = map_file(dir, manifest, &bundle->manifest, error);
    if (status == PR_OK)
        status = pr_engine_open(bundle->manifest.bytes, bundle->manifest.size, &options, &bundle->engine, error);
    if (status == PR_OK) {
        bundle->shard_count = pr_engine_shard_count(bundle->engine);
        bundle->shards = calloc(bundle->shard_count + 1, sizeof *bundle->shards);
        if (!bundle->shards)
            status = pr_fail(error, PR_E_MEMORY, 0, "out of memory while opening the bundle in ", dir);
    }
    if (status != PR_OK) {
        prt_bundle_close(bundle);
        return status;
    }
    *out = bundle;
    return PR_OK;
}

pr_status prt_bundle_attach(prt_bundle *bundle, uint32_t shard, pr_error *error) {
    pr_shard_info info;
    if (pr_engine_shard(bundle->engine, shard, &info) != PR_OK)
        return pr_fail(error, PR_E_ARGUMENT, 0, "there is no shard with that number");
    if (info.attached)
        return PR_OK;
    mapping *map = &bundle->shards[shard];
    pr_status status = map_file(bundle->dir, info.file, map, error);
    if (status != PR_OK) {
        /* Zero bytes are never right, so the engine notes the shard as refused and answers without it. */
        pr_engine_attach(bundle->engine, shard, "", 0, NULL);
        return status;
    }
    status = pr_engine_attach(bundle->engine, shard, map->bytes, map->size, error);
    if (status != PR_OK)
        unmap(map);
    return status;
}

pr_status prt_bundle_attach_all(prt_bundle *bundle, pr_error *error) {
    for (uint32_t i = 0; i < bundle->shard_count; i++) {
        pr_status status = prt_bundle_attach(bundle, i, error);
        if (status != PR_OK)
            return status;
    }
    return PR_OK;
}

void prt_bundle_use_encoder(prt_bundle *bundle, const char *path) {
    bundle->queries.path = path;
}

static pr_text encoder_shard(prt_bundle *bundle, pr_error *error) {
    for (uint32_t i = 0; i < bundle->shard_count; i++) {
        pr_shard_info info;
        if (pr_engine_shard(bundle->engine, i, &info) == PR_OK && strcmp(info.table, "encoder") == 0 &&
            prt_bundle_attach(bundle, i, error) == PR_OK)
            return prt_bundle_shard(bundle, i);
    }
    return (pr_text){NULL, 0};
}

static pr_status open_encoder(prt_bundle *bundle, pr_error *error) {
    prt_wanted_encoder wanted;
    bundle->queries.tried = true;
    if (!prt_wanted_encoder_read(prt_bundle_manifest(bundle), &wanted))
        return PR_OK;
    const pr_text shard = wanted.shipped && !bundle->queries.path ? encoder_shard(bundle, error) : (pr_text){NULL, 0};
    return error->code == PR_OK ? prt_query_encoder_open(&bundle->queries, &wanted, shard, error) : error->code;
}

/* Without an encoder, or when it fails, the request stays as it is, and the core answers by words. */
static void encode_query(prt_bundle *bundle, pr_request *request, pr_error *error) {
    pr_text query;
    pr_arena_reset(&bundle->query);
    if (!prt_query_of(request, &bundle->query, &query))
        return;
    if (!bundle->queries.tried)
        open_encoder(bundle, error);
    if (bundle->queries.encoder)
        prt_query_encode(&bundle->queries, query, request, error);
}

pr_status prt_bundle_call(prt_bundle *bundle, const pr_request *asked, pr_response *response, pr_error *error) {
    pr_error first = {0};
    pr_request with_vector = *asked;
    const pr_request *request = &with_vector;
    encode_query(bundle, &with_vector, &first);
    pr_status status = pr_engine_call(bundle->engine, request, response, error);
    /* Each round attaches or refuses at least one shard, so the loop ends. */
    for (uint32_t round = 0; status == PR_MISSING && round <= bundle->shard_count; round++) {
        for (uint32_t i = 0; i < response->missing_count; i++) {
            pr_error failed = {0};
            if (prt_bundle_attach(bundle, response->missing[i], &failed) != PR_OK && first.code == PR_OK)
                first = failed;
        }
        status = pr_engine_call(bundle->engine, request, response, error);
    }
    if (status == PR_MISSING)
        return pr_fail(error, PR_E_IO, 0, bundle->dir,
                       ": the engine keeps asking for shards that cannot be had; rebuild the bundle");
    if (status == PR_OK && error)
        *error = first;
    return status;
}

pr_text prt_bundle_shard(const prt_bundle *bundle, uint32_t shard) {
    if (shard >= bundle->shard_count)
        return (pr_text){NULL, 0};
    return (pr_text){bundle->shards[shard].bytes, bundle->shards[shard].size};
}

pr_engine *prt_bundle_engine(prt_bundle *bundle) {
    return bundle->engine;
}

pr_text prt_bundle_manifest(const prt_bundle *bundle) {
    return (pr_text){bundle->manifest.bytes, bundle->manifest.size};
}

void prt_bundle_close(prt_bundle *bundle) {
    if (!bundle)
        return;
    prt_query_encoder_close(&bundle->queries);
    pr_arena_free(&bundle->query);
    pr_engine_close(bundle->engine);
    for (uint32_t i = 0; bundle->shards && i < bundle->shard_count; i++)
        unmap(&bundle->shards[i]);
    unmap(&bundle->manifest);
    free(bundle->shards);
    free(bundle->dir);
    free(bundle);
}
