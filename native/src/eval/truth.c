/* The protocol "truth": each full segment's list against what `pocketrec synth` planted. */
#include "asker.h"
#include "evaluation.h"
#include "fail.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One row of affinity.csv: a segment, an item of its type, how relevant it is in each sense. */
typedef struct affinity {
    uint32_t segment, item;
    double relevance[PRT_ASK_KINDS];
} affinity;

typedef struct truth {
    const prt_config *config;
    const prt_dataset *dataset;
    char **keys; /* of the segments */
    uint32_t segments, segment_room;
    affinity *rows;
    size_t count, room;
} truth;

static void truth_free(truth *t) {
    for (uint32_t i = 0; i < t->segments; i++)
        free(t->keys[i]);
    free(t->keys);
    free(t->rows);
}

/* Segments come in long runs or in rotation, so that the search from the end stays short enough. */
static uint32_t segment_of(truth *t, const char *key) {
    for (uint32_t i = t->segments; i-- > 0;) {
        if (strcmp(t->keys[i], key) == 0)
            return i;
    }
    if (t->segments == t->segment_room) {
        uint32_t room = t->segment_room ? t->segment_room * 2 : 256;
        char **keys = realloc(t->keys, room * sizeof *keys);
        if (!keys)
            return UINT32_MAX;
        t->keys = keys;
        t->segment_room = room;
    }
    t->keys[t->segments] = strdup(key);
    return t->keys[t->segments] ? t->segments++ : UINT32_MAX;
}

static bool add_row(truth *t, const prt_asker *asker, const char *key, const char *id, const double *relevance) {
    uint32_t item = prt_asker_item(asker, (pr_text){id, strlen(id)}), segment = segment_of(t, key);
    if (segment == UINT32_MAX)
        return false;
    if (item == UINT32_MAX)
        return true; /* an item that the catalogue does not hold any more */
    if (t->count == t->room) {
        size_t room = t->room ? t->room * 2 : 4096;
        affinity *rows = realloc(t->rows, room * sizeof *rows);
        if (!rows)
            return false;
        t->rows = rows;
        t->room = room;
    }
    t->rows[t->count++] = (affinity){segment, item, {relevance[0], relevance[1]}};
    return true;
}

/* segment_key,workout_id,like_probability,complete_probability,relevance; none of the fields has quotes. */
static pr_status read_line(truth *t, const prt_asker *asker, const char *path, char *line, size_t number,
                           pr_error *error) {
    char *fields[5], *rest = line;
    for (int i = 0; i < 5; i++) {
        fields[i] = strsep(&rest, ",\r\n");
        if (!fields[i])
            return prt_fail(error, PR_E_FORMAT, "%s, line %zu: five fields are needed; make the data anew", path,
                            number);
    }
    char *end, *other;
    double relevance[PRT_ASK_KINDS] = {strtod(fields[4], &end), strtod(fields[2], &other)};
    if (*end || *other || !(relevance[0] >= 0 && relevance[1] >= 0))
        return prt_fail(error, PR_E_FORMAT, "%s, line %zu: the relevance is no number", path, number);
    return add_row(t, asker, fields[0], fields[1], relevance) ? PR_OK
                                                              : prt_fail_memory(error, "reading the planted truth");
}

static pr_status read_truth(truth *t, const prt_asker *asker, const char *folder, pr_error *error) {
    char path[4096];
    snprintf(path, sizeof path, "%s/affinity.csv", folder);
    FILE *file = fopen(path, "r");
    if (!file)
        return prt_fail(error, PR_E_IO, "%s: cannot be read (%s); give the folder truth/ of 'pocketrec synth'", path,
                        strerror(errno));
    char *line = NULL;
    size_t room = 0, number = 0;
    pr_status status = PR_OK;
    while (status == PR_OK && getline(&line, &room, file) > 0) {
        if (++number > 1)
            status = read_line(t, asker, path, line, number, error);
    }
    free(line);
    fclose(file);
    if (status == PR_OK && t->count == 0)
        return prt_fail(error, PR_E_FORMAT, "%s: holds no item of this catalogue", path);
    return status;
}

/* --- segments ---------------------------------------------------------------------------------------------------- */

