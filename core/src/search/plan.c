/* From the words of a query to slots. */
#include "lexicon.h"
#include "search.h"
#include "tokens.h"

#include <string.h>

enum { MOST_TOKENS = PR_MAX_SLOTS, MOST_COMPLETIONS = 24, MOST_SYNONYM_TOKENS = 3, MOST_KEY = 200 };

/* Parts of a hyphenated word, a number beside its unit: worth a little less than the whole. */
static const float PARTS = 0.9f, COMPLETED = 0.9f;

typedef struct token {
    pr_token_kind kind;
    char text[PR_MAX_TERM], term[PR_MAX_TERM];
    size_t size, term_size;
    uint32_t begin, end;
    bool joined, stop;
} token;

typedef struct tokens {
    const pr_shop *shop;
    uint32_t count;
    token list[MOST_TOKENS];
} tokens;

static bool take_token(void *context, const pr_token *given) {
    tokens *all = context;
    token *t = &all->list[all->count++];
    t->kind = given->kind;
    t->size = t->term_size = given->size;
    memcpy(t->text, given->text, given->size);
    memcpy(t->term, given->text, given->size);
    t->term_size = pr__term(given->kind, t->term, t->size);
    t->begin = given->begin;
    t->end = given->end;
    t->joined = given->joined;
    t->stop = given->kind == PR_TOKEN_WORD && pr__is_stop_word(all->shop, t->text, t->size);
    return all->count < MOST_TOKENS;
}

void pr__add_alternative(pr_slot *slot, const uint32_t *terms, uint32_t count, float weight) {
    if (slot->count == PR_MAX_ALTERNATIVES || count == 0 || count > PR_MAX_PHRASE)
        return;
    for (uint32_t i = 0; i < slot->count; i++) {
        const pr_alternative *have = &slot->alternatives[i];
        if (have->count == count && memcmp(have->terms, terms, count * sizeof *terms) == 0)
            return;
    }
    pr_alternative *a = &slot->alternatives[slot->count++];
    memcpy(a->terms, terms, count * sizeof *terms);
    a->count = count;
    a->weight = weight;
    a->form = PR_FORM_ANY;
}

static bool find(pr_engine *engine, const char *term, size_t size, uint32_t *row) {
    pr_lexicon_cursor c;
    if (size > PR_MAX_TERM || !pr__lexicon_find(&c, engine, (pr_text){term, size}))
        return false;
    *row = c.row;
    return true;
}

/* ---- synonyms ---- */

/* The terms of a phrase that are written with spaces between; false when one is not in the lexicon. */
static bool find_phrase(pr_engine *engine, pr_text phrase, uint32_t *terms, uint32_t *count) {
    size_t start = 0;
    *count = 0;
    for (size_t i = 0; i <= phrase.size; i++) {
        if (i < phrase.size && phrase.bytes[i] != ' ')
            continue;
        if (i > start &&
            (*count == PR_MAX_PHRASE || !find(engine, phrase.bytes + start, i - start, &terms[(*count)++])))
            return false;
        start = i + 1;
    }
    return *count > 0;
}

static void add_synonyms(pr_engine *engine, const char *key, size_t size, pr_slot *slot) {
    const pr_shard *shard = pr__shard_of_row(engine, PR_TABLE_SYNONYMS, 0);
    if (!shard)
        return;
    const pr_synonyms_view *view = &shard->view.synonyms;
    uint32_t row = pr__strings_find(&view->key, (pr_text){key, size}), terms[PR_MAX_PHRASE], count;
    if (row == UINT32_MAX)
        return;
    for (uint32_t i = view->offsets[row]; i < view->offsets[row + 1]; i++) {
        if (find_phrase(engine, pr__string(&view->phrase, i), terms, &count))
            pr__add_alternative(slot, terms, count, (float)view->weight[i] / 100);
    }
}

