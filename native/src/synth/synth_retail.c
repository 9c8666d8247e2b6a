/* `synth retail`: a catalogue, invoices, configuration and truth. */
#include "fail.h"
#include "retail_world.h"

/* The files in the order in which they are published: the configuration last. */
enum { ITEMS, INVOICES, ITEM_TRUTH, USER_TRUTH, HABITS, AFFINITY, CONSTANTS, README, CONFIG, FILES };
static const char *const file_names[FILES] = {"items.csv",        "invoices.csv",     "truth/items.csv",
                                              "truth/users.csv",  "truth/habits.csv", "truth/affinity.csv",
                                              "truth/truth.json", "truth/README.md",  "pocketrec.json"};

enum { FIRST_USER = 10001, FIRST_ITEM = 1, ITEM_DIGITS = 6 };

void prt_retail_put_item(prt_synth_file *out, uint32_t item) {
    prt_put_char(out, 'R');
    prt_put_digits(out, FIRST_ITEM + item, ITEM_DIGITS);
}

void prt_retail_put_user(prt_synth_file *out, uint64_t index) {
    prt_put_integer(out, FIRST_USER + index);
}

void prt_retail_put_cents(prt_synth_file *out, uint32_t cents) {
    prt_put_integer(out, cents / 100);
    prt_put_char(out, '.');
    prt_put_digits(out, cents % 100, 2);
}

/* No text holds a comma, a quote or a line's end. */
static void write_items(const prt_retail_world *w, prt_synth_file *out) {
    prt_put_text(out, "item_id,title,category,subcategory,brand,price\n");
    for (uint32_t i = 0; i < w->count; i++) {
        const prt_retail_item *item = &w->items[i];
        const prt_retail_kind *kind = &prt_retail_kinds[item->kind];
        const char *const texts[] = {item->title, kind->main, kind->sub, item->brand};
        prt_retail_put_item(out, i);
        for (size_t t = 0; t < PRT_COUNT(texts); t++) {
            prt_put_char(out, ',');
            prt_put_text(out, texts[t]);
        }
        prt_put_char(out, ',');
        prt_retail_put_cents(out, item->cents);
        prt_put_char(out, '\n');
    }
}

static pr_status check(const prt_retail_options *options, pr_error *error) {
    if (!options->directory || !*options->directory)
        return pr_fail(error, PR_E_ARGUMENT, 0, "No output folder was named; add --out DIR.");
    if (options->users < 1 || options->users > UINT64_C(1) << 32)
        return pr_fail(error, PR_E_ARGUMENT, 0, "--users must be between 1 and 4294967296.");
    if (options->items < 1 || options->items > PRT_MOST_RETAIL_ITEMS)
        return pr_fail(error, PR_E_ARGUMENT, 0, "--items must be between 1 and 999999.");
    if (options->days < 1 || options->days > 3650)
        return pr_fail(error, PR_E_ARGUMENT, 0, "--days must be between 1 and 3650.");
    if (options->last_day < (int64_t)options->days + PRT_RETAIL_BEFORE)
        return pr_fail(error, PR_E_ARGUMENT, 0, "--until is too near to 1970 for --days; take a later date.");
    return PR_OK;
}

static pr_status write_files(const prt_retail_world *w, prt_synth_files *set, pr_error *error) {
    prt_synth_file *out[FILES];
    PRT_TRY(prt_synth_files_open(set, w->options->directory, error));
    for (int i = 0; i < FILES; i++)
        PRT_TRY(prt_synth_files_add(set, file_names[i], &out[i], error));
    write_items(w, out[ITEMS]);
    if (!prt_retail_write_logs(w, out[INVOICES], out[HABITS]) || !prt_retail_write_affinity(w, out[AFFINITY]))
        return prt_fail_memory(error, "making invoices");
    prt_retail_write_item_truth(w, out[ITEM_TRUTH]);
    prt_retail_write_user_truth(w, out[USER_TRUTH]);
    prt_retail_write_constants(w, out[CONSTANTS]);
    prt_retail_write_readme(out[README]);
    prt_retail_write_config(out[CONFIG]);
    return prt_synth_files_publish(set, error);
}

pr_status prt_synth_retail(const prt_retail_options *options, pr_error *error) {
    PRT_TRY(check(options, error));
    prt_retail_world world;
    prt_synth_files set = {0};
    pr_status status = prt_retail_world_make(&world, options, error);
    if (status == PR_OK)
        status = write_files(&world, &set, error);
    prt_synth_files_discard(&set);
    prt_retail_world_free(&world);
    return status;
}
