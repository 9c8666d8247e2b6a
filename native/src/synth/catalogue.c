/* The made-up catalogue: what each workout is. How it reads is in catalogue_write.c. */
#include "catalogue.h"
#include "draw.h"

#include <stdlib.h>
#include <string.h>

/* Shares of types and levels among workouts, in the order of the vocabulary. */
static const double type_shares[PRT_TYPES] = {1.25, 0.95, 1.05, 0.85, 0.85, 1.2, 0.9, 0.95};
static const double level_shares[PRT_LEVELS] = {0.42, 0.37, 0.21};
static const uint8_t durations[] = {10, 15, 20, 25, 30, 35, 40, 45, 50, 60};
static const double duration_shares[] = {10, 14, 20, 10, 20, 5, 6, 9, 2, 4};

static uint8_t intern_tag(prt_catalogue *catalogue, const char *tag) {
    for (uint32_t i = 0; i < catalogue->tag_count; i++)
        if (strcmp(catalogue->tags[i], tag) == 0)
            return (uint8_t)i;
    catalogue->tags[catalogue->tag_count] = tag;
    return (uint8_t)catalogue->tag_count++;
}

static void add_tag(prt_catalogue *catalogue, prt_workout *workout, const char *tag) {
    uint8_t index = intern_tag(catalogue, tag);
    for (uint8_t i = 0; i < workout->tag_count; i++)
        if (workout->tags[i] == index)
            return;
    if (workout->tag_count < PRT_WORKOUT_TAGS)
        workout->tags[workout->tag_count++] = index;
}

static bool contradicts(const prt_workout *workout, const char *tag) {
    if (strcmp(tag, "short") == 0)
        return workout->duration > 25;
    if (strcmp(tag, "high-intensity") == 0)
        return workout->level == 0;
    return workout->level == 2 && (strcmp(tag, "low-impact") == 0 || strcmp(tag, "basics") == 0);
}

/* From the word that was drawn onwards, the first that fits the workout's level and length. */
static const prt_style *fitting_style(const prt_workout *workout, uint32_t drawn) {
    const prt_style *styles = prt_types[workout->type].styles;
    while (contradicts(workout, styles[drawn].tag))
        drawn = (drawn + 1) % PRT_STYLES;
    return &styles[drawn];
}

static const prt_form *fitting_form(const prt_workout *workout, uint32_t drawn) {
    const prt_form *forms = prt_types[workout->type].forms;
    while (contradicts(workout, forms[drawn].tag))
        drawn = (drawn + 1) % PRT_FORMS;
    return &forms[drawn];
}

static void make_workout(prt_catalogue *catalogue, uint32_t index) {
    prt_workout *workout = &catalogue->workouts[index];
    prt_draw draw = prt_draw_open(catalogue->seed, PRT_DRAW_WORKOUT, index);
    /* The first eight have one type each, so that no type is empty. */
    uint32_t type = prt_draw_share(&draw, type_shares, PRT_TYPES);
    workout->type = (uint8_t)(index < PRT_TYPES ? index : type);
    workout->level = (uint8_t)prt_draw_share(&draw, level_shares, PRT_LEVELS);
    workout->duration = durations[prt_draw_share(&draw, duration_shares, sizeof durations)];
    workout->instructor = prt_draw_below(&draw, catalogue->instructor_count);
    workout->release_day = catalogue->last_day - (int32_t)prt_draw_below(&draw, PRT_CATALOGUE_DAYS);
    if (index < PRT_TYPES && workout->release_day > catalogue->last_day - PRT_LOG_DAYS)
        workout->release_day -= PRT_LOG_DAYS; /* at any time each type has something to choose */

    const prt_type_words *words = &prt_types[workout->type];
    workout->style = fitting_style(workout, prt_draw_below(&draw, PRT_STYLES));
    workout->form = fitting_form(workout, prt_draw_below(&draw, PRT_FORMS));
    workout->pattern = (uint8_t)prt_draw_below(&draw, 8);
    add_tag(catalogue, workout, workout->style->tag);
    add_tag(catalogue, workout, workout->form->tag);
    uint32_t extras = 1 + prt_draw_below(&draw, 3);
    for (uint32_t i = 0; i < extras; i++)
        add_tag(catalogue, workout, words->extras[prt_draw_below(&draw, PRT_EXTRAS)]);
}

