/* Item-item models: against numbers worked out by hand, against plain solutions in double precision, and what must not
 * change the bytes. */
#include "neighbours.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { USERS = 70, ITEMS = 45, KINDS = PRT_NEIGHBOURS_SLIM + 1, ALL = 1000 };

static bool is_walk(prt_neighbours_kind kind) {
    return kind != PRT_NEIGHBOURS_EASE && kind != PRT_NEIGHBOURS_SLIM;
}

static prt_neighbours_options options_with(prt_neighbours_kind kind) {
    prt_neighbours_options o = prt_neighbours_defaults();
    o.kind = kind;
    o.top = ALL;
    o.shrinkage = 0;
    o.regularization = 3;
    return o;
}

static prt_neighbours made(const prt_interactions *train, const prt_neighbours_options *options, int threads) {
    prt_neighbours out;
    pr_error error = {.message = ""};
    if (prt_neighbours_make(train, options, threads, &out, &error) != PR_OK)
        fail_msg("%s", error.message);
    return out;
}

/* What item i says of item j; 0 when nothing. */
static double share(const prt_neighbours *n, uint32_t i, uint32_t j) {
    for (uint64_t k = n->offsets[i]; k < n->offsets[i + (size_t)1]; k++) {
        if (n->neighbour[k] == j)
            return (double)n->weight[k];
    }
    return 0;
}

/* ---- by hand ---- */

/* Items 0, 1 and 2 are taken, the other three never are:
 *     user 0 has 2 of item 0 and 1 of item 1;  user 1 has 1 of item 0 and 2 of item 1;
 *     user 2 has 2 of item 1 and 4 of item 2. */
static const prt_interactions *small_world(void) {
    static uint64_t offsets[] = {0, 2, 4, 6};
    static uint32_t item[] = {0, 1, 0, 1, 1, 2};
    static float weight[] = {2, 1, 1, 2, 2, 4};
    static const prt_interactions train = {3, 6, offsets, item, weight};
    return &train;
}

static void expect_shares(const prt_neighbours_options *o, double s01, double s10, double s12, double s21) {
    prt_neighbours n = made(small_world(), o, 1);
    assert_float_equal(share(&n, 0, 1), s01, 1e-6);
    assert_float_equal(share(&n, 1, 0), s10, 1e-6);
    assert_float_equal(share(&n, 1, 2), s12, 1e-6);
    assert_float_equal(share(&n, 2, 1), s21, 1e-6);
    assert_true(share(&n, 0, 2) == 0 && share(&n, 2, 0) == 0); /* nobody took both */
    assert_int_equal(n.offsets[3], n.offsets[6]);
    prt_neighbours_free(&n);
}

static void worked_out_by_hand(void **state) {
    (void)state;
    prt_neighbours_options o = options_with(PRT_NEIGHBOURS_COSINE);
    expect_shares(&o, 2 / sqrt(6), 2 / sqrt(6), 1 / sqrt(3), 1 / sqrt(3));
    o.kind = PRT_NEIGHBOURS_SPENDING; /* 4 of lengths sqrt(5) and 3; 8 of lengths 3 and 4 */
    expect_shares(&o, 4 / (3 * sqrt(5)), 4 / (3 * sqrt(5)), 2.0 / 3, 2.0 / 3);
    o.kind = PRT_NEIGHBOURS_TFIDF; /* everybody took 2 of 6 items: the same rarity, which falls out */
    expect_shares(&o, 2 * sqrt(2) / sqrt(15), 2 * sqrt(2) / sqrt(15), 2 * sqrt(2) / sqrt(20), 2 * sqrt(2) / sqrt(20));
    o.kind = PRT_NEIGHBOURS_BM25; /* rarity log(6 / 3); c = 1, 2, 4 weigh 1, 4/3, 8/5 */
    o.k1 = 1;
    o.b = 0;
    const double rare = log(2) * log(2);
    expect_shares(&o, rare * 8 / 3, rare * 8 / 3, rare * 32 / 15, rare * 32 / 15);
    o.b = 1; /* items hold 3, 5 and 4, on average 2: lengths 1.5, 2.5, 2; then c weighs 2c / (length + c) */
    double both01 = rare * (4 / 3.5 * 2 / 3.5 + 2 / 2.5 * 4 / 4.5), both12 = rare * 4 / 4.5 * 8 / 6;
    expect_shares(&o, both01, both01, both12, both12);
    o.kind = PRT_NEIGHBOURS_RP3BETA; /* 2, 3 and 1 users, each with 2 items */
    o.alpha = 1;
    o.beta = 0.5;
    expect_shares(&o, 2 * 0.5 * 0.5 / sqrt(3), 2 * 0.5 / 3 / sqrt(2), 0.5 / 3, 0.5 / sqrt(3));
    o.alpha = 2;
    expect_shares(&o, 2 * 0.25 * 0.25 / sqrt(3), 2 * 0.25 / 9 / sqrt(2), 0.25 / 9, 0.25 / sqrt(3));
}

