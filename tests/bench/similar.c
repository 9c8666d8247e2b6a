/* Times weighing texts and searching for similar ones in process, or shows what it finds.
 *
 *   bench_similar words TEXTS                                    the words that count, of each line of TEXTS
 *   bench_similar time TEXTS THREADS TOP STOP STEM [SCORES]      one line of JSON: seconds of both steps, sizes, peak
 *   bench_similar lists TEXTS THREADS TOP STOP STEM MINIMUM      for each line: "item:score" of its list
 *
 * TEXTS has one text a line. STOP and STEM are 0 or 1: leave English stop words out, count stems. SCORES is written:
 * the scores of each list as TOP float32, 0 where the list is shorter.
 */
#include "similar.h"

#include "readfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

typedef struct lines {
    char *bytes;
    pr_text *texts;
    uint32_t count;
} lines;

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void stop(const char *message) {
    fprintf(stderr, "bench_similar: %s\n", message);
    exit(1);
}

static lines read_lines(const char *path) {
    pr_error error = {0};
    lines l = {0};
    size_t size, room = 0;
    if (prt_file_read(path, SIZE_MAX / 2, &l.bytes, &size, &error) != PR_OK)
        stop(error.message);
    for (size_t i = 0; i < size; i++)
        room += l.bytes[i] == '\n';
    l.texts = malloc((room + 1) * sizeof *l.texts);
    if (!l.texts)
        stop("out of memory");
    for (char *from = l.bytes, *end; (end = memchr(from, '\n', size - (size_t)(from - l.bytes))); from = end + 1)
        l.texts[l.count++] = (pr_text){from, (size_t)(end - from)};
    return l;
}

static bool print_word(void *context, const char *word, size_t size) {
    (void)context;
    printf("%.*s ", (int)size, word);
    return true;
}

static void print_words(const lines *l) {
    for (uint32_t i = 0; i < l->count; i++) {
        pr_words(l->texts[i].bytes, l->texts[i].size, print_word, NULL);
        putchar('\n');
    }
}

static void print_lists(const prt_similar *s) {
    for (uint32_t row = 0; row < s->rows; row++) {
        for (uint64_t i = s->offsets[row]; i < s->offsets[row + 1]; i++)
            printf("%s%u:%.9g", i > s->offsets[row] ? " " : "", s->item[i], (double)s->score[i]);
        putchar('\n');
    }
}

static void write_scores(const prt_similar *s, uint32_t top, const char *path) {
    static const float none = 0;
    FILE *file = fopen(path, "wb");
    for (uint32_t row = 0; file && row < s->rows; row++) {
        size_t count = (size_t)(s->offsets[row + 1] - s->offsets[row]);
        fwrite(s->score + s->offsets[row], sizeof *s->score, count, file);
        for (size_t i = count; i < top; i++)
            fwrite(&none, sizeof none, 1, file);
    }
    if (!file || fclose(file) != 0)
        stop("the scores cannot be written");
}

static void print_times(const prt_vectors *v, double weighing, double searching) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    printf(
        "{\"rows\": %u, \"terms\": %u, \"weights\": %llu, \"vectors_s\": %.4f, \"top_s\": %.4f, \"peak_mib\": %.1f}\n",
        v->rows, v->terms, (unsigned long long)v->offsets[v->rows], weighing, searching, (double)used.ru_maxrss / 1024);
}

int main(int argc, char **argv) {
    pr_error error = {0};
    if (argc < 3 || (strcmp(argv[1], "words") != 0 && argc < 7))
        stop("words TEXTS, time TEXTS THREADS TOP STOP STEM [SCORES], lists TEXTS THREADS TOP STOP STEM MINIMUM");
    lines l = read_lines(argv[2]);
    if (strcmp(argv[1], "words") == 0) {
        print_words(&l);
    } else {
        int threads = atoi(argv[3]);
        uint32_t top = (uint32_t)atoi(argv[4]);
        bool show = strcmp(argv[1], "lists") == 0;
        prt_tfidf_settings settings = {atoi(argv[5]) ? prt_is_english_stop_word : NULL, atoi(argv[6]) != 0, threads};
        prt_vectors vectors;
        prt_similar similar;
        double start = seconds();
        if (prt_tfidf_make(l.texts, l.count, &settings, &vectors, &error) != PR_OK)
            stop(error.message);
        double weighed = seconds();
        float minimum = show && argc > 7 ? strtof(argv[7], NULL) : 0;
        if (prt_similar_make(&vectors, top, minimum, threads, NULL, &similar, &error) != PR_OK)
            stop(error.message);
        double found = seconds();
        if (show)
            print_lists(&similar);
        else
            print_times(&vectors, weighed - start, found - weighed);
        if (!show && argc > 7)
            write_scores(&similar, top, argv[7]);
        prt_similar_free(&similar);
        prt_vectors_free(&vectors);
    }
    free(l.texts);
    free(l.bytes);
    return 0;
}
