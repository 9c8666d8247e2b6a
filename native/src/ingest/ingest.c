/* From files to tables: items, then users, then events, then the weekly log. */
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

static pr_status read_entity(run *r, const prt_entity_config *config, prt_entity_sink *sink, prt_entities *out) {
    PRT_TRY(prt_entity_sink_open(sink, config, r->error));
    PRT_TRY(read_source(r, &config->source, &sink->sink, sink->wanted, sink->wanted_count));
    PRT_TRY(prt_entity_sink_finish(sink, out, r->error));
    if (out->count == 0)
        return prt_fail(r->error, PR_E_FORMAT, "%s.files hold no rows; nothing can be learned from them",
                        config->source.key);
    return PR_OK;
}

static pr_status read_events(run *r) {
    const prt_config *c = r->config;
    for (uint32_t i = 0; i < c->event_count; i++)
        r->events.has_time |= c->events[i].time != NULL;
    r->events.items = &r->items.ids;
    r->events.users = &r->users.ids;
    r->events.open_users = !c->has_users;
    for (uint32_t i = 0; i < c->event_count; i++) {
        prt_event_sink_source(&r->events, &c->events[i]);
        PRT_TRY(read_source(r, &c->events[i].source, &r->events.sink, r->events.wanted, r->events.wanted_count));
    }
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
    r->weekly.reading = &r->reading;
    prt_weekly_sink_open(&r->weekly, config);
    PRT_TRY(read_source(r, &config->source, &r->weekly.sink, r->weekly.wanted, PRT_COUNT(r->weekly.wanted)));
    return prt_weekly_sink_finish(&r->weekly, &r->out->weekly, r->error);
}

static pr_status read_all(run *r) {
    PRT_TRY(read_entity(r, &r->config->items, &r->items, &r->out->items));
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
    free(r);
    if (status != PR_OK)
        prt_dataset_free(out);
    return status;
}

pr_status prt_ingest(const prt_config *config, int threads, prt_dataset *out, pr_error *error) {
    return prt_ingest_chunked(config, threads, CHUNK, out, error);
}
