/* How the models of purchases are judged: defaults, and what the schema cannot say. */
#include "config_reader.h"

#include <string.h>

static const char *const PROTOCOLS[] = {"time", "leave-last", "random", "lightgcn", "ncf"}; /* as prt_protocol */

const char *prt_protocol_name(prt_protocol protocol) {
    return PROTOCOLS[protocol];
}

bool prt_protocol_named(const char *name, prt_protocol *out) {
    for (size_t i = 0; i < PRT_COUNT(PROTOCOLS); i++) {
        if (strcmp(name, PROTOCOLS[i]) == 0) {
            *out = (prt_protocol)i;
            return true;
        }
    }
    return false;
}

/* A share, or the names of files. */
static pr_status read_part(prt_config_reader *r, const char *key, const pr_json *given, double otherwise,
                           prt_evaluation_part *out) {
    out->share = given && given->type == PR_JSON_NUMBER ? given->number : otherwise;
    if (!given || given->type == PR_JSON_NUMBER)
        return PR_OK;
    bool one = given->type == PR_JSON_STRING;
    const char **files = prt_config_take(r, one ? 1 : given->size, sizeof *files);
    if (!files)
        return prt_config_no_memory(r);
    for (const pr_json *file = one ? given : given->first; file; file = one ? NULL : file->next)
        PRT_TRY(prt_config_path(r, key, file, &files[out->files.count++]));
    out->files.names = files;
    return PR_OK;
}

static uint32_t relevant_kinds(const pr_json *array) {
    static const char *const names[] = {"view",     "click", "start",   "cart",
                                        "complete", "like",  "purchase"}; /* as pr_signal_kind */
    uint32_t bits = 0;
    for (const pr_json *name = array ? array->first : NULL; name; name = name->next)
        bits |= 1u << prt_config_position(name, names, PRT_COUNT(names));
    return bits;
}

static void read_cuts(const pr_json *given, prt_evaluation_config *out) {
    for (const pr_json *k = given ? given->first : NULL; k; k = k->next)
        out->k[out->k_count++] = (uint32_t)k->number;
    if (given)
        return;
    out->k_count = 2;
    out->k[0] = 10;
    out->k[1] = 20;
}

pr_status prt_config_read_evaluation(prt_config_reader *r, const pr_json *root) {
    const pr_json *given = pr_json_get(root, "evaluation"), *protocol = pr_json_get(given, "protocol");
    prt_evaluation_config *out = &r->config->evaluation;
    out->protocol =
        protocol ? (prt_protocol)prt_config_position(protocol, PROTOCOLS, PRT_COUNT(PROTOCOLS)) : PRT_PROTOCOL_TIME;
    out->by_ids = pr_json_is(pr_json_get(given, "split"), "hash");
    out->seed = (uint64_t)prt_config_number(given, "seed", 1);
    out->relevant = relevant_kinds(pr_json_get(given, "relevant"));
    read_cuts(pr_json_get(given, "k"), out);
    PRT_TRY(read_part(r, "evaluation.test", pr_json_get(given, "test"), 0.2, &out->test));
    PRT_TRY(read_part(r, "evaluation.valid", pr_json_get(given, "valid"), out->test.share, &out->valid));
    if (given && !r->config->has_purchases)
        return prt_fail(r->error, PR_E_FORMAT,
                        "%s: evaluation is about purchases; add \"purchases\": {} or take it out", r->where);
    return prt_config_path(r, "evaluation.negatives", pr_json_get(given, "negatives"), &out->negatives);
}

/* ---- what the schema cannot say ---- */

pr_status prt_evaluation_check(const prt_evaluation_config *given, const char *where, pr_error *error) {
    const char *name = PROTOCOLS[given->protocol];
    bool lists = given->protocol == PRT_PROTOCOL_LIGHTGCN, negatives = given->protocol == PRT_PROTOCOL_NCF;
    if (lists && !given->test.files.count)
        return prt_fail(error, PR_E_FORMAT,
                        "%s: the protocol %s judges by given lists; name their file in evaluation.test", where, name);
    if (negatives && !given->negatives)
        return prt_fail(error, PR_E_FORMAT,
                        "%s: the protocol %s ranks given items; name their file in evaluation.negatives", where, name);
    return PR_OK;
}

/* What would do nothing is a mistake. */
static pr_status check_use(const prt_config_reader *r) {
    const prt_evaluation_config *given = &r->config->evaluation;
    const char *wrong = NULL;
    if (given->protocol != PRT_PROTOCOL_LIGHTGCN && given->test.files.count)
        wrong = "test";
    else if (given->protocol != PRT_PROTOCOL_LIGHTGCN && given->valid.files.count)
        wrong = "valid";
    if (wrong)
        return prt_fail(r->error, PR_E_FORMAT,
                        "%s: evaluation.%s names files, which only the protocol lightgcn reads; give a share", r->where,
                        wrong);
    if (given->negatives && given->protocol != PRT_PROTOCOL_NCF)
        wrong = "negatives";
    else if (given->by_ids && given->protocol != PRT_PROTOCOL_RANDOM)
        wrong = "split";
    if (wrong)
        return prt_fail(r->error, PR_E_FORMAT, "%s: evaluation.%s means nothing to the protocol %s; take it out",
                        r->where, wrong, PROTOCOLS[given->protocol]);
    return PR_OK;
}

pr_status prt_config_check_evaluation(prt_config_reader *r) {
    const prt_evaluation_config *given = &r->config->evaluation;
    for (uint32_t i = 0; i < given->k_count; i++) {
        for (uint32_t j = 0; j < i; j++) {
            if (given->k[i] == given->k[j])
                return prt_fail(r->error, PR_E_FORMAT, "%s: evaluation.k holds %u twice; take one out", r->where,
                                given->k[i]);
        }
    }
    PRT_TRY(check_use(r));
    return prt_evaluation_check(given, r->where, r->error);
}
