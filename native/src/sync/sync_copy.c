/* Copying a table: the rows that changed, then the keys. */
#include "sync_copy.h"

#include "fail.h"
#include "progress.h"
#include "sync_table.h"

#include <stdio.h>
#include <string.h>

typedef struct copying {
    prt_database *database;
    prt_mirror *mirror;
    const prt_sync_table *config;
    prt_sync_plan plan;
    prt_mirror_table table;
    prt_sync_status *status;
    bool all;         /* the pages are of all rows, in the order of their keys */
    bool fresh;       /* nothing was ever copied: each row is new, and each key that comes again is one too many */
    int64_t nameless; /* rows without a key */
    int64_t again;    /* rows that the mirror had already */
    int64_t missing;  /* keys that it has not */
    pr_error *error;
} copying;

/* ---- pages ---- */

typedef pr_status (*page_writer)(copying *c, pg_result rows);

/* Fetch the cursor's rows page after page; `page` sees each that is not empty. */
static pr_status each_page(copying *c, page_writer page) {
    char fetch[48];
    int count = 1;
    snprintf(fetch, sizeof fetch, "FETCH FORWARD %u FROM rows", c->database->config->batch);
    while (count > 0) {
        pg_result rows;
        PRT_TRY(prt_database_ask(c->database, fetch, 0, NULL, &rows, c->error));
        count = c->database->api->PQntuples(rows);
        pr_status status = count ? page(c, rows) : PR_OK;
        c->database->api->PQclear(rows);
        PRT_TRY(status);
    }
    return prt_database_ask(c->database, "CLOSE rows", 0, NULL, NULL, c->error);
}

/* The key of a row as a JSON array of texts: where a copy of all rows that is stopped goes on. */
static const char *key_of(const copying *c, pg_result rows, int row) {
    pr_buffer text = {.arena = c->plan.arena};
    pr_writer w = {.out = &text};
    pr_write_array(&w);
    for (uint32_t k = 0; k < c->config->key.count; k++)
        pr_write_text(&w, c->database->api->PQgetvalue(rows, row, (int)c->plan.key[k]));
    pr_write_end_array(&w);
    pr_buffer_append(&text, "", 1);
    return text.failed ? NULL : text.bytes;
}

static bool has_key(const copying *c, pg_result rows, int row) {
    bool has = true;
    for (uint32_t k = 0; k < c->config->key.count; k++)
        has = has && !c->database->api->PQgetisnull(rows, row, (int)c->plan.key[k]);
    return has;
}

/* How far the page leads. Rows without a key come last and are left out. */
static pr_status move_on(copying *c, pg_result rows, int last) {
    const int mark = (int)c->plan.column_count + 1;
    if (!c->database->api->PQgetisnull(rows, last, mark))
        snprintf(c->status->watermark, sizeof c->status->watermark, "%s",
                 c->database->api->PQgetvalue(rows, last, mark));
    const bool moves = c->all && has_key(c, rows, last);
    if (moves)
        c->status->position = key_of(c, rows, last);
    if (moves && !c->status->position)
        return prt_fail_memory(c->error, "copying rows");
    return prt_mirror_progress(c->mirror, c->config->name, c->status, c->error);
}

static pr_status put_rows(copying *c, pg_result rows) {
    prt_sync_status *s = c->status;
    const int count = c->database->api->PQntuples(rows);
    for (int row = 0; row < count; row++) {
        prt_row_fate fate;
        PRT_TRY(prt_mirror_table_put(&c->table, rows, row, &fate, c->error));
        s->inserted += fate == PRT_ROW_INSERTED;
        s->updated += fate == PRT_ROW_UPDATED;
        s->deleted += fate == PRT_ROW_DELETED;
        s->rows += (fate == PRT_ROW_INSERTED) - (fate == PRT_ROW_DELETED);
        c->nameless += fate == PRT_ROW_NO_KEY;
        c->again += fate == PRT_ROW_SAME || fate == PRT_ROW_UPDATED;
    }
    s->read += count;
    return move_on(c, rows, count - 1);
}