/* The parts of a key as answers; false when they are not as many as dimensions. */
static bool split_key(const truth *t, const char *key, prt_eval_answer answers[PRT_CONFIG_DIMENSIONS]) {
    uint32_t d = 0;
    for (const char *at = key;; d++) {
        if (d == t->config->segments.dimension_count)
            return false;
        size_t size = strcspn(at, "|");
        const prt_dimension_config *dimension = &t->config->segments.dimensions[d];
        answers[d] = (prt_eval_answer){dimension->input, {at, size}, dimension->item_side};
        if (!at[size])
            break;
        at += size + 1;
    }
    return d + 1 == t->config->segments.dimension_count;
}

static uint32_t code_of(const prt_column *column, pr_text value) {
    for (uint32_t i = 0; column && i < column->values.count; i++) {
        pr_text text = prt_string(&column->values, i);
        if (text.size == value.size && memcmp(text.bytes, value.bytes, value.size) == 0)
            return i;
    }
    return PRT_NONE;
}

static bool has_code(const prt_column *column, uint32_t row, uint32_t code) {
    if (column->type == PRT_CATEGORY)
        return column->codes[row] == code;
    for (uint32_t i = column->list_offsets[row]; i < column->list_offsets[row + 1]; i++) {
        if (column->codes[i] == code)
            return true;
    }
    return false;
}

/* Mark the rows of users or items that fit the answers of one side. */
static void mark_side(const truth *t, const prt_eval_answer *answers, bool item_side, uint8_t *marks) {
    const prt_entities *entities = item_side ? &t->dataset->items : &t->dataset->users;
    memset(marks, 1, entities->count);
    for (uint32_t d = 0; d < t->config->segments.dimension_count; d++) {
        const prt_dimension_config *dimension = &t->config->segments.dimensions[d];
        if (dimension->item_side != item_side)
            continue;
        const prt_column *column = prt_column_find(entities, dimension->column);
        uint32_t code = code_of(column, answers[d].value);
        for (uint32_t row = 0; row < entities->count; row++)
            marks[row] = marks[row] && code != PRT_NONE && has_code(column, row, code);
    }
}

static uint32_t count_started(const truth *t, const uint8_t *users, const uint8_t *items) {
    const prt_events *events = &t->dataset->events;
    uint32_t started = 0;
    for (uint64_t i = 0; i < events->count; i++)
        started += (events->types[i] & (PRT_EVENT_START | PRT_EVENT_COMPLETE | PRT_EVENT_ABANDON)) &&
                   users[events->user[i]] && items[events->item[i]];
    return started;
}

/* --- judging ----------------------------------------------------------------------------------------------------- */

static int falling(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x > y ? -1 : x < y;
}

/* relevance[item] of this segment, 0 elsewhere; the highest ones, falling, in `ideal` (room for all items). */
static uint32_t load_relevance(const truth *t, prt_ask_kind kind, uint32_t segment, double *relevance, double *ideal) {
    uint32_t count = 0;
    memset(relevance, 0, t->dataset->items.count * sizeof *relevance);
    for (size_t i = 0; i < t->count; i++) {
        if (t->rows[i].segment == segment) {
            relevance[t->rows[i].item] = t->rows[i].relevance[kind];
            ideal[count++] = t->rows[i].relevance[kind];
        }
    }
    qsort(ideal, count, sizeof *ideal, falling);
    return count < PRT_EVAL_K ? count : PRT_EVAL_K;
}

typedef struct scratch {
    double *relevance, *ideal;
    uint8_t *users, *items;
} scratch;

/* One segment's lists of all models, ordered and judged in one sense. */
static pr_status judge_lists(const truth *t, prt_asker *asker, prt_ask_kind kind, uint32_t segment,
                             const prt_eval_answer *answers, const scratch *s, prt_evaluation *e, pr_error *error) {
    uint32_t ideal_count = load_relevance(t, kind, segment, s->relevance, s->ideal), list[PRT_EVAL_K];
    for (uint32_t model = e->first_model; model < PRT_EVAL_MODELS; model++) {
        double gains[PRT_EVAL_K];
        memset(list, 0xff, sizeof list);
        PRT_TRY(prt_asker_list(asker, kind, model, answers, t->config->segments.dimension_count, list, error));
        for (uint32_t k = 0; k < PRT_EVAL_K; k++)
            gains[k] = list[k] == UINT32_MAX ? 0 : s->relevance[list[k]];
        *prt_evaluation_value(e, model, kind, segment) = prt_ndcg(gains, PRT_EVAL_K, s->ideal, ideal_count);
        if (kind == PRT_ASK_ALL)
            memcpy(prt_evaluation_list(e, model, segment), list, sizeof list);
    }
    return PR_OK;
}