/* Zipf's law within each type, over a shuffled order: the popular workouts may have any id. */
static void spread_popularity(prt_catalogue *catalogue, uint32_t *order) {
    for (uint32_t i = 0; i < catalogue->workout_count; i++) {
        prt_draw draw = prt_draw_open(catalogue->seed, PRT_DRAW_ORDER, i);
        uint32_t j = prt_draw_below(&draw, i + 1);
        order[i] = order[j];
        order[j] = i;
    }
    uint32_t rank[PRT_TYPES] = {0};
    for (uint32_t i = 0; i < catalogue->workout_count; i++) {
        prt_workout *workout = &catalogue->workouts[order[i]];
        workout->popularity = 1.0 / (++rank[workout->type] + 0.5);
        workout->standing = rank[workout->type];
    }
    for (uint32_t i = 0; i < catalogue->workout_count; i++) {
        prt_workout *workout = &catalogue->workouts[i];
        double below = 1.0 - (workout->standing - 0.5) / rank[workout->type];
        workout->standing = 0.5513 * pr_logit(below); /* logistic with a normal's standard deviation */
    }
}

/* What a title is made of: patterns 0 to 4 and 6 name the duration, 5 the instructor's first name, 7 neither. */
static uint64_t title_key(const prt_workout *workout) {
    const prt_type_words *words = &prt_types[workout->type];
    uint64_t shape = workout->pattern < 5 ? 0 : workout->pattern;
    uint64_t last = shape == 5 ? workout->instructor % PRT_NAMES : shape == 7 ? 0 : workout->duration;
    uint64_t style = (uint64_t)(workout->style - words->styles), form = (uint64_t)(workout->form - words->forms);
    return pr_mix64((((shape * 16 + workout->type) * 16 + style) * 16 + form) * 64 + last) | 1;
}

/* Number the workouts that would share a title: "… Part 2". `slots`: open hash table of title key and count. */
typedef struct title_slot {
    uint64_t key;
    uint64_t count;
} title_slot;

static void number_titles(prt_catalogue *catalogue, title_slot *slots, uint64_t mask) {
    for (uint32_t i = 0; i < catalogue->workout_count; i++) {
        prt_workout *workout = &catalogue->workouts[i];
        uint64_t key = title_key(workout);
        uint64_t at = key & mask;
        while (slots[at].key && slots[at].key != key)
            at = (at + 1) & mask;
        slots[at].key = key;
        uint64_t part = ++slots[at].count;
        workout->part = (uint16_t)(part == 1 ? 0 : part < UINT16_MAX ? part : UINT16_MAX);
    }
}

pr_status prt_catalogue_make(prt_catalogue *catalogue, uint64_t seed, int32_t last_day, uint32_t workouts,
                             pr_error *error) {
    memset(catalogue, 0, sizeof *catalogue);
    catalogue->seed = seed;
    catalogue->last_day = last_day;
    catalogue->workout_count = workouts;
    /* One instructor for fifteen workouts, as 40 have 600; as many as names can be told apart. */
    uint32_t instructors = workouts / 15;
    catalogue->instructor_count = instructors < 4 ? 4 : instructors > 40 * PRT_NAMES ? 40 * PRT_NAMES : instructors;

    uint64_t mask = 1;
    while (mask < 2 * (uint64_t)workouts)
        mask *= 2;
    catalogue->workouts = calloc(workouts, sizeof *catalogue->workouts);
    uint32_t *order = malloc(workouts * sizeof *order);
    title_slot *slots = calloc(mask, sizeof *slots);
    bool enough = catalogue->workouts && order && slots;
    if (enough) {
        for (uint32_t i = 0; i < workouts; i++)
            make_workout(catalogue, i);
        spread_popularity(catalogue, order);
        number_titles(catalogue, slots, mask - 1);
    }
    free(order);
    free(slots);
    return enough ? PR_OK : pr_fail(error, PR_E_MEMORY, 0, "Out of memory for the catalogue; ask for fewer workouts.");
}

void prt_catalogue_free(prt_catalogue *catalogue) {
    free(catalogue->workouts);
    memset(catalogue, 0, sizeof *catalogue);
}