/* Is there anything under the key of tokens [first, first + count)? Writes the key. */
static bool has_synonyms(pr_engine *engine, const tokens *all, uint32_t first, uint32_t count, char *key,
                         size_t *size) {
    const pr_shard *shard = pr__shard_of_row(engine, PR_TABLE_SYNONYMS, 0);
    *size = 0;
    if (!shard || first + count > all->count)
        return false;
    for (uint32_t i = first; i < first + count; i++) {
        const token *t = &all->list[i];
        if (*size + t->term_size + 1 > MOST_KEY)
            return false;
        if (i > first)
            key[(*size)++] = ' ';
        memcpy(key + *size, t->term, t->term_size);
        *size += t->term_size;
    }
    return pr__strings_find(&shard->view.synonyms.key, (pr_text){key, *size}) != UINT32_MAX;
}

/* ---- slots ---- */

static pr_slot *new_slot(pr_plan *plan, pr_slot_role role, const token *first, const token *last) {
    if (plan->count == PR_MAX_SLOTS)
        return NULL;
    pr_slot *slot = &plan->slots[plan->count++];
    *slot = (pr_slot){.role = role}; /* a stop word that was dropped may have stood here */
    slot->text = (pr_text){first->text, first->size};
    slot->single = first == last && first->kind == PR_TOKEN_WORD;
    slot->stop = first == last && first->stop;
    slot->begin = first->begin;
    slot->end = last->end;
    return slot;
}

/* All of the tokens' terms together. */
static void add_parts(pr_engine *engine, const token *first, uint32_t count, float weight, pr_slot *slot) {
    uint32_t terms[PR_MAX_PHRASE];
    bool all = count <= PR_MAX_PHRASE;
    for (uint32_t i = 0; i < count && all; i++)
        all = find(engine, first[i].term, first[i].term_size, &terms[i]);
    if (all)
        pr__add_alternative(slot, terms, count, weight);
}

/* The tokens laid end to end, as pr_search_terms does it. */
static void add_joined(pr_engine *engine, const token *first, uint32_t count, pr_slot *slot) {
    char text[PR_MAX_TERM];
    size_t size = 0;
    uint32_t row;
    for (uint32_t i = 0; i < count; i++) {
        if (size + first[i].size > sizeof text)
            return;
        memcpy(text + size, first[i].text, first[i].size);
        size += first[i].size;
    }
    if (first[count - 1].kind != PR_TOKEN_UNIT)
        size = pr_stem(text, size);
    if (find(engine, text, size, &row))
        pr__add_alternative(slot, &row, 1, 1);
}

/* Terms that begin with what was typed so far: the most frequent ones. False when there are none. */
static bool add_completions(pr_engine *engine, pr_text start, pr_slot *slot) {
    pr_lexicon_cursor c;
    uint32_t rows[MOST_COMPLETIONS], count = 0;
    uint8_t frequency[MOST_COMPLETIONS];
    bool more = pr__lexicon_seek(&c, engine, start);
    for (; more && c.size >= start.size && memcmp(c.term, start.bytes, start.size) == 0; more = pr__lexicon_next(&c)) {
        uint32_t at = count;
        while (at > 0 && frequency[at - 1] < c.frequency)
            at--;
        if (at == MOST_COMPLETIONS)
            continue;
        count -= count == MOST_COMPLETIONS;
        memmove(&rows[at + 1], &rows[at], (count - at) * sizeof *rows);
        memmove(&frequency[at + 1], &frequency[at], count - at);
        rows[at] = c.row;
        frequency[at] = c.frequency;
        count++;
    }
    for (uint32_t i = 0; i < count; i++)
        pr__add_alternative(slot, &rows[i], 1, COMPLETED);
    return count > 0;
}

/* A stem may be shorter than what was typed of its word ("runni" of "running"): then a shorter start is tried. */
static void complete(pr_engine *engine, const token *t, pr_slot *slot) {
    enum { SHORTEST = 3, MOST_CUT = 3 };
    slot->open = true;
    bool found = false;
    for (size_t cut = 0; cut <= MOST_CUT && !found && (cut == 0 || t->size >= SHORTEST + cut); cut++)
        found = add_completions(engine, (pr_text){t->text, t->size - cut}, slot);
}

