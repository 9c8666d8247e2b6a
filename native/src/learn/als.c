/* Alternating least squares: what is laid out before, and the alternation (als_rows.h tells how a row is solved). */
#include "als.h"

#include "als_inner.h"
#include "fail.h"
#include "parallel.h"
#include "symmetric_eigen.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_FACTORS = 512, MOST_ITERATIONS = 10000, MOST_STEPS = 100, SHARE = 32, ALIGNED = 64 };

prt_als_options prt_als_defaults(void) {
    return (prt_als_options){.factors = 64,
                             .iterations = 16,
                             .unobserved = 0.1,
                             .regularization = 0.003,
                             .exponent = 1,
                             .init = 0.1,
                             .seed = 1,
                             .solver = PRT_ALS_CONJUGATE,
                             .block = 32,
                             .steps = 2};
}

/* ---- checks ---- */

pr_status prt_als_check(const prt_als_options *options, pr_error *error) {
    const prt_als_options *o = options;
    if (o->factors == 0 || o->factors > MOST_FACTORS || o->factors % PRT_ALS_WIDE != 0)
        return prt_fail(error, PR_E_ARGUMENT, "factors is %u; give a multiple of 16 up to 512", o->factors);
    if (o->iterations == 0 || o->iterations > MOST_ITERATIONS)
        return prt_fail(error, PR_E_ARGUMENT, "iterations is %u; give 1 to 10000", o->iterations);
    if (!(o->unobserved >= 0 && o->unobserved <= 1e6))
        return prt_fail(error, PR_E_ARGUMENT, "unobserved is %g; give a weight from 0 to 1e6", o->unobserved);
    if (!(o->regularization > 0 && o->regularization <= 1e9))
        return prt_fail(error, PR_E_ARGUMENT, "regularization is %g; give a number above 0, up to 1e9",
                        o->regularization);
    if (!(o->exponent >= 0 && o->exponent <= 2))
        return prt_fail(error, PR_E_ARGUMENT, "exponent is %g; give 0 to 2", o->exponent);
    if (!(o->init > 0 && o->init <= 1000))
        return prt_fail(error, PR_E_ARGUMENT, "init is %g; give a number above 0, up to 1000", o->init);
    if (o->solver != PRT_ALS_CONJUGATE && o->solver != PRT_ALS_BLOCK && o->solver != PRT_ALS_DIRECT)
        return prt_fail(error, PR_E_ARGUMENT, "solver is %d; als.h lists them", (int)o->solver);
    if (o->solver == PRT_ALS_BLOCK && (o->block == 0 || o->block > o->factors || o->block % PRT_ALS_WIDE != 0))
        return prt_fail(error, PR_E_ARGUMENT, "block is %u; give a multiple of 16 up to factors", o->block);
    if (o->solver == PRT_ALS_CONJUGATE && (o->steps == 0 || o->steps > MOST_STEPS))
        return prt_fail(error, PR_E_ARGUMENT, "steps is %u; give 1 to 100", o->steps);
    return PR_OK;
}

static pr_status check_user(const prt_interactions *train, uint32_t user, pr_error *error) {
    uint64_t first = train->offsets[user], end = train->offsets[user + 1];
    if (end < first || end - first > train->items)
        return prt_fail(error, PR_E_ARGUMENT, "user %u has more interactions than there are items; each counts once",
                        user);
    for (uint64_t k = first; k < end; k++) {
        if (train->item[k] >= train->items || (k > first && train->item[k] <= train->item[k - 1]))
            return prt_fail(error, PR_E_ARGUMENT,
                            "the items of user %u do not rise, or are not below %u; sort them, each once", user,
                            train->items);
        if (!(train->weight[k] > 0 && train->weight[k] < HUGE_VALF))
            return prt_fail(error, PR_E_ARGUMENT, "user %u has a weight of %g; give finite ones above 0", user,
                            (double)train->weight[k]);
    }
    return PR_OK;
}

