/* The stages one after the other: gather and blend, reorder by the cross-encoder, rules. */
#include "stages.h"
#include "stage_rules.h"

#include <math.h>

enum { FEW_LIKINGS = 20 /* where the vectors of many would be too much to load */ };

static pr_status memory(pr_call *call) {
    return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while recommending");
}

static bool is_missing(const pr_engine *engine) {
    return engine->missing_count || engine->needs_refused;
}

/* Whose products alone may be shown; NULL: those of all. */
static const pr_category *category_of(const pr_staging *s) {
    return s->request->context == PR_CONTEXT_category_page ? &s->request->category : NULL;
}

/* Do the candidates follow what the visitor did, and not a product or the cart? */
static bool is_personal(const pr_staging *s) {
    return s->request->context == PR_CONTEXT_homepage || s->request->context == PR_CONTEXT_category_page;
}

/* ---- what is asked about ---- */

/* The items that candidates should go with: the product, the cart, or what the visitor prefers. */
static pr_status find_seeds(const pr_staging *s, pr_seed **seeds, uint32_t *count) {
    const pr_stage_request *request = s->request;
    uint32_t places[PR_MOST_LIKINGS], most = pr__content_is_small(s->call->engine) ? PR_MOST_LIKINGS : FEW_LIKINGS;
    *count = 0;
    *seeds = pr_arena_array(&s->call->engine->scratch, PR_MOST_LIKINGS, sizeof **seeds);
    if (!*seeds)
        return memory(s->call);
    if (request->product != UINT32_MAX)
        (*seeds)[(*count)++] = (pr_seed){request->product, 1};
    else if (request->context == PR_CONTEXT_cart)
        for (uint32_t i = 0; i < request->cart_count; i++)
            (*seeds)[(*count)++] = (pr_seed){request->cart[i], 1};
    else {
        uint32_t heaviest = pr__preference_heaviest(&s->preference, places);
        heaviest = heaviest < most ? heaviest : most;
        for (uint32_t i = 0; i < heaviest; i++)
            (*seeds)[(*count)++] =
                (pr_seed){s->preference.items[places[i]].item, s->preference.items[places[i]].weight};
    }
    return PR_OK;
}

/* The seeds as somebody's purchases: what others took together with them. */
static pr_status take_seeds(pr_call *call, const pr_seed *seeds, uint32_t count, pr_state *out) {
    *out = (pr_state){.events = pr_arena_array(&call->engine->scratch, count + 1u, sizeof *out->events)};
    if (!out->events)
        return memory(call);
    for (uint32_t i = 0; i < count; i++) {
        pr_item view;
        if (pr__item(call->engine, seeds[i].item, &view))
            out->events[out->event_count++] = (pr_event){
                .type = PR_EVENT_PURCHASE, .item = pr__string(&view.view->id, view.row), .time = call->request->now};
    }
    return PR_OK;
}

/* ---- what may be recommended ---- */

/* What was bought stays away: until it is due again where the bundle knows cycles of repurchase, else for good. */
static pr_status forbid_owned(pr_staging *s, uint64_t *allowed) {
    pr_engine *engine = s->call->engine;
    bool cycles = engine->purchases.present && engine->purchases.tuning.cycles;
    pr_ledger *ledger = pr_arena_take(&engine->scratch, sizeof *ledger);
    if (!ledger)
        return memory(s->call);
    for (uint32_t i = 0; i < s->preference.count; i++) {
        const pr_liking *liking = &s->preference.items[i];
        if (liking->disliked || liking->in_cart || (liking->owned && !cycles))
            pr__forbid(allowed, liking->item);
    }
    if (!cycles)
        return PR_OK;
    PR_TRY(pr__ledger_read(engine, &s->call->state, s->call->request->now, ledger, s->call->error));
    for (uint32_t i = 0; i < ledger->count; i++) {
        double days;
        if (ledger->items[i].has &&
            pr__due(engine, &engine->purchases.tuning, &ledger->items[i], &days) > s->call->request->now)
            pr__forbid(allowed, ledger->items[i].item);
    }
    return PR_OK;
}

