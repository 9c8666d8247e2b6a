/* Writing the users' profiles, one after another, so that memory holds one of them only. */
#include "profiles.h"
#include "event_ledger.h"
#include "fail.h"
#include "pack.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a state calls what happened; a view is what a browser would have sent as a click. */
static const struct {
    uint16_t type;
    const char *name;
} NAMES[] = {
    {PRT_EVENT_START, "start"}, {PRT_EVENT_COMPLETE, "complete"}, {PRT_EVENT_ABANDON, "abandon"},
    {PRT_EVENT_LIKE, "like"},   {PRT_EVENT_DISLIKE, "dislike"},   {PRT_EVENT_VIEW | PRT_EVENT_CLICK, "click"},
    {PRT_EVENT_CART, "cart"},   {PRT_EVENT_PURCHASE, "purchase"}, {PRT_EVENT_RETURN, "return"},
};

/* Events by user, and the users by id. */
typedef struct listing {
    const prt_config *config;
    const prt_dataset *dataset;
    uint64_t *starts; /* users + 1 */
    uint64_t *events;
    uint32_t *users;
    int64_t latest; /* time of the log's last event; 0 when none is known */
} listing;

static int64_t time_of(const prt_events *events, uint64_t e) {
    return events->time ? events->time[e] : PRT_NO_INTEGER;
}

/* ---- order ---- */

typedef struct timed {
    int64_t time;
    uint64_t event;
} timed;

static int by_time(const void *a, const void *b) {
    const timed *x = a, *y = b;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return x->event < y->event ? -1 : x->event > y->event;
}

static bool sort_user(const listing *l, uint32_t user) {
    uint64_t first = l->starts[user], count = l->starts[user + (size_t)1] - first;
    timed *own = malloc((count + 1) * sizeof *own);
    if (!own)
        return false;
    for (uint64_t i = 0; i < count; i++)
        own[i] = (timed){time_of(&l->dataset->events, l->events[first + i]), l->events[first + i]};
    qsort(own, count, sizeof *own, by_time);
    for (uint64_t i = 0; i < count; i++)
        l->events[first + i] = own[i].event;
    free(own);
    return true;
}

typedef struct named {
    pr_text id;
    uint32_t user;
} named;

static int by_id(const void *a, const void *b) {
    const named *x = a, *y = b;
    size_t common = x->id.size < y->id.size ? x->id.size : y->id.size;
    int order = common ? memcmp(x->id.bytes, y->id.bytes, common) : 0;
    return order ? order : (x->id.size > y->id.size) - (x->id.size < y->id.size);
}

static bool sort_users(listing *l) {
    uint32_t count = l->dataset->users.count;
    named *users = malloc((count + (size_t)1) * sizeof *users);
    l->users = malloc((count + (size_t)1) * sizeof *l->users);
    if (!users || !l->users) {
        free(users);
        return false;
    }
    for (uint32_t u = 0; u < count; u++)
        users[u] = (named){prt_string(&l->dataset->users.ids, u), u};
    qsort(users, count, sizeof *users, by_id);
    for (uint32_t u = 0; u < count; u++)
        l->users[u] = users[u].user;
    free(users);
    return true;
}

static bool list_events(listing *l) {
    const prt_events *events = &l->dataset->events;
    uint32_t users = l->dataset->users.count;
    l->starts = calloc(users + (size_t)2, sizeof *l->starts); /* one more, to count with */
    l->events = malloc((events->count + 1) * sizeof *l->events);
    if (!l->starts || !l->events)
        return false;
    for (uint64_t e = 0; e < events->count; e++) {
        l->starts[events->user[e] + (size_t)2]++;
        l->latest = time_of(events, e) > l->latest ? time_of(events, e) : l->latest;
    }
    for (uint32_t u = 0; u < users; u++)
        l->starts[u + (size_t)2] += l->starts[u + (size_t)1];
    for (uint64_t e = 0; e < events->count; e++)
        l->events[l->starts[events->user[e] + (size_t)1]++] = e;
    return sort_users(l);
}

/* ---- lines ---- */

/* The shortest number that is the same float: 2.1, not 2.0999999. */
static void put_float(pr_writer *w, const char *key, float value) {
    char text[32];
    int digits = 6;
    do
        snprintf(text, sizeof text, "%.*g", digits, (double)value);
    while (strtof(text, NULL) != value && ++digits <= 9);
    pr_write_key(w, key);
    pr_write_number(w, strtod(text, NULL));
}

