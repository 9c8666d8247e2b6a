/* What people buy at a made-up retailer: visits for something new, what is used up again, and what they bring back. */
#include "retail_world.h"

#include <math.h>
#include <stdlib.h>

enum {
    DAY = 86400,
    MOST_VISITS = 4096, /* of one shopper: at most one a day */
    LINES = 64,         /* of one invoice */
    MOST_OWNED = 1024,  /* different items that a shopper buys */
    MOST_WAITING = 32,  /* returns that are on their way */
    MOST_GUESTS = 8,    /* between two shoppers */
    TRIES = 64,
    LONGEST_RETURN = 25 /* days */
};
static const double NEVER = 1e18;
static const double MORE = 0.6;           /* chance of a further discovery in the basket */
static const double ALONG = 0.3;          /* chance that a visit for what is used up finds something new too */
static const double TOLERANCE = 0.1;      /* share of a cycle by which people buy earlier or later than they could */
static const double SOON = 0.8;           /* share of the cycle before which nothing is bought again */
static const double SEVERAL = 0.1;        /* chance that more than one is bought of what lasts */
static const double RETURNED_WHOLE = 0.7; /* share of the returns that bring everything back */
static const double EARLIEST_RETURN = 2;  /* days */

/* When people shop: at noon and in the evening. */
static const double hour_shares[24] = {1,  0.5, 0.3, 0.2, 0.2, 0.4, 1, 3, 6, 8, 10, 11,
                                       12, 11,  10,  9,   8,   7,   7, 8, 9, 8, 5,  2};

typedef struct owned {
    uint32_t item;
    double last;  /* day */
    double cycle; /* of this shopper; 0: it lasts */
    double due;   /* day, NEVER when it will not be bought again */
} owned;

typedef struct give_back {
    uint32_t item, units, cents;
    int64_t time;
} give_back;

/* The shopper who stands there, and the invoice that is being written. */
typedef struct till {
    const prt_retail_world *w;
    prt_synth_file *invoices;
    uint64_t number; /* of the last invoice */
    uint64_t index;  /* of the shopper */
    bool guest;      /* buys without saying who they are */
    prt_shopper shopper;
    owned *owned;
    uint32_t owned_count;
    give_back waiting[MOST_WAITING];
    uint32_t waiting_count;
    /* The invoice at hand. */
    uint32_t visit, line;
    int64_t day, time;
    bool begun;
    prt_draw draw; /* of the line at hand */
} till;

/* ---- rows ---- */

static void put_row(till *t, bool cancelled, uint32_t item, uint32_t units, uint32_t cents, int64_t time) {
    prt_synth_file *out = t->invoices;
    prt_put_text(out, cancelled ? "C" : "");
    prt_put_integer(out, 500000 + t->number);
    prt_put_char(out, ',');
    prt_retail_put_item(out, item);
    prt_put_text(out, cancelled ? ",-" : ",");
    prt_put_integer(out, units);
    prt_put_char(out, ',');
    prt_put_time(out, time);
    prt_put_char(out, ',');
    prt_retail_put_cents(out, cents);
    prt_put_char(out, ',');
    if (!t->guest)
        prt_retail_put_user(out, t->index);
    prt_put_char(out, '\n');
}

