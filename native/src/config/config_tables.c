/* Items and users of a configuration: where rows come from and what their columns mean. */
#include "config_reader.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const FORMATS[] = {"auto", "csv", "json", "jsonl", "parquet", "xlsx", "sqlite", "smart", "lists"};
static const char *const TYPES[] = {"text", "category", "list", "integer", "date", "real"}; /* as prt_column_type */

const char *prt_column_type_name(prt_column_type type) {
    return TYPES[type];
}

static pr_status read_files(prt_config_reader *r, const char *key, const pr_json *given, prt_name_list *out) {
    bool one = given->type == PR_JSON_STRING;
    const char **files = prt_config_take(r, one ? 1 : given->size, sizeof *files);
    char full[96];
    if (!files)
        return prt_config_no_memory(r);
    *out = (prt_name_list){0, files};
    snprintf(full, sizeof full, "%s.files", key);
    for (const pr_json *file = one ? given : given->first; file; file = one ? NULL : file->next)
        PRT_TRY(prt_config_path(r, full, file, &files[out->count++]));
    return PR_OK;
}

/* One character of one byte, as delimiter and quote must be. */
static pr_status read_character(prt_config_reader *r, const char *key, const pr_json *given, char otherwise,
                                char *out) {
    *out = given ? given->string[0] : otherwise;
    if (given && (given->size != 1 || strchr("\r\n", *out) || (unsigned char)*out >= 0x80 || !*out))
        return prt_fail(r->error, PR_E_FORMAT, "%s: %s.csv.%s must be one ASCII character and no line break", r->where,
                        key, given->key);
    return PR_OK;
}

static bool all_tabs(const prt_name_list *files) {
    for (uint32_t i = 0; i < files->count; i++) {
        const char *dot = strstr(files->names[i], ".tsv");
        if (!dot || (dot[4] && strcmp(dot + 4, ".gz") != 0))
            return false;
    }
    return true;
}

pr_status prt_config_source(prt_config_reader *r, const char *key, const pr_json *given, prt_source *out) {
    const pr_json *csv = pr_json_get(given, "csv"), *format = pr_json_get(given, "format"),
                  *header = pr_json_get(csv, "header");
    out->key = key;
    PRT_TRY(read_files(r, key, pr_json_get(given, "files"), &out->files));
    out->format = format ? (prt_format)prt_config_position(format, FORMATS, PRT_COUNT(FORMATS)) : PRT_FORMAT_AUTO;
    PRT_TRY(read_character(r, key, pr_json_get(csv, "delimiter"), all_tabs(&out->files) ? '\t' : ',', &out->delimiter));
    PRT_TRY(read_character(r, key, pr_json_get(csv, "quote"), '"', &out->quote));
    if (out->delimiter == out->quote)
        return prt_fail(r->error, PR_E_FORMAT, "%s: %s.csv.delimiter and %s.csv.quote must differ", r->where, key, key);
    out->header = !header || header->boolean;
    out->latin1 = pr_json_is(pr_json_get(csv, "encoding"), "latin-1");
    return prt_config_text(r, pr_json_get(given, "table"), &out->table);
}

static pr_status read_flags(prt_config_reader *r, const pr_json *given, prt_column_config *out) {
    if (!given)
        return PR_OK;
    prt_flag *flags = prt_config_take(r, given->size, sizeof *flags);
    if (!flags)
        return prt_config_no_memory(r);
    for (const pr_json *flag = given->first; flag; flag = flag->next) {
        const pr_json name = {.type = PR_JSON_STRING, .string = flag->key, .size = flag->key_size};
        PRT_TRY(prt_config_text(r, &name, &flags[out->flag_count].from));
        PRT_TRY(prt_config_text(r, flag, &flags[out->flag_count++].value));
    }
    out->flags = flags;
    return PR_OK;
}

