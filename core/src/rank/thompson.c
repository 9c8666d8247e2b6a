/* Thompson sampling with exact chances. A candidate's score is base + slope · θ with θ from its Beta posterior; its
 * chance to be the highest is ∫ f_i(x) Π_{j≠i} F_j(x) dx, taken here on a grid. Drawing from the chances themselves
 * makes the reported propensity exact, whatever the grid. */
#include "pipeline.h"

enum { CELLS = 48 };

/* F at the grid's points for one candidate. */
static void fill_cdf(const pr_query *query, const pr_candidate *c, double low, double step, double *cdf) {
    double slope = c->freshness * query->knobs.like, base = c->score - c->parts[PR_PART_like];
    double alpha = c->alpha > 0.01 ? c->alpha : 0.01, beta = c->beta > 0.01 ? c->beta : 0.01;
    for (int g = 0; g <= CELLS; g++) {
        double x = low + g * step;
        cdf[g] = slope > 0 ? pr_beta_cdf((x - base) / slope, alpha, beta) : x >= base ? 1.0 : 0.0;
    }
}

pr_status pr__thompson_chances(pr_engine *engine, const pr_query *query, pr_candidate *const *candidates,
                               uint32_t count, double *chances, pr_error *error) {
    double *cdf = pr_arena_array(&engine->scratch, (size_t)count * (CELLS + 1), sizeof *cdf);
    double *before = pr_arena_array(&engine->scratch, count + 1u, sizeof *before);
    if (!cdf || !before)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while exploring");
    double low = 0, high = 0, sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        double base = candidates[i]->score - candidates[i]->parts[PR_PART_like],
               top = base + candidates[i]->freshness * query->knobs.like;
        low = i == 0 || base < low ? base : low;
        high = i == 0 || top > high ? top : high;
        chances[i] = 0;
    }
    double margin = 1e-9 + (high - low) * 1e-9; /* the ends lie outside, so that every F runs from 0 to 1 */
    low -= margin;
    double step = (high + margin - low) / CELLS;
    for (uint32_t i = 0; i < count; i++)
        fill_cdf(query, candidates[i], low, step, cdf + (size_t)i * (CELLS + 1));
    for (int g = 0; g < CELLS; g++) { /* products over the others: those before, times those behind */
        before[0] = 1.0;
        for (uint32_t i = 0; i < count; i++) {
            const double *f = cdf + (size_t)i * (CELLS + 1) + g;
            before[i + 1] = before[i] * (0.5 * (f[0] + f[1]));
        }
        double behind = 1.0;
        for (uint32_t i = count; i-- > 0;) {
            const double *f = cdf + (size_t)i * (CELLS + 1) + g;
            chances[i] += (f[1] - f[0]) * before[i] * behind;
            behind *= 0.5 * (f[0] + f[1]);
        }
    }
    for (uint32_t i = 0; i < count; i++)
        sum += chances[i];
    for (uint32_t i = 0; i < count; i++)
        chances[i] = sum > 0 ? chances[i] / sum : 1.0 / count;
    return PR_OK;
}
