/* A run over all tables. */
#include "sync.h"

#include "fail.h"
#include "progress.h"
#include "sync_copy.h"

#include <string.h>
#include <time.h>

enum { LONGEST_WAIT = 30 };

typedef struct running {
    const prt_sync_config *config;
    const prt_sync_options *options;
    prt_database database;
    prt_mirror mirror;
    uint32_t done;    /* tables */
    uint32_t retries; /* of connections that were lost */
    pr_error *error;
} running;

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static bool is_chosen(const running *r, uint32_t table) {
    return !r->options->table || strcmp(r->options->table, r->config->tables[table].name) == 0;
}

static pr_status check_choice(const running *r) {
    const char *names[256];
    uint32_t count = 0;
    for (; count < r->config->table_count; count++) {
        if (is_chosen(r, count))
            return PR_OK;
        names[count] = r->config->tables[count].name;
    }
    const char *near = prt_nearest(r->options->table, names, count);
    return prt_fail(r->error, PR_E_ARGUMENT, "--table: sync.tables has none that is called \"%s\"%s%s%s",
                    r->options->table, near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static void say(const prt_sync_table *table, const prt_sync_status *s, double started) {
    prt_log("sync", "%s: %lld rows read: %lld new, %lld changed, %lld removed; %lld in the mirror (%.0f ms)",
            table->name, (long long)s->read, (long long)s->inserted, (long long)s->updated, (long long)s->deleted,
            (long long)s->rows, (seconds_now() - started) * 1e3);
}

/* One connection, one moment of the database: the tables that are left. */
static pr_status copy_tables(running *r) {
    PRT_TRY(prt_database_begin(&r->database, r->error));
    for (; r->done < r->config->table_count; r->done++) {
        const prt_sync_table *table = &r->config->tables[r->done];
        const double started = seconds_now();
        prt_sync_status status;
        if (!is_chosen(r, r->done))
            continue;
        PRT_TRY(prt_sync_copy(&r->database, &r->mirror, table, r->options->full, &status, r->error));
        say(table, &status, started);
    }
    return PR_OK;
}

static void wait_before(uint32_t retry) {
    const uint32_t seconds = retry < 5 ? 1u << retry : LONGEST_WAIT;
    const struct timespec wait = {.tv_sec = seconds};
    nanosleep(&wait, NULL);
}

/* A first connection that fails is not tried again; one that was there and went is. */
static pr_status copy_all(running *r) {
    bool reached = false;
    for (;;) {
        pr_status status = copy_tables(r);
        reached = reached || r->database.lost;
        if (status == PR_OK || status == PR_E_MEMORY || !reached || r->retries == r->config->retries ||
            (r->database.connection && !r->database.lost))
            return status;
        prt_log_warning("%s; connecting again (%u of %u)", r->error->message, r->retries + 1, r->config->retries);
        wait_before(r->retries++);
    }
}

/* sync_status tells of tables that were not come to, as well. */
static void note_failure(running *r) {
    pr_error ignored = {0};
    for (uint32_t i = r->done; r->mirror.sqlite && i < r->config->table_count; i++) {
        if (is_chosen(r, i))
            prt_mirror_finish(&r->mirror, r->config->tables[i].name, r->error->message, &ignored);
    }
}

static pr_status run(running *r) {
    PRT_TRY(check_choice(r));
    PRT_TRY(prt_mirror_check_place(r->config->into, r->options->site, r->error));
    PRT_TRY(prt_mirror_open(r->config->into, &r->mirror, r->error));
    pr_status status = prt_database_open(r->config, &r->database, r->error);
    if (status == PR_OK)
        status = copy_all(r);
    if (status != PR_OK)
        note_failure(r);
    return status;
}

pr_status prt_sync_run(const prt_config *config, const prt_sync_options *options, pr_error *error) {
    pr_error kept = {0};
    running r = {.config = &config->sync, .options = options, .mirror = {.lock = -1}, .error = error ? error : &kept};
    pr_status status = run(&r);
    if (r.database.config)
        prt_database_close(&r.database);
    prt_mirror_close(&r.mirror);
    return status;
}

/* ---- before a training ---- */

/* Opening the mirror also takes back what a killed run left half-done. */
static pr_status check_complete(const prt_sync_config *config, pr_error *error) {
    prt_mirror mirror;
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    pr_status status = prt_mirror_look(config->into, &mirror, error);
    for (uint32_t i = 0; status == PR_OK && i < config->table_count; i++) {
        prt_sync_status s;
        status = prt_mirror_status(&mirror, config->tables[i].name, &arena, &s, error);
        if (status == PR_OK && !s.complete)
            status = prt_fail(error, PR_E_IO,
                              "%s: the table \"%s\" of the mirror was never copied whole; run pocketrec sync first",
                              config->into, config->tables[i].name);
    }
    prt_mirror_close(&mirror);
    pr_arena_free(&arena);
    return status;
}

pr_status prt_sync_before(const prt_config *config, const char *bundle, bool leave_out, pr_error *error) {
    const prt_sync_options all = {0};
    pr_error wrong = {0};
    if (!config->has_sync)
        return PR_OK;
    PRT_TRY(prt_mirror_check_place(config->sync.into, bundle, error));
    pr_status status = leave_out ? PR_OK : prt_sync_run(config, &all, &wrong);
    const bool passing = status == PR_E_IO || status == PR_E_LOCKED;
    if (status != PR_OK && (config->sync.required || !passing || check_complete(&config->sync, NULL) != PR_OK)) {
        if (error)
            *error = wrong;
        return status;
    }
    if (status != PR_OK)
        prt_log_warning("%s; the training goes on with the mirror of the last time", wrong.message);
    return check_complete(&config->sync, error);
}

pr_status prt_sync_status_write(const prt_config *config, pr_writer *w, pr_error *error) {
    prt_mirror mirror;
    pr_status status = prt_mirror_look(config->sync.into, &mirror, error);
    if (status == PR_OK)
        status = prt_mirror_write_status(&mirror, w, error);
    prt_mirror_close(&mirror);
    return status;
}
