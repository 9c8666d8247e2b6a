#include "made.h"

#include <string.h>

const char *const pr_made_parts[MADE_PARTS] = {"query", "scores", "top", "selection", "fold-in", "effects", "without"};

void pr_made_factors(uint32_t rows, uint32_t dims, uint64_t seed, pr_arena *arena, pr_made *out) {
    int8_t *values = pr_arena_take(arena, (size_t)rows * dims);
    float *scales = pr_arena_array(arena, rows, sizeof *scales);
    double x[PR_MAX_FACTORS];
    for (size_t i = 0; i < (size_t)rows * dims; i++)
        values[i] = (int8_t)((int32_t)(pr_mix64(seed + i) % 255) - 127);
    for (uint32_t r = 0; r < rows; r++)
        scales[r] = r % 50 == 13 ? 0 : (float)(0.01 + 0.02 * pr_uniform(seed, r));
    for (uint32_t i = 0; i < dims; i++)
        x[i] = pr_uniform(seed + 1, i) - 0.5;
    out->rows = (pr__factor_rows){0, rows, values, scales};
    pr__factors_query(x, dims, &out->query);
}

uint64_t *pr_made_allowed(uint32_t rows, uint32_t percent, uint64_t seed, pr_arena *arena) {
    uint64_t *allowed = pr_arena_array(arena, pr__allowed_words(rows), sizeof *allowed);
    for (uint32_t r = 0; r < rows; r++) {
        if (pr_uniform(seed, r) * 100 < percent)
            pr__allow(allowed, r);
    }
    return allowed;
}

enum { CATALOGUE = 1000 };

void pr_made_fold(uint32_t dims, uint32_t count, double nu, uint64_t seed, pr_arena *arena, pr_made_history *out) {
    pr_made made;
    pr_made_factors(CATALOGUE, dims, seed, arena, &made);
    float *gram = pr_arena_array(arena, (size_t)dims * (dims + 1) / 2, sizeof *gram);
    double *row = pr_arena_array(arena, dims, sizeof *row);
    for (uint32_t r = 0; r < CATALOGUE; r += 10) { /* a tenth of the items stands for all of them */
        for (uint32_t i = 0; i < dims; i++)
            row[i] = (double)made.rows.values[(size_t)r * dims + i] * (double)made.rows.scales[r];
        for (uint32_t i = 0, at = 0; i < dims; i++)
            for (uint32_t j = 0; j <= i; j++, at++)
                gram[at] += (float)(10 * row[i] * row[j]);
    }
    out->events = pr_arena_array(arena, count + 1, sizeof *out->events);
    out->count = count;
    for (uint32_t e = 0; e < count; e++)
        out->events[e] = (pr__fold_event){made.rows.values + (size_t)e * dims, made.rows.scales[e],
                                          0.1 + 3 * pr_uniform(seed + 2, e)};
    out->model =
        (pr__fold_model){.dims = dims, .gram = gram, .items = CATALOGUE, .alpha = 0.1, .lambda = 0.003, .nu = nu};
}

static void add(uint64_t *hash, const void *bytes, size_t size) {
    *hash = pr_hash_bytes(bytes, size, *hash);
}

static void hash_scores(uint32_t part, uint32_t dims, pr_arena *arena, uint64_t *hash) {
    pr_made made;
    pr__best best;
    pr__best_row rows[150];
    pr_made_factors(997, dims, dims, arena, &made);
    if (part == 0) {
        add(hash, &made.query.scale, sizeof made.query.scale);
        add(hash, made.query.values, dims * sizeof *made.query.values);
        return;
    }
    float *scores = pr_arena_array(arena, made.rows.count, sizeof *scores);
    pr__factors_scores(&made.rows, &made.query, scores);
    if (part == 1) {
        add(hash, scores, made.rows.count * sizeof *scores);
        return;
    }
    for (uint32_t percent = 0; percent <= 100; percent += 10) {
        const uint64_t *allowed = pr_made_allowed(made.rows.count, percent, dims, arena);
        pr__best_start(&best, 150, arena);
        if (part == 2)
            pr__factors_top(&made.rows, &made.query, allowed, &best);
        else
            pr__best_offer(&best, scores, 0, made.rows.count, allowed);
        const uint32_t found = pr__best_finish(&best, rows);
        add(hash, rows, found * sizeof *rows);
    }
}

/* The scores of a few items without event e, the other weights a little higher. */
static void hash_change(const pr__fold_in *fold, const pr_made_history *made, pr_arena *arena, uint64_t *hash) {
    pr__fold_base base;
    pr__fold_change change;
    pr__fold_target target;
    double *weights = pr_arena_array(arena, fold->count + 1, sizeof *weights);
    pr__fold_base_make(fold, arena, &base, NULL);
    pr__fold_change_room(&base, arena, &change, NULL);
    for (uint32_t e = 0; e < fold->count; e += 11) {
        for (uint32_t i = 0; i < fold->count; i++)
            weights[i] = i == e ? 0 : made->events[i].weight * 1.01;
        pr__fold_change_make(&change, e, weights);
        for (uint32_t item = 0; item < fold->count; item += 5) {
            double result[2];
            pr__fold_target_make(fold, &made->events[item], arena, &target, NULL);
            result[0] = pr__fold_change_score(&change, &target, &result[1]);
            add(hash, result, sizeof result);
        }
    }
}

static void hash_fold(uint32_t part, uint32_t dims, uint32_t count, double nu, pr_arena *arena, uint64_t *hash) {
    pr_made_history made;
    pr__fold_in fold;
    double vector[256];
    pr_made_fold(dims, count, nu, dims + count, arena, &made);
    pr__fold_in_room(&made.model, count, arena, &fold, NULL);
    const uint8_t solved = pr__fold_in_solve(&fold, made.events, count);
    add(hash, &solved, 1);
    if (part == 4)
        add(hash, fold.x, dims * sizeof *fold.x);
    for (uint32_t e = 0; part == 5 && e < count; e += 7) {
        pr__fold_in_inverse(&fold, &made.events[e], vector);
        for (uint32_t i = 0; i < count; i++) {
            const double effect = made.events[i].weight * pr__fold_in_event_product(&fold, i, vector);
            add(hash, &effect, sizeof effect);
        }
    }
    if (part == 6)
        hash_change(&fold, &made, arena, hash);
}

uint64_t pr_made_checksum(uint32_t part) {
    pr_arena arena;
    uint64_t hash = 0;
    pr_arena_init(&arena, NULL, 0);
    for (uint32_t dims = 16; dims <= 256; dims += dims < 64 ? 16 : 64) {
        if (part < 4)
            hash_scores(part, dims, &arena, &hash);
        for (uint32_t count = 0; part >= 4 && count <= 40; count += 8) {
            static const double exponents[] = {1, 0, 0.37};
            hash_fold(part, dims, count + dims % 3, exponents[count / 8 % 3], &arena, &hash);
            pr_arena_reset(&arena);
        }
        pr_arena_reset(&arena);
    }
    pr_arena_free(&arena);
    return hash;
}
