/* The made-up catalogue: instructors and workouts. */
#ifndef PRT_SYNTH_CATALOGUE_H
#define PRT_SYNTH_CATALOGUE_H

#include "synth_file.h"
#include "synth_words.h"

enum {
    PRT_TAGS_MAXIMUM = 160,   /* distinct tags of the whole vocabulary: fewer than this */
    PRT_WORKOUT_TAGS = 5,     /* most tags of one workout */
    PRT_CATALOGUE_DAYS = 548, /* release dates: eighteen months */
    PRT_LOG_DAYS = 180,       /* sessions: the last half-year */
};

typedef struct prt_workout {
    const prt_style *style;
    const prt_form *form;
    uint32_t instructor;
    int32_t release_day;
    double popularity; /* weight among its type before taste and age count */
    double standing;   /* its place by popularity within the type as a normal deviate: the most popular highest */
    uint16_t part;     /* 0, or n: the n-th workout of this very title */
    uint8_t type, level, duration, pattern, tag_count;
    uint8_t tags[PRT_WORKOUT_TAGS]; /* indices in the catalogue's `tags` */
} prt_workout;

typedef struct prt_catalogue {
    uint64_t seed;
    int32_t last_day; /* of the logs, in days since 1970-01-01 */
    uint32_t workout_count, instructor_count, tag_count;
    prt_workout *workouts; /* workout w has the id w + 1 */
    const char *tags[PRT_TAGS_MAXIMUM];
} prt_catalogue;

pr_status prt_catalogue_make(prt_catalogue *catalogue, uint64_t seed, int32_t last_day, uint32_t workouts,
                             pr_error *error);
void prt_catalogue_free(prt_catalogue *catalogue);

/* "Alex Morgan" into `out`. */
enum { PRT_NAME_SIZE = 64 };
void prt_instructor_name(uint32_t instructor, char out[PRT_NAME_SIZE]);

/* augmented_workouts.json */
void prt_catalogue_write(const prt_catalogue *catalogue, prt_synth_file *out);

#endif
