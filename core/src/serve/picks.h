/* What the routes of purchases share: requests, items in answers, reasons. */
#ifndef PR_PICKS_H
#define PR_PICKS_H

#include "call.h"
#include "explain.h"
#include "level_two.h"

/* A request for recommendations, read and checked. */
typedef struct pr_picks_request {
    pr_text user;
    uint32_t wanted;
    pr_source model;
    pr_tuning tuning;
    pr_pick_limits limits;
} pr_picks_request;

enum { PR_MOST_PICKS = 1000, PR_MOST_BECAUSE = 3 };

/* Set up the defaults; false when it was refused. */
bool pr__picks_defaults(pr_call *call, pr_text user, pr_picks_request *out);
/* Read query parameters, or the body of a POST; false when it was refused. */
bool pr__picks_parameters(pr_call *call, pr_picks_request *out);
bool pr__picks_body(pr_call *call, pr_picks_request *out);

/* item_id, title and image into an open object. */
void pr__write_item_members(pr_engine *engine, uint32_t item, pr_writer *w);
/* The member `key`: a number with two decimals, as prices are; null for NaN. */
void pr__write_price(pr_writer *w, const char *key, double price);
/* The member `key`: a number rounded to four decimals. */
void pr__write_rounded(pr_writer *w, const char *key, double value);
/* The member `key`: a time, or null for INT64_MIN. */
void pr__write_time(pr_writer *w, const char *key, int64_t time);
/* user_id, user_type, spending_segment, total_purchases, unique_items, avg_item_price, last_purchase_date. */
void pr__write_user_members(const pr_purchases *purchases, const pr_ledger *ledger, pr_text user, pr_writer *w);
/* 0 to 1: 0.8 for a first choice as strong as a visitor's first choice usually is. */
double pr__relevance(double score);

/* What a pick is owed to: of the entries that add most those without which its relevance would be lower, the greatest
 * effect first. */
typedef struct pr_because {
    uint32_t count;
    const pr_taken *taken[PR_MOST_BECAUSE];
    double share[PR_MOST_BECAUSE]; /* of all effects that speak for it */
} pr_because;
void pr__picks_because(pr_explained *explained, uint32_t k, pr_because *out);
/* One sentence; `due` is what was bought of a pick that is due again, or NULL. */
pr_text pr__picks_reason(pr_call *call, const pr_because *because, const pr_taken *due);

#endif
