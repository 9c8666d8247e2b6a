/* An independent picture of a bundle's catalogue, and of what a request allows: what the property test compares answers
 * with. */
#ifndef PR_TEST_WORLD_H
#define PR_TEST_WORLD_H

#include "small_bundle.h"

enum { MOST_ITEMS = 1000, MOST_NAMES = 256, PHRASES = 48, WORDS = MOST_ITEMS / 64 + 1 };

struct names {
    uint32_t count;
    char text[MOST_NAMES][72];
};

struct item {
    char id[72];
    uint16_t instructor, type, level;
    uint64_t tags[MOST_NAMES / 64];
    int32_t duration, date; /* INT32_MIN: missing */
};

struct world {
    pr_engine *engine;
    uint32_t count;
    struct item items[MOST_ITEMS]; /* by falling popularity */
    uint16_t slots[4096];          /* hash of an id → item + 1 */
    struct names instructors, types, levels, tags, ages;
    bool flagged[MOST_NAMES]; /* instructors */
    char phrases[PHRASES][160];
    uint64_t matches[PHRASES][WORDS];
};

/* Ask the engine for everything there is. Exits with a message when it does not answer. */
void world_survey(struct world *world, pr_engine *engine);
/* The item with that id, or MOST_ITEMS. */
uint32_t world_find(const struct world *world, const char *id, size_t size);
/* Answer or exit; the tree lives in `arena`. */
const pr_json *world_ask(pr_engine *engine, const char *method, const char *path, const char *body, pr_text state,
                         uint64_t seed, pr_response *response, pr_arena *arena);

static inline bool world_bit(const uint64_t *bits, uint32_t i) {
    return bits[i / 64] >> (i % 64) & 1;
}

static inline void world_set(uint64_t *bits, uint32_t i) {
    bits[i / 64] |= (uint64_t)1 << (i % 64);
}

#endif