/* Where one item explains another alone, its share is x.y / (x.x + lambda). */
static void one_explains_the_other(void **state) {
    (void)state;
    uint64_t offsets[] = {0, 2, 4, 5};
    uint32_t item[] = {0, 1, 0, 1, 1};
    float weight[] = {2, 1, 1, 2, 2};
    const prt_interactions train = {3, 2, offsets, item, weight};
    for (prt_neighbours_kind kind = PRT_NEIGHBOURS_EASE; kind <= PRT_NEIGHBOURS_SLIM; kind++) {
        prt_neighbours_options o = options_with(kind);
        o.regularization = 1;
        prt_neighbours n = made(&train, &o, 1);
        assert_float_equal(share(&n, 0, 1), 4.0 / 6, 1e-6);
        assert_float_equal(share(&n, 1, 0), 4.0 / 10, 1e-6);
        prt_neighbours_free(&n);
    }
}

/* ---- the slow way: dense, in double precision ---- */

/* Some users take much, some little, user 3 and item 7 nothing, user 5 everything else; item 9 is user 4's alone;
 * weights vary. */
typedef struct world {
    prt_interactions train;
    uint64_t offsets[USERS + 1];
    uint32_t item[USERS * ITEMS];
    float weight[USERS * ITEMS];
    double x[USERS][ITEMS];
    double user_items[USERS], item_users[ITEMS], item_sum[ITEMS], average_sum;
} world;

static bool takes(uint32_t u, uint32_t i) {
    if (u == 3 || i == 7 || (i == 9 && u != 4))
        return false;
    if (u == 5 || (i == 9 && u == 4))
        return true;
    double chance = (u % 10 == 0 ? 0.9 : 0.15) * (u % 3 == i % 3 ? 1.6 : 0.5);
    return pr_uniform(21, u * ITEMS + i) < chance;
}

static world *make_world(void) {
    static world w;
    memset(&w, 0, sizeof w);
    uint64_t end = 0;
    for (uint32_t u = 0; u < USERS; u++) {
        w.offsets[u] = end;
        for (uint32_t i = 0; i < ITEMS; i++) {
            if (!takes(u, i))
                continue;
            w.item[end] = i;
            w.weight[end] = (float)(0.25 + 2 * pr_uniform(22, u * ITEMS + i));
            w.x[u][i] = (double)w.weight[end++];
            w.user_items[u]++;
            w.item_users[i]++;
            w.item_sum[i] += w.x[u][i];
            w.average_sum += w.x[u][i] / ITEMS;
        }
    }
    w.offsets[USERS] = end;
    w.train = (prt_interactions){USERS, ITEMS, w.offsets, w.item, w.weight};
    return &w;
}

typedef double matrix[ITEMS][ITEMS];

/* What an interaction weighs in the vector of its item. */
static double term(const world *w, const prt_neighbours_options *o, uint32_t u, uint32_t i) {
    const double c = w->x[u][i], rarity = fmax(0, log(ITEMS / (1 + w->user_items[u])));
    switch (o->kind) {
    case PRT_NEIGHBOURS_SPENDING:
        return c;
    case PRT_NEIGHBOURS_TFIDF:
        return sqrt(c) * rarity;
    case PRT_NEIGHBOURS_BM25:
        return rarity * c * (o->k1 + 1) / (c + o->k1 * (1 - o->b + o->b * w->item_sum[i] / w->average_sum));
    default:
        return c > 0;
    }
}

static double length(const world *w, const prt_neighbours_options *o, uint32_t i) {
    double sum = 0;
    for (uint32_t u = 0; u < USERS; u++)
        sum += term(w, o, u, i) * term(w, o, u, i);
    return o->kind == PRT_NEIGHBOURS_BM25 ? 1 : sqrt(sum);
}

