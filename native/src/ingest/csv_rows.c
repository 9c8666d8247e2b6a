/* Rows of a CSV text, stretch by stretch. */
#include "csv_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEP = 1 << 16 };

bool prt_csv_worker_open(prt_csv_worker *worker, const prt_csv_layout *layout, const prt_file *file, prt_sink *sink) {
    memset(worker, 0, sizeof *worker);
    worker->layout = layout;
    worker->file = file;
    worker->sink = sink;
    worker->scan.delimiter = layout->source->delimiter;
    worker->scan.quote = layout->source->quote;
    return prt_piece_open(&worker->piece, sink);
}

void prt_csv_worker_close(prt_csv_worker *worker) {
    prt_piece_close(&worker->piece, worker->sink);
    prt_window_free(&worker->window);
    free(worker->scan.marks);
    free(worker->scratch);
    free(worker->ragged);
}

/* ---- marks ---- */

static pr_status no_memory(const prt_csv_worker *w, pr_error *error) {
    return prt_fail(error, PR_E_MEMORY, "out of memory while reading %s; use a machine with more of it", w->file->path);
}

/* Mark on until every row that begins before `limit` has ended. */
static pr_status mark_rows(prt_csv_worker *w, size_t limit, pr_error *error) {
    prt_csv_scan *scan = &w->scan;
    for (size_t upto = limit;; upto = scan->at + STEP) {
        if (!prt_csv_scan_to(scan, w->window.bytes, w->window.size, upto))
            return no_memory(w, error);
        if (scan->row_start >= limit)
            return PR_OK;
        if (scan->at - scan->row_start > PRT_MOST_ROW + STEP)
            return prt_fail(error, PR_E_FORMAT,
                            "%s has a line of more than 16 MiB at byte %" PRIu64 "; is it a CSV file?", w->file->path,
                            w->window.offset + scan->row_start);
        if (scan->at < w->window.size)
            continue;
        if (w->window.end)
            return prt_csv_scan_end(scan, w->window.bytes, w->window.size) ? PR_OK : no_memory(w, error);
        PRT_TRY(prt_window_fill(&w->window, w->file, w->window.size + w->window.size / 4 + STEP, error));
    }
}

pr_status prt_csv_first_row(prt_csv_worker *w, size_t start, pr_error *error) {
    prt_csv_scan_begin(&w->scan, start);
    return mark_rows(w, start + 1, error);
}

/* ---- values ---- */

static char *scratch(prt_csv_worker *w, size_t size) {
    if (w->scratch_size + size > w->scratch_room)
        return NULL;
    char *bytes = w->scratch + w->scratch_size;
    w->scratch_size += size;
    return bytes;
}

/* Room for all values of a row, each copied and then doubled; before the first value, because growing moves it. */
static bool reserve_scratch(prt_csv_worker *w, size_t row_size, uint32_t values) {
    size_t needed = 3 * row_size + 32 * (size_t)values + 64;
    w->scratch_size = 0;
    if (needed <= w->scratch_room)
        return true;
    char *bytes = realloc(w->scratch, needed * 2);
    if (!bytes)
        return false;
    w->scratch = bytes;
    w->scratch_room = needed * 2;
    return true;
}

static bool unquote(prt_csv_worker *w, const char *bytes, size_t size, prt_field *out) {
    char quote = w->scan.quote;
    bytes++;
    size -= size > 1 ? 2 : 1;
    out->bytes = bytes;
    out->size = (uint32_t)size;
    if (!memchr(bytes, quote, size))
        return true;
    char *to = scratch(w, size + 8);
    if (!to)
        return false;
    size_t n = 0;
    for (size_t i = 0; i < size; i++) {
        to[n++] = bytes[i];
        i += bytes[i] == quote; /* the second of two */
    }
    out->bytes = to;
    out->size = (uint32_t)n;
    return true;
}

static bool from_latin1(prt_csv_worker *w, prt_field *out) {
    size_t high = 0, n = 0;
    for (uint32_t i = 0; i < out->size; i++)
        high += (unsigned char)out->bytes[i] >= 0x80;
    if (high == 0)
        return true;
    char *to = scratch(w, out->size + high + 8);
    if (!to)
        return false;
    for (uint32_t i = 0; i < out->size; i++) {
        unsigned char c = (unsigned char)out->bytes[i];
        if (c >= 0x80)
            to[n++] = (char)(0xC0 | c >> 6);
        to[n++] = (char)(c >= 0x80 ? 0x80 | (c & 0x3F) : c);
    }
    out->bytes = to;
    out->size = (uint32_t)n;
    return true;
}

bool prt_csv_value(prt_csv_worker *w, size_t start, size_t end, prt_field *out) {
    *out = (prt_field){.bytes = w->window.bytes + start, .size = (uint32_t)(end - start), .kind = PRT_FIELD_MISSING};
    if (start == end)
        return true;
    if (*out->bytes == w->scan.quote && !unquote(w, out->bytes, end - start, out))
        return false;
    if (w->layout->source->latin1 && !from_latin1(w, out))
        return false;
    out->kind = out->size ? PRT_FIELD_TEXT : PRT_FIELD_MISSING;
    return true;
}

