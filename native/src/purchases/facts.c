/* Facts about items and users that the settled purchases tell: what things cost, how many are bought at once, what
 * people spend. */
#include "fail.h"
#include "purchases_inner.h"
#include "shop.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static pr_status memory(pr_error *error) {
    return prt_fail_memory(error, "finding out prices and quantities");
}

#define MOST_PRICE 1e12 /* what is above is no price: readers refuse it */

/* Prices paid, laid out by item, and who is behind what was bought. */
typedef struct paid {
    uint64_t *starts; /* items + 1 */
    float *prices;    /* of lines with a price */
    uint32_t *buyers, *payers;
    double *units;
    uint64_t *lines;
} paid;

static void paid_free(paid *p) {
    free(p->starts);
    free(p->prices);
    free(p->buyers);
    free(p->payers);
    free(p->units);
    free(p->lines);
}

/* What was bought without a price is taken to have cost the item's own. */
static void add_unpriced(const prt_ledger *ledger, prt_purchases *out) {
    for (uint32_t u = 0; u < ledger->users; u++) {
        for (uint64_t p = ledger->pairs[u]; p < ledger->pairs[u + (size_t)1]; p++) {
            double price = (double)out->price[ledger->item[p]];
            for (uint64_t l = ledger->starts[p]; price > 0 && l < ledger->starts[p + 1]; l++) {
                const pr_signal_event *line = &ledger->lines[l];
                if (line->kind == PR_SIGNAL_PURCHASE && !(line->price > 0))
                    out->spend[u] += (double)line->units * price;
            }
        }
        out->revenue += out->spend[u];
    }
}

/* What one user's purchases of an item come to. */
static void count_pair(const prt_ledger *ledger, uint64_t pair, uint32_t user, paid *p, prt_purchases *out,
                       double *prices, uint64_t *priced) {
    uint32_t item = ledger->item[pair];
    bool bought = false, with_price = false;
    for (uint64_t l = ledger->starts[pair]; l < ledger->starts[pair + 1]; l++) {
        const pr_signal_event *line = &ledger->lines[l];
        if (line->kind != PR_SIGNAL_PURCHASE)
            continue;
        bought = true;
        p->units[item] += (double)line->units;
        p->lines[item]++;
        out->purchases++;
        if (!(line->price > 0))
            continue;
        with_price = true;
        *prices += (double)line->price;
        ++*priced;
        p->starts[item + (size_t)1]++;
        out->spend[user] += (double)line->units * (double)line->price;
    }
    p->buyers[item] += bought;
    p->payers[item] += with_price;
}

static void count(const prt_ledger *ledger, paid *p, prt_purchases *out) {
    for (uint32_t u = 0; u < ledger->users; u++) {
        double prices = 0;
        uint64_t priced = 0;
        for (uint64_t pair = ledger->pairs[u]; pair < ledger->pairs[u + (size_t)1]; pair++)
            count_pair(ledger, pair, u, p, out, &prices, &priced);
        out->average_price[u] = priced ? (float)(prices / (double)priced) : NAN;
    }
    for (uint32_t i = 0; i < ledger->items; i++)
        p->starts[i + (size_t)1] += p->starts[i];
}

/* Needs p->starts as count leaves it; moves each item's start on and back. */
static bool lay_out_prices(const prt_ledger *ledger, paid *p) {
    uint64_t lines = ledger->starts[ledger->pairs[ledger->users]];
    p->prices = malloc((p->starts[ledger->items] + 1) * sizeof *p->prices);
    uint64_t *next = malloc((ledger->items + (size_t)1) * sizeof *next);
    if (!p->prices || !next) {
        free(next);
        return false;
    }
    memcpy(next, p->starts, ledger->items * sizeof *next);
    uint64_t pair = 0;
    for (uint64_t l = 0; l < lines; l++) {
        const pr_signal_event *line = &ledger->lines[l];
        while (l >= ledger->starts[pair + 1])
            pair++;
        if (line->kind == PR_SIGNAL_PURCHASE && line->price > 0)
            p->prices[next[ledger->item[pair]]++] = line->price;
    }
    free(next);
    return true;
}

