/* The log of interactions with lists of recommendations. */
#include "config_reader.h"

static pr_status read_name(prt_config_reader *r, const pr_json *given, const char *key, const char *otherwise,
                           const char **out) {
    PRT_TRY(prt_config_text(r, pr_json_get(given, key), out));
    *out = *out ? *out : otherwise;
    return PR_OK;
}

pr_status prt_config_read_interactions(prt_config_reader *r, const pr_json *root) {
    const pr_json *given = pr_json_get(root, "interactions");
    prt_interactions_config *out = &r->config->interactions;
    r->config->has_interactions = given != NULL;
    if (!given)
        return PR_OK;
    PRT_TRY(prt_config_source(r, "interactions", given, &out->source));
    PRT_TRY(read_name(r, given, "user", "user_id", &out->user));
    PRT_TRY(read_name(r, given, "type", "interaction_type", &out->type));
    PRT_TRY(read_name(r, given, "item", "product_id", &out->item));
    PRT_TRY(read_name(r, given, "time", "timestamp", &out->time));
    PRT_TRY(read_name(r, given, "request", NULL, &out->request));
    PRT_TRY(read_name(r, given, "position", NULL, &out->position));
    PRT_TRY(read_name(r, given, "context", NULL, &out->context));
    PRT_TRY(read_name(r, given, "quantity", NULL, &out->quantity));
    PRT_TRY(read_name(r, given, "price", NULL, &out->price));
    PRT_TRY(read_name(r, given, "shown", NULL, &out->shown));
    return read_name(r, given, "campaign", NULL, &out->campaign);
}
