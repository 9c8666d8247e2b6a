/* Do a goal and a speciality mean the same? Phrases are sets of stems; synonyms are groups of phrases. docs/ranking.md
 * says the rule and the stop words. */
#include "base.h"

#include <string.h>

enum {
    MOST_GROUPS = 256,
    MOST_PHRASES = 32,
    LONGEST_PHRASE = 100,
    MOST_STEMS = 16,  /* of a phrase; further words do not count */
    LONGEST_STEM = 31 /* longer words are cut */
};

/* The stems of a phrase, each once, rising. */
typedef struct phrase {
    uint32_t count;
    struct {
        uint8_t size;
        char letters[LONGEST_STEM];
    } stems[MOST_STEMS];
} phrase;

typedef struct group {
    uint32_t count;
    const phrase *phrases;
} group;

struct pr_synonyms {
    uint32_t count;
    const group *groups;
};

/* Words that say nothing about what somebody wants or teaches, as stems. */
static bool is_stop_word(const char *stem, size_t size) {
    static const char *const words[] = {"a",     "an",     "and",     "at",       "by",      "class",      "coach",
                                        "cours", "expert", "for",     "from",     "in",      "my",         "of",
                                        "on",    "or",     "program", "programm", "session", "specialist", "the",
                                        "to",    "train",  "trainer", "with",     "your"};
    for (size_t i = 0; i < PR_COUNT(words); i++) {
        if (pr__equal(stem, size, words[i], strlen(words[i])))
            return true;
    }
    return false;
}

static bool add_stem(void *context, const char *text, size_t size) {
    phrase *p = context;
    char stem[LONGEST_STEM + 1] = {0};
    size_t n = size < LONGEST_STEM ? size : LONGEST_STEM, at = 0;
    memcpy(stem, text, n);
    n = pr_stem(stem, n);
    if (is_stop_word(stem, n))
        return true;
    while (at < p->count && pr__compare(p->stems[at].letters, p->stems[at].size, stem, n) < 0)
        at++;
    if (at < p->count && pr__equal(p->stems[at].letters, p->stems[at].size, stem, n))
        return true;
    if (p->count == MOST_STEMS)
        return false;
    memmove(&p->stems[at + 1], &p->stems[at], (p->count - at) * sizeof p->stems[0]);
    p->stems[at].size = (uint8_t)n;
    memcpy(p->stems[at].letters, stem, n);
    p->count++;
    return true;
}

static phrase phrase_of(pr_text text) {
    phrase p = {0};
    pr_words(text.bytes, text.size, add_stem, &p);
    return p;
}

/* Do all stems of `part`, which has one at least, stand in `whole`? Both rise. */
static bool holds(const phrase *whole, const phrase *part) {
    uint32_t at = 0;
    for (uint32_t i = 0; i < part->count; i++) {
        while (at < whole->count &&
               !pr__equal(whole->stems[at].letters, whole->stems[at].size, part->stems[i].letters, part->stems[i].size))
            at++;
        if (at++ >= whole->count)
            return false;
    }
    return part->count > 0;
}

bool pr_same_phrase(pr_text a, pr_text b) {
    phrase x = phrase_of(a), y = phrase_of(b);
    return x.count == y.count && holds(&x, &y);
}

size_t pr_phrase_key(pr_text text, char out[PR_PHRASE_KEY]) {
    phrase p = phrase_of(text);
    size_t size = 0;
    for (uint32_t i = 0; i < p.count; i++) {
        if (i > 0)
            out[size++] = ' ';
        memcpy(out + size, p.stems[i].letters, p.stems[i].size);
        size += p.stems[i].size;
    }
    out[size] = 0;
    return size;
}

static bool holds_one_of(const phrase *p, const group *g) {
    for (uint32_t i = 0; i < g->count; i++) {
        if (holds(p, &g->phrases[i]))
            return true;
    }
    return false;
}

bool pr_goal_match(const pr_synonyms *synonyms, pr_text goal, pr_text speciality) {
    phrase wanted = phrase_of(goal), taught = phrase_of(speciality);
    if (holds(&wanted, &taught) || holds(&taught, &wanted))
        return true;
    for (uint32_t g = 0; synonyms && g < synonyms->count; g++) {
        if (holds_one_of(&wanted, &synonyms->groups[g]) && holds_one_of(&taught, &synonyms->groups[g]))
            return true;
    }
    return false;
}

static pr_status wrong(pr_error *error, const char *what) {
    return pr_fail(error, PR_E_FORMAT, 0, "synonyms ", what);
}

static pr_status read_group(const pr_json *given, pr_arena *arena, group *out, pr_error *error) {
    if (given->type != PR_JSON_ARRAY || given->size > MOST_PHRASES)
        return wrong(error, "must be lists of at most 32 phrases");
    phrase *phrases = pr_arena_array(arena, given->size + 1u, sizeof *phrases);
    if (!phrases)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while reading synonyms");
    for (const pr_json *text = given->first; text; text = text->next) {
        if (text->type != PR_JSON_STRING || text->size > LONGEST_PHRASE)
            return wrong(error, "must be texts of at most 100 bytes");
        phrases[out->count++] = phrase_of((pr_text){text->string, text->size});
    }
    out->phrases = phrases;
    return PR_OK;
}

pr_status pr_synonyms_read(const pr_json *groups, pr_arena *arena, const pr_synonyms **out, pr_error *error) {
    pr_synonyms *synonyms = pr_arena_take(arena, sizeof *synonyms);
    uint32_t count = groups && groups->type == PR_JSON_ARRAY ? groups->size : 0;
    if (groups && groups->type != PR_JSON_NULL && (groups->type != PR_JSON_ARRAY || count > MOST_GROUPS))
        return wrong(error, "must be a list of at most 256 groups of phrases");
    group *list = pr_arena_array(arena, count + 1u, sizeof *list);
    if (!synonyms || !list)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while reading synonyms");
    for (const pr_json *given = count ? groups->first : NULL; given; given = given->next)
        PR_TRY(read_group(given, arena, &list[synonyms->count++], error));
    synonyms->groups = list;
    *out = synonyms;
    return PR_OK;
}
