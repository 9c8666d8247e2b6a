/* Where a shop's products come from: a file in the columns of a catalogue, cleaned like any other, or invention. */
#include "config.h"
#include "fail.h"
#include "ingest.h"
#include "readfile.h"
#include "shop_world.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- from a file ---- */

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

/* Narrow categories become shelves; what has none lies on one of its own. */
static pr_status take_products(prt_shop_world *w, const prt_dataset *dataset, pr_error *error) {
    const prt_entities *items = &dataset->items;
    const prt_column *title = prt_column_find(items, "title"), *image = prt_column_find(items, "image"),
                     *link = prt_column_find(items, "link"), *main = prt_column_find(items, "main_category"),
                     *sub = prt_column_find(items, "sub_category"), *rating = prt_column_find(items, "ratings"),
                     *reviews = prt_column_find(items, "no_of_ratings"),
                     *price = prt_column_find(items, "discount_price"),
                     *original = prt_column_find(items, "actual_price");
    uint32_t none = sub->values.count;
    w->products = pr_arena_array(&w->arena, items->count + (size_t)1, sizeof *w->products);
    w->shelves = pr_arena_array(&w->arena, none + (size_t)1, sizeof *w->shelves);
    w->shelf_count = none + 1;
    if (!w->products || !w->shelves)
        return prt_fail_memory(error, "reading the catalogue");
    for (uint32_t s = 0; s <= none; s++)
        w->shelves[s] = (prt_shelf){s < none ? text_at(w, &sub->values, s) : "", "", 0, 0};
    for (uint32_t i = 0; i < items->count; i++) {
        prt_product *p = &w->products[w->count];
        size_t size = (size_t)(items->ids.offsets[i + 1] - items->ids.offsets[i]);
        if (size >= sizeof p->id)
            return prt_fail(error, PR_E_FORMAT, "%s: ids of products must not be longer than 11 bytes; shorten them",
                            w->options->catalogue);
        memcpy(p->id, items->ids.bytes + items->ids.offsets[i], size);
        p->name = text_at(w, &title->texts, i);
        p->image = text_at(w, &image->texts, i);
        p->link = text_at(w, &link->texts, i);
        p->sub = sub->list_offsets[i] < sub->list_offsets[i + 1] ? sub->codes[sub->list_offsets[i]] : none;
        p->rating = real_at(rating, i);
        p->reviews = reviews->integers[i] > 0 ? (uint64_t)reviews->integers[i] : 0;
        p->price = real_at(price, i);
        p->original = real_at(original, i);
        if (main->codes[i] != PRT_NONE && !*w->shelves[p->sub].main)
            w->shelves[p->sub].main = text_at(w, &main->values, main->codes[i]);
        if (!p->name || !p->image || !p->link || !w->shelves[p->sub].main)
            return prt_fail_memory(error, "reading the catalogue");
        w->count++;
    }
    while (w->shelf_count > 1 && w->shelf_count == none + 1) {
        bool used = false;
        for (uint32_t p = 0; p < w->count && !used; p++)
            used = w->products[p].sub == none;
        if (used)
            break;
        w->shelf_count--;
    }
    return PR_OK;
}

/* Do the file's first bytes name a column "id"? Compressed files are of the raw kind. */
static bool has_ids(const char *path) {
    char head[64] = {0};
    FILE *file = fopen(path, "rb");
    if (!file)
        return true; /* reading it says what is wrong */
    size_t n = fread(head, 1, sizeof head - 1, file);
    fclose(file);
    return n >= 3 && (memcmp(head, "id,", 3) == 0 || memcmp(head, "\"id\"", 4) == 0);
}

