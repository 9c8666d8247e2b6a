/* Columns of a table in PostgreSQL, and the statements that read it. */
#include "sync_plan.h"

#include "fail.h"
#include "sync_sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Numbers of PostgreSQL's own types; they never change. */
enum {
    TYPE_BOOL = 16,
    TYPE_BYTEA = 17,
    TYPE_INT8 = 20,
    TYPE_INT2 = 21,
    TYPE_INT4 = 23,
    TYPE_OID = 26,
    TYPE_DATE = 1082,
    TYPE_TIMESTAMP = 1114,
    TYPE_TIMESTAMPTZ = 1184,
};

enum { DAY = 86400 /* seconds */ };

typedef struct planning {
    prt_database *database;
    prt_sync_plan *plan;
    pr_error *error;
    uint32_t count; /* of the source's columns */
    prt_sync_column *columns;
} planning;

static pr_status no_memory(planning *p) {
    return prt_fail_memory(p->error, "asking the database");
}

/* ---- the source ---- */

/* One part of a dotted name, quoted; what begins with a quote ends with one. Returns what follows. */
static const char *add_part(const char *from, pr_buffer *sql) {
    char part[256];
    size_t size = 0;
    const bool quoted = *from == '"';
    for (from += quoted; *from && (quoted || *from != '.'); from++) {
        if (quoted && *from == '"' && *++from != '"')
            break;
        if (size < sizeof part - 1)
            part[size++] = *from;
    }
    part[size] = 0;
    prt_sql(sql, "%n", part);
    return from;
}

static pr_status name_source(planning *p) {
    const prt_sync_table *t = p->plan->table;
    pr_buffer sql = {.arena = p->plan->arena};
    if (t->query) {
        size_t size = strlen(t->query);
        while (size && strchr("; \t\r\n", t->query[size - 1]))
            size--;
        prt_sql(&sql, "(");
        pr_buffer_append(&sql, t->query, size);
        prt_sql(&sql, "\n)"); /* a comment at its end ends */
    }
    for (const char *from = t->from; from && *from;) {
        from = add_part(from, &sql);
        if (*from && *from != '.')
            return prt_fail(p->error, PR_E_FORMAT,
                            "sync table %s: from goes on behind a closing quote; put a dot there", t->name);
        if (*from && !*++from)
            return prt_fail(p->error, PR_E_FORMAT, "sync table %s: from ends with a dot; take it out", t->name);
        prt_sql(&sql, *from ? "." : "");
    }
    p->plan->source = prt_sql_end(&sql);
    return p->plan->source ? PR_OK : no_memory(p);
}

/* ---- its columns ---- */

/* What is not in the list is taken as the text that PostgreSQL writes; arrays and rows are found by ask_kinds. */
static prt_cell_kind kind_of(unsigned type) {
    switch (type) {
    case TYPE_BOOL:
        return PRT_CELL_TRUTH;
    case TYPE_BYTEA:
        return PRT_CELL_BYTES;
    case TYPE_INT2:
    case TYPE_INT4:
    case TYPE_INT8:
    case TYPE_OID:
        return PRT_CELL_WHOLE;
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMPTZ:
        return PRT_CELL_MOMENT;
    default:
        return PRT_CELL_TEXT;
    }
}

static pr_status take_columns(planning *p, pg_result result) {
    const prt_libpq *api = p->database->api;
    p->count = (uint32_t)api->PQnfields(result);
    p->columns = pr_arena_array(p->plan->arena, p->count + 1u, sizeof *p->columns);
    if (!p->columns)
        return no_memory(p);
    for (uint32_t i = 0; i < p->count; i++) {
        const char *name = api->PQfname(result, (int)i);
        char *copy = pr_arena_take(p->plan->arena, strlen(name) + 1);
        if (!copy)
            return no_memory(p);
        memcpy(copy, name, strlen(name) + 1);
        const unsigned type = api->PQftype(result, (int)i);
        p->columns[i] = (prt_sync_column){copy, kind_of(type), type};
    }
    return PR_OK;
}

static pr_status ask_columns(planning *p) {
    pr_buffer sql = {.arena = p->plan->arena};
    pg_result result;
    prt_sql(&sql, "SELECT * FROM %s AS source LIMIT 0", p->plan->source);
    PRT_TRY(prt_database_ask(p->database, prt_sql_end(&sql), 0, NULL, &result, p->error));
    pr_status status = take_columns(p, result);
    p->database->api->PQclear(result);
    return status;
}

