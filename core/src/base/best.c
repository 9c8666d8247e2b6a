/* Selection of the best rows: a threshold, a buffer behind it, and partition by bits where the buffer is full. */
#include "best.h"

#include <math.h>
#include <string.h>

enum { TILE = 64, GROUP = 16, FEW = 8 };

/* Scores as numbers that rise where scores fall, in the upper half; the row in the lower one. */
static uint64_t key_of(float score, uint32_t row) {
    uint32_t bits;
    score += 0.0f; /* -0 becomes 0, so that the two tie */
    memcpy(&bits, &score, sizeof bits);
    bits ^= bits >> 31 ? 0 : 0x7FFFFFFF;
    return (uint64_t)bits << 32 | row;
}

static float score_of(uint64_t key) {
    uint32_t bits = (uint32_t)(key >> 32);
    float score;
    bits ^= bits >> 31 ? 0 : 0x7FFFFFFF;
    memcpy(&score, &bits, sizeof score);
    return score;
}

/* Bring the keys of [low, high) whose bit is 0 to the front; returns where the others begin. */
static uint32_t partition(uint64_t *keys, uint32_t low, uint32_t high, uint64_t bit) {
    uint32_t middle = low;
    for (uint32_t i = low; i < high; i++) {
        uint64_t key = keys[i];
        keys[i] = keys[middle];
        keys[middle] = key;
        middle += !(key & bit);
    }
    return middle;
}

/* Bring the smallest `kept` of the keys to the front. At most 64 passes, whatever the keys: those who chose the scores
 * cannot make this slow. */
static void select_smallest(uint64_t *keys, uint32_t count, uint32_t kept) {
    uint64_t differing = 0;
    for (uint32_t i = 1; i < count; i++)
        differing |= keys[i] ^ keys[0];
    uint32_t low = 0, high = count;
    for (uint64_t bit = (uint64_t)1 << 63; bit && low < kept && kept < high; bit >>= 1) {
        if (!(differing & bit))
            continue;
        uint32_t middle = partition(keys, low, high, bit);
        if (kept <= middle)
            high = middle;
        else
            low = middle;
    }
}

static uint64_t largest(const uint64_t *keys, uint32_t count) {
    uint64_t most = keys[0];
    for (uint32_t i = 1; i < count; i++)
        most = keys[i] > most ? keys[i] : most;
    return most;
}

bool pr__best_start(pr__best *best, uint32_t limit, pr_arena *arena) {
    *best = (pr__best){.limit = limit, .threshold = limit ? -HUGE_VALF : HUGE_VALF};
    best->keys = pr_arena_array(arena, (size_t)limit + (limit == 0), 2 * sizeof *best->keys);
    return best->keys != NULL;
}

static void push(pr__best *best, float score, uint32_t row) {
    best->keys[best->count++] = key_of(score, row);
    if (best->count < 2 * best->limit)
        return;
    select_smallest(best->keys, best->count, best->limit);
    best->count = best->limit;
    /* Later rows lose every tie: they must exceed the worst of what is kept. */
    best->threshold = score_of(largest(best->keys, best->count));
}

/* Is one of GROUP scores above the threshold? */
#if PR_VECTORS
static bool any_above(const float *scores, float threshold) {
    pr__floats four[GROUP / 4];
    uint64_t halves[2];
    memcpy(four, scores, sizeof four);
    const pr__ints above =
        (four[0] > threshold) | (four[1] > threshold) | (four[2] > threshold) | (four[3] > threshold);
    memcpy(halves, &above, sizeof halves);
    return (halves[0] | halves[1]) != 0;
}
#else
static bool any_above(const float *scores, float threshold) {
    uint32_t above = 0;
    for (uint32_t i = 0; i < GROUP; i++)
        above |= scores[i] > threshold;
    return above != 0;
}
#endif

static void offer_each(pr__best *best, const float *scores, uint32_t first, uint32_t count, uint64_t bits) {
    for (uint32_t i = 0; i < count; i++) {
        if (scores[i] > best->threshold && bits >> i & 1)
            push(best, scores[i], first + i);
    }
}

void pr__best_offer_bits(pr__best *best, const float *scores, uint32_t first, uint32_t count, uint64_t bits) {
    uint32_t i = 0;
    for (; count - i >= GROUP; i += GROUP) {
        if (any_above(scores + i, best->threshold))
            offer_each(best, scores + i, first + i, GROUP, bits >> i);
    }
    if (i < count)
        offer_each(best, scores + i, first + i, count - i, bits >> i);
}

uint64_t pr__allowed_bits(pr__allowed allowed, uint32_t first, uint32_t count) {
    uint64_t all = count < 64 ? ((uint64_t)1 << count) - 1 : UINT64_MAX;
    if (!allowed)
        return all;
    const uint32_t word = first / 64, shift = first % 64;
    uint64_t bits = allowed[word] >> shift;
    if (shift && shift + count > 64)
        bits |= allowed[word + 1] << (64 - shift);
    return bits & all;
}

void pr__best_offer(pr__best *best, const float *scores, uint32_t first, uint32_t count, pr__allowed allowed) {
    for (uint32_t at = 0; at < count; at += TILE) {
        const uint32_t tile = count - at < TILE ? count - at : TILE;
        const uint64_t bits = pr__allowed_bits(allowed, first + at, tile);
        if (bits)
            pr__best_offer_bits(best, scores + at, first + at, tile, bits);
    }
}

static void sort_few(uint64_t *keys, uint32_t count) {
    for (uint32_t i = 1; i < count; i++) {
        const uint64_t key = keys[i];
        uint32_t at = i;
        for (; at > 0 && keys[at - 1] > key; at--)
            keys[at] = keys[at - 1];
        keys[at] = key;
    }
}

/* Radix exchange sort from `bit` down; above it the keys are alike. At most 64 calls deep. */
static void sort(uint64_t *keys, uint32_t count, uint64_t bit) {
    if (count <= FEW) {
        sort_few(keys, count);
        return;
    }
    const uint32_t middle = partition(keys, 0, count, bit);
    sort(keys, middle, bit >> 1);
    sort(keys + middle, count - middle, bit >> 1);
}

uint32_t pr__best_finish(pr__best *best, pr__best_row *rows) {
    if (best->count > best->limit) {
        select_smallest(best->keys, best->count, best->limit);
        best->count = best->limit;
    }
    sort(best->keys, best->count, (uint64_t)1 << 63);
    for (uint32_t i = 0; i < best->count; i++)
        rows[i] = (pr__best_row){(uint32_t)best->keys[i], score_of(best->keys[i])};
    return best->count;
}