pr_status prt_shop_catalogue_read(prt_shop_world *w, pr_error *error) {
    char here[PRT_SYNTH_FILE_PATH];
    size_t size;
    prt_config config;
    prt_dataset dataset = {0};
    if (!realpath(w->options->catalogue, here))
        return prt_fail(error, PR_E_IO, "%s cannot be read; check --catalogue", w->options->catalogue);
    char *text = write_config(here, has_ids(here), &w->arena, &size);
    if (!text)
        return prt_fail_memory(error, "reading the catalogue");
    PRT_TRY(prt_config_parse(text, size, w->options->catalogue, &config, error));
    pr_status status = prt_ingest(&config, 1, &dataset, error);
    if (status == PR_OK)
        status = take_products(w, &dataset, error);
    prt_dataset_free(&dataset);
    prt_config_free(&config);
    if (status == PR_OK && w->count == 0)
        return prt_fail(error, PR_E_FORMAT, "%s holds no product; check --catalogue", w->options->catalogue);
    return status;
}

/* ---- invented ---- */

typedef struct kind {
    const char *main, *sub, *nouns[4], *extra;
    double price;
} kind;

static const kind KINDS[] = {
    {"Electronics", "Headphones", {"headphones", "earphones", "neckband", "speaker"}, "bluetooth 5.0", 60},
    {"Electronics", "Mobile Accessories", {"mobile holder", "charger", "power bank", "cable"}, "10000mAh", 25},
    {"Electronics", "Televisions", {"television", "soundbar", "remote", "wall mount"}, "43 inch", 350},
    {"Electronics", "Cameras", {"camera", "tripod", "lens", "camera bag"}, "24 MP", 280},
    {"Home", "Furniture", {"sofa", "armchair", "bookshelf", "side table"}, "solid wood", 320},
    {"Home", "Lighting", {"lamp", "lantern", "light strip", "bulb"}, "9 W", 22},
    {"Home", "Kitchen", {"kettle", "frying pan", "chopping board", "mixing bowl"}, "1.5 l", 35},
    {"Home", "Bedding", {"blanket", "pillow", "quilt", "bed sheet"}, "cotton", 40},
    {"Appliances", "Refrigerators", {"refrigerator", "freezer", "mini bar", "wine cooler"}, "190 l", 420},
    {"Appliances", "Cleaning", {"vacuum cleaner", "steam mop", "robot cleaner", "dust filter"}, "1200 W", 140},
    {"Appliances", "Heating & Cooling", {"fan", "heater", "air conditioner", "air cooler"}, "1.5 ton", 180},
    {"Fashion", "Shoes", {"sneakers", "sandals", "boots", "slippers"}, "leather", 70},
    {"Fashion", "Men's Clothing", {"shirt", "trousers", "jumper", "t-shirt"}, "slim fit", 35},
    {"Fashion", "Women's Clothing", {"dress", "skirt", "blouse", "cardigan"}, "floral print", 38},
    {"Fashion", "Watches", {"watch", "chronograph", "watch strap", "smartwatch"}, "steel", 110},
    {"Bags", "Backpacks", {"backpack", "laptop bag", "daypack", "school bag"}, "30 l", 45},
    {"Bags", "Suitcases", {"suitcase", "trolley", "duffel bag", "garment bag"}, "55 cm", 90},
    {"Sports", "Fitness", {"yoga mat", "dumbbell", "resistance band", "skipping rope"}, "5 kg", 28},
    {"Sports", "Cycling", {"bicycle", "helmet", "bike lock", "bottle cage"}, "26 inch", 150},
    {"Sports", "Camping", {"tent", "sleeping bag", "camping stove", "head torch"}, "waterproof", 85},
    {"Toys", "Puzzles", {"puzzle", "board game", "card game", "building set"}, "1000 pieces", 18},
    {"Toys", "Soft Toys", {"teddy bear", "plush rabbit", "hand puppet", "cushion toy"}, "30 cm", 16},
    {"Beauty", "Skin Care", {"face cream", "serum", "cleanser", "sunscreen"}, "50 ml", 14},
    {"Beauty", "Hair Care", {"shampoo", "conditioner", "hair oil", "hair dryer"}, "200 ml", 12},
};
static const char *const ADJECTIVES[] = {"classic",  "compact", "light",   "premium", "everyday", "foldable",
                                         "wireless", "soft",    "durable", "modern",  "portable", "slim"};
