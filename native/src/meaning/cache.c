/* The file of vectors. */
#include "cache.h"
#include "fail.h"
#include "progress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_DIMS = 4096, HEAD = 16, FRONT = 4 + PRT_KEY, BEHIND = 8 };
static const char MAGIC[HEAD + 1] = "pocketrec vec 1\n";

static size_t record_size(uint32_t dims) {
    return FRONT + dims * sizeof(float) + BEHIND;
}

static bool read_at(int file, uint64_t at, void *bytes, size_t size) {
    for (size_t done = 0; done < size;) {
        const ssize_t got = pread(file, (char *)bytes + done, size - done, (off_t)(at + done));
        if (got <= 0)
            return false;
        done += (size_t)got;
    }
    return true;
}

static bool write_at(int file, uint64_t at, const void *bytes, size_t size) {
    for (size_t done = 0; done < size;) {
        const ssize_t put = pwrite(file, (const char *)bytes + done, size - done, (off_t)(at + done));
        if (put <= 0)
            return false;
        done += (size_t)put;
    }
    return true;
}

/* The record at `at`: its dims, 0 when there is no whole one. */
static uint32_t read_record(const prt_cache *cache, uint64_t at) {
    uint32_t dims;
    uint64_t hash;
    if (!read_at(cache->file, at, &dims, sizeof dims) || dims == 0 || dims > MOST_DIMS)
        return 0;
    const size_t size = record_size(dims);
    if (!read_at(cache->file, at, cache->record, size))
        return 0;
    memcpy(&hash, cache->record + size - BEHIND, sizeof hash);
    return hash == pr_hash_bytes(cache->record, size - BEHIND, 0) ? dims : 0;
}

static void read_records(prt_cache *cache, prt_cache_visitor visit, void *context, float *values) {
    uint32_t dims;
    for (; (dims = read_record(cache, cache->end)) > 0; cache->end += record_size(dims)) {
        if (dims != cache->dims)
            continue;
        memcpy(values, cache->record + FRONT, dims * sizeof *values);
        visit(context, cache->record + 4, values);
    }
}

/* Is it a cache, or a file that is still empty? */
static bool begin(prt_cache *cache) {
    char head[HEAD];
    struct stat about;
    cache->end = HEAD;
    if (fstat(cache->file, &about) == 0 && about.st_size == 0)
        return write_at(cache->file, 0, MAGIC, HEAD);
    return read_at(cache->file, 0, head, HEAD) && memcmp(head, MAGIC, HEAD) == 0;
}

static bool open_file(const char *path, prt_cache *cache) {
    const char *why = NULL;
    cache->file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (cache->file < 0)
        why = strerror(errno);
    else if (flock(cache->file, LOCK_EX | LOCK_NB) != 0)
        why = "another run uses it";
    else if (!begin(cache))
        why = "it is no file of vectors; delete it or name another one in meaning.cache";
    if (!why)
        return true;
    prt_log_warning("%s: the vectors of other nights cannot be used, and all texts are encoded anew (%s)", path, why);
    prt_cache_close(cache);
    return false;
}

pr_status prt_cache_open(const char *path, uint32_t dims, prt_cache_visitor visit, void *context, prt_cache *out,
                         pr_error *error) {
    *out = (prt_cache){.file = -1, .dims = dims};
    if (!path || !open_file(path, out))
        return PR_OK;
    out->record = malloc(record_size(MOST_DIMS));
    float *values = calloc(dims, sizeof *values);
    const bool ready = out->record && values;
    if (ready)
        read_records(out, visit, context, values);
    free(values);
    if (ready)
        return PR_OK;
    prt_cache_close(out);
    return prt_fail_memory(error, "reading the vectors of other nights");
}

/* Make the record of a vector; its size. */
static size_t make_record(prt_cache *cache, const unsigned char key[PRT_KEY], const float *values) {
    const size_t size = record_size(cache->dims);
    memcpy(cache->record, &cache->dims, 4);
    memcpy(cache->record + 4, key, PRT_KEY);
    memcpy(cache->record + FRONT, values, cache->dims * sizeof *values);
    const uint64_t hash = pr_hash_bytes(cache->record, size - BEHIND, 0);
    memcpy(cache->record + size - BEHIND, &hash, sizeof hash);
    return size;
}

void prt_cache_add(prt_cache *cache, const unsigned char key[PRT_KEY], const float *values) {
    if (cache->file < 0)
        return;
    const size_t size = make_record(cache, key, values);
    if (write_at(cache->file, cache->end, cache->record, size)) {
        cache->end += size;
        return;
    }
    prt_log_warning("the vectors of this night cannot be kept (%s); the next night encodes them again",
                    strerror(errno));
    prt_cache_close(cache);
}

/* ---- writing it anew ---- */

bool prt_cache_is_bloated(const prt_cache *cache, uint32_t used) {
    return cache->file >= 0 && cache->end - HEAD > 2 * (uint64_t)used * record_size(cache->dims);
}

static bool write_whole(int file, prt_cache *cache, uint32_t count, const unsigned char (*keys)[PRT_KEY],
                        const float *values) {
    uint64_t end = HEAD;
    bool fine = write_at(file, 0, MAGIC, HEAD);
    for (uint32_t i = 0; fine && i < count; i++) {
        const size_t size = make_record(cache, keys[i], values + (size_t)i * cache->dims);
        fine = write_at(file, end, cache->record, size);
        end += size;
    }
    return fine && fsync(file) == 0;
}

void prt_cache_rewrite(const char *path, prt_cache *cache, uint32_t count, const unsigned char (*keys)[PRT_KEY],
                       const float *values) {
    static const char ending[] = ".new";
    const size_t size = strlen(path);
    char *beside = malloc(size + sizeof ending);
    if (!beside)
        return;
    memcpy(beside, path, size);
    memcpy(beside + size, ending, sizeof ending);
    const int file = open(beside, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    bool fine = file >= 0 && write_whole(file, cache, count, keys, values);
    fine = file >= 0 && close(file) == 0 && fine;
    if (!fine || rename(beside, path) != 0) {
        prt_log_warning("%s: cannot be made smaller (%s); it stays as it is", path, strerror(errno));
        unlink(beside);
    }
    free(beside);
}

void prt_cache_close(prt_cache *cache) {
    if (cache->file >= 0)
        close(cache->file);
    free(cache->record);
    cache->file = -1;
    cache->record = NULL;
}
