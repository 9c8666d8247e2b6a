/* What the shop's routes share: products in answers, parameters as the reference's front ends send them, taste. */
#ifndef PR_PRODUCTS_H
#define PR_PRODUCTS_H

#include "call.h"
#include "search.h"
#include "shop_tables.h"

enum { PR_PRODUCT_LIMIT = 20, PR_MOST_PRODUCTS = 60, PR_RECENT_EVENTS = 50 };

/* The members of a product, into an open object: id, name, category, image, price, original_price, rating, reviews,
 * discount_ratio; null for what is missing. */
void pr__write_product_members(pr_engine *engine, uint32_t item, pr_writer *w);
/* The whole object. */
void pr__write_product(pr_engine *engine, uint32_t item, pr_writer *w);
/* An array of them under `key`. */
void pr__write_products(pr_engine *engine, const char *key, const uint32_t *items, uint32_t count, pr_writer *w);

/* The query parameter `name`: a whole number, clamped; `fallback` when it is not given. False when it was refused. */
bool pr__read_clamped(pr_call *call, const char *name, uint32_t fallback, uint32_t least, uint32_t most, uint32_t *out);
/* ^[a-zA-Z0-9]{1,50}$ */
bool pr__is_user_id(pr_text text);
/* May this be the id of a product of this catalogue? */
bool pr__is_product_id(const pr_shop *shop, pr_text text);

/* An event of the last days about a product that exists, newest first, each product once. */
typedef struct pr_recent {
    uint32_t item;
    double weight; /* of the event's type, faded by its age */
} pr_recent;

typedef struct pr_history {
    uint32_t item_count, query_count;
    pr_recent items[PR_RECENT_EVENTS];
    pr_text queries[PR_RECENT_EVENTS]; /* newest first, each once */
    double query_weights[PR_RECENT_EVENTS];
} pr_history;

/* What the visitor did in the last `days`; missing shards are noted. */
void pr__history_read(pr_call *call, uint32_t days, pr_history *out);

/* How much each value of the narrowest category column is to the visitor's taste, 0 to 1; NULL when there is no taste
 * or no category. */
const float *pr__taste(pr_call *call, const pr_history *history);
/* The taste for an item. */
float pr__taste_of(pr_engine *engine, const float *taste, uint32_t item);
/* The item's code in the category column of `level`, or UINT32_MAX. */
uint32_t pr__category_of(pr_engine *engine, uint32_t item, uint32_t level);

#endif
