/* Reading a CSV file: its columns, then its rows, by one thread in order or by several at once.
 *
 * Several threads: the file is cut into chunks at fixed places. Whoever takes a chunk assumes that its first row begins
 * behind the first line break (that no quoted value reaches over the cut) and reads it. Then chunks are appended in
 * order; when the chunk before ended elsewhere than assumed, the chunk is read again from there. So the rows are those
 * of a reading from the start, whatever the file holds. */
#include "csv_rows.h"
#include "parallel.h"
#include "progress.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST = 1 << 16, SLACK = 1 << 12, MOST_CSV_COLUMNS = 10000 };

typedef struct csv_job {
    prt_reading *reading;
    prt_csv_layout layout;
    prt_file file;
    uint64_t data_start, chunks;
    atomic_uint_fast64_t next_chunk;
    /* Below: whose turn it is. */
    pthread_mutex_t lock;
    pthread_cond_t turned;
    uint64_t turn, row_start, line; /* the chunk to append, where its first row begins, the number of that line */
    pr_status status;
} csv_job;

/* ---- columns ---- */

static pr_status find_columns(csv_job *job, const char *const *names, uint32_t count, uint32_t *wanted) {
    prt_reading *reading = job->reading;
    for (uint32_t i = 0; i < reading->wanted_count; i++) {
        wanted[i] = count;
        for (uint32_t c = 0; c < count; c++) {
            if (strcmp(names[c], reading->wanted[i].column) != 0)
                continue;
            if (wanted[i] < count)
                return prt_fail(reading->error, PR_E_FORMAT, "%s has two columns that are called \"%s\"; rename one",
                                reading->path, names[c]);
            wanted[i] = c;
        }
        if (wanted[i] == count)
            return prt_no_such_column(reading, &reading->wanted[i], names, count);
    }
    return PR_OK;
}

/* The name of column `c`: what the header says, or its number. */
static char *name_column(prt_csv_worker *w, const char *bytes, size_t size, uint32_t c) {
    char *name = malloc(size + 16);
    if (!name)
        return NULL;
    if (w->layout->source->header) {
        memcpy(name, bytes, size);
        name[size] = 0;
    } else {
        snprintf(name, 16, "%u", c + 1);
    }
    return name;
}

static pr_status name_columns(csv_job *job, prt_csv_worker *w, size_t start, uint32_t *wanted) {
    const uint32_t *marks = w->scan.marks;
    uint32_t columns = job->layout.columns, named = 0;
    char **names = calloc(columns, sizeof *names);
    free(w->scratch);
    w->scratch_room = 3 * (w->window.size + 64) + 32 * (size_t)columns;
    w->scratch = malloc(w->scratch_room);
    bool ok = names && w->scratch;
    for (size_t at = start; ok && named < columns; named++) {
        size_t end = marks[named] & PRT_MARK_PLACE, next = end + 1;
        prt_field name;
        if (named + 1 == columns && end > at && w->window.bytes[end - 1] == '\r')
            end--;
        ok = prt_csv_value(w, at, end, &name) && (names[named] = name_column(w, name.bytes, name.size, named));
        at = next;
    }
    pr_status status =
        ok ? find_columns(job, (const char *const *)names, columns, wanted)
           : prt_fail(job->reading->error, PR_E_MEMORY, "out of memory while reading %s", job->reading->path);
    for (uint32_t i = 0; names && i < columns; i++)
        free(names[i]);
    free(names);
    return status;
}

/* A file without columns: its first row is one like the others. */
static pr_status skip_nothing(csv_job *job, prt_csv_worker *w, size_t start) {
    job->layout.ragged = true;
    job->layout.columns = 1;
    job->line = 1;
    job->data_start = w->window.offset + start;
    prt_window_move(&w->window, start);
    return PR_OK;
}

