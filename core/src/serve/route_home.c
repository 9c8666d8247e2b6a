/* GET /recommendations/home: what the visitor clicked and searched for, mixed with something different; beside it what
 * everyone likes. */
#include "products.h"

#include <string.h>

enum {
    MOST_CATEGORIES = 5,
    MOST_CLICKS = 20, /* of the history that are followed */
    MOST_QUERIES = 5,
    QUERY_HITS = 50,
    SLOTS = 4096, /* of the table of candidates; a power of two above all that can come together */
    MOST_CANDIDATES = SLOTS / 2
};

#define CATEGORY_KEY "category:"

typedef enum source { CLICKED, SEARCHED, DIVERSE, SOURCES } source;

typedef struct candidate {
    uint32_t item;
    double parts[SOURCES], score;
} candidate;

typedef struct home {
    pr_call *call;
    uint32_t limit;
    pr_history history;
    uint32_t count;
    candidate candidates[MOST_CANDIDATES];
    uint16_t slots[SLOTS];                        /* candidate + 1 */
    uint32_t picks[PR_MOST_PRODUCTS], pick_count; /* something different */
} home;

/* ---- candidates ---- */

static void add(home *h, uint32_t item, source from, double points) {
    uint32_t at = (uint32_t)pr_mix64(item) % SLOTS;
    while (h->slots[at] && h->candidates[h->slots[at] - 1].item != item)
        at = (at + 1) % SLOTS;
    if (!h->slots[at]) {
        if (h->count == MOST_CANDIDATES)
            return;
        h->candidates[h->count].item = item;
        h->slots[at] = (uint16_t)++h->count;
    }
    h->candidates[h->slots[at] - 1].parts[from] += points;
}

static bool is_known(const home *h, uint32_t item) {
    for (uint32_t i = 0; i < h->history.item_count; i++) {
        if (h->history.items[i].item == item)
            return true;
    }
    return false;
}

static void add_clicked(home *h) {
    pr_engine *engine = h->call->engine;
    pr_link links[PR_MAX_LINKS];
    pr_rule rules[PR_MAX_LINKS];
    for (uint32_t i = 0; i < h->history.item_count && i < MOST_CLICKS; i++) {
        const pr_recent *recent = &h->history.items[i];
        uint32_t count = pr__similar(engine, recent->item, links);
        for (uint32_t k = 0; k < count; k++)
            add(h, links[k].item, CLICKED, recent->weight * links[k].score);
        count = pr__rules(engine, recent->item, rules);
        for (uint32_t k = 0; k < count; k++)
            add(h, rules[k].item, CLICKED, recent->weight * rules[k].confidence);
    }
}

static pr_status add_searched(home *h) {
    pr_engine *engine = h->call->engine;
    pr_plan *plan = pr_arena_take(&engine->scratch, sizeof *plan);
    for (uint32_t i = 0; plan && i < h->history.query_count && i < MOST_QUERIES; i++) {
        pr_search search = {.query = h->history.queries[i], .typo = true, .limit = QUERY_HITS, .sort = UINT32_MAX};
        pr_found found;
        PR_TRY(pr__search(engine, &search, plan, &found, h->call->error));
        for (uint32_t k = 0; k < found.count && found.hits[0].score > 0; k++)
            add(h, found.hits[k].item, SEARCHED,
                h->history.query_weights[i] * (double)(found.hits[k].score / found.hits[0].score));
    }
    return plan ? PR_OK : pr_fail(h->call->error, PR_E_MEMORY, 0, "out of memory while searching");
}

/* ---- something different ---- */

typedef struct shelf {
    uint32_t first, count; /* in the lists' items */
    double order;          /* the lower, the sooner it is drawn from */
} shelf;

static bool is_category(pr_text key) {
    size_t prefix = strlen(CATEGORY_KEY);
    return key.size > prefix && memcmp(key.bytes, CATEGORY_KEY, prefix) == 0;
}

