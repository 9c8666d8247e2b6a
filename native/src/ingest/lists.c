/* Reading a file of lists: each line holds a user and the items of that user, whole numbers between blanks, as in the
 * files that LightGCN was published with (He et al., "LightGCN", SIGIR 2020). Each item is a row. */
#include "byte_window.h"
#include "fail.h"
#include "row_source.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEP = 1 << 18, FLUSH = 4096, MOST_SHOWN = 60 };

typedef struct lists_job {
    prt_reading *reading;
    prt_file file;
    prt_window window;
    size_t at; /* in the window */
    uint64_t line;
    prt_piece piece;
} lists_job;

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The next word of the line, MISSING at its end. */
static prt_field next_word(const char **at, const char *end) {
    while (*at < end && is_blank(**at))
        ++*at;
    const char *start = *at;
    while (*at < end && !is_blank(**at))
        ++*at;
    uint32_t size = (uint32_t)(*at - start);
    return (prt_field){.bytes = start, .size = size, .kind = size ? PRT_FIELD_TEXT : PRT_FIELD_MISSING};
}

static bool is_number(const prt_field *word) {
    for (uint32_t i = 0; i < word->size; i++) {
        if (word->bytes[i] < '0' || word->bytes[i] > '9')
            return false;
    }
    return true;
}

static void reject(lists_job *j, const char *what, const prt_field *word, const char *line, size_t size) {
    char reason[160];
    snprintf(reason, sizeof reason, "%s \"%.*s\" is not a whole number", what,
             (int)(word->size < MOST_SHOWN ? word->size : MOST_SHOWN), word->bytes);
    j->piece.rows++;
    prt_piece_reject(&j->piece, reason, j->line, line, size);
}

/* A line without items says nothing, and is right: in a test file not every user has some. */
static void take_line(lists_job *j, const char *line, size_t size) {
    const char *at = line, *end = line + size;
    prt_field fields[2] = {next_word(&at, end)};
    if (!is_number(&fields[0])) {
        reject(j, "user", &fields[0], line, size);
        return;
    }
    while ((fields[1] = next_word(&at, end)).size) {
        if (is_number(&fields[1]))
            prt_piece_row(&j->piece, j->reading->sink, fields, j->line, line, size);
        else
            reject(j, "item", &fields[1], line, size);
    }
}

/* The place behind the line that begins at `at`, which is `at` only at the end of the file. */
static pr_status find_line_end(lists_job *j, size_t *end) {
    const char *found = NULL;
    for (size_t looked = j->at;;) {
        if (looked < j->window.size)
            found = memchr(j->window.bytes + looked, '\n', j->window.size - looked);
        if (found || j->window.end)
            break;
        if (j->window.size - j->at > PRT_MOST_ROW)
            return prt_fail(j->reading->error, PR_E_FORMAT,
                            "%s line %" PRIu64 ": a line of more than 16 MiB begins here; is this a file of lists?",
                            j->reading->path, j->line);
        looked = j->window.size;
        PRT_TRY(prt_window_fill(&j->window, &j->file, j->window.size + STEP, j->reading->error));
    }
    *end = found ? (size_t)(found - j->window.bytes) + 1 : j->window.size;
    return PR_OK;
}

static pr_status begin(lists_job *j) {
    PRT_TRY(prt_window_fill(&j->window, &j->file, STEP, j->reading->error));
    if (j->window.size >= 3 && memcmp(j->window.bytes, "\xEF\xBB\xBF", 3) == 0)
        j->at = 3;
    if (j->window.size == j->at)
        return prt_fail(j->reading->error, PR_E_FORMAT, "%s is empty; take it out of the files", j->reading->path);
    j->line = 1;
    return PR_OK;
}

static pr_status read_all(lists_job *j) {
    PRT_TRY(begin(j));
    for (;; j->line++) {
        size_t end = 0;
        PRT_TRY(find_line_end(j, &end));
        if (end == j->at)
            break;
        take_line(j, j->window.bytes + j->at, end - j->at);
        j->at = end;
        if (j->piece.rows >= FLUSH || j->piece.out_of_memory)
            PRT_TRY(prt_piece_append(&j->piece, j->reading, 0));
        if (j->at >= STEP) {
            prt_window_move(&j->window, j->at);
            j->at = 0;
        }
    }
    return prt_piece_append(&j->piece, j->reading, 0);
}

pr_status prt_read_lists(prt_reading *reading) {
    lists_job *j = calloc(1, sizeof *j);
    if (!j)
        return prt_fail_memory(reading->error, "reading lists");
    j->reading = reading;
    pr_status status = prt_file_open(reading->path, &j->file, reading->error);
    if (status == PR_OK) {
        bool opened = prt_piece_open(&j->piece, reading->sink);
        status = opened ? read_all(j) : prt_fail_memory(reading->error, "reading lists");
        prt_piece_close(&j->piece, reading->sink);
        prt_window_free(&j->window);
        prt_file_close(&j->file);
    }
    free(j);
    return status;
}
