/* The part of a log that a training may know, as a dataset of its own. */
#include "fail.h"
#include "purchases_split.h"

#include <stdlib.h>

/* Room for a column of the events; NULL stays NULL. */
static bool make_column(const void *from, uint64_t count, size_t size, void **out) {
    *out = from ? malloc((count + 1) * size) : NULL;
    return !from || *out;
}

static bool make_events(const prt_events *from, prt_events *out) {
    uint64_t n = from->count;
    return make_column(from->user, n, sizeof *from->user, (void **)&out->user) &&
           make_column(from->item, n, sizeof *from->item, (void **)&out->item) &&
           make_column(from->types, n, sizeof *from->types, (void **)&out->types) &&
           make_column(from->time, n, sizeof *from->time, (void **)&out->time) &&
           make_column(from->session, n, sizeof *from->session, (void **)&out->session) &&
           make_column(from->quantity, n, sizeof *from->quantity, (void **)&out->quantity) &&
           make_column(from->price, n, sizeof *from->price, (void **)&out->price);
}

#define KEEP(column)                                                                                                   \
    do {                                                                                                               \
        if (from->column)                                                                                              \
            out->column[out->count] = from->column[e];                                                                 \
    } while (0)

static void keep_event(const prt_events *from, uint64_t e, prt_events *out) {
    KEEP(user);
    KEEP(item);
    KEEP(types);
    KEEP(time);
    KEEP(session);
    KEEP(quantity);
    KEEP(price);
    out->count++;
}

pr_status prt_training_make(const prt_dataset *dataset, const uint8_t *roles, prt_dataset *out, pr_error *error) {
    *out = *dataset;
    out->events = (prt_events){0};
    out->searches = (prt_searches){0};
    out->baskets = (prt_baskets){0};
    out->weekly = (prt_weekly){0};
    if (!make_events(&dataset->events, &out->events))
        return prt_fail_memory(error, "splitting the log");
    for (uint64_t e = 0; e < dataset->events.count; e++) {
        if (roles[e] == PRT_ROLE_TRAIN)
            keep_event(&dataset->events, e, &out->events);
    }
    return PR_OK;
}

void prt_training_free(prt_dataset *training) {
    free(training->events.user);
    free(training->events.item);
    free(training->events.types);
    free(training->events.time);
    free(training->events.session);
    free(training->events.quantity);
    free(training->events.price);
    *training = (prt_dataset){0};
}
