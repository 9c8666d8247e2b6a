/* Synonyms: those of the configuration, and words whose queries led to the same clicks. */
#include "fail.h"
#include "idmap.h"
#include "shop.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_PHRASE = 120, /* bytes of a key or phrase */
    MOST_WORDS = 3,    /* terms of a key: what the core looks up */
    GIVEN_WEIGHT = 85, /* in hundredths; 100 would make a synonym as good as the word itself */

    FEWEST_ITEMS = 3, /* products that both words led to */
    MOST_SYNONYMS = 20000
};

typedef struct list {
    prt_synonym *items;
    uint32_t count, room;
    pr_arena *arena;
    bool failed;
} list;

static const char *copy(list *l, const char *text, size_t size) {
    char *bytes = pr_arena_take(l->arena, size + 1);
    l->failed |= !bytes;
    if (bytes)
        memcpy(bytes, text, size);
    return bytes;
}

static void add(list *l, pr_text key, pr_text phrase, uint8_t weight) {
    if (l->count == MOST_SYNONYMS)
        return;
    if (l->count == l->room) {
        uint32_t room = l->room ? l->room * 2 : 64;
        prt_synonym *grown = realloc(l->items, room * sizeof *grown);
        l->failed |= !grown;
        if (!grown)
            return;
        l->items = grown;
        l->room = room;
    }
    const char *a = copy(l, key.bytes, key.size), *b = copy(l, phrase.bytes, phrase.size);
    if (a && b)
        l->items[l->count++] = (prt_synonym){a, b, weight};
}

/* ---- phrases ---- */

typedef struct phrase {
    char text[MOST_PHRASE];
    size_t size;
    uint32_t words;
    bool fits;
} phrase;

/* Terms as the core's query has them: one for each token, not those that are joined. */
static bool take_token(void *context, const pr_token *token) {
    phrase *p = context;
    char term[PR_MAX_TERM];
    memcpy(term, token->text, token->size);
    size_t size = token->kind == PR_TOKEN_WORD ? pr_stem(term, token->size) : token->size;
    p->fits = p->words < MOST_WORDS && p->size + size + 1 < sizeof p->text;
    if (!p->fits)
        return false;
    if (p->words++)
        p->text[p->size++] = ' ';
    memcpy(p->text + p->size, term, size);
    p->size += size;
    return true;
}

static bool read_phrase(const char *text, size_t size, phrase *out) {
    *out = (phrase){.fits = true};
    pr_tokens(text, size, take_token, out);
    return out->fits && out->size > 0;
}

/* ---- given ---- */

static void add_group(list *l, const pr_json *group) {
    for (const pr_json *a = group->first; a; a = a->next) {
        for (const pr_json *b = group->first; b; b = b->next) {
            phrase key, other;
            if (a != b && read_phrase(a->string, a->size, &key) && read_phrase(b->string, b->size, &other) &&
                (key.size != other.size || memcmp(key.text, other.text, key.size) != 0))
                add(l, (pr_text){key.text, key.size}, (pr_text){other.text, other.size}, GIVEN_WEIGHT);
        }
    }
}

/* ---- mined ---- */

/* One word of one person's query, and the product that they clicked. */
typedef struct seen {
    uint32_t word, item, user;
} seen;

static int by_seen(const void *a, const void *b) {
    const seen *x = a, *y = b;
    if (x->item != y->item)
        return x->item < y->item ? -1 : 1;
    if (x->word != y->word)
        return x->word < y->word ? -1 : 1;
    return x->user < y->user ? -1 : x->user > y->user;
}

/* Two words that led to the same product; `users` of the word that fewer people used. */
typedef struct together {
    uint32_t a, b, users;
} together;

static int by_words(const void *x, const void *y) {
    const together *a = x, *b = y;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return a->b < b->b ? -1 : a->b > b->b;
}

typedef struct miner {
    const prt_dataset *dataset;
    const prt_column *name;
    prt_idmap words;
    seen *seen;
    uint64_t count, room;
    uint32_t item, user;
    uint32_t *word_users; /* of each word: people who used it */
    uint32_t *word_items; /* of each word: products that it led to */
    together *pairs;
    uint64_t pair_count, pair_room;
    bool failed;
} miner;