static bool is_open(const copying *c) {
    return !sqlite3_get_autocommit(c->mirror->sqlite);
}

static pr_status commit(copying *c) {
    return is_open(c) ? prt_mirror_run(c->mirror, "COMMIT", c->error) : PR_OK;
}

/* What is written between is written whole or not at all. The transaction of the first page is open already: columns
 * that changed go with the first rows that have them. */
static pr_status in_transaction(copying *c, pg_result rows, page_writer write) {
    if (!is_open(c))
        PRT_TRY(prt_mirror_run(c->mirror, "BEGIN IMMEDIATE", c->error));
    PRT_TRY(write(c, rows));
    return commit(c);
}

static pr_status put_page(copying *c, pg_result rows) {
    return in_transaction(c, rows, put_rows);
}

static pr_status copy_pages(copying *c, const char *sql, int count, const char *const *values) {
    PRT_TRY(prt_database_ask(c->database, sql, count, values, NULL, c->error));
    PRT_TRY(each_page(c, put_page));
    return commit(c); /* there was no page */
}

static pr_status copy_since(copying *c) {
    const char *const watermark[] = {c->status->watermark};
    c->all = false;
    return copy_pages(c, prt_sync_plan_since(&c->plan, c->database->config->overlap), 1, watermark);
}

/* Where the copy of all rows was stopped; false: nowhere, or what changed before that place since then cannot be told.
 */
static bool read_position(copying *c, const char *key[PRT_SYNC_KEYS]) {
    const pr_json_limits limits = {64 << 20, 2};
    const pr_json *array;
    const char *text = c->status->position;
    if (!text || !c->status->watermark[0] ||
        pr_json_parse(text, strlen(text), &limits, c->plan.arena, &array, NULL) != PR_OK)
        return false;
    uint32_t count = 0;
    for (const pr_json *part = array->type == PR_JSON_ARRAY ? array->first : NULL;
         part && part->type == PR_JSON_STRING && count < PRT_SYNC_KEYS; part = part->next)
        key[count++] = part->string;
    return count == c->config->key.count;
}

/* What changes from here on is newer than this, less the overlap. */
static pr_status ask_newest(copying *c) {
    const prt_libpq *api = c->database->api;
    pg_result newest;
    c->status->watermark[0] = 0;
    if (!c->plan.updated_type)
        return PR_OK;
    PRT_TRY(prt_database_ask(c->database, prt_sync_plan_newest(&c->plan), 0, NULL, &newest, c->error));
    if (!api->PQgetisnull(newest, 0, 0))
        snprintf(c->status->watermark, sizeof c->status->watermark, "%s", api->PQgetvalue(newest, 0, 0));
    api->PQclear(newest);
    return PR_OK;
}

/* In the order of the keys, which is how the mirror lies: a first copy writes each of its pages once. One that was
 * stopped goes on behind its last key; the keys before it are then as they were at its beginning, and brought up to
 * date. */
static pr_status copy_all(copying *c) {
    const char *key[PRT_SYNC_KEYS];
    const bool resumed = read_position(c, key);
    c->all = true;
    if (!resumed)
        PRT_TRY(ask_newest(c));
    PRT_TRY(copy_pages(c, prt_sync_plan_all(&c->plan, resumed), resumed ? (int)c->config->key.count : 0, key));
    c->status->position = NULL;
    PRT_TRY(prt_mirror_progress(c->mirror, c->config->name, c->status, c->error));
    return resumed && c->status->watermark[0] ? copy_since(c) : PR_OK;
}

/* ---- keys ---- */

static pr_status not_unique(copying *c) {
    return prt_fail(c->error, PR_E_FORMAT,
                    "sync table %s: the key is not unique: several rows have the same one; add columns to key",
                    c->config->name);
}