static pr_status find_allowed(pr_staging *s, uint64_t **out) {
    pr_engine *engine = s->call->engine;
    size_t words = pr__allowed_words(engine->items);
    uint64_t *allowed = pr_arena_array(&engine->scratch, words, sizeof *allowed);
    if (!allowed)
        return memory(s->call);
    const pr_category *category = category_of(s);
    for (size_t i = 0; i < words; i++)
        allowed[i] = category ? 0 : UINT64_MAX;
    for (uint32_t i = 0; category && i < category->count; i++)
        pr__allow(allowed, pr__category_item(category, i));
    PR_TRY(forbid_owned(s, allowed));
    if (s->request->product != UINT32_MAX)
        pr__forbid(allowed, s->request->product);
    for (uint32_t i = 0; i < s->request->cart_count; i++)
        pr__forbid(allowed, s->request->cart[i]);
    *out = allowed;
    return PR_OK;
}

/* ---- the first stage ---- */

static pr_status gather(pr_staging *s, uint64_t *allowed) {
    pr_call *call = s->call;
    const bool personal = is_personal(s);
    pr_gather_query query = {
        .allowed = allowed, .category = category_of(s), .taken = &call->state, .now = call->request->now};
    pr_seed *seeds;
    pr_state taken;
    PR_TRY(find_seeds(s, &seeds, &query.seed_count));
    query.seeds = seeds;
    query.model = personal ? PR_BY_HYBRID : PR_BY_ITEM_CF;
    query.pool = s->request->limit > PR_CANDIDATES_OF_VOICE ? s->request->limit : PR_CANDIDATES_OF_VOICE;
    if (!personal) {
        PR_TRY(take_seeds(call, seeds, query.seed_count, &taken));
        query.taken = &taken;
    }
    PR_TRY(pr__gather(call->engine, &query, &s->gathered, call->error));
    for (int v = 0; v < PR_VOICES; v++)
        s->counts.found[v] = s->gathered.found[v];
    s->counts.together = s->gathered.count;
    s->fallback = !s->gathered.found[PR_CONTENT] && !s->gathered.found[PR_COLLABORATIVE];
    return PR_OK;
}

/* ---- the third stage ---- */

static double pair_score_of(const pr_stage_request *request, uint32_t item) {
    for (uint32_t i = 0; i < request->pair_score_count; i++) {
        if (request->pair_scores[i].item == item)
            return request->pair_scores[i].score;
    }
    return NAN;
}

static bool is_better_pair(const pr_staged *a, const pr_staged *b) {
    return a->pair != b->pair ? a->pair > b->pair : a->item < b->item;
}

/* Those of the first twenty that have a pair's score trade places among themselves by it; each takes the score of the
 * place that it comes to, so that scores still fall along the list. */
static void reorder(pr_staging *s) {
    uint32_t count = s->gathered.count < PR_RERANKED ? s->gathered.count : PR_RERANKED, places[PR_RERANKED];
    pr_staged pairs[PR_RERANKED];
    double scores[PR_RERANKED];
    for (uint32_t i = 0; i < count; i++) {
        pr_staged *c = &s->gathered.candidates[i];
        s->asked[s->asked_count++] = c->item;
        c->pair = pair_score_of(s->request, c->item);
        if (c->pair != c->pair)
            continue;
        uint32_t at = s->counts.pairs++;
        places[at] = i;
        scores[at] = c->score;
        for (; at > 0 && is_better_pair(c, &pairs[at - 1]); at--)
            pairs[at] = pairs[at - 1];
        pairs[at] = *c;
    }
    for (uint32_t k = 0; k < s->counts.pairs; k++) {
        pairs[k].score = scores[k];
        s->gathered.candidates[places[k]] = pairs[k];
    }
}

/* ---- the fourth stage ---- */

