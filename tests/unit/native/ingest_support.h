/* For the tests of ingest: a folder of files that goes away, configurations from text, tables as text. */
#ifndef INGEST_SUPPORT_H
#define INGEST_SUPPORT_H

#include "ingest_inner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];

static int make_folder(void **state) {
    (void)state;
    strcpy(folder, "/tmp/pocketrec-test-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static inline const char *in_folder(const char *name) {
    static char path[4][160];
    static int next;
    char *out = path[next++ % 4];
    snprintf(out, sizeof path[0], "%s/%s", folder, name);
    return out;
}

static inline void write_bytes(const char *name, const char *bytes, size_t size) {
    FILE *file = fopen(in_folder(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static inline void write_text(const char *name, const char *text) {
    write_bytes(name, text, strlen(text));
}

/* Free it. */
static inline char *read_text(const char *name) {
    FILE *file = fopen(in_folder(name), "rb");
    if (!file) {
        return NULL;
    }
    char *text = calloc(1, 1 << 20);
    assert_true(fread(text, 1, (1 << 20) - 1, file) < (1 << 20) - 1);
    fclose(file);
    return text;
}

/* Ingest by a configuration that lies in the folder. Quotes in `config` may be written as '. */
static inline pr_status ingest(const char *config, int threads, size_t chunk, prt_dataset *out, pr_error *error) {
    prt_config parsed;
    char *text = strdup(config);
    for (char *c = text; *c; c++) {
        *c = *c == '\'' ? '"' : *c;
    }
    memset(out, 0, sizeof *out);
    memset(error, 0, sizeof *error);
    pr_status status = prt_config_parse(text, strlen(text), in_folder("pocketrec.json"), &parsed, error);
    free(text);
    if (status != PR_OK) {
        return status;
    }
    status = prt_ingest_chunked(&parsed, threads, chunk, out, error);
    prt_config_free(&parsed);
    return status;
}

static inline void ingest_ok(const char *config, int threads, size_t chunk, prt_dataset *out) {
    pr_error error;
    if (ingest(config, threads, chunk, out, &error) != PR_OK) {
        fail_msg("ingest failed: %s", error.message);
    }
}

/* String i, NUL-terminated, valid until the fourth call after. */
static inline const char *string_at(const prt_strings *strings, uint32_t i) {
    static char text[4][512];
    static int next;
    char *out = text[next++ % 4];
    assert_true(i < strings->count);
    size_t size = (size_t)(strings->offsets[i + 1] - strings->offsets[i]);
    assert_true(size < sizeof text[0]);
    memcpy(out, strings->bytes + strings->offsets[i], size);
    out[size] = 0;
    return out;
}

/* The value of a row as text: list values are joined by +, what is missing is "-". */
static inline const char *value_at(const prt_entities *entities, const char *name, uint32_t row) {
    static char out[1024];
    const prt_column *column = prt_column_find(entities, name);
    assert_non_null(column);
    assert_true(row < column->rows && column->rows == entities->count);
    switch (column->type) {
    case PRT_TEXT:
        return string_at(&column->texts, row);
    case PRT_CATEGORY:
        return column->codes[row] == PRT_NONE ? "-" : string_at(&column->values, column->codes[row]);
    case PRT_REAL:
        snprintf(out, sizeof out, "%g", column->reals[row]);
        return out;
    case PRT_LIST:
        out[0] = 0;
        for (uint32_t i = column->list_offsets[row]; i < column->list_offsets[row + 1]; i++) {
            size_t used = strlen(out);
            snprintf(out + used, sizeof out - used, "%s%s", used ? "+" : "",
                     string_at(&column->values, column->codes[i]));
        }
        return out;
    default:
        if (column->integers[row] == PRT_NO_INTEGER) {
            return "-";
        }
        snprintf(out, sizeof out, "%lld", (long long)column->integers[row]);
        return out;
    }
}

/* The events as "user>item:types@time" lines, by ids. Free it. */
static inline char *events_text(const prt_dataset *d) {
    size_t room = (size_t)d->events.count * 128 + 1, used = 0;
    char *out = calloc(1, room);
    for (uint64_t e = 0; e < d->events.count; e++) {
        used += (size_t)snprintf(out + used, room - used, "%s>%s:%u", string_at(&d->users.ids, d->events.user[e]),
                                 string_at(&d->items.ids, d->events.item[e]), d->events.types[e]);
        if (d->events.time && d->events.time[e] != PRT_NO_INTEGER) {
            used += (size_t)snprintf(out + used, room - used, "@%lld", (long long)d->events.time[e]);
        }
        used += (size_t)snprintf(out + used, room - used, "\n");
    }
    return out;
}

#endif