static double walk(const world *w, const prt_neighbours_options *o, uint32_t i, uint32_t j) {
    double sum = 0, both = 0;
    for (uint32_t u = 0; u < USERS; u++) {
        if (w->x[u][i] <= 0 || w->x[u][j] <= 0)
            continue;
        sum += o->kind == PRT_NEIGHBOURS_RP3BETA
                   ? pow(w->item_users[i] * w->user_items[u], -o->alpha) * pow(w->item_users[j], -o->beta)
                   : term(w, o, u, i) * term(w, o, u, j) / length(w, o, i) / length(w, o, j);
        /* to TF-IDF and BM25 who took everything is nobody */
        both += o->kind == PRT_NEIGHBOURS_RP3BETA || term(w, o, u, i) * term(w, o, u, j) > 0;
    }
    return both > 0 ? sum * both / (both + o->shrinkage) : 0;
}

static void walk_slowly(const world *w, const prt_neighbours_options *o, matrix out) {
    for (uint32_t i = 0; i < ITEMS; i++) {
        for (uint32_t j = 0; j < ITEMS; j++)
            out[i][j] = i == j ? 0 : walk(w, o, i, j);
    }
}

/* X'X + lambda. */
static void ridge(const world *w, const prt_neighbours_options *o, matrix out) {
    for (uint32_t i = 0; i < ITEMS; i++) {
        for (uint32_t j = 0; j < ITEMS; j++) {
            out[i][j] = i == j ? o->regularization : 0;
            for (uint32_t u = 0; u < USERS; u++)
                out[i][j] += w->x[u][i] * w->x[u][j];
        }
    }
}

/* Solve a x = right for the `count` unknowns numbered in `which`, by Gauss and Jordan; a is positive definite. */
static void solve(matrix a, const double *right, const uint32_t *which, uint32_t count, double *x) {
    static double rows[ITEMS][ITEMS + 1];
    for (uint32_t r = 0; r < count; r++) {
        for (uint32_t c = 0; c < count; c++)
            rows[r][c] = a[which[r]][which[c]];
        rows[r][count] = right[which[r]];
    }
    for (uint32_t c = 0; c < count; c++) {
        for (uint32_t r = 0; r < count; r++) {
            const double part = rows[r][c] / rows[c][c];
            for (uint32_t k = c; r != c && k <= count; k++)
                rows[r][k] -= part * rows[c][k];
        }
    }
    for (uint32_t c = 0; c < count; c++)
        x[c] = rows[c][count] / rows[c][c];
}

/* Not the closed form: each item's ridge regression on all others, one after the other. */
static void ease_slowly(const world *w, const prt_neighbours_options *o, matrix out) {
    static matrix gram;
    ridge(w, o, gram);
    for (uint32_t j = 0; j < ITEMS; j++) {
        uint32_t others[ITEMS], count = 0;
        double x[ITEMS];
        for (uint32_t i = 0; i < ITEMS; i++) {
            others[count] = i;
            count += i != j;
        }
        solve(gram, gram[j], others, count, x);
        out[j][j] = 0;
        for (uint32_t k = 0; k < count; k++)
            out[others[k]][j] = x[k];
    }
}

static void assert_rows(const prt_neighbours *n, matrix expected) {
    for (uint32_t i = 0; i < ITEMS; i++) {
        for (uint32_t j = 0; j < ITEMS; j++) {
            const double positive = fmax(0, expected[i][j]);
            assert_float_equal(share(n, i, j), positive, 1e-6 + 1e-5 * positive);
        }
    }
}

static void agrees_with_the_slow_way(void **state) {
    (void)state;
    static matrix expected;
    const world *w = make_world();
    const double shrinkages[] = {0, 1, 25};
    for (int kind = 0; kind < KINDS - 1; kind++) { /* SLIM has a test of its own */
        for (int s = 0; s < (is_walk(kind) ? 3 : 1); s++) {
            prt_neighbours_options o = options_with((prt_neighbours_kind)kind);
            o.shrinkage = shrinkages[s];
            o.alpha = 0.7;
            if (is_walk(kind))
                walk_slowly(w, &o, expected);
            else
                ease_slowly(w, &o, expected);
            prt_neighbours n = made(&w->train, &o, 2);
            assert_rows(&n, expected);
            prt_neighbours_free(&n);
        }
    }
}

