/* pocketrec train: from files to a bundle. */
#include "bundle_write.h"
#include "campaigns.h"
#include "cli.h"
#include "ingest.h"
#include "models.h"
#include "profiles.h"
#include "progress.h"
#include "renew_trending.h"
#include "segment_csv.h"
#include "sync.h"
#include "train.h"
#include "tune.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

typedef struct training {
    const char *config_path, *out, *model, *only;
    int64_t tune_seconds, tune_steps; /* 0: not tuned so */
    int threads;
    int64_t now;
    bool json, no_sync;
    prt_config config;
    prt_dataset dataset;
    prt_packed packed;
    prt_store store;
    prt_bundle *staged;
    prt_renewal renewal;      /* of --only */
    prt_campaigns *campaigns; /* NULL: none are wanted */
    prt_campaign_summary mails;
    double started;
} training;

static double clock_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Since the start. */
static double milliseconds(const training *t) {
    return (clock_seconds() - t->started) * 1e3;
}

static uint64_t bundle_bytes(const prt_packed *packed) {
    uint64_t bytes = packed->manifest.size;
    for (uint32_t i = 0; i < packed->shard_count; i++)
        bytes += packed->shards[i].size;
    return bytes;
}

/* The kind with that name, auto among them; false: there is none. */
static bool find_model(const char *name, prt_model_kind *out) {
    for (int kind = 0; kind <= PRT_MODEL_AUTO; kind++) {
        *out = (prt_model_kind)kind;
        if (strcmp(name, prt_model_name(*out)) == 0)
            return true;
    }
    return false;
}

/* --model takes the place of ranking.model. */
static pr_status choose_model(training *t, pr_error *error) {
    if (t->model && !t->config.has_weekly)
        return pr_fail(error, PR_E_FORMAT, 0, t->config_path,
                       ": --model chooses among models of a weekly log, but there is none; add \"weekly\" or take the "
                       "option out");
    if (t->model)
        find_model(t->model, &t->config.ranking.model);
    return PR_OK;
}

/* Vectors of other nights lie beside the bundle, in OUT.embeddings, where the configuration does not say otherwise. */
static pr_status name_cache(training *t, pr_error *error) {
    static const char ending[] = ".embeddings";
    size_t size = strlen(t->out);
    while (size > 1 && t->out[size - 1] == '/')
        size--;
    char *path = pr_arena_take(&t->config.arena, size + sizeof ending);
    if (!path)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while reading the configuration");
    memcpy(path, t->out, size);
    memcpy(path + size, ending, sizeof ending);
    if (!t->config.meaning.cache)
        t->config.meaning.cache = path;
    return PR_OK;
}

static pr_status ingest(training *t, pr_error *error) {
    pr_status status = prt_ingest(&t->config, t->threads, &t->dataset, error);
    if (status != PR_OK)
        return status;
    const prt_dataset *d = &t->dataset;
    prt_log("ingest", "read %llu rows: %u items, %u users, %llu events; %llu rows rejected (%.0f ms)",
            (unsigned long long)d->rows_read, d->items.count, d->users.count, (unsigned long long)d->events.count,
            (unsigned long long)d->rows_rejected, milliseconds(t));
    if (d->searches.count || d->baskets.count)
        prt_log("shop", "%u searches, %u baskets with %u entries", d->searches.count, d->baskets.count,
                d->baskets.item_count);
    return PR_OK;
}

/* What is wrong with them shall show before anything is learned. */
static pr_status prepare_campaigns(training *t, pr_error *error) {
    const prt_campaign_places places = {.bundle = t->out};
    return t->config.has_campaigns ? prt_campaigns_open(&t->config, &t->dataset, &places, t->now, &t->campaigns, error)
                                   : PR_OK;
}

static pr_status write_campaigns(training *t, pr_error *error) {
    if (!t->campaigns)
        return PR_OK;
    pr_status status = prt_campaigns_write(t->campaigns, t->threads, &t->mails, error);
    if (status == PR_OK)
        prt_campaigns_say(&t->mails);
    return status;
}

/* --tune and --tune-steps: numbers that guess better take the place of the configured ones. */
static pr_status tune(training *t, pr_error *error) {
    const prt_tune_budget budget = {(uint32_t)t->tune_steps, (double)t->tune_seconds};
    prt_tuned tuned;
    if (!t->tune_seconds && !t->tune_steps)
        return PR_OK;
    if (!t->config.has_purchases)
        return pr_fail(
            error, PR_E_FORMAT, 0, t->config_path,
            ": --tune chooses numbers of purchases, but there are none; add \"purchases\" or take the option "
            "out");
    pr_status status = prt_purchases_tune(&t->config, &t->dataset, budget, t->threads, &tuned, error);
    if (status != PR_OK)
        return status;
    t->config.purchases = tuned.config;
    prt_log("tune", "tried %u candidates: NDCG@10 of the hybrid on what was held out %.5f, before %.5f (%.0f ms)",
            tuned.steps, tuned.after, tuned.before, milliseconds(t));
    prt_tuned_say(&tuned.config);
    return PR_OK;
}

