/* One row of a log of events: is it right, and what does it say? */
#ifndef PRT_EVENT_ROW_H
#define PRT_EVENT_ROW_H

#include "field_check.h"
#include "sinks.h"

typedef enum prt_event_fate {
    PRT_EVENT_KEPT,
    PRT_EVENT_UNMEANT,  /* its type is left out by the configuration */
    PRT_EVENT_EXCLUDED, /* its item is no item */
    PRT_EVENT_SKIPPED,  /* it has no user */
} prt_event_fate;

/* What a right row says; only `fate` where it is not kept. */
typedef struct prt_event_row {
    prt_event_fate fate;
    prt_field user_id;   /* in the row or in `made_id` */
    uint32_t user, item; /* PRT_NONE: to be added, as nobody or nothing is called so yet */
    uint16_t types;
    int64_t time;
    const prt_field *session; /* NULL or MISSING: none */
    float quantity, price;
    char made_id[PRT_MOST_ID + 8]; /* of whoever made a session without a user */
} prt_event_row;

/* NULL and `out`, or why the row is wrong. Adds nothing to the tables. */
const char *prt_event_check(const prt_event_sink *sink, prt_piece *piece, const prt_field *fields, prt_event_row *out);

#endif
