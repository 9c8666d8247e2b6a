/* `pocketrec embed`: what an encoder makes of the lines of a file: vectors, scores of pairs, or token ids. */
#include "cli.h"
#include "encode.h"
#include "fail.h"
#include "item_meaning.h"
#include "textfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct embedding {
    const char *given[2]; /* encoder, texts */
    const char *out, *cache;
    int64_t threads;
    bool pairs, json, tokens;
    prt_loaded_encoder loaded;
    char *lines;
    pr_text *texts, *seconds;
    size_t count;
    pr_arena arena;
} embedding;

static const size_t MOST_LINES = (size_t)4 << 30;

static pr_status wrong_line(const embedding *e, const char *what, pr_error *error) {
    return prt_fail(error, PR_E_FORMAT, "%s, line %zu: %s", e->given[1], e->count + 1, what);
}

static pr_status text_of(const embedding *e, const pr_json *value, pr_text *out, pr_error *error) {
    if (!value || value->type != PR_JSON_STRING)
        return wrong_line(e, e->pairs ? "is not [\"text\", \"text\"]" : "is not a JSON string", error);
    *out = (pr_text){value->string, value->size};
    return PR_OK;
}

static pr_status read_json(embedding *e, pr_text line, pr_error *error) {
    const pr_json *value;
    const pr_json_limits limits = {line.size + 1, 3};
    pr_error inner = {0};
    if (pr_json_parse(line.bytes, line.size, &limits, &e->arena, &value, &inner) != PR_OK)
        return wrong_line(e, inner.message, error);
    if (!e->pairs)
        return text_of(e, value, &e->texts[e->count], error);
    if (value->type != PR_JSON_ARRAY || value->size != 2)
        return text_of(e, NULL, NULL, error);
    PRT_TRY(text_of(e, value->first, &e->texts[e->count], error));
    return text_of(e, value->first->next, &e->seconds[e->count], error);
}

static pr_status read_plain(embedding *e, pr_text line, pr_error *error) {
    e->texts[e->count] = line;
    if (!e->pairs)
        return PR_OK;
    const char *tab = line.size ? memchr(line.bytes, '\t', line.size) : NULL;
    if (!tab)
        return wrong_line(e, "has no tab between its two texts", error);
    const size_t first = (size_t)(tab - line.bytes);
    e->texts[e->count].size = first;
    e->seconds[e->count] = (pr_text){tab + 1, line.size - first - 1};
    return PR_OK;
}

static pr_status read_lines(embedding *e, size_t size, pr_error *error) {
    size_t lines = 1;
    for (size_t i = 0; i < size; i++)
        lines += e->lines[i] == '\n';
    e->texts = calloc(lines, sizeof *e->texts);
    e->seconds = calloc(lines, sizeof *e->seconds);
    if (!e->texts || !e->seconds)
        return prt_fail_memory(error, "reading the texts");
    for (size_t at = 0; at < size; e->count++) {
        const char *end = memchr(e->lines + at, '\n', size - at);
        const pr_text line = {e->lines + at, end ? (size_t)(end - e->lines) - at : size - at};
        PRT_TRY(e->json ? read_json(e, line, error) : read_plain(e, line, error));
        at += line.size + 1;
    }
    return PR_OK;
}

/* [101, 2008, 102] a line. */
static pr_status print_tokens(const embedding *e, pr_error *error) {
    const uint32_t most = pr_encoder_describe(e->loaded.encoder).tokens;
    uint32_t *ids = calloc(most, sizeof *ids), count, second = 0;
    if (!ids)
        return prt_fail_memory(error, "cutting the texts");
    for (size_t i = 0; i < e->count; i++) {
        pr_status status = e->pairs
                               ? pr_encoder_pair(e->loaded.encoder, e->texts[i], e->seconds[i], 0, ids, &count, &second)
                               : pr_encoder_tokens(e->loaded.encoder, e->texts[i], 0, ids, &count);
        if (status != PR_OK) {
            free(ids);
            return prt_fail(error, status, "%s: this encoder takes one text at a time, no pairs", e->given[0]);
        }
        for (uint32_t t = 0; t < count; t++)
            printf("%s%u", t ? ", " : "[", ids[t]);
        puts("]");
    }
    free(ids);
    return PR_OK;
}