/* Keys that belong to other types would do nothing: say so instead. */
static pr_status check_column_keys(prt_config_reader *r, const char *key, const pr_json *given, prt_column_type type) {
    static const struct {
        const char *key;
        uint32_t types;
    } uses[] = {
        {"separator", 1u << PRT_LIST},
        {"separators", 1u << PRT_LIST},
        {"flags", 1u << PRT_LIST},
        {"values", 1u << PRT_CATEGORY},
        {"bands", 1u << PRT_CATEGORY},
        {"minimum", 1u << PRT_INTEGER | 1u << PRT_REAL},
        {"maximum", 1u << PRT_INTEGER | 1u << PRT_REAL},
        {"number", 1u << PRT_INTEGER | 1u << PRT_REAL},
    };
    for (size_t i = 0; i < PRT_COUNT(uses); i++) {
        if (pr_json_get(given, uses[i].key) && !(uses[i].types >> type & 1))
            return prt_fail(r->error, PR_E_FORMAT, "%s: %s.columns.%s.%s means nothing for the type %s; take it out",
                            r->where, key, given->key, uses[i].key, TYPES[type]);
    }
    const pr_json *separators = pr_json_get(given, "separators");
    if (pr_json_get(given, "flags") && (pr_json_get(given, "from") || pr_json_get(given, "separator") || separators))
        return prt_fail(r->error, PR_E_FORMAT, "%s: %s.columns.%s has flags, so it can have no from and no separator",
                        r->where, key, given->key);
    if (separators && pr_json_get(given, "separator"))
        return prt_fail(r->error, PR_E_FORMAT, "%s: %s.columns.%s can have separator or separators, not both", r->where,
                        key, given->key);
    for (uint32_t i = 0; separators && i < separators->size; i++) {
        unsigned char c = (unsigned char)separators->string[i];
        if (c < 0x20 || c >= 0x7F)
            return prt_fail(r->error, PR_E_FORMAT, "%s: %s.columns.%s.separators must be printable ASCII characters",
                            r->where, key, given->key);
    }
    const pr_json *required = pr_json_get(given, "required");
    if (required && required->boolean && pr_json_is(pr_json_get(given, "invalid"), "missing"))
        return prt_fail(
            r->error, PR_E_FORMAT,
            "%s: %s.columns.%s is required, so a wrong value cannot be missing; take out required or invalid", r->where,
            key, given->key);
    if (pr_json_get(given, "bands") && pr_json_get(given, "values"))
        return prt_fail(r->error, PR_E_FORMAT, "%s: %s.columns.%s has bands, so it can have no values", r->where, key,
                        given->key);
    return PR_OK;
}

static pr_status read_column(prt_config_reader *r, const char *key, const pr_json *given, prt_column_config *out) {
    const pr_json name = {.type = PR_JSON_STRING, .string = given->key, .size = given->key_size};
    const pr_json *from = pr_json_get(given, "from"), *required = pr_json_get(given, "required");
    out->type = (prt_column_type)prt_config_position(pr_json_get(given, "type"), TYPES, PRT_COUNT(TYPES));
    if (given->key_size == 0 || given->key_size > 100)
        return prt_fail(r->error, PR_E_FORMAT, "%s: %s.columns has a name that is empty or longer than 100 bytes",
                        r->where, key);
    PRT_TRY(check_column_keys(r, key, given, out->type));
    PRT_TRY(prt_config_text(r, &name, &out->name));
    PRT_TRY(prt_config_text(r, from ? from : &name, &out->from));
    out->required = required && required->boolean;
    out->number = pr_json_is(pr_json_get(given, "number"), "money") ? PRT_NUMBER_MONEY : PRT_NUMBER_PLAIN;
    out->missing_when_wrong = pr_json_is(pr_json_get(given, "invalid"), "missing");
    PRT_TRY(prt_config_text(r, pr_json_get(given, "separator"), &out->separator));
    if (!out->separator)
        out->separator = ",";
    PRT_TRY(prt_config_text(r, pr_json_get(given, "separators"), &out->separators));
    out->minimum = prt_config_number(given, "minimum", -INFINITY);
    out->maximum = prt_config_number(given, "maximum", INFINITY);
    PRT_TRY(prt_config_bands(r, pr_json_get(given, "bands"), &out->bands));
    PRT_TRY(prt_config_names(r, pr_json_get(given, "values"), &out->values));
    return read_flags(r, pr_json_get(given, "flags"), out);
}

/* A column, or where in a column. */
static pr_status read_id(prt_config_reader *r, const pr_json *given, prt_entity_config *out) {
    if (given->type != PR_JSON_OBJECT)
        return prt_config_text(r, given, &out->id);
    out->id_length = (uint32_t)prt_config_number(given, "length", 0);
    PRT_TRY(prt_config_text(r, pr_json_get(given, "from"), &out->id));
    return prt_config_text(r, pr_json_get(given, "after"), &out->id_after);
}

