/* What people choose: popular workouts of their types and level, new ones rather than old ones, liked ones rather than
 * others. Popularity and level come from alias tables (Walker 1977); age and taste by rejection. */
#include "people.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How often a person of level r picks a workout of level c. */
static const double level_pull[PRT_LEVELS][PRT_LEVELS] = {{1, 0.6, 0.2}, {0.7, 1, 0.6}, {0.4, 0.8, 1}};
/* Share of sessions that stay within the preferred types. */
static const double LOYALTY = 0.6;
/* Tries before the type's first workout, which is always there, is taken. */
enum { TRIES = 60 };

/* Vose's construction (1991) over entries [begin, end); `keep` holds the weights at first. `stack` has their room. */
static void build_alias(prt_chooser *chooser, uint32_t begin, uint32_t end, uint32_t *stack) {
    double total = 0;
    for (uint32_t i = begin; i < end; i++)
        total += chooser->keep[i];
    uint32_t small = 0, large = end - begin; /* two stacks that grow towards each other */
    for (uint32_t i = begin; i < end; i++) {
        chooser->keep[i] *= (end - begin) / total;
        chooser->alias[i] = i;
        if (chooser->keep[i] < 1.0)
            stack[small++] = i;
        else
            stack[--large] = i;
    }
    while (small > 0 && large < end - begin) {
        uint32_t poor = stack[--small], rich = stack[large];
        chooser->alias[poor] = rich;
        chooser->keep[rich] -= 1.0 - chooser->keep[poor];
        if (chooser->keep[rich] < 1.0) {
            large++;
            stack[small++] = rich;
        }
    }
    /* What is left over by rounding keeps itself. */
    while (small > 0)
        chooser->keep[stack[--small]] = 1.0;
    for (; large < end - begin; large++)
        chooser->keep[stack[large]] = 1.0;
}

static void fill_tables(prt_chooser *chooser, uint32_t *stack) {
    const prt_catalogue *catalogue = chooser->truth->catalogue;
    uint32_t used = 0;
    for (uint32_t table = 0; table < PRT_LEVELS * PRT_TYPES; table++) {
        chooser->first[table] = used;
        for (uint32_t w = 0; w < catalogue->workout_count; w++) {
            const prt_workout *workout = &catalogue->workouts[w];
            if (workout->type != table % PRT_TYPES)
                continue;
            chooser->workout[used] = w;
            chooser->keep[used++] = workout->popularity * level_pull[table / PRT_TYPES][workout->level];
        }
        build_alias(chooser, chooser->first[table], used, stack);
    }
    chooser->first[PRT_LEVELS * PRT_TYPES] = used;
}

pr_status prt_chooser_make(prt_chooser *chooser, const prt_truth *truth, pr_error *error) {
    memset(chooser, 0, sizeof *chooser);
    chooser->truth = truth;
    size_t entries = (size_t)truth->catalogue->workout_count * PRT_LEVELS;
    chooser->workout = malloc(entries * sizeof *chooser->workout);
    chooser->alias = malloc(entries * sizeof *chooser->alias);
    chooser->keep = malloc(entries * sizeof *chooser->keep);
    uint32_t *stack = malloc(truth->catalogue->workout_count * sizeof *stack);
    bool enough = chooser->workout && chooser->alias && chooser->keep && stack;
    if (enough)
        fill_tables(chooser, stack);
    for (int days = 0; days < 1024; days++)
        chooser->ageing[days] = pr_exp(-PRT_AGEING_CHOICE * days);
    free(stack);
    if (enough)
        return PR_OK;
    prt_chooser_free(chooser);
    return pr_fail(error, PR_E_MEMORY, 0, "Out of memory for the choice tables; ask for fewer workouts.");
}

void prt_chooser_free(prt_chooser *chooser) {
    free(chooser->workout);
    free(chooser->alias);
    free(chooser->keep);
    memset(chooser, 0, sizeof *chooser);
}

/* Mostly one of the preferred types, sometimes any. A small catalogue lacks the last types: fold them onto the others.
 */
static uint32_t pick_type(const prt_chooser *chooser, const prt_person *person, prt_draw *draw) {
    uint32_t workouts = chooser->truth->catalogue->workout_count;
    uint32_t present = workouts < PRT_TYPES ? workouts : PRT_TYPES;
    bool loyal = prt_draw_uniform(draw) < LOYALTY;
    uint32_t type =
        loyal ? person->preferred[prt_draw_below(draw, person->preferred_count)] : prt_draw_below(draw, PRT_TYPES);
    return type % present;
}

prt_choice prt_chooser_pick(const prt_chooser *chooser, const prt_person *person, prt_draw *draw) {
    uint32_t type = pick_type(chooser, person, draw);
    uint32_t table = (uint32_t)person->level * PRT_TYPES + type;
    uint32_t begin = chooser->first[table], count = chooser->first[table + 1] - begin;
    uint32_t group = (uint32_t)person->age * PRT_LEVELS + person->level;
    prt_choice choice = {0, 0};
    for (int i = 0; i < TRIES; i++) {
        uint32_t entry = begin + prt_draw_below(draw, count);
        if (prt_draw_uniform(draw) >= chooser->keep[entry])
            entry = chooser->alias[entry];
        choice.workout = chooser->workout[entry];
        choice.day = chooser->truth->catalogue->last_day - (int32_t)prt_draw_below(draw, PRT_LOG_DAYS);
        int32_t age = choice.day - chooser->truth->catalogue->workouts[choice.workout].release_day;
        double like = chooser->truth->chances[(size_t)choice.workout * PRT_GROUPS + group].like;
        double interest = 0.3 + 0.7 * pr_logistic(like);
        if (age >= 0 && prt_draw_uniform(draw) < chooser->ageing[age] * interest)
            return choice;
    }
    choice.workout = type; /* workout t < PRT_TYPES has type t and came out before the logs begin */
    return choice;
}
