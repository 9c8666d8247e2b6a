/* Reading a JSON file: an array of objects, or one object a line. Values are read one by one, so that a large file
 * needs no more memory than its largest object. */
#include "byte_window.h"
#include "progress.h"
#include "row_source.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEP = 1 << 18, FLUSH = 4096, MOST_DEPTH = 32 };

typedef struct json_job {
    prt_reading *reading;
    prt_file file;
    prt_window window;
    size_t at; /* in the window */
    uint64_t line;
    pr_arena arena;
    prt_piece piece;
    prt_field fields[PRT_MOST_WANTED];
    char (*padded)[8]; /* copies of values below 8 bytes, one a wanted column */
    bool seen[PRT_MOST_WANTED];
} json_job;

static pr_status wrong(const json_job *j, const char *what) {
    return prt_fail(j->reading->error, PR_E_FORMAT, "%s line %" PRIu64 ": %s", j->reading->path, j->line, what);
}

/* The byte at window place `i`, or -1 at the end of the file. */
static int byte_at(json_job *j, size_t i, pr_status *status) {
    while (i >= j->window.size && !j->window.end) {
        *status = prt_window_fill(&j->window, &j->file, j->window.size + STEP, j->reading->error);
        if (*status != PR_OK)
            return -1;
    }
    return i < j->window.size ? (unsigned char)j->window.bytes[i] : -1;
}

static void forget_read(json_job *j) {
    if (j->at < STEP)
        return;
    prt_window_move(&j->window, j->at);
    j->at = 0;
}

/* Skip white space; returns the byte there, or -1. */
static int skip_space(json_job *j, pr_status *status) {
    for (;; j->at++) {
        int c = byte_at(j, j->at, status);
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
            return c;
        j->line += c == '\n';
    }
}

/* ---- one value ---- */

static void pad(json_job *j, uint32_t i) {
    prt_field *f = &j->fields[i];
    if (f->size >= 8)
        return;
    memset(j->padded[i], 0, 8);
    memcpy(j->padded[i], f->bytes, f->size);
    f->bytes = j->padded[i];
}

static prt_field field_of(const pr_json *v, const char *text, size_t size) {
    prt_field f = {.bytes = "", .kind = PRT_FIELD_MISSING};
    if (!v)
        return f;
    switch (v->type) {
    case PR_JSON_STRING:
        return (prt_field){v->string, v->size, v->size ? PRT_FIELD_TEXT : PRT_FIELD_MISSING, NULL};
    case PR_JSON_BOOL:
        return (prt_field){v->boolean ? "true" : "false", v->boolean ? 4 : 5, PRT_FIELD_TEXT, NULL};
    case PR_JSON_NUMBER: {
        /* As it is written: a number is often an id. */
        size_t end = v->position;
        while (end < size && strchr("+-.0123456789eE", text[end]) && text[end])
            end++;
        return (prt_field){text + v->position, (uint32_t)(end - v->position), PRT_FIELD_TEXT, NULL};
    }
    case PR_JSON_ARRAY:
        return (prt_field){.bytes = "", .kind = v->size ? PRT_FIELD_LIST : PRT_FIELD_MISSING, .list = v};
    case PR_JSON_OBJECT:
        f.kind = PRT_FIELD_WRONG;
        return f;
    default:
        return f;
    }
}

static void take_object(json_job *j, const pr_json *object, const char *text, size_t size) {
    for (uint32_t i = 0; i < j->reading->wanted_count; i++) {
        const pr_json *v = pr_json_get(object, j->reading->wanted[i].column);
        j->seen[i] |= v != NULL;
        j->fields[i] = field_of(v, text, size);
        pad(j, i);
    }
    prt_piece_row(&j->piece, j->reading->sink, j->fields, j->line, text, size);
}

static pr_status take_value(json_job *j, const char *text, size_t size) {
    const pr_json_limits limits = {PRT_MOST_ROW, MOST_DEPTH};
    const pr_json *value;
    pr_error error = {0};
    pr_arena_reset(&j->arena);
    pr_status status = pr_json_parse(text, size, &limits, &j->arena, &value, &error);
    if (status == PR_E_MEMORY)
        return prt_fail(j->reading->error, status, "out of memory while reading %s", j->reading->path);
    if (status == PR_OK && value->type == PR_JSON_OBJECT) {
        take_object(j, value, text, size);
    } else {
        j->piece.rows++;
        prt_piece_reject(&j->piece, status == PR_OK ? "is not a JSON object" : error.message, j->line, text, size);
    }
    if (j->piece.rows >= FLUSH || j->piece.out_of_memory)
        return prt_piece_append(&j->piece, j->reading, 0);
    return PR_OK;
}

/* ---- an array ---- */

