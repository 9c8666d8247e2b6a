/* What settings.meaning of the manifest says about recommending in four stages: how candidates are blended, and the
 * rules at the end. docs/bundle-format.md. */
#ifndef PR_SETTINGS_STAGES_H
#define PR_SETTINGS_STAGES_H

#include "settings_purchases.h"
#include "settings_shop.h"

/* What speaks for a candidate. */
typedef enum pr_voice { PR_CONTENT, PR_COLLABORATIVE, PR_POPULARITY, PR_VOICES } pr_voice;

extern const char *const pr__voice_names[PR_VOICES];

typedef struct pr_stages {
    bool present;
    uint32_t name, image, price;                      /* columns of a product, or PR_NO_COLUMN */
    uint32_t level_count, levels[PR_MAX_CATEGORIES];  /* category columns as they are shown, the widest first */
    uint32_t listed_count, listed[PR_MAX_CATEGORIES]; /* those whose categories have pages, the widest first */
    uint32_t category;                                /* the column whose first value a list holds only so often of */
    uint32_t most_per_category;                       /* that often; 0: no limit */
    uint32_t stock;                                   /* units at hand, a number */
    uint32_t arrived;                                 /* day of arrival, a date */
    uint32_t days;                                    /* a product is a new arrival */
    double boost;                                     /* by which its score is raised, a share */
    double weights[PR_VOICES];                        /* of the blend */
} pr_stages;

/* Read settings.meaning; `given` NULL leaves all zero. What is not given is as docs/configuration.md says; columns of a
 * product that are not named are the shop's, or those of the purchases. */
pr_status pr__stages_read(const pr_json *given, const pr_settings *settings, const pr_shop *shop,
                          const pr_purchases *purchases, pr_stages *out, pr_error *error);

#endif
