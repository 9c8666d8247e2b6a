/* Texts, lists, bands, numbers and paths of a configuration. */
#include "config_reader.h"

#include "readfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PATH_BYTES = 4096 };

void *prt_config_take(prt_config_reader *r, size_t count, size_t size) {
    return pr_arena_array(&r->config->arena, count ? count : 1, size);
}

pr_status prt_config_no_memory(prt_config_reader *r) {
    return prt_fail_memory(r->error, "reading the configuration");
}

static const char *copy(prt_config_reader *r, const char *bytes, size_t size) {
    char *text = prt_config_take(r, size + 1, 1);
    if (text)
        memcpy(text, bytes, size);
    return text;
}

pr_status prt_config_text(prt_config_reader *r, const pr_json *value, const char **out) {
    *out = NULL;
    if (!value || value->type == PR_JSON_NULL)
        return PR_OK;
    if (strlen(value->string) != value->size)
        return prt_fail(r->error, PR_E_FORMAT, "%s: the text \"%s…\" holds a NUL character; take it out", r->where,
                        value->string);
    *out = copy(r, value->string, value->size);
    return *out ? PR_OK : prt_config_no_memory(r);
}

pr_status prt_config_names(prt_config_reader *r, const pr_json *array, prt_name_list *out) {
    *out = (prt_name_list){0};
    if (!array)
        return PR_OK;
    const char **names = prt_config_take(r, array->size, sizeof *names);
    if (!names)
        return prt_config_no_memory(r);
    for (const pr_json *value = array->first; value; value = value->next)
        PRT_TRY(prt_config_text(r, value, &names[out->count++]));
    out->names = names;
    return PR_OK;
}

pr_status prt_config_bands(prt_config_reader *r, const pr_json *array, prt_band_list *out) {
    *out = (prt_band_list){0};
    if (!array)
        return PR_OK;
    prt_band *bands = prt_config_take(r, array->size, sizeof *bands);
    if (!bands)
        return prt_config_no_memory(r);
    for (const pr_json *given = array->first; given; given = given->next) {
        prt_band *band = &bands[out->count++];
        PRT_TRY(prt_config_text(r, pr_json_get(given, "label"), &band->label));
        band->minimum = (int64_t)pr_json_get(given, "minimum")->number;
        band->maximum = (int64_t)pr_json_get(given, "maximum")->number;
        if (band->minimum > band->maximum)
            return prt_fail(r->error, PR_E_FORMAT,
                            "%s: the band \"%s\" ends before it begins; swap minimum and maximum", r->where,
                            band->label);
    }
    out->bands = bands;
    return PR_OK;
}

double prt_config_number(const pr_json *object, const char *key, double otherwise) {
    const pr_json *value = pr_json_get(object, key);
    return value ? value->number : otherwise;
}

uint32_t prt_config_position(const pr_json *value, const char *const *names, uint32_t count) {
    uint32_t i = 0;
    while (i < count && !pr_json_is(value, names[i]))
        i++;
    return i;
}

const prt_column_config *prt_config_column(const prt_entity_config *entity, const char *name) {
    for (uint32_t i = 0; i < entity->column_count; i++) {
        if (strcmp(entity->columns[i].name, name) == 0)
            return &entity->columns[i];
    }
    return NULL;
}

/* Append the value of the variable that begins behind "${" at `from`; *end gets the place behind "}". */
static pr_status append_variable(prt_config_reader *r, const char *key, const char *from, pr_buffer *out,
                                 const char **end) {
    char name[128];
    const char *close = strchr(from, '}');
    if (!close || close == from || (size_t)(close - from) >= sizeof name)
        return prt_fail(r->error, PR_E_FORMAT, "%s: %s has a ${ that does not go on as NAME}", r->where, key);
    snprintf(name, sizeof name, "%.*s", (int)(close - from), from);
    const char *value = getenv(name);
    if (!value || !*value)
        return prt_fail(r->error, PR_E_FORMAT,
                        "%s: %s needs the environment variable %s, which is not set; set it or write the path out",
                        r->where, key, name);
    pr_buffer_append(out, value, strlen(value));
    *end = close + 1;
    return PR_OK;
}

pr_status prt_config_path(prt_config_reader *r, const char *key, const pr_json *given, const char **out) {
    const char *path = NULL;
    *out = NULL;
    PRT_TRY(prt_config_text(r, given, &path));
    if (!path)
        return PR_OK;
    pr_buffer buffer = {.arena = &r->config->arena};
    if (*path != '/' && strncmp(path, "${", 2) != 0)
        pr_buffer_append(&buffer, r->config->path, prt_folder_size(r->config->path));
    while (*path) {
        const char *variable = strstr(path, "${");
        pr_buffer_append(&buffer, path, variable ? (size_t)(variable - path) : strlen(path));
        if (!variable)
            break;
        PRT_TRY(append_variable(r, key, variable + 2, &buffer, &path));
    }
    pr_buffer_append(&buffer, "", 1);
    if (buffer.failed)
        return prt_config_no_memory(r);
    if (buffer.size > MOST_PATH_BYTES)
        return prt_fail(r->error, PR_E_FORMAT, "%s: %s is longer than %d bytes", r->where, key, MOST_PATH_BYTES);
    *out = buffer.bytes;
    return PR_OK;
}
