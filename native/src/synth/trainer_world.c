/* The made-up platform: trainers, and how likely each is shown to clients of each goal. */
#include "trainer_world.h"

#include <stdlib.h>

/* The platform shows what fits the goal more often: so many times as often. */
static const double SHOWN_FOR_GOAL = 3;

static void sum_shown(prt_trainer_world *w) {
    for (uint32_t goal = 0; goal <= PRT_GOALS; goal++) {
        const prt_client client = {.goal = goal};
        double sum = 0;
        for (uint32_t t = 0; t < w->trainers; t++) {
            sum += w->trainer[t].popularity * (prt_client_matches(&client, &w->trainer[t]) ? SHOWN_FOR_GOAL : 1);
            w->shown[(size_t)goal * w->trainers + t] = sum;
        }
    }
}

pr_status prt_trainer_world_make(prt_trainer_world *w, const prt_trainer_options *options, pr_error *error) {
    size_t trainers = (size_t)options->trainers;
    *w = (prt_trainer_world){.options = options, .trainers = (uint32_t)trainers, .weeks = (uint32_t)options->weeks};
    w->trainer = calloc(trainers, sizeof *w->trainer);
    w->shown = calloc(trainers * (PRT_GOALS + 1), sizeof *w->shown);
    w->clicks = calloc(trainers * w->weeks, sizeof *w->clicks);
    w->popularity = calloc(trainers, sizeof *w->popularity);
    w->by_clicks = calloc(trainers, sizeof *w->by_clicks);
    if (!w->trainer || !w->shown || !w->clicks || !w->popularity || !w->by_clicks)
        return pr_fail(error, PR_E_MEMORY, 0, "Out of memory.");
    for (uint32_t t = 0; t < w->trainers; t++)
        w->trainer[t] = prt_trainer_make(options->seed, t);
    sum_shown(w);
    return PR_OK;
}

void prt_trainer_world_free(prt_trainer_world *w) {
    free(w->trainer);
    free(w->shown);
    free(w->clicks);
    free(w->popularity);
    free(w->by_clicks);
    *w = (prt_trainer_world){0};
}

void prt_put_client_id(prt_synth_file *out, uint64_t client) {
    prt_put_char(out, 'U');
    prt_put_integer(out, client + 1);
}

void prt_put_trainer_id(prt_synth_file *out, uint32_t trainer) {
    prt_put_char(out, 'T');
    prt_put_integer(out, trainer + (uint64_t)1);
}

void prt_trainer_write_users(const prt_trainer_world *w, prt_synth_file *out) {
    static const char *const levels[] = {"beginner", "intermediate", "advanced"};
    prt_put_text(out, "user_id,goal,age,level,city\n");
    for (uint64_t u = 0; u < w->options->users; u++) {
        prt_client c = prt_client_make(w->options->seed, u, w->weeks);
        prt_put_client_id(out, u);
        prt_put_char(out, ',');
        prt_put_text(out, c.goal < PRT_GOALS ? prt_goals[c.goal].name : "");
        prt_put_char(out, ',');
        prt_put_integer(out, c.age);
        prt_put_char(out, ',');
        prt_put_text(out, levels[c.level]);
        prt_put_char(out, ',');
        prt_put_text(out, prt_cities[c.city]);
        prt_put_char(out, '\n');
    }
}

/* ---- truth ---- */

void prt_trainer_write_clicks(const prt_trainer_world *w, prt_synth_file *out) {
    prt_put_text(out, "user_id,trainer_id,chance\n");
    for (uint64_t u = 0; u < w->options->users; u++) {
        prt_client c = prt_client_make(w->options->seed, u, w->weeks);
        for (uint32_t t = 0; t < w->trainers; t++) {
            prt_put_client_id(out, u);
            prt_put_char(out, ',');
            prt_put_trainer_id(out, t);
            prt_put_char(out, ',');
            prt_put_number(out, pr_logistic(prt_regard_of(&c, &w->trainer[t]).click));
            prt_put_char(out, '\n');
        }
    }
}

void prt_trainer_write_trainers(const prt_trainer_world *w, prt_synth_file *out) {
    prt_put_text(out, "trainer_id,quality,popularity,goals\n");
    for (uint32_t t = 0; t < w->trainers; t++) {
        const prt_trainer *trainer = &w->trainer[t];
        const char *between = "";
        prt_put_trainer_id(out, t);
        prt_put_char(out, ',');
        prt_put_number(out, trainer->quality);
        prt_put_char(out, ',');
        prt_put_number(out, trainer->popularity);
        prt_put_char(out, ',');
        for (uint32_t g = 0; g < PRT_GOALS; g++) {
            if (!(trainer->goals >> g & 1))
                continue;
            prt_put_text(out, between);
            prt_put_text(out, prt_goals[g].name);
            between = ";";
        }
        prt_put_char(out, '\n');
    }
}

static void put_constant(prt_synth_file *out, const char *name, double value) {
    prt_put_text(out, "| ");
    prt_put_text(out, name);
    prt_put_text(out, " | ");
    prt_put_number(out, value);
    prt_put_text(out, " |\n");
}

void prt_trainer_write_readme(prt_synth_file *out) {
    prt_put_text(out, "# What was planted\n\n"
                      "Training never reads this folder. All people here are made up.\n\n"
                      "- `clicks.csv`: the chance that one impression of this trainer is clicked by this user, for "
                      "every pair, as it is in the\n  week after the log (`exploration.jsonl` is drawn from it). In "
                      "the log, the log-odds of each trainer and week also\n  have a drift, normal with mean 0.\n"
                      "- `trainers.csv`: quality, relative chance to be shown, and the goals that a trainer is there "
                      "for, however the sheet\n  spells them.\n\n"
                      "The log-odds of a click are the sum of\n\n| part | value |\n|---|---|\n");
    put_constant(out, "level", PRT_CLICK_BASE);
    put_constant(out, "goal match", PRT_CLICK_MATCH);
    put_constant(out, "quality, a standard normal of the trainer, times", PRT_CLICK_QUALITY);
    put_constant(out, "taste, the sum of products of four pairs of standard normals, times", PRT_CLICK_TASTE);
    put_constant(out, "(price - 55) / 20, times how much the user minds (even from 0 to 1), times", PRT_CLICK_PRICE);
    put_constant(out, "mood, a standard normal of the user, times", PRT_CLICK_MOOD);
    put_constant(out, "drift (log only), a standard normal of trainer and week, times", PRT_CLICK_DRIFT);
}