static const char *const COLOURS[] = {"black", "white", "navy blue", "grey", "red", "olive", "beige", "silver"};
static const char *const SYLLABLES[] = {"ve", "lo", "tra", "mi", "kor", "sa", "nel", "du", "fi", "zan", "pe", "ril"};

#define PICK(list, draw) ((list)[prt_draw_below((draw), sizeof(list) / sizeof *(list))])

static void invent_brand(uint64_t seed, uint32_t brand, char out[16]) {
    prt_draw draw = prt_draw_open(seed, PRT_DRAW_BRAND, brand);
    snprintf(out, 16, "%s%s%s", PICK(SYLLABLES, &draw), PICK(SYLLABLES, &draw),
             brand % 2 ? PICK(SYLLABLES, &draw) : "");
    out[0] = (char)(out[0] - 32);
}

static void invent_id(uint32_t product, uint64_t seed, char out[12]) {
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    uint64_t code = pr_mix64(seed ^ pr_mix64(product)) % UINT64_C(2821109907456); /* 36^8 */
    memcpy(out, "P", 1);
    for (int i = 9; i > 1; i--, code /= 36)
        out[i] = digits[code % 36];
    out[1] = digits[product % 36]; /* with the rest it stays unique among 36 neighbours even when codes meet */
    out[10] = 0;
}

static bool invent_product(prt_shop_world *w, uint32_t number) {
    uint64_t seed = w->options->seed;
    prt_draw draw = prt_draw_open(seed, PRT_DRAW_PRODUCT, number);
    prt_product *p = &w->products[number];
    char brand[16], name[200], path[64];
    p->sub = prt_draw_below(&draw, sizeof KINDS / sizeof *KINDS);
    const kind *k = &KINDS[p->sub];
    invent_id(number, seed, p->id);
    invent_brand(seed, prt_draw_below(&draw, 60), brand);
    snprintf(name, sizeof name, "%s %s %s with %s, %s (%s %u)", brand, PICK(ADJECTIVES, &draw), PICK(k->nouns, &draw),
             k->extra, PICK(COLOURS, &draw), "Model", 100 + prt_draw_below(&draw, 900));
    p->name = prt_shop_copy(w, name, strlen(name));
    p->image = ""; /* invented things have no pictures: the pages draw them */
    snprintf(path, sizeof path, "https://shop.example/dp/%s", p->id);
    p->link = prt_shop_copy(w, path, strlen(path));
    p->original = floor(k->price * pr_exp(0.5 * prt_draw_normal(&draw))) + 0.99;
    p->price =
        prt_draw_uniform(&draw) < 0.7 ? floor(p->original * (1 - 0.6 * prt_draw_uniform(&draw))) + 0.49 : p->original;
    p->price = p->price < p->original ? p->price : p->original;
    double fame = prt_draw_uniform(&draw);
    p->reviews = (uint64_t)(2 / (fame * fame + 0.00002));
    p->rating = prt_draw_uniform(&draw) < 0.85 ? 3 + floor(20 * prt_draw_uniform(&draw)) / 10 : 0;
    return p->name && p->link;
}

pr_status prt_shop_catalogue_invent(prt_shop_world *w, pr_error *error) {
    uint32_t count = (uint32_t)w->options->products;
    w->products = pr_arena_array(&w->arena, count + (size_t)1, sizeof *w->products);
    w->shelf_count = sizeof KINDS / sizeof *KINDS;
    w->shelves = pr_arena_array(&w->arena, w->shelf_count, sizeof *w->shelves);
    if (!w->products || !w->shelves)
        return prt_fail_memory(error, "inventing products");
    for (uint32_t s = 0; s < w->shelf_count; s++)
        w->shelves[s] = (prt_shelf){KINDS[s].sub, KINDS[s].main, 0, 0};
    for (; w->count < count; w->count++) {
        if (!invent_product(w, w->count))
            return prt_fail_memory(error, "inventing products");
    }
    return PR_OK;
}
