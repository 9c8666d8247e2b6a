/* Rows into items or users. */
#include "exclude.h"
#include "field_check.h"
#include "sinks.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *check_id(const prt_entity_sink *s, const prt_field *id, char *reason, size_t room) {
    const char *wrong = NULL;
    if (id->kind == PRT_FIELD_MISSING)
        wrong = "is missing";
    else if (id->kind != PRT_FIELD_TEXT)
        wrong = "is an array or object; it must be a text or whole number";
    else if (id->size > PRT_MOST_ID && !s->config->id_after)
        wrong = "is longer than 256 bytes";
    else
        wrong = prt_check_text(id->bytes, id->size);
    if (!wrong)
        return NULL;
    snprintf(reason, room, "%s %s", s->config->id, wrong);
    return reason;
}

/* Behind the first occurrence of `after`, or NULL. */
static const char *find_behind(const prt_field *cell, const char *after) {
    size_t step = strlen(after);
    for (size_t i = 0; i + step <= cell->size; i++) {
        if (memcmp(cell->bytes + i, after, step) == 0)
            return cell->bytes + i + step;
    }
    return NULL;
}

/* The id within its cell. What has a slash or the like in it is the middle of a link, not an id. */
static const char *cut_id(const prt_entity_sink *s, const prt_field *cell, prt_field *id, char *reason, size_t room) {
    const char *after = s->config->id_after, *end = cell->bytes + cell->size, *at = find_behind(cell, after);
    uint32_t characters = 0;
    at = at ? at : end;
    const char *stop = at;
    for (; stop < end && characters < s->config->id_length && !strchr("/?#& ", *stop); characters++) {
        for (stop++; stop < end && ((unsigned char)*stop & 0xC0) == 0x80;)
            stop++;
    }
    *id = (prt_field){.bytes = at, .size = (uint32_t)(stop - at), .kind = PRT_FIELD_TEXT};
    if (characters == s->config->id_length)
        return NULL;
    snprintf(reason, room, "%s has no id of %u characters after \"%.60s\"", s->config->id, s->config->id_length, after);
    return reason;
}

/* Values that were wrong and are missing or shorter now. */
static void note_cells(prt_entity_sink *s, prt_piece *piece) {
    for (uint32_t c = 0; c < s->column_count; c++) {
        prt_column_build *column = &s->columns[c];
        if (!column->wrong)
            continue;
        if (column->cleaned++ == 0)
            snprintf(column->first_cleaned, sizeof column->first_cleaned, "line %" PRIu64 ": %.160s", piece->line,
                     column->wrong_reason);
        s->cleaned++;
        prt_piece_cell(piece, column->wrong_reason);
    }
}

/* Every row of an item counts. */
static void vote(prt_entity_sink *s, prt_piece *piece, const prt_field *fields, uint32_t index) {
    for (uint32_t c = 0; c < s->column_count; c++)
        piece->out_of_memory |= !prt_column_vote(&s->columns[c], fields, index);
    note_cells(s, piece);
}

/* A row with the id of row number `index`. */
static const char *take_again(prt_entity_sink *s, prt_piece *piece, const prt_field *id, const prt_field *fields,
                              uint32_t index) {
    if (s->config->duplicates == PRT_DUPLICATES_REJECT) {
        snprintf(piece->reason, sizeof piece->reason, "%s \"%.*s\" is there already", s->config->id,
                 (int)(id->size < 80 ? id->size : 80), id->bytes);
        return piece->reason;
    }
    s->duplicates++;
    if (s->config->duplicates == PRT_DUPLICATES_FIRST)
        return NULL;
    if (s->config->duplicates == PRT_DUPLICATES_COMMON) {
        vote(s, piece, fields, index);
        return NULL;
    }
    for (uint32_t c = 0; c < s->column_count; c++)
        piece->out_of_memory |= !prt_column_merge(&s->columns[c], fields, index);
    note_cells(s, piece);
    return NULL;
}

static const char *take_row(void *context, prt_piece *piece, const prt_field *fields) {
    prt_entity_sink *s = context;
    prt_field id = fields[0];
    const char *wrong = check_id(s, &id, piece->reason, sizeof piece->reason);
    if (!wrong && s->config->id_after)
        wrong = cut_id(s, &fields[0], &id, piece->reason, sizeof piece->reason);
    if (!wrong && prt_excludes(&s->config->exclude, &id)) {
        s->excluded++;
        return NULL;
    }
    for (uint32_t c = 0; !wrong && c < s->column_count; c++)
        wrong = prt_column_check(&s->columns[c], fields, piece->reason, sizeof piece->reason);
    if (wrong)
        return wrong;
    uint32_t index;
    bool added;
    if (!prt_idmap_add(&s->ids, id.bytes, id.size, &index, &added)) {
        piece->out_of_memory = true;
        return NULL;
    }
    if (!added)
        return take_again(s, piece, &id, fields, index);
    if (s->config->duplicates == PRT_DUPLICATES_COMMON) {
        vote(s, piece, fields, index);
        return NULL;
    }
    for (uint32_t c = 0; c < s->column_count; c++)
        piece->out_of_memory |= !prt_column_store(&s->columns[c], fields);
    note_cells(s, piece);
    return NULL;
}

