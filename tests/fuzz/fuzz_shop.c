/* Any bytes as a shop's catalogue, baskets or logs (the first byte chooses). Read whole and by small chunks, which must
 * give the same tables; whatever is taken must keep the rules. */
#include "fuzz_folder.h"
#include "ingest_inner.h"

#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { KINDS = 4, CHUNK = 1 << 18, SMALL = 13 };
static const char *const names[KINDS] = {"products.csv", "products.jsonl", "baskets.csv", "log.csv"};

static prt_config configs[KINDS];

#define PRODUCTS(file)                                                                                                 \
    "{\"name\":\"fuzz\",\"items\":{\"files\":\"" file                                                                  \
    "\",\"id\":{\"from\":\"link\",\"after\":\"/\",\"length\":2},\"title\":\"name\",\"text\":\"note\",\"duplicates\":"  \
    "\"merge\",\"columns\":{\"kind\":{\"type\":\"category\",\"invalid\":\"missing\"},\"groups\":{\"type\":\"list\","   \
    "\"invalid\":\"missing\"},\"price\":{\"type\":\"real\",\"number\":\"money\",\"minimum\":0,\"invalid\":\"missing\"" \
    "},\"reviews\":{\"type\":\"integer\",\"number\":\"money\",\"invalid\":\"missing\"}}},\"shop\":{\"price\":"         \
    "\"price\"},\"limits\":{\"rejects\":1}}"

static void set_up(void) {
    static const char items[] = "id,title\na,One\nb,Two\n";
    make_folder();
    write_file("items.csv", items, sizeof items - 1);
    make_config(PRODUCTS("products.csv"), &configs[0]);
    make_config(PRODUCTS("products.jsonl"), &configs[1]);
    make_config("{\"name\":\"fuzz\",\"items\":{\"from\":\"baskets\"},\"baskets\":{\"files\":\"baskets.csv\"},"
                "\"shop\":{},\"limits\":{\"rejects\":1}}",
                &configs[2]);
    make_config("{\"name\":\"fuzz\",\"items\":{\"files\":\"items.csv\",\"id\":\"id\",\"title\":\"title\"},\"events\":[{"
                "\"files\":\"log.csv\",\"user\":\"u\",\"item\":\"i\",\"session\":\"s\",\"type\":\"click\"}],"
                "\"searches\":{\"files\":\"log.csv\",\"user\":\"u\",\"query\":\"s\"},\"limits\":{\"rejects\":1}}",
                &configs[3]);
}

static void demand(bool holds) {
    if (!holds) {
        abort();
    }
}

static bool equal_strings(const prt_strings *a, const prt_strings *b) {
    return a->count == b->count && memcmp(a->offsets, b->offsets, (a->count + (size_t)1) * sizeof *a->offsets) == 0 &&
           memcmp(a->bytes, b->bytes, (size_t)a->offsets[a->count]) == 0;
}

static void check_column(const prt_column *a, const prt_column *b) {
    size_t rows = a->rows;
    switch (a->type) {
    case PRT_TEXT:
        demand(equal_strings(&a->texts, &b->texts));
        return;
    case PRT_LIST:
        demand(memcmp(a->list_offsets, b->list_offsets, (rows + 1) * sizeof *a->list_offsets) == 0);
        for (uint32_t i = 0; i < a->list_offsets[rows]; i++) {
            demand(a->codes[i] < a->values.count && a->codes[i] == b->codes[i]);
        }
        return;
    case PRT_CATEGORY:
        demand(equal_strings(&a->values, &b->values));
        demand(memcmp(a->codes, b->codes, rows * sizeof *a->codes) == 0);
        return;
    case PRT_REAL:
        for (size_t i = 0; i < rows; i++) {
            demand(isnan(a->reals[i]) ? isnan(b->reals[i]) : a->reals[i] == b->reals[i] && a->reals[i] >= 0);
        }
        return;
    default:
        demand(memcmp(a->integers, b->integers, rows * sizeof *a->integers) == 0);
    }
}

static void check_baskets(const prt_dataset *a, const prt_dataset *b) {
    const prt_baskets *x = &a->baskets, *y = &b->baskets;
    demand(x->count == y->count && x->item_count == y->item_count);
    for (uint32_t i = 0; i < x->count; i++) {
        demand(x->offsets[i] < x->offsets[i + 1] && x->offsets[i + 1] == y->offsets[i + 1]);
    }
    for (uint32_t i = 0; i < x->item_count; i++) {
        demand(x->items[i] < a->items.count && x->items[i] == y->items[i]);
    }
}

static void check_logs(const prt_dataset *a, const prt_dataset *b) {
    demand(a->events.count == b->events.count && a->searches.count == b->searches.count);
    demand(a->users.count == b->users.count);
    for (uint64_t i = 0; i < a->events.count; i++) {
        demand(a->events.session[i] == b->events.session[i] && a->events.item[i] == b->events.item[i]);
        demand(a->events.session[i] == PRT_NONE || a->events.session[i] < a->events.count);
    }
    if (a->searches.count > 0) {
        demand(equal_strings(&a->searches.queries, &b->searches.queries));
    }
    for (uint32_t i = 0; i < a->searches.count; i++) {
        demand(a->searches.user[i] < a->users.count && a->searches.user[i] == b->searches.user[i]);
    }
}

static void check_same(const prt_dataset *a, const prt_dataset *b) {
    demand(a->rows_read == b->rows_read && a->rows_rejected == b->rows_rejected);
    demand(a->duplicates == b->duplicates && a->cells_cleaned == b->cells_cleaned);
    demand(equal_strings(&a->items.ids, &b->items.ids) && a->items.column_count == b->items.column_count);
    for (uint32_t c = 0; c < a->items.column_count; c++) {
        demand(a->items.columns[c].rows == a->items.count && b->items.columns[c].rows == a->items.count);
        check_column(&a->items.columns[c], &b->items.columns[c]);
    }
    check_baskets(a, b);
    check_logs(a, b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (!configs[0].name) {
        set_up();
    }
    if (size == 0) {
        return 0;
    }
    int kind = data[0] % KINDS;
    write_file(names[kind], data + 1, size - 1);
    prt_dataset whole = {0}, chunked = {0};
    pr_error error = {0}, other = {0};
    pr_status status = prt_ingest_chunked(&configs[kind], 1, CHUNK, &whole, &error);
    demand(prt_ingest_chunked(&configs[kind], 3, SMALL, &chunked, &other) == status);
    demand(strcmp(error.message, other.message) == 0);
    if (status != PR_OK) {
        demand(error.message[0] != '\0');
        return 0;
    }
    check_same(&whole, &chunked);
    prt_dataset_free(&whole);
    prt_dataset_free(&chunked);
    return 0;
}