/* EASE explains some items by shares below 0; they are left out, not turned. */
static void shares_below_0_are_left_out(void **state) {
    (void)state;
    static matrix expected;
    const world *w = make_world();
    prt_neighbours_options o = options_with(PRT_NEIGHBOURS_EASE);
    ease_slowly(w, &o, expected);
    prt_neighbours n = made(&w->train, &o, 1);
    uint32_t below = 0;
    for (uint32_t i = 0; i < ITEMS; i++) {
        for (uint32_t j = 0; j < ITEMS; j++) {
            below += expected[i][j] < -1e-4;
            assert_true(expected[i][j] > -1e-6 || share(&n, i, j) == 0);
        }
    }
    assert_true(below > 100);
    prt_neighbours_free(&n);
}

/* Karush, Kuhn and Tucker: with the matrix and the target, a share above 0 leaves no pull, one at 0 none upwards. Only
 * the candidates explain, which are the nearest by cosine. */
static void assert_optimal(const world *w, const prt_neighbours_options *o, const prt_neighbours *n) {
    static matrix gram;
    prt_neighbours_options nearest = options_with(PRT_NEIGHBOURS_COSINE);
    nearest.top = o->candidates;
    prt_neighbours alike = made(&w->train, &nearest, 1);
    ridge(w, o, gram);
    uint32_t at_zero = 0, above = 0;
    for (uint32_t j = 0; j < ITEMS; j++) {
        for (uint32_t i = 0; i < ITEMS; i++) {
            const double own = share(n, i, j);
            if (share(&alike, j, i) == 0) {
                assert_true(own == 0);
                continue;
            }
            double pull = gram[i][j];
            for (uint32_t k = 0; k < ITEMS; k++)
                pull -= gram[i][k] * share(n, k, j);
            above += own > 0;
            at_zero += own == 0;
            /* pull / gram is how far the share is from its best, the others given */
            assert_true(own > 0 ? fabs(pull / gram[i][i]) < 5e-4 : pull / gram[i][i] < 5e-4);
        }
    }
    assert_true(above > ITEMS && (at_zero > ITEMS || o->candidates < ALL));
    prt_neighbours_free(&alike);
}

static void slim_is_optimal(void **state) {
    (void)state;
    const world *w = make_world();
    const uint32_t candidates[] = {ALL, 12, 5};
    const double regularizations[] = {3, 0.5, 40};
    for (int k = 0; k < 3; k++) {
        prt_neighbours_options o = options_with(PRT_NEIGHBOURS_SLIM);
        o.candidates = candidates[k];
        o.regularization = regularizations[k];
        prt_neighbours n = made(&w->train, &o, 2);
        assert_optimal(w, &o, &n);
        prt_neighbours_free(&n);
    }
}

/* ---- rows ---- */

static void rows_are_sorted_and_cut(void **state) {
    (void)state;
    const world *w = make_world();
    for (int kind = 0; kind < KINDS; kind++) {
        prt_neighbours_options o = options_with((prt_neighbours_kind)kind);
        prt_neighbours all = made(&w->train, &o, 1);
        o.top = 4;
        prt_neighbours few = made(&w->train, &o, 1);
        assert_int_equal(all.items, ITEMS);
        assert_int_equal(all.offsets[0], 0);
        for (uint32_t i = 0; i < ITEMS; i++) {
            const uint64_t first = all.offsets[i], count = all.offsets[i + 1] - first;
            const uint64_t kept = few.offsets[i + 1] - few.offsets[i];
            assert_int_equal(kept, count < 4 ? count : 4);
            assert_memory_equal(few.neighbour + few.offsets[i], all.neighbour + first, kept * sizeof(uint32_t));
            assert_memory_equal(few.weight + few.offsets[i], all.weight + first, kept * sizeof(float));
            for (uint64_t k = first; k < first + count; k++) {
                assert_true(all.weight[k] > 0 && isfinite(all.weight[k]));
                assert_true(all.neighbour[k] < ITEMS && all.neighbour[k] != i);
                assert_true(k == first || all.weight[k - 1] > all.weight[k] ||
                            (all.weight[k - 1] == all.weight[k] && all.neighbour[k - 1] < all.neighbour[k]));
            }
        }
        prt_neighbours_free(&all);
        prt_neighbours_free(&few);
    }
}

