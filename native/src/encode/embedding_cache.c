/* The file of vectors: mapped into memory to be read, appended to by writing. */
#include "embedding_cache.h"

#include "fail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY = 32, COUNT_AT = 32, NUMBERS_AT = 40, CHECK = 8, MOST_NUMBERS = 4096 };

struct prt_embedding_cache {
    char path[1024];
    char encoder[65];
    uint32_t dims;
    int file;
    const uint8_t *bytes; /* the mapped file, or NULL while it is empty */
    uint64_t size;        /* of what is right in it, and mapped */
    uint64_t *slots;      /* places of records + 1, by key; 0: free */
    uint64_t slot_count, used;
};

static uint64_t record_size(uint32_t count) {
    return NUMBERS_AT + (uint64_t)count * sizeof(float) + CHECK;
}

static uint64_t check_of(const uint8_t *record, uint32_t count) {
    return pr_hash_bytes(record, NUMBERS_AT + (size_t)count * sizeof(float), count);
}

/* ---- index ---- */

static uint64_t first_slot(const prt_embedding_cache *c, const uint8_t *key) {
    uint64_t start;
    memcpy(&start, key, sizeof start); /* a SHA-256 is as random as can be */
    return start & (c->slot_count - 1);
}

static uint64_t find_slot(const prt_embedding_cache *c, const uint8_t *key) {
    uint64_t at = first_slot(c, key);
    while (c->slots[at] && memcmp(c->bytes + c->slots[at] - 1, key, KEY) != 0)
        at = (at + 1) & (c->slot_count - 1);
    return at;
}

static bool grow(prt_embedding_cache *c) {
    uint64_t *old = c->slots, count = c->slot_count;
    c->slots = calloc(2 * count, sizeof *c->slots);
    if (!c->slots) {
        c->slots = old;
        return false;
    }
    c->slot_count = 2 * count;
    for (uint64_t i = 0; i < count; i++) {
        if (old[i])
            c->slots[find_slot(c, c->bytes + old[i] - 1)] = old[i];
    }
    free(old);
    return true;
}

/* Enter the records from `at` on; what follows the first wrong one does not count. */
static bool enter(prt_embedding_cache *c, uint64_t at, uint64_t end) {
    while (end - at >= record_size(0)) {
        const uint8_t *record = c->bytes + at;
        uint32_t count;
        uint64_t check;
        memcpy(&count, record + COUNT_AT, sizeof count);
        if (count > MOST_NUMBERS || record_size(count) > end - at)
            break;
        memcpy(&check, record + record_size(count) - CHECK, sizeof check);
        if (check != check_of(record, count))
            break;
        if (2 * c->used >= c->slot_count && !grow(c))
            return false;
        const uint64_t slot = find_slot(c, record);
        c->used += c->slots[slot] == 0;
        if (count == c->dims)
            c->slots[slot] = at + 1;
        at += record_size(count);
    }
    c->size = at;
    return true;
}

/* ---- the file ---- */

static pr_status wrong(const prt_embedding_cache *c, const char *what, pr_error *error) {
    return prt_fail(error, PR_E_IO, "%s: the cache of vectors cannot be %s: %s", c->path, what, strerror(errno));
}

static void unmap(prt_embedding_cache *c) {
    if (c->bytes)
        munmap((void *)(uintptr_t)c->bytes, c->size);
    c->bytes = NULL;
}

/* Map the first `size` bytes; c->size is still that of the records known. */
static bool map(prt_embedding_cache *c, uint64_t size) {
    unmap(c);
    if (size == 0)
        return true;
    void *bytes = mmap(NULL, size, PROT_READ, MAP_SHARED, c->file, 0);
    c->bytes = bytes == MAP_FAILED ? NULL : bytes;
    return c->bytes != NULL;
}

