/* Which features there are, and their inputs that do not change with the week: specialities, goals, numeric columns. */
#include "fail.h"
#include "rollup.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_GOAL_FEATURES = 64 };

/* A phrase and how often it occurs; spellings of the same phrase are one. */
typedef struct phrase {
    char key[PR_PHRASE_KEY];
    pr_text spelling; /* the most frequent one */
    uint32_t count, spelling_count;
} phrase;

typedef struct maker {
    const prt_config *config;
    const prt_dataset *dataset;
    prt_history *out;
    const pr_synonyms *synonyms;
    pr_arena arena; /* of the synonyms */
    const prt_column *goal_column, *user_goal;
    phrase *phrases; /* by value of the goal column: which phrase it is */
    uint32_t *value_phrase;
    pr_error *error;
} maker;

static pr_text value_text(const prt_strings *values, uint32_t i) {
    return (pr_text){values->bytes + values->offsets[i], (size_t)(values->offsets[i + 1] - values->offsets[i])};
}

/* The first value of an item's goal column is codes[*first]; returns how many there are. */
static uint32_t item_values(const prt_column *column, uint32_t item, uint64_t *first) {
    if (column->type == PRT_CATEGORY) {
        *first = item;
        return column->codes[item] != PRT_NONE;
    }
    *first = column->list_offsets[item];
    return column->list_offsets[item + 1] - column->list_offsets[item];
}

/* ---- phrases ---- */

typedef struct keyed {
    char key[PR_PHRASE_KEY];
    uint32_t value, count;
} keyed;

/* By key, the most frequent spelling first. */
static int by_key(const void *a, const void *b) {
    const keyed *x = a, *y = b;
    int order = strcmp(x->key, y->key);
    if (order)
        return order;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return x->value < y->value ? -1 : x->value > y->value;
}

static int by_count(const void *a, const void *b) {
    const phrase *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return strcmp(x->key, y->key);
}

static int by_phrase_key(const void *a, const void *b) {
    return strcmp(((const phrase *)a)->key, ((const phrase *)b)->key);
}

/* Drop phrases whose most frequent spelling, which becomes a published name, occurs less often than `least`. */
static uint32_t keep_common(phrase *phrases, uint32_t count, uint32_t least) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (phrases[i].spelling_count >= least)
            phrases[kept++] = phrases[i];
    }
    return kept;
}

/* Put values of the same phrase together and keep the `most` frequent phrases, in the order of their keys.
 * value_phrase[v] is the place of value v's phrase, or PRT_NONE. Phrases without a spelling that occurs `least` times
 * are left out. */
static bool group_phrases(const prt_strings *values, const uint32_t *counts, uint32_t least, uint32_t most,
                          phrase **out, uint32_t *out_count, uint32_t *value_phrase) {
    keyed *list = malloc((values->count + (size_t)1) * sizeof *list);
    phrase *phrases = calloc(values->count + (size_t)1, sizeof *phrases);
    uint32_t listed = 0, count = 0;
    if (!list || !phrases) {
        free(list);
        free(phrases);
        return false;
    }
    for (uint32_t v = 0; v < values->count; v++) {
        keyed *k = &list[listed];
        *k = (keyed){.value = v, .count = counts[v]};
        value_phrase[v] = PRT_NONE;
        listed += pr_phrase_key(value_text(values, v), k->key) > 0 && counts[v] > 0;
    }
    qsort(list, listed, sizeof *list, by_key);
    for (uint32_t i = 0; i < listed; i++) {
        if (i == 0 || strcmp(list[i].key, list[i - 1].key) != 0) {
            phrase *p = &phrases[count++];
            memcpy(p->key, list[i].key, sizeof p->key);
            p->spelling = value_text(values, list[i].value);
            p->spelling_count = list[i].count;
        }
        phrases[count - 1].count += list[i].count;
    }
    count = keep_common(phrases, count, least);
    qsort(phrases, count, sizeof *phrases, by_count);
    count = count < most ? count : most;
    qsort(phrases, count, sizeof *phrases, by_phrase_key);
    for (uint32_t i = 0; i < listed; i++) {
        phrase wanted;
        memcpy(wanted.key, list[i].key, sizeof wanted.key);
        const phrase *found = bsearch(&wanted, phrases, count, sizeof *phrases, by_phrase_key);
        value_phrase[list[i].value] = found ? (uint32_t)(found - phrases) : PRT_NONE;
    }
    free(list);
    *out = phrases;
    *out_count = count;
    return true;
}