static int by_price(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

static float median(float *values, uint64_t n) {
    qsort(values, n, sizeof *values, by_price);
    return n % 2 ? values[n / 2] : (float)(((double)values[n / 2 - 1] + (double)values[n / 2]) / 2);
}

static void tell_items(const prt_purchases_job *job, paid *p, prt_purchases *out) {
    const char *name = out->config.price;
    const prt_column *column = name ? prt_column_find(&job->dataset->items, name) : NULL;
    for (uint32_t i = 0; i < out->items; i++) {
        double own = prt_number_at(column, i);
        uint64_t paid_lines = p->starts[i + (size_t)1] - p->starts[i];
        out->price[i] = own > 0 && own < MOST_PRICE ? (float)own : NAN;
        if (isnan(out->price[i]) && paid_lines && p->payers[i] >= job->min_users)
            out->price[i] = median(p->prices + p->starts[i], paid_lines);
        bool known = p->lines[i] && p->buyers[i] >= job->min_users;
        out->units[i] = known ? (float)(p->units[i] / (double)p->lines[i]) : 1;
    }
}

static pr_status tell(const prt_purchases_job *job, const prt_ledger *ledger, paid *p, prt_purchases *out) {
    size_t items = ledger->items + (size_t)1, users = ledger->users + (size_t)1;
    out->price = calloc(items, sizeof *out->price);
    out->units = calloc(items, sizeof *out->units);
    out->average_price = calloc(users, sizeof *out->average_price);
    out->spend = calloc(users, sizeof *out->spend);
    p->starts = calloc(items, sizeof *p->starts);
    p->buyers = calloc(items, sizeof *p->buyers);
    p->payers = calloc(items, sizeof *p->payers);
    p->units = calloc(items, sizeof *p->units);
    p->lines = calloc(items, sizeof *p->lines);
    if (!out->price || !out->units || !out->average_price || !out->spend || !p->starts || !p->buyers || !p->payers ||
        !p->units || !p->lines)
        return PR_E_MEMORY;
    count(ledger, p, out);
    if (!lay_out_prices(ledger, p))
        return PR_E_MEMORY;
    tell_items(job, p, out);
    add_unpriced(ledger, out);
    return PR_OK;
}

pr_status prt_facts_make(const prt_purchases_job *job, const prt_ledger *ledger, prt_purchases *out, pr_error *error) {
    paid p = {0};
    out->as_of = ledger->as_of == INT64_MIN ? 0 : ledger->as_of;
    out->returns = ledger->returns;
    for (uint32_t u = 0; u < ledger->users; u++)
        out->named_users += !ledger->nobody[u];
    pr_status status = tell(job, ledger, &p, out);
    paid_free(&p);
    return status == PR_OK ? PR_OK : memory(error);
}

/* ---- bands ---- */

static int by_number(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double quantile(const double *sorted, uint32_t n, double share) {
    double place = share * (n - 1);
    uint32_t below = (uint32_t)place;
    if (below + 1 >= n)
        return sorted[n - 1];
    return sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]);
}

static bool segment_users(const prt_purchases_job *job, const prt_ledger *ledger, prt_purchases *out) {
    double *spend = malloc((out->users + (size_t)1) * sizeof *spend);
    uint32_t n = 0;
    if (!spend)
        return false;
    for (uint32_t u = 0; u < out->users; u++) {
        if (out->spend[u] > 0 && !ledger->nobody[u])
            spend[n++] = out->spend[u];
    }
    qsort(spend, n, sizeof *spend, by_number);
    out->has_segments = n > 0 && n >= job->min_users;
    for (size_t q = 0; out->has_segments && q < 3; q++)
        out->segments[q] = quantile(spend, n, out->config.tuning.segments[q]);
    free(spend);
    return true;
}

typedef struct priced {
    double price;
    uint64_t purchases;
} priced;

static int by_its_price(const void *a, const void *b) {
    return by_number(&((const priced *)a)->price, &((const priced *)b)->price);
}

static void quartiles(const priced *sorted, uint32_t n, uint64_t total, double out[3]) {
    uint64_t below = 0;
    for (uint32_t i = 0, q = 0; i < n && q < 3; i++) {
        below += sorted[i].purchases;
        while (q < 3 && below * 4 >= total * (q + 1))
            out[q++] = sorted[i].price;
    }
}

static bool band_prices(const prt_ledger *ledger, prt_purchases *out) {
    priced *prices = calloc(out->items + (size_t)1, sizeof *prices);
    uint64_t pairs = ledger->pairs[ledger->users], total = 0;
    uint32_t n = 0;
    if (!prices)
        return false;
    for (uint64_t p = 0; p < pairs; p++) {
        for (uint64_t l = ledger->starts[p]; l < ledger->starts[p + 1]; l++)
            prices[ledger->item[p]].purchases += ledger->lines[l].kind == PR_SIGNAL_PURCHASE;
    }
    for (uint32_t i = 0; i < out->items; i++) {
        if (isnan(out->price[i]) || !prices[i].purchases)
            continue;
        total += prices[i].purchases;
        prices[n++] = (priced){(double)out->price[i], prices[i].purchases};
    }
    qsort(prices, n, sizeof *prices, by_its_price);
    out->has_price_bands = n > 0;
    quartiles(prices, n, total, out->price_bands);
    free(prices);
    return true;
}

pr_status prt_bands_make(const prt_purchases_job *job, const prt_ledger *ledger, prt_purchases *out, pr_error *error) {
    return segment_users(job, ledger, out) && band_prices(ledger, out) ? PR_OK : memory(error);
}
