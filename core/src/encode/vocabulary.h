/* The pieces of words that a model knows, by their text. */
#ifndef PR_VOCABULARY_H
#define PR_VOCABULARY_H

#include "safetensors.h"

#define PR_NO_PIECE UINT32_MAX
enum { PR_MOST_PIECES = 1 << 20 };

typedef struct pr__vocabulary {
    const char *bytes;       /* borrowed: the texts end to end */
    const uint32_t *offsets; /* count + 1 */
    uint32_t count, longest; /* pieces; bytes of the longest */
    uint32_t *slots;         /* ids + 1 by the hash of the text, 0: free */
    uint32_t mask;
} pr__vocabulary;

/* From the tensors vocab.lengths and vocab.bytes; refuses two pieces with the same text. Lives in `arena`. */
pr_status pr__vocabulary_open(const pr_safetensors *file, pr_arena *arena, pr__vocabulary *out, pr_error *error);

/* The hash of a text (FNV-1a) is built byte by byte, so that all beginnings of a word are hashed in one pass. */
#define PR_HASH_START 0x811C9DC5u
#define PR_HASH_INNER pr__hash_byte(pr__hash_byte(PR_HASH_START, '#'), '#')
static inline uint32_t pr__hash_byte(uint32_t hash, uint8_t byte) {
    return (hash ^ byte) * 0x01000193u;
}
/* The piece with this text and hash, or PR_NO_PIECE. `inner`: a piece that continues a word, "##" + text in the
 * vocabulary; its hash goes on from PR_HASH_INNER. */
uint32_t pr__vocabulary_find(const pr__vocabulary *vocabulary, pr_text text, bool inner, uint32_t hash);
pr_text pr__vocabulary_text(const pr__vocabulary *vocabulary, uint32_t id);

#endif
