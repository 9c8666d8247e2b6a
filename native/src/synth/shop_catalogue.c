/* Real products for made-up visitors: a file in the columns of a catalogue, cleaned like any other. */
#include "byte_window.h"
#include "config.h"
#include "fail.h"
#include "ingest.h"
#include "shop_world.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char COLUMNS[] =
    "\"duplicates\":\"merge\",\"title\":\"name\",\"image\":\"image\",\"columns\":{"
    "\"main_category\":{\"type\":\"category\"},\"sub_category\":{\"type\":\"list\",\"separator\":\"|\"},"
    "\"link\":{\"type\":\"text\"},"
    "\"ratings\":{\"type\":\"real\",\"minimum\":0,\"maximum\":5,\"invalid\":\"missing\"},"
    "\"no_of_ratings\":{\"type\":\"integer\",\"number\":\"money\",\"minimum\":0,\"invalid\":\"missing\"},"
    "\"discount_price\":{\"type\":\"real\",\"number\":\"money\",\"minimum\":0,\"invalid\":\"missing\"},"
    "\"actual_price\":{\"type\":\"real\",\"number\":\"money\",\"minimum\":0,\"invalid\":\"missing\"}}";

/* A configuration that reads the file; ids come from a column of their own, or out of the links. */
static char *write_config(const char *path, bool own_ids, pr_arena *arena, size_t *size) {
    pr_buffer out = {.arena = arena};
    pr_writer w = {&out, 0, false};
    const char *head = "{\"name\":\"catalogue\",\"events\":[],\"items\":{\"files\":";
    const char *id = own_ids ? ",\"id\":\"id\"," : ",\"id\":{\"from\":\"link\",\"after\":\"/dp/\",\"length\":10},";
    pr_buffer_append(&out, head, strlen(head));
    pr_write_text(&w, path);
    pr_buffer_append(&out, id, strlen(id));
    pr_buffer_append(&out, COLUMNS, sizeof COLUMNS - 1);
    pr_buffer_append(&out, "},\"limits\":{\"rejects\":1}}", 25);
    *size = out.size;
    return out.failed ? NULL : out.bytes;
}

static double real_at(const prt_column *column, uint32_t row) {
    return isnan(column->reals[row]) ? 0 : column->reals[row];
}

static const char *text_at(prt_shop_world *w, const prt_strings *strings, uint32_t i) {
    return prt_shop_copy(w, strings->bytes + strings->offsets[i],
                         (size_t)(strings->offsets[i + 1] - strings->offsets[i]));
}

/* The columns of a catalogue that was read. */
typedef struct catalogue {
    const prt_entities *items;
    const prt_column *title, *image, *link, *main, *sub, *rating, *reviews, *price, *original;
} catalogue;

static catalogue columns_of(const prt_entities *items) {
    return (catalogue){items,
                       prt_column_find(items, "title"),
                       prt_column_find(items, "image"),
                       prt_column_find(items, "link"),
                       prt_column_find(items, "main_category"),
                       prt_column_find(items, "sub_category"),
                       prt_column_find(items, "ratings"),
                       prt_column_find(items, "no_of_ratings"),
                       prt_column_find(items, "discount_price"),
                       prt_column_find(items, "actual_price")};
}

/* The shelf of row `i`: its first narrow category, or the last shelf of all, for products without one. */
static uint32_t shelf_of(const catalogue *c, uint32_t i) {
    const prt_column *sub = c->sub;
    return sub->list_offsets[i] < sub->list_offsets[i + 1] ? sub->codes[sub->list_offsets[i]] : sub->values.count;
}

static pr_status take_product(prt_shop_world *w, const catalogue *c, uint32_t i, pr_error *error) {
    prt_product *p = &w->products[i];
    const prt_strings *ids = &c->items->ids;
    size_t size = (size_t)(ids->offsets[i + 1] - ids->offsets[i]);
    if (size >= sizeof p->id)
        return prt_fail(error, PR_E_FORMAT, "%s: ids of products must not be longer than 11 bytes; shorten them",
                        w->options->catalogue);
    memcpy(p->id, ids->bytes + ids->offsets[i], size);
    p->name = text_at(w, &c->title->texts, i);
    p->image = text_at(w, &c->image->texts, i);
    p->link = text_at(w, &c->link->texts, i);
    p->sub = shelf_of(c, i);
    p->rating = real_at(c->rating, i);
    p->reviews = c->reviews->integers[i] > 0 ? (uint64_t)c->reviews->integers[i] : 0;
    p->price = real_at(c->price, i);
    p->original = real_at(c->original, i);
    return p->name && p->image && p->link ? PR_OK : prt_fail_memory(error, "reading the catalogue");
}

