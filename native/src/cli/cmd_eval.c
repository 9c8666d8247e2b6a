/* `pocketrec eval`: a leaderboard of models, by asking the core as visitors do. */
#include "cli.h"
#include "evaluation.h"
#include "fail.h"
#include "ingest.h"
#include "off_policy.h"
#include "purchases_eval.h"
#include "search_quality.h"
#include "weekly.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct evaluating {
    const char *config_path, *bundle, *truth;
    bool json;
    int64_t seed, threads, most_users;
    prt_config config;
    prt_dataset dataset;
    prt_evaluation new_users, truth_result;
    bool has_truth;
    const char *model;
    int64_t train_week, validation_week;
    prt_history history;
    prt_weekly_result weekly;
    bool has_log;
    prt_off_policy_result off_policy;
    prt_search_result search;
    const char *protocol;
    bool valid, board_alone;
    bool has_purchases; /* then `purchases` is filled */
    prt_purchase_result purchases;
} evaluating;

/* The folder truth/ beside the configuration, where `pocketrec synth` leaves it. */
static bool truth_beside(const char *config, char *out, size_t size) {
    const char *slash = strrchr(config, '/');
    int folder = slash ? (int)(slash - config) : 1;
    char path[4096];
    snprintf(out, size, "%.*s/truth", folder, slash ? config : ".");
    snprintf(path, sizeof path, "%.4000s/affinity.csv", out);
    return access(path, R_OK) == 0;
}

/* The model of that name; false when there is none. */
static bool model_named(const char *name, prt_model_kind *out) {
    *out = PRT_MODEL_AUTO;
    for (int kind = 0; name && kind < PRT_MODELS; kind++) {
        if (strcmp(name, prt_model_name((prt_model_kind)kind)) == 0)
            *out = (prt_model_kind)kind;
    }
    return !name || *out != PRT_MODEL_AUTO || strcmp(name, "auto") == 0;
}

/* Learn the models from the weeks before the first logged list. */
static pr_status learn_before(evaluating *run, const prt_exploration *log, const prt_model_kind *kinds, uint32_t count,
                              int threads, prt_ranker *out, pr_error *error) {
    const prt_ranking_config *ranking = &run->config.ranking;
    const prt_model_options options = {ranking->trees, ranking->depth, ranking->learning_rate, 1};
    int32_t before = run->history.last_week + 1;
    uint32_t used = 0;
    prt_matrix matrix = {0};
    pr_status status = PR_OK;
    for (uint32_t q = 0; q < log->count; q++)
        before = log->requests[q].week < before ? log->requests[q].week : before;
    for (uint32_t w = run->history.week_count; status == PR_OK && w-- > 1 && used < ranking->label_weeks;) {
        if (run->history.week_numbers[w] >= before)
            continue;
        status =
            prt_matrix_add_week(&run->history, ranking->label, run->history.week_numbers[w], threads, &matrix, error);
        used++;
    }
    if (status == PR_OK)
        status = prt_models_train(kinds, count, &run->history, &matrix, &options, threads, out, error);
    prt_matrix_free(&matrix);
    return status;
}

static pr_status evaluate_log(evaluating *run, const prt_weekly_options *options, pr_error *error) {
    prt_model_kind kinds[PRT_MODELS];
    prt_ranker rankers[PRT_MODELS];
    prt_exploration log;
    char beside[4096], probe[4200];
    uint32_t count = 0;
    for (int kind = 0; kind < PRT_MODELS; kind++) {
        if (options->only == PRT_MODEL_AUTO || (int)options->only == kind)
            kinds[count++] = (prt_model_kind)kind;
    }
    if (!run->truth)
        truth_beside(run->config_path, beside, sizeof beside);
    snprintf(probe, sizeof probe, "%s/clicks.csv", run->truth ? run->truth : beside);
    const char *truth = access(probe, R_OK) == 0 ? (run->truth ? run->truth : beside) : NULL;
    PRT_TRY(prt_exploration_read(&run->config, &run->dataset, &run->history, &log, error));
    pr_status status = learn_before(run, &log, kinds, count, options->threads, rankers, error);
    if (status == PR_OK) {
        status = prt_off_policy(&run->config, &run->dataset, &run->history, &log, rankers, count, truth, options->seed,
                                &run->off_policy, error);
        for (uint32_t k = 0; k < count; k++)
            prt_ranker_free(&rankers[k]);
    }
    prt_exploration_free(&log);
    return status;
}