static pr_status check_train(const prt_interactions *train, pr_error *error) {
    if (train->users == 0 || train->items == 0 || train->users == UINT32_MAX || train->items == UINT32_MAX)
        return prt_fail(error, PR_E_ARGUMENT, "there are %u users and %u items; both need one at least", train->users,
                        train->items);
    if (train->offsets[0] != 0)
        return prt_fail(error, PR_E_ARGUMENT, "the first user's interactions do not start at 0");
    for (uint32_t u = 0; u < train->users; u++)
        PRT_TRY(check_user(train, u, error));
    if (train->offsets[train->users] == 0)
        return prt_fail(error, PR_E_ARGUMENT, "there are no interactions to learn from; give one at least");
    return PR_OK;
}

/* ---- layout ---- */

static pr_status no_memory(pr_error *error) {
    return prt_fail_memory(error, "factorising the interactions");
}

/* Who took each item: the matrix the other way round. */
static pr_status turn_over(const prt_interactions *train, prt_interactions *out, pr_error *error) {
    uint64_t total = train->offsets[train->users];
    *out = (prt_interactions){.users = train->items, .items = train->users};
    out->offsets = calloc(train->items + (size_t)2, sizeof *out->offsets);
    out->item = malloc((total + 1) * sizeof *out->item);
    out->weight = malloc((total + 1) * sizeof *out->weight);
    if (!out->offsets || !out->item || !out->weight)
        return no_memory(error);
    uint64_t *next = out->offsets + 1; /* where an item's list goes on; in the end, where the next one starts */
    for (uint64_t k = 0; k < total; k++)
        next[train->item[k] + 1]++;
    for (uint32_t i = 0; i < train->items; i++)
        next[i + 1] += next[i];
    for (uint32_t u = 0; u < train->users; u++) {
        for (uint64_t k = train->offsets[u]; k < train->offsets[u + 1]; k++) {
            uint64_t at = next[train->item[k]]++;
            out->item[at] = u;
            out->weight[at] = train->weight[k];
        }
    }
    return PR_OK;
}

double prt_als_ridge(const prt_als_options *options, double taken, double columns) {
    double all = taken + options->unobserved * columns, nu = options->exponent;
    double power = nu == 1 ? all : nu == 0 ? 1 : all > 0 ? pr_exp(nu * pr_log(all)) : 0;
    return options->regularization * power;
}

static pr_status lay_out_half(const prt_interactions *rows, const prt_als_options *options, prt_als_half *out,
                              pr_error *error) {
    *out = (prt_als_half){.rows = rows->users, .offsets = rows->offsets, .column = rows->item, .weight = rows->weight};
    size_t size = rows->users * (size_t)options->factors * sizeof *out->values;
    out->values = aligned_alloc(ALIGNED, size);
    out->ridge = malloc(rows->users * sizeof *out->ridge);
    if (!out->values || !out->ridge)
        return no_memory(error);
    memset(out->values, 0, size);
    for (uint32_t r = 0; r < rows->users; r++) {
        double taken = 0;
        for (uint64_t k = rows->offsets[r]; k < rows->offsets[r + 1]; k++)
            taken += (double)rows->weight[k];
        out->ridge[r] = (float)prt_als_ridge(options, taken, rows->items);
        uint64_t count = rows->offsets[r + 1] - rows->offsets[r];
        out->longest = count > out->longest ? (uint32_t)count : out->longest;
    }
    return PR_OK;
}

static pr_status lay_out_rooms(prt_als_state *s, pr_error *error) {
    size_t factors = s->options->factors, cells = factors * factors;
    prt_als_side side = {.factors = s->options->factors, .block = s->options->block, .solver = s->options->solver};
    size_t room = prt_als_room(&side, s->user.longest > s->item.longest ? s->user.longest : s->item.longest);
    room = room > cells ? room : cells;
    s->room_each = (room + 8 * factors + ALIGNED) / ALIGNED * ALIGNED;
    s->room = aligned_alloc(ALIGNED, (size_t)s->threads * s->room_each * sizeof *s->room);
    s->basis = calloc(cells, sizeof *s->basis);
    s->turn = malloc(cells * sizeof *s->turn);
    s->common = malloc(factors * sizeof *s->common);
    s->parts = malloc(PRT_ALS_PARTS * cells * sizeof *s->parts);
    s->values = malloc(factors * sizeof *s->values);
    s->work = malloc(factors * sizeof *s->work);
    if (!s->room || !s->basis || !s->turn || !s->common || !s->parts || !s->values || !s->work)
        return no_memory(error);
    for (size_t k = 0; k < factors; k++)
        s->basis[k * factors + k] = 1;
    return PR_OK;
}

