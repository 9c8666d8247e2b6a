/* A log of interactions: rows as POST /api/v1/interactions takes them, sorted by visitor and time. */
#ifndef PRT_INTERACTION_LOG_H
#define PRT_INTERACTION_LOG_H

#include "config.h"
#include "idmap.h"

/* Names in rows, and what the state of a visitor calls them. An impression is no event there but a list that was shown.
 */
#define PRT_INTERACTION_LIST(X)                                                                                        \
    X(VIEW, "click")                                                                                                   \
    X(CART_ADD, "cart")                                                                                                \
    X(CART_REMOVE, "cart_remove")                                                                                      \
    X(PURCHASE, "purchase")                                                                                            \
    X(WISHLIST_ADD, "like")                                                                                            \
    X(RECOMMENDATION_CLICK, "recommendation_click")                                                                    \
    X(RECOMMENDATION_IMPRESSION, NULL)
typedef enum prt_interaction_type {
#define PRT_INTERACTION_ENUM(name, kept) PRT_DID_##name,
    PRT_INTERACTION_LIST(PRT_INTERACTION_ENUM)
#undef PRT_INTERACTION_ENUM
        PRT_INTERACTION_TYPES
} prt_interaction_type;

typedef struct prt_interaction {
    int64_t time;
    uint64_t order; /* in the log */
    uint32_t user;
    uint32_t item, request; /* PRT_NONE: none */
    uint32_t position, shown;
    double quantity, price; /* 0: not said */
    uint8_t type, context;  /* PRT_NO_PLACE: not said */
} prt_interaction;

enum { PRT_PLACES = 6, PRT_NO_PLACE = PRT_PLACES };
/* "homepage", …; the index is prt_interaction.context. */
extern const char *const prt_place_names[PRT_PLACES];

typedef struct prt_interaction_log {
    uint64_t count, room;
    prt_interaction *rows; /* by user, time and order */
    prt_idmap users, items, requests, campaigns;
    uint32_t *campaign_of; /* of each request, PRT_NONE: none */
    uint32_t campaign_room;
    uint64_t rejected;
} prt_interaction_log;

/* Read the log; wrong rows are counted, and may be a share of at most `limit`. PR_E_IO, PR_E_FORMAT, PR_E_MEMORY.
 * prt_interaction_log_free in any case. */
pr_status prt_interaction_log_read(const prt_interactions_config *config, double limit, int64_t now,
                                   prt_interaction_log *out, pr_error *error);
void prt_interaction_log_free(prt_interaction_log *log);

/* The campaign of a request; empty: none. For prt_performance.campaign_of. */
pr_text prt_interaction_log_campaign(void *log, pr_text request);

#endif