static void put_event(const listing *l, uint64_t e, const char *type, pr_writer *w) {
    const prt_events *events = &l->dataset->events;
    pr_text item = prt_string(&l->dataset->items.ids, events->item[e]);
    int64_t time = time_of(events, e);
    pr_write_object(w);
    pr_write_key(w, "type");
    pr_write_text(w, type);
    pr_write_key(w, "item");
    pr_write_string(w, item.bytes, item.size);
    pr_write_key(w, "time");
    pr_write_integer(w, time == PRT_NO_INTEGER ? l->latest : time);
    if (events->quantity && events->quantity[e] != 1)
        put_float(w, "quantity", events->quantity[e]);
    if (events->price && events->price[e] > 0)
        put_float(w, "price", events->price[e]);
    pr_write_end_object(w);
}

static uint64_t entries_of(const listing *l, uint64_t event) {
    uint64_t count = 0;
    for (size_t n = 0; n < PRT_COUNT(NAMES); n++)
        count += (l->dataset->events.types[event] & NAMES[n].type) != 0;
    return count;
}

/* The first event of the user from which on no more than a state's worth follows. */
static uint64_t first_kept(const listing *l, uint32_t user) {
    uint64_t first = l->starts[user + (size_t)1], count = 0;
    while (first > l->starts[user] && count + entries_of(l, l->events[first - 1]) <= PRT_PROFILE_EVENTS)
        count += entries_of(l, l->events[--first]);
    return first;
}

static void put_user(const listing *l, uint32_t user, pr_buffer *out) {
    pr_writer writer = {.out = out}, *w = &writer;
    pr_text id = prt_string(&l->dataset->users.ids, user);
    pr_write_object(w);
    pr_write_key(w, "user_id");
    pr_write_string(w, id.bytes, id.size);
    pr_write_key(w, "state");
    pr_write_object(w);
    pr_write_key(w, "version");
    pr_write_integer(w, 1);
    pr_write_key(w, "profile");
    pr_write_object(w);
    pr_write_end_object(w);
    pr_write_key(w, "events");
    pr_write_array(w);
    for (uint64_t i = first_kept(l, user); i < l->starts[user + (size_t)1]; i++) {
        for (size_t n = 0; n < PRT_COUNT(NAMES); n++) {
            if (l->dataset->events.types[l->events[i]] & NAMES[n].type)
                put_event(l, l->events[i], NAMES[n].name, w);
        }
    }
    pr_write_end_array(w);
    pr_write_end_object(w);
    pr_write_end_object(w);
    pr_buffer_append(out, "\n", 1);
}

/* ---- file ---- */

static pr_status failed(const char *path, int reason, pr_error *error) {
    return prt_fail(error, PR_E_IO, "%s: cannot be written (%s); check outputs.profiles", path, strerror(reason));
}

static pr_status put_users(const listing *l, FILE *file, pr_error *error) {
    pr_arena arena;
    pr_status status = PR_OK;
    pr_arena_init(&arena, NULL, 0);
    for (uint32_t u = 0; u < l->dataset->users.count && status == PR_OK; u++) {
        pr_buffer line = {.arena = &arena};
        if (prt_is_session_user(l->config, l->dataset, l->users[u]))
            continue;
        if (sort_user(l, l->users[u]))
            put_user(l, l->users[u], &line);
        if (!line.bytes || line.failed)
            status = prt_fail_memory(error, "writing profiles");
        else if (fwrite(line.bytes, 1, line.size, file) != line.size)
            status = PR_E_IO;
        pr_arena_reset(&arena);
    }
    pr_arena_free(&arena);
    return status;
}

/* What people did is nobody else's business: the file is the owner's from its first byte on. */
static FILE *open_private(const char *path) {
    unlink(path); /* of a run that was killed */
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "wb");
    if (!file && descriptor >= 0)
        close(descriptor);
    return file;
}

static pr_status write_file(const listing *l, const char *path, pr_error *error) {
    char temporary[4200];
    snprintf(temporary, sizeof temporary, "%s.partial", path);
    FILE *file = open_private(temporary);
    if (!file)
        return failed(path, errno, error);
    pr_status status = put_users(l, file, error);
    if (status == PR_OK && (fflush(file) != 0 || fsync(fileno(file)) != 0))
        status = PR_E_IO;
    int reason = errno;
    if (fclose(file) != 0 && status == PR_OK) {
        status = PR_E_IO;
        reason = errno;
    }
    if (status == PR_OK && rename(temporary, path) == 0)
        return PR_OK;
    reason = status == PR_OK ? errno : reason;
    unlink(temporary);
    return status == PR_E_MEMORY ? status : failed(path, reason, error);
}

pr_status prt_profiles_write(const prt_config *config, const prt_dataset *dataset, pr_error *error) {
    listing l = {.config = config, .dataset = dataset};
    if (!config->outputs.profiles)
        return PR_OK;
    pr_status status =
        list_events(&l) ? write_file(&l, config->outputs.profiles, error) : prt_fail_memory(error, "writing profiles");
    free(l.starts);
    free(l.events);
    free(l.users);
    return status;
}
