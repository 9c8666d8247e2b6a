/* Reading Parquet, XLSX and SQLite through DuckDB: it opens the file and makes text of every value, the rest goes the
 * way of all rows. What counts as a line number is the number of the row. */
#include "duck_session.h"
#include "row_source.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CELL = 16 << 20, FLUSH = 65536 };

typedef struct duck_column {
    char *name;
    bool list, nested, real;
} duck_column;

typedef struct duck_job {
    prt_reading *reading;
    prt_duck_session session;
    const char *scan; /* what stands behind FROM */
    duck_column *columns;
    uint32_t column_count;
    uint32_t at[PRT_MOST_WANTED]; /* the column of each wanted one */
    prt_field fields[PRT_MOST_WANTED];
    char (*padded)[16];
    pr_arena lists;
    prt_piece piece;
    uint64_t row;
} duck_job;

/* ---- rows of a result ---- */

typedef pr_status (*duck_visitor)(duck_job *d, duckdb_string_t *const *cells, uint64_t *const *valid, uint64_t row);

static uint32_t size_of(const duckdb_string_t *cell) {
    return cell->inlined.length;
}

static const char *cell_bytes(const duckdb_string_t *cell) {
    return size_of(cell) <= sizeof cell->inlined.bytes ? cell->inlined.bytes : cell->pointer.bytes;
}

static bool is_null(const uint64_t *valid, uint64_t row) {
    return valid && !(valid[row / 64] >> (row % 64) & 1);
}

static pr_status visit_chunk(duck_job *d, duckdb_data_chunk chunk, uint64_t columns, duck_visitor visit) {
    duckdb_string_t *cells[PRT_MOST_WANTED];
    uint64_t *valid[PRT_MOST_WANTED];
    for (uint64_t c = 0; c < columns; c++) {
        duckdb_vector vector = d->session.api->data_chunk_get_vector(chunk, c);
        cells[c] = d->session.api->vector_get_data(vector);
        valid[c] = d->session.api->vector_get_validity(vector);
    }
    uint64_t rows = d->session.api->data_chunk_get_size(chunk);
    for (uint64_t row = 0; row < rows; row++)
        PRT_TRY(visit(d, cells, valid, row));
    return PR_OK;
}

/* All columns of the query are VARCHAR. */
static pr_status visit_rows(duck_job *d, const char *sql, duck_visitor visit) {
    duckdb_result result;
    PRT_TRY(prt_duck_query(&d->session, sql, &result));
    uint64_t columns = d->session.api->column_count(&result);
    pr_status status = PR_OK;
    duckdb_data_chunk chunk;
    while (status == PR_OK && columns <= PRT_MOST_WANTED && (chunk = d->session.api->fetch_chunk(result))) {
        status = visit_chunk(d, chunk, columns, visit);
        d->session.api->destroy_data_chunk(&chunk);
    }
    d->session.api->destroy_result(&result);
    return status;
}

/* ---- columns ---- */

static pr_status see_column(duck_job *d, duckdb_string_t *const *cells, uint64_t *const *valid, uint64_t row) {
    (void)valid;
    duck_column *grown = realloc(d->columns, (d->column_count + (size_t)1) * sizeof *grown);
    if (!grown)
        return prt_fail_memory(d->reading->error, "asking DuckDB");
    d->columns = grown;
    const duckdb_string_t *name = &cells[0][row], *type = &cells[1][row];
    const char *bytes = cell_bytes(type);
    duck_column *column = &grown[d->column_count];
    *column = (duck_column){.name = strndup(cell_bytes(name), size_of(name))};
    if (!column->name)
        return prt_fail_memory(d->reading->error, "asking DuckDB");
    d->column_count++;
    column->list = size_of(type) >= 2 && memcmp(bytes + size_of(type) - 2, "[]", 2) == 0;
    column->nested =
        !column->list && size_of(type) >= 6 && (memcmp(bytes, "STRUCT", 6) == 0 || memcmp(bytes, "MAP(", 4) == 0);
    column->real = size_of(type) == 6 && memcmp(bytes, "DOUBLE", 6) == 0;
    return PR_OK;
}