/* Twenty items that the same people took: all are equally near, and the lowest numbers stay. */
static void ties_go_to_the_lower_number(void **state) {
    (void)state;
    enum { EQUAL = 20 };
    uint64_t offsets[] = {0, EQUAL, 2 * EQUAL, 3 * EQUAL};
    uint32_t item[3 * EQUAL];
    float weight[3 * EQUAL];
    for (uint32_t k = 0; k < 3 * EQUAL; k++) {
        item[k] = k % EQUAL;
        weight[k] = 1;
    }
    const prt_interactions train = {3, 2 * EQUAL, offsets, item, weight};
    for (int kind = 0; kind < PRT_NEIGHBOURS_EASE; kind++) {
        prt_neighbours_options o = options_with((prt_neighbours_kind)kind);
        o.top = 3;
        prt_neighbours n = made(&train, &o, 2);
        for (uint32_t i = 0; i < EQUAL; i++) {
            for (uint32_t k = 0; k < 3; k++)
                assert_int_equal(n.neighbour[n.offsets[i] + k], k + (k >= i));
        }
        prt_neighbours_free(&n);
    }
}

static void threads_do_not_change_the_bytes(void **state) {
    (void)state;
    const world *w = make_world();
    const int threads[] = {2, 3, 8, 0};
    for (int turn = 0; turn < 2 * KINDS; turn++) {
        prt_neighbours_options o = options_with((prt_neighbours_kind)(turn / 2));
        o.top = 10;
        o.shrinkage = 5;
        o.candidates = 20;
        if (turn % 2) {
            o.graph = 0.3;
            o.low_pass = 0.2;
            o.rank = 9;
        }
        prt_neighbours one = made(&w->train, &o, 1);
        for (int t = 0; t < 4; t++) {
            prt_neighbours many = made(&w->train, &o, threads[t]);
            const uint64_t entries = one.offsets[ITEMS];
            assert_memory_equal(one.offsets, many.offsets, (ITEMS + 1) * sizeof *one.offsets);
            assert_memory_equal(one.neighbour, many.neighbour, entries * sizeof *one.neighbour);
            assert_memory_equal(one.weight, many.weight, entries * sizeof *one.weight);
            prt_neighbours_free(&many);
        }
        prt_neighbours_free(&one);
    }
}

/* ---- small and empty ---- */

static void nothing_gives_nothing(void **state) {
    (void)state;
    const world *w = make_world();
    for (int turn = 0; turn < 2 * KINDS; turn++) {
        prt_neighbours_options o = options_with((prt_neighbours_kind)(turn / 2));
        o.graph = o.low_pass = turn % 2;
        prt_neighbours n = made(&w->train, &o, 2);
        assert_int_equal(n.offsets[7], n.offsets[8]); /* nobody took item 7 */
        for (uint64_t k = 0; k < n.offsets[ITEMS]; k++)
            assert_int_not_equal(n.neighbour[k], 7);
        prt_neighbours_free(&n);

        uint64_t none[] = {0, 0, 0};
        const prt_interactions empty = {2, 5, none, NULL, NULL};
        n = made(&empty, &o, 2);
        assert_int_equal(n.items, 5);
        assert_int_equal(n.offsets[5], 0);
        prt_neighbours_free(&n);

        const prt_interactions nobody = {0, 5, none, NULL, NULL};
        n = made(&nobody, &o, 1);
        assert_int_equal(n.offsets[5], 0);
        prt_neighbours_free(&n);

        uint64_t one_each[] = {0, 1, 2};
        uint32_t item[] = {0, 1};
        float weight[] = {1, 3};
        const prt_interactions apart = {2, 2, one_each, item, weight}; /* nobody took two */
        n = made(&apart, &o, 1);
        assert_int_equal(n.offsets[2], 0);
        prt_neighbours_free(&n);
    }
}

/* User 4's own item goes with what user 4 took, and with nothing else. */
static void one_users_item(void **state) {
    (void)state;
    const world *w = make_world();
    for (int kind = 0; kind < KINDS; kind++) {
        const prt_neighbours_options o = options_with((prt_neighbours_kind)kind);
        prt_neighbours n = made(&w->train, &o, 2);
        uint32_t near = 0;
        for (uint32_t i = 0; i < ITEMS; i++) {
            near += i != 9 && share(&n, 9, i) > 0;
            assert_true(kind == PRT_NEIGHBOURS_EASE || w->x[4][i] > 0 || share(&n, 9, i) == 0);
        }
        assert_true(near > 0);
        prt_neighbours_free(&n);
    }
}

/* ---- refusals ---- */

