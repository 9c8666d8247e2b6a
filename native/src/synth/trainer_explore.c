/* exploration.jsonl: in the week after the log, every user asks once and is shown five trainers: at each place the most
 * popular one that is left of the user's candidates, or, with a known chance, any that is left. */
#include "trainer_world.h"

#include <stdlib.h>

enum { PLACES = 5, LEAST_POOL = 30 };
static const double EXPLORE = 0.2;

typedef struct request {
    const prt_trainer_world *world;
    prt_synth_file *out;
    uint32_t count, *pool; /* candidates by falling popularity */
} request;

/* Those who match the goal, filled up with the most popular others; by falling popularity. Without a goal: everyone. */
static void fill_pool(request *r, const prt_client *client) {
    const prt_trainer_world *w = r->world;
    uint32_t matched = 0, others;
    for (uint32_t t = 0; t < w->trainers; t++)
        matched += prt_client_matches(client, &w->trainer[t]);
    others = client->goal == PRT_GOALS ? w->trainers : matched < LEAST_POOL ? LEAST_POOL - matched : 0;
    r->count = 0;
    for (uint32_t i = 0; i < w->trainers; i++) {
        uint32_t t = w->by_clicks[i];
        bool match = prt_client_matches(client, &w->trainer[t]);
        if (!match && others == 0)
            continue;
        others -= !match;
        r->pool[r->count++] = t;
    }
}

static void put_number(prt_synth_file *out, double value) {
    char text[32];
    prt_put_bytes(out, text, pr_format_number(value, text));
}

static void put_quoted_trainer(prt_synth_file *out, uint32_t trainer) {
    prt_put_char(out, '"');
    prt_put_trainer_id(out, trainer);
    prt_put_char(out, '"');
}

/* Take the trainer for one place out of the pool. */
static void write_place(request *r, const prt_client *client, uint32_t place, prt_draw *draw) {
    bool explored = prt_draw_uniform(draw) < EXPLORE;
    uint32_t at = explored ? prt_draw_below(draw, r->count) : 0, trainer = r->pool[at];
    double propensity = (at == 0 ? 1 - EXPLORE : 0) + EXPLORE / r->count;
    bool clicked = prt_draw_uniform(draw) < pr_logistic(prt_regard_of(client, &r->world->trainer[trainer]).click);
    prt_put_text(r->out, place ? ",{\"id\":" : "{\"id\":");
    put_quoted_trainer(r->out, trainer);
    prt_put_text(r->out, ",\"propensity\":");
    put_number(r->out, propensity);
    prt_put_text(r->out, clicked ? ",\"clicked\":1}" : ",\"clicked\":0}");
    r->count--;
    for (uint32_t i = at; i < r->count; i++)
        r->pool[i] = r->pool[i + 1];
}

static void write_request(request *r, uint64_t u) {
    const prt_trainer_world *w = r->world;
    prt_client client = prt_client_make(w->options->seed, u, w->weeks);
    prt_draw draw = prt_draw_open(w->options->seed, PRT_DRAW_EXPLORE, u);
    fill_pool(r, &client);
    prt_put_text(r->out, "{\"user_id\":\"");
    prt_put_client_id(r->out, u);
    prt_put_text(r->out, "\",\"week\":");
    prt_put_integer(r->out, w->weeks + (uint64_t)1);
    prt_put_text(r->out, ",\"goal\":");
    if (client.goal < PRT_GOALS)
        prt_put_json(r->out, prt_goals[client.goal].name);
    else
        prt_put_text(r->out, "null");
    prt_put_text(r->out, ",\"pool\":[");
    for (uint32_t i = 0; i < r->count; i++) {
        if (i)
            prt_put_char(r->out, ',');
        put_quoted_trainer(r->out, r->pool[i]);
    }
    prt_put_text(r->out, "],\"shown\":[");
    for (uint32_t place = 0; place < PLACES && r->count; place++)
        write_place(r, &client, place, &draw);
    prt_put_text(r->out, "]}\n");
}

pr_status prt_trainer_write_exploration(const prt_trainer_world *w, prt_synth_file *out, pr_error *error) {
    request r = {.world = w, .out = out, .pool = calloc(w->trainers, sizeof *r.pool)};
    if (!r.pool)
        return pr_fail(error, PR_E_MEMORY, 0, "Out of memory.");
    for (uint64_t u = 0; u < w->options->users; u++)
        write_request(&r, u);
    free(r.pool);
    return PR_OK;
}