/* Roughly normal with a standard deviation of 1: four uniform numbers of 16 bits, from one draw. */
static double draw(uint64_t key, uint64_t counter) {
    uint64_t bits = pr_mix64(key ^ counter);
    double sum = 0;
    for (int i = 0; i < 4; i++)
        sum += (double)(bits >> (16 * i) & 0xffff);
    return (sum / 65535 - 2) * sqrt(3);
}

static void draw_users(prt_als_state *s) {
    uint64_t key = pr_mix64(s->options->seed);
    size_t factors = s->options->factors;
    double deviation = s->options->init / sqrt((double)factors);
    for (uint32_t u = 0; u < s->user.rows; u++) {
        if (s->user.offsets[u + 1] == s->user.offsets[u])
            continue;
        for (size_t k = 0; k < factors; k++)
            s->user.values[u * factors + k] = (float)(deviation * draw(key, u * factors + k));
    }
}

pr_status prt_als_open(const prt_interactions *train, const prt_als_options *options, int threads, prt_als_state *out,
                       pr_error *error) {
    prt_als_state *s = out;
    *s = (prt_als_state){.options = options, .kernels = prt_als_kernels_of(0)};
    s->threads = threads < 1 ? 1 : threads > 256 ? 256 : threads;
    PRT_TRY(prt_als_check(options, error));
    PRT_TRY(check_train(train, error));
    PRT_TRY(turn_over(train, &s->by_item, error));
    PRT_TRY(lay_out_half(train, options, &s->user, error));
    PRT_TRY(lay_out_half(&s->by_item, options, &s->item, error));
    PRT_TRY(lay_out_rooms(s, error));
    draw_users(s);
    return PR_OK;
}

static void free_half(prt_als_half *half) {
    free(half->ridge);
    free(half->values);
}

void prt_als_close(prt_als_state *state) {
    free(state->by_item.offsets);
    free(state->by_item.item);
    free(state->by_item.weight);
    free_half(&state->user);
    free_half(&state->item);
    free(state->basis);
    free(state->turn);
    free(state->common);
    free(state->parts);
    free(state->values);
    free(state->work);
    free(state->room);
    *state = (prt_als_state){0};
}

/* ---- half an iteration ---- */

/* Both sides into the basis in which the Gram matrix of `fixed` is diagonal. A direct solution does not ask where a row
 * was before, hence `moving` stays as it is then. */
static bool turn_to_axes(prt_als_state *s, const prt_als_half *moving, const prt_als_half *fixed) {
    uint32_t factors = s->options->factors;
    prt_als_make_gram(s, fixed);
    double *vectors = s->parts;
    if (!prt_symmetric_eigen(vectors, factors, s->values, s->work))
        return false;
    for (uint32_t r = 0; r < factors; r++) {
        s->common[r] = (float)(s->options->unobserved * (s->values[r] > 0 ? s->values[r] : 0));
        for (uint32_t c = 0; c < factors; c++)
            s->turn[(size_t)c * factors + r] = (float)vectors[(size_t)r * factors + c];
    }
    prt_als_turn(s, fixed, s->turn);
    if (s->options->solver != PRT_ALS_DIRECT)
        prt_als_turn(s, moving, s->turn);
    s->kernels->turn(s->basis, factors, factors, s->turn, s->room);
    return true;
}

typedef struct solving {
    const prt_als_state *state;
    const prt_als_half *half;
    prt_als_side side;
    atomic_uint next;
    atomic_bool failed;
} solving;

static prt_als_row row_of(const solving *w, uint32_t r) {
    const prt_als_half *h = w->half;
    uint64_t first = h->offsets[r];
    return (prt_als_row){.count = (uint32_t)(h->offsets[r + 1] - first),
                         .column = h->column + first,
                         .weight = h->weight + first,
                         .ridge = h->ridge[r],
                         .x = h->values + (size_t)r * w->side.factors};
}

