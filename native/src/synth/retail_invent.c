/* Items of a made-up retailer: titles, brands, prices, cycles. */
#include "retail_world.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PICK(list, draw) ((list)[prt_draw_below((draw), sizeof(list) / sizeof *(list))])

/* Small packs cost less and are used up sooner. */
static const double pack_sizes[PRT_RETAIL_CHOICES] = {0.75, 1, 1.35, 1.8};
static const double PRICE_SPREAD = 0.35, TIER_SPREAD = 0.25, CYCLE_SPREAD = 0.12; /* deviations of logarithms */
/* Half of an item's character is its brand's. */
static const double OF_THE_BRAND = 0.7071067811865476;
enum { LEAST_CENTS = 25, LEAST_CYCLE = 5 };

typedef struct brand {
    char name[PRT_RETAIL_BRAND];
    double tier; /* how dear its items are, as a logarithm */
    double factors[PRT_RETAIL_FACTORS];
} brand;

static brand invent_brand(uint64_t seed, uint32_t number) {
    prt_draw draw = prt_draw_open(seed, PRT_DRAW_BRAND, number);
    brand b = {.name = ""};
    const char *first = PICK(prt_retail_syllables, &draw), *second = PICK(prt_retail_syllables, &draw),
               *third = PICK(prt_retail_syllables, &draw);
    snprintf(b.name, sizeof b.name, "%s%s%s", first, second, number % 3 ? "" : third);
    b.name[0] = (char)(b.name[0] - 'a' + 'A');
    b.tier = TIER_SPREAD * prt_draw_normal(&draw);
    for (int f = 0; f < PRT_RETAIL_FACTORS; f++)
        b.factors[f] = prt_draw_normal(&draw);
    return b;
}

/* As price tags look: whole fives below ten, then .95. */
static uint32_t price_tag(double price) {
    double cents = price < 10 ? floor(price * 20 + 0.5) * 5 : floor(price) * 100 + 95;
    return cents < LEAST_CENTS ? LEAST_CENTS : (uint32_t)cents;
}

/* The order of what is said differs, and not everything is said of everything. */
static void write_title(const prt_retail_kind *kind, const char *brand_name, uint32_t pack, prt_draw *draw, char *out,
                        size_t room) {
    const char *adjective = PICK(prt_retail_adjectives, draw), *noun = PICK(kind->nouns, draw),
               *trait = PICK(kind->traits, draw), *size = kind->packs[pack];
    uint32_t form = prt_draw_below(draw, 3);
    if (form == 0)
        snprintf(out, room, "%s %s %s %s", brand_name, noun, trait, size);
    else if (form == 1)
        snprintf(out, room, "%s %s %s %s %s", brand_name, adjective, noun, trait, size);
    else
        snprintf(out, room, "%s %s %s %s", brand_name, adjective, noun, size);
}

bool prt_retail_invent(prt_retail_world *w, uint32_t number) {
    uint64_t seed = w->options->seed;
    prt_draw draw = prt_draw_open(seed, PRT_DRAW_PRODUCT, number);
    prt_retail_item *item = &w->items[number];
    char title[160];
    item->kind = prt_draw_below(&draw, PRT_RETAIL_KINDS);
    item->partner = PRT_NONE;
    const prt_retail_kind *kind = &prt_retail_kinds[item->kind];
    uint32_t pack = prt_draw_below(&draw, PRT_RETAIL_CHOICES);
    const brand b = invent_brand(seed, prt_draw_below(&draw, PRT_RETAIL_BRANDS));
    memcpy(item->brand, b.name, sizeof item->brand);
    write_title(kind, b.name, pack, &draw, title, sizeof title);
    double spread = PRICE_SPREAD * prt_draw_normal(&draw);
    item->cents = price_tag(kind->price * pack_sizes[pack] * pr_exp(b.tier + spread));
    item->dearness = pr_log(item->cents / (100 * kind->price));
    double cycle = kind->cycle * pack_sizes[pack] * pr_exp(CYCLE_SPREAD * prt_draw_normal(&draw));
    item->cycle = kind->cycle == 0 ? 0 : cycle < LEAST_CYCLE ? LEAST_CYCLE : (uint32_t)(cycle + 0.5);
    for (int f = 0; f < PRT_RETAIL_FACTORS; f++)
        item->factors[f] = OF_THE_BRAND * (b.factors[f] + prt_draw_normal(&draw));
    size_t size = strlen(title) + 1;
    char *copy = pr_arena_take(&w->arena, size);
    if (copy)
        memcpy(copy, title, size);
    item->title = copy;
    return copy != NULL;
}