/* How much the visitor had to do with the widest category of that name. */
static double interest_in(const home *h, pr_text name) {
    pr_engine *engine = h->call->engine;
    const pr_strings *names = engine->shop.category_count ? pr__dictionary(engine, engine->shop.category[0]) : NULL;
    uint32_t code = names ? pr__strings_find(names, name) : UINT32_MAX;
    double interest = 0;
    for (uint32_t i = 0; code != UINT32_MAX && i < h->history.item_count; i++) {
        if (pr__category_of(engine, h->history.items[i].item, 0) == code)
            interest += h->history.items[i].weight;
    }
    return interest;
}

static uint32_t shelves_of(home *h, const pr_lists_view *lists, uint64_t seed, shelf *out, uint32_t room) {
    size_t prefix = strlen(CATEGORY_KEY);
    uint32_t count = 0;
    for (uint32_t r = 0; r < lists->key.count && count < room; r++) {
        pr_text key = pr__string(&lists->key, r);
        if (!is_category(key) || lists->offsets[r] == lists->offsets[r + 1])
            continue;
        shelf s = {lists->offsets[r], lists->offsets[r + 1] - lists->offsets[r], 0};
        s.order = interest_in(h, (pr_text){key.bytes + prefix, key.size - prefix}) + pr_uniform(seed, r);
        uint32_t at = count++;
        for (; at > 0 && out[at - 1].order > s.order; at--)
            out[at] = out[at - 1];
        out[at] = s;
    }
    return count;
}

static bool is_picked(const home *h, uint32_t item) {
    for (uint32_t i = 0; i < h->pick_count; i++) {
        if (h->picks[i] == item)
            return true;
    }
    return false;
}

/* Draw in turn from the categories that the visitor had least to do with. Day and seed decide, so that a day has one
 * choice. */
static void pick_diverse(home *h) {
    enum { MOST_SHELVES = 64, MOST_ROUNDS = 20 };
    const pr_lists_view *lists = pr__lists(h->call->engine);
    shelf shelves[MOST_SHELVES];
    int64_t day = h->call->request->now / 86400;
    uint64_t seed = pr_mix64(h->call->request->seed ^ (uint64_t)day);
    uint32_t count = lists ? shelves_of(h, lists, seed, shelves, MOST_SHELVES) : 0;
    uint32_t half = count > 2 ? (count + 1) / 2 : count;
    for (uint32_t round = 0; round < MOST_ROUNDS && h->pick_count < h->limit; round++) {
        for (uint32_t s = 0; s < half && h->pick_count < h->limit; s++) {
            uint32_t drawn = (uint32_t)(pr_uniform(seed, 1000 + 64 * (uint64_t)round + s) * shelves[s].count);
            uint32_t item = pr__uint(lists->item, shelves[s].first + drawn);
            if (!is_picked(h, item) && !is_known(h, item))
                h->picks[h->pick_count++] = item;
        }
    }
}

/* ---- merging ---- */

/* merged = 0.5 clicked + 0.4 searched + 0.1 diverse, each source scaled so that its best has 1. */
static void merge(home *h) {
    const pr_shop *shop = &h->call->engine->shop;
    const double weights[SOURCES] = {shop->clicked, shop->search, shop->diverse};
    double most[SOURCES] = {0};
    for (uint32_t i = 0; i < h->count; i++) {
        for (int s = 0; s < SOURCES; s++)
            most[s] = h->candidates[i].parts[s] > most[s] ? h->candidates[i].parts[s] : most[s];
    }
    for (uint32_t i = 0; i < h->count; i++) {
        candidate *c = &h->candidates[i];
        for (int s = 0; s < SOURCES; s++)
            c->score += most[s] > 0 ? weights[s] * (c->parts[s] / most[s]) : 0;
    }
}

static bool is_better(const candidate *a, const candidate *b) {
    return a->score != b->score ? a->score > b->score : a->item < b->item;
}

