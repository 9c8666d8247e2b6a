/* The protocol "new-users": users whom the trainer never saw, known by their answers alone. */
#include "asker.h"
#include "evaluation.h"
#include "fail.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double HELD_OUT = 0.2;

typedef struct split {
    const prt_config *config;
    const prt_dataset *dataset;
    prt_dataset training; /* shares all but the events */
    uint16_t relevant;    /* bits that make an item relevant */
    bool *held;           /* of each user */
    uint32_t *user;       /* subjects: held-out users with something relevant */
    uint32_t subjects;
    uint64_t *starts; /* events of each held-out user, by user: events[starts[u] … starts[u + 1]) */
    uint32_t *items;
    uint32_t *group_started; /* of each user: events that training users with the same answers started */
} split;

static void split_free(split *s) {
    free(s->training.events.user);
    free(s->training.events.item);
    free(s->training.events.types);
    free(s->training.events.time);
    free(s->training.events.quantity);
    free(s->training.events.price);
    free(s->held);
    free(s->user);
    free(s->starts);
    free(s->items);
    free(s->group_started);
}

/* Quantities and prices are copied where there are any. */
static bool make_amounts(prt_events *events, const prt_events *all) {
    if (all->quantity && !(events->quantity = malloc((all->count + 1) * sizeof *events->quantity)))
        return false;
    return !all->price || (events->price = malloc((all->count + 1) * sizeof *events->price));
}

static pr_status make_room(split *s, pr_error *error) {
    const prt_dataset *d = s->dataset;
    prt_events *events = &s->training.events;
    s->training = *d;
    *events = (prt_events){.user = malloc((d->events.count + 1) * sizeof *events->user),
                           .item = malloc((d->events.count + 1) * sizeof *events->item),
                           .types = malloc((d->events.count + 1) * sizeof *events->types),
                           .time = malloc((d->events.count + 1) * sizeof *events->time)};
    s->held = calloc(d->users.count + 1u, sizeof *s->held);
    s->user = calloc(d->users.count + 1u, sizeof *s->user);
    s->starts = calloc(d->users.count + 2u, sizeof *s->starts);
    s->items = malloc((d->events.count + 1) * sizeof *s->items);
    s->group_started = calloc(d->users.count + 1u, sizeof *s->group_started);
    bool good = make_amounts(events, &d->events) && events->user && events->item && events->types && events->time &&
                s->held && s->user && s->starts && s->items && s->group_started;
    return good ? PR_OK : prt_fail_memory(error, "splitting the users");
}

/* Events of training users go to the trainer, relevant ones of held-out users to the judge. */
static void split_events(split *s) {
    const prt_events *all = &s->dataset->events;
    prt_events *kept = &s->training.events;
    for (uint64_t i = 0; i < all->count; i++) {
        if (s->held[all->user[i]]) {
            s->starts[all->user[i] + 2] += (all->types[i] & s->relevant) != 0;
            continue;
        }
        kept->user[kept->count] = all->user[i];
        kept->item[kept->count] = all->item[i];
        kept->types[kept->count] = all->types[i];
        if (all->quantity)
            kept->quantity[kept->count] = all->quantity[i];
        if (all->price)
            kept->price[kept->count] = all->price[i];
        kept->time[kept->count++] = all->time ? all->time[i] : PRT_NO_INTEGER;
    }
    for (uint32_t u = 0; u < s->dataset->users.count; u++)
        s->starts[u + 2] += s->starts[u + 1];
    for (uint64_t i = 0; i < all->count; i++) {
        if (s->held[all->user[i]] && (all->types[i] & s->relevant))
            s->items[s->starts[all->user[i] + 1]++] = all->item[i];
    }
    if (!all->time) {
        free(kept->time);
        kept->time = NULL;
    }
}

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* A user's relevant items, each once; *count of them. */
static uint32_t *relevant_items(split *s, uint32_t user, uint32_t *count) {
    uint32_t *items = s->items + s->starts[user], n = (uint32_t)(s->starts[user + 1] - s->starts[user]), used = 0;
    qsort(items, n, sizeof *items, by_number);
    for (uint32_t i = 0; i < n; i++) {
        if (i == 0 || items[i] != items[i - 1])
            items[used++] = items[i];
    }
    *count = used;
    return items;
}

static const prt_column *answer_column(const split *s, uint32_t d) {
    const prt_dimension_config *dimension = &s->config->segments.dimensions[d];
    const prt_column *column = dimension->item_side ? NULL : prt_column_find(&s->dataset->users, dimension->column);
    return column && column->type == PRT_CATEGORY ? column : NULL;
}

static uint32_t answers_of(const split *s, uint32_t user, prt_eval_answer answers[PRT_CONFIG_DIMENSIONS]) {
    uint32_t count = 0;
    for (uint32_t d = 0; d < s->config->segments.dimension_count; d++) {
        const prt_column *column = answer_column(s, d);
        if (column && column->codes[user] != PRT_NONE)
            answers[count++] = (prt_eval_answer){s->config->segments.dimensions[d].input,
                                                 prt_string(&column->values, column->codes[user]), false};
    }
    return count;
}

/* A number for the combination of a user's answers. */
static uint64_t group_key(const split *s, uint32_t user) {
    uint64_t key = 0;
    for (uint32_t d = 0; d < s->config->segments.dimension_count; d++) {
        const prt_column *column = answer_column(s, d);
        if (column)
            key = key * (column->values.count + 1u) + (column->codes[user] == PRT_NONE ? 0 : column->codes[user] + 1u);
    }
    return key;
}