static pr_status publish(training *t, pr_error *error) {
    pr_status status = prt_bundle_stage(&t->store, &t->packed, &t->staged, error);
    if (status == PR_OK)
        status = prt_segment_csv_stage(&t->config, t->staged, t->packed.segment_keys, t->packed.segment_count, t->now,
                                       error);
    if (status == PR_OK)
        status = prt_profiles_write(&t->config, &t->dataset, error);
    if (status == PR_OK)
        status = prt_bundle_commit(&t->store, &t->packed, error);
    return status == PR_OK ? prt_segment_csv_commit(&t->config, error) : status;
}

static pr_status run(training *t, pr_error *error) {
    pr_status status = prt_config_read(t->config_path, &t->config, error);
    t->config.now = t->now;
    if (status == PR_OK)
        status = choose_model(t, error);
    if (status == PR_OK && t->config.has_meaning)
        status = name_cache(t, error);
    if (status == PR_OK)
        status = prt_store_open(t->out, &t->store, error);
    if (status == PR_OK)
        status = prt_sync_before(&t->config, t->out, t->no_sync, error);
    if (status == PR_OK)
        status = ingest(t, error);
    if (status == PR_OK)
        status = prepare_campaigns(t, error);
    if (status == PR_OK)
        status = tune(t, error);
    if (status != PR_OK)
        return status;
    status = prt_train(&t->config, &t->dataset, t->threads, t->now, &t->packed, error);
    if (status != PR_OK)
        return status;
    prt_log("learn", "learned %u segments with %llu cells (%.0f ms)", t->packed.segment_count,
            (unsigned long long)t->packed.published_cells, milliseconds(t));
    status = publish(t, error);
    if (status == PR_OK)
        prt_log("pack", "wrote %u shards, %llu bytes, to %s (%.0f ms)", t->packed.shard_count,
                (unsigned long long)bundle_bytes(&t->packed), t->out, milliseconds(t));
    return status == PR_OK ? write_campaigns(t, error) : status;
}

/* --only trending: the bundle stays but for that table. */
static pr_status renew(training *t, pr_error *error) {
    const prt_renewal *r = &t->renewal;
    pr_status status = prt_config_read(t->config_path, &t->config, error);
    if (status == PR_OK)
        status = prt_sync_before(&t->config, t->out, t->no_sync, error);
    if (status == PR_OK)
        status = prt_renew_trending(&t->config, t->out, t->threads, t->now, &t->renewal, error);
    if (status != PR_OK)
        return status;
    prt_log("ingest", "read %llu rows: %u items, %llu events; %llu rows rejected", (unsigned long long)r->rows_read,
            r->items, (unsigned long long)r->events, (unsigned long long)r->rows_rejected);
    if (r->known < r->items)
        prt_log("unknown",
                "%u items are not in the bundle until the next whole training; %u of them left out of the list",
                r->items - r->known, r->left_out);
    prt_log("pack", "wrote %u trending items, %llu bytes, to %s (%.0f ms)", r->listed, (unsigned long long)r->bytes,
            t->out, milliseconds(t));
    return PR_OK;
}

static void put_integer(pr_writer *w, const char *key, uint64_t value) {
    pr_write_key(w, key);
    pr_write_integer(w, (int64_t)value);
}

static void put_summary(const training *t, pr_writer *w) {
    put_integer(w, "items", t->dataset.items.count);
    put_integer(w, "users", t->dataset.users.count);
    put_integer(w, "events", t->dataset.events.count);
    put_integer(w, "rows_read", t->dataset.rows_read);
    put_integer(w, "rows_rejected", t->dataset.rows_rejected);
    put_integer(w, "rows_excluded", t->dataset.excluded);
    put_integer(w, "rows_skipped", t->dataset.skipped);
    put_integer(w, "returns", t->dataset.returns);
    put_integer(w, "duplicates", t->dataset.duplicates);
    put_integer(w, "cells_cleaned", t->dataset.cells_cleaned);
    put_integer(w, "segments", t->packed.segment_count);
    put_integer(w, "cells", t->packed.published_cells);
    put_integer(w, "shards", t->packed.shard_count);
    put_integer(w, "bytes", bundle_bytes(&t->packed));
    if (!t->campaigns)
        return;
    pr_write_key(w, "campaigns");
    pr_write_object(w);
    prt_campaigns_put(&t->mails, w);
    pr_write_end_object(w);
}

static void put_renewal(const prt_renewal *r, pr_writer *w) {
    put_integer(w, "items", r->items);
    put_integer(w, "unknown", r->items - r->known);
    put_integer(w, "events", r->events);
    put_integer(w, "rows_read", r->rows_read);
    put_integer(w, "rows_rejected", r->rows_rejected);
    put_integer(w, "trending", r->listed);
    put_integer(w, "left_out", r->left_out);
    put_integer(w, "bytes", r->bytes);
}

