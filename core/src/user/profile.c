/* Answers to the first-visit questions, matched with the values that the bundle knows. */
#include "profile.h"
#include "utf8.h"

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool same_name(pr_text a, pr_text b) {
    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; i++) {
        if (lower(a.bytes[i]) != lower(b.bytes[i]))
            return false;
    }
    return true;
}

static uint32_t find_value(const pr_dimension *dimension, pr_text name) {
    for (uint32_t v = 0; v < dimension->value_count; v++) {
        if (same_name(dimension->values[v], name))
            return v;
    }
    return UINT32_MAX;
}

uint32_t pr__dimension_of_input(const pr_settings *settings, const char *name, size_t size) {
    for (uint32_t d = 0; d < settings->dimension_count; d++) {
        if (pr__equal(settings->dimensions[d].input.bytes, settings->dimensions[d].input.size, name, size))
            return d;
    }
    return UINT32_MAX;
}

/* "one of A, B, C" for the message; long lists are cut by the message's size. */
static pr_status refuse(const pr_dimension *dimension, const char *what, pr_error *error) {
    const char *parts[3 + 2 * 16] = {dimension->input.bytes, what};
    size_t count = 2;
    for (uint32_t v = 0; v < dimension->value_count && v < 16; v++) {
        parts[count++] = v ? ", " : " ";
        parts[count++] = dimension->values[v].bytes;
    }
    return pr_fail_parts(error, PR_E_FORMAT, 0, count, parts);
}

static pr_status add_value(const pr_dimension *dimension, uint32_t d, uint32_t value, pr_profile *out,
                           pr_error *error) {
    for (uint32_t i = 0; i < out->chosen[d].count; i++) {
        if (out->chosen[d].values[i] == value)
            return PR_OK;
    }
    if (out->chosen[d].count == PR_MAX_CHOSEN)
        return refuse(dimension, " takes at most 32 values:", error);
    out->chosen[d].values[out->chosen[d].count++] = value;
    out->given = true;
    return PR_OK;
}

static pr_status add_name(const pr_dimension *dimension, uint32_t d, const pr_json *name, pr_profile *out,
                          pr_error *error) {
    uint32_t value =
        name->type == PR_JSON_STRING ? find_value(dimension, (pr_text){name->string, name->size}) : UINT32_MAX;
    if (value == UINT32_MAX)
        return refuse(dimension, " must be one of", error);
    return add_value(dimension, d, value, out, error);
}

static pr_status add_number(const pr_dimension *dimension, uint32_t d, const pr_json *number, pr_profile *out,
                            pr_error *error) {
    for (uint32_t b = 0; b < dimension->band_count; b++) {
        const pr_band *band = &dimension->bands[b];
        if (!number->is_integer || number->number < (double)band->minimum || number->number > (double)band->maximum)
            continue;
        uint32_t value = find_value(dimension, band->label);
        if (value != UINT32_MAX)
            return add_value(dimension, d, value, out, error);
    }
    return refuse(dimension, dimension->band_count ? " must be a whole number inside one of" : " must be one of",
                  error);
}

pr_status pr__profile_answer(const pr_settings *settings, uint32_t d, const pr_json *answer, pr_profile *out,
                             pr_error *error) {
    const pr_dimension *dimension = &settings->dimensions[d];
    out->chosen[d].count = 0;
    if (!dimension->item_side)
        return answer->type == PR_JSON_NUMBER ? add_number(dimension, d, answer, out, error)
                                              : add_name(dimension, d, answer, out, error);
    if (answer->type != PR_JSON_ARRAY || answer->size == 0)
        return refuse(dimension, " must be a list of at least one of", error);
    for (const pr_json *name = answer->first; name; name = name->next)
        PR_TRY(add_name(dimension, d, name, out, error));
    return PR_OK;
}

void pr__profile_restore(const pr_settings *settings, const pr_json *stored, pr_profile *out) {
    *out = (pr_profile){0};
    if (!stored || stored->type != PR_JSON_OBJECT)
        return;
    for (const pr_json *answer = stored->first; answer; answer = answer->next) {
        uint32_t d = pr__dimension_of_input(settings, answer->key, answer->key_size);
        if (d != UINT32_MAX) {
            if (pr__profile_answer(settings, d, answer, out, NULL) != PR_OK)
                out->chosen[d].count = 0;
        } else if (pr__equal(answer->key, answer->key_size, "region", 6) && answer->type == PR_JSON_STRING &&
                   pr__utf8_length(answer->string, answer->size) <= PR_MAX_REGION)
            out->region = (pr_text){answer->string, answer->size};
    }
}

void pr__profile_write(const pr_settings *settings, const pr_profile *profile, pr_writer *w) {
    pr_write_object(w);
    for (uint32_t d = 0; d < settings->dimension_count; d++) {
        const pr_dimension *dimension = &settings->dimensions[d];
        if (!profile->chosen[d].count)
            continue;
        pr_write_key(w, dimension->input.bytes);
        if (dimension->item_side)
            pr_write_array(w);
        for (uint32_t i = 0; i < profile->chosen[d].count; i++) {
            pr_text value = dimension->values[profile->chosen[d].values[i]];
            pr_write_string(w, value.bytes, value.size);
        }
        if (dimension->item_side)
            pr_write_end_array(w);
    }
    if (profile->region.size) {
        pr_write_key(w, "region");
        pr_write_string(w, profile->region.bytes, profile->region.size);
    }
    pr_write_end_object(w);
}