/* The end of the value that begins at `from`: brackets and quotes balanced. *lines gets its line breaks. */
static pr_status find_end(json_job *j, size_t from, size_t *end, uint64_t *lines) {
    pr_status status = PR_OK;
    uint32_t depth = 0;
    bool quoted = false;
    *lines = 0;
    for (size_t i = from;; i++) {
        int c = byte_at(j, i, &status);
        if (status != PR_OK)
            return status;
        if (c < 0)
            return wrong(j, "the file ends inside this value; is it complete?");
        if (i - from > PRT_MOST_ROW)
            return wrong(j, "a value of more than 16 MiB begins here; a bracket or quote is missing");
        *lines += c == '\n';
        if (quoted) {
            i += c == '\\';
            quoted = c != '"';
            continue;
        }
        quoted = c == '"';
        if (c == '[' || c == '{')
            depth++;
        bool closes = c == ']' || c == '}';
        if (depth == 0 && (c == ',' || closes)) {
            *end = i;
            return PR_OK;
        }
        depth -= closes;
        if (depth == 0 && (closes || c == '\n')) {
            *end = i + 1;
            return PR_OK;
        }
    }
}

static pr_status read_array(json_job *j) {
    pr_status status = PR_OK;
    j->at++;
    int c = skip_space(j, &status);
    if (c == ']')
        return PR_OK;
    for (;;) {
        size_t end = 0;
        uint64_t lines = 0;
        c = skip_space(j, &status);
        if (status == PR_OK && (c < 0 || c == ',' || c == ']'))
            return wrong(j, c < 0 ? "the file ends inside its array; is it complete?" : "a value is missing here");
        if (status == PR_OK)
            status = find_end(j, j->at, &end, &lines);
        if (status == PR_OK)
            status = take_value(j, j->window.bytes + j->at, end - j->at);
        if (status != PR_OK)
            return status;
        j->line += lines;
        j->at = end;
        c = skip_space(j, &status);
        if (status != PR_OK || c == ']')
            return status;
        if (c != ',')
            return wrong(j, "a comma or ] is missing between two values");
        j->at++;
        forget_read(j);
    }
}

/* ---- lines ---- */

static pr_status read_lines(json_job *j) {
    pr_status status = PR_OK;
    for (;;) {
        forget_read(j);
        if (byte_at(j, j->at, &status) < 0)
            return status;
        const char *end = NULL;
        for (size_t looked = j->at;
             !(end = memchr(j->window.bytes + looked, '\n', j->window.size - looked)) && !j->window.end;) {
            looked = j->window.size;
            if (looked - j->at > PRT_MOST_ROW)
                return wrong(j, "a line of more than 16 MiB begins here; is this a file of JSON lines?");
            PRT_TRY(prt_window_fill(&j->window, &j->file, j->window.size + STEP, j->reading->error));
        }
        const char *text = j->window.bytes + j->at;
        size_t size = (end ? (size_t)(end - text) : j->window.size - j->at), blank = 0;
        while (blank < size && strchr(" \t\r", text[blank]) && text[blank])
            blank++;
        if (blank < size)
            PRT_TRY(take_value(j, text, size));
        j->line++;
        j->at += size + (end != NULL);
    }
}

/* ---- the file ---- */

/* A needed column that no object has is a mistake in the configuration; others are worth a warning. */
static pr_status check_seen(const json_job *j) {
    for (uint32_t i = 0; i < j->reading->wanted_count && j->reading->rows + j->piece.rows > 0; i++) {
        const prt_wanted *w = &j->reading->wanted[i];
        if (j->seen[i])
            continue;
        if (w->needed)
            return prt_fail(j->reading->error, PR_E_FORMAT, "%s names the column \"%s\", which no object in %s has",
                            w->key, w->column, j->reading->path);
        if (!j->reading->lenient)
            prt_log_warning("%s names the column \"%s\", which no object in %s has", w->key, w->column,
                            j->reading->path);
    }
    return PR_OK;
}

static pr_status read_all(json_job *j, bool lines) {
    pr_status status = PR_OK;
    j->line = 1;
    if (byte_at(j, 2, &status) >= 0 && memcmp(j->window.bytes, "\xEF\xBB\xBF", 3) == 0)
        j->at = 3;
    if (status != PR_OK)
        return status;
    /* A .json file that begins with an object holds JSON lines. */
    if (!lines) {
        int c = skip_space(j, &status);
        if (status == PR_OK && c != '[' && c != '{')
            return wrong(j,
                         c < 0 ? "the file is empty" : "the file is neither an array of objects nor one object a line");
        lines = c == '{';
        if (!lines && status == PR_OK)
            status = read_array(j);
    }
    if (lines && status == PR_OK)
        status = read_lines(j);
    if (status == PR_OK)
        status = check_seen(j);
    return status == PR_OK ? prt_piece_append(&j->piece, j->reading, 0) : status;
}

pr_status prt_read_json(prt_reading *reading, bool lines) {
    json_job *j = calloc(1, sizeof *j);
    if (!j)
        return prt_fail_memory(reading->error, "reading JSON");
    j->reading = reading;
    pr_status status = prt_file_open(reading->path, &j->file, reading->error);
    if (status == PR_OK) {
        pr_arena_init(&j->arena, pr_allocator_default(), 0);
        j->padded = calloc(reading->wanted_count + (size_t)1, sizeof *j->padded);
        bool opened = prt_piece_open(&j->piece, reading->sink);
        status = opened && j->padded ? read_all(j, lines) : prt_fail_memory(reading->error, "reading JSON");
        prt_piece_close(&j->piece, reading->sink);
        free(j->padded);
        pr_arena_free(&j->arena);
        prt_window_free(&j->window);
        prt_file_close(&j->file);
    }
    free(j);
    return status;
}
