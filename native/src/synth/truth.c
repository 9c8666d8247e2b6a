/* The planted truth. Log-odds of completing and of liking are sums of
 *   a level, the workout's own quality, its instructor's quality, the group's taste for the type, the group's taste for
 *   the tags, the fit of levels, the length (completing only), and what is peculiar to this group and workout;
 * the ageing and the person's mood are added when an event is drawn. */
#include "truth.h"
#include "draw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Levels, chosen so that seven starts in ten are completed and half of the ratings are likes. */
static const double BASE_COMPLETE = 1.1, BASE_LIKE = 0.0;

/* Correlation of popularity and quality: what is good gets known. */
static const double MERIT = 0.5;
/* Standard deviations of the parts. */
static const double QUALITY = 0.75, TYPE_TASTE = 0.35, TAG_TASTE = 0.40, PECULIAR = 0.30;

/* A person of level r meets a workout of level c: too hard is abandoned, too easy is not liked. */
static const double fit_complete[PRT_LEVELS][PRT_LEVELS] = {{0, -0.5, -1.2}, {0.1, 0, -0.4}, {-0.1, 0, 0}};
static const double fit_like[PRT_LEVELS][PRT_LEVELS] = {{0, -0.3, -0.8}, {-0.3, 0, -0.2}, {-0.8, -0.3, 0}};

/* What a group thinks of a type and of a tag, apart from what everybody thinks. */
typedef struct taste_table {
    double type[PRT_GROUPS][PRT_TYPES];
    double tag[PRT_GROUPS][PRT_TAGS_MAXIMUM];
} taste_table;

static void draw_taste(taste_table *taste, uint64_t seed, uint32_t tags) {
    double age_tag[PRT_AGES], level_tag[PRT_LEVELS];
    for (uint32_t type = 0; type < PRT_TYPES; type++) {
        prt_draw draw = prt_draw_open(seed, PRT_DRAW_TASTE, type);
        for (uint32_t group = 0; group < PRT_GROUPS; group++)
            taste->type[group][type] = TYPE_TASTE * prt_draw_normal(&draw);
    }
    for (uint32_t tag = 0; tag < tags; tag++) {
        prt_draw draw = prt_draw_open(seed, PRT_DRAW_TAG, tag);
        double everybody = 0.5 * prt_draw_normal(&draw);
        for (uint32_t age = 0; age < PRT_AGES; age++)
            age_tag[age] = prt_draw_normal(&draw);
        for (uint32_t level = 0; level < PRT_LEVELS; level++)
            level_tag[level] = 0.6 * prt_draw_normal(&draw);
        for (uint32_t group = 0; group < PRT_GROUPS; group++)
            taste->tag[group][tag] =
                TAG_TASTE * (everybody + age_tag[group / PRT_LEVELS] + level_tag[group % PRT_LEVELS]);
    }
}

/* One in ten is bad, and clearly so; the rest differ mildly. */
static void draw_instructors(prt_truth *truth, uint64_t seed) {
    uint32_t count = truth->catalogue->instructor_count;
    for (uint32_t i = 0; i < count; i++) {
        prt_draw draw = prt_draw_open(seed, PRT_DRAW_INSTRUCTOR, i);
        double normal = prt_draw_normal(&draw);
        double mild = 0.3 * (normal < -1.5 ? -1.5 : normal);
        bool bad = i % 10 == 7;
        truth->instructor_bad[i] = bad;
        truth->instructor_quality[i] = bad ? -2.3 - 0.6 * prt_draw_uniform(&draw) : mild;
    }
}

static void draw_chances(prt_truth *truth, const taste_table *taste, uint32_t index) {
    const prt_workout *workout = &truth->catalogue->workouts[index];
    prt_draw draw = prt_draw_open(truth->catalogue->seed, PRT_DRAW_CELL, index);
    double quality = QUALITY * (MERIT * workout->standing + sqrt(1.0 - MERIT * MERIT) * prt_draw_normal(&draw));
    double own_like = 0.4 * prt_draw_normal(&draw);
    double teacher = truth->instructor_quality[workout->instructor];
    for (uint32_t group = 0; group < PRT_GROUPS; group++) {
        uint32_t level = group % PRT_LEVELS;
        double tags = 0;
        for (uint8_t i = 0; i < workout->tag_count; i++)
            tags += taste->tag[group][workout->tags[i]];
        double liking = taste->type[group][workout->type] + tags / sqrt((double)workout->tag_count);
        double peculiar = PECULIAR * prt_draw_normal(&draw);
        double length = (level == 0 ? -0.018 : -0.010) * (workout->duration - 25.0);
        prt_chance *chance = &truth->chances[(size_t)index * PRT_GROUPS + group];
        chance->complete = (float)(BASE_COMPLETE + 0.6 * quality + teacher + 0.5 * liking +
                                   fit_complete[level][workout->level] + length + 0.5 * peculiar);
        chance->like = (float)(BASE_LIKE + quality + own_like + 0.6 * teacher + liking +
                               fit_like[level][workout->level] + peculiar);
    }
}