/* The best candidates, without those that the visitor knows. */
static uint32_t best_of(const home *h, uint32_t *out) {
    const candidate *best[PR_MOST_PRODUCTS];
    uint32_t count = 0;
    for (uint32_t i = 0; i < h->count; i++) {
        const candidate *c = &h->candidates[i];
        if (c->score <= 0 || is_known(h, c->item) || (count == h->limit && !is_better(c, best[count - 1])))
            continue;
        uint32_t at = count < h->limit ? count++ : count - 1;
        for (; at > 0 && is_better(c, best[at - 1]); at--)
            best[at] = best[at - 1];
        best[at] = c;
    }
    for (uint32_t i = 0; i < count; i++)
        out[i] = best[i]->item;
    return count;
}

static pr_status write_personalized(home *h) {
    uint32_t items[PR_MOST_PRODUCTS], count = 0;
    if (h->history.item_count || h->history.query_count) {
        add_clicked(h);
        PR_TRY(add_searched(h));
        for (uint32_t i = 0; i < h->pick_count; i++)
            add(h, h->picks[i], DIVERSE, 1);
        merge(h);
        count = best_of(h, items);
    }
    pr__write_products(h->call->engine, "personalized", items, count, &h->call->w);
    return PR_OK;
}

/* ---- for everyone ---- */

static void write_trending(home *h) {
    const pr_trending_view *trending = pr__trending(h->call->engine);
    uint32_t items[PR_MOST_PRODUCTS], count = 0;
    for (; trending && count < trending->rows && count < h->limit; count++)
        items[count] = pr__uint(trending->item, count);
    pr__write_products(h->call->engine, "trending", items, count, &h->call->w);
}

static void write_list(home *h, const pr_lists_view *lists, uint32_t row, const char *key) {
    uint32_t items[PR_MOST_PRODUCTS], count = 0;
    if (lists && row != UINT32_MAX) {
        uint32_t first = lists->offsets[row], end = lists->offsets[row + 1];
        for (; first + count < end && count < h->limit; count++)
            items[count] = pr__uint(lists->item, first + count);
    }
    pr__write_products(h->call->engine, key, items, count, &h->call->w);
}

/* The most popular categories; `rank` says which they are. */
static void write_categories(home *h, const pr_lists_view *lists) {
    pr_writer *w = &h->call->w;
    pr_write_key(w, "top_categories");
    pr_write_object(w);
    for (uint32_t rank = 0, written = 0; lists && rank < lists->key.count && written < MOST_CATEGORIES; rank++) {
        for (uint32_t row = 0; row < lists->key.count; row++) {
            pr_text key = pr__string(&lists->key, row);
            if (pr__uint(lists->rank, row) != rank || !is_category(key))
                continue;
            char name[512];
            size_t size = key.size - strlen(CATEGORY_KEY);
            memcpy(name, key.bytes + strlen(CATEGORY_KEY), size);
            name[size] = 0;
            write_list(h, lists, row, name);
            written++;
        }
    }
    pr_write_end_object(w);
}

pr_status pr__get_home(pr_call *call) {
    home *h = pr_arena_take(&call->engine->scratch, sizeof *h);
    if (!h)
        return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while answering");
    h->call = call;
    if (!pr__is_user_id(pr__parameter(call, "user_id")))
        return pr__refuse(call, 400, "invalid_value", "user_id", "user_id must be 1 to 50 letters and digits");
    if (!pr__read_clamped(call, "response_limit", PR_PRODUCT_LIMIT, 1, PR_MOST_PRODUCTS, &h->limit))
        return PR_OK;
    pr__history_read(call, call->engine->shop.days, &h->history);
    pick_diverse(h);
    const pr_lists_view *lists = pr__lists(call->engine);
    pr_write_object(&call->w);
    PR_TRY(write_personalized(h));
    write_trending(h);
    write_list(h, lists, lists ? pr__strings_find(&lists->key, pr__text("best_value")) : UINT32_MAX, "best_value");
    write_categories(h, lists);
    pr__write_products(call->engine, "diverse_picks", h->picks, h->pick_count, &call->w);
    pr_write_end_object(&call->w);
    return PR_OK;
}
