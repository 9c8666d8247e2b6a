/* What visitors of a shop do: sessions in which they look for something, click, fill carts and buy. */
#include "shop_query.h"
#include "shop_world.h"

#include <stdlib.h>

enum { MOST_SESSIONS = 31, DAY = 86400, TRIES = 12 };
static const double CARTED = 0.25, BOUGHT = 0.1, BOUGHT_TOGETHER = 0.5;

/* When people shop: at noon and in the evening. Nobody begins in the last hour, so that no session reaches over the
 * end of the log. */
static const double hour_shares[24] = {2, 1, 0.5, 0.3, 0.3, 0.5, 1, 2, 4, 5, 6, 6, 8, 8, 6, 5, 6, 7, 8, 10, 12, 12, 8};

typedef struct session {
    const prt_shop_world *w;
    prt_synth_file *events, *searches;
    const prt_taste *taste;
    prt_draw draw;
    uint64_t user, number; /* of the session */
    int64_t time;
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

/* Was it bought? What is bought was put into the cart. */
static bool click(session *s, uint32_t product, double chance) {
    put_event(s, product, "click");
    bool bought = prt_draw_uniform(&s->draw) < chance, carted = prt_draw_uniform(&s->draw) < CARTED;
    if (bought || carted)
        put_event(s, product, "cart");
    if (bought)
        put_event(s, product, "purchase");
    return bought;
}

static void search(session *s, uint32_t product) {
    char query[PRT_QUERY_ROOM];
    const prt_product *wanted = &s->w->products[product];
    size_t size = prt_shop_query(wanted->name, wanted->head, &s->draw, query);
    if (size == 0)
        return;
    put_user(s->searches, s->user);
    prt_shop_put_quoted(s->searches, query, size);
    prt_put_char(s->searches, ',');
    if (prt_draw_uniform(&s->draw) < PRT_SHOP_FOUND)
        prt_put_text(s->searches, wanted->id);
    prt_put_char(s->searches, ',');
    prt_put_time(s->searches, s->time);
    prt_put_char(s->searches, '\n');
}

/* ---- sessions ---- */

/* A product of the shelf: well-known ones more likely, those of the liked price level and brand too. */
static uint32_t choose(session *s, uint32_t shelf) {
    const prt_product *products = s->w->products;
    uint32_t p = 0, brand = products[s->taste->brand_of].brand;
    for (int i = 0; i < TRIES; i++) {
        p = prt_shop_draw(s->w, shelf, &s->draw);
        double odds = (products[p].level == s->taste->level ? PRT_SHOP_ODDS : 1) *
                      (products[p].brand == brand ? PRT_SHOP_ODDS : 1);
        if (prt_draw_uniform(&s->draw) * PRT_SHOP_ODDS * PRT_SHOP_ODDS < odds)
            break;
    }
    return p;
}

static uint32_t some_shelf(session *s) {
    static const double shares[PRT_FAVOURITES] = {0.55, 0.3, 0.15};
    if (prt_draw_uniform(&s->draw) < PRT_SHOP_LOYAL)
        return s->taste->shelves[prt_draw_share(&s->draw, shares, PRT_FAVOURITES)];
    uint32_t shelf = prt_draw_below(&s->draw, s->w->shelf_count);
    return s->w->shelves[shelf].count ? shelf : s->taste->shelves[0];
}

/* The rising product that the session is about, or PRT_NONE: the nearer the end of the log, the likelier. */
static uint32_t some_rising(session *s, int64_t end) {
    double left = 1 - (double)(end - s->time) / ((double)DAY * PRT_RISING_DAYS), at = prt_draw_uniform(&s->draw);
    for (uint32_t i = 0; left > 0 && i < s->w->rising_count; i++) {
        at -= left * s->w->rising[i].share;
        if (at < 0)
            return s->w->rising[i].product;
    }
    return PRT_NONE;
}

static void click_bundle(session *s, uint32_t wanted, bool bought) {
    const prt_bundle *bundle = &s->w->bundles[s->w->products[wanted].bundle];
    for (uint32_t i = 0; i < bundle->count; i++) {
        if (bundle->products[i] != wanted && prt_draw_uniform(&s->draw) < PRT_SHOP_TOGETHER)
            click(s, bundle->products[i], bought ? BOUGHT_TOGETHER : BOUGHT);
    }
}

static void run_session(session *s, int64_t end) {
    uint32_t rising = some_rising(s, end), shelf = rising == PRT_NONE ? some_shelf(s) : s->w->products[rising].sub;
    uint32_t wanted = rising == PRT_NONE ? choose(s, shelf) : rising, others = prt_draw_below(&s->draw, 4);
    if (prt_draw_uniform(&s->draw) < PRT_SHOP_SEARCHED)
        search(s, wanted);
    bool bought = click(s, wanted, BOUGHT);
    if (s->w->products[wanted].bundle != PRT_NONE)
        click_bundle(s, wanted, bought);
    while (others--)
        click(s, choose(s, shelf), BOUGHT);
}

static int by_time(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* When the visitor comes, in order: once or a few times, a few people very often. */
static uint32_t draw_visits(const prt_shop_world *w, uint64_t user, int64_t times[MOST_SESSIONS]) {
    prt_draw draw = prt_draw_open(w->options->seed, PRT_DRAW_CLIENT, user);
    double visits = 1 + 3 * pr_exp(0.8 * prt_draw_normal(&draw));
    uint32_t count = visits < MOST_SESSIONS ? (uint32_t)visits : MOST_SESSIONS;
    for (uint32_t i = 0; i < count; i++) {
        int64_t day = w->options->last_day - (int64_t)(prt_draw_uniform(&draw) * (double)w->options->days);
        times[i] = day * DAY + 3600 * (int64_t)prt_draw_share(&draw, hour_shares, 23) + prt_draw_below(&draw, 3600);
    }
    qsort(times, count, sizeof *times, by_time);
    return count;
}

void prt_shop_write_logs(const prt_shop_world *w, prt_synth_file *events, prt_synth_file *searches) {
    int64_t end = ((int64_t)w->options->last_day + 1) * DAY, times[MOST_SESSIONS];
    uint64_t number = 0;
    prt_put_text(events, "user_id,session_id,product_id,event_type,timestamp\n");
    prt_put_text(searches, "user_id,query,product_id,timestamp\n");
    for (uint64_t user = 0; user < w->options->users; user++) {
        const prt_taste taste = prt_shop_taste(w, user);
        session s = {.w = w, .events = events, .searches = searches, .taste = &taste, .user = user};
        uint32_t sessions = draw_visits(w, user, times);
        for (uint32_t i = 0; i < sessions; i++) {
            s.draw = prt_draw_open(w->options->seed, PRT_DRAW_SHOPPING, user * (MOST_SESSIONS + 1) + i);
            s.number = ++number;
            s.time = times[i];
            run_session(&s, end);
        }
    }
}
