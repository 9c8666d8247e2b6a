/* The tables' memory. */
#include "tables.h"

#include <stdlib.h>
#include <string.h>

static void free_strings(prt_strings *strings) {
    free(strings->offsets);
    free(strings->bytes);
}

static void free_entities(prt_entities *entities) {
    free_strings(&entities->ids);
    for (uint32_t i = 0; i < entities->column_count; i++) {
        prt_column *column = &entities->columns[i];
        free(column->name);
        free_strings(&column->texts);
        free_strings(&column->values);
        free(column->codes);
        free(column->list_offsets);
        free(column->integers);
        free(column->reals);
    }
    free(entities->columns);
}

void prt_dataset_free(prt_dataset *dataset) {
    free_entities(&dataset->items);
    free_entities(&dataset->users);
    free(dataset->events.user);
    free(dataset->events.item);
    free(dataset->events.types);
    free(dataset->events.time);
    free(dataset->events.session);
    free(dataset->events.quantity);
    free(dataset->events.price);
    free_strings(&dataset->searches.queries);
    free(dataset->searches.user);
    free(dataset->searches.item);
    free(dataset->searches.time);
    free(dataset->baskets.offsets);
    free(dataset->baskets.items);
    free(dataset->weekly.user);
    free(dataset->weekly.item);
    free(dataset->weekly.week);
    free(dataset->weekly.impressions);
    free(dataset->weekly.clicks);
    free(dataset->weekly.views);
    free(dataset->weekly.likes);
    free(dataset->weekly.watch);
    *dataset = (prt_dataset){0};
}

const prt_column *prt_column_find(const prt_entities *entities, const char *name) {
    for (uint32_t i = 0; i < entities->column_count; i++) {
        if (strcmp(entities->columns[i].name, name) == 0)
            return &entities->columns[i];
    }
    return NULL;
}