/* ---- rows ---- */

static size_t place(uint32_t mark) {
    return mark & PRT_MARK_PLACE;
}

/* Where the row that ends with this mark ends: a carriage return before the line feed belongs to it. */
static size_t row_end(const prt_csv_worker *w, size_t start, uint32_t mark) {
    size_t end = place(mark);
    return end > start && w->window.bytes[end - 1] == '\r' ? end - 1 : end;
}

static void take_row(prt_csv_worker *w, size_t start, size_t end, const uint32_t *marks, uint64_t line) {
    const prt_csv_layout *layout = w->layout;
    bool plain = !layout->source->latin1, quotes = w->scan.quotes;
    for (uint32_t i = 0; i < layout->wanted_count; i++) {
        uint32_t column = layout->wanted[i];
        size_t from = column ? place(marks[column - 1]) + 1 : start;
        size_t to = column + 1 == layout->columns ? end : place(marks[column]);
        const char *bytes = w->window.bytes + from;
        if (plain && (!quotes || *bytes != w->scan.quote)) {
            w->fields[i] =
                (prt_field){bytes, (uint32_t)(to - from), to > from ? PRT_FIELD_TEXT : PRT_FIELD_MISSING, NULL};
        } else {
            w->piece.out_of_memory |= !prt_csv_value(w, from, to, &w->fields[i]);
        }
    }
    if (!w->piece.out_of_memory)
        prt_piece_row(&w->piece, w->sink, w->fields, line, w->window.bytes + start, end - start);
}

/* A row with as many values as it has. */
static void take_ragged(prt_csv_worker *w, size_t start, size_t end, const uint32_t *marks, uint32_t values,
                        uint64_t line) {
    if (values > w->ragged_room) {
        prt_field *grown = realloc(w->ragged, 2 * (size_t)values * sizeof *grown);
        w->piece.out_of_memory |= !grown;
        if (!grown)
            return;
        w->ragged = grown;
        w->ragged_room = 2 * values;
    }
    for (uint32_t i = 0; i < values; i++) {
        size_t from = i ? place(marks[i - 1]) + 1 : start, to = i + 1 == values ? end : place(marks[i]);
        w->piece.out_of_memory |= !prt_csv_value(w, from, to, &w->ragged[i]);
    }
    w->piece.values = values;
    if (!w->piece.out_of_memory)
        prt_piece_row(&w->piece, w->sink, w->ragged, line, w->window.bytes + start, end - start);
}

static void reject_row(prt_csv_worker *w, size_t start, size_t end, uint32_t values, bool bad, uint64_t line) {
    char *reason = w->piece.reason;
    if (bad)
        snprintf(reason, sizeof w->piece.reason, "a quoted value does not end with a quote and a delimiter");
    else
        snprintf(reason, sizeof w->piece.reason, "has %u value%s instead of %u", values, values == 1 ? "" : "s",
                 w->layout->columns);
    w->piece.rows++;
    prt_piece_reject(&w->piece, reason, line, w->window.bytes + start, end - start);
}

static uint64_t count_breaks(const char *bytes, size_t size) {
    uint64_t n = 0;
    for (const char *at = bytes; (at = memchr(at, '\n', size - (size_t)(at - bytes))); at++)
        n++;
    return n;
}

pr_status prt_csv_rows(prt_csv_worker *w, prt_csv_stretch *s, pr_error *error) {
    prt_csv_scan_begin(&w->scan, s->start);
    PRT_TRY(mark_rows(w, s->limit, error));
    const uint32_t *marks = w->scan.marks, *last = marks + w->scan.row_marks;
    bool careful = w->layout->source->latin1 || w->scan.quotes;
    size_t start = s->start;
    s->lines = 0;
    while (marks < last && start < s->limit) {
        uint32_t n = 0;
        while (!(marks[n] & PRT_MARK_ROW))
            n++;
        size_t end = row_end(w, start, marks[n]);
        if (careful && !reserve_scratch(w, end - start, n + 1))
            return no_memory(w, error);
        if (w->layout->ragged && !(marks[n] & PRT_MARK_BAD) && end > start)
            take_ragged(w, start, end, marks, n + 1, s->lines);
        else if (!w->layout->ragged && n + 1 == w->layout->columns && !(marks[n] & PRT_MARK_BAD) &&
                 (end > start || n > 0))
            take_row(w, start, end, marks, s->lines);
        else if (end > start) /* an empty line is no row */
            reject_row(w, start, end, n + 1, marks[n] & PRT_MARK_BAD, s->lines);
        if (w->piece.out_of_memory)
            return no_memory(w, error);
        s->lines += 1 + (marks[n] & PRT_MARK_LINES ? count_breaks(w->window.bytes + start, end - start) : 0);
        start = place(marks[n]) + 1;
        marks += n + 1;
    }
    s->end = start < w->window.size ? start : w->window.size;
    return PR_OK;
}