/* How many tokens from `first` on make one slot. */
static uint32_t extent(pr_engine *engine, const tokens *all, uint32_t first, char *key, size_t *key_size) {
    const token *t = all->list;
    for (uint32_t n = MOST_SYNONYM_TOKENS; n > 1; n--) {
        if (has_synonyms(engine, all, first, n, key, key_size))
            return n;
    }
    *key_size = 0;
    if (first + 1 < all->count && t[first].kind == PR_TOKEN_NUMBER && t[first + 1].kind == PR_TOKEN_UNIT)
        return 2;
    uint32_t n = 1;
    while (first + n < all->count && t[first + n].joined && t[first + n].kind < PR_TOKEN_UNIT &&
           t[first].kind < PR_TOKEN_UNIT)
        n++;
    return n == 2 || n == 3 ? n : 1;
}

static uint32_t add_slot(pr_engine *engine, const tokens *all, uint32_t first, pr_slot_role role, pr_plan *plan) {
    char key[MOST_KEY];
    size_t key_size;
    uint32_t n = extent(engine, all, first, key, &key_size);
    const token *t = &all->list[first];
    pr_slot *slot = new_slot(plan, role, t, &t[n - 1]);
    if (!slot)
        return n;
    if (n > 1)
        add_joined(engine, t, n, slot);
    add_parts(engine, t, n, n > 1 && slot->count ? PARTS : 1, slot);
    pr_lexicon_cursor c;
    if (slot->single && pr__lexicon_find(&c, engine, (pr_text){t->term, t->term_size})) {
        char common[PR_MAX_TERM + 16];
        slot->frequency = c.frequency;
        slot->alternatives[0].form =
            pr__equal(common, pr__surface(&c, common), t->text, t->size) ? PR_FORM_COMMON : PR_FORM_OTHER;
    }
    if (n == 1)
        has_synonyms(engine, all, first, 1, key, &key_size);
    if (key_size)
        add_synonyms(engine, key, key_size, slot);
    return n;
}

static pr_status add_text(pr_engine *engine, pr_text text, pr_slot_role role, bool prefix, pr_plan *plan,
                          pr_error *error) {
    tokens *all = pr_arena_take(&engine->scratch, sizeof *all);
    if (!all)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while searching");
    all->shop = &engine->shop;
    pr_tokens(text.bytes, text.size, take_token, all);
    uint32_t slots = plan->count;
    for (uint32_t i = 0; i < all->count;)
        i += add_slot(engine, all, i, role, plan);
    const token *last = all->count ? &all->list[all->count - 1] : NULL;
    if (prefix && last && last->end == text.size && plan->count > slots)
        complete(engine, last, &plan->slots[plan->count - 1]);
    return PR_OK;
}

static pr_status add_list(pr_engine *engine, const pr_json *texts, pr_slot_role role, pr_plan *plan, pr_error *error) {
    for (const pr_json *text = texts ? texts->first : NULL; text; text = text->next)
        PR_TRY(add_text(engine, (pr_text){text->string, text->size}, role, false, plan, error));
    return PR_OK;
}

/* Stop words count only where there is nothing else to go by. */
static void drop_stop_words(pr_plan *plan) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < plan->count; i++)
        kept += plan->slots[i].role == PR_SLOT_QUERY && !(plan->slots[i].stop && !plan->slots[i].open);
    if (kept == 0)
        return;
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->count; i++) {
        const pr_slot *slot = &plan->slots[i];
        if (slot->role != PR_SLOT_QUERY || !slot->stop || slot->open)
            plan->slots[count++] = *slot;
    }
    plan->count = count;
}

pr_status pr__plan(pr_engine *engine, const pr_search *search, pr_plan *plan, pr_error *error) {
    plan->count = 0;
    PR_TRY(add_text(engine, search->query, PR_SLOT_QUERY, search->prefix, plan, error));
    drop_stop_words(plan);
    PR_TRY(add_list(engine, search->must, PR_SLOT_MUST, plan, error));
    PR_TRY(add_list(engine, search->should, PR_SLOT_SHOULD, plan, error));
    return add_list(engine, search->must_not, PR_SLOT_NOT, plan, error);
}
