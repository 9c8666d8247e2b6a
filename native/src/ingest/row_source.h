/* Rows on their way from files to tables.
 *
 * A reader (csv.c, json_rows.c, smart.c, lists.c, duck.c) turns a file into rows of the wanted values and gives them to
 * a sink (entities.c, events.c). Rows travel in pieces: one thread fills a piece, and pieces are appended in the order
 * of the file, so that no result depends on the number of threads. */
#ifndef PRT_ROW_SOURCE_H
#define PRT_ROW_SOURCE_H

#include "config.h"
#include "fail.h"
#include "rejects.h"

enum { PRT_MOST_ROW = 16 << 20, PRT_MOST_WANTED = 512 };

typedef enum prt_field_kind {
    PRT_FIELD_MISSING, /* empty, null, or not there */
    PRT_FIELD_TEXT,
    PRT_FIELD_LIST,  /* `list`: a JSON array */
    PRT_FIELD_WRONG, /* an object, which no column can be */
} prt_field_kind;

/* One value. At least 8 bytes may be read from `bytes`, whatever the size, and valid until the row function returns. */
typedef struct prt_field {
    const char *bytes;
    uint32_t size;
    uint32_t kind;
    const pr_json *list;
} prt_field;

/* Without blanks and tabs around it; a text of nothing else is missing. */
prt_field prt_field_trim(const prt_field *field);

/* A column that the sink wants. */
typedef struct prt_wanted {
    const char *column; /* in the file */
    const char *key;    /* in the configuration, for messages: "items.title" */
    bool needed;        /* must at least one record have it, where records may leave it out (JSON)? */
} prt_wanted;

/* Rows of a stretch of a file. */
typedef struct prt_piece {
    void *data; /* the sink's */
    uint64_t rows;
    prt_reject_list rejects; /* lines count from the start of the stretch */
    uint64_t first_line;     /* of the stretch; only known to sinks with in_order */
    uint64_t line;           /* of the row that is given to row(), in the file; only for sinks with in_order */
    uint32_t values;         /* of the row that is given to row(), where rows differ in length */
    struct {
        uint64_t line;
        const char *bytes;
        size_t size;
    } row;            /* that is given to row(), for prt_piece_cell */
    char reason[256]; /* where the sink may write why a row is wrong */
    bool out_of_memory;
} prt_piece;

typedef struct prt_sink {
    void *context;
    bool in_order; /* row() needs the rows of a file one after the other */
    void *(*open)(void *context);
    void (*close)(void *context, void *data);
    /* Take one row, or say why it is wrong. May set piece->out_of_memory. Several threads, each with its own piece. */
    const char *(*row)(void *context, prt_piece *piece, const prt_field *fields);
    /* Add what row() gathered to the tables, and empty it. One thread at a time, in the order of the file. */
    bool (*append)(void *context, prt_piece *piece);
    /* At most so many more rows may come. A hint; may be NULL. */
    bool (*reserve)(void *context, uint64_t rows);
    /* Does this wanted column hold lists? Then a text that is a JSON array is read as one. NULL: none does. */
    bool (*takes_list)(const void *context, uint32_t column);
} prt_sink;

/* Reading one file. */
typedef struct prt_reading {
    const prt_source *source;
    const char *path;
    const prt_wanted *wanted;
    uint32_t wanted_count;
    prt_sink *sink;
    prt_rejects *rejects;
    int threads;
    size_t chunk_bytes;
    bool lenient;  /* columns that are not needed and that no record has are nothing to speak of */
    bool ragged;   /* a CSV file without columns: each row is given with all its values */
    uint64_t rows; /* read, wrong ones included */
    pr_error *error;
} prt_reading;

pr_status prt_read_csv(prt_reading *reading);
pr_status prt_read_json(prt_reading *reading, bool lines);
pr_status prt_read_smart(prt_reading *reading);
/* Lines of a user and items: each item is a row of two values, user and item, whatever their columns are called. */
pr_status prt_read_lists(prt_reading *reading);
pr_status prt_read_duck(prt_reading *reading, prt_format format);

/* ---- for readers ---- */

bool prt_piece_open(prt_piece *piece, prt_sink *sink);
void prt_piece_close(prt_piece *piece, prt_sink *sink);
/* Give one row to the sink; `line` counts from the start of the stretch. */
void prt_piece_row(prt_piece *piece, prt_sink *sink, const prt_field *fields, uint64_t line, const char *row,
                   size_t row_size);
/* Set a row aside. */
void prt_piece_reject(prt_piece *piece, const char *reason, uint64_t line, const char *row, size_t row_size);
/* For sinks: a cell of the row that is given to row() is wrong, but the row stays; forgotten when row() refuses it. */
void prt_piece_cell(prt_piece *piece, const char *reason);
/* Append the piece and write its rejects; `line` is the line number of the stretch's start. */
pr_status prt_piece_append(prt_piece *piece, prt_reading *reading, uint64_t line);

/* The sentence for a column that the file does not have. */
pr_status prt_no_such_column(const prt_reading *reading, const prt_wanted *wanted, const char *const *names,
                             size_t count);

#endif
