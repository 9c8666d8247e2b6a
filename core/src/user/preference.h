/* What the visitor prefers, from everything that happened: each event weighs by its type and fades,
 *
 *     weight = w(type) x exp(-days / 30),
 *
 * with purchase 5, cart 3, wish list 2, click on a recommendation 1.5, view 1, removed from the cart -1
 * (../shared/reference: user preferences). The preference vector is the sum of weight x vector over the items, made
 * unit length. */
#ifndef PR_PREFERENCE_H
#define PR_PREFERENCE_H

#include "state.h"

enum { PR_MOST_LIKINGS = 200, PR_MOST_TOP_CATEGORIES = 5 };

/* w(type); 0 for what says nothing. What is kept as another type of event weighs as that: a wish is a like, a view
 * a click. */
double pr__preference_weight(pr_event_type type);
/* exp(-days / 30) of an event `age` seconds ago; 1 for the future. */
double pr__preference_fade(int64_t age);

/* One item of the visitor's. */
typedef struct pr_liking {
    uint32_t item;
    double weight;     /* sum over its events, in their order; may be negative */
    bool owned;        /* bought, or chosen, and not given back since */
    bool in_cart;      /* put there after the last purchase and not taken out since */
    bool disliked;     /* the last of like and dislike was dislike */
    int64_t last;      /* time of its last event */
    uint32_t position; /* of its last event in the state */
} pr_liking;

typedef struct pr_preference {
    uint32_t events; /* that count: of items that the bundle holds, of types that weigh something */
    uint32_t count;
    pr_liking *items; /* by rising item */
} pr_preference;

/* Sum up the events by item as of `now`; items that the bundle does not hold are left out. Missing shards are noted.
 * PR_E_MEMORY. */
pr_status pr__preference_read(pr_engine *engine, const pr_state *state, int64_t now, pr_preference *out,
                              pr_error *error);
/* The items with weight other than 0 that weigh most by amount, at most PR_MOST_LIKINGS, by falling amount, ties by
 * rising item: places in `items` into out[PR_MOST_LIKINGS]; returns how many. */
uint32_t pr__preference_heaviest(const pr_preference *preference, uint32_t *out);

/* Divide by its length; false, and all 0, when that is 0 or not finite. */
bool pr__preference_normalise(double *sum, uint32_t dims);

#endif
