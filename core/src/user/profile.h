/* What the visitor said about themselves: for each segment dimension the values chosen. */
#ifndef PR_PROFILE_H
#define PR_PROFILE_H

#include "engine.h"

enum { PR_MAX_CHOSEN = 32, PR_MAX_REGION = 100 };

typedef struct pr_profile {
    bool given; /* anything at all was answered */
    struct {
        uint32_t count; /* 0: not answered */
        uint32_t values[PR_MAX_CHOSEN];
    } chosen[PR_MAX_DIMENSIONS];
    pr_text region;
} pr_profile;

/* Read one answer for dimension `d`: a value's name (case of ASCII letters does not matter), an integer inside a band,
 * or for an item-side dimension an array of names. */
pr_status pr__profile_answer(const pr_settings *settings, uint32_t d, const pr_json *answer, pr_profile *out,
                             pr_error *error);
/* Read a stored profile; answers that the bundle no longer knows are left out. */
void pr__profile_restore(const pr_settings *settings, const pr_json *stored, pr_profile *out);
void pr__profile_write(const pr_settings *settings, const pr_profile *profile, pr_writer *w);
/* The dimension whose input has that name, or UINT32_MAX. */
uint32_t pr__dimension_of_input(const pr_settings *settings, const char *name, size_t size);

#endif
