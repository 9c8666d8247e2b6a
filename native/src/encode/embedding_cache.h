/* Vectors of texts that a run before has made, so that a night encodes only what is new.
 *
 * A file of records that only grows; a run that is killed leaves at most a torn record, and what follows the first
 * wrong one is forgotten and written over. A record, its numbers little-endian: 0  32 bytes  key: SHA-256 of the
 * encoder's SHA-256 (64 hexadecimal digits) and the text 32  U32       n, numbers of the vector 36  U32       0 40  n
 * F32     the vector then U64      pr_hash_bytes of all before, seed n */
#ifndef PRT_EMBEDDING_CACHE_H
#define PRT_EMBEDDING_CACHE_H

#include "pocketrec.h"

typedef struct prt_embedding_cache prt_embedding_cache;

/* Open the file, or begin it. `encoder_sha256`: 64 digits and a NUL; `dims`: numbers of a vector. PR_E_IO, PR_E_MEMORY,
 * PR_E_LOCKED while another run has it. */
pr_status prt_embedding_cache_open(const char *path, const char *encoder_sha256, uint32_t dims,
                                   prt_embedding_cache **out, pr_error *error);
void prt_embedding_cache_close(prt_embedding_cache *cache); /* NULL is allowed */

/* The key of a text. */
void prt_embedding_key(const prt_embedding_cache *cache, pr_text text, uint8_t key[32]);
/* The vector with this key, valid until the next append; NULL when there is none. */
const float *prt_embedding_find(const prt_embedding_cache *cache, const uint8_t key[32]);
/* Append `count` vectors with their keys, which are not there yet. */
pr_status prt_embedding_append(prt_embedding_cache *cache, const uint8_t (*keys)[32], const float *rows, uint32_t count,
                               pr_error *error);

#endif
