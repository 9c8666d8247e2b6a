/* TF-IDF (Spärck Jones 1972) with the smoothed idf. Every thread reads a run of the texts with a vocabulary of its own;
 * put together in the order of the runs they are numbered as one thread would have numbered them. */
#include "tfidf.h"

#include "fail.h"
#include "grow.h"
#include "idmap.h"
#include "parallel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_WORD = 64, LEAST_RUN = 256 /* texts that are worth a thread */ };

/* A word of a thread's vocabulary. */
typedef struct known_word {
    uint32_t rows;  /* texts that have it */
    uint32_t last;  /* the last of them, + 1 */
    uint32_t place; /* there: in `found`, from the text's first */
} known_word;

/* A word of a text. */
typedef struct found_word {
    uint32_t word; /* number in the vocabulary */
    uint32_t count;
} found_word;

/* What one thread read: the texts [first, end). */
typedef struct run {
    uint32_t first, end;
    prt_idmap vocabulary;
    known_word *known; /* by number */
    size_t known_room;
    found_word *found; /* text by text */
    size_t found_count, found_room;
    uint64_t start;   /* of the texts' vectors in the result */
    uint32_t *number; /* of each word in the result */
    bool failed;
} run;

typedef struct job {
    const pr_text *texts;
    const prt_tfidf_settings *settings;
    run *runs;
    prt_vectors *out;
    double *idf; /* by number in the result */
} job;

/* The text that is being read. */
typedef struct reader {
    run *run;
    const prt_tfidf_settings *settings;
    uint32_t row;
    size_t start; /* of its words in `found` */
} reader;

/* ---- reading ---- */

static bool is_long_enough(const char *word, size_t size) {
    if (size > 4 || (size > 1 && (uint8_t)word[0] < 0x80))
        return true;
    size_t characters = 0;
    for (size_t i = 0; i < size; i++)
        characters += ((uint8_t)word[i] & 0xC0) != 0x80;
    return characters >= 2;
}

static bool count_word(reader *r, uint32_t number, bool is_new) {
    run *x = r->run;
    if (is_new) {
        if (!prt_grow((void **)&x->known, &x->known_room, number + (size_t)1, sizeof *x->known))
            return false;
        x->known[number] = (known_word){0};
    }
    known_word *known = &x->known[number];
    if (known->last == r->row + 1) {
        x->found[r->start + known->place].count++;
        return true;
    }
    if (!prt_grow((void **)&x->found, &x->found_room, x->found_count + 1, sizeof *x->found))
        return false;
    known->rows++;
    known->last = r->row + 1;
    known->place = (uint32_t)(x->found_count - r->start);
    x->found[x->found_count++] = (found_word){number, 1};
    return true;
}

static bool read_word(void *context, const char *word, size_t size) {
    reader *r = context;
    const prt_tfidf_settings *settings = r->settings;
    char stem[LONGEST_WORD + 1];
    if (!is_long_enough(word, size) || (settings->is_stop_word && settings->is_stop_word(word, size)))
        return true;
    if (settings->stem && size <= LONGEST_WORD) {
        memcpy(stem, word, size);
        size = pr_stem(stem, size);
        word = stem;
    }
    uint32_t number;
    bool added;
    if (prt_idmap_add(&r->run->vocabulary, word, size, &number, &added) && count_word(r, number, added))
        return true;
    r->run->failed = true;
    return false;
}

/* How many different words each text has goes to out->offsets[row + 1]. */
static void read_run(void *context, int thread) {
    job *j = context;
    run *x = &j->runs[thread];
    reader r = {.run = x, .settings = j->settings};
    for (uint32_t row = x->first; row < x->end && !x->failed; row++) {
        r.row = row;
        r.start = x->found_count;
        pr_words(j->texts[row].bytes, j->texts[row].size, read_word, &r);
        j->out->offsets[row + 1] = x->found_count - r.start;
    }
}

/* ---- numbering ---- */

/* Number the words of all runs in the order of the runs; idf[number] becomes the texts that have the word. */
static bool number_words(job *j, int runs) {
    prt_idmap all = {0};
    bool good = true, added;
    size_t most = 1;
    for (int t = 0; t < runs; t++)
        most += j->runs[t].vocabulary.ids.count;
    good = (j->idf = calloc(most, sizeof *j->idf)) != NULL;
    for (int t = 0; good && t < runs; t++) {
        const prt_text_pool *words = &j->runs[t].vocabulary.ids;
        uint32_t *number = j->runs[t].number = malloc((words->count + (size_t)1) * sizeof *number);
        good = number != NULL;
        for (uint32_t w = 0; good && w < words->count; w++) {
            size_t size = (size_t)(words->offsets[w + 1] - words->offsets[w]);
            good = prt_idmap_add(&all, words->bytes + words->offsets[w], size, &number[w], &added);
            if (good)
                j->idf[number[w]] += j->runs[t].known[w].rows;
        }
        prt_idmap_free(&j->runs[t].vocabulary);
    }
    j->out->terms = all.ids.count;
    prt_idmap_free(&all);
    return good;
}