typedef struct keyed {
    uint64_t key;
    uint32_t user, started;
} keyed;

static int by_key(const void *a, const void *b) {
    const keyed *x = a, *y = b;
    return x->key != y->key ? (x->key < y->key ? -1 : 1) : x->user < y->user ? -1 : x->user > y->user;
}

/* How thick is the segment of each user? */
static pr_status count_groups(split *s, pr_error *error) {
    uint32_t users = s->dataset->users.count;
    keyed *all = calloc(users + 1u, sizeof *all);
    if (!all)
        return prt_fail_memory(error, "splitting the users");
    for (uint32_t u = 0; u < users; u++)
        all[u] = (keyed){group_key(s, u), u, 0};
    const prt_events *events = &s->training.events;
    for (uint64_t i = 0; i < events->count; i++)
        all[events->user[i]].started +=
            (events->types[i] & (PRT_EVENT_START | PRT_EVENT_COMPLETE | PRT_EVENT_ABANDON)) != 0;
    qsort(all, users, sizeof *all, by_key);
    for (uint32_t first = 0; first < users;) {
        uint32_t end = first, sum = 0;
        for (; end < users && all[end].key == all[first].key; end++)
            sum += all[end].started;
        for (; first < end; first++)
            s->group_started[all[first].user] = sum;
    }
    free(all);
    return PR_OK;
}

static pr_status split_make(split *s, const prt_eval_options *options, pr_error *error) {
    uint16_t seen = 0;
    PRT_TRY(make_room(s, error));
    for (uint64_t i = 0; i < s->dataset->events.count; i++)
        seen |= s->dataset->events.types[i];
    s->relevant = seen & PRT_EVENT_LIKE ? PRT_EVENT_LIKE : PRT_EVENT_COMPLETE;
    for (uint32_t u = 0; u < s->dataset->users.count; u++)
        s->held[u] = pr_uniform(pr_mix64(options->seed), u) < HELD_OUT;
    split_events(s);
    for (uint32_t u = 0; u < s->dataset->users.count && s->subjects < options->most_users; u++) {
        if (s->held[u] && s->starts[u + 1] > s->starts[u])
            s->user[s->subjects++] = u;
    }
    if (s->subjects == 0)
        return prt_fail(error, PR_E_FORMAT, "no held-out user likes or completes anything; give more events");
    return count_groups(s, error);
}

static void judge(prt_evaluation *e, uint32_t model, uint32_t subject, const uint32_t *relevant, uint32_t count) {
    static const double ones[PRT_EVAL_K] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    const uint32_t *list = prt_evaluation_list(e, model, subject);
    double gains[PRT_EVAL_K], hits = 0;
    for (uint32_t k = 0; k < PRT_EVAL_K; k++) {
        gains[k] = list[k] != UINT32_MAX && bsearch(&list[k], relevant, count, sizeof *relevant, by_number) ? 1 : 0;
        hits += gains[k];
    }
    *prt_evaluation_value(e, model, 0, subject) = prt_ndcg(gains, PRT_EVAL_K, ones, count);
    *prt_evaluation_value(e, model, 1, subject) = hits / count;
    *prt_evaluation_value(e, model, 2, subject) = hits > 0;
}

static pr_status ask_all(split *s, prt_asker *asker, prt_evaluation *e, pr_error *error) {
    for (uint32_t i = 0; i < s->subjects; i++) {
        prt_eval_answer answers[PRT_CONFIG_DIMENSIONS];
        uint32_t user = s->user[i], answered = answers_of(s, user, answers), count;
        uint32_t *relevant = relevant_items(s, user, &count);
        e->weight[i] = s->group_started[user];
        for (uint32_t model = 0; model < PRT_EVAL_MODELS; model++) {
            PRT_TRY(
                prt_asker_list(asker, PRT_ASK_ALL, model, answers, answered, prt_evaluation_list(e, model, i), error));
            judge(e, model, i, relevant, count);
        }
    }
    return PR_OK;
}

pr_status prt_eval_new_users(const prt_config *config, const prt_dataset *dataset, const prt_eval_options *options,
                             prt_evaluation *out, pr_error *error) {
    split s = {.config = config, .dataset = dataset};
    prt_asker asker = {0};
    memset(out, 0, sizeof *out);
    pr_status status = split_make(&s, options, error);
    if (status == PR_OK)
        status = prt_evaluation_make(out, s.subjects, dataset->items.count, error);
    out->protocol = "new-users";
    out->subject = "users";
    out->metrics[0] = "ndcg@10";
    out->metrics[1] = "recall@10";
    out->metrics[2] = "hit_rate@10";
    out->metric_count = PRT_EVAL_METRICS;
    out->difference_count = 1;
    if (status == PR_OK) {
        snprintf(out->note, 256, "%u held-out users, asked with their answers alone; %llu events of the others trained",
                 s.subjects, (unsigned long long)s.training.events.count);
        status = prt_asker_train(config, &s.training, options->threads, &asker, error);
    }
    if (status == PR_OK)
        status = ask_all(&s, &asker, out, error);
    prt_asker_close(&asker);
    split_free(&s);
    return status;
}
