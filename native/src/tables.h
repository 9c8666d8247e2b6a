/* The tables between ingest and learn: what the data engine fills and the learners read. Columns are documented in
 * docs/tables.md. All memory belongs to the dataset; prt_dataset_free releases it. */
#ifndef PRT_TABLES_H
#define PRT_TABLES_H

#include "pocketrec.h"

#define PRT_NONE       UINT32_MAX /* a missing category, an unknown index */
#define PRT_NO_INTEGER INT64_MIN  /* a missing integer, date or time */

/* `count` strings end to end: string i is bytes[offsets[i] .. offsets[i + 1]). */
typedef struct prt_strings {
    uint32_t count;
    uint64_t *offsets; /* count + 1 */
    char *bytes;
} prt_strings;

typedef enum prt_column_type {
    PRT_TEXT,     /* free text: `texts` */
    PRT_CATEGORY, /* one of few values: `codes` into `values` */
    PRT_LIST,     /* several of few values: codes[list_offsets[r] .. list_offsets[r + 1]) into `values` */
    PRT_INTEGER,  /* `integers` */
    PRT_DATE,     /* `integers`: days since 1970-01-01 */
    PRT_REAL,     /* `reals`, NaN when missing */
} prt_column_type;

typedef struct prt_column {
    char *name;
    prt_column_type type;
    uint32_t rows;
    prt_strings texts;
    prt_strings values; /* distinct values, sorted bytewise ascending */
    uint32_t *codes;
    uint32_t *list_offsets; /* rows + 1 */
    int64_t *integers;
    double *reals;
} prt_column;

/* Items or users: an id and typed columns, one row each, in the order of the files. */
typedef struct prt_entities {
    uint32_t count;
    prt_strings ids; /* unique */
    prt_column *columns;
    uint32_t column_count;
} prt_entities;

/* Event types are bits, because one row of a log may mean several: a rating of 5 is a completed and a liked item. */
enum {
    PRT_EVENT_VIEW = 1,
    PRT_EVENT_START = 2,
    PRT_EVENT_COMPLETE = 4,
    PRT_EVENT_ABANDON = 8,
    PRT_EVENT_LIKE = 16,
    PRT_EVENT_DISLIKE = 32,
    PRT_EVENT_CLICK = 64,
    PRT_EVENT_CART = 128,
    PRT_EVENT_PURCHASE = 256,
    PRT_EVENT_RETURN = 512, /* goods given back or a cancelled invoice, and nothing else */
    PRT_EVENT_CART_REMOVE = 1024,
};

typedef struct prt_events {
    uint64_t count;
    uint32_t *user;    /* index in users */
    uint32_t *item;    /* index in items */
    uint16_t *types;   /* PRT_EVENT_* bits */
    int64_t *time;     /* seconds since 1970-01-01 UTC, PRT_NO_INTEGER when missing; NULL when no source has a time */
    uint32_t *session; /* rows of one visit share a number, PRT_NONE when missing; NULL when no source has sessions */
    float *quantity;   /* units, above 0 (of a return too); 1 when missing; NULL when no source has quantities */
    float *price;      /* of one unit, above 0, NaN when not known; NULL when no source has prices */
} prt_events;

/* What was searched for, and the item that was clicked among the results. */
typedef struct prt_searches {
    uint32_t count;
    prt_strings queries; /* one for each row */
    uint32_t *user;      /* index in users */
    uint32_t *item;      /* index in items, PRT_NONE when nothing was clicked */
    int64_t *time;       /* as in events; NULL when the source has no time */
} prt_searches;

/* What was bought or clicked together: basket b holds items[offsets[b] .. offsets[b + 1]). */
typedef struct prt_baskets {
    uint32_t count, item_count;
    uint64_t *offsets; /* count + 1 */
    uint32_t *items;   /* index in items; may repeat within a basket */
} prt_baskets;

/* Weekly engagement of users with items, as the log has it: at least one row for each (user, item, week) that was
 * shown. Several rows of the same key are to be added up; rows alike in every value are not here (rejected). */
typedef struct prt_weekly {
    uint64_t count;
    uint32_t *user, *item; /* index in users, items */
    int32_t *week;
    uint32_t *impressions, *clicks, *views, *likes;
    uint64_t *watch; /* views x mean share watched, in thousandths, rounded to nearest */
} prt_weekly;

typedef struct prt_dataset {
    prt_entities items, users;
    prt_events events;
    prt_weekly weekly;
    prt_searches searches;
    prt_baskets baskets;
    uint64_t rows_read, rows_rejected;
    uint64_t duplicates;    /* rows of items with the id of an earlier row, which were left out or merged */
    uint64_t excluded;      /* rows (of baskets: entries) about what items.exclude says is no item, left out */
    uint64_t skipped;       /* events without a user that were left out as the configuration says */
    uint64_t returns;       /* events of PRT_EVENT_RETURN */
    uint64_t cells_cleaned; /* values of items and users that were wrong and are missing or shorter now */
} prt_dataset;

void prt_dataset_free(prt_dataset *dataset);
/* The column with that name, or NULL. */
const prt_column *prt_column_find(const prt_entities *entities, const char *name);

#endif