static pr_status find_columns(duck_job *d) {
    pr_buffer sql = {.arena = &d->session.sql};
    const char *text;
    prt_duck_add(&sql, "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ");
    prt_duck_add(&sql, d->scan);
    prt_duck_add(&sql, ")");
    PRT_TRY(prt_duck_finish(&d->session, &sql, &text));
    PRT_TRY(visit_rows(d, text, see_column));
    for (uint32_t i = 0; i < d->reading->wanted_count; i++) {
        d->at[i] = 0;
        while (d->at[i] < d->column_count && strcmp(d->columns[d->at[i]].name, d->reading->wanted[i].column) != 0)
            d->at[i]++;
        if (d->at[i] < d->column_count)
            continue;
        const char **names = pr_arena_array(&d->session.sql, d->column_count + (size_t)1, sizeof *names);
        for (uint32_t c = 0; names && c < d->column_count; c++)
            names[c] = d->columns[c].name;
        return prt_no_such_column(d->reading, &d->reading->wanted[i], names, names ? d->column_count : 0);
    }
    return PR_OK;
}

/* ---- rows ---- */

/* SQLite has no lists; who keeps them there, as `pocketrec sync` does, writes JSON. */
static bool is_json_list(duck_job *d, uint32_t column, const duckdb_string_t *cell, const pr_json **out) {
    const pr_json_limits limits = {MOST_CELL, 8};
    const prt_sink *sink = d->reading->sink;
    return *cell_bytes(cell) == '[' && sink->takes_list && sink->takes_list(sink->context, column) &&
           pr_json_parse(cell_bytes(cell), size_of(cell), &limits, &d->lists, out, NULL) == PR_OK &&
           (*out)->type == PR_JSON_ARRAY;
}

static pr_status set_field(duck_job *d, uint32_t i, const duckdb_string_t *cell, bool null) {
    prt_field *f = &d->fields[i];
    *f = (prt_field){.bytes = d->padded[i], .kind = PRT_FIELD_MISSING};
    if (null || size_of(cell) == 0)
        return PR_OK;
    if (d->columns[d->at[i]].nested) {
        f->kind = PRT_FIELD_WRONG;
        return PR_OK;
    }
    if (d->columns[d->at[i]].list) {
        const pr_json_limits limits = {MOST_CELL, 8};
        pr_status status = pr_json_parse(cell_bytes(cell), size_of(cell), &limits, &d->lists, &f->list, NULL);
        f->kind = status != PR_OK || f->list->type != PR_JSON_ARRAY ? PRT_FIELD_WRONG
                  : f->list->size                                   ? PRT_FIELD_LIST
                                                                    : PRT_FIELD_MISSING;
        return status == PR_E_MEMORY ? prt_fail_memory(d->reading->error, "reading a list") : PR_OK;
    }
    if (is_json_list(d, i, cell, &f->list)) {
        f->kind = f->list->size ? PRT_FIELD_LIST : PRT_FIELD_MISSING;
        return PR_OK;
    }
    f->kind = PRT_FIELD_TEXT;
    f->bytes = cell_bytes(cell);
    f->size = size_of(cell);
    if (size_of(cell) < 8) {
        memset(d->padded[i], 0, sizeof d->padded[i]);
        memcpy(d->padded[i], f->bytes, f->size);
        f->bytes = d->padded[i];
    }
    return PR_OK;
}

/* The row as it would stand in a CSV file, for the rejects. */
static size_t write_excerpt(const duck_job *d, char *out, size_t room) {
    size_t used = 0;
    for (uint32_t i = 0; i < d->reading->wanted_count && used + 1 < room; i++) {
        int n = snprintf(out + used, room - used, "%s%.*s", i ? "," : "",
                         (int)(d->fields[i].size < 80 ? d->fields[i].size : 80), d->fields[i].bytes);
        used += (size_t)n < room - used ? (size_t)n : room - used - 1;
    }
    return used;
}