/* Read the first row; the window then begins with the first row of data. */
static pr_status read_header(csv_job *job, prt_csv_worker *w, uint32_t *wanted) {
    prt_reading *reading = job->reading;
    PRT_TRY(prt_window_fill(&w->window, &job->file, FIRST, reading->error));
    const unsigned char *first = (const unsigned char *)w->window.bytes;
    size_t start = w->window.size >= 3 && memcmp(first, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    if (w->window.size >= 2 && ((first[0] == 0xFF && first[1] == 0xFE) || (first[0] == 0xFE && first[1] == 0xFF)))
        return prt_fail(reading->error, PR_E_FORMAT, "%s is UTF-16; save it as UTF-8", reading->path);
    if (w->window.size == start)
        return prt_fail(reading->error, PR_E_FORMAT, "%s is empty; %s", reading->path,
                        reading->source->header ? "its first row should name the columns" : "take it out of the files");
    if (reading->ragged)
        return skip_nothing(job, w, start);
    PRT_TRY(prt_csv_first_row(w, start, reading->error));
    uint32_t columns = 0;
    while (!(w->scan.marks[columns++] & PRT_MARK_ROW))
        ;
    uint32_t last = w->scan.marks[columns - 1];
    if (last & PRT_MARK_BAD || columns > MOST_CSV_COLUMNS)
        return prt_fail(reading->error, PR_E_FORMAT, "%s: the first row is no row of column names; is it a CSV file?",
                        reading->path);
    job->layout.columns = columns;
    PRT_TRY(name_columns(job, w, start, wanted));
    size_t end = (last & PRT_MARK_PLACE) + (size_t)1;
    job->line = 1;
    if (reading->source->header) {
        for (size_t i = start; i < end && i < w->window.size; i++)
            job->line += w->window.bytes[i] == '\n';
        start = end < w->window.size ? end : w->window.size;
    }
    job->data_start = w->window.offset + start;
    prt_window_move(&w->window, start);
    return PR_OK;
}

/* ---- one thread ---- */

static pr_status read_in_order(csv_job *job, prt_csv_worker *w) {
    prt_reading *reading = job->reading;
    for (;;) {
        PRT_TRY(prt_window_fill(&w->window, &job->file, reading->chunk_bytes + SLACK, reading->error));
        if (w->window.size == 0)
            return PR_OK;
        prt_csv_stretch stretch = {.start = 0, .limit = reading->chunk_bytes};
        stretch.limit = stretch.limit < w->window.size ? stretch.limit : w->window.size;
        w->piece.first_line = job->line;
        PRT_TRY(prt_csv_rows(w, &stretch, reading->error));
        PRT_TRY(prt_piece_append(&w->piece, reading, job->line));
        job->line += stretch.lines;
        prt_window_move(&w->window, stretch.end);
    }
}

/* ---- several threads ---- */

static pr_status read_stretch(csv_job *job, prt_csv_worker *w, uint64_t from, uint64_t limit, prt_csv_stretch *stretch,
                              pr_error *error) {
    w->window.size = 0;
    w->window.end = false;
    w->window.offset = from;
    PRT_TRY(prt_window_fill(&w->window, &job->file, (size_t)(limit - from) + SLACK, error));
    *stretch = (prt_csv_stretch){.limit = (size_t)(limit - from)};
    stretch->limit = stretch->limit < w->window.size ? stretch->limit : w->window.size;
    return PR_OK;
}

/* Read the chunk as if no quoted value reached into it. *start gets where its first row was assumed (in the file). */
static pr_status read_chunk(csv_job *job, prt_csv_worker *w, uint64_t chunk, prt_csv_stretch *stretch, uint64_t *start,
                            pr_error *error) {
    uint64_t from = job->data_start + chunk * job->reading->chunk_bytes, limit = from + job->reading->chunk_bytes;
    from -= chunk > 0; /* a row that begins right at the cut has its line break before it */
    PRT_TRY(read_stretch(job, w, from, limit, stretch, error));
    if (chunk > 0) {
        const char *line_end = memchr(w->window.bytes, '\n', w->window.size);
        *start = UINT64_MAX;
        if (!line_end)
            return PR_OK;
        stretch->start = (size_t)(line_end - w->window.bytes) + 1;
    }
    *start = from + stretch->start;
    stretch->end = stretch->start;
    return stretch->start < stretch->limit ? prt_csv_rows(w, stretch, error) : PR_OK;
}

static pr_status append_chunk(csv_job *job, prt_csv_worker *w, uint64_t chunk, prt_csv_stretch *stretch, uint64_t start,
                              pr_error *error) {
    uint64_t limit = job->data_start + (chunk + 1) * job->reading->chunk_bytes;
    if (start != job->row_start) {
        prt_piece_close(&w->piece, w->sink);
        if (!prt_piece_open(&w->piece, w->sink))
            return prt_fail(error, PR_E_MEMORY, "out of memory while reading %s", job->reading->path);
        if (job->row_start >= limit)
            return PR_OK; /* a row of the chunk before reaches over this one */
        PRT_TRY(read_stretch(job, w, job->row_start, limit, stretch, error));
        PRT_TRY(prt_csv_rows(w, stretch, error));
    }
    PRT_TRY(prt_piece_append(&w->piece, job->reading, job->line));
    job->line += stretch->lines;
    job->row_start = w->window.offset + stretch->end;
    return PR_OK;
}

/* A bar for files that take long enough to wonder. */
static void show_progress(const csv_job *job) {
    enum { LONG = 32, OFTEN = 8 };
    if (job->chunks >= LONG && (job->turn % OFTEN == 0 || job->turn == job->chunks))
        prt_log_progress("reading", job->turn, job->chunks);
}

/* Wait for the chunk's turn, append it, pass the turn on. False: reading has failed. */
static bool take_turn(csv_job *job, prt_csv_worker *w, uint64_t chunk, prt_csv_stretch *stretch, uint64_t start,
                      pr_status status, const pr_error *wrong) {
    pthread_mutex_lock(&job->lock);
    while (job->turn != chunk && job->status == PR_OK)
        pthread_cond_wait(&job->turned, &job->lock);
    if (job->status == PR_OK) {
        /* What went wrong counts only if the chunk really begins where it was assumed to. */
        if (status != PR_OK && start == job->row_start && job->reading->error)
            *job->reading->error = *wrong;
        bool assumed = start == job->row_start && status != PR_OK;
        job->status = assumed ? status : append_chunk(job, w, chunk, stretch, start, job->reading->error);
        job->turn++;
        show_progress(job);
        pthread_cond_broadcast(&job->turned);
    }
    bool ok = job->status == PR_OK;
    pthread_mutex_unlock(&job->lock);
    return ok;
}

static void stop(csv_job *job, pr_status status) {
    pthread_mutex_lock(&job->lock);
    if (job->status == PR_OK) {
        job->status = status;
        prt_fail(job->reading->error, status, "out of memory while reading %s; use a machine with more of it",
                 job->reading->path);
    }
    pthread_cond_broadcast(&job->turned);
    pthread_mutex_unlock(&job->lock);
}

static void run_worker(void *context, int thread) {
    csv_job *job = context;
    (void)thread;
    prt_csv_worker *w = malloc(sizeof *w);
    if (!w || !prt_csv_worker_open(w, &job->layout, &job->file, job->reading->sink)) {
        free(w);
        stop(job, PR_E_MEMORY);
        return;
    }
    uint64_t chunk;
    bool ok = true;
    while (ok && (chunk = atomic_fetch_add(&job->next_chunk, 1)) < job->chunks) {
        prt_csv_stretch stretch;
        pr_error wrong = {0};
        uint64_t start = 0;
        pr_status status = read_chunk(job, w, chunk, &stretch, &start, &wrong);
        ok = take_turn(job, w, chunk, &stretch, start, status, &wrong);
    }
    prt_csv_worker_close(w);
    free(w);
}

static pr_status read_at_once(csv_job *job) {
    prt_reading *reading = job->reading;
    uint64_t bytes = job->file.size > job->data_start ? job->file.size - job->data_start : 0;
    job->chunks = (bytes + reading->chunk_bytes - 1) / reading->chunk_bytes;
    job->row_start = job->data_start;
    atomic_init(&job->next_chunk, 0);
    pthread_mutex_init(&job->lock, NULL);
    pthread_cond_init(&job->turned, NULL);
    int threads = (uint64_t)reading->threads < job->chunks ? reading->threads : (int)job->chunks;
    prt_parallel(threads, run_worker, job);
    pthread_cond_destroy(&job->turned);
    pthread_mutex_destroy(&job->lock);
    return job->status;
}

static pr_status read_rows(csv_job *job, prt_csv_worker *w) {
    prt_reading *reading = job->reading;
    /* A row has at least a delimiter or line break for each column. */
    uint64_t most = job->file.size / job->layout.columns + 1;
    if (!job->file.gzip && reading->sink->reserve && !reading->sink->reserve(reading->sink->context, most))
        return prt_fail(reading->error, PR_E_MEMORY, "out of memory while reading %s; use a machine with more of it",
                        reading->path);
    bool in_order =
        job->file.gzip || reading->sink->in_order || reading->threads < 2 || job->file.size <= reading->chunk_bytes;
    return in_order ? read_in_order(job, w) : read_at_once(job);
}

pr_status prt_read_csv(prt_reading *reading) {
    csv_job job = {.reading = reading, .layout = {.source = reading->source, .wanted_count = reading->wanted_count}};
    uint32_t wanted[PRT_MOST_WANTED];
    job.layout.wanted = wanted;
    PRT_TRY(prt_file_open(reading->path, &job.file, reading->error));
    prt_csv_worker *w = malloc(sizeof *w);
    bool opened = w && prt_csv_worker_open(w, &job.layout, &job.file, reading->sink);
    pr_status status = opened ? read_header(&job, w, wanted)
                              : prt_fail(reading->error, PR_E_MEMORY, "out of memory while reading %s", reading->path);
    if (status == PR_OK)
        status = read_rows(&job, w);
    if (opened)
        prt_csv_worker_close(w);
    free(w);
    prt_file_close(&job.file);
    return status;
}