static pr_status read_records(prt_embedding_cache *c, pr_error *error) {
    struct stat about;
    c->file = open(c->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (c->file < 0)
        return wrong(c, "opened", error);
    if (flock(c->file, LOCK_EX | LOCK_NB) != 0)
        return prt_fail(error, PR_E_LOCKED, "%s: another run has the cache of vectors; wait for it or use another file",
                        c->path);
    if (fstat(c->file, &about) != 0 || !map(c, (uint64_t)about.st_size))
        return wrong(c, "read", error);
    const uint64_t whole = (uint64_t)about.st_size;
    if (!enter(c, 0, whole))
        return prt_fail_memory(error, "reading the cache of vectors");
    const uint64_t right = c->size;
    c->size = whole; /* what is mapped */
    if (right == whole)
        return PR_OK;
    unmap(c);
    c->size = right;
    if (ftruncate(c->file, (off_t)right) != 0 || !map(c, right))
        return wrong(c, "written", error);
    return PR_OK;
}

pr_status prt_embedding_cache_open(const char *path, const char *encoder_sha256, uint32_t dims,
                                   prt_embedding_cache **out, pr_error *error) {
    prt_embedding_cache *c = calloc(1, sizeof *c);
    *out = NULL;
    if (!c || !(c->slots = calloc(1024, sizeof *c->slots))) {
        free(c);
        return prt_fail_memory(error, "opening the cache of vectors");
    }
    c->slot_count = 1024;
    c->dims = dims;
    c->file = -1;
    if (strlen(path) >= sizeof c->path || strlen(encoder_sha256) >= sizeof c->encoder) {
        prt_embedding_cache_close(c);
        return prt_fail(error, PR_E_ARGUMENT, "the path of the cache of vectors is too long");
    }
    strcpy(c->path, path);
    strcpy(c->encoder, encoder_sha256);
    const pr_status status = read_records(c, error);
    if (status != PR_OK)
        prt_embedding_cache_close(c);
    else
        *out = c;
    return status;
}

void prt_embedding_cache_close(prt_embedding_cache *cache) {
    if (!cache)
        return;
    unmap(cache);
    if (cache->file >= 0)
        close(cache->file);
    free(cache->slots);
    free(cache);
}

/* ---- vectors ---- */

static uint8_t digit(char c) {
    return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

void prt_embedding_key(const prt_embedding_cache *cache, pr_text text, uint8_t key[32]) {
    pr_sha256 hash;
    char hex[65];
    pr_sha256_init(&hash);
    pr_sha256_update(&hash, cache->encoder, strlen(cache->encoder));
    pr_sha256_update(&hash, text.bytes, text.size);
    pr_sha256_hex(&hash, hex);
    for (size_t i = 0; i < KEY; i++)
        key[i] = (uint8_t)(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
}

const float *prt_embedding_find(const prt_embedding_cache *cache, const uint8_t key[32]) {
    const uint64_t place = cache->slots[find_slot(cache, key)];
    return place ? (const float *)(const void *)(cache->bytes + place - 1 + NUMBERS_AT) : NULL;
}

static bool write_all(int file, const uint8_t *bytes, size_t size, uint64_t at) {
    while (size) {
        const ssize_t n = pwrite(file, bytes, size, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        size -= (size_t)n;
        at += (uint64_t)n;
    }
    return true;
}

pr_status prt_embedding_append(prt_embedding_cache *cache, const uint8_t (*keys)[32], const float *rows, uint32_t count,
                               pr_error *error) {
    const uint64_t one = record_size(cache->dims), size = one * count, before = cache->size;
    uint8_t *records = calloc(count ? count : 1, one);
    if (!records)
        return prt_fail_memory(error, "writing the cache of vectors");
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *record = records + i * one;
        memcpy(record, keys[i], KEY);
        memcpy(record + COUNT_AT, &cache->dims, sizeof cache->dims);
        memcpy(record + NUMBERS_AT, rows + (size_t)i * cache->dims, cache->dims * sizeof *rows);
        const uint64_t check = check_of(record, cache->dims);
        memcpy(record + one - CHECK, &check, sizeof check);
    }
    const bool written = write_all(cache->file, records, size, before);
    free(records);
    if (!written)
        return wrong(cache, "written", error);
    if (!map(cache, before + size)) {
        cache->size = 0;
        return wrong(cache, "read", error);
    }
    return enter(cache, before, before + size) ? PR_OK : prt_fail_memory(error, "writing the cache of vectors");
}