static pr_status take_row(duck_job *d, duckdb_string_t *const *cells, uint64_t *const *valid, uint64_t row) {
    char excerpt[PRT_EXCERPT];
    pr_arena_reset(&d->lists);
    for (uint32_t i = 0; i < d->reading->wanted_count; i++)
        PRT_TRY(set_field(d, i, &cells[i][row], is_null(valid[i], row)));
    d->piece.line = ++d->row;
    d->piece.rows++;
    const char *reason = d->reading->sink->row(d->reading->sink->context, &d->piece, d->fields);
    if (reason) {
        prt_piece_reject(&d->piece, reason, d->row, excerpt, write_excerpt(d, excerpt, sizeof excerpt));
    }
    if (d->piece.rows >= FLUSH || d->piece.out_of_memory)
        return prt_piece_append(&d->piece, d->reading, 0);
    return PR_OK;
}

/* The column as a text. Spreadsheets know no whole numbers, only 1.0: write it as 1, or ids would not match. */
static void add_column(pr_buffer *sql, const duck_column *column) {
    static const char *const whole[] = {
        "CASE WHEN ", " = trunc(", ") AND abs(", ") < 1e15 THEN CAST(CAST(", " AS BIGINT) AS VARCHAR) ELSE ", NULL};
    for (size_t i = 0; column->real && whole[i]; i++) {
        prt_duck_add(sql, whole[i]);
        if (whole[i + 1])
            prt_duck_add_quoted(sql, '"', column->name);
    }
    prt_duck_add(sql, column->list ? "CAST(to_json(" : "CAST((");
    prt_duck_add_quoted(sql, '"', column->name);
    prt_duck_add(sql, column->real ? ") AS VARCHAR) END" : ") AS VARCHAR)");
}

static pr_status read_rows(duck_job *d) {
    pr_buffer sql = {.arena = &d->session.sql};
    const char *text;
    prt_duck_add(&sql, "SELECT ");
    for (uint32_t i = 0; i < d->reading->wanted_count; i++) {
        prt_duck_add(&sql, i ? ", " : "");
        add_column(&sql, &d->columns[d->at[i]]);
    }
    prt_duck_add(&sql, " FROM ");
    prt_duck_add(&sql, d->scan);
    PRT_TRY(prt_duck_finish(&d->session, &sql, &text));
    PRT_TRY(visit_rows(d, text, take_row));
    return prt_piece_append(&d->piece, d->reading, 0);
}

/* ---- formats ---- */

static pr_status scan_parquet(duck_job *d) {
    pr_buffer sql = {.arena = &d->session.sql};
    prt_duck_add(&sql, "read_parquet(");
    prt_duck_add_quoted(&sql, '\'', d->reading->path);
    prt_duck_add(&sql, ")");
    return prt_duck_finish(&d->session, &sql, &d->scan);
}

static pr_status scan_xlsx(duck_job *d) {
    pr_buffer sql = {.arena = &d->session.sql};
    PRT_TRY(prt_duck_extension(&d->session, "excel"));
    prt_duck_add(&sql, "read_xlsx(");
    prt_duck_add_quoted(&sql, '\'', d->reading->path);
    prt_duck_add(&sql, d->reading->source->header ? ", header = true" : ", header = false");
    if (d->reading->source->table) {
        prt_duck_add(&sql, ", sheet = ");
        prt_duck_add_quoted(&sql, '\'', d->reading->source->table);
    }
    prt_duck_add(&sql, ")");
    return prt_duck_finish(&d->session, &sql, &d->scan);
}