static int by_time(const void *a, const void *b) {
    const give_back *x = a, *y = b;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

/* What comes back before `time`, each on an invoice of its own. */
static void put_returns(till *t, int64_t time) {
    uint32_t kept = 0;
    qsort(t->waiting, t->waiting_count, sizeof *t->waiting, by_time);
    for (uint32_t i = 0; i < t->waiting_count; i++) {
        const give_back r = t->waiting[i];
        if (r.time >= time) {
            t->waiting[kept++] = r;
            continue;
        }
        t->number++;
        put_row(t, true, r.item, r.units, r.cents, r.time);
    }
    t->waiting_count = kept;
}

/* Will this line come back? Guests have nothing to show for it. */
static bool plan_return(till *t, uint32_t item, uint32_t units, uint32_t cents) {
    bool back = prt_draw_uniform(&t->draw) < PRT_RETAIL_RETURNED, whole = prt_draw_uniform(&t->draw) < RETURNED_WHOLE;
    double days = EARLIEST_RETURN + (LONGEST_RETURN - EARLIEST_RETURN) * prt_draw_uniform(&t->draw);
    uint32_t part = whole ? units : 1 + prt_draw_below(&t->draw, units);
    int64_t time = t->time + (int64_t)(days * DAY);
    if (!back || t->guest || cents == 0 || t->waiting_count == MOST_WAITING ||
        time >= (t->w->options->last_day + (int64_t)1) * DAY)
        return false;
    t->waiting[t->waiting_count++] = (give_back){item, part, cents, time};
    return true;
}

/* One line of the invoice at hand. Will some of it come back? */
static bool put_line(till *t, uint32_t item) {
    bool lasts = t->w->items[item].cycle == 0, several = prt_draw_uniform(&t->draw) < SEVERAL;
    uint32_t more = 2 + prt_draw_below(&t->draw, 3), units = lasts ? several ? more : 1 : t->shopper.household;
    bool is_free = prt_draw_uniform(&t->draw) < PRT_RETAIL_FREE;
    uint32_t cents = is_free ? 0 : prt_retail_cents(t->w, item, t->day);
    if (t->day < prt_retail_first_day(t->w))
        return false; /* it is theirs, but in no log */
    if (!t->begun)
        t->number++;
    t->begun = true;
    put_row(t, false, item, units, cents, t->time);
    return plan_return(t, item, units, cents);
}

/* ---- what shoppers have ---- */

static owned *find_owned(const till *t, uint32_t item) {
    for (uint32_t i = 0; i < t->owned_count; i++) {
        if (t->owned[i].item == item)
            return &t->owned[i];
    }
    return NULL;
}

/* Is there none of it at home, so that it can be bought as something new? */
static bool is_wanted(const till *t, uint32_t item) {
    const owned *o = find_owned(t, item);
    return o ? o->cycle > 0 && o->due >= NEVER && (double)t->day - o->last >= SOON * o->cycle
             : t->owned_count < MOST_OWNED;
}

static void set_due(till *t, owned *o) {
    double gap = 1 + PRT_RETAIL_JITTER * prt_draw_normal(&t->draw);
    o->due = o->last + o->cycle * (gap < 0.5 ? 0.5 : gap);
}

static void open_line(till *t) {
    uint64_t visit = t->index * MOST_VISITS + t->visit;
    t->draw = prt_draw_open(t->w->options->seed, PRT_DRAW_LINE, visit * LINES + t->line++);
}

static void buy_new(till *t, uint32_t item) {
    bool returned = put_line(t, item), habit = prt_draw_uniform(&t->draw) < PRT_RETAIL_HABIT;
    owned *o = find_owned(t, item);
    if (!o) {
        o = &t->owned[t->owned_count++];
        *o = (owned){.item = item, .cycle = t->w->items[item].cycle * t->shopper.pace};
    }
    o->last = (double)t->day;
    o->due = NEVER;
    if (o->cycle > 0 && habit && !returned)
        set_due(t, o);
}

/* ---- visits ---- */

/* An item that suits: thought of as often as it is known, taken as often as it fits; after many tries the one that fits
 * best. PRT_NONE: all that came to mind is at home. */
static uint32_t discover(till *t) {
    double chances[PRT_RETAIL_KINDS], best_fit = 0;
    prt_shopper_aisles(t->w, &t->shopper, t->day, chances);
    uint32_t kind = prt_draw_share(&t->draw, chances, PRT_RETAIL_KINDS), best = PRT_NONE;
    for (int i = 0; t->w->aisles[kind].count && i < TRIES; i++) {
        uint32_t item = prt_retail_think_of(t->w, kind, &t->draw);
        double u = prt_draw_uniform(&t->draw), fit = prt_shopper_fit(&t->shopper, &t->w->items[item]);
        if (!is_wanted(t, item))
            continue;
        if (u < fit)
            return item;
        if (fit > best_fit) {
            best = item;
            best_fit = fit;
        }
    }
    return best;
}

static void buy_discoveries(till *t) {
    for (bool go_on = true; go_on && t->line + 2 < LINES;) {
        open_line(t);
        uint32_t item = discover(t);
        go_on = prt_draw_uniform(&t->draw) < MORE;
        if (item == PRT_NONE)
            continue;
        uint32_t partner = t->w->items[item].partner;
        buy_new(t, item);
        open_line(t);
        bool together = prt_draw_uniform(&t->draw) < PRT_RETAIL_TOGETHER;
        if (together && partner != PRT_NONE && is_wanted(t, partner))
            buy_new(t, partner);
    }
}

/* Everything that is used up, or nearly so, again. */
static void buy_again(till *t) {
    for (uint32_t i = 0; i < t->owned_count && t->line < LINES / 2; i++) {
        owned *o = &t->owned[i];
        if (o->due - TOLERANCE * o->cycle > (double)t->day)
            continue;
        open_line(t);
        bool returned = put_line(t, o->item), lapses = prt_draw_uniform(&t->draw) < PRT_RETAIL_LAPSE;
        o->last = (double)t->day;
        o->due = NEVER;
        if (!lapses && !returned)
            set_due(t, o);
    }
}

/* The day on which somebody goes because something is used up. */
static double next_need(const till *t) {
    double day = NEVER;
    for (uint32_t i = 0; i < t->owned_count; i++) {
        double late = t->owned[i].due + TOLERANCE * t->owned[i].cycle;
        day = late < day ? late : day;
    }
    return day;
}

/* The next day on which somebody looks for something new: a Poisson process, thinned by how busy the day is. */
static double next_wish(const till *t, double day, prt_draw *draw) {
    for (int i = 0; i < TRIES; i++) {
        day += -pr_log(1 - prt_draw_uniform(draw)) * t->shopper.gap;
        if (prt_draw_uniform(draw) < prt_retail_busyness((int64_t)day))
            break;
    }
    return day;
}

static void begin_visit(till *t, double day, prt_draw *draw) {
    t->day = (int64_t)day;
    t->time = t->day * DAY + 3600 * (int64_t)prt_draw_share(draw, hour_shares, 24) + prt_draw_below(draw, 3600);
    t->line = 0;
    t->begun = false;
    put_returns(t, t->time);
}

static void run_shopper(till *t) {
    const prt_shopper *s = &t->shopper;
    double wish = (double)s->joined;
    for (t->visit = 0; t->visit < MOST_VISITS; t->visit++) {
        double need = next_need(t), day = need < wish ? need : wish;
        if (t->visit > 0 && day < (double)t->day + 1)
            day = (double)t->day + 1;
        if (day >= (double)s->left)
            break;
        prt_draw draw = prt_draw_open(t->w->options->seed, PRT_DRAW_VISIT, t->index * MOST_VISITS + t->visit);
        begin_visit(t, day, &draw);
        bool wished = wish <= day, along = prt_draw_uniform(&draw) < ALONG;
        buy_again(t);
        if (wished || along)
            buy_discoveries(t);
        if (wished)
            wish = next_wish(t, floor(day) + 1, &draw);
    }
    put_returns(t, INT64_MAX);
}

/* ---- everybody ---- */

static void put_habits(const till *t, prt_synth_file *out) {
    if (t->shopper.left <= t->w->options->last_day)
        return;
    for (uint32_t i = 0; i < t->owned_count; i++) {
        const owned *o = &t->owned[i];
        if (o->due >= NEVER)
            continue;
        prt_retail_put_user(out, t->index);
        prt_put_char(out, ',');
        prt_retail_put_item(out, o->item);
        prt_put_char(out, ',');
        prt_put_number(out, o->cycle);
        prt_put_char(out, ',');
        prt_put_date(out, (int64_t)o->last);
        prt_put_char(out, ',');
        prt_put_date(out, (int64_t)o->due);
        prt_put_char(out, '\n');
    }
}

static void begin_shopper(till *t, uint64_t index) {
    t->index = index;
    t->guest = index >= t->w->options->users;
    t->shopper = prt_shopper_make(t->w, index);
    t->owned_count = t->waiting_count = 0;
}

/* Somebody who comes once, and leaves no name. */
static void run_guest(till *t, uint64_t index) {
    prt_draw draw = prt_draw_open(t->w->options->seed, PRT_DRAW_GUEST, index);
    begin_shopper(t, index);
    t->visit = 0;
    double day = (double)prt_retail_first_day(t->w) + prt_draw_uniform(&draw) * (double)t->w->options->days;
    begin_visit(t, day, &draw);
    buy_discoveries(t);
}

bool prt_retail_write_logs(const prt_retail_world *w, prt_synth_file *invoices, prt_synth_file *habits) {
    till t = {.w = w, .invoices = invoices, .owned = malloc(MOST_OWNED * sizeof(owned))};
    prt_put_text(invoices, "invoice,item_id,quantity,invoice_date,unit_price,customer_id\n");
    prt_put_text(habits, "user_id,item_id,cycle_days,last_date,due_date\n");
    for (uint64_t user = 0; t.owned && user < w->options->users; user++) {
        prt_draw draw = prt_draw_open(w->options->seed, PRT_DRAW_CLIENT, user);
        begin_shopper(&t, user);
        run_shopper(&t);
        put_habits(&t, habits);
        for (uint32_t guests = prt_draw_below(&draw, MOST_GUESTS + 1); guests > 0; guests--)
            run_guest(&t, w->options->users + user * MOST_GUESTS + guests - 1);
    }
    free(t.owned);
    return t.owned != NULL;
}
