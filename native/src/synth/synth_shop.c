/* `synth shop`: a catalogue, the visitors' events and searches, configuration and truth. */
#include "fail.h"
#include "shop_world.h"

#include <string.h>

/* The files in the order in which they are published: the configuration last. */
enum { PRODUCTS, EVENTS, SEARCHES, TRUTH, TASTES, README, CONFIG, FILES };
static const char *const file_names[FILES] = {"products.csv",     "events.csv",       "searches.csv",
                                              "truth/truth.json", "truth/tastes.csv", "truth/README.md",
                                              "pocketrec.json"};

void prt_shop_put_quoted(prt_synth_file *out, const char *text, size_t size) {
    prt_put_char(out, '"');
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '"')
            prt_put_char(out, '"');
        prt_put_char(out, text[i]);
    }
    prt_put_char(out, '"');
}

/* Whole hundredths; an unknown amount stays empty. */
static void put_amount(prt_synth_file *out, double amount) {
    uint64_t hundredths = (uint64_t)(amount * 100 + 0.5);
    if (hundredths == 0)
        return;
    prt_put_integer(out, hundredths / 100);
    prt_put_char(out, '.');
    prt_put_digits(out, (uint32_t)(hundredths % 100), 2);
}

/* One decimal; an unknown rating stays empty. */
static void put_rating(prt_synth_file *out, double rating) {
    uint32_t tenths = (uint32_t)(rating * 10 + 0.5);
    if (tenths == 0)
        return;
    prt_put_integer(out, tenths / 10);
    prt_put_char(out, '.');
    prt_put_digits(out, tenths % 10, 1);
}

/* 1 - price / original, three decimals; empty where one is not known or the price rose. */
static void put_ratio(prt_synth_file *out, const prt_product *p) {
    if (p->price <= 0 || p->original < p->price)
        return;
    uint32_t thousandths = (uint32_t)((1 - p->price / p->original) * 1000 + 0.5);
    prt_put_integer(out, thousandths / 1000);
    prt_put_char(out, '.');
    prt_put_digits(out, thousandths % 1000, 3);
}

void prt_shop_write_products(const prt_shop_world *w, prt_synth_file *out) {
    prt_put_text(out, "id,name,main_category,sub_category,image,link,ratings,no_of_ratings,discount_price,actual_price,"
                      "discount_ratio\n");
    for (uint32_t i = 0; i < w->count; i++) {
        const prt_product *p = &w->products[i];
        const char *const texts[] = {p->name, w->shelves[p->sub].main, w->shelves[p->sub].name, p->image, p->link};
        prt_put_text(out, p->id);
        for (size_t t = 0; t < PRT_COUNT(texts); t++) {
            prt_put_char(out, ',');
            prt_shop_put_quoted(out, texts[t], strlen(texts[t]));
        }
        prt_put_char(out, ',');
        put_rating(out, p->rating);
        prt_put_char(out, ',');
        if (p->reviews)
            prt_put_integer(out, p->reviews);
        prt_put_char(out, ',');
        put_amount(out, p->price);
        prt_put_char(out, ',');
        put_amount(out, p->original);
        prt_put_char(out, ',');
        put_ratio(out, p);
        prt_put_char(out, '\n');
    }
}

static pr_status check(const prt_shop_options *options, pr_error *error) {
    if (!options->directory || !*options->directory)
        return pr_fail(error, PR_E_ARGUMENT, 0, "No output folder was named; add --out DIR.");
    if (options->users < 1 || options->users > UINT64_C(1) << 32)
        return pr_fail(error, PR_E_ARGUMENT, 0, "--users must be between 1 and 4294967296.");
    if (options->products < 1 || options->products > PRT_MOST_PRODUCTS)
        return pr_fail(error, PR_E_ARGUMENT, 0, "--products must be between 1 and 4000000.");
    if (options->days < 1 || options->days > 3650 || options->last_day < (int64_t)options->days)
        return pr_fail(error, PR_E_ARGUMENT, 0, "--days must be between 1 and 3650.");
    return PR_OK;
}

static pr_status write_files(prt_shop_world *w, prt_synth_files *set, pr_error *error) {
    prt_synth_file *out[FILES];
    PRT_TRY(prt_synth_files_open(set, w->options->directory, error));
    for (int i = 0; i < FILES; i++)
        PRT_TRY(prt_synth_files_add(set, file_names[i], &out[i], error));
    prt_shop_write_products(w, out[PRODUCTS]);
    prt_shop_write_logs(w, out[EVENTS], out[SEARCHES]);
    prt_shop_write_truth(w, out[TRUTH]);
    prt_shop_write_tastes(w, out[TASTES]);
    prt_shop_write_readme(out[README]);
    prt_shop_write_config(out[CONFIG]);
    return prt_synth_files_publish(set, error);
}

pr_status prt_synth_shop(const prt_shop_options *options, pr_error *error) {
    PRT_TRY(check(options, error));
    prt_shop_world world;
    prt_synth_files set = {0};
    pr_status status = prt_shop_world_make(&world, options, error);
    if (status == PR_OK)
        status = write_files(&world, &set, error);
    prt_synth_files_discard(&set);
    prt_shop_world_free(&world);
    return status;
}
