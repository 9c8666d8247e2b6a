/* A connection to PostgreSQL through libpq. */
#include "sync_database.h"

#include "fail.h"
#include "sync_conninfo.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    GRACE = 5,              /* seconds behind the server's own limit */
    LONGEST_CONNECTING = 30 /* seconds */
};

pr_status prt_database_open(const prt_sync_config *config, prt_database *out, pr_error *error) {
    *out = (prt_database){.config = config, .doing = "sync.database"};
    pr_arena_init(&out->arena, NULL, 0);
    PRT_TRY(prt_libpq_load(&out->api, error));
    return prt_conninfo_fill(out->api, config->database, &out->arena, &out->conninfo, error);
}

void prt_database_end(prt_database *d) {
    if (d->connection)
        d->api->PQfinish(d->connection);
    d->connection = NULL;
}

void prt_database_close(prt_database *d) {
    prt_database_end(d);
    pr_arena_free(&d->arena);
}

/* ---- what went wrong ---- */

/* libpq's message in one line: without what it says twice, and without the password, which is hidden in the whole text
 * before any of it is cut off. */
static void tell(prt_database *d, const char *message, char *out, size_t room) {
    size_t size = strlen(message);
    char *text = pr_arena_take(&d->arena, size + 1);
    if (!text) {
        snprintf(out, room, "out of memory");
        return;
    }
    memcpy(text, message, size + 1);
    prt_conninfo_hide(text, d->api->PQpass(d->connection));
    const char *known = strstr(text, "failed: ");
    const char *from = known ? known + strlen("failed: ") : text;
    size = strlen(from);
    while (size && strchr("\n .", from[size - 1]))
        size--;
    snprintf(out, room, "%.*s", (int)size, from);
    for (char *c = out; *c; c++)
        *c = *c == '\n' || *c == '\t' ? ' ' : *c;
}

static pr_status not_reached(prt_database *d, pr_error *error) {
    char text[160] = "out of memory";
    if (d->connection)
        tell(d, d->api->PQerrorMessage(d->connection), text, sizeof text);
    prt_database_end(d);
    return prt_fail(error, PR_E_IO, "sync.database cannot be reached (%s); check it", text);
}

static pr_status connection_lost(prt_database *d, pr_error *error) {
    char text[120];
    tell(d, d->api->PQerrorMessage(d->connection), text, sizeof text);
    d->lost = true;
    return prt_fail(error, PR_E_IO, "%s: the connection to the database was lost (%s); run it again to go on", d->doing,
                    text);
}

/* What to do, by the SQLSTATE. */
static const char *advice(const char *state) {
    static const struct {
        const char *state, *text;
    } known[] = {
        {"42P01", "; correct its from or query"},
        {"3F000", "; correct its from or query"},
        {"42703", "; correct its columns or query"},
        {"42601", "; correct its query"},
        {"42501", "; let the user read it (GRANT SELECT)"},
        {"57014", "; raise sync.timeout_seconds"},
        {"22007", "; if the configuration is right, run pocketrec sync --full"},
        {"22P02", "; if the configuration is right, run pocketrec sync --full"},
    };
    for (size_t i = 0; i < PRT_COUNT(known); i++) {
        if (strcmp(known[i].state, state) == 0)
            return known[i].text;
    }
    return "";
}

/* 08: connection; 57P: the server goes down or comes up; 40: a standby stopped the reading. */
static bool is_passing(const char *state) {
    return strncmp(state, "08", 2) == 0 || strncmp(state, "57P", 3) == 0 || strncmp(state, "40", 2) == 0;
}

/* 42: the statement; 22: values; 3D, 3F: no such database or schema; 0A: not supported. */
static bool is_mistake(const char *state) {
    static const char *const classes[] = {"42", "22", "3D", "3F", "0A", "25"};
    for (size_t i = 0; i < PRT_COUNT(classes); i++) {
        if (strncmp(state, classes[i], 2) == 0)
            return true;
    }
    return false;
}

static pr_status server_refused(prt_database *d, pg_result result, pr_error *error) {
    const char *state = d->api->PQresultErrorField(result, PG_FIELD_SQLSTATE);
    const char *message = d->api->PQresultErrorField(result, PG_FIELD_PRIMARY);
    char text[140];
    if (!state || !message)
        return connection_lost(d, error);
    tell(d, message, text, sizeof text);
    d->lost = is_passing(state);
    return prt_fail(error, is_mistake(state) ? PR_E_FORMAT : PR_E_IO, "%s: the database says: %s (SQLSTATE %s)%s",
                    d->doing, text, state, advice(state));
}

/* ---- asking ---- */

