/* Pieces of rows, the sentence about a missing column, arrays that grow. */
#include "row_source.h"

#include "sinks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

prt_field prt_field_trim(const prt_field *f) {
    prt_field out = *f;
    while (out.size > 0 && (*out.bytes == ' ' || *out.bytes == '\t')) {
        out.bytes++;
        out.size--;
    }
    while (out.size > 0 && (out.bytes[out.size - 1] == ' ' || out.bytes[out.size - 1] == '\t'))
        out.size--;
    out.kind = f->kind == PRT_FIELD_TEXT && out.size == 0 ? PRT_FIELD_MISSING : f->kind;
    return out;
}

bool prt_piece_open(prt_piece *piece, prt_sink *sink) {
    *piece = (prt_piece){0};
    piece->data = sink->open ? sink->open(sink->context) : NULL;
    return piece->data || !sink->open;
}

void prt_piece_close(prt_piece *piece, prt_sink *sink) {
    if (sink->close && piece->data)
        sink->close(sink->context, piece->data);
    prt_reject_list_free(&piece->rejects);
}

void prt_piece_reject(prt_piece *piece, const char *reason, uint64_t line, const char *row, size_t row_size) {
    if (!prt_reject_list_add(&piece->rejects, line, reason, row, row_size))
        piece->out_of_memory = true;
}

void prt_piece_row(prt_piece *piece, prt_sink *sink, const prt_field *fields, uint64_t line, const char *row,
                   size_t row_size) {
    size_t count = piece->rejects.count, texts = piece->rejects.texts_size;
    piece->rows++;
    piece->line = piece->first_line + line;
    piece->row.line = line;
    piece->row.bytes = row;
    piece->row.size = row_size;
    const char *reason = sink->row(sink->context, piece, fields);
    if (!reason)
        return;
    piece->rejects.count = count; /* with the row go the cells */
    piece->rejects.texts_size = texts;
    prt_piece_reject(piece, reason, line, row, row_size);
}

void prt_piece_cell(prt_piece *piece, const char *reason) {
    char text[256];
    snprintf(text, sizeof text, "cell: %s", reason); /* tells it from the wrong rows in the same file */
    if (!prt_reject_list_add_cell(&piece->rejects, piece->row.line, text, piece->row.bytes, piece->row.size))
        piece->out_of_memory = true;
}

pr_status prt_piece_append(prt_piece *piece, prt_reading *reading, uint64_t line) {
    if (piece->out_of_memory || (reading->sink->append && !reading->sink->append(reading->sink->context, piece)))
        return prt_fail(reading->error, PR_E_MEMORY, "out of memory while reading %s; use a machine with more of it",
                        reading->path);
    reading->rows += piece->rows;
    piece->rows = 0;
    pr_status status = prt_rejects_write(reading->rejects, reading->path, line, &piece->rejects, reading->error);
    piece->rejects.count = piece->rejects.texts_size = 0;
    return status;
}

pr_status prt_no_such_column(const prt_reading *reading, const prt_wanted *wanted, const char *const *names,
                             size_t count) {
    char list[120] = "";
    for (size_t i = 0; i < count && strlen(list) < 80; i++) {
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", names[i]);
    }
    const char *nearest = prt_nearest(wanted->column, names, count);
    if (nearest)
        return prt_fail(reading->error, PR_E_FORMAT,
                        "%s names the column \"%s\", which %s does not have; did you mean \"%s\"?", wanted->key,
                        wanted->column, reading->path, nearest);
    return prt_fail(reading->error, PR_E_FORMAT, "%s names the column \"%s\", which %s does not have; it has %s",
                    wanted->key, wanted->column, reading->path, list);
}

bool prt_resize(void *array, uint64_t room, size_t size) {
    void *grown = realloc(*(void **)array, (size_t)(room ? room : 1) * size);
    if (grown)
        *(void **)array = grown;
    return grown;
}