static pr_status evaluate_weekly(evaluating *run, int threads, pr_error *error) {
    prt_weekly_options options = {
        .threads = threads,
        .seed = (uint64_t)run->seed,
        .most_users = (uint32_t)run->most_users,
        .train_week = (int32_t)run->train_week,
        .validation_week = (int32_t)run->validation_week,
    };
    model_named(run->model, &options.only);
    pr_status status = prt_history_make(&run->config, &run->dataset, threads, &run->history, error);
    if (status != PR_OK)
        return status;
    prt_history_say_gaps(&run->history);
    PRT_TRY(prt_eval_weekly(&run->config, &run->dataset, &run->history, &options, &run->weekly, error));
    run->has_log = run->config.ranking.exploration_log != NULL;
    return run->has_log ? evaluate_log(run, &options, error) : PR_OK;
}

/* --protocol takes the place of the configured one. */
static pr_status evaluate_purchases(evaluating *run, int threads, pr_error *error) {
    const prt_purchase_options options = {threads, (uint64_t)run->seed, (uint32_t)run->most_users, run->valid,
                                          run->board_alone};
    if (run->protocol)
        prt_protocol_named(run->protocol, &run->config.evaluation.protocol);
    run->has_purchases = true;
    return prt_eval_purchases(&run->config, &run->dataset, &options, &run->purchases, error);
}

/* Options that only purchases know. */
static pr_status check_purchases(const evaluating *run, pr_error *error) {
    const char *given = run->protocol ? "--protocol" : run->valid ? "--valid" : run->board_alone ? "--board-alone" : "";
    if (run->config.has_purchases || !*given)
        return PR_OK;
    return prt_fail(error, PR_E_FORMAT, "%s: has no purchases, which %s is about; add \"purchases\" or take it out",
                    run->config_path, given);
}

static pr_status evaluate(evaluating *run, pr_error *error) {
    prt_eval_options options = {prt_cli_threads(run->threads), (uint64_t)run->seed, (uint32_t)run->most_users};
    char beside[4096];
    if (!run->truth && truth_beside(run->config_path, beside, sizeof beside))
        run->truth = beside;
    pr_status status = prt_config_read(run->config_path, &run->config, error);
    run->config.now = prt_cli_now();
    /* Only judged queries are asked by meaning; other trainings need not encode the items. */
    run->config.has_meaning &= run->config.judgements.queries != NULL && !run->config.has_purchases;
    if (status == PR_OK)
        status = check_purchases(run, error);
    if (status == PR_OK)
        status = prt_ingest(&run->config, options.threads, &run->dataset, error);
    if (status == PR_OK && run->config.has_purchases)
        return evaluate_purchases(run, options.threads, error);
    if (status == PR_OK && run->config.judgements.queries)
        return prt_eval_search(&run->config, &run->dataset, run->bundle, options.threads, options.seed, &run->search,
                               error);
    if (status == PR_OK && run->config.has_weekly)
        return evaluate_weekly(run, options.threads, error);
    if (status == PR_OK && run->config.has_users)
        status = prt_eval_new_users(&run->config, &run->dataset, &options, &run->new_users, error);
    else if (status == PR_OK && !run->truth)
        status = pr_fail(error, PR_E_FORMAT, 0, run->config_path,
                         ": has no users, so that nobody can be held out; name their file under \"users\"");
    run->has_truth = status == PR_OK && run->truth;
    if (run->has_truth)
        status =
            prt_eval_truth(&run->config, &run->dataset, run->truth, run->bundle, &options, &run->truth_result, error);
    return status;
}

static pr_status print_json(const evaluating *run, pr_error *error) {
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    pr_buffer buffer = {.arena = &arena};
    pr_writer w = {.out = &buffer};
    pr_status status = PR_OK;
    pr_write_object(&w);
    if (run->has_purchases)
        prt_purchase_write(&run->purchases, &w);
    else if (run->search.queries)
        prt_search_write(&run->search, &w);
    else if (run->config.has_weekly)
        prt_weekly_write(&run->weekly, &w);
    if (run->has_log)
        prt_off_policy_write(&run->off_policy, &w);
    if (run->new_users.subjects)
        status = prt_evaluation_write(&run->new_users, (uint64_t)run->seed, &w, error);
    bool inside = run->has_truth && run->new_users.subjects;
    if (inside) {
        pr_write_key(&w, "truth");
        pr_write_object(&w);
    }
    if (status == PR_OK && run->has_truth)
        status = prt_evaluation_write(&run->truth_result, (uint64_t)run->seed, &w, error);
    if (inside)
        pr_write_end_object(&w);
    pr_write_end_object(&w);
    pr_buffer_append(&buffer, "\n", 1);
    if (status == PR_OK && (buffer.failed || fwrite(buffer.bytes, 1, buffer.size, stdout) != buffer.size))
        status = pr_fail(error, PR_E_IO, 0, "the result cannot be written to standard output");
    pr_arena_free(&arena);
    return status;
}

