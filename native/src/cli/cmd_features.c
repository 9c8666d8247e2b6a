/* `pocketrec features`: the rows that models learn from, for people who want to look at them or learn on their own. */
#include "cli.h"
#include "fail.h"
#include "history.h"
#include "ingest.h"
#include "textfile.h"

#include <stdio.h>
#include <string.h>

typedef struct exporting {
    const char *config_path, *out;
    int64_t week, threads;
    prt_config config;
    prt_dataset dataset;
    prt_history history;
    prt_matrix matrix;
} exporting;

static bool ends_with(const char *text, const char *ending) {
    size_t n = strlen(text), m = strlen(ending);
    return n >= m && strcmp(text + n - m, ending) == 0;
}

/* ["impressions","clicks",…] */
static void names_as_json(const prt_history *history, pr_buffer *out) {
    pr_writer w = {.out = out};
    pr_write_array(&w);
    for (uint32_t f = 0; f < history->feature_count; f++)
        pr_write_text(&w, history->names[f]);
    pr_write_end_array(&w);
    pr_buffer_append(out, "", 1);
}

static pr_status write_tensors(const exporting *e, pr_arena *arena, pr_buffer *out, pr_error *error) {
    const prt_matrix *m = &e->matrix;
    pr_buffer names = {.arena = arena};
    names_as_json(&e->history, &names);
    if (names.failed)
        return prt_fail_memory(error, "writing the features");
    const char *metadata[] = {"features", names.bytes};
    const pr_tensor tensors[] = {
        {"X", PR_F32, 2, {m->rows, m->columns}, m->values},
        {"y", PR_F32, 1, {m->rows, 0}, m->labels},
        {"user", PR_U32, 1, {m->rows, 0}, m->user},
        {"item", PR_U32, 1, {m->rows, 0}, m->item},
    };
    return pr_safetensors_write(tensors, sizeof tensors / sizeof *tensors, metadata, 1, out, error);
}

static void put_quoted(pr_buffer *out, const char *bytes, size_t size) {
    pr_buffer_append(out, "\"", 1);
    for (size_t i = 0; i < size; i++)
        pr_buffer_append(out, bytes[i] == '"' ? "\"\"" : bytes + i, bytes[i] == '"' ? 2 : 1);
    pr_buffer_append(out, "\"", 1);
}

static void put_id(pr_buffer *out, const prt_strings *ids, uint32_t row) {
    put_quoted(out, ids->bytes + ids->offsets[row], (size_t)(ids->offsets[row + 1] - ids->offsets[row]));
}

/* Nine digits tell every float32 apart; a missing value is empty. */
static void put_value(pr_buffer *out, float value) {
    char text[48];
    int size = value == value ? snprintf(text, sizeof text, ",%.9g", (double)value) : snprintf(text, sizeof text, ",");
    pr_buffer_append(out, text, (size_t)size);
}

static pr_status write_csv(const exporting *e, pr_buffer *out, pr_error *error) {
    const prt_matrix *m = &e->matrix;
    pr_buffer_append(out, "user_id,item_id,label", 21);
    for (uint32_t f = 0; f < m->columns; f++) {
        pr_buffer_append(out, ",", 1);
        put_quoted(out, e->history.names[f], strlen(e->history.names[f]));
    }
    pr_buffer_append(out, "\n", 1);
    for (uint32_t r = 0; r < m->rows; r++) {
        put_id(out, &e->dataset.users.ids, m->user[r]);
        pr_buffer_append(out, ",", 1);
        put_id(out, &e->dataset.items.ids, m->item[r]);
        put_value(out, m->labels[r]);
        for (uint32_t f = 0; f < m->columns; f++)
            put_value(out, m->values[(size_t)r * m->columns + f]);
        pr_buffer_append(out, "\n", 1);
    }
    return out->failed ? prt_fail_memory(error, "writing the features") : PR_OK;
}

static pr_status run(exporting *e, pr_arena *arena, pr_error *error) {
    int threads = prt_cli_threads(e->threads);
    pr_buffer out = {.arena = arena};
    PRT_TRY(prt_config_read(e->config_path, &e->config, error));
    e->config.now = prt_cli_now();
    if (!e->config.has_weekly)
        return prt_fail(error, PR_E_FORMAT, "%s: has no \"weekly\" log, so that there are no weekly features",
                        e->config_path);
    PRT_TRY(prt_ingest(&e->config, threads, &e->dataset, error));
    PRT_TRY(prt_history_make(&e->config, &e->dataset, threads, &e->history, error));
    int32_t week = e->week < 0 ? e->history.last_week : (int32_t)e->week;
    PRT_TRY(prt_matrix_add_week(&e->history, e->config.ranking.label, week, threads, &e->matrix, error));
    if (e->matrix.rows == 0)
        return prt_fail(error, PR_E_FORMAT, "%s: nothing was shown to anybody in week %d; the log has weeks %d to %d",
                        e->config_path, week, e->history.first_week, e->history.last_week);
    PRT_TRY(ends_with(e->out, ".csv") ? write_csv(e, &out, error) : write_tensors(e, arena, &out, error));
    return prt_text_replace(e->out, out.bytes, out.size, error);
}

int prt_cmd_features(int argc, char **argv) {
    exporting e = {.week = -1};
    const prt_option options[] = {
        {"--out", PRT_OPTION_TEXT, &e.out, "FILE", "file to write: .csv, else safetensors (needed)", 0, 0},
        {"--week", PRT_OPTION_INTEGER, &e.week, "T", "week that is predicted (the last one of the log)", 0, 1000000},
        {"--threads", PRT_OPTION_INTEGER, &e.threads, "N", "threads to use", 1, 256},
    };
    const prt_usage usage = {
        "features",
        "CONFIG --out FILE [options]",
        "Write a feature row for everything that was shown in week T, from the weeks before it, with the label of\n"
        "week T. The file holds the users of the log: keep it private.",
        options,
        sizeof options / sizeof *options,
        1,
        1};
    int code = prt_cli_parse(&usage, argc, argv, &e.config_path, NULL);
    if (code != PRT_CLI_GO_ON)
        return code;
    if (!e.out)
        return prt_cli_wrong("features", "--out is missing: say where the rows shall go", NULL);
    pr_arena arena;
    pr_error error = {0};
    pr_arena_init(&arena, NULL, 0);
    pr_status status = run(&e, &arena, &error);
    pr_arena_free(&arena);
    prt_matrix_free(&e.matrix);
    prt_history_free(&e.history);
    prt_dataset_free(&e.dataset);
    prt_config_free(&e.config);
    return status == PR_OK ? PRT_EXIT_DONE : prt_cli_fail(&error);
}