bool prt_entity_sink_add(prt_entity_sink *s, const char *bytes, size_t size, uint32_t *index) {
    bool added;
    if (!prt_idmap_add(&s->ids, bytes, size, index, &added))
        return false;
    s->columns[0].value = (prt_field){.bytes = bytes, .size = (uint32_t)size, .kind = PRT_FIELD_TEXT};
    return !added || prt_column_store(&s->columns[0], NULL);
}

static void want(prt_entity_sink *s, const char *column, bool needed, const char *key) {
    snprintf(s->keys[s->wanted_count], sizeof s->keys[0], "%s.%s", s->config->source.key, key);
    s->wanted[s->wanted_count] = (prt_wanted){column, s->keys[s->wanted_count], needed};
    s->wanted_count++;
}

static void want_column(prt_entity_sink *s, prt_column_build *build) {
    const prt_column_config *config = build->config;
    char key[120];
    build->field = s->wanted_count;
    for (uint32_t f = 0; f < config->flag_count; f++) {
        snprintf(key, sizeof key, "columns.%s.flags", config->name);
        want(s, config->flags[f].from, false, key);
    }
    bool own = config < s->configs + (s->column_count - s->config->column_count);
    snprintf(key, sizeof key, own ? "%s" : "columns.%s", config->name);
    if (config->flag_count == 0)
        want(s, config->from, config->required, key);
}

static bool takes_list(const void *context, uint32_t column) {
    const prt_entity_sink *s = context;
    for (uint32_t c = 0; c < s->column_count; c++) {
        const prt_column_config *config = s->columns[c].config;
        if (s->columns[c].field == column && config->flag_count == 0)
            return config->type == PRT_LIST;
    }
    return false;
}

pr_status prt_entity_sink_open(prt_entity_sink *s, const prt_entity_config *config, pr_error *error) {
    const char *const names[] = {"title", "text", "image"}, *const from[] = {config->title, config->text,
                                                                             config->image};
    *s = (prt_entity_sink){.sink = {.context = s, .in_order = true, .row = take_row, .takes_list = takes_list},
                           .config = config};
    size_t fields = 4;
    for (uint32_t i = 0; i < config->column_count; i++)
        fields += config->columns[i].flag_count ? config->columns[i].flag_count : 1;
    if (fields > PRT_MOST_WANTED)
        return prt_fail(error, PR_E_LIMIT, "%s.columns needs more than %d columns of the files; take some out",
                        config->source.key, PRT_MOST_WANTED);
    s->configs = calloc(config->column_count + 3u, sizeof *s->configs);
    s->columns = calloc(config->column_count + 3u, sizeof *s->columns);
    s->wanted = calloc(fields, sizeof *s->wanted);
    s->keys = calloc(fields, sizeof *s->keys);
    if (!s->configs || !s->columns || !s->wanted || !s->keys) {
        prt_entity_sink_close(s);
        return prt_fail_memory(error, "reading the configuration");
    }
    for (size_t i = 0; i < PRT_COUNT(names); i++) {
        if (from[i])
            s->configs[s->column_count++] =
                (prt_column_config){.name = names[i],
                                    .from = from[i],
                                    .type = PRT_TEXT,
                                    .required = i == 0 && config->duplicates != PRT_DUPLICATES_COMMON,
                                    .minimum = -INFINITY,
                                    .maximum = INFINITY};
    }
    for (uint32_t i = 0; i < config->column_count; i++)
        s->configs[s->column_count++] = config->columns[i];
    want(s, config->id, true, "id");
    for (uint32_t i = 0; i < s->column_count; i++) {
        s->columns[i].config = &s->configs[i];
        want_column(s, &s->columns[i]);
    }
    return PR_OK;
}

static bool copy_ids(const prt_text_pool *ids, prt_strings *out) {
    size_t bytes = (ids->count + (size_t)1) * sizeof *out->offsets;
    *out = (prt_strings){ids->count, calloc(1, bytes), malloc(ids->size + 1)};
    if (!out->offsets || !out->bytes)
        return false;
    if (ids->count) {
        memcpy(out->offsets, ids->offsets, bytes);
        memcpy(out->bytes, ids->bytes, ids->size);
    }
    return true;
}

/* Of the values that were counted, one for each row; an item without a title is called by its id. */
static bool elect(prt_entity_sink *s) {
    bool ok = true;
    if (!s->config || s->config->duplicates != PRT_DUPLICATES_COMMON)
        return true;
    for (uint32_t c = 0; ok && c < s->column_count; c++)
        ok = prt_column_elect(&s->columns[c], s->ids.ids.count, c == 0 && s->config->title ? &s->ids.ids : NULL);
    return ok;
}

pr_status prt_entity_sink_finish(prt_entity_sink *s, prt_entities *out, pr_error *error) {
    out->count = s->ids.ids.count;
    out->columns = calloc(s->column_count + 1u, sizeof *out->columns);
    bool ok = out->columns && copy_ids(&s->ids.ids, &out->ids) && elect(s);
    for (uint32_t c = 0; ok && c < s->column_count; c++)
        ok = prt_column_finish(&s->columns[c], &out->columns[out->column_count++]);
    return ok ? PR_OK : prt_fail_memory(error, "laying out the tables");
}

void prt_entity_sink_close(prt_entity_sink *s) {
    for (uint32_t c = 0; s->columns && c < s->column_count; c++)
        prt_column_build_free(&s->columns[c]);
    prt_idmap_free(&s->ids);
    free(s->configs);
    free(s->columns);
    free(s->wanted);
    free(s->keys);
    *s = (prt_entity_sink){0};
}
