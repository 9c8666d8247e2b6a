/* Where rows go: entities (items, users), events, the weekly log, searches and baskets. */
#ifndef PRT_SINKS_H
#define PRT_SINKS_H

#include "column_build.h"
#include "weekly_seen.h"

/* Reading one or more files into items or users. */
typedef struct prt_entity_sink {
    prt_sink sink;
    const prt_entity_config *config;
    prt_idmap ids;
    uint32_t column_count, wanted_count;
    prt_column_config *configs; /* the configured columns, and title, text, image before them */
    prt_column_build *columns;
    prt_wanted *wanted;
    char (*keys)[128];   /* of `wanted` */
    uint64_t duplicates; /* rows with the id of an earlier row that are no wrong rows */
    uint64_t cleaned;    /* values that were wrong and are missing or shorter now */
    uint64_t excluded;   /* rows about what is no item */
} prt_entity_sink;

pr_status prt_entity_sink_open(prt_entity_sink *sink, const prt_entity_config *config, pr_error *error);
/* One of the items that baskets or events are made of, unless it is there: the text is id and title. False: out of
 * memory. */
bool prt_entity_sink_add(prt_entity_sink *sink, const char *bytes, size_t size, uint32_t *index);
/* Hand the table over; `ids` stays for looking up and the ids' texts stay in it. */
pr_status prt_entity_sink_finish(prt_entity_sink *sink, prt_entities *out, pr_error *error);
void prt_entity_sink_close(prt_entity_sink *sink);

/* Give the array that `array` points to room for so many elements. False: out of memory; then it is as it was. */
bool prt_resize(void *array, uint64_t room, size_t size);

/* Rows of a log of events that are no mistakes, and yet no more than numbers to people. */
typedef struct prt_event_tally {
    uint64_t returns, skipped, excluded; /* kept as returns; left out: without a user, of what is no item */
} prt_event_tally;

/* Reading events; one for all sources. */
typedef struct prt_event_sink {
    prt_sink sink;
    const prt_event_config *config;
    const prt_idmap *items;
    prt_idmap *users;
    bool open_users;              /* users are whoever occurs */
    prt_entity_sink *new_items;   /* items are whatever occurs: they go here; else NULL */
    const prt_name_list *exclude; /* what is no item */
    int64_t latest;               /* later times are in the future */
    uint32_t by_character[256];   /* meaning of a value of one character, or PRT_NONE */
    uint32_t wanted_count;
    prt_wanted wanted[8];
    char keys[8][32];
    int32_t type_field, time_field, session_field; /* or -1 */
    int32_t quantity_field, price_field, returns_field;
    bool has_time, has_session;   /* of any source */
    bool has_quantity, has_price; /* the same */
    prt_idmap sessions;           /* of the source */
    uint32_t first_session;       /* its first number */
    prt_event_tally tally;        /* of the source */
    uint64_t room;
    prt_events events;
} prt_event_sink;

/* Point the sink at its next source. */
void prt_event_sink_source(prt_event_sink *sink, const prt_event_config *config);
pr_status prt_event_sink_finish(prt_event_sink *sink, prt_events *out, pr_error *error);
void prt_event_sink_close(prt_event_sink *sink);

/* Reading the weekly log, in order. */
typedef struct prt_weekly_sink {
    prt_sink sink;
    const prt_weekly_config *config;
    const prt_idmap *items, *users;
    const prt_name_list *exclude; /* what is no item */
    const prt_reading *reading;   /* names the file of a row */
    uint64_t excluded;            /* rows about it */
    prt_wanted wanted[8];
    char keys[8][32];
    uint64_t room;
    prt_weekly weekly;
    prt_weekly_seen seen;
} prt_weekly_sink;

void prt_weekly_sink_open(prt_weekly_sink *sink, const prt_weekly_config *config);
pr_status prt_weekly_sink_finish(prt_weekly_sink *sink, prt_weekly *out, pr_error *error);
void prt_weekly_sink_close(prt_weekly_sink *sink);

/* Reading the log of searches, in order. */
typedef struct prt_search_sink {
    prt_sink sink;
    const prt_searches_config *config;
    const prt_idmap *items;
    prt_idmap *users;
    const prt_name_list *exclude; /* what is no item: such a click is none */
    bool open_users;              /* users are whoever occurs */
    uint32_t wanted_count;
    prt_wanted wanted[4];
    char keys[4][32];
    int32_t item_field, time_field; /* or -1 */
    uint32_t room;
    prt_text_pool queries;
    prt_searches searches;
} prt_search_sink;

void prt_search_sink_open(prt_search_sink *sink, const prt_searches_config *config);
pr_status prt_search_sink_finish(prt_search_sink *sink, prt_searches *out, pr_error *error);
void prt_search_sink_close(prt_search_sink *sink);

/* Reading baskets, in order. */
typedef struct prt_basket_sink {
    prt_sink sink;
    prt_entity_sink *items;
    bool open_items;   /* items are whatever occurs */
    uint64_t excluded; /* entries that are no items */
    uint32_t room, items_room;
    prt_baskets baskets;
} prt_basket_sink;

void prt_basket_sink_open(prt_basket_sink *sink, prt_entity_sink *items, bool open_items);
pr_status prt_basket_sink_finish(prt_basket_sink *sink, prt_baskets *out, pr_error *error);
void prt_basket_sink_close(prt_basket_sink *sink);

#endif