/* ---- adding features ---- */

static char *copy_text(const char *bytes, size_t size) {
    char *copy = malloc(size + 1);
    if (copy) {
        memcpy(copy, bytes, size);
        copy[size] = 0;
    }
    return copy;
}

static void lower(char *text) {
    for (; *text; text++) {
        if (*text >= 'A' && *text <= 'Z')
            *text = (char)(*text - 'A' + 'a');
    }
}

/* `argument`: phrase or column's name, bytes NULL for none. */
static pr_status add_feature(maker *m, pr_feature_kind kind, uint32_t index, const char *prefix, pr_text argument) {
    prt_history *h = m->out;
    if (h->feature_count == PR_MAX_FEATURES)
        return prt_fail(m->error, PR_E_LIMIT,
                        "%s: ranking: there would be more than %d features; lower ranking.specialities or name fewer "
                        "ranking.columns",
                        m->config->path, PR_MAX_FEATURES);
    const char *text = argument.bytes ? argument.bytes : pr_feature_kind_name(kind);
    size_t size = argument.bytes ? argument.size : strlen(text), head = strlen(prefix);
    char *name = malloc(head + size + 1), *copy = argument.bytes ? copy_text(text, size) : NULL;
    if (!name || (argument.bytes && !copy)) {
        free(name);
        free(copy);
        return prt_fail_memory(m->error, "preparing the features");
    }
    memcpy(name, prefix, head);
    memcpy(name + head, text, size);
    name[head + size] = 0;
    if (kind == PR_FEATURE_speciality || kind == PR_FEATURE_goal) {
        lower(name);
        lower(copy);
    }
    h->features[h->feature_count] = (pr_feature){kind, index};
    h->arguments[h->feature_count] = copy;
    h->names[h->feature_count++] = name;
    return PR_OK;
}

static pr_status add_fixed(maker *m) {
    for (int kind = 0; kind < PR_FEATURE_KINDS; kind++) {
        bool fixed = kind != PR_FEATURE_speciality && kind != PR_FEATURE_goal && kind != PR_FEATURE_column;
        if (fixed && (kind != PR_FEATURE_goal_match || m->goal_column))
            PRT_TRY(add_feature(m, (pr_feature_kind)kind, 0, "", (pr_text){NULL, 0}));
    }
    return PR_OK;
}

/* ---- specialities ---- */

static uint32_t *count_values(const prt_column *column, uint32_t rows) {
    uint32_t *counts = calloc(column->values.count + (size_t)1, sizeof *counts);
    for (uint32_t r = 0; counts && r < rows; r++) {
        uint64_t first;
        uint32_t n = item_values(column, r, &first);
        for (uint32_t i = 0; i < n; i++)
            counts[column->codes[first + i]]++;
    }
    return counts;
}