static pr_status read_entity(prt_config_reader *r, const char *key, const pr_json *given, prt_entity_config *out) {
    const pr_json *columns = pr_json_get(given, "columns");
    PRT_TRY(prt_config_source(r, key, given, &out->source));
    PRT_TRY(read_id(r, pr_json_get(given, "id"), out));
    PRT_TRY(prt_config_text(r, pr_json_get(given, "title"), &out->title));
    PRT_TRY(prt_config_text(r, pr_json_get(given, "text"), &out->text));
    PRT_TRY(prt_config_text(r, pr_json_get(given, "image"), &out->image));
    prt_column_config *read = prt_config_take(r, columns ? columns->size : 0, sizeof *read);
    if (!read)
        return prt_config_no_memory(r);
    out->columns = read;
    for (const pr_json *column = columns ? columns->first : NULL; column; column = column->next)
        PRT_TRY(read_column(r, key, column, &read[out->column_count++]));
    return PR_OK;
}

/* The entries of the baskets, or the ids in the events, are the items: there is nothing to say about files and columns.
 */
static pr_status read_items_from(prt_config_reader *r, const pr_json *root, const pr_json *given,
                                 prt_entity_config *out) {
    const pr_json *from = pr_json_get(given, "from");
    if (!pr_json_get(root, from->string))
        return prt_fail(r->error, PR_E_FORMAT, "%s: items.from is \"%s\", but there are none; add \"%s\"", r->where,
                        from->string, from->string);
    for (const pr_json *key = given->first; key; key = key->next) {
        if (strcmp(key->key, "from") != 0 && strcmp(key->key, "exclude") != 0)
            return prt_fail(r->error, PR_E_FORMAT, "%s: items.%s means nothing where items.from is \"%s\"; take it out",
                            r->where, key->key, from->string);
    }
    out->source = (prt_source){.key = "items", .delimiter = ',', .quote = '"'};
    out->id = "id";
    out->title = "title";
    out->from_baskets = pr_json_is(from, "baskets");
    out->from_events = !out->from_baskets;
    return PR_OK;
}

static pr_status read_exclude(prt_config_reader *r, const pr_json *given, prt_name_list *out) {
    PRT_TRY(prt_config_names(r, given, out));
    for (uint32_t i = 0; i < out->count; i++) {
        if (strcmp(out->names[i], "*") == 0)
            return prt_fail(r->error, PR_E_FORMAT,
                            "%s: items.exclude names \"*\", which is every item; write the ids to leave out", r->where);
    }
    return PR_OK;
}

static pr_status read_items(prt_config_reader *r, const pr_json *root, const pr_json *given, prt_entity_config *out) {
    static const char *const needed[] = {"files", "id", "title"};
    static const char *const duplicates[] = {"reject", "first", "merge", "common"}; /* as prt_duplicates */
    const pr_json *twice = pr_json_get(given, "duplicates");
    PRT_TRY(read_exclude(r, pr_json_get(given, "exclude"), &out->exclude));
    if (pr_json_get(given, "from"))
        return read_items_from(r, root, given, out);
    for (size_t i = 0; i < PRT_COUNT(needed); i++) {
        if (!pr_json_get(given, needed[i]))
            return prt_fail(r->error, PR_E_FORMAT, "%s: the key items.%s is missing", r->where, needed[i]);
    }
    out->duplicates =
        twice ? (prt_duplicates)prt_config_position(twice, duplicates, PRT_COUNT(duplicates)) : PRT_DUPLICATES_REJECT;
    return read_entity(r, "items", given, out);
}

pr_status prt_config_read_tables(prt_config_reader *r, const pr_json *root) {
    prt_config *c = r->config;
    const pr_json *users = pr_json_get(root, "users"), *events = pr_json_get(root, "events");
    if (!events && !pr_json_get(root, "shop"))
        return prt_fail(r->error, PR_E_FORMAT, "%s: the key events is missing", r->where);
    PRT_TRY(read_items(r, root, pr_json_get(root, "items"), &c->items));
    c->has_users = users != NULL;
    if (users)
        PRT_TRY(read_entity(r, "users", users, &c->users));
    return prt_config_read_events(r, events);
}
