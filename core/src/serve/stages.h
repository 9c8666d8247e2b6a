/* What the routes of four stages share: requests, the stages one after the other, products in answers. */
#ifndef PR_STAGES_H
#define PR_STAGES_H

#include "call.h"
#include "gather.h"
#include "preference.h"

enum { PR_MOST_STAGED = 100, PR_MOST_CART = 50, PR_RERANKED = 20 };

/* How far a request goes: after that stage it is answered by counts alone. A host with a clock learns so how long each
 * stage takes; the core has none. */
typedef enum pr_until {
    PR_UNTIL_END,
    PR_UNTIL_READ,
    PR_UNTIL_FIND,
    PR_UNTIL_SCORE,
    PR_UNTIL_RULES,
    PR_UNTILS
} pr_until;
extern const char *const pr__until_names[PR_UNTILS]; /* "": to the end */

/* A request for recommendations, read and checked. */
typedef struct pr_stage_request {
    pr_context context;
    pr_text user; /* empty: not said */
    uint32_t limit;
    pr_until until;
    uint32_t product;     /* that they should go with, or UINT32_MAX */
    pr_category category; /* that they are of, where the context is a category's page */
    bool cart_given;      /* by the request; otherwise the state knows what is in the cart */
    uint32_t items_given; /* repetitions too */
    uint32_t cart_count;  /* products that the bundle holds, each once */
    uint32_t cart[PR_MOST_CART];
    uint32_t unknown_count; /* and the others */
    pr_text unknown[PR_MOST_CART];
    bool pairs;                /* tell the texts that a cross-encoder needs */
    bool scored;               /* pair_scores were given, be it none of a known product */
    uint32_t pair_score_count; /* given */
    pr_pair_score *pair_scores;
} pr_stage_request;

/* Read user_id, limit, items, pairs and until of the query string or, but for until, of a POST, of the body, and
 * pair_scores there; false when it was refused. A cart that is not given is the state's. */
bool pr__stage_request_read(pr_call *call, pr_context context, uint32_t limit, pr_stage_request *out);
/* The query parameter user_id alone, where it is given; the same. */
bool pr__stage_user_read(pr_call *call, pr_stage_request *out);
/* The product in the path into `product`; false when it was refused or shards are missing. */
bool pr__stage_product_read(pr_call *call, pr_stage_request *out);

/* The category in the path; the same. */
bool pr__stage_category_read(pr_call *call, pr_stage_request *out);

/* Where the request has no pair_scores of its own, those that the bundle's night has for its product or category. A
 * missing shard is noted. PR_E_MEMORY. */
pr_status pr__take_night_scores(pr_call *call, pr_stage_request *request);

/* How many candidates each stage saw; of stages that the request does not reach nothing. */
typedef struct pr_stage_counts {
    uint32_t found[PR_VOICES], together; /* candidates */
    uint32_t pairs;                      /* moved by the cross-encoder */
    uint32_t out_of_stock, new_arrivals, held_back, filled_up;
} pr_stage_counts;

typedef struct pr_staging {
    pr_call *call;
    const pr_stage_request *request;
    pr_preference preference;
    pr_gathered gathered;
    uint32_t picked_count;
    pr_staged *picked; /* the answer, in order */
    pr_stage_counts counts;
    uint32_t asked_count;
    uint32_t asked[PR_RERANKED]; /* the candidates that a cross-encoder may reorder */
    bool fallback;               /* nothing spoke but popularity */
    bool tiered;                 /* no cross-encoder in this list */
} pr_staging;

/* Run the stages for the seeds, as far as the request goes. Missing shards are noted, and then nothing may be written.
 * PR_E_MEMORY. */
pr_status pr__stages_run(pr_call *call, const pr_stage_request *request, pr_staging *out);
/* What is taken together with the product first, then what is alike, then what is popular. The same. */
pr_status pr__stages_together(pr_call *call, const pr_stage_request *request, pr_staging *out);
void pr__stages_write(pr_staging *staging);

/* The members of a product, into an open object: product_id, external_product_id, name, category, price, image_url. */
void pr__write_staged_product(pr_engine *engine, uint32_t item, pr_writer *w);
/* "Electronics > Audio" appended to `out`: nothing where the product has no category. */
void pr__append_category(pr_engine *engine, uint32_t item, pr_buffer *out);
/* NaN: not known. */
double pr__price_of(pr_engine *engine, uint32_t item);

#endif
