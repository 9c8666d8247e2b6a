/* Vectors that were made on earlier nights, in one file that is added to, and now and then written anew.
 *
 * The file: 16 bytes "pocketrec vec 1\n", then records of u32 dims, 32 bytes of key, dims floats, and the u64
 * pr_hash_bytes of all that, everything little-endian. What follows the last whole record is what a killed run left: it
 * is passed over and written over. */
#ifndef PRT_CACHE_H
#define PRT_CACHE_H

#include "pocketrec.h"

enum { PRT_KEY = 32 };

typedef struct prt_cache {
    int file; /* -1: there is none, and nothing is kept */
    uint32_t dims;
    uint64_t end; /* of the last whole record */
    unsigned char *record;
} prt_cache;

typedef void (*prt_cache_visitor)(void *context, const unsigned char key[PRT_KEY], const float *values);

/* Open the file, make it where there is none, and visit the vectors of `dims` numbers in it. Without the file (`path`
 * NULL), or where it cannot be used, which is said as a warning, the cache is empty and keeps nothing. PR_E_MEMORY. */
pr_status prt_cache_open(const char *path, uint32_t dims, prt_cache_visitor visit, void *context, prt_cache *out,
                         pr_error *error);
/* Add a vector. When that fails a warning says so, and no more is added. */
void prt_cache_add(prt_cache *cache, const unsigned char key[PRT_KEY], const float *values);
/* What the file holds besides its head is more than twice `used` vectors: more than half of it serves nobody. */
bool prt_cache_is_bloated(const prt_cache *cache, uint32_t used);
/* Put a file with these `count` vectors alone in the place of the one at `path`, in one step: beside it in a file of
 * its own until it is whole. When that fails a warning says so, and the old one stays. */
void prt_cache_rewrite(const char *path, prt_cache *cache, uint32_t count, const unsigned char (*keys)[PRT_KEY],
                       const float *values);
void prt_cache_close(prt_cache *cache);

#endif
