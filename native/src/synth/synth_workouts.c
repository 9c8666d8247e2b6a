/* `synth workouts`: catalogue, people, sessions, feedback, configuration and truth, streamed to their files. */
#include "people.h"
#include "synth.h"
#include "synth_config.h"

#include <stdlib.h>
#include <string.h>

/* The files in the order in which they are published: the configuration last. */
enum { WORKOUTS, USERS, SESSIONS, FEEDBACK, AFFINITY, INSTRUCTORS, CONFIG, FILES };
static const char *const file_names[FILES] = {
    "augmented_workouts.json", "users.csv",     "sessions.csv", "feedback.csv", "truth/affinity.csv",
    "truth/instructors.csv",   "pocketrec.json"};

enum { FIRST_SESSION = 1001 }; /* as in the reference */

typedef struct generator {
    const prt_synth_options *options;
    prt_catalogue catalogue;
    prt_truth truth;
    prt_chooser chooser;
    prt_synth_files set;
    prt_synth_file *out[FILES];
    uint64_t sessions, feedback; /* written so far */
} generator;

/* When people train: before work and after it. */
static const double hour_shares[24] = {1, 0.5, 0.3, 0.3, 1, 4, 9, 10, 7, 5, 4, 4, 6, 5, 3, 3, 5, 9, 11, 10, 7, 4, 3, 2};

static void write_feedback(generator *g, uint64_t session, uint64_t user, uint32_t workout, int64_t time, bool liked) {
    prt_synth_file *out = g->out[FEEDBACK];
    prt_put_integer(out, ++g->feedback);
    prt_put_char(out, ',');
    prt_put_integer(out, FIRST_SESSION + session);
    prt_put_char(out, ',');
    prt_put_integer(out, user + 1);
    prt_put_char(out, ',');
    prt_put_integer(out, workout + 1);
    prt_put_text(out, liked ? ",1," : ",0,");
    prt_put_time(out, time);
    prt_put_text(out, "Z\n");
}

static void write_session(generator *g, uint64_t session, uint64_t user, uint32_t workout, bool completed, int64_t time,
                          uint32_t microseconds) {
    prt_synth_file *out = g->out[SESSIONS];
    prt_put_integer(out, FIRST_SESSION + session);
    prt_put_char(out, ',');
    prt_put_integer(out, user + 1);
    prt_put_char(out, ',');
    prt_put_integer(out, workout + 1);
    prt_put_text(out, completed ? ",1," : ",0,");
    prt_put_time(out, time);
    prt_put_char(out, '.');
    prt_put_digits(out, microseconds, 6);
    prt_put_char(out, '\n');
}

/* Is this one of the sessions that get feedback? Selection sampling (Knuth, TAOCP 2, 3.4.2, algorithm S): every session
 * with the same chance, and exactly as many as were asked for. */
static bool is_rated(const generator *g, uint64_t session) {
    prt_draw draw = prt_draw_open(g->options->seed, PRT_DRAW_FEEDBACK, session);
    double left = (double)(g->options->sessions - session);
    return prt_draw_uniform(&draw) * left < (double)(g->options->feedback - g->feedback);
}

static void make_session(generator *g, const prt_person *person, uint64_t user) {
    uint64_t session = g->sessions++;
    prt_draw draw = prt_draw_open(g->options->seed, PRT_DRAW_SESSION, session);
    prt_choice choice = prt_chooser_pick(&g->chooser, person, &draw);
    const prt_workout *workout = &g->catalogue.workouts[choice.workout];
    uint32_t group = (uint32_t)person->age * PRT_LEVELS + person->level;
    const prt_chance *chance = &g->truth.chances[(size_t)choice.workout * PRT_GROUPS + group];
    double age = choice.day - workout->release_day;

    bool completed = prt_draw_uniform(&draw) < pr_logistic(chance->complete + person->mood - PRT_AGEING_COMPLETE * age);
    bool liked = prt_draw_uniform(&draw) < pr_logistic(chance->like + person->mood - PRT_AGEING_LIKE * age);
    int64_t time = choice.day * INT64_C(86400) + 3600 * (int64_t)prt_draw_share(&draw, hour_shares, 24) +
                   prt_draw_below(&draw, 3600);
    write_session(g, session, user, choice.workout, completed, time, prt_draw_below(&draw, 1000000));
    if (is_rated(g, session)) {
        int64_t spent = completed ? workout->duration * 60 : 60 + prt_draw_below(&draw, workout->duration * 45u);
        write_feedback(g, session, user, choice.workout, time + spent + 20 + prt_draw_below(&draw, 900), liked);
    }
}

