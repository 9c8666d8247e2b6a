/* Removing shards that no manifest in a bundle's folder needs any more. */
#include "store.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool ends_with(const char *name, const char *end) {
    size_t n = strlen(name), m = strlen(end);
    return n >= m && strcmp(name + n - m, end) == 0;
}

/* Names that some manifest needs. */
typedef struct needed {
    pr_arena arena;
    const char **names;
    size_t count, room;
    bool failed; /* then nothing may be removed */
} needed;

static bool is_manifest(const char *name) {
    return strncmp(name, "manifest.", 9) == 0 && ends_with(name, ".json");
}

static void add_name(needed *n, const char *name) {
    if (n->count == n->room) {
        size_t room = n->room ? n->room * 2 : 256;
        const char **grown = pr_arena_array(&n->arena, room, sizeof *grown);
        if (!grown) {
            n->failed = true;
            return;
        }
        if (n->count)
            memcpy(grown, n->names, n->count * sizeof *grown);
        n->names = grown;
        n->room = room;
    }
    n->names[n->count++] = name;
}

static void note_manifest(const prt_store *store, const char *name, void *context) {
    needed *n = context;
    const pr_json *root;
    pr_text text;
    if (!is_manifest(name))
        return;
    if (prt_store_read(store, name, &n->arena, &text, NULL) != PR_OK) {
        n->failed = true;
        return;
    }
    if (pr_json_parse(text.bytes, text.size, NULL, &n->arena, &root, NULL) != PR_OK)
        return; /* nobody can read it: it needs nothing */
    const pr_json *shards = pr_json_get(root, "shards");
    for (const pr_json *s = shards && shards->type == PR_JSON_ARRAY ? shards->first : NULL; s; s = s->next) {
        const pr_json *file = pr_json_get(s, "file");
        if (file && file->type == PR_JSON_STRING)
            add_name(n, file->string);
    }
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "segments-0123456789abcdef.safetensors" or its .gz or .br: the length without the neighbour's ending, else 0. */
static size_t shard_length(const char *name) {
    size_t n = strlen(name);
    if (ends_with(name, ".gz") || ends_with(name, ".br"))
        n -= 3;
    const char end[] = ".safetensors";
    const size_t m = sizeof end - 1;
    if (n < m + 18 || n > 200 || memcmp(name + n - m, end, m) != 0 || name[n - m - 17] != '-')
        return 0;
    for (size_t i = n - m - 16; i < n - m; i++) {
        if (!strchr("0123456789abcdef", name[i]))
            return 0;
    }
    return n;
}

static void remove_unneeded(const prt_store *store, const char *name, void *context) {
    const needed *n = context;
    char shard[256] = {0};
    size_t size = shard_length(name);
    if (size == 0)
        return;
    memcpy(shard, name, size);
    const char *key = shard;
    if (!n->count || !bsearch(&key, n->names, n->count, sizeof *n->names, by_name))
        unlinkat(store->folder, name, 0);
}

pr_status prt_store_sweep(prt_store *store, pr_error *error) {
    needed n = {0};
    pr_arena_init(&n.arena, NULL, 0);
    pr_status status = prt_store_each(store, note_manifest, &n, error);
    if (status == PR_OK && !n.failed) {
        if (n.count)
            qsort(n.names, n.count, sizeof *n.names, by_name);
        status = prt_store_each(store, remove_unneeded, &n, error);
    }
    pr_arena_free(&n.arena);
    return status;
}