/* Without what is out of stock; what is new is raised. */
static void keep_stocked(pr_staging *s, bool boost) {
    pr_engine *engine = s->call->engine;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < s->gathered.count; i++) {
        pr_staged c = s->gathered.candidates[i];
        if (!pr__in_stock(engine, c.item)) {
            s->counts.out_of_stock++;
            continue;
        }
        c.new_arrival = pr__is_new_arrival(engine, c.item, s->call->request->now);
        s->counts.new_arrivals += c.new_arrival;
        if (boost && c.new_arrival)
            c.score *= 1 + engine->stages.boost;
        s->gathered.candidates[kept++] = c;
    }
    s->gathered.count = kept;
    pr__staged_settle(s->gathered.candidates, kept);
}

/* The scores of the blend for what is filled up with: popularity alone. */
static pr_staged filler(pr_engine *engine, uint32_t item, double most, int64_t now) {
    pr_staged c = {.item = item, .pair = NAN};
    double says = pr__popularity_of(engine, item);
    most = says > most ? says : most;
    c.says[PR_POPULARITY] = says;
    c.parts[PR_POPULARITY] = says > 0 && most > 0 ? engine->stages.weights[PR_POPULARITY] * (says / most) : 0;
    c.score = c.hybrid = c.parts[PR_POPULARITY];
    c.new_arrival = pr__is_new_arrival(engine, item, now);
    return c;
}

static bool is_among(const pr_staged *list, uint32_t count, uint32_t item) {
    for (uint32_t i = 0; i < count; i++) {
        if (list[i].item == item)
            return true;
    }
    return false;
}

/* Where the candidates do not fill the list, the most popular of the rest do. */
static pr_status fill_up(pr_staging *s, const uint64_t *allowed) {
    pr_engine *engine = s->call->engine;
    uint32_t limit = s->request->limit;
    if (s->gathered.count >= limit)
        return PR_OK;
    pr_staged *all = pr_arena_array(&engine->scratch, limit, sizeof *all);
    double most = pr__popularity_of(engine, 0);
    if (!all)
        return memory(s->call);
    for (uint32_t i = 0; i < s->gathered.count; i++)
        all[i] = s->gathered.candidates[i];
    const pr_category *category = category_of(s);
    const uint32_t rest = category ? category->count : engine->items;
    uint32_t count = s->gathered.count;
    for (uint32_t i = 0; i < rest && count < limit && !is_missing(engine); i++) {
        const uint32_t item = category ? pr__category_item(category, i) : i;
        if ((allowed[item / 64] >> item % 64 & 1) && !is_among(all, count, item) && pr__in_stock(engine, item))
            all[count++] = filler(engine, item, most, s->call->request->now);
    }
    s->counts.filled_up = count - s->gathered.count;
    s->gathered.candidates = all;
    s->gathered.count = count;
    pr__staged_settle(all, count);
    return PR_OK;
}

/* Does no category have more of those chosen than the limit of the first round? */
static bool keeps_limit(const uint32_t *categories, const uint32_t *places, uint32_t count, uint32_t most) {
    for (uint32_t i = 0; most && i < count; i++) {
        uint32_t same = 0;
        for (uint32_t k = 0; k < count; k++)
            same += categories[places[k]] == categories[places[i]];
        if (categories[places[i]] != UINT32_MAX && same > most)
            return false;
    }
    return true;
}

/* The first round takes candidates as they come, so when it fills the list from some of them, it is known that it would
 * from all: the shards of the others need not be loaded for their categories. */