static pr_status add_specialities(maker *m) {
    prt_history *h = m->out;
    const prt_column *column = m->goal_column;
    uint32_t *counts = count_values(column, h->item_count);
    uint32_t *place = malloc((column->values.count + (size_t)1) * sizeof *place);
    phrase *phrases = NULL;
    bool done = counts && place &&
                group_phrases(&column->values, counts, 1, m->config->ranking.specialities, &phrases,
                              &h->speciality_count, place);
    h->specialities = done ? calloc((size_t)h->item_count * h->speciality_count + 1, 1) : NULL;
    done = done && h->specialities;
    for (uint32_t item = 0; done && item < h->item_count; item++) {
        uint64_t first;
        uint32_t n = item_values(column, item, &first);
        for (uint32_t i = 0; i < n; i++) {
            if (place[column->codes[first + i]] != PRT_NONE)
                h->specialities[(size_t)item * h->speciality_count + place[column->codes[first + i]]] = 1;
        }
    }
    pr_status status = done ? PR_OK : prt_fail_memory(m->error, "preparing the specialities");
    for (uint32_t p = 0; status == PR_OK && p < h->speciality_count; p++)
        status = add_feature(m, PR_FEATURE_speciality, p, "sp__", phrases[p].spelling);
    free(counts);
    free(place);
    free(phrases);
    return status;
}

/* ---- goals ---- */

static bool list_goals(maker *m) {
    prt_history *h = m->out;
    const prt_column *column = m->user_goal;
    h->goals = calloc(column->values.count + (size_t)1, sizeof *h->goals);
    h->goal_users = calloc(column->values.count + (size_t)1, sizeof *h->goal_users);
    if (!h->goals || !h->goal_users)
        return false;
    for (uint32_t g = 0; g < column->values.count; g++) {
        pr_text text = value_text(&column->values, g);
        h->goals[g] = copy_text(text.bytes, text.size);
        if (!h->goals[g])
            return false;
        h->goal_count++;
    }
    for (uint32_t u = 0; u < h->user_count; u++) {
        h->user_goal[u] = column->codes[u];
        if (column->codes[u] != PRT_NONE)
            h->goal_users[column->codes[u]]++;
    }
    return true;
}

/* Goals that at least min_users people have, because a feature's name is published. */
static pr_status add_goals(maker *m) {
    prt_history *h = m->out;
    if (!list_goals(m))
        return prt_fail_memory(m->error, "preparing the goals");
    uint32_t count = 0, *place = malloc((h->goal_count + (size_t)1) * sizeof *place);
    phrase *phrases = NULL;
    h->goal_features = calloc((size_t)h->goal_count * h->goal_count + 1, 1);
    if (!place || !h->goal_features ||
        !group_phrases(&m->user_goal->values, h->goal_users, m->config->limits.min_users, MOST_GOAL_FEATURES, &phrases,
                       &count, place)) {
        free(place);
        return prt_fail_memory(m->error, "preparing the goals");
    }
    pr_status status = PR_OK;
    for (uint32_t g = 0; g < h->goal_count; g++) {
        if (place[g] != PRT_NONE)
            h->goal_features[(size_t)g * h->goal_count + place[g]] = 1;
    }
    for (uint32_t p = 0; status == PR_OK && p < count; p++)
        status = add_feature(m, PR_FEATURE_goal, p, "goal__", phrases[p].spelling);
    free(place);
    free(phrases);
    return status;
}

static pr_status match_goals(maker *m) {
    prt_history *h = m->out;
    const prt_column *column = m->goal_column;
    uint8_t *fits = calloc(column->values.count + (size_t)1, 1);
    h->goal_match = calloc((size_t)h->goal_count * h->item_count + 1, 1);
    if (!fits || !h->goal_match) {
        free(fits);
        return prt_fail_memory(m->error, "matching goals");
    }
    for (uint32_t g = 0; g < h->goal_count; g++) {
        for (uint32_t v = 0; v < column->values.count; v++)
            fits[v] =
                pr_goal_match(m->synonyms, (pr_text){h->goals[g], strlen(h->goals[g])}, value_text(&column->values, v));
        for (uint32_t item = 0; item < h->item_count; item++) {
            uint64_t first;
            uint32_t n = item_values(column, item, &first);
            for (uint32_t i = 0; i < n; i++)
                h->goal_match[(size_t)g * h->item_count + item] |= fits[column->codes[first + i]];
        }
    }
    free(fits);
    return PR_OK;
}

