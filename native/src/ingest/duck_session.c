/* A DuckDB in memory: open, load extensions, run SQL. */
#include "duck_session.h"

#include "fail.h"

#include <stdio.h>
#include <string.h>

void prt_duck_add(pr_buffer *sql, const char *text) {
    pr_buffer_append(sql, text, strlen(text));
}

void prt_duck_add_quoted(pr_buffer *sql, char quote, const char *text) {
    pr_buffer_append(sql, &quote, 1);
    for (; *text; text++) {
        pr_buffer_append(sql, text, 1);
        if (*text == quote)
            pr_buffer_append(sql, &quote, 1);
    }
    pr_buffer_append(sql, &quote, 1);
}

pr_status prt_duck_finish(prt_duck_session *s, pr_buffer *sql, const char **out) {
    pr_buffer_append(sql, "", 1);
    *out = sql->bytes;
    return sql->failed ? prt_fail_memory(s->error, "asking DuckDB") : PR_OK;
}

/* The first line of DuckDB's message: the others quote the SQL. */
static pr_status duck_failed(prt_duck_session *s, const char *message) {
    const char *text = message ? message : "no reason given";
    return prt_fail(s->error, PR_E_FORMAT, "%s %s: %.*s", s->path, s->failed, (int)strcspn(text, "\n"), text);
}

pr_status prt_duck_query(prt_duck_session *s, const char *sql, duckdb_result *result) {
    *result = (duckdb_result){0};
    if (s->api->query(s->connection, sql, result) == 0)
        return PR_OK;
    pr_status status = duck_failed(s, s->api->result_error(result));
    s->api->destroy_result(result);
    return status;
}

pr_status prt_duck_run(prt_duck_session *s, const char *sql) {
    duckdb_result result;
    PRT_TRY(prt_duck_query(s, sql, &result));
    s->api->destroy_result(&result);
    return PR_OK;
}

pr_status prt_duck_extension(prt_duck_session *s, const char *name) {
    pr_buffer sql = {.arena = &s->sql}, path = {.arena = &s->sql};
    const char *text;
    prt_duck_add(&sql, "LOAD ");
    if (s->api->folder[0]) {
        prt_duck_add(&path, s->api->folder);
        prt_duck_add(&path, "/");
        prt_duck_add(&path, name);
        prt_duck_add(&path, ".duckdb_extension");
        PRT_TRY(prt_duck_finish(s, &path, &text));
        prt_duck_add_quoted(&sql, '\'', text);
    } else {
        prt_duck_add(&sql, name);
    }
    PRT_TRY(prt_duck_finish(s, &sql, &text));
    return prt_duck_run(s, text);
}

pr_status prt_duck_open(prt_duck_session *s, int threads) {
    char number[16], *why = NULL;
    duckdb_config config = NULL;
    pr_arena_init(&s->sql, pr_allocator_default(), 0);
    PRT_TRY(prt_duckdb_load(s->path, &s->api, s->error));
    snprintf(number, sizeof number, "%d", threads);
    if (s->api->create_config(&config) != 0)
        return prt_fail_memory(s->error, "opening DuckDB");
    bool set = s->api->set_config(config, "threads", number) == 0 &&
               s->api->set_config(config, "autoinstall_known_extensions", "false") == 0 &&
               s->api->set_config(config, "autoload_known_extensions", "false") == 0;
    bool opened = set && s->api->open_ext(NULL, &s->database, config, &why) == 0;
    s->api->destroy_config(&config);
    pr_status status = opened && s->api->connect(s->database, &s->connection) == 0 ? PR_OK : duck_failed(s, why);
    if (why)
        s->api->free(why);
    return status;
}

void prt_duck_close(prt_duck_session *s) {
    if (s->connection)
        s->api->disconnect(&s->connection);
    if (s->database)
        s->api->close(&s->database);
    if (s->sql.allocator)
        pr_arena_free(&s->sql);
}