static pr_status pick(pr_staging *s, uint32_t most) {
    enum { LOOKED_AT = 3 /* times the list's length, at first */ };
    pr_engine *engine = s->call->engine;
    uint32_t count = s->gathered.count, limit = s->request->limit, known = 0,
             looked = LOOKED_AT * limit < count ? LOOKED_AT * limit : count;
    uint32_t *categories = pr_arena_array(&engine->scratch, count + 1u, sizeof *categories),
             *places = pr_arena_array(&engine->scratch, limit, sizeof *places);
    uint8_t *used = pr_arena_array(&engine->scratch, count + 1u, sizeof *used);
    s->picked = pr_arena_array(&engine->scratch, limit, sizeof *s->picked);
    if (!categories || !places || !used || !s->picked)
        return memory(s->call);
    for (;; looked = count) {
        for (; most && known < looked; known++)
            categories[known] = pr__limited_category(engine, s->gathered.candidates[known].item);
        s->picked_count = pr__spread(categories, looked, most, limit, used, places, &s->counts.held_back);
        if (looked == count || (s->picked_count == limit && keeps_limit(categories, places, limit, most)))
            break;
    }
    for (uint32_t i = 0; i < s->picked_count; i++)
        s->picked[i] = s->gathered.candidates[places[i]];
    return PR_OK;
}

/* ---- all ---- */

/* Does the request end with this stage, or did it before? */
static bool is_over(const pr_staging *s, pr_until stage) {
    return s->request->until != PR_UNTIL_END && s->request->until <= stage;
}

/* What the visitor's events say, and candidates. */
static pr_status find(pr_call *call, const pr_stage_request *request, pr_staging *out, uint64_t **allowed) {
    *out = (pr_staging){.call = call, .request = request};
    PR_TRY(pr__preference_read(call->engine, &call->state, call->request->now, &out->preference, call->error));
    PR_TRY(find_allowed(out, allowed));
    return is_over(out, PR_UNTIL_READ) ? PR_OK : gather(out, *allowed);
}

pr_status pr__stages_run(pr_call *call, const pr_stage_request *request, pr_staging *out) {
    uint64_t *allowed = NULL;
    PR_TRY(find(call, request, out, &allowed));
    if (is_over(out, PR_UNTIL_FIND))
        return PR_OK;
    pr__blend(&out->gathered);
    if (is_over(out, PR_UNTIL_SCORE) || is_missing(call->engine))
        return PR_OK;
    reorder(out);
    keep_stocked(out, true);
    PR_TRY(fill_up(out, allowed));
    const bool one = category_of(out) != NULL; /* which fills its own page */
    return pick(out, one ? 0 : call->engine->stages.most_per_category);
}

/* Three tiers a third of the scale each: taken together, alike, popular. */
static void place_in_tiers(pr_gathered *gathered) {
    double most[PR_VOICES] = {0};
    for (uint32_t i = 0; i < gathered->count; i++) {
        for (int v = 0; v < PR_VOICES; v++)
            most[v] = gathered->candidates[i].says[v] > most[v] ? gathered->candidates[i].says[v] : most[v];
    }
    for (uint32_t i = 0; i < gathered->count; i++) {
        pr_staged *c = &gathered->candidates[i];
        pr_voice voice = c->says[PR_COLLABORATIVE] > 0 ? PR_COLLABORATIVE
                         : c->says[PR_CONTENT] > 0     ? PR_CONTENT
                                                       : PR_POPULARITY;
        double tier = voice == PR_COLLABORATIVE ? 2 : voice == PR_CONTENT ? 1 : 0;
        c->score = (tier + (most[voice] > 0 ? c->says[voice] / most[voice] : 0)) / 3;
    }
    pr__staged_order(gathered->candidates, gathered->count);
}

pr_status pr__stages_together(pr_call *call, const pr_stage_request *request, pr_staging *out) {
    uint64_t *allowed = NULL;
    PR_TRY(find(call, request, out, &allowed));
    out->tiered = true;
    if (is_over(out, PR_UNTIL_FIND))
        return PR_OK;
    pr__blend(&out->gathered);
    place_in_tiers(&out->gathered);
    if (is_over(out, PR_UNTIL_SCORE) || is_missing(call->engine))
        return PR_OK;
    keep_stocked(out, false);
    PR_TRY(fill_up(out, allowed));
    return pick(out, 0);
}
