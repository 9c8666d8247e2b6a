/* Where rows go: entities (items, users), events and the weekly log. */
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
    char (*keys)[128]; /* of `wanted` */
} prt_entity_sink;

pr_status prt_entity_sink_open(prt_entity_sink *sink, const prt_entity_config *config, pr_error *error);
/* Hand the table over; `ids` stays for looking up and the ids' texts stay in it. */
pr_status prt_entity_sink_finish(prt_entity_sink *sink, prt_entities *out, pr_error *error);
void prt_entity_sink_close(prt_entity_sink *sink);

/* Give the array that `array` points to room for so many elements. False: out of memory; then it is as it was. */
bool prt_resize(void *array, uint64_t room, size_t size);

/* Reading events; one for all sources. */
typedef struct prt_event_sink {
    prt_sink sink;
    const prt_event_config *config;
    const prt_idmap *items;
    prt_idmap *users;
    bool open_users;            /* users are whoever occurs */
    uint32_t by_character[256]; /* meaning of a value of one character, or PRT_NONE */
    uint32_t wanted_count;
    prt_wanted wanted[4];
    char keys[4][32];
    int32_t type_field, time_field; /* or -1 */
    bool has_time;                  /* of any source */
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
    const prt_reading *reading; /* names the file of a row */
    prt_wanted wanted[8];
    char keys[8][32];
    uint64_t room;
    prt_weekly weekly;
    prt_weekly_seen seen;
} prt_weekly_sink;

void prt_weekly_sink_open(prt_weekly_sink *sink, const prt_weekly_config *config);
pr_status prt_weekly_sink_finish(prt_weekly_sink *sink, prt_weekly *out, pr_error *error);
void prt_weekly_sink_close(prt_weekly_sink *sink);

#endif
