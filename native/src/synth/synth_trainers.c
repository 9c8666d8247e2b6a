/* `synth trainers`: trainers, users, the weekly log, lists that were shown, configuration and truth. */
#include "fail.h"
#include "trainer_world.h"

/* The files in the order in which they are published: the configuration last. */
enum { SHEET, USERS, LOG, EXPLORATION, CLICKS, TRAINERS, README, CONFIG, FILES };
static const char *const file_names[FILES] = {"Trainers.xlsx",     "users.csv",        "all_weeks_interactions.csv",
                                              "exploration.jsonl", "truth/clicks.csv", "truth/trainers.csv",
                                              "truth/README.md",   "pocketrec.json"};

static pr_status check(const prt_trainer_options *options, pr_error *error) {
    const uint64_t most = UINT64_C(1) << 32;
    if (!options->directory || !*options->directory)
        return pr_fail(error, PR_E_ARGUMENT, 0, "No output folder was named; add --out DIR.");
    if (options->users < 1 || options->users > most)
        return pr_fail(error, PR_E_ARGUMENT, 0, "--users must be between 1 and 4294967296.");
    if (options->trainers < 1 || options->trainers > PRT_MOST_TRAINERS)
        return pr_fail(error, PR_E_ARGUMENT, 0, "--trainers must be between 1 and 100000.");
    if (options->weeks < 1 || options->weeks > PRT_MOST_WEEKS)
        return pr_fail(error, PR_E_ARGUMENT, 0, "--weeks must be between 1 and 520.");
    if (options->last_day < 7 * (int64_t)options->weeks)
        return pr_fail(error, PR_E_ARGUMENT, 0, "The weeks before --until begin before 1970; use a later day.");
    return PR_OK;
}

static pr_status write_files(prt_trainer_world *w, prt_synth_files *set, pr_error *error) {
    prt_synth_file *out[FILES];
    PRT_TRY(prt_synth_files_open(set, w->options->directory, error));
    for (int i = 0; i < FILES; i++)
        PRT_TRY(prt_synth_files_add(set, file_names[i], &out[i], error));
    PRT_TRY(prt_trainer_write_sheet(w, out[SHEET]->partial, error));
    prt_trainer_write_users(w, out[USERS]);
    PRT_TRY(prt_trainer_write_log(w, out[LOG], error));
    PRT_TRY(prt_trainer_write_exploration(w, out[EXPLORATION], error));
    prt_trainer_write_clicks(w, out[CLICKS]);
    prt_trainer_write_trainers(w, out[TRAINERS]);
    prt_trainer_write_readme(out[README]);
    prt_trainer_write_config(w, out[CONFIG]);
    return prt_synth_files_publish(set, error);
}

pr_status prt_synth_trainers(const prt_trainer_options *options, pr_error *error) {
    PRT_TRY(check(options, error));
    prt_trainer_world world;
    prt_synth_files set = {0};
    pr_status status = prt_trainer_world_make(&world, options, error);
    if (status == PR_OK)
        status = write_files(&world, &set, error);
    prt_synth_files_discard(&set);
    prt_trainer_world_free(&world);
    return status;
}
