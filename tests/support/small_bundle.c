#include "small_bundle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void stop(const char *what, const char *where) {
    fprintf(stderr, "small_bundle: %s: %s\n", what, where);
    exit(1);
}

static void read_file(const char *directory, const char *name, pr_test_file *file) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *stream = fopen(path, "rb");
    if (!stream || fseek(stream, 0, SEEK_END) != 0) {
        stop("cannot read", path);
    }
    snprintf(file->name, sizeof file->name, "%s", name);
    file->size = (size_t)ftell(stream);
    rewind(stream);
    file->bytes = malloc(file->size + 1);
    if (!file->bytes || fread(file->bytes, 1, file->size, stream) != file->size) {
        stop("cannot read", path);
    }
    file->bytes[file->size] = '\0'; /* behind the end, so that the manifest can be read as a string */
    fclose(stream);
}

void pr_test_bundle_read(const char *directory, pr_test_bundle *bundle) {
    memset(bundle, 0, sizeof *bundle);
    directory = directory ? directory : getenv("PR_TEST_BUNDLE");
    if (!directory) {
        stop("set PR_TEST_BUNDLE to a bundle directory", "(unset)");
    }
    read_file(directory, "manifest.json", &bundle->manifest);
    pr_engine *engine;
    pr_error error = {0};
    if (pr_engine_open(bundle->manifest.bytes, bundle->manifest.size, NULL, &engine, &error) != PR_OK) {
        stop("the manifest was refused", error.message);
    }
    bundle->shard_count = pr_engine_shard_count(engine);
    if (bundle->shard_count > PR_TEST_MAX_SHARDS) {
        stop("more shards than PR_TEST_MAX_SHARDS", directory);
    }
    for (uint32_t i = 0; i < bundle->shard_count; i++) {
        pr_shard_info info;
        pr_engine_shard(engine, i, &info);
        read_file(directory, info.file, &bundle->shards[i]);
    }
    pr_engine_close(engine);
}

void pr_test_bundle_free(pr_test_bundle *bundle) {
    for (uint32_t i = 0; i < bundle->shard_count; i++) {
        free(bundle->shards[i].bytes);
    }
    free(bundle->manifest.bytes);
    memset(bundle, 0, sizeof *bundle);
}

pr_status pr_test_bundle_open(const pr_test_bundle *bundle, const pr_allocator *allocator, pr_engine **engine,
                              pr_error *error) {
    pr_options options = PR_OPTIONS_INIT;
    options.allocator = allocator;
    pr_status status = pr_engine_open(bundle->manifest.bytes, bundle->manifest.size, &options, engine, error);
    for (uint32_t i = 0; status == PR_OK && i < bundle->shard_count; i++) {
        status = pr_engine_attach(*engine, i, bundle->shards[i].bytes, bundle->shards[i].size, error);
    }
    if (status != PR_OK && *engine) {
        pr_engine_close(*engine);
        *engine = NULL;
    }
    return status;
}

void pr_test_seal(char *manifest, size_t size) {
    static const char key[] = "\"checksum\":\"";
    enum { KEY = sizeof key - 1, DIGITS = 64 };
    for (size_t at = 0; at + KEY + DIGITS < size; at++) {
        if (memcmp(manifest + at, key, KEY) == 0) {
            char hash[65];
            pr_sha256 sha;
            memset(manifest + at + KEY, '0', DIGITS);
            pr_sha256_init(&sha);
            pr_sha256_update(&sha, manifest, size);
            pr_sha256_hex(&sha, hash);
            memcpy(manifest + at + KEY, hash, DIGITS);
            return;
        }
    }
}

char *pr_test_promise(const pr_test_bundle *bundle, uint32_t shard, const void *bytes, size_t size) {
    char hash[65], name[160];
    pr_sha256 sha;
    pr_sha256_init(&sha);
    pr_sha256_update(&sha, bytes, size);
    pr_sha256_hex(&sha, hash);

    /* Cut the shard's object out of the manifest's text, change it, and put it back. */
    const char *old = bundle->shards[shard].name, *text = (const char *)bundle->manifest.bytes;
    const char *begin = strstr(text, old), *end = strchr(begin, '}') + 1;
    while (*begin != '{') {
        begin--;
    }
    char *object = strndup(begin, (size_t)(end - begin));
    snprintf(name, sizeof name, "%.*s%.16s", (int)(strrchr(old, '-') + 1 - old), old, hash);
    memcpy(strstr(object, old), name, strlen(name));
    memcpy(strchr(strstr(object, "\"sha256\"") + 8, '"') + 1, hash, 64);
    char *length = strchr(strstr(object, "\"bytes\""), ':') + 1;
    const char *rest = length + strspn(length, " 0123456789");

    size_t room = bundle->manifest.size + 64;
    char *manifest = malloc(room);
    snprintf(manifest, room, "%.*s%.*s%zu%s%s", (int)(begin - text), text, (int)(length - object), object, size, rest,
             end);
    free(object);
    pr_test_seal(manifest, strlen(manifest));
    return manifest;
}

static pr_text text_of(const char *string) {
    return (pr_text){string, string ? strlen(string) : 0};
}

pr_request pr_test_request(const char *method, const char *path, const char *body, const char *state) {
    return (pr_request){text_of(method), text_of(path), text_of(body), text_of(state), 1763683200, 1};
}

static void *counted_allocate(void *context, size_t bytes) {
    pr_test_allocator *allocator = context;
    allocator->calls++;
    void *memory = allocator->calls == allocator->fail_at ? NULL : malloc(bytes ? bytes : 1);
    if (memory) {
        allocator->live_blocks++;
        allocator->live_bytes += bytes;
    }
    return memory;
}

static void counted_release(void *context, void *memory, size_t bytes) {
    pr_test_allocator *allocator = context;
    if (memory) {
        allocator->live_blocks--;
        allocator->live_bytes -= bytes;
    }
    free(memory);
}

void pr_test_allocator_init(pr_test_allocator *allocator, size_t fail_at) {
    *allocator = (pr_test_allocator){{allocator, counted_allocate, counted_release}, 0, fail_at, 0, 0};
}