/* A narrow category lies in the wide one that most of its products name: merged products name one of several. */
static bool name_shelves(prt_shop_world *w, const catalogue *c) {
    uint32_t mains = c->main->values.count, subs = c->sub->values.count;
    uint32_t *counts = calloc((w->shelf_count + (size_t)1) * (mains + (size_t)1), sizeof *counts);
    bool ok = counts != NULL;
    for (uint32_t i = 0; ok && i < c->items->count; i++) {
        if (c->main->codes[i] != PRT_NONE)
            counts[(size_t)w->products[i].sub * mains + c->main->codes[i]]++;
    }
    for (uint32_t s = 0; ok && s < w->shelf_count; s++) {
        const uint32_t *of = counts + (size_t)s * mains;
        uint32_t best = 0;
        for (uint32_t m = 1; m < mains; m++)
            best = of[m] > of[best] ? m : best;
        w->shelves[s].name = s < subs ? text_at(w, &c->sub->values, s) : "";
        w->shelves[s].main = mains && of[best] ? text_at(w, &c->main->values, best) : "";
        ok = w->shelves[s].name && w->shelves[s].main;
    }
    free(counts);
    return ok;
}

static pr_status take_products(prt_shop_world *w, const prt_dataset *dataset, pr_error *error) {
    const catalogue c = columns_of(&dataset->items);
    bool without = false;
    w->products = pr_arena_array(&w->arena, c.items->count + (size_t)1, sizeof *w->products);
    w->shelves = pr_arena_array(&w->arena, c.sub->values.count + (size_t)1, sizeof *w->shelves);
    if (!w->products || !w->shelves)
        return prt_fail_memory(error, "reading the catalogue");
    for (; w->count < c.items->count; w->count++) {
        PRT_TRY(take_product(w, &c, w->count, error));
        without |= w->products[w->count].sub == c.sub->values.count;
    }
    w->shelf_count = c.sub->values.count + without;
    return name_shelves(w, &c) ? PR_OK : prt_fail_memory(error, "reading the catalogue");
}

/* Does the line name a column "id", with or without quotes? */
static bool names_id(const char *line, size_t size) {
    for (const char *at = line, *end = line + size; at < end;) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        size_t length = (size_t)((comma ? comma : end) - at);
        if ((length == 2 && memcmp(at, "id", 2) == 0) || (length == 4 && memcmp(at, "\"id\"", 4) == 0))
            return true;
        at += length + 1;
    }
    return false;
}

/* Has the file, plain or compressed, ids in a column of their own? */
static pr_status look_for_ids(const char *path, bool *own_ids, pr_error *error) {
    enum { HEAD = 4096 };
    prt_file file;
    prt_window window = {0};
    PRT_TRY(prt_file_open(path, &file, error));
    pr_status status = prt_window_fill(&window, &file, HEAD, error);
    if (status == PR_OK) {
        size_t start = window.size >= 3 && memcmp(window.bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0, end = start;
        while (end < window.size && window.bytes[end] != '\n' && window.bytes[end] != '\r')
            end++;
        *own_ids = names_id(window.bytes + start, end - start);
    }
    prt_window_free(&window);
    prt_file_close(&file);
    return status;
}

pr_status prt_shop_catalogue_read(prt_shop_world *w, pr_error *error) {
    char here[PRT_SYNTH_FILE_PATH];
    size_t size;
    prt_config config;
    prt_dataset dataset = {0};
    if (!realpath(w->options->catalogue, here))
        return prt_fail(error, PR_E_IO, "%s cannot be read; check --catalogue", w->options->catalogue);
    bool own_ids = false;
    PRT_TRY(look_for_ids(here, &own_ids, error));
    char *text = write_config(here, own_ids, &w->arena, &size);
    if (!text)
        return prt_fail_memory(error, "reading the catalogue");
    PRT_TRY(prt_config_parse(text, size, w->options->catalogue, &config, error));
    pr_status status = prt_ingest(&config, 1, &dataset, error);
    if (status == PR_OK)
        status = take_products(w, &dataset, error);
    prt_dataset_free(&dataset);
    prt_config_free(&config);
    return status;
}