static void weigh_words(job *j) {
    for (uint32_t term = 0; term < j->out->terms; term++)
        j->idf[term] = pr_log((1.0 + j->out->rows) / (1.0 + j->idf[term])) + 1;
}

/* ---- vectors ---- */

static int by_word(const void *a, const void *b) {
    uint32_t x = ((const found_word *)a)->word, y = ((const found_word *)b)->word;
    return (x > y) - (x < y);
}

static void sort_words(found_word *words, size_t count) {
    if (count > 64) {
        qsort(words, count, sizeof *words, by_word);
        return;
    }
    for (size_t i = 1; i < count; i++) {
        found_word word = words[i];
        size_t at = i;
        for (; at > 0 && words[at - 1].word > word.word; at--)
            words[at] = words[at - 1];
        words[at] = word;
    }
}

static void write_vector(const job *j, const found_word *words, size_t count, uint64_t at) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        double weight = words[i].count * j->idf[words[i].word];
        sum += weight * weight;
    }
    double length = sqrt(sum);
    for (size_t i = 0; i < count; i++) {
        j->out->term[at + i] = words[i].word;
        j->out->weight[at + i] = (float)(words[i].count * j->idf[words[i].word] / length);
    }
}

static void write_run(void *context, int thread) {
    const job *j = context;
    const run *x = &j->runs[thread];
    found_word *words = x->found;
    for (uint32_t row = x->first; row < x->end; row++) {
        size_t count = (size_t)(j->out->offsets[row + 1] - j->out->offsets[row]);
        for (size_t i = 0; i < count; i++)
            words[i].word = x->number[words[i].word];
        sort_words(words, count);
        write_vector(j, words, count, j->out->offsets[row]);
        words += count;
    }
}

/* ---- all of it ---- */

static bool make(job *j, int runs) {
    prt_vectors *out = j->out;
    for (int t = 0; t < runs; t++) {
        j->runs[t].first = (uint32_t)((uint64_t)out->rows * (unsigned)t / (unsigned)runs);
        j->runs[t].end = (uint32_t)((uint64_t)out->rows * ((unsigned)t + 1) / (unsigned)runs);
    }
    prt_parallel(runs, read_run, j);
    for (int t = 0; t < runs; t++) {
        if (j->runs[t].failed)
            return false;
    }
    for (uint32_t row = 0; row < out->rows; row++)
        out->offsets[row + 1] += out->offsets[row];
    out->term = malloc((out->offsets[out->rows] + 1) * sizeof *out->term);
    out->weight = malloc((out->offsets[out->rows] + 1) * sizeof *out->weight);
    if (!out->term || !out->weight || !number_words(j, runs))
        return false;
    weigh_words(j);
    prt_parallel(runs, write_run, j);
    return true;
}

pr_status prt_tfidf_make(const pr_text *texts, uint32_t rows, const prt_tfidf_settings *settings, prt_vectors *out,
                         pr_error *error) {
    int most = (int)(rows / LEAST_RUN) + 1, runs = settings->threads < 1 ? 1 : settings->threads;
    if (runs > most)
        runs = most;
    *out = (prt_vectors){.rows = rows, .offsets = calloc(rows + (size_t)1, sizeof *out->offsets)};
    job j = {.texts = texts, .settings = settings, .out = out, .runs = calloc((size_t)runs, sizeof *j.runs)};
    bool good = out->offsets && j.runs && make(&j, runs);
    for (int t = 0; j.runs && t < runs; t++) {
        prt_idmap_free(&j.runs[t].vocabulary);
        free(j.runs[t].known);
        free(j.runs[t].found);
        free(j.runs[t].number);
    }
    free(j.runs);
    free(j.idf);
    if (good)
        return PR_OK;
    prt_vectors_free(out);
    return prt_fail_memory(error, "weighing the words of the texts");
}

void prt_vectors_free(prt_vectors *vectors) {
    free(vectors->offsets);
    free(vectors->term);
    free(vectors->weight);
    *vectors = (prt_vectors){0};
}
