/* What became of recommendations, over all visitors: each one's events go to the core's own analytics routes, and the
 * answers are added up, so that the whole is the sum of what the visitors see. docs/tables.md. */
#ifndef PRT_PERFORMANCE_SUM_H
#define PRT_PERFORMANCE_SUM_H

#include "bundle_reader.h"
#include "idmap.h"

#define PRT_PERFORMANCE_LIST(X) X(day) X(context) X(request) X(campaign)
typedef enum prt_performance_by {
#define PRT_PERFORMANCE_ENUM(name) PRT_BY_##name,
    PRT_PERFORMANCE_LIST(PRT_PERFORMANCE_ENUM)
#undef PRT_PERFORMANCE_ENUM
        PRT_PERFORMANCE_BYS
} prt_performance_by;

/* "day", …; never NULL. */
const char *prt_performance_by_name(prt_performance_by by);

/* Lists of recommendations, and what became of them. */
typedef struct prt_figures {
    uint64_t requests, impressions, clicks, conversions;
    double revenue;
} prt_figures;

enum { PRT_FUNNEL_STAGES = 3, PRT_PERFORMANCE_CONTEXTS = 8, PRT_CONTEXT_NAME = 24 };

/* One stage of VIEW, CART_ADD, PURCHASE. */
typedef struct prt_funnel_stage {
    uint64_t events, products, reached; /* sums of the visitors' */
    uint64_t people;                    /* who took a product so far */
} prt_funnel_stage;

/* A row of the table: `key` is its index in `keys`. */
typedef struct prt_performance_row {
    prt_figures figures;
    int64_t time;                   /* when the first of its lists was shown */
    char context[PRT_CONTEXT_NAME]; /* of the lists: by day, context and request; empty: not known */
} prt_performance_row;

typedef struct prt_performance {
    prt_bundle *bundle;
    prt_performance_by by;
    uint32_t days;
    int64_t now;
    /* the campaign of a list, for PRT_BY_campaign; NULL: what its request_id says */
    pr_text (*campaign_of)(void *context, pr_text request);
    void *campaign_context;
    uint64_t visitors, unreadable; /* states that were added up; that the core refused, once or twice each */
    prt_figures total;
    uint32_t context_count;
    struct {
        char name[PRT_CONTEXT_NAME]; /* empty: not known */
        prt_figures figures;
    } contexts[PRT_PERFORMANCE_CONTEXTS];
    prt_funnel_stage funnel[PRT_FUNNEL_STAGES];
    uint64_t abandoned;
    prt_idmap keys; /* of `rows`: day and context with a tab between, a context, a request, a campaign */
    prt_performance_row *rows;
    uint32_t row_room;
    pr_arena arena; /* of one visitor */
} prt_performance;

/* Begin; `bundle` (borrowed) must recommend in four stages, as its catalogue tells what a purchase without a price was
 * worth. */
void prt_performance_open(prt_bundle *bundle, prt_performance_by by, uint32_t days, int64_t now, prt_performance *out);
void prt_performance_close(prt_performance *performance);

/* Add up what became of the lists in the state of one visitor; and how far they came on their way to a purchase. A
 * state that the core refuses counts as unreadable. PR_E_FORMAT when the bundle has no such routes, PR_E_MEMORY. */
pr_status prt_performance_add_lists(prt_performance *performance, pr_text state, pr_error *error);
pr_status prt_performance_add_funnel(prt_performance *performance, pr_text state, pr_error *error);

/* ---- performance_table.c ---- */

/* The rows in their order: by key, requests by falling time. Array from malloc; NULL: out of memory. */
uint32_t *prt_performance_order(const prt_performance *performance);
/* CSV with a header, or JSON: the rows with Wilson's intervals of 95 %, the total, the funnel. */
void prt_performance_write_csv(const prt_performance *performance, const uint32_t *order, pr_buffer *out);
void prt_performance_write_json(const prt_performance *performance, const uint32_t *order, pr_buffer *out);
/* What the two routes of analytics answer, over everybody; `lists`: most of by_request, which needs PRT_BY_request. */
void prt_performance_write_route(const prt_performance *performance, const uint32_t *order, uint32_t lists,
                                 pr_buffer *out);
void prt_performance_write_funnel_route(const prt_performance *performance, pr_buffer *out);

#endif
