/* Reading a file in the format of the SMART system's test collections, such as Cranfield: a record begins with the line
 * ".I id", and each of its sections with a line of a dot and a capital letter. Columns are called by their letters; the
 * lines of a section are joined by spaces. */
#include "byte_window.h"
#include "progress.h"
#include "row_source.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEP = 1 << 18, FLUSH = 4096, LETTERS = 26 };

typedef struct smart_job {
    prt_reading *reading;
    prt_file file;
    prt_window window;
    size_t at; /* in the window */
    uint64_t line;
    prt_piece piece;
    prt_field fields[PRT_MOST_WANTED];
    int sections[PRT_MOST_WANTED]; /* the letter of each wanted column, from 0 */
    bool seen[LETTERS];
    char *values; /* of the record's sections, one behind the other */
    size_t values_room;
    size_t starts[LETTERS], sizes[LETTERS];
} smart_job;

static pr_status wrong(const smart_job *j, const char *what) {
    return prt_fail(j->reading->error, PR_E_FORMAT, "%s line %" PRIu64 ": %s", j->reading->path, j->line, what);
}

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The place behind the line that begins at `from`, which is `from` only at the end of the file. */
static pr_status find_line_end(smart_job *j, size_t from, size_t *end) {
    const char *found = NULL;
    for (size_t looked = from;;) {
        if (looked < j->window.size)
            found = memchr(j->window.bytes + looked, '\n', j->window.size - looked);
        if (found || j->window.end)
            break;
        if (j->window.size - j->at > PRT_MOST_ROW)
            return wrong(j, "a record of more than 16 MiB begins here; is this a file in the SMART format?");
        looked = j->window.size;
        PRT_TRY(prt_window_fill(&j->window, &j->file, j->window.size + STEP, j->reading->error));
    }
    *end = found ? (size_t)(found - j->window.bytes) + 1 : j->window.size;
    return PR_OK;
}

/* ".I", alone or with an id behind a space. */
static bool begins_record(const char *line, size_t size) {
    return size >= 2 && line[0] == '.' && line[1] == 'I' && (size == 2 || is_space(line[2]));
}

/* The letter's number if the line is a dot, a capital letter and nothing else; else -1. */
static int section_of(const char *line, size_t size) {
    if (size < 2 || line[0] != '.' || line[1] < 'A' || line[1] > 'Z')
        return -1;
    for (size_t i = 2; i < size; i++) {
        if (!is_space(line[i]))
            return -1;
    }
    return line[1] - 'A';
}

/* ---- one record ---- */

/* Lines of a record and the section that each belongs to; the id is the section I. */
typedef struct lines {
    const char *text;
    size_t size, at;
    int section;
    const char *line; /* what the line says, without a section's mark */
    size_t line_size;
} lines;

static bool next_line(lines *l) {
    if (l->at >= l->size)
        return false;
    const char *line = l->text + l->at, *line_end = memchr(line, '\n', l->size - l->at);
    size_t size = line_end ? (size_t)(line_end - line) + 1 : l->size - l->at;
    bool first = l->at == 0;
    int section = first ? 'I' - 'A' : section_of(line, size);
    size_t mark = first ? 2 : section >= 0 ? size : 0;
    l->section = section >= 0 ? section : l->section;
    l->line = line + mark;
    l->line_size = size - mark;
    l->at += size;
    return true;
}

/* Which sections the record has. False: something stands below the id that is in no section. */
static bool look_through(smart_job *j, const char *text, size_t size, bool has[LETTERS]) {
    bool right = true;
    memset(has, 0, LETTERS * sizeof *has);
    for (lines l = {.text = text, .size = size}; next_line(&l);) {
        bool below_id = l.section == 'I' - 'A' && has[l.section];
        for (size_t i = 0; below_id && i < l.line_size; i++)
            right = right && is_space(l.line[i]);
        has[l.section] = j->seen[l.section] = true;
    }
    return right;
}

/* The words of a section, of all its parts if it comes more than once, one space between two. */
static void gather(smart_job *j, const char *text, size_t size, int section) {
    char *out = j->values + j->starts[section];
    size_t used = 0;
    for (lines l = {.text = text, .size = size}; next_line(&l);) {
        if (l.section != section)
            continue;
        if (used && out[used - 1] != ' ')
            out[used++] = ' ';
        for (size_t i = 0; i < l.line_size; i++) {
            if (!is_space(l.line[i]))
                out[used++] = l.line[i];
            else if (used && out[used - 1] != ' ')
                out[used++] = ' ';
        }
    }
    j->sizes[section] = used - (used && out[used - 1] == ' ');
}

/* No more than a byte for each of the record, and a space for each section. */
static bool make_room(smart_job *j, size_t size) {
    size_t room = size + LETTERS + PRT_WINDOW_PADDING;
    if (room <= j->values_room)
        return true;
    free(j->values);
    j->values = malloc(room);
    j->values_room = j->values ? room : 0;
    return j->values;
}