static pr_status see_table(duck_job *d, duckdb_string_t *const *cells, uint64_t *const *valid, uint64_t row) {
    (void)valid;
    if (d->scan)
        return prt_fail(d->reading->error, PR_E_FORMAT, "%s has several tables; name one in %s.table", d->reading->path,
                        d->reading->source->key);
    char *name = pr_arena_take(&d->session.sql, size_of(&cells[0][row]) + (size_t)1);
    if (!name)
        return prt_fail_memory(d->reading->error, "asking DuckDB");
    memcpy(name, cell_bytes(&cells[0][row]), size_of(&cells[0][row]));
    d->scan = name;
    return PR_OK;
}

static pr_status only_table(duck_job *d, const char **table) {
    pr_buffer sql = {.arena = &d->session.sql};
    const char *text;
    prt_duck_add(&sql, "SELECT CAST(name AS VARCHAR) FROM sqlite_scan(");
    prt_duck_add_quoted(&sql, '\'', d->reading->path);
    prt_duck_add(&sql, ", 'sqlite_master') WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
    PRT_TRY(prt_duck_finish(&d->session, &sql, &text));
    PRT_TRY(visit_rows(d, text, see_table));
    *table = d->scan;
    d->scan = NULL;
    return *table ? PR_OK : prt_fail(d->reading->error, PR_E_FORMAT, "%s has no table", d->reading->path);
}

static pr_status scan_sqlite(duck_job *d) {
    pr_buffer sql = {.arena = &d->session.sql};
    const char *table = d->reading->source->table;
    PRT_TRY(prt_duck_extension(&d->session, "sqlite_scanner"));
    PRT_TRY(
        prt_duck_run(&d->session, "SET GLOBAL sqlite_all_varchar = true")); /* any SQLite column may hold any value */
    if (!table)
        PRT_TRY(only_table(d, &table));
    prt_duck_add(&sql, "sqlite_scan(");
    prt_duck_add_quoted(&sql, '\'', d->reading->path);
    prt_duck_add(&sql, ", ");
    prt_duck_add_quoted(&sql, '\'', table);
    prt_duck_add(&sql, ")");
    return prt_duck_finish(&d->session, &sql, &d->scan);
}

/* ---- the file ---- */

static pr_status read_file(duck_job *d, prt_format format) {
    FILE *file = fopen(d->reading->path, "rb");
    if (!file)
        return prt_fail(d->reading->error, PR_E_IO, "%s cannot be read: there is no such file, or it may not be read",
                        d->reading->path);
    fclose(file);
    PRT_TRY(prt_duck_open(&d->session, d->reading->threads));
    PRT_TRY(format == PRT_FORMAT_PARQUET ? scan_parquet(d) : format == PRT_FORMAT_XLSX ? scan_xlsx(d) : scan_sqlite(d));
    PRT_TRY(find_columns(d));
    return read_rows(d);
}

static void close_job(duck_job *d) {
    for (uint32_t i = 0; i < d->column_count; i++)
        free(d->columns[i].name);
    free(d->columns);
    free(d->padded);
    prt_duck_close(&d->session);
    pr_arena_free(&d->lists);
    prt_piece_close(&d->piece, d->reading->sink);
    free(d);
}

pr_status prt_read_duck(prt_reading *reading, prt_format format) {
    duck_job *d = calloc(1, sizeof *d);
    if (!d)
        return prt_fail_memory(reading->error, "asking DuckDB");
    d->reading = reading;
    d->session = (prt_duck_session){.path = reading->path, .failed = "cannot be read", .error = reading->error};
    pr_arena_init(&d->lists, pr_allocator_default(), 0);
    d->padded = calloc(reading->wanted_count + (size_t)1, sizeof *d->padded);
    bool opened = prt_piece_open(&d->piece, reading->sink) && d->padded;
    pr_status status = opened ? read_file(d, format) : prt_fail_memory(reading->error, "asking DuckDB");
    close_job(d);
    return status;
}