static void solve_share(solving *w, uint32_t first, float *room) {
    uint32_t end = w->half->rows - first < SHARE ? w->half->rows : first + SHARE;
    prt_als_row next = row_of(w, first);
    w->state->kernels->fetch(&w->side, &next);
    for (uint32_t r = first; r < end; r++) {
        prt_als_row row = next;
        if (r + 1 < end) {
            next = row_of(w, r + 1);
            w->state->kernels->fetch(&w->side, &next);
        }
        if (row.count > 0 && !w->state->kernels->solve(&w->side, &row, room))
            atomic_store(&w->failed, true);
    }
}

static void solve_shares(void *context, int thread) {
    solving *w = context;
    float *room = w->state->room + (size_t)thread * w->state->room_each;
    for (uint32_t first; (first = atomic_fetch_add(&w->next, SHARE)) < w->half->rows;)
        solve_share(w, first, room);
}

static pr_status too_large(pr_error *error) {
    return prt_fail(error, PR_E_ARGUMENT,
                    "the vectors cannot be solved for in single precision; raise regularization or lower the weights");
}

pr_status prt_als_solve(prt_als_state *state, prt_als_half *moving, prt_als_half *fixed, pr_error *error) {
    if (!turn_to_axes(state, moving, fixed))
        return too_large(error);
    const prt_als_options *o = state->options;
    solving w = {.state = state,
                 .half = moving,
                 .side = {.factors = o->factors,
                          .block = o->block,
                          .steps = o->steps,
                          .solver = o->solver,
                          .fixed = fixed->values,
                          .common = state->common}};
    prt_parallel(state->threads, solve_shares, &w);
    return atomic_load(&w.failed) ? too_large(error) : PR_OK;
}

void prt_als_turn_back(prt_als_state *state) {
    uint32_t factors = state->options->factors;
    for (uint32_t r = 0; r < factors; r++) {
        for (uint32_t c = 0; c < factors; c++)
            state->turn[(size_t)c * factors + r] = state->basis[(size_t)r * factors + c];
    }
    prt_als_turn(state, &state->user, state->turn);
    prt_als_turn(state, &state->item, state->turn);
}

/* ---- all of it ---- */

static bool is_finite(const prt_als_half *half, uint32_t factors) {
    for (size_t i = 0; i < half->rows * (size_t)factors; i++) {
        if (!(fabsf(half->values[i]) < HUGE_VALF))
            return false;
    }
    return true;
}

static pr_status alternate(prt_als_state *s, bool with_users, pr_error *error) {
    for (uint32_t i = 0; i < s->options->iterations; i++) {
        PRT_TRY(prt_als_solve(s, &s->item, &s->user, error));
        if (with_users || i + 1 < s->options->iterations)
            PRT_TRY(prt_als_solve(s, &s->user, &s->item, error));
    }
    prt_als_turn_back(s);
    return is_finite(&s->item, s->options->factors) && is_finite(&s->user, s->options->factors) ? PR_OK
                                                                                                : too_large(error);
}

/* Hand a side's vectors over. */
static void give(prt_als_half *half, uint32_t factors, prt_factors *out) {
    *out = (prt_factors){.rows = half->rows, .factors = factors, .values = half->values};
    half->values = NULL;
}

pr_status prt_als_fit(const prt_interactions *train, const prt_als_options *options, int threads, prt_factors *items,
                      prt_factors *users, pr_error *error) {
    prt_als_state state;
    *items = (prt_factors){0};
    if (users)
        *users = (prt_factors){0};
    pr_status status = prt_als_open(train, options, threads, &state, error);
    if (status == PR_OK)
        status = alternate(&state, users != NULL, error);
    if (status == PR_OK) {
        give(&state.item, options->factors, items);
        if (users)
            give(&state.user, options->factors, users);
    }
    prt_als_close(&state);
    return status;
}

void prt_factors_free(prt_factors *factors) {
    free(factors->values);
    *factors = (prt_factors){0};
}