/* Which of the types are arrays (typcategory A) or rows (typtype c), and so become JSON? */
static pr_status ask_kinds(planning *p) {
    const prt_libpq *api = p->database->api;
    pg_result result;
    PRT_TRY(prt_database_ask(p->database,
                             "SELECT oid FROM pg_catalog.pg_type WHERE typcategory = 'A' OR typtype = 'c' OR oid = "
                             "'pg_catalog.record'::pg_catalog.regtype",
                             0, NULL, &result, p->error));
    for (int row = 0; row < api->PQntuples(result); row++) {
        const unsigned type = (unsigned)strtoul(api->PQgetvalue(result, row, 0), NULL, 10);
        for (uint32_t i = 0; i < p->count; i++) {
            if (p->columns[i].type == type)
                p->columns[i].kind = PRT_CELL_JSON;
        }
    }
    api->PQclear(result);
    return PR_OK;
}

static pr_status find_column(planning *p, const char *key, const char *name, const prt_sync_column **out) {
    for (uint32_t i = 0; i < p->count; i++) {
        if (strcmp(p->columns[i].name, name) == 0) {
            *out = &p->columns[i];
            return PR_OK;
        }
    }
    const char **names = pr_arena_array(p->plan->arena, p->count + 1u, sizeof *names);
    for (uint32_t i = 0; names && i < p->count; i++)
        names[i] = p->columns[i].name;
    const char *near = names ? prt_nearest(name, names, p->count) : NULL;
    return prt_fail(
        p->error, PR_E_FORMAT, "sync table %s: there is no column \"%s\" in the database, which %s names%s%s%s",
        p->plan->table->name, name, key, near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

/* ---- the choice ---- */

static bool is_named(const prt_name_list *names, const char *name) {
    for (uint32_t i = 0; i < names->count; i++) {
        if (strcmp(names->names[i], name) == 0)
            return true;
    }
    return false;
}

static pr_status check_named(planning *p) {
    const prt_sync_table *t = p->plan->table;
    const prt_sync_column *column;
    for (uint32_t i = 0; i < t->columns.count; i++) {
        PRT_TRY(find_column(p, "columns", t->columns.names[i], &column));
        if (column->kind == PRT_CELL_BYTES)
            return prt_fail(p->error, PR_E_FORMAT,
                            "sync table %s: the column \"%s\" holds bytes (bytea), which are not copied; take it out "
                            "of columns",
                            t->name, column->name);
    }
    return PR_OK;
}

/* The key's, and those that are named or, where none is, all that can be copied. */
static pr_status choose_columns(planning *p) {
    prt_sync_plan *plan = p->plan;
    const prt_sync_table *t = plan->table;
    const char **left = pr_arena_array(plan->arena, p->count + 1u, sizeof *left);
    plan->columns = pr_arena_array(plan->arena, p->count + 1u, sizeof *plan->columns);
    if (!left || !plan->columns)
        return no_memory(p);
    plan->left_out = (prt_name_list){0, left};
    for (uint32_t i = 0; i < p->count; i++) {
        const prt_sync_column *column = &p->columns[i];
        if (t->columns.count && !is_named(&t->columns, column->name) && !is_named(&t->key, column->name))
            continue;
        if (column->kind == PRT_CELL_BYTES)
            left[plan->left_out.count++] = column->name;
        else
            plan->columns[plan->column_count++] = *column;
    }
    return PR_OK;
}

/* SQLite does not tell names apart that differ in case only; a query can give two columns one name. */
static pr_status check_alike(planning *p) {
    const prt_sync_plan *plan = p->plan;
    for (uint32_t i = 0; i < plan->column_count; i++) {
        for (uint32_t j = 0; j < i; j++) {
            if (strcasecmp(plan->columns[i].name, plan->columns[j].name) == 0)
                return prt_fail(p->error, PR_E_FORMAT,
                                "sync table %s: the columns \"%s\" and \"%s\" have one name but for capitals, which "
                                "SQLite does not tell apart; choose with columns, or rename one in a query",
                                plan->table->name, plan->columns[j].name, plan->columns[i].name);
        }
    }
    return PR_OK;
}

static pr_status find_key(planning *p) {
    prt_sync_plan *plan = p->plan;
    const prt_name_list *key = &plan->table->key;
    const prt_sync_column *column;
    for (uint32_t k = 0; k < key->count; k++) {
        PRT_TRY(find_column(p, "key", key->names[k], &column));
        if (column->kind == PRT_CELL_BYTES || column->kind == PRT_CELL_JSON)
            return prt_fail(
                p->error, PR_E_FORMAT,
                "sync table %s: the key \"%s\" holds bytes, an array or a row; make a text of it in a query",
                plan->table->name, column->name);
        while (strcmp(plan->columns[plan->key[k]].name, key->names[k]) != 0)
            plan->key[k]++;
    }
    return PR_OK;
}

static pr_status find_updated(planning *p) {
    const char *name = p->plan->table->updated;
    const prt_sync_column *column;
    if (!name)
        return PR_OK;
    PRT_TRY(find_column(p, "updated", name, &column));
    p->plan->updated_type = column->type == TYPE_TIMESTAMPTZ ? "timestamptz"
                            : column->type == TYPE_TIMESTAMP ? "timestamp"
                            : column->type == TYPE_DATE      ? "date"
                                                             : NULL;
    if (p->plan->updated_type)
        return PR_OK;
    return prt_fail(
        p->error, PR_E_FORMAT,
        "sync table %s: updated names \"%s\", which is no timestamp or date; name one, or leave updated out "
        "and all rows are read every time",
        p->plan->table->name, name);
}

static pr_status find_deleted(planning *p) {
    const char *name = p->plan->table->deleted;
    const prt_sync_column *column;
    if (!name)
        return PR_OK;
    PRT_TRY(find_column(p, "deleted", name, &column));
    p->plan->deleted_truth = column->kind == PRT_CELL_TRUTH;
    return PR_OK;
}

/* A hash of what the configuration says of the table: rows that were copied under another definition may be wrong. */
static pr_status define(planning *p) {
    const prt_sync_table *t = p->plan->table;
    pr_buffer text = {.arena = p->plan->arena};
    prt_sql(&text, "%s|%n|%n|", p->plan->source, t->updated ? t->updated : "", t->deleted ? t->deleted : "");
    prt_sql_names(&text, &t->key, "", ",");
    if (text.failed)
        return no_memory(p);
    snprintf(p->plan->definition, sizeof p->plan->definition, "%016llx",
             (unsigned long long)pr_hash_bytes(text.bytes, text.size, 0));
    return PR_OK;
}

pr_status prt_sync_plan_make(prt_database *database, const prt_sync_table *table, prt_sync_plan *out, pr_error *error) {
    *out = (prt_sync_plan){.table = table, .arena = &database->arena};
    planning p = {.database = database, .plan = out, .error = error};
    PRT_TRY(name_source(&p));
    PRT_TRY(ask_columns(&p));
    PRT_TRY(ask_kinds(&p));
    PRT_TRY(check_named(&p));
    PRT_TRY(choose_columns(&p));
    PRT_TRY(find_key(&p));
    PRT_TRY(find_updated(&p));
    PRT_TRY(find_deleted(&p));
    PRT_TRY(check_alike(&p));
    return define(&p);
}

/* ---- statements ---- */

static void add_deleted(const prt_sync_plan *plan, pr_buffer *sql) {
    if (plan->table->deleted)
        prt_sql(sql, plan->deleted_truth ? "(source.%n IS TRUE)" : "(source.%n IS NOT NULL)", plan->table->deleted);
    else
        prt_sql(sql, "false");
}

static void add_column(const prt_sync_column *column, pr_buffer *sql) {
    prt_sql(sql, column->kind == PRT_CELL_JSON ? "pg_catalog.to_json(source.%n)::text" : "source.%n", column->name);
}

/* The database's own clock, as the type of `updated`: a row with a wrong year must not hide all that comes after it. A
 * time without a zone may be of any zone, so it gets a day. */
static void add_clock(const prt_sync_plan *plan, pr_buffer *sql) {
    const bool zone = strcmp(plan->updated_type, "timestamptz") == 0;
    prt_sql(sql, zone ? "pg_catalog.now()" : "(pg_catalog.now() + pg_catalog.make_interval(days => 1))::%s",
            plan->updated_type);
}

/* The newest time that is written so far, none ahead of the clock. The rows come in the order of their times. */
static void add_mark(const prt_sync_plan *plan, pr_buffer *sql) {
    const char *type = plan->updated_type, *name = plan->table->updated;
    prt_sql(sql, "CASE WHEN source.%n IS NULL THEN $1::%s ELSE GREATEST($1::%s, LEAST(source.%n, ", name, type, type,
            name);
    add_clock(plan, sql);
    prt_sql(sql, ")) END::text");
}

static void add_select(const prt_sync_plan *plan, pr_buffer *sql) {
    prt_sql(sql, "DECLARE rows NO SCROLL CURSOR FOR SELECT ");
    for (uint32_t i = 0; i < plan->column_count; i++) {
        add_column(&plan->columns[i], sql);
        prt_sql(sql, ", ");
    }
    add_deleted(plan, sql);
    prt_sql(sql, ", ");
}

const char *prt_sync_plan_all(const prt_sync_plan *plan, bool behind) {
    pr_buffer sql = {.arena = plan->arena};
    const prt_name_list *key = &plan->table->key;
    char number[16];
    add_select(plan, &sql);
    prt_sql(&sql, "NULL::text FROM %s AS source", plan->source);
    if (behind) {
        prt_sql(&sql, " WHERE (");
        prt_sql_names(&sql, key, "source.", ", ");
        prt_sql(&sql, ") > (");
        for (uint32_t k = 0; k < key->count; k++) {
            snprintf(number, sizeof number, "$%u", k + 1);
            prt_sql(&sql, "%s%s", k ? ", " : "", number);
        }
        prt_sql(&sql, ")");
    }
    prt_sql(&sql, " ORDER BY ");
    prt_sql_names(&sql, key, "source.", ", ");
    return prt_sql_end(&sql);
}

/* How far before the watermark rows are read, in the unit that `updated` is less by: days of a date, else seconds. The
 * watermark of a time without a zone may lie a day ahead of the database's clock (add_clock), and a zone's clock twelve
 * hours behind it. */
static uint32_t reach(const prt_sync_plan *plan, uint32_t overlap) {
    const bool zone = strcmp(plan->updated_type, "timestamptz") == 0, date = strcmp(plan->updated_type, "date") == 0;
    const uint32_t seconds = overlap + (zone ? 0 : DAY + DAY / 2);
    return date ? (seconds + DAY - 1) / DAY : seconds;
}

const char *prt_sync_plan_since(const prt_sync_plan *plan, uint32_t overlap) {
    pr_buffer sql = {.arena = plan->arena};
    const char *type = plan->updated_type, *name = plan->table->updated;
    const bool date = strcmp(type, "date") == 0;
    char number[16];
    snprintf(number, sizeof number, "%u", reach(plan, overlap));
    add_select(plan, &sql);
    add_mark(plan, &sql);
    prt_sql(&sql, " FROM %s AS source WHERE source.%n IS NULL OR source.%n >= $1::%s - ", plan->source, name, name,
            type);
    prt_sql(&sql, date ? "%s" : "pg_catalog.make_interval(secs => %s)", number);
    prt_sql(&sql, " ORDER BY source.%n NULLS FIRST", name);
    return prt_sql_end(&sql);
}

const char *prt_sync_plan_newest(const prt_sync_plan *plan) {
    pr_buffer sql = {.arena = plan->arena};
    const char *name = plan->table->updated;
    prt_sql(&sql, "SELECT CASE WHEN max(source.%n) IS NOT NULL THEN LEAST(max(source.%n), ", name, name);
    add_clock(plan, &sql);
    prt_sql(&sql, ") END::text FROM %s AS source", plan->source);
    return prt_sql_end(&sql);
}

const char *prt_sync_plan_keys(const prt_sync_plan *plan) {
    pr_buffer sql = {.arena = plan->arena};
    prt_sql(&sql, "DECLARE rows NO SCROLL CURSOR FOR SELECT ");
    prt_sql_names(&sql, &plan->table->key, "source.", ", ");
    prt_sql(&sql, " FROM %s AS source WHERE NOT ", plan->source);
    add_deleted(plan, &sql);
    prt_sql(&sql, " ORDER BY ");
    prt_sql_names(&sql, &plan->table->key, "source.", ", ");
    return prt_sql_end(&sql);
}
