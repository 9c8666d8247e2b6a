/* An invented catalogue: brands, names, prices and ratings of products that nobody makes. */
#include "fail.h"
#include "shop_words.h"
#include "shop_world.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BRANDS = 80, LEAST_REVIEWS = 20 };
static const double PRICE_SPREAD = 0.5; /* standard deviation of a price's logarithm within its shelf */

#define PICK(list, draw) ((list)[prt_draw_below((draw), sizeof(list) / sizeof *(list))])

static void invent_brand(uint64_t seed, uint32_t brand, char out[16]) {
    prt_draw draw = prt_draw_open(seed, PRT_DRAW_BRAND, brand);
    const char *first = PICK(prt_shop_syllables, &draw), *second = PICK(prt_shop_syllables, &draw);
    snprintf(out, 16, "%s%s%s", first, second, brand % 4 ? "" : PICK(prt_shop_syllables, &draw));
    out[0] = (char)(out[0] - 32);
}

/* A letter and nine digits of base 36 for 46 bits, which are shuffled reversibly: no id comes twice. */
void prt_shop_invent_id(uint64_t seed, uint32_t product, char out[12]) {
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const uint64_t mask = (UINT64_C(1) << 46) - 1;
    uint64_t code = (product ^ pr_mix64(seed)) & mask;
    for (int i = 0; i < 3; i++) {
        code = code * UINT64_C(0x2545F4914F6CDD1D) & mask;
        code ^= code >> 23;
    }
    out[0] = 'P';
    for (int i = 9; i > 0; i--, code /= 36)
        out[i] = digits[code % 36];
    out[10] = 0;
}

/* The order of what is said differs, and not everything is said of everything. */
static void invent_name(const prt_shop_kind *kind, uint64_t seed, prt_draw *draw, char *out, size_t room) {
    char brand[16], form = (char)prt_draw_below(draw, 4);
    invent_brand(seed, prt_draw_below(draw, BRANDS), brand);
    const char *adjective = PICK(prt_shop_adjectives, draw), *noun = PICK(kind->nouns, draw),
               *trait = PICK(kind->traits, draw), *size = PICK(kind->sizes, draw),
               *colour = PICK(prt_shop_colours, draw);
    uint32_t model = 100 + prt_draw_below(draw, 900);
    if (form == 0)
        snprintf(out, room, "%s %s %s %s, %s, %s", brand, adjective, noun, trait, size, colour);
    else if (form == 1)
        snprintf(out, room, "%s %s %s, %s (%s)", brand, noun, trait, size, colour);
    else if (form == 2)
        snprintf(out, room, "%s %s %s %s in %s", brand, adjective, colour, noun, size);
    else
        snprintf(out, room, "%s %c%u %s %s | %s | %s", brand, 'A' + (int)(model % 26), model, adjective, noun, trait,
                 size);
}

static void invent_price(prt_product *p, double usual, prt_draw *draw) {
    p->original = floor(usual * pr_exp(PRICE_SPREAD * prt_draw_normal(draw))) + 0.99;
    double off = prt_draw_uniform(draw) < 0.7 ? 0.6 * prt_draw_uniform(draw) : 0;
    double price = off > 0 ? floor(p->original * (1 - off)) + 0.49 : p->original;
    p->price = price < p->original ? price : p->original;
}

static bool invent_product(prt_shop_world *w, uint32_t number) {
    uint64_t seed = w->options->seed;
    prt_draw draw = prt_draw_open(seed, PRT_DRAW_PRODUCT, number);
    prt_product *p = &w->products[number];
    char text[200];
    p->sub = prt_draw_below(&draw, PRT_SHOP_KINDS);
    const prt_shop_kind *kind = &prt_shop_kinds[p->sub];
    prt_shop_invent_id(seed, number, p->id);
    invent_name(kind, seed, &draw, text, sizeof text);
    p->name = prt_shop_copy(w, text, strlen(text));
    p->image = ""; /* invented things have no pictures: the pages draw them */
    snprintf(text, sizeof text, "https://shop.example/dp/%s", p->id);
    p->link = prt_shop_copy(w, text, strlen(text));
    invent_price(p, kind->price, &draw);
    /* Number of ratings against rank: Zipf's law. */
    p->reviews = (uint64_t)(LEAST_REVIEWS / (prt_draw_uniform(&draw) + 0.00001));
    double quality = 4.0 + 0.45 * prt_draw_normal(&draw);
    quality = quality < 1 ? 1 : quality > 5 ? 5 : quality;
    p->rating = prt_draw_uniform(&draw) < 0.88 ? floor(quality * 10 + 0.5) / 10 : 0;
    p->reviews = p->rating > 0 ? p->reviews : 0;
    return p->name && p->link;
}

pr_status prt_shop_catalogue_invent(prt_shop_world *w, pr_error *error) {
    uint32_t count = (uint32_t)w->options->products;
    w->products = pr_arena_array(&w->arena, count + (size_t)1, sizeof *w->products);
    w->shelf_count = PRT_SHOP_KINDS;
    w->shelves = pr_arena_array(&w->arena, w->shelf_count, sizeof *w->shelves);
    if (!w->products || !w->shelves)
        return prt_fail_memory(error, "inventing products");
    for (uint32_t s = 0; s < w->shelf_count; s++)
        w->shelves[s] = (prt_shelf){.name = prt_shop_kinds[s].sub, .main = prt_shop_kinds[s].main};
    for (; w->count < count; w->count++) {
        if (!invent_product(w, w->count))
            return prt_fail_memory(error, "inventing products");
    }
    return PR_OK;
}
