/* A bundle directory in memory, and an allocator that counts and fails on purpose; for unit tests and fuzz targets. */
#ifndef PR_TEST_SMALL_BUNDLE_H
#define PR_TEST_SMALL_BUNDLE_H

#include "pocketrec.h"

enum { PR_TEST_MAX_SHARDS = 64 };

typedef struct pr_test_file {
    char name[128];
    unsigned char *bytes;
    size_t size;
} pr_test_file;

typedef struct pr_test_bundle {
    pr_test_file manifest;
    pr_test_file shards[PR_TEST_MAX_SHARDS]; /* in the manifest's order */
    uint32_t shard_count;
} pr_test_bundle;

/* Read the bundle in `directory`, NULL = the one named by PR_TEST_BUNDLE. Exits with a message when it cannot. */
void pr_test_bundle_read(const char *directory, pr_test_bundle *bundle);
void pr_test_bundle_free(pr_test_bundle *bundle);

/* Open an engine on the bundle and attach every shard; the first failure is returned and leaves *engine NULL. */
pr_status pr_test_bundle_open(const pr_test_bundle *bundle, const pr_allocator *allocator, pr_engine **engine,
                              pr_error *error);

/* The manifest as it would be if `shard` consisted of these bytes: with their hash, file name and length, so that the
 * checks behind the hash are reached. NUL-terminated; the caller frees it. */
char *pr_test_promise(const pr_test_bundle *bundle, uint32_t shard, const void *bytes, size_t size);

/* Give the text of a manifest that was changed its true checksum, where it carries one. */
void pr_test_seal(char *manifest, size_t size);

/* A request made of NUL-terminated strings; state and body may be NULL. */
pr_request pr_test_request(const char *method, const char *path, const char *body, const char *state);

/* malloc with a count: fails the call number `fail_at` (from 1; 0 = never), knows what is not yet released. */
typedef struct pr_test_allocator {
    pr_allocator hooks;
    size_t calls, fail_at, live_blocks, live_bytes;
} pr_test_allocator;
void pr_test_allocator_init(pr_test_allocator *allocator, size_t fail_at);

#endif
