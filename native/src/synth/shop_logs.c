/* What visitors of a shop do: sessions in which they look for something, click, fill carts and buy. */
#include "shop_world.h"

#include <string.h>

enum { MOST_CLICKS = 12, QUERY_ROOM = 120 };

typedef struct session {
    const prt_shop_world *w;
    prt_synth_file *events, *searches;
    prt_draw draw;
    uint64_t user, number; /* of the session */
    int64_t time;
    uint32_t clicked[MOST_CLICKS], count;
} session;

/* ---- rows ---- */

static void put_user(prt_synth_file *out, uint64_t user) {
    prt_put_char(out, 'U');
    prt_put_integer(out, user + 1);
    prt_put_char(out, ',');
}

static void put_event(session *s, uint32_t product, const char *type) {
    s->time += 5 + prt_draw_below(&s->draw, 90);
    put_user(s->events, s->user);
    prt_put_char(s->events, 'S');
    prt_put_integer(s->events, s->number);
    prt_put_char(s->events, ',');
    prt_put_text(s->events, s->w->products[product].id);
    prt_put_char(s->events, ',');
    prt_put_text(s->events, type);
    prt_put_char(s->events, ',');
    prt_put_time(s->events, s->time);
    prt_put_char(s->events, '\n');
}

static void click(session *s, uint32_t product) {
    if (s->count == MOST_CLICKS)
        return;
    s->clicked[s->count++] = product;
    put_event(s, product, "click");
    if (prt_draw_uniform(&s->draw) < 0.25)
        put_event(s, product, "cart");
    if (prt_draw_uniform(&s->draw) < 0.10)
        put_event(s, product, "purchase");
}

/* ---- queries ---- */

typedef struct words {
    char list[PRT_SHOP_WORDS][24];
    uint32_t count;
} words;

static bool take_word(void *context, const pr_token *token) {
    words *w = context;
    bool says_nothing = token->size == 4 && memcmp(token->text, "with", 4) == 0;
    if (token->kind != PR_TOKEN_WORD || says_nothing || token->size < 3 || token->size >= sizeof w->list[0])
        return true;
    memcpy(w->list[w->count], token->text, token->size);
    w->list[w->count++][token->size] = 0;
    return w->count < PRT_SHOP_WORDS;
}

/* Two neighbouring letters change places. */
static void misspell(char *word, prt_draw *draw) {
    size_t size = strlen(word), at = 1 + prt_draw_below(draw, (uint32_t)size - 2);
    char c = word[at];
    if (size < 5 || (word[at] & 0x80) || (word[at + 1] & 0x80))
        return;
    word[at] = word[at + 1];
    word[at + 1] = c;
}

static const char *other_word(const char *word) {
    for (uint32_t i = 0; i < prt_same_word_count; i++) {
        if (strcmp(prt_same_words[i][0], word) == 0)
            return prt_same_words[i][1];
    }
    return NULL;
}

/* One to three words of the wanted product's name, some of them other words for it or misspelt. */
static void put_search(session *s, uint32_t product) {
    words w = {.count = 0};
    const char *name = s->w->products[product].name;
    pr_tokens(name, strlen(name), take_word, &w);
    if (w.count == 0)
        return;
    put_user(s->searches, s->user);
    uint32_t wanted = 1 + prt_draw_below(&s->draw, 3), from = prt_draw_below(&s->draw, w.count);
    prt_put_char(s->searches, '"');
    for (uint32_t i = 0; i < wanted && i < w.count; i++) {
        char *word = w.list[(from + i) % w.count];
        const char *other = prt_draw_uniform(&s->draw) < 0.4 ? other_word(word) : NULL;
        if (!other && strlen(word) >= 5 && prt_draw_uniform(&s->draw) < 0.05)
            misspell(word, &s->draw);
        if (i)
            prt_put_char(s->searches, ' ');
        prt_put_text(s->searches, other ? other : word);
    }
    prt_put_text(s->searches, "\",");
    if (prt_draw_uniform(&s->draw) < 0.8)
        prt_put_text(s->searches, s->w->products[product].id);
    prt_put_char(s->searches, ',');
    prt_put_time(s->searches, s->time);
    prt_put_char(s->searches, '\n');
}

/* ---- sessions ---- */

/* A product of the shelf, a well-known one more likely. */
static uint32_t from_shelf(session *s, uint32_t shelf) {
    const prt_shelf *f = &s->w->shelves[shelf];
    double u = prt_draw_uniform(&s->draw);
    return s->w->by_sub[f->first + (uint32_t)(u * u * u * f->count)];
}

static uint32_t some_shelf(session *s, const uint32_t favourites[PRT_FAVOURITES]) {
    static const double shares[PRT_FAVOURITES] = {0.55, 0.3, 0.15};
    for (int tries = 0; tries < 8; tries++) {
        uint32_t shelf = prt_draw_uniform(&s->draw) < 0.85
                             ? favourites[prt_draw_share(&s->draw, shares, PRT_FAVOURITES)]
                             : prt_draw_below(&s->draw, s->w->shelf_count);
        if (s->w->shelves[shelf].count)
            return shelf;
    }
    return s->w->products[0].sub;
}

/* The nearer the end of the log, the likelier is a rising product. */
static bool is_for_rising(session *s, int64_t end) {
    double days = (double)(end - s->time) / 86400;
    return s->w->rising_count && days < PRT_RISING_DAYS &&
           prt_draw_uniform(&s->draw) < 0.25 * (1 - days / PRT_RISING_DAYS);
}

static void run_session(session *s, const uint32_t favourites[PRT_FAVOURITES], int64_t end) {
    uint32_t shelf = some_shelf(s, favourites), clicks = 1 + prt_draw_below(&s->draw, 4);
    uint32_t wanted =
        is_for_rising(s, end) ? s->w->rising[prt_draw_below(&s->draw, s->w->rising_count)] : from_shelf(s, shelf);
    s->count = 0;
    if (prt_draw_uniform(&s->draw) < 0.6)
        put_search(s, wanted);
    click(s, wanted);
    if (s->w->products[wanted].partner != PRT_NONE && prt_draw_uniform(&s->draw) < 0.5)
        click(s, s->w->products[wanted].partner);
    while (--clicks)
        click(s, from_shelf(s, shelf));
}

void prt_shop_write_logs(const prt_shop_world *w, prt_synth_file *events, prt_synth_file *searches) {
    int64_t end = ((int64_t)w->options->last_day + 1) * 86400, number = 0;
    prt_put_text(events, "user_id,session_id,product_id,event_type,timestamp\n");
    prt_put_text(searches, "user_id,query,product_id,timestamp\n");
    for (uint64_t user = 0; user < w->options->users; user++) {
        uint32_t favourites[PRT_FAVOURITES];
        session s = {.w = w, .events = events, .searches = searches, .user = user};
        prt_shop_taste(w, user, favourites);
        prt_draw draw = prt_draw_open(w->options->seed, PRT_DRAW_CLIENT, user);
        uint32_t sessions = 1 + prt_draw_below(&draw, 10);
        for (uint32_t i = 0; i < sessions; i++) {
            s.draw = prt_draw_open(w->options->seed, PRT_DRAW_SHOPPING, user * 16 + i);
            s.number = (uint64_t)++number;
            s.time = end - 7200 - (int64_t)(prt_draw_uniform(&s.draw) * (double)(w->options->days * 86400 - 7200));
            run_session(&s, favourites, end);
        }
    }
}
