/* From files to tables: items, then users, events and searches, baskets, and the weekly log. */
#include "ingest_inner.h"
#include "progress.h"
#include "sinks.h"
#include "sources.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1 << 18 }; /* fits, with what is made of it, into the processor's second cache */

typedef struct run {
    const prt_config *config;
    prt_dataset *out;
    prt_rejects rejects;
    prt_reading reading;
    prt_entity_sink items, users;
    prt_event_sink events;
    prt_weekly_sink weekly;
    prt_search_sink searches;
    prt_basket_sink baskets;
    pr_error *error;
} run;

static pr_status read_source(run *r, const prt_source *source, prt_sink *sink, const prt_wanted *wanted,
                             uint32_t wanted_count) {
    r->reading.source = source;
    r->reading.sink = sink;
    r->reading.wanted = wanted;
    r->reading.wanted_count = wanted_count;
    pr_status status = prt_source_read(&r->reading, r->config->limits.rejects);
    r->out->rows_read += r->reading.rows;
    r->out->rows_rejected = r->rejects.total;
    if (status == PR_OK && r->rejects.of_source)
        prt_log_warning("%s: %" PRIu64 " of %" PRIu64 " rows are wrong and were left out; the first: %s", source->key,
                        r->rejects.of_source, r->reading.rows, r->rejects.reasons[0]);
    return status;
}

static void report_excluded(run *r, const char *key, uint64_t excluded) {
    r->out->excluded += excluded;
    if (excluded)
        prt_log("excluded", "%s: %" PRIu64 " row%s about what items.exclude names, left out", key, excluded,
                excluded == 1 ? " is" : "s are");
}

/* What a log of events holds besides events of users. */
static void report_tally(run *r, const char *key, const prt_event_tally *tally) {
    report_excluded(r, key, tally->excluded);
    r->out->skipped += tally->skipped;
    r->out->returns += tally->returns;
    if (tally->skipped)
        prt_log("skipped", "%s: %" PRIu64 " row%s no user, left out", key, tally->skipped,
                tally->skipped == 1 ? " has" : "s have");
    if (tally->returns)
        prt_log("returns", "%s: %" PRIu64 " row%s of goods given back", key, tally->returns,
                tally->returns == 1 ? " is" : "s are");
}

static const char *done_with_duplicates(prt_duplicates duplicates) {
    return duplicates == PRT_DUPLICATES_MERGE    ? "merged with it"
           : duplicates == PRT_DUPLICATES_COMMON ? "of their values the commonest count"
                                                 : "left out";
}

/* What was put right, for the log. */
static void report(run *r, const prt_entity_sink *sink) {
    const char *key = sink->config->source.key;
    r->out->duplicates += sink->duplicates;
    r->out->cells_cleaned += sink->cleaned;
    report_excluded(r, key, sink->excluded);
    if (sink->duplicates)
        prt_log("duplicates", "%s: %" PRIu64 " row%s the id of an earlier row, %s", key, sink->duplicates,
                sink->duplicates == 1 ? " has" : "s have", done_with_duplicates(sink->config->duplicates));
    for (uint32_t c = 0; c < sink->column_count; c++) {
        const prt_column_build *column = &sink->columns[c];
        if (column->cleaned)
            prt_log("cells", "%s.columns.%s: %" PRIu64 " wrong value%s left out or cut; the first: %s", key,
                    column->config->name, column->cleaned, column->cleaned == 1 ? " is" : "s are",
                    column->first_cleaned);
    }
}

static pr_status read_entity(run *r, const prt_entity_config *config, prt_entity_sink *sink, prt_entities *out) {
    PRT_TRY(prt_entity_sink_open(sink, config, r->error));
    PRT_TRY(read_source(r, &config->source, &sink->sink, sink->wanted, sink->wanted_count));
    report(r, sink);
    PRT_TRY(prt_entity_sink_finish(sink, out, r->error));
    if (out->count == 0)
        return prt_fail(r->error, PR_E_FORMAT, "%s.files hold no rows; nothing can be learned from them",
                        config->source.key);
    return PR_OK;
}

static pr_status read_searches(run *r) {
    if (!r->config->has_searches)
        return PR_OK;
    r->searches.items = &r->items.ids;
    r->searches.users = &r->users.ids;
    r->searches.exclude = &r->config->items.exclude;
    r->searches.open_users = !r->config->has_users;
    prt_search_sink_open(&r->searches, &r->config->searches);
    PRT_TRY(
        read_source(r, &r->config->searches.source, &r->searches.sink, r->searches.wanted, r->searches.wanted_count));
    return prt_search_sink_finish(&r->searches, &r->out->searches, r->error);
}

static pr_status read_baskets(run *r) {
    if (!r->config->has_baskets)
        return PR_OK;
    prt_basket_sink_open(&r->baskets, &r->items, r->config->items.from_baskets);
    r->reading.ragged = true;
    pr_status status = read_source(r, &r->config->baskets, &r->baskets.sink, NULL, 0);
    r->reading.ragged = false;
    report_excluded(r, "baskets", r->baskets.excluded);
    return status == PR_OK ? prt_basket_sink_finish(&r->baskets, &r->out->baskets, r->error) : status;
}