/* ---- numeric columns ---- */

static bool is_feature_column(const prt_config *config, const prt_column *column) {
    if (column->type != PRT_INTEGER && column->type != PRT_REAL)
        return false;
    if (!config->ranking.columns_given)
        return true;
    for (uint32_t i = 0; i < config->ranking.columns.count; i++) {
        if (strcmp(config->ranking.columns.names[i], column->name) == 0)
            return true;
    }
    return false;
}

/* What the bundle holds of the value: integers outside 32 bits are missing there (pack/table_items.c). */
static double column_value(const prt_column *column, uint32_t row) {
    if (column->type == PRT_REAL)
        return column->reals[row];
    int64_t value = column->integers[row];
    return value > INT32_MIN && value <= INT32_MAX ? (double)value : NAN;
}

static pr_status add_columns(maker *m) {
    prt_history *h = m->out;
    const prt_entities *items = &m->dataset->items;
    for (uint32_t c = 0; c < items->column_count; c++)
        h->column_count += is_feature_column(m->config, &items->columns[c]);
    h->columns = malloc(((size_t)h->item_count * h->column_count + 1) * sizeof *h->columns);
    if (!h->columns)
        return prt_fail_memory(m->error, "preparing the features");
    uint32_t at = 0;
    for (uint32_t c = 0; c < items->column_count; c++) {
        const prt_column *column = &items->columns[c];
        if (!is_feature_column(m->config, column))
            continue;
        for (uint32_t i = 0; i < h->item_count; i++)
            h->columns[(size_t)i * h->column_count + at] = column_value(column, i);
        PRT_TRY(add_feature(m, PR_FEATURE_column, at++, "", (pr_text){column->name, strlen(column->name)}));
    }
    return PR_OK;
}

/* ---- all of it ---- */

static pr_status make(maker *m) {
    const prt_ranking_config *ranking = &m->config->ranking;
    prt_history *h = m->out;
    h->features = calloc(PR_MAX_FEATURES, sizeof *h->features);
    h->names = calloc(PR_MAX_FEATURES, sizeof *h->names);
    h->arguments = calloc(PR_MAX_FEATURES, sizeof *h->arguments);
    h->user_goal = malloc((h->user_count + (size_t)1) * sizeof *h->user_goal);
    if (!h->features || !h->names || !h->arguments || !h->user_goal)
        return prt_fail_memory(m->error, "preparing the features");
    for (uint32_t u = 0; u < h->user_count; u++)
        h->user_goal[u] = PRT_NONE;
    if (ranking->goal_item)
        m->goal_column = prt_column_find(&m->dataset->items, ranking->goal_item);
    if (ranking->goal_user)
        m->user_goal = prt_column_find(&m->dataset->users, ranking->goal_user);
    PRT_TRY(pr_synonyms_read(ranking->synonyms, &m->arena, &m->synonyms, m->error));
    PRT_TRY(add_fixed(m));
    if (m->goal_column)
        PRT_TRY(add_specialities(m));
    if (m->user_goal)
        PRT_TRY(add_goals(m));
    if (m->goal_column && m->user_goal)
        PRT_TRY(match_goals(m));
    PRT_TRY(add_columns(m));
    h->set = (pr_feature_set){.count = h->feature_count,
                              .features = h->features,
                              .decay = ranking->decay,
                              .ctr_strength = ranking->ctr_strength,
                              .view_strength = ranking->view_strength,
                              .like_strength = ranking->like_strength,
                              .items = h->item_count};
    return PR_OK;
}

pr_status prt_feature_set_make(const prt_config *config, const prt_dataset *dataset, prt_history *out,
                               pr_error *error) {
    maker m = {.config = config, .dataset = dataset, .out = out, .error = error};
    pr_arena_init(&m.arena, NULL, 0);
    pr_status status = make(&m);
    pr_arena_free(&m.arena);
    return status;
}
