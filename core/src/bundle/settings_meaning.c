/* Reading the part of settings.meaning that is about vectors, checked like everything that comes from outside. */
#include "settings_meaning.h"

static pr_status wrong(pr_error *error, const char *where, const char *what) {
    return pr_fail(error, PR_E_FORMAT, 0, "manifest.json: settings.meaning.", where, " ", what,
                   "; download it again or rebuild the bundle");
}

static pr_status whole(const pr_json *given, const char *key, uint32_t least, uint32_t most, uint32_t *out,
                       pr_error *error) {
    const pr_json *value = pr_json_get(given, key);
    if (!value || value->type != PR_JSON_NUMBER || !value->is_integer || value->number < least || value->number > most)
        return wrong(error, key, "is not there, no whole number or out of its bounds");
    *out = (uint32_t)value->number;
    return PR_OK;
}

pr_status pr__meaning_read(const pr_json *given, pr_meaning *out, pr_error *error) {
    const pr_json *vectors = pr_json_get(given, "vectors"), *weight = pr_json_get(vectors, "weight");
    if (!vectors)
        return PR_OK;
    if (vectors->type != PR_JSON_OBJECT)
        return wrong(error, "vectors", "must be an object");
    PR_TRY(whole(vectors, "dims", PR_FACTOR_STEP, PR_MAX_FACTORS, &out->dims, error));
    PR_TRY(whole(vectors, "source", 0, PR_MAX_SOURCE_DIMS, &out->source, error));
    PR_TRY(whole(vectors, "probes", 1, UINT32_MAX, &out->probes, error));
    PR_TRY(whole(vectors, "pool", 1, PR_MAX_MEANING_POOL, &out->pool, error));
    if (!pr__factors_dims_allowed(out->dims) || (out->source && out->source < out->dims))
        return wrong(error, "vectors.dims", "must be a multiple of 16 and not more than the encoder's");
    if (!weight || weight->type != PR_JSON_NUMBER || !(weight->number >= 0 && weight->number <= 1))
        return wrong(error, "vectors.weight", "must be from 0 to 1");
    out->weight = weight->number;
    out->present = true;
    return PR_OK;
}