static void take_record(smart_job *j, const char *text, size_t size) {
    bool has[LETTERS];
    size_t start = 0;
    if (!look_through(j, text, size, has)) {
        j->piece.rows++;
        prt_piece_reject(&j->piece, "has text between its id and its first section", j->line, text, size);
        return;
    }
    if (!make_room(j, size)) {
        j->piece.out_of_memory = true;
        return;
    }
    for (int section = 0; section < LETTERS; section++) {
        j->starts[section] = start;
        j->sizes[section] = 0;
        if (has[section])
            gather(j, text, size, section);
        start += j->sizes[section] + has[section];
    }
    for (uint32_t i = 0; i < j->reading->wanted_count; i++) {
        int section = j->sections[i];
        uint32_t length = (uint32_t)j->sizes[section];
        j->fields[i] =
            (prt_field){j->values + j->starts[section], length, length ? PRT_FIELD_TEXT : PRT_FIELD_MISSING, NULL};
    }
    prt_piece_row(&j->piece, j->reading->sink, j->fields, j->line, text, size);
}

/* ---- the file ---- */

/* Columns are capital letters. */
static pr_status find_columns(smart_job *j) {
    for (uint32_t i = 0; i < j->reading->wanted_count; i++) {
        const prt_wanted *w = &j->reading->wanted[i];
        if (w->column[0] < 'A' || w->column[0] > 'Z' || w->column[1])
            return prt_fail(j->reading->error, PR_E_FORMAT,
                            "%s names the column \"%s\"; columns of the SMART format are capital letters, as in %s",
                            w->key, w->column, j->reading->path);
        j->sections[i] = w->column[0] - 'A';
    }
    return PR_OK;
}

/* A needed section that no record has is a mistake in the configuration; others are worth a warning. */
static pr_status check_seen(const smart_job *j) {
    for (uint32_t i = 0; i < j->reading->wanted_count && j->reading->rows + j->piece.rows > 0; i++) {
        const prt_wanted *w = &j->reading->wanted[i];
        if (j->seen[j->sections[i]])
            continue;
        if (w->needed)
            return prt_fail(j->reading->error, PR_E_FORMAT, "%s names the column \"%s\", which no record in %s has",
                            w->key, w->column, j->reading->path);
        prt_log_warning("%s names the column \"%s\", which no record in %s has", w->key, w->column, j->reading->path);
    }
    return PR_OK;
}

/* Go to the first record: only blank lines may be before it. */
static pr_status find_first(smart_job *j) {
    size_t end = 0;
    PRT_TRY(find_line_end(j, 0, &end));
    if (j->window.size >= 3 && memcmp(j->window.bytes, "\xEF\xBB\xBF", 3) == 0)
        j->at = 3;
    for (;; j->line++) {
        PRT_TRY(find_line_end(j, j->at, &end));
        if (end == j->at)
            return wrong(j, "the file is empty");
        const char *line = j->window.bytes + j->at;
        size_t blank = 0;
        while (blank < end - j->at && is_space(line[blank]))
            blank++;
        if (blank < end - j->at)
            return begins_record(line, end - j->at) ? PR_OK
                                                    : wrong(j, "there is no record (\".I\" and an id) here; is this "
                                                               "a file in the SMART format?");
        j->at = end;
    }
}

/* The record at `at`, up to the next one's first line or the end of the file. */
static pr_status read_record(smart_job *j) {
    size_t end = 0, next = 0;
    uint64_t count = 1;
    PRT_TRY(find_line_end(j, j->at, &end));
    for (;; end = next, count++) {
        PRT_TRY(find_line_end(j, end, &next));
        if (next == end || begins_record(j->window.bytes + end, next - end))
            break;
        if (next - j->at > PRT_MOST_ROW)
            return wrong(j, "a record of more than 16 MiB begins here; is this a file in the SMART format?");
    }
    take_record(j, j->window.bytes + j->at, end - j->at);
    j->line += count;
    j->at = end;
    if (j->at >= STEP) {
        prt_window_move(&j->window, j->at);
        j->at = 0;
    }
    return PR_OK;
}

static pr_status read_all(smart_job *j) {
    j->line = 1;
    PRT_TRY(find_columns(j));
    PRT_TRY(find_first(j));
    while (j->at < j->window.size || !j->window.end) {
        size_t end = 0;
        PRT_TRY(find_line_end(j, j->at, &end));
        if (end == j->at)
            break;
        PRT_TRY(read_record(j));
        if (j->piece.rows >= FLUSH || j->piece.out_of_memory)
            PRT_TRY(prt_piece_append(&j->piece, j->reading, 0));
    }
    PRT_TRY(check_seen(j));
    return prt_piece_append(&j->piece, j->reading, 0);
}

pr_status prt_read_smart(prt_reading *reading) {
    smart_job *j = calloc(1, sizeof *j);
    if (!j)
        return prt_fail_memory(reading->error, "reading records");
    j->reading = reading;
    pr_status status = prt_file_open(reading->path, &j->file, reading->error);
    if (status == PR_OK) {
        bool opened = prt_piece_open(&j->piece, reading->sink);
        status = opened ? read_all(j) : prt_fail_memory(reading->error, "reading records");
        prt_piece_close(&j->piece, reading->sink);
        prt_window_free(&j->window);
        prt_file_close(&j->file);
    }
    free(j->values);
    free(j);
    return status;
}