pr_status prt_truth_make(prt_truth *truth, const prt_catalogue *catalogue, pr_error *error) {
    memset(truth, 0, sizeof *truth);
    truth->catalogue = catalogue;
    truth->instructor_quality = calloc(catalogue->instructor_count, sizeof *truth->instructor_quality);
    truth->instructor_bad = calloc(catalogue->instructor_count, sizeof *truth->instructor_bad);
    truth->chances = calloc((size_t)catalogue->workout_count * PRT_GROUPS, sizeof *truth->chances);
    taste_table *tastes = calloc(1, sizeof *tastes);
    bool enough = truth->instructor_quality && truth->instructor_bad && truth->chances && tastes;
    if (enough) {
        draw_instructors(truth, catalogue->seed);
        draw_taste(tastes, catalogue->seed, catalogue->tag_count);
        for (uint32_t i = 0; i < catalogue->workout_count; i++)
            draw_chances(truth, tastes, i);
    }
    free(tastes);
    if (enough)
        return PR_OK;
    prt_truth_free(truth);
    return pr_fail(error, PR_E_MEMORY, 0, "Out of memory for the planted truth; ask for fewer workouts.");
}

void prt_truth_free(prt_truth *truth) {
    free(truth->instructor_quality);
    free(truth->instructor_bad);
    free(truth->chances);
    memset(truth, 0, sizeof *truth);
}

/* The mean of logistic(odds + mood + mood's share in other) over moods: Gauss-Hermite with five nodes. */
static const double node[5] = {-2.8569700138728, -1.3556261799742, 0.0, 1.3556261799742, 2.8569700138728};
static const double weight[5] = {0.0112574113277, 0.2220759220056, 0.5333333333333, 0.2220759220056, 0.0112574113277};

static void average_over_moods(double complete, double like, double out[3]) {
    out[0] = out[1] = out[2] = 0;
    for (int i = 0; i < 5; i++) {
        double mood = PRT_MOOD * node[i];
        double completes = pr_logistic(complete + mood), likes = pr_logistic(like + mood);
        out[0] += weight[i] * likes;
        out[1] += weight[i] * completes;
        out[2] += weight[i] * likes * completes;
    }
}

void prt_truth_write_affinity(const prt_truth *truth, prt_synth_file *out) {
    const prt_catalogue *catalogue = truth->catalogue;
    prt_put_text(out, "segment_key,workout_id,like_probability,complete_probability,relevance\n");
    for (uint32_t group = 0; group < PRT_GROUPS; group++)
        for (uint32_t i = 0; i < catalogue->workout_count; i++) {
            const prt_workout *workout = &catalogue->workouts[i];
            const prt_chance *chance = &truth->chances[(size_t)i * PRT_GROUPS + group];
            double days = catalogue->last_day + 1 - workout->release_day, mean[3];
            average_over_moods(chance->complete - PRT_AGEING_COMPLETE * days, chance->like - PRT_AGEING_LIKE * days,
                               mean);
            mean[2] *= pr_exp(-PRT_AGEING_CHOICE * days);
            prt_put_text(out, prt_age_names[group / PRT_LEVELS]);
            prt_put_char(out, '|');
            prt_put_text(out, prt_level_names[group % PRT_LEVELS]);
            prt_put_char(out, '|');
            prt_put_text(out, prt_types[workout->type].name);
            prt_put_char(out, ',');
            prt_put_integer(out, i + 1);
            for (int k = 0; k < 3; k++) {
                prt_put_char(out, ',');
                prt_put_number(out, mean[k]);
            }
            prt_put_char(out, '\n');
        }
}

void prt_truth_write_instructors(const prt_truth *truth, prt_synth_file *out) {
    prt_put_text(out, "instructor_id,quality,bad\n");
    for (uint32_t i = 0; i < truth->catalogue->instructor_count; i++) {
        prt_put_char(out, 'i');
        prt_put_integer(out, i + 1);
        prt_put_char(out, ',');
        prt_put_number(out, truth->instructor_quality[i]);
        prt_put_text(out, truth->instructor_bad[i] ? ",1\n" : ",0\n");
    }
}
