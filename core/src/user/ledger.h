/* What the visitor took: their events summed up by item, as the models want it, and how they spend. */
#ifndef PR_LEDGER_H
#define PR_LEDGER_H

#include "purchase_tables.h"
#include "state.h"

/* One item of the visitor's. */
typedef struct pr_taken {
    uint32_t item;
    pr_text id;
    double weight;      /* c of the models, 0 or more */
    pr_event_type type; /* the weightiest event */
    bool has, disliked; /* bought, started or completed; the last of like and dislike was dislike */
    uint32_t times;     /* purchases that were not given back */
    double units, spend;
    int64_t last;          /* time of the last of them, INT64_MIN: none */
    uint32_t first, count; /* its settled events in the ledger's list */
} pr_taken;

typedef struct pr_ledger {
    int64_t now;
    uint32_t count;
    pr_taken *items;              /* by rising item */
    uint32_t heavy_count, *heavy; /* places in `items` of those with weight above 0, by rising item */
    double weight;                /* of these together */
    double paid;                 /* sum of the prices that were noted with purchases, by which signals are scaled ... */
    uint32_t priced;             /* ... and how many they are */
    uint32_t purchases, unique;  /* lines, items */
    double spend, average_price; /* NaN: nothing with a price was bought */
    int64_t last;                /* purchase, INT64_MIN: none */
    pr_signal_event *signals;    /* settled, of all items */
} pr_ledger;

/* Sum up the events as of `now`; items that the bundle does not hold are left out. Missing shards are noted. */
pr_status pr__ledger_read(pr_engine *engine, const pr_state *state, int64_t now, pr_ledger *out, pr_error *error);
/* Room for what the next function fills in; PR_E_MEMORY. */
pr_status pr__ledger_room(const pr_ledger *like, pr_arena *arena, pr_ledger *out, pr_error *error);
/* The weights as they were if nothing had ever been done with items[left_out]; what was spent is not worked out. */
void pr__ledger_without(pr_engine *engine, const pr_ledger *ledger, uint32_t left_out, pr_ledger *out);
/* weights[heavy_count] as they were then, that of heavy[left_out] being 0; the same numbers but for rounding. */
void pr__ledger_weights_without(pr_engine *engine, const pr_ledger *ledger, uint32_t left_out, double *weights);
const pr_taken *pr__ledger_find(const pr_ledger *ledger, uint32_t item);
/* 0 to 3, or PR_SPENDING_SEGMENTS when nothing was bought or the bundle knows of nobody who spent anything. */
uint32_t pr__spending_segment(const pr_purchases *purchases, const pr_ledger *ledger);
/* When a taken item is due again: its last purchase and its cycle. INT64_MIN when it was not bought. */
int64_t pr__due(pr_engine *engine, const pr_tuning *tuning, const pr_taken *taken, double *cycle_days);

#endif