static void print_json(const training *t) {
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    pr_buffer buffer = {.arena = &arena};
    pr_writer writer = {.out = &buffer}, *w = &writer;
    pr_write_object(w);
    pr_write_key(w, "bundle");
    pr_write_text(w, t->out);
    if (t->only)
        put_renewal(&t->renewal, w);
    else
        put_summary(t, w);
    pr_write_key(w, "seconds");
    pr_write_number(w, clock_seconds() - t->started);
    pr_write_end_object(w);
    pr_buffer_append(&buffer, "\n", 1);
    if (!buffer.failed)
        fwrite(buffer.bytes, 1, buffer.size, stdout);
    pr_arena_free(&arena);
}

static void training_free(training *t) {
    prt_campaigns_close(t->campaigns);
    prt_bundle_close(t->staged);
    prt_store_close(&t->store);
    prt_packed_free(&t->packed);
    prt_dataset_free(&t->dataset);
    prt_config_free(&t->config);
}

static int wrong_model(const char *name) {
    static const char *const names[] = {
#define NAME(name) #name,
        PRT_MODEL_LIST(NAME)
#undef NAME
            "auto"};
    char detail[256];
    const char *near = prt_cli_nearest(name, names, sizeof names / sizeof *names);
    snprintf(detail, sizeof detail, "\"%.64s\"; %s%s", name,
             near ? "did you mean " : "choose auto, popularity, logistic, forest, boosting, pairwise or listwise",
             near ? near : "");
    return prt_cli_wrong("train", "--model: there is no model ", detail);
}

/* PRT_CLI_GO_ON, or the exit code after a sentence. */
static int check_options(const training *t) {
    prt_model_kind model;
    if (!t->out)
        return prt_cli_wrong("train", "--out is missing: say where the bundle shall go", NULL);
    if (t->model && !find_model(t->model, &model))
        return wrong_model(t->model);
    if (t->only && strcmp(t->only, "trending") != 0) {
        char detail[256];
        snprintf(detail, sizeof detail, "\"%.64s\"; the only one is \"trending\"", t->only);
        return prt_cli_wrong("train", "--only: no table can be renewed alone that is called ", detail);
    }
    if (t->only && t->model)
        return prt_cli_wrong("train", "--only trending learns no model; take --model out", NULL);
    if (t->only && (t->tune_seconds || t->tune_steps))
        return prt_cli_wrong("train", "--only trending learns no model; take --tune out", NULL);
    return PRT_CLI_GO_ON;
}

int prt_cmd_train(int argc, char **argv) {
    training t = {.store = {.lock = -1, .folder = -1}, .started = clock_seconds()};
    int64_t threads = 0;
    bool log_json = false, quiet = false;
    const prt_option options[] = {
        {"--out", PRT_OPTION_TEXT, &t.out, "DIR", "folder of the bundle (needed)", 0, 0},
        {"--model", PRT_OPTION_TEXT, &t.model, "NAME", "model of the ranking, instead of ranking.model", 0, 0},
        {"--only", PRT_OPTION_TEXT, &t.only, "TABLE", "renew one table of the bundle in DIR: trending", 0, 0},
        {"--no-sync", PRT_OPTION_FLAG, &t.no_sync, NULL, "take the mirror of a database as it is", 0, 0},
        {"--tune", PRT_OPTION_INTEGER, &t.tune_seconds, "SECONDS", "choose the numbers of purchases, for so long", 1,
         86400},
        {"--tune-steps", PRT_OPTION_INTEGER, &t.tune_steps, "N", "the same, trying N candidates: reproducible", 1,
         100000},
        {"--threads", PRT_OPTION_INTEGER, &threads, "N", "threads to use; also bounded by OMP_NUM_THREADS", 1, 256},
        {"--json", PRT_OPTION_FLAG, &t.json, NULL, "print a summary as JSON on stdout", 0, 0},
        {"--log-json", PRT_OPTION_FLAG, &log_json, NULL, "log one JSON object a line on stderr", 0, 0},
        {"--quiet", PRT_OPTION_FLAG, &quiet, NULL, "log warnings only", 0, 0},
    };
    const prt_usage usage = {
        "train",
        "CONFIG --out DIR [options]",
        "Read the files that CONFIG names, learn from them and write a bundle into DIR. A bundle that is\n"
        "there already is replaced at the very end, in one step.\n"
        "\n"
        "With --only trending, for a job that runs every hour, the bundle in DIR stays as it is but for the list\n"
        "of what is asked for at present. Products that it does not have yet wait for the next whole training.",
        options,
        sizeof options / sizeof *options,
        1,
        1};
    int code = prt_cli_parse(&usage, argc, argv, &t.config_path, NULL);
    if (code != PRT_CLI_GO_ON)
        return code;
    code = check_options(&t);
    if (code != PRT_CLI_GO_ON)
        return code;
    prt_log_set(log_json ? PRT_LOG_JSON : quiet ? PRT_LOG_QUIET : PRT_LOG_TEXT);
    t.threads = prt_cli_threads(threads);
    t.now = prt_cli_now();
    pr_error error = {0};
    if ((t.only ? renew(&t, &error) : run(&t, &error)) != PR_OK)
        code = prt_cli_fail(&error);
    else
        code = PRT_EXIT_DONE;
    if (code == PRT_EXIT_DONE && t.json)
        print_json(&t);
    training_free(&t);
    return code;
}