static pr_status see_keys(copying *c, pg_result keys) {
    bool twice = false;
    const int count = c->database->api->PQntuples(keys);
    for (int row = 0; row < count; row++) {
        PRT_TRY(prt_mirror_sweep_see(&c->table, keys, row, &twice, c->error));
        if (twice)
            return not_unique(c);
    }
    return PR_OK;
}

/* One transaction a page costs nothing here: the keys lie in a temporary table. */
static pr_status see_page(copying *c, pg_result keys) {
    return in_transaction(c, keys, see_keys);
}

static pr_status end_sweep(copying *c, pg_result none) {
    int64_t gone;
    (void)none;
    PRT_TRY(prt_mirror_sweep_end(&c->table, &gone, &c->missing, c->error));
    c->status->deleted += gone;
    c->status->rows -= gone;
    return prt_mirror_progress(c->mirror, c->config->name, c->status, c->error);
}

static pr_status sweep(copying *c) {
    const int64_t before = c->status->rows;
    PRT_TRY(prt_mirror_sweep_begin(&c->table, c->error));
    PRT_TRY(prt_database_ask(c->database, prt_sync_plan_keys(&c->plan), 0, NULL, NULL, c->error));
    PRT_TRY(each_page(c, see_page));
    PRT_TRY(in_transaction(c, NULL, end_sweep));
    if (before > 100 && c->status->rows < before / 2)
        prt_log_warning("%s: more than half of the rows are gone from the database (%lld of %lld are left)",
                        c->config->name, (long long)c->status->rows, (long long)before);
    if (c->missing == 0)
        return PR_OK;
    prt_log_warning("%s: %lld rows came in with an older \"%s\" than the overlap covers; all rows are read again",
                    c->config->name, (long long)c->missing, c->config->updated ? c->config->updated : "time");
    return copy_all(c);
}

/* ---- the table ---- */

static pr_status prepare(copying *c, bool full) {
    PRT_TRY(prt_sync_plan_make(c->database, c->config, &c->plan, c->error));
    PRT_TRY(prt_mirror_status(c->mirror, c->config->name, c->plan.arena, c->status, c->error));
    if (full) {
        c->status->watermark[0] = 0;
        c->status->position = NULL;
    }
    PRT_TRY(prt_mirror_table_open(c->mirror, &c->plan, c->database->api, c->status, &c->table, c->error));
    /* Without rows but with a watermark it was emptied, or a first copy met rows marked as deleted before it stopped.
     */
    c->fresh = c->status->rows == 0 && !c->status->watermark[0] && !c->status->position;
    return PR_OK;
}

static pr_status copy(copying *c, bool full) {
    PRT_TRY(prepare(c, full));
    const bool doubtful = full || !c->status->complete;
    PRT_TRY(c->status->position || !c->status->watermark[0] ? copy_all(c) : copy_since(c));
    if (c->nameless)
        prt_log_warning("%s: %lld rows have no key (NULL) and are left out", c->config->name, (long long)c->nameless);
    if (c->fresh && c->again > 0)
        return not_unique(c);
    return !c->fresh && (c->config->sweep || doubtful) ? sweep(c) : PR_OK;
}

pr_status prt_sync_copy(prt_database *database, prt_mirror *mirror, const prt_sync_table *table, bool full,
                        prt_sync_status *out, pr_error *error) {
    char doing[160];
    pr_error ignored = {0};
    snprintf(doing, sizeof doing, "sync table %s", table->name);
    *out = (prt_sync_status){0};
    copying c = {.database = database, .mirror = mirror, .config = table, .status = out, .error = error};
    database->doing = doing;
    pr_status status = copy(&c, full);
    if (status != PR_OK && is_open(&c))
        sqlite3_exec(mirror->sqlite, "ROLLBACK", NULL, NULL, NULL);
    prt_mirror_table_close(&c.table);
    database->doing = "sync.database";
    if (status == PR_OK)
        return prt_mirror_finish(mirror, table->name, NULL, error);
    prt_mirror_finish(mirror, table->name, error->message, &ignored);
    return status;
}
