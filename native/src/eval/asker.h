/* A bundle in memory, or in a folder, that is asked for lists as a visitor would. */
#ifndef PRT_ASKER_H
#define PRT_ASKER_H

#include "bundle_reader.h"
#include "config.h"
#include "metrics.h"
#include "pack.h"

typedef struct prt_asker {
    prt_packed packed; /* a bundle that was trained here … */
    pr_engine *engine;
    prt_bundle *bundle; /* … or one from a folder */
    pr_arena arena;
    int64_t now;
    const prt_strings *ids; /* of the items */
    uint32_t *slots;        /* hash of an id → item + 1 */
    uint32_t slot_mask;
    bool borrows; /* bundle and ids are another asker's */
} prt_asker;

/* Train on the dataset and open the result. Free with prt_asker_close, also after a failure. */
pr_status prt_asker_train(const prt_config *config, const prt_dataset *dataset, int threads, prt_asker *out,
                          pr_error *error);
/* The same with purchases that were learned already, from the same events; borrowed until it returns. */
pr_status prt_asker_purchases(const prt_config *config, const prt_dataset *dataset, const prt_purchases *given,
                              int threads, prt_asker *out, pr_error *error);
/* Another engine on the bundle of an asker that trained one, for another thread; close it first. */
pr_status prt_asker_share(const prt_asker *of, prt_asker *out, pr_error *error);
/* Open the bundle in a folder; items are known by their place in `dataset`. */
pr_status prt_asker_open(const char *dir, const prt_dataset *dataset, prt_asker *out, pr_error *error);
void prt_asker_close(prt_asker *asker);

/* One answer on the way to a list: the input's name and a value. */
typedef struct prt_eval_answer {
    const char *input;
    pr_text value;
    bool many;
} prt_eval_answer;

/* What the lists are ordered by: all parts of the score as configured, or the like rate alone. */
typedef enum prt_ask_kind { PRT_ASK_ALL, PRT_ASK_LIKE, PRT_ASK_KINDS } prt_ask_kind;

/* The list of a model (an index of prt_eval_models) for a new visitor with these answers, as items of the dataset; the
 * rest is UINT32_MAX. An answer that the bundle does not know is left out. */
pr_status prt_asker_list(prt_asker *asker, prt_ask_kind kind, uint32_t model, const prt_eval_answer *answers,
                         uint32_t count, uint32_t list[PRT_EVAL_K], pr_error *error);

/* Any request, at the asker's time. The answer lives in the asker's arena until the next list or reset. */
pr_status prt_asker_call(prt_asker *asker, const pr_request *request, pr_response *response, const pr_json **answer,
                         pr_error *error);

/* The item of the dataset with that id, or UINT32_MAX. */
uint32_t prt_asker_item(const prt_asker *asker, pr_text id);

#endif
