/* GET /api/v1/preferences: what the visitor's events say about taste: categories, prices, products. */
#include "picks.h"
#include "stages.h"

#include <math.h>

enum { MOST_PRODUCTS = 10 };

typedef struct prices {
    double least, most, sum, weight;
} prices;

static prices prices_of(pr_engine *engine, const pr_preference *p) {
    prices out = {NAN, NAN, 0, 0};
    for (uint32_t i = 0; i < p->count; i++) {
        double price = p->items[i].weight > 0 ? pr__price_of(engine, p->items[i].item) : NAN;
        if (price != price)
            continue;
        out.least = out.least <= price ? out.least : price;
        out.most = out.most >= price ? out.most : price;
        out.sum += p->items[i].weight * price;
        out.weight += p->items[i].weight;
    }
    return out;
}

/* How much each value of the category column weighs; NULL without a category or out of memory. */
static double *weigh_categories(pr_engine *engine, const pr_preference *p) {
    uint32_t column = engine->stages.category, first;
    double *weights =
        column == PR_NO_COLUMN
            ? NULL
            : pr_arena_array(&engine->scratch, engine->settings.columns[column].values + 1u, sizeof *weights);
    for (uint32_t i = 0; weights && i < p->count; i++) {
        pr_item view;
        if (pr__item(engine, p->items[i].item, &view) && pr__item_codes(&engine->settings, view, column, &first))
            weights[pr__uint(view.view->columns[column].codes, first)] += p->items[i].weight;
    }
    return weights;
}

static void write_categories(pr_engine *engine, const pr_preference *p, pr_writer *w) {
    double *weights = weigh_categories(engine, p), sum = 0;
    const pr_strings *names = weights ? pr__dictionary(engine, engine->stages.category) : NULL;
    uint32_t values = weights ? engine->settings.columns[engine->stages.category].values : 0;
    for (uint32_t v = 0; v < values; v++)
        sum += weights[v] > 0 ? weights[v] : 0;
    pr_write_key(w, "top_categories");
    pr_write_array(w);
    for (uint32_t n = 0; names && n < PR_MOST_TOP_CATEGORIES; n++) {
        uint32_t best = 0;
        for (uint32_t v = 1; v < values; v++)
            best = weights[v] > weights[best] ? v : best;
        if (!values || weights[best] <= 0)
            break;
        pr_text name = pr__string(names, best);
        pr_write_object(w);
        pr_write_key(w, "category");
        pr_write_string(w, name.bytes, name.size);
        pr__write_rounded(w, "weight", weights[best]);
        pr__write_rounded(w, "share", weights[best] / sum);
        pr_write_end_object(w);
        weights[best] = 0;
    }
    pr_write_end_array(w);
}

static void write_products(pr_engine *engine, const pr_preference *p, pr_writer *w) {
    uint32_t places[PR_MOST_LIKINGS], count = pr__preference_heaviest(p, places);
    pr_write_key(w, "products");
    pr_write_array(w);
    for (uint32_t i = 0; i < count && i < MOST_PRODUCTS; i++) {
        pr_write_object(w);
        pr__write_staged_product(engine, p->items[places[i]].item, w);
        pr__write_rounded(w, "weight", p->items[places[i]].weight);
        pr_write_end_object(w);
    }
    pr_write_end_array(w);
}

/* The preference vector, in the numbers of this bundle's vectors; null without vectors or a taste. */
static pr_status write_vector(pr_call *call, const pr_preference *p) {
    pr_engine *engine = call->engine;
    uint32_t places[PR_MOST_LIKINGS], count = pr__preference_heaviest(p, places);
    pr_seed *seeds = pr_arena_array(&engine->scratch, PR_MOST_LIKINGS, sizeof *seeds);
    bool failed = !seeds;
    for (uint32_t i = 0; seeds && i < count; i++)
        seeds[i] = (pr_seed){p->items[places[i]].item, p->items[places[i]].weight};
    const double *vector = seeds && engine->meaning.present ? pr__seed_vector(engine, seeds, count, &failed) : NULL;
    if (failed)
        return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while writing preferences");
    pr_write_key(&call->w, "vector");
    if (!vector)
        pr_write_null(&call->w);
    else {
        pr_write_array(&call->w);
        for (uint32_t d = 0; d < engine->meaning.dims; d++)
            pr_write_number(&call->w, vector[d]);
        pr_write_end_array(&call->w);
    }
    return PR_OK;
}

pr_status pr__get_preferences(pr_call *call) {
    pr_engine *engine = call->engine;
    pr_preference preference;
    pr_stage_request request;
    pr_writer *w = &call->w;
    if (!pr__stage_user_read(call, &request))
        return PR_OK;
    PR_TRY(pr__preference_read(engine, &call->state, call->request->now, &preference, call->error));
    prices range = prices_of(engine, &preference);
    pr_write_object(w);
    pr_write_key(w, "user_id");
    if (request.user.size)
        pr_write_string(w, request.user.bytes, request.user.size);
    else
        pr_write_null(w);
    pr_write_key(w, "interaction_count");
    pr_write_integer(w, preference.events);
    pr_write_key(w, "product_count");
    pr_write_integer(w, preference.count);
    write_categories(engine, &preference, w);
    pr_write_key(w, "price_range");
    pr_write_object(w);
    pr__write_price(w, "min", range.least);
    pr__write_price(w, "max", range.most);
    pr__write_price(w, "average", range.weight > 0 ? range.sum / range.weight : NAN);
    pr_write_end_object(w);
    write_products(engine, &preference, w);
    PR_TRY(write_vector(call, &preference));
    pr__write_time(w, "generated_at", call->request->now);
    pr_write_end_object(w);
    return PR_OK;
}