static pr_error assert_refused(const prt_interactions *train, const prt_neighbours_options *o) {
    pr_error error = {.message = ""};
    prt_neighbours n;
    assert_int_equal(prt_neighbours_make(train, o, 1, &n, &error), PR_E_ARGUMENT);
    assert_true(strlen(error.message) > 20);
    assert_null(n.offsets);
    assert_null(n.neighbour);
    assert_null(n.weight);
    return error;
}

static void hostile_options_are_refused(void **state) {
    (void)state;
    const world *w = make_world();
    const size_t numbers[] = {
        offsetof(prt_neighbours_options, shrinkage), offsetof(prt_neighbours_options, k1),
        offsetof(prt_neighbours_options, b),         offsetof(prt_neighbours_options, alpha),
        offsetof(prt_neighbours_options, beta),      offsetof(prt_neighbours_options, regularization),
        offsetof(prt_neighbours_options, graph),     offsetof(prt_neighbours_options, low_pass)};
    const double wrong[] = {NAN, -1, INFINITY, -INFINITY, 1e30};
    prt_neighbours_options o;
    for (size_t n = 0; n < sizeof numbers / sizeof *numbers; n++) {
        for (int v = 0; v < 5; v++) {
            o = options_with(PRT_NEIGHBOURS_SLIM);
            memcpy((char *)&o + numbers[n], &wrong[v], sizeof wrong[v]);
            assert_refused(&w->train, &o);
        }
    }
    const uint32_t counts[] = {0, 1001, UINT32_MAX};
    for (int v = 0; v < 3; v++) {
        o = options_with(PRT_NEIGHBOURS_COSINE);
        o.top = counts[v];
        assert_refused(&w->train, &o);
        o = options_with(PRT_NEIGHBOURS_SLIM);
        o.candidates = counts[v];
        assert_refused(&w->train, &o);
        o = options_with(PRT_NEIGHBOURS_SLIM);
        o.rank = counts[v] == 1001 ? 1025 : counts[v];
        assert_refused(&w->train, &o);
    }
    o = options_with(PRT_NEIGHBOURS_EASE);
    o.regularization = 0;
    assert_refused(&w->train, &o);
    o = options_with((prt_neighbours_kind)KINDS);
    assert_refused(&w->train, &o);
}

static void ease_has_a_limit(void **state) {
    (void)state;
    uint64_t offsets[] = {0, 2};
    uint32_t item[] = {0, PRT_EASE_ITEMS};
    float weight[] = {1, 1};
    const prt_interactions many = {1, PRT_EASE_ITEMS + 1, offsets, item, weight};
    prt_neighbours_options o = options_with(PRT_NEIGHBOURS_EASE);
    pr_error error = assert_refused(&many, &o);
    assert_non_null(strstr(error.message, "16385"));
    assert_non_null(strstr(error.message, "slim"));
    o.kind = PRT_NEIGHBOURS_SLIM; /* as the sentence says */
    o.top = 1;
    prt_neighbours n = made(&many, &o, 2);
    assert_float_equal(share(&n, 0, PRT_EASE_ITEMS), 0.25, 1e-6);
    prt_neighbours_free(&n);
}

/* Two items that are the same but for rounding: with hardly any regularisation there is no inverse. */
static void too_little_regularisation(void **state) {
    (void)state;
    uint64_t offsets[] = {0, 2, 4};
    uint32_t item[] = {0, 1, 0, 1};
    float weight[] = {1e12F, 1e12F, 3e12F, 3e12F};
    const prt_interactions train = {2, 2, offsets, item, weight};
    prt_neighbours_options o = options_with(PRT_NEIGHBOURS_EASE);
    o.regularization = 1e-6;
    pr_error error = assert_refused(&train, &o);
    assert_non_null(strstr(error.message, "regulari"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(worked_out_by_hand),
        cmocka_unit_test(one_explains_the_other),
        cmocka_unit_test(agrees_with_the_slow_way),
        cmocka_unit_test(shares_below_0_are_left_out),
        cmocka_unit_test(slim_is_optimal),
        cmocka_unit_test(rows_are_sorted_and_cut),
        cmocka_unit_test(ties_go_to_the_lower_number),
        cmocka_unit_test(threads_do_not_change_the_bytes),
        cmocka_unit_test(nothing_gives_nothing),
        cmocka_unit_test(one_users_item),
        cmocka_unit_test(hostile_options_are_refused),
        cmocka_unit_test(ease_has_a_limit),
        cmocka_unit_test(too_little_regularisation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
