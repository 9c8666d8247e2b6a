/* What a misspelt word may have meant: near terms, two words written as one, one word written as two. A word that the
 * lexicon knows is only looked at again when the whole query found nothing, so that an exact match is never lost. */
#include "lexicon.h"
#include "search.h"

#include <string.h>

static const float BY_DISTANCE[] = {1, 0.6f, 0.35f}, SPLIT = 0.8f, JOINED = 0.9f;
enum { SHORTEST = 4, LONG = 8, SHORTEST_PART = 3, SELDOM = 3 /* class of frequency: two documents */ };

/* Edits that a word of that many bytes may hold. */
static uint32_t most_edits(size_t size) {
    return size < SHORTEST ? 0 : size < LONG ? 1 : 2;
}

static void take_word(pr_slot *slot, const char *word, size_t size) {
    if (slot->word_size == 0 && size <= sizeof slot->word) {
        memcpy(slot->word, word, size);
        slot->word_size = (uint32_t)size;
    }
}

static bool is_nearer(const pr_near *a, const pr_near *b) {
    return a->distance != b->distance ? a->distance < b->distance : a->frequency > b->frequency;
}

/* The distance of the nearest term, 0 when there is none. A slip may hide the word's ending from the stemmer, so the
 * word is compared as it is as well: "wireles" has the stem "wirel". */
static uint32_t add_near(pr_engine *engine, pr_slot *slot) {
    char term[PR_MAX_TERM];
    pr_near near[2 * PR_MOST_NEAR];
    uint32_t most = most_edits(slot->text.size), best = 0;
    memcpy(term, slot->text.bytes, slot->text.size);
    pr_text stem = {term, pr_stem(term, slot->text.size)};
    if (most == 0)
        return 0;
    uint32_t count = pr__lexicon_near(engine, stem, most, false, near);
    if (stem.size != slot->text.size)
        count += pr__lexicon_near(engine, slot->text, most, false, near + count);
    if (count == 0 && !engine->missing_count) /* terms that begin otherwise, only where there is no other */
        count = pr__lexicon_near(engine, stem, most, true, near);
    for (uint32_t i = 0; i < count; i++) {
        pr__add_alternative(slot, &near[i].row, 1, BY_DISTANCE[near[i].distance]);
        best = is_nearer(&near[i], &near[best]) ? i : best;
    }
    if (count)
        take_word(slot, near[best].surface, near[best].surface_size);
    return count ? near[best].distance : 0;
}

static bool find_word(pr_engine *engine, const char *word, size_t size, uint32_t *row, uint32_t *frequency) {
    pr_lexicon_cursor c;
    char term[PR_MAX_TERM];
    memcpy(term, word, size);
    if (!pr__lexicon_find(&c, engine, (pr_text){term, pr_stem(term, size)}))
        return false;
    *row = c.row;
    *frequency = c.frequency;
    return true;
}

/* "powerbank" is "power bank": the cut whose rarer half is the most frequent. */
static bool add_split(pr_engine *engine, pr_slot *slot) {
    pr_text text = slot->text;
    uint32_t best = 0, best_at = 0, rows[2], frequency[2], found[2] = {0, 0};
    for (size_t at = SHORTEST_PART; at + SHORTEST_PART <= text.size; at++) {
        if (((uint8_t)text.bytes[at] & 0xC0) == 0x80 || !find_word(engine, text.bytes, at, &rows[0], &frequency[0]) ||
            !find_word(engine, text.bytes + at, text.size - at, &rows[1], &frequency[1]))
            continue;
        uint32_t rarer = frequency[0] < frequency[1] ? frequency[0] : frequency[1];
        if (rarer > best) {
            best = rarer;
            best_at = (uint32_t)at;
            memcpy(found, rows, sizeof found);
        }
    }
    if (best == 0)
        return false;
    pr__add_alternative(slot, found, 2, SPLIT);
    char both[PR_MAX_TERM + 1];
    memcpy(both, text.bytes, best_at);
    both[best_at] = ' ';
    memcpy(both + best_at + 1, text.bytes + best_at, text.size - best_at);
    take_word(slot, both, text.size + 1);
    return true;
}

/* "head phones" is "headphones": both slots take the joined word as an alternative. */
static bool add_join(pr_engine *engine, pr_slot *a, pr_slot *b) {
    char text[2 * PR_MAX_TERM];
    uint32_t row, frequency;
    size_t size = a->text.size + b->text.size;
    if (!a->single || !b->single || a->role != b->role || size > PR_MAX_TERM || size < 2 * SHORTEST_PART)
        return false;
    memcpy(text, a->text.bytes, a->text.size);
    memcpy(text + a->text.size, b->text.bytes, b->text.size);
    if (!find_word(engine, text, size, &row, &frequency))
        return false;
    pr__add_alternative(a, &row, 1, JOINED);
    pr__add_alternative(b, &row, 1, JOINED);
    return true;
}

bool pr__correct(pr_engine *engine, pr_plan *plan, bool known) {
    bool added = false;
    for (uint32_t i = 0; i + 1 < plan->count; i++)
        added |= add_join(engine, &plan->slots[i], &plan->slots[i + 1]);
    for (uint32_t i = 0; i < plan->count; i++) {
        pr_slot *slot = &plan->slots[i];
        if (!slot->single || slot->role > PR_SLOT_MUST ||
            (slot->count && (!known || slot->frequency > SELDOM || slot->word_size)))
            continue;
        bool unknown = slot->count == 0;
        uint32_t distance = add_near(engine, slot);
        added |= distance > 0;
        if (unknown && distance != 1)
            added |= add_split(engine, slot);
    }
    return added;
}