/* People in order, each with the share of the sessions that the running sum of activity gives: exactly the asked number
 * in the end. */
static void make_people(generator *g) {
    const prt_synth_options *options = g->options;
    uint64_t total = 0, sum = 0;
    for (uint64_t user = 0; user < options->users; user++)
        total += prt_person_make(options->seed, user).activity;
    prt_put_text(g->out[USERS], "user_id,age_group,fitness_level,preferred_types\n");
    prt_put_text(g->out[SESSIONS], "session_id,user_id,workout_id,completed,timestamp\n");
    prt_put_text(g->out[FEEDBACK], "feedback_id,session_id,user_id,workout_id,liked,feedback_time\n");
    for (uint64_t user = 0; user < options->users; user++) {
        prt_person person = prt_person_make(options->seed, user);
        prt_person_write(&person, user, g->out[USERS]);
        sum += person.activity;
        uint64_t until = (uint64_t)((double)sum / (double)total * (double)options->sessions);
        while (g->sessions < until)
            make_session(g, &person, user);
    }
}

static pr_status check(const prt_synth_options *options, pr_error *error) {
    const uint64_t most = UINT64_C(1) << 32;
    if (!options->directory || !*options->directory)
        return pr_fail(error, PR_E_ARGUMENT, 0, "No output folder was named; add --out DIR.");
    if (options->users < 1 || options->users > most)
        return pr_fail(error, PR_E_ARGUMENT, 0, "--users must be between 1 and 4294967296.");
    if (options->workouts < 1 || options->workouts > 4000000)
        return pr_fail(error, PR_E_ARGUMENT, 0, "--workouts must be between 1 and 4000000.");
    if (options->sessions > most)
        return pr_fail(error, PR_E_ARGUMENT, 0, "--sessions must be at most 4294967296.");
    if (options->feedback > options->sessions)
        return pr_fail(error, PR_E_ARGUMENT, 0,
                       "--feedback must not exceed --sessions, since a session is rated once at most.");
    return PR_OK;
}

static pr_status make_world(generator *g, pr_error *error) {
    pr_status status = prt_catalogue_make(&g->catalogue, g->options->seed, g->options->last_day,
                                          (uint32_t)g->options->workouts, error);
    if (status == PR_OK)
        status = prt_truth_make(&g->truth, &g->catalogue, error);
    if (status == PR_OK)
        status = prt_chooser_make(&g->chooser, &g->truth, error);
    return status;
}

static pr_status write_world(generator *g, pr_error *error) {
    pr_status status = prt_synth_files_open(&g->set, g->options->directory, error);
    for (int i = 0; i < FILES && status == PR_OK; i++)
        status = prt_synth_files_add(&g->set, file_names[i], &g->out[i], error);
    if (status == PR_OK) {
        prt_catalogue_write(&g->catalogue, g->out[WORKOUTS]);
        make_people(g);
        prt_truth_write_affinity(&g->truth, g->out[AFFINITY]);
        prt_truth_write_instructors(&g->truth, g->out[INSTRUCTORS]);
        prt_put_text(g->out[CONFIG], prt_synth_config);
        status = prt_synth_files_publish(&g->set, error);
    }
    prt_synth_files_discard(&g->set);
    return status;
}

pr_status prt_synth_workouts(const prt_synth_options *options, pr_error *error) {
    pr_status status = check(options, error);
    if (status != PR_OK)
        return status;
    generator *g = calloc(1, sizeof *g);
    if (!g)
        return pr_fail(error, PR_E_MEMORY, 0, "Out of memory.");
    g->options = options;
    status = make_world(g, error);
    if (status == PR_OK)
        status = write_world(g, error);
    prt_chooser_free(&g->chooser);
    prt_truth_free(&g->truth);
    prt_catalogue_free(&g->catalogue);
    free(g);
    return status;
}