static pr_status judge_segment(const truth *t, prt_asker *askers, uint32_t segment, const scratch *s, prt_evaluation *e,
                               pr_error *error) {
    prt_eval_answer answers[PRT_CONFIG_DIMENSIONS];
    if (!split_key(t, t->keys[segment], answers))
        return prt_fail(error, PR_E_FORMAT, "affinity.csv: the key %.100s does not fit the configuration's dimensions",
                        t->keys[segment]);
    mark_side(t, answers, false, s->users);
    mark_side(t, answers, true, s->items);
    e->weight[segment] = count_started(t, s->users, s->items);
    for (int kind = 0; kind < PRT_ASK_KINDS; kind++)
        PRT_TRY(judge_lists(t, &askers[kind], (prt_ask_kind)kind, segment, answers, s, e, error));
    return PR_OK;
}

static pr_status judge_all(const truth *t, prt_asker *askers, prt_evaluation *e, pr_error *error) {
    scratch s = {calloc(t->dataset->items.count + 1u, sizeof *s.relevance), calloc(t->count + 1, sizeof *s.ideal),
                 calloc(t->dataset->users.count + 1u, 1), calloc(t->dataset->items.count + 1u, 1)};
    pr_status status = s.relevance && s.ideal && s.users && s.items ? PR_OK : prt_fail_memory(error, "evaluating");
    for (uint32_t segment = 0; status == PR_OK && segment < t->segments; segment++)
        status = judge_segment(t, askers, segment, &s, e, error);
    free(s.relevance);
    free(s.ideal);
    free(s.users);
    free(s.items);
    return status;
}

/* The bundle as configured, and one in which nothing is held back. */
static pr_status open_askers(const prt_config *config, const prt_dataset *dataset, const char *bundle, int threads,
                             prt_asker *askers, pr_error *error) {
    prt_config open = *config; /* borrows everything */
    open.limits.min_users = 1;
    if (bundle)
        PRT_TRY(prt_asker_open(bundle, dataset, &askers[PRT_ASK_ALL], error));
    else
        PRT_TRY(prt_asker_train(config, dataset, threads, &askers[PRT_ASK_ALL], error));
    return prt_asker_train(&open, dataset, threads, &askers[PRT_ASK_LIKE], error);
}

pr_status prt_eval_truth(const prt_config *config, const prt_dataset *dataset, const char *folder, const char *bundle,
                         const prt_eval_options *options, prt_evaluation *out, pr_error *error) {
    truth t = {.config = config, .dataset = dataset};
    prt_asker askers[PRT_ASK_KINDS] = {0};
    memset(out, 0, sizeof *out);
    pr_status status = open_askers(config, dataset, bundle, options->threads, askers, error);
    if (status == PR_OK)
        status = read_truth(&t, &askers[PRT_ASK_ALL], folder, error);
    if (status == PR_OK)
        status = prt_evaluation_make(out, t.segments, dataset->items.count, error);
    out->protocol = "truth";
    out->subject = "segments";
    out->metrics[PRT_ASK_ALL] = "ndcg@10";
    out->metrics[PRT_ASK_LIKE] = "like_ndcg@10";
    out->metric_count = out->difference_count = PRT_ASK_KINDS;
    out->first_model = 1; /* the popular items of all types are no answer to a question about one */
    if (status == PR_OK) {
        snprintf(out->note, 256, "%u segments, their lists against the planted relevance", t.segments);
        status = judge_all(&t, askers, out, error);
    }
    for (int kind = 0; kind < PRT_ASK_KINDS; kind++)
        prt_asker_close(&askers[kind]);
    truth_free(&t);
    return status;
}
