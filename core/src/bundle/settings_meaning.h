/* What settings.meaning of the manifest says about the items' vectors and the search among them.
 * docs/bundle-format.md. */
#ifndef PR_SETTINGS_MEANING_H
#define PR_SETTINGS_MEANING_H

#include "factors.h"
#include "settings.h"

enum { PR_MAX_SOURCE_DIMS = 4096, PR_MAX_MEANING_POOL = 10000 };

typedef struct pr_meaning {
    bool present;    /* the bundle has vectors */
    uint32_t dims;   /* numbers of a vector: pr__factors_dims_allowed */
    uint32_t source; /* numbers that the encoder gives of a query; 0: no search by meaning */
    uint32_t probes; /* clusters that a search looks into */
    uint32_t pool;   /* the nearest items that a search ranks */
    double weight;   /* 0 … 1: of the meaning beside the words in a hybrid search */
} pr_meaning;

/* Read settings.meaning; `given` NULL, or one without vectors, leaves all zero. */
pr_status pr__meaning_read(const pr_json *given, pr_meaning *out, pr_error *error);

#endif
