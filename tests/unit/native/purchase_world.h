/* Small logs of purchases for the tests of native/src/purchases: written down event by event, or drawn. */
#ifndef PURCHASE_WORLD_H
#define PURCHASE_WORLD_H

#include "fail.h"
#include "purchases_inner.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DAY INT64_C(86400)

/* One row of a log. */
typedef struct row {
    uint32_t user, item;
    uint16_t types;
    int64_t time;
    float quantity, price;
} row;

typedef struct world {
    prt_config config;
    prt_dataset dataset;
    prt_purchases_job job;
} world;

static inline prt_strings numbered(char letter, uint32_t count) {
    prt_strings made = {count, malloc((count + 1) * sizeof(uint64_t)), malloc(count * (size_t)12 + 1)};
    made.offsets[0] = 0;
    for (uint32_t i = 0; i < count; i++)
        made.offsets[i + 1] = made.offsets[i] + (uint64_t)sprintf(made.bytes + made.offsets[i], "%c%u", letter, i);
    return made;
}

static inline void *room(uint64_t count, size_t size) {
    void *memory = calloc(count + 1, size);
    assert_non_null(memory);
    return memory;
}

/* A world with `inside` as its configuration of purchases ('…' for "…") and these rows as its log. */
static inline void world_make(world *w, const char *inside, uint32_t users, uint32_t items, const row *rows,
                              uint64_t count) {
    char text[4096];
    int size = snprintf(text, sizeof text,
                        "{'name':'x','items':{'files':'i.csv','id':'id','title':'t','columns':{'kind':{'type':"
                        "'category'},'range':{'type':'category'}}},'limits':{'min_users':2},'events':[{'files':'e.csv',"
                        "'user':'u','item':'i','type':'purchase'}],'purchases':{%s}}",
                        inside);
    pr_error error = {0};
    assert_true(size > 0 && (size_t)size < sizeof text);
    for (char *c = text; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    memset(w, 0, sizeof *w);
    if (prt_config_parse(text, (size_t)size, "x/pocketrec.json", &w->config, &error) != PR_OK)
        fail_msg("%s", error.message);
    prt_events *e = &w->dataset.events;
    w->dataset.users = (prt_entities){.count = users, .ids = numbered('u', users)};
    w->dataset.items = (prt_entities){.count = items, .ids = numbered('i', items)};
    *e = (prt_events){.count = count,
                      .user = room(count, sizeof *e->user),
                      .item = room(count, sizeof *e->item),
                      .types = room(count, sizeof *e->types),
                      .time = room(count, sizeof *e->time),
                      .quantity = room(count, sizeof *e->quantity),
                      .price = room(count, sizeof *e->price)};
    for (uint64_t r = 0; r < count; r++) {
        e->user[r] = rows[r].user;
        e->item[r] = rows[r].item;
        e->types[r] = rows[r].types;
        e->time[r] = rows[r].time;
        e->quantity[r] = rows[r].quantity;
        e->price[r] = rows[r].price;
    }
    w->job = (prt_purchases_job){&w->dataset, w->config.limits.min_users, 2};
}

/* Give the items a category column whose value is codes[item]; PRT_NONE: missing. */
static inline void world_category(world *w, const char *name, const uint32_t *codes, uint32_t values) {
    prt_entities *items = &w->dataset.items;
    items->columns = realloc(items->columns, (items->column_count + 1) * sizeof *items->columns);
    assert_non_null(items->columns);
    prt_column *column = &items->columns[items->column_count++];
    *column = (prt_column){.name = strdup(name), .type = PRT_CATEGORY, .rows = items->count};
    column->values = numbered('v', values);
    column->codes = room(items->count, sizeof *column->codes);
    memcpy(column->codes, codes, items->count * sizeof *codes);
}

static inline void world_free(world *w) {
    prt_dataset_free(&w->dataset);
    prt_config_free(&w->config);
}

static inline void world_ledger(const world *w, prt_ledger *out) {
    assert_int_equal(prt_ledger_make(&w->config, &w->dataset, NULL, w->job.threads, out, NULL), PR_OK);
}

/* Everything but models' meaning: facts, strengths, popularity, models. */
static inline void world_learn(const world *w, const prt_ledger *ledger, prt_purchases *out) {
    pr_error error = {0};
    if (prt_purchases_learn_ledger(&w->job, &w->config.purchases, ledger, out, &error) != PR_OK)
        fail_msg("%s", error.message);
}

/* Uniform in [0, 1), the same in every run. */
static inline double drawn_number(uint64_t *seed) {
    return pr_uniform(77, (*seed)++);
}

#endif