static int64_t milliseconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static pr_status no_answer(prt_database *d, pr_error *error) {
    char ignored[256];
    pg_cancel cancel = d->api->PQgetCancel(d->connection);
    if (cancel) {
        d->api->PQcancel(cancel, ignored, sizeof ignored);
        d->api->PQfreeCancel(cancel);
    }
    d->lost = true;
    return prt_fail(error, PR_E_IO,
                    "%s: the database did not answer within %u seconds; look after it, or raise sync.timeout_seconds",
                    d->doing, d->config->timeout);
}

/* Until the socket is ready or the time is over (false). */
static bool wait_for(const prt_database *d, short events, int64_t until) {
    struct pollfd socket = {d->api->PQsocket(d->connection), events, 0};
    int ready;
    do {
        const int64_t left = until - milliseconds_now();
        if (left <= 0)
            return false;
        ready = poll(&socket, 1, (int)(left < INT32_MAX ? left : INT32_MAX));
    } while (ready < 0 && errno == EINTR);
    return ready != 0;
}

/* Send all that is unsent and wait until the next result is there. */
static pr_status wait_for_result(prt_database *d, int64_t until, pr_error *error) {
    int unsent;
    while ((unsent = d->api->PQflush(d->connection)) != 0 || d->api->PQisBusy(d->connection)) {
        if (unsent < 0)
            return connection_lost(d, error);
        if (!wait_for(d, unsent ? POLLIN | POLLOUT : POLLIN, until))
            return no_answer(d, error);
        if (!d->api->PQconsumeInput(d->connection))
            return connection_lost(d, error);
    }
    return PR_OK;
}

/* The first result; a statement has one, and libpq wants to be asked until there is none. */
static pr_status take_result(prt_database *d, pg_result *out, pr_error *error) {
    const int64_t until = milliseconds_now() + (int64_t)(d->config->timeout + GRACE) * 1000;
    *out = NULL;
    for (;;) {
        PRT_TRY(wait_for_result(d, until, error));
        pg_result result = d->api->PQgetResult(d->connection);
        if (!result)
            return *out ? PR_OK : connection_lost(d, error);
        if (*out)
            d->api->PQclear(result);
        else
            *out = result;
    }
}

pr_status prt_database_ask(prt_database *d, const char *sql, int count, const char *const *values, pg_result *out,
                           pr_error *error) {
    pg_result result = NULL;
    d->lost = false;
    if (!sql)
        return prt_fail_memory(error, "asking the database");
    if (!d->api->PQsendQueryParams(d->connection, sql, count, NULL, values, NULL, NULL, 0))
        return connection_lost(d, error);
    pr_status status = take_result(d, &result, error);
    const int state = status == PR_OK ? d->api->PQresultStatus(result) : PG_COMMAND_OK;
    if (status == PR_OK && state != PG_COMMAND_OK && state != PG_TUPLES_OK)
        status = server_refused(d, result, error);
    if (status == PR_OK && out)
        *out = result;
    else if (result)
        d->api->PQclear(result);
    return status;
}

/* ---- beginning ---- */

static void pass_over(void *context, const char *message) {
    (void)context, (void)message;
}

/* How values are written, and limits, whatever the server's settings are. They hold for the transaction only, so that
 * they hold behind a pool of connections, too. */
static pr_status settle(prt_database *d, pr_error *error) {
    char limit[24];
    snprintf(limit, sizeof limit, "%us", d->config->timeout);
    const char *const values[] = {limit};
    return prt_database_ask(d,
                            "SELECT pg_catalog.set_config(name, value, true) FROM (VALUES ('timezone', 'UTC'), "
                            "('datestyle', 'ISO, YMD'), ('intervalstyle', 'iso_8601'), ('extra_float_digits', '1'), "
                            "('standard_conforming_strings', 'on'), ('cursor_tuple_fraction', '1'), "
                            "('idle_in_transaction_session_timeout', '0'), "
                            "('statement_timeout', $1)) AS settings(name, value)",
                            1, values, NULL, error);
}

pr_status prt_database_begin(prt_database *d, pr_error *error) {
    char limit[16];
    snprintf(limit, sizeof limit, "%u",
             d->config->timeout < LONGEST_CONNECTING ? d->config->timeout : LONGEST_CONNECTING);
    /* What stands behind dbname takes the place of what the configuration says, what stands before gives way to it. */
    static const char *const names[] = {"connect_timeout", "keepalives_idle", "fallback_application_name",
                                        "dbname",          "client_encoding", NULL};
    const char *const values[] = {limit, "30", "pocketrec sync", d->conninfo, "UTF8", NULL};
    prt_database_end(d);
    d->lost = false;
    d->connection = d->api->PQconnectdbParams(names, values, 1);
    if (!d->connection || d->api->PQstatus(d->connection) != PG_CONNECTION_OK)
        return not_reached(d, error);
    d->api->PQsetNoticeProcessor(d->connection, pass_over, NULL);
    d->api->PQsetnonblocking(d->connection, 1);
    PRT_TRY(prt_database_ask(d, "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY", 0, NULL, NULL, error));
    return settle(d, error);
}