static pr_status print_text(const evaluating *run, pr_error *error) {
    pr_status status = PR_OK;
    if (run->has_purchases)
        prt_purchase_print(&run->purchases);
    else if (run->search.queries)
        prt_search_print(&run->search);
    else if (run->config.has_weekly)
        prt_weekly_print(&run->weekly);
    if (run->has_log)
        prt_off_policy_print(&run->off_policy);
    if (run->new_users.subjects)
        status = prt_evaluation_print(&run->new_users, (uint64_t)run->seed, error);
    if (status == PR_OK && run->has_truth) {
        putchar('\n');
        status = prt_evaluation_print(&run->truth_result, (uint64_t)run->seed, error);
    }
    return status;
}

int prt_cmd_eval(int argc, char **argv) {
    evaluating run = {.seed = 1, .most_users = 5000, .train_week = -1, .validation_week = -1};
    prt_model_kind only;
    const prt_option options[] = {
        {"--json", PRT_OPTION_FLAG, &run.json, NULL, "print the leaderboard as JSON", 0, 0},
        {"--seed", PRT_OPTION_INTEGER, &run.seed, "N", "which users are held out, and the resamples (1)", 0, INT64_MAX},
        {"--users", PRT_OPTION_INTEGER, &run.most_users, "N", "evaluate at most so many of them (5000)", 1, 100000000},
        {"--threads", PRT_OPTION_INTEGER, &run.threads, "N", "threads to use for training", 1, 256},
        {"--truth", PRT_OPTION_TEXT, &run.truth, "DIR", "planted truth of 'pocketrec synth' (truth/ beside CONFIG)", 0,
         0},
        {"--model", PRT_OPTION_TEXT, &run.model, "NAME", "weekly logs: this model alone, not all", 0, 0},
        {"--train-week", PRT_OPTION_INTEGER, &run.train_week, "T", "weekly logs: learn from this week (3)", 0, 1000000},
        {"--validation-week", PRT_OPTION_INTEGER, &run.validation_week, "T", "and judge on this one (4)", 0, 1000000},
        {"--protocol", PRT_OPTION_TEXT, &run.protocol, "NAME",
         "purchases: time, leave-last, random, lightgcn or ncf, not what the configuration says", 0, 0},
        {"--valid", PRT_OPTION_FLAG, &run.valid, NULL, "purchases: judge on the validation part, not on the test", 0,
         0},
        {"--board-alone", PRT_OPTION_FLAG, &run.board_alone, NULL,
         "purchases: only the leaderboard, neither fold-in nor lists as served", 0, 0},
        {"--bundle", PRT_OPTION_TEXT, &run.bundle, "DIR",
         "judge this bundle by truth or judgements, not one trained for it", 0, 0},
    };
    const prt_usage usage = {
        "eval",
        "CONFIG [options]",
        "Hold out a fifth of the users, train on the others, ask for lists with nothing but the held-out users'\n"
        "answers and compare the models' lists with what those users liked. With a weekly log: learn from weeks,\n"
        "judge on later ones, and refuse features that know the future. With judgements: ask the judged queries\n"
        "and compare the answers with them. With purchases: learn from a part of the log, rank, and compare the lists\n"
        "with what people went on to take. Intervals are of 95 %.",
        options,
        sizeof options / sizeof *options,
        1,
        1};
    int code = prt_cli_parse(&usage, argc, argv, &run.config_path, NULL);
    if (code != PRT_CLI_GO_ON)
        return code;
    if (!model_named(run.model, &only))
        return prt_cli_wrong("eval", "--model is one of popularity, logistic, forest, boosting, pairwise, listwise",
                             run.model);
    prt_protocol protocol;
    if (run.protocol && !prt_protocol_named(run.protocol, &protocol))
        return prt_cli_wrong("eval", "--protocol is one of time, leave-last, random, lightgcn, ncf", run.protocol);
    pr_error error = {PR_OK, 0, ""};
    pr_status status = evaluate(&run, &error);
    if (status == PR_OK)
        status = run.json ? print_json(&run, &error) : print_text(&run, &error);
    prt_history_free(&run.history);
    prt_evaluation_free(&run.new_users);
    prt_evaluation_free(&run.truth_result);
    prt_dataset_free(&run.dataset);
    prt_config_free(&run.config);
    return status == PR_OK ? PRT_EXIT_DONE : prt_cli_fail(&error);
}
