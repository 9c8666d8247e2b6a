/* Publishing: a gate, shards and their compressed neighbours copied, the manifest renamed at the very end, and the way
 * back. */
#ifndef PRT_PUBLISH_H
#define PRT_PUBLISH_H

#include "pocketrec.h"

typedef struct prt_publishing {
    const char *from, *to;
    double min_ratio; /* refuse when items or events fell below this share of the published ones; 0 allows no events,
                         and a ranking model that is much worse than the published one */
    uint32_t keep;    /* previous manifests to keep as manifest.1.json (the newest) … manifest.<keep>.json */
} prt_publishing;

/* What happened, for the summary. */
typedef struct prt_published {
    char name[201], version[201];
    double items, events; /* events: rows of a weekly log among them */
    double ndcg;          /* of the ranking model; NaN: none, or not known */
    uint32_t shards;
    bool same; /* the bundle was published already */
} prt_published;

/* PR_E_REFUSED when the gate refuses; nothing has changed then. */
pr_status prt_publish(const prt_publishing *job, prt_published *out, pr_error *error);

/* Go back to the version before. The one that is left stays as manifest.withdrawn.json until the next publishing. */
pr_status prt_rollback(const char *to, prt_published *out, pr_error *error);

#endif