static bool take_query_word(void *context, const pr_token *token) {
    miner *m = context;
    char term[PR_MAX_TERM + 8] = {0};
    uint32_t word;
    bool added;
    if (token->kind != PR_TOKEN_WORD || token->size < 3)
        return true;
    memcpy(term, token->text, token->size);
    size_t size = pr_stem(term, token->size);
    memset(term + size, 0, 8);
    if (m->count == m->room) {
        m->room = m->room ? m->room * 2 : 1 << 14;
        seen *grown = realloc(m->seen, m->room * sizeof *grown);
        m->failed |= !grown;
        if (!grown)
            return false;
        m->seen = grown;
    }
    m->failed |= !prt_idmap_add(&m->words, term, size, &word, &added);
    if (!m->failed)
        m->seen[m->count++] = (seen){word, m->item, m->user};
    return !m->failed;
}

static void read_searches(miner *m) {
    const prt_searches *searches = &m->dataset->searches;
    for (uint32_t s = 0; s < searches->count && !m->failed; s++) {
        if (searches->item[s] == PRT_NONE)
            continue;
        m->item = searches->item[s];
        m->user = searches->user[s];
        pr_tokens(searches->queries.bytes + searches->queries.offsets[s],
                  (size_t)(searches->queries.offsets[s + 1] - searches->queries.offsets[s]), take_query_word, m);
    }
}

/* Keep one row for each (product, word); `user` becomes how many people led there. */
static void fold(miner *m) {
    uint64_t kept = 0;
    if (m->count)
        qsort(m->seen, m->count, sizeof *m->seen, by_seen);
    for (uint64_t i = 0; i < m->count;) {
        uint64_t end = i;
        uint32_t users = 0;
        for (; end < m->count && m->seen[end].item == m->seen[i].item && m->seen[end].word == m->seen[i].word; end++)
            users += end == i || m->seen[end].user != m->seen[end - 1].user;
        m->seen[kept++] = (seen){m->seen[i].word, m->seen[i].item, users};
        i = end;
    }
    m->count = kept;
}

static int by_word(const void *a, const void *b) {
    const seen *x = a, *y = b;
    if (x->word != y->word)
        return x->word < y->word ? -1 : 1;
    return x->user < y->user ? -1 : x->user > y->user;
}

/* How many different people used each word. */
static void count_users(miner *m) {
    m->word_users = calloc(m->words.ids.count + (size_t)1, sizeof *m->word_users);
    m->failed |= !m->word_users;
    if (m->failed || !m->count)
        return;
    qsort(m->seen, m->count, sizeof *m->seen, by_word);
    for (uint64_t i = 0; i < m->count; i++)
        m->word_users[m->seen[i].word] += i == 0 || by_word(&m->seen[i - 1], &m->seen[i]) != 0;
}

typedef struct in_name {
    const char *term;
    size_t size;
    bool found;
} in_name;

static bool look(void *context, const char *term, size_t size) {
    in_name *n = context;
    n->found |= size == n->size && memcmp(term, n->term, size) == 0;
    return !n->found;
}

/* A word that stands in the product's own name is found without help; a synonym is one that does not. */
static bool stands_in_name(const miner *m, uint32_t word, uint32_t item) {
    const prt_text_pool *ids = &m->words.ids;
    in_name n = {ids->bytes + ids->offsets[word], (size_t)(ids->offsets[word + 1] - ids->offsets[word]), false};
    const prt_strings *texts = &m->name->texts;
    pr_search_terms(texts->bytes + texts->offsets[item], (size_t)(texts->offsets[item + 1] - texts->offsets[item]),
                    look, &n);
    return n.found;
}

static void add_pair(miner *m, uint32_t a, uint32_t b, uint32_t users) {
    if (m->pair_count == m->pair_room) {
        m->pair_room = m->pair_room ? m->pair_room * 2 : 1 << 12;
        together *grown = realloc(m->pairs, m->pair_room * sizeof *grown);
        m->failed |= !grown;
        if (!grown)
            return;
        m->pairs = grown;
    }
    m->pairs[m->pair_count++] = (together){a, b, users};
}

/* For each product: a foreign word (not in its name) beside each word of its name that other people searched it by. */
static void pair_words(miner *m) {
    for (uint64_t i = 0; i < m->count && !m->failed;) {
        uint64_t end = i;
        while (end < m->count && m->seen[end].item == m->seen[i].item)
            end++;
        for (uint64_t a = i; a < end; a++) {
            m->word_items[m->seen[a].word]++;
            if (stands_in_name(m, m->seen[a].word, m->seen[a].item))
                continue;
            for (uint64_t b = i; b < end; b++) {
                if (stands_in_name(m, m->seen[b].word, m->seen[b].item))
                    add_pair(m, m->seen[a].word, m->seen[b].word,
                             m->seen[a].user < m->seen[b].user ? m->seen[a].user : m->seen[b].user);
            }
        }
        i = end;
    }
}