static pr_status make_rows(const embedding *e, float *rows, pr_error *error) {
    const int threads = prt_cli_threads(e->threads);
    if (e->pairs)
        return prt_encode_texts(e->loaded.encoder, e->texts, e->seconds, e->count, threads, rows, error);
    if (e->count > UINT32_MAX)
        return prt_fail(error, PR_E_LIMIT, "%s: has more than 4,294,967,295 lines", e->given[1]);
    const prt_embedding given = {
        .loaded = &e->loaded, .texts = e->texts, .count = (uint32_t)e->count, .cache = e->cache, .threads = threads};
    return prt_embed(&given, rows, error);
}

static pr_status write_rows(embedding *e, pr_error *error) {
    const pr_encoder_about about = pr_encoder_describe(e->loaded.encoder);
    const uint32_t row = e->pairs ? about.labels : about.dims;
    float *rows = calloc(e->count + 1, (row ? row : 1) * sizeof *rows);
    pr_status status = rows ? PR_OK : prt_fail_memory(error, "embedding the texts");
    if (status == PR_OK)
        status = make_rows(e, rows, error);
    const pr_tensor tensor = {e->pairs ? "logits" : "embeddings", PR_F32, 2, {e->count, row}, rows};
    pr_buffer out = {.arena = &e->arena};
    if (status == PR_OK)
        status = pr_safetensors_write(&tensor, 1, NULL, 0, &out, error);
    if (status == PR_OK)
        status = prt_text_replace(e->out, out.bytes, out.size, error);
    free(rows);
    return status;
}

static pr_status run(embedding *e, pr_error *error) {
    size_t size;
    PRT_TRY(prt_loaded_open(e->given[0], 8, &e->loaded, error));
    PRT_TRY(prt_text_read(e->given[1], MOST_LINES, &e->lines, &size, error));
    PRT_TRY(read_lines(e, size, error));
    return e->tokens ? print_tokens(e, error) : write_rows(e, error);
}

int prt_cmd_embed(int argc, char **argv) {
    embedding e = {0};
    const prt_option options[] = {
        {"--out", PRT_OPTION_TEXT, &e.out, "FILE", "safetensors file to write (needed without --tokens)", 0, 0},
        {"--pairs", PRT_OPTION_FLAG, &e.pairs, NULL, "a line has two texts with a tab between; write their scores", 0,
         0},
        {"--json", PRT_OPTION_FLAG, &e.json, NULL, "a line is a JSON string, or [\"text\", \"text\"] with --pairs", 0,
         0},
        {"--cache", PRT_OPTION_TEXT, &e.cache, "FILE", "keep vectors there, and encode only texts that it has not", 0,
         0},
        {"--tokens", PRT_OPTION_FLAG, &e.tokens, NULL, "print the token ids of each line and stop", 0, 0},
        {"--threads", PRT_OPTION_INTEGER, &e.threads, "N", "threads to use", 1, 256},
    };
    const prt_usage usage = {
        "embed",
        "ENCODER TEXTS --out FILE [options]",
        "Write the vector of each line of TEXTS (\"-\": standard input) as the rows of one tensor.\n"
        "ENCODER is a file that `pocketrec encoder` made, or the folder of a model, which is taken in int8.",
        options,
        PRT_COUNT(options),
        2,
        2};
    const int code = prt_cli_parse(&usage, argc, argv, e.given, NULL);
    if (code != PRT_CLI_GO_ON)
        return code;
    if (!e.out && !e.tokens)
        return prt_cli_wrong("embed", "--out is missing: say where the vectors shall go", NULL);
    pr_error error = {0};
    pr_arena_init(&e.arena, NULL, 0);
    const pr_status status = run(&e, &error);
    prt_loaded_close(&e.loaded);
    pr_arena_free(&e.arena);
    free(e.texts);
    free(e.seconds);
    free(e.lines);
    return status == PR_OK ? PRT_EXIT_DONE : prt_cli_fail(&error);
}
