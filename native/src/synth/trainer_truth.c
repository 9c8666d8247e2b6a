/* The made-up trainers and their clients, and what the ones think of the others. */
#include "trainer_truth.h"

#include <math.h>

static double within(double value, double low, double high) {
    return value < low ? low : value > high ? high : value;
}

/* One to three goals; the first ones of the list are offered more often. */
static uint32_t draw_goals(prt_draw *draw) {
    static const double counts[] = {0.35, 0.45, 0.20};
    double left[PRT_GOALS];
    uint32_t goals = 0, count = 1 + prt_draw_share(draw, counts, 3);
    for (int g = 0; g < PRT_GOALS; g++)
        left[g] = 0.05 + prt_goals[g].share;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t goal = prt_draw_share(draw, left, PRT_GOALS);
        goals |= 1u << goal;
        left[goal] = 0;
    }
    return goals;
}

prt_trainer prt_trainer_make(uint64_t seed, uint64_t index) {
    prt_draw draw = prt_draw_open(seed, PRT_DRAW_TRAINER, index);
    prt_trainer t = {.goals = draw_goals(&draw)};
    t.quality = prt_draw_normal(&draw);
    double known = prt_draw_normal(&draw), years = prt_draw_normal(&draw);
    t.popularity = pr_exp(0.8 * (0.5 * t.quality + 0.85 * known));
    t.years = (uint32_t)within(floor(5.0 * pr_exp(0.6 * (0.3 * t.quality + 0.95 * years)) + 0.5), 1, 35);
    double price = 45 + 1.2 * t.years + 9 * t.quality + 12 * prt_draw_normal(&draw);
    t.price = floor(within(price, 15, 150) * 2 + 0.5) / 2;
    t.rating = floor(within(4.3 + 0.25 * t.quality + 0.2 * prt_draw_normal(&draw), 2.5, 5) * 10 + 0.5) / 10;
    t.city = prt_draw_below(&draw, PRT_CITIES);
    for (int f = 0; f < PRT_FACTORS; f++)
        t.factors[f] = prt_draw_normal(&draw);
    /* Names in an order that depends on the seed and repeats none of the first 2,304. */
    t.name = (uint32_t)((index * 1103 + pr_mix64(seed) % 2304) % 2304);
    return t;
}

prt_client prt_client_make(uint64_t seed, uint64_t index, uint32_t weeks) {
    static const double levels[] = {0.45, 0.37, 0.18};
    prt_draw draw = prt_draw_open(seed, PRT_DRAW_CLIENT, index);
    prt_client c = {0};
    double shares[PRT_GOALS + 1];
    for (int g = 0; g < PRT_GOALS; g++)
        shares[g] = prt_goals[g].share;
    shares[PRT_GOALS] = 0.02; /* have not said */
    c.goal = prt_draw_share(&draw, shares, PRT_GOALS + 1);
    c.age = (uint32_t)within(38 + 12 * prt_draw_normal(&draw), 18, 80);
    c.level = prt_draw_share(&draw, levels, 3);
    c.city = prt_draw_below(&draw, PRT_CITIES);
    c.activity = pr_exp(0.6 * prt_draw_normal(&draw) - 0.18);
    c.mood = PRT_CLICK_MOOD * prt_draw_normal(&draw);
    c.price_sense = prt_draw_uniform(&draw);
    for (int f = 0; f < PRT_FACTORS; f++)
        c.factors[f] = prt_draw_normal(&draw);
    /* Four in five were there from the start; a few have only just come. */
    c.joined = prt_draw_uniform(&draw) < 0.8 ? 1 : 1 + prt_draw_below(&draw, weeks + 1);
    return c;
}

bool prt_client_matches(const prt_client *client, const prt_trainer *trainer) {
    return client->goal < PRT_GOALS && trainer->goals >> client->goal & 1;
}

prt_regard prt_regard_of(const prt_client *client, const prt_trainer *trainer) {
    double taste = 0, match = prt_client_matches(client, trainer) ? 1 : 0;
    for (int f = 0; f < PRT_FACTORS; f++)
        taste += client->factors[f] * trainer->factors[f];
    taste *= PRT_CLICK_TASTE;
    double price = (trainer->price - 55) / 20;
    return (prt_regard){
        .click = PRT_CLICK_BASE + PRT_CLICK_MATCH * match + PRT_CLICK_QUALITY * trainer->quality + taste +
                 PRT_CLICK_PRICE * client->price_sense * price + client->mood,
        .view = 0.7 + 0.4 * match + 0.5 * taste,
        .like = -1.3 + 0.4 * match + 0.7 * taste + 0.3 * trainer->quality,
        .watch = 0.1 + 0.5 * match + 0.6 * taste + 0.2 * trainer->quality,
    };
}
