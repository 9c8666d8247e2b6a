/* How popular each item is: events, users and units, all fading with age, each against the largest. */
#include "fail.h"
#include "purchases_inner.h"

#include <stdlib.h>

#define SECONDS_A_DAY 86400.0
#define LOG_2         0.69314718055994530942

enum { COUNT, BUYERS, QUANTITY, PARTS };

static double faded(double half_life, int64_t time, int64_t now) {
    if (half_life <= 0 || time == INT64_MIN)
        return 1;
    return pr_exp(-LOG_2 * ((double)now - (double)time) / SECONDS_A_DAY / half_life);
}

/* A user counts as the latest event of the pair does. */
static void add_pair(const prt_ledger *ledger, uint64_t pair, const prt_purchases_config *config, double *sums) {
    double latest = 0;
    for (uint64_t l = ledger->starts[pair]; l < ledger->starts[pair + 1]; l++) {
        const pr_signal_event *line = &ledger->lines[l];
        double fresh = faded(config->popularity.half_life, line->time, ledger->as_of),
               weight = config->signals.weight[line->kind];
        sums[COUNT] += weight * fresh;
        sums[QUANTITY] += line->kind == PR_SIGNAL_PURCHASE ? (double)line->units * fresh : 0;
        latest = weight > 0 && fresh > latest ? fresh : latest;
    }
    sums[BUYERS] += latest;
}

static double largest(const double *sums, uint32_t items, size_t part) {
    double most = 0;
    for (uint32_t i = 0; i < items; i++)
        most = sums[i * (size_t)PARTS + part] > most ? sums[i * (size_t)PARTS + part] : most;
    return most;
}

/* Into sums[i x PARTS]. */
static void weigh_parts(double *sums, const prt_purchases *purchases) {
    const double weight[PARTS] = {purchases->config.popularity.count, purchases->config.popularity.buyers,
                                  purchases->config.popularity.quantity};
    double most[PARTS];
    for (size_t part = 0; part < PARTS; part++)
        most[part] = largest(sums, purchases->items, part);
    for (uint32_t i = 0; i < purchases->items; i++) {
        double *own = sums + i * (size_t)PARTS, sum = 0;
        for (size_t part = 0; part < PARTS; part++)
            sum += most[part] > 0 ? weight[part] * own[part] / most[part] : 0;
        own[0] = sum;
    }
}

pr_status prt_popularity_make(const prt_ledger *ledger, prt_purchases *out, pr_error *error) {
    double *sums = calloc((ledger->items + (size_t)1) * PARTS, sizeof *sums);
    out->popularity = calloc(ledger->items + (size_t)1, sizeof *out->popularity);
    if (!sums || !out->popularity) {
        free(sums);
        return prt_fail_memory(error, "counting what is popular");
    }
    for (uint64_t p = 0; p < ledger->pairs[ledger->users]; p++) {
        /* what too few took is not shown to anybody as being taken */
        if (out->buyers[ledger->item[p]])
            add_pair(ledger, p, &out->config, sums + ledger->item[p] * (size_t)PARTS);
    }
    weigh_parts(sums, out);
    double most = largest(sums, out->items, 0);
    for (uint32_t i = 0; most > 0 && i < out->items; i++)
        out->popularity[i] = (float)(sums[i * (size_t)PARTS] / most);
    free(sums);
    return PR_OK;
}