static pr_text word_text(const miner *m, uint32_t word) {
    const prt_text_pool *ids = &m->words.ids;
    return (pr_text){ids->bytes + ids->offsets[word], (size_t)(ids->offsets[word + 1] - ids->offsets[word])};
}

/* Cosine of the sets of products that two words led to; words of a handful of people are kept out. The weight of a
 * synonym is between a half and the given ones'.
 */
static void add_mined(miner *m, uint32_t min_users, list *l) {
    const double least = 0.2;
    if (m->pair_count)
        qsort(m->pairs, m->pair_count, sizeof *m->pairs, by_words);
    for (uint64_t i = 0; i < m->pair_count;) {
        uint64_t end = i;
        while (end < m->pair_count && by_words(&m->pairs[i], &m->pairs[end]) == 0)
            end++;
        const together *pair = &m->pairs[i];
        double both = (double)(end - i),
               cosine = both / sqrt((double)m->word_items[pair->a] * (double)m->word_items[pair->b]);
        bool hidden = m->word_users[pair->a] < min_users || m->word_users[pair->b] < min_users;
        if (!hidden && both >= FEWEST_ITEMS && cosine >= least) {
            uint8_t weight = (uint8_t)(50 + floor(30 * (cosine < 1 ? cosine : 1)));
            add(l, word_text(m, pair->a), word_text(m, pair->b), weight);
        }
        i = end;
    }
}

static void mine(const prt_config *config, const prt_dataset *dataset, list *l) {
    miner m = {.dataset = dataset, .name = prt_column_find(&dataset->items, config->shop.name)};
    read_searches(&m);
    count_users(&m);
    fold(&m);
    m.word_items = calloc(m.words.ids.count + (size_t)1, sizeof *m.word_items);
    m.failed |= !m.word_items;
    if (!m.failed && m.name)
        pair_words(&m);
    if (!m.failed)
        add_mined(&m, config->limits.min_users, l);
    l->failed |= m.failed;
    prt_idmap_free(&m.words);
    free(m.seen);
    free(m.pairs);
    free(m.word_items);
    free(m.word_users);
}

/* ---- the whole ---- */

static int by_key(const void *a, const void *b) {
    const prt_synonym *x = a, *y = b;
    int order = strcmp(x->key, y->key);
    if (order == 0)
        order = x->weight == y->weight ? 0 : x->weight > y->weight ? -1 : 1;
    return order ? order : strcmp(x->phrase, y->phrase);
}

/* The best few phrases of each key, none twice. */
static uint32_t choose(prt_synonym *all, uint32_t count) {
    enum { MOST_PHRASES = 12 };
    uint32_t kept = 0, of_key = 0;
    for (uint32_t i = 0; i < count; i++) {
        bool same_key = kept && strcmp(all[kept - 1].key, all[i].key) == 0;
        of_key = same_key ? of_key : 0;
        bool known = of_key == MOST_PHRASES;
        for (uint32_t k = kept - of_key; k < kept && !known; k++)
            known = strcmp(all[k].phrase, all[i].phrase) == 0;
        if (known)
            continue;
        all[kept++] = all[i];
        of_key++;
    }
    return kept;
}

pr_status prt_shop_synonyms(const prt_config *config, const prt_dataset *dataset, prt_shop *shop, pr_error *error) {
    list l = {.arena = &shop->arena};
    for (const pr_json *group = config->search.synonyms ? config->search.synonyms->first : NULL; group;
         group = group->next)
        add_group(&l, group);
    if (config->search.mine_synonyms && dataset->searches.count)
        mine(config, dataset, &l);
    if (l.count)
        qsort(l.items, l.count, sizeof *l.items, by_key);
    l.count = choose(l.items, l.count);
    shop->synonyms = pr_arena_array(&shop->arena, l.count + (size_t)1, sizeof *shop->synonyms);
    if (shop->synonyms && l.count)
        memcpy(shop->synonyms, l.items, l.count * sizeof *l.items);
    shop->synonym_count = l.count;
    free(l.items);
    return !l.failed && shop->synonyms ? PR_OK : prt_fail_memory(error, "learning synonyms");
}