/* What is in the baskets, in the order of its first appearance. */
static pr_status read_items_from_baskets(run *r) {
    PRT_TRY(prt_entity_sink_open(&r->items, &r->config->items, r->error));
    PRT_TRY(read_baskets(r));
    PRT_TRY(prt_entity_sink_finish(&r->items, &r->out->items, r->error));
    if (r->out->items.count == 0)
        return prt_fail(r->error, PR_E_FORMAT, "baskets.files hold no entries; nothing can be learned from them");
    return PR_OK;
}

static pr_status read_items(run *r) {
    if (r->config->items.from_events) /* read_events finishes them */
        return prt_entity_sink_open(&r->items, &r->config->items, r->error);
    if (r->config->items.from_baskets)
        return read_items_from_baskets(r);
    PRT_TRY(read_entity(r, &r->config->items, &r->items, &r->out->items));
    return read_baskets(r);
}

/* The items that occur in the events, and what is to be read once they are known. */
static pr_status finish_items_from_events(run *r) {
    PRT_TRY(prt_entity_sink_finish(&r->items, &r->out->items, r->error));
    if (r->out->items.count == 0)
        return prt_fail(r->error, PR_E_FORMAT, "events hold no items; nothing can be learned from them");
    return read_baskets(r);
}

/* The last second of the day after the training's: clocks and zones differ, years don't. */
static int64_t latest_time(int64_t now) {
    enum { DAY = 86400 };
    return now == PRT_NO_INTEGER ? INT64_MAX : (now - now % DAY) + 2 * DAY - 1;
}

static void open_events(run *r) {
    const prt_config *c = r->config;
    for (uint32_t i = 0; i < c->event_count; i++) {
        r->events.has_time |= c->events[i].time != NULL;
        r->events.has_session |= c->events[i].session != NULL;
        r->events.has_quantity |= c->events[i].quantity != NULL;
        r->events.has_price |= c->events[i].price != NULL;
    }
    r->events.items = &r->items.ids;
    r->events.users = &r->users.ids;
    r->events.open_users = !c->has_users;
    r->events.new_items = c->items.from_events ? &r->items : NULL;
    r->events.exclude = &c->items.exclude;
    r->events.latest = latest_time(c->now);
}

static pr_status read_events(run *r) {
    const prt_config *c = r->config;
    open_events(r);
    for (uint32_t i = 0; i < c->event_count; i++) {
        prt_event_sink_source(&r->events, &c->events[i]);
        PRT_TRY(read_source(r, &c->events[i].source, &r->events.sink, r->events.wanted, r->events.wanted_count));
        report_tally(r, c->events[i].source.key, &r->events.tally);
    }
    if (c->items.from_events)
        PRT_TRY(finish_items_from_events(r));
    PRT_TRY(read_searches(r));
    if (!c->has_users)
        PRT_TRY(prt_entity_sink_finish(&r->users, &r->out->users, r->error));
    return prt_event_sink_finish(&r->events, &r->out->events, r->error);
}

static pr_status read_weekly(run *r) {
    const prt_weekly_config *config = &r->config->weekly;
    if (!r->config->has_weekly)
        return PR_OK;
    r->weekly.items = &r->items.ids;
    r->weekly.users = &r->users.ids;
    r->weekly.exclude = &r->config->items.exclude;
    r->weekly.reading = &r->reading;
    prt_weekly_sink_open(&r->weekly, config);
    PRT_TRY(read_source(r, &config->source, &r->weekly.sink, r->weekly.wanted, PRT_COUNT(r->weekly.wanted)));
    report_excluded(r, config->source.key, r->weekly.excluded);
    return prt_weekly_sink_finish(&r->weekly, &r->out->weekly, r->error);
}

static pr_status read_all(run *r) {
    PRT_TRY(read_items(r));
    if (r->config->has_users)
        PRT_TRY(read_entity(r, &r->config->users, &r->users, &r->out->users));
    PRT_TRY(read_events(r));
    return read_weekly(r);
}

pr_status prt_ingest_chunked(const prt_config *config, int threads, size_t chunk_bytes, prt_dataset *out,
                             pr_error *error) {
    *out = (prt_dataset){0};
    run *r = calloc(1, sizeof *r);
    if (!r)
        return prt_fail_memory(error, "reading the data");
    r->config = config;
    r->out = out;
    r->error = error;
    r->rejects.path = config->outputs.rejects;
    r->reading = (prt_reading){
        .rejects = &r->rejects, .threads = threads < 1 ? 1 : threads, .chunk_bytes = chunk_bytes, .error = error};
    pr_status status = read_all(r);
    pr_status closed = prt_rejects_close(&r->rejects, status == PR_OK ? error : NULL);
    status = status == PR_OK ? closed : status;
    prt_entity_sink_close(&r->items);
    prt_entity_sink_close(&r->users);
    prt_event_sink_close(&r->events);
    prt_weekly_sink_close(&r->weekly);
    prt_search_sink_close(&r->searches);
    prt_basket_sink_close(&r->baskets);
    free(r);
    if (status != PR_OK)
        prt_dataset_free(out);
    return status;
}

pr_status prt_ingest(const prt_config *config, int threads, prt_dataset *out, pr_error *error) {
    return prt_ingest_chunked(config, threads, CHUNK, out, error);
}
