/* `synth shop`: a catalogue, the visitors' events and searches, configuration and truth. */
#include "fail.h"
#include "shop_world.h"

/* The files in the order in which they are published: the configuration last. */
enum { PRODUCTS, EVENTS, SEARCHES, BUNDLES, RISING, TASTES, README, CONFIG, FILES };
static const char *const file_names[FILES] = {"products.csv",      "events.csv",       "searches.csv",
                                              "truth/bundles.csv", "truth/rising.csv", "truth/tastes.csv",
                                              "truth/README.md",   "pocketrec.json"};

static void put_quoted(prt_synth_file *out, const char *text) {
    prt_put_char(out, '"');
    for (; *text; text++) {
        if (*text == '"')
            prt_put_char(out, '"');
        prt_put_char(out, *text);
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

void prt_shop_write_products(const prt_shop_world *w, prt_synth_file *out) {
    prt_put_text(out, "id,name,main_category,sub_category,image,link,ratings,no_of_ratings,discount_price,actual_price,"
                      "discount_ratio\n");
    for (uint32_t i = 0; i < w->count; i++) {
        const prt_product *p = &w->products[i];
        const char *const texts[] = {p->name, w->shelves[p->sub].main, w->shelves[p->sub].name, p->image, p->link};
        prt_put_text(out, p->id);
        for (size_t t = 0; t < PRT_COUNT(texts); t++) {
            prt_put_char(out, ',');
            put_quoted(out, texts[t]);
        }
        prt_put_char(out, ',');
        if (p->rating > 0) {
            uint32_t tenths = (uint32_t)(p->rating * 10 + 0.5);
            prt_put_integer(out, tenths / 10);
            prt_put_char(out, '.');
            prt_put_digits(out, tenths % 10, 1);
        }
        prt_put_char(out, ',');
        if (p->reviews)
            prt_put_integer(out, p->reviews);
        prt_put_char(out, ',');
        put_amount(out, p->price);
        prt_put_char(out, ',');
        put_amount(out, p->original);
        prt_put_char(out, ',');
        if (p->price > 0 && p->original >= p->price) {
            prt_put_text(out, "0.");
            prt_put_digits(out, (uint32_t)((1 - p->price / p->original) * 1000 + 0.5), 3);
        }
        prt_put_char(out, '\n');
    }
}

void prt_shop_write_config(prt_synth_file *out) {
    prt_put_text(
        out,
        "{\n"
        "  \"name\": \"shop\",\n"
        "  \"items\": {\n"
        "    \"files\": \"products.csv\",\n"
        "    \"id\": \"id\",\n"
        "    \"title\": \"name\",\n"
        "    \"image\": \"image\",\n"
        "    \"columns\": {\n"
        "      \"main_category\": {\"type\": \"category\"},\n"
        "      \"sub_category\": {\"type\": \"category\"},\n"
        "      \"ratings\": {\"type\": \"real\", \"minimum\": 0, \"maximum\": 5},\n"
        "      \"no_of_ratings\": {\"type\": \"integer\", \"minimum\": 0},\n"
        "      \"discount_price\": {\"type\": \"real\", \"minimum\": 0},\n"
        "      \"actual_price\": {\"type\": \"real\", \"minimum\": 0}\n"
        "    }\n"
        "  },\n"
        "  \"events\": [{\n"
        "    \"files\": \"events.csv\",\n"
        "    \"user\": \"user_id\", \"item\": \"product_id\", \"time\": \"timestamp\", \"session\": \"session_id\",\n"
        "    \"type\": {\"from\": \"event_type\", \"values\": {\"click\": [\"click\"], \"cart\": [\"cart\"], "
        "\"purchase\": [\"purchase\"]}}\n"
        "  }],\n"
        "  \"searches\": {\"files\": \"searches.csv\", \"user\": \"user_id\", \"query\": \"query\", \"item\": "
        "\"product_id\", \"time\": \"timestamp\"},\n"
        "  \"shop\": {\n"
        "    \"category\": [\"main_category\", \"sub_category\"],\n"
        "    \"price\": \"discount_price\", \"original_price\": \"actual_price\",\n"
        "    \"rating\": \"ratings\", \"reviews\": \"no_of_ratings\"\n"
        "  },\n"
        "  \"search\": {\n"
        "    \"fields\": {\"title\": 3, \"sub_category\": 1, \"main_category\": 0.5}, \"k1\": 0.6,\n"
        "    \"facets\": [\"main_category\", \"sub_category\", \"discount_price\", \"ratings\"]\n"
        "  }\n"
        "}\n");
}

void prt_shop_write_truth(const prt_shop_world *w, prt_synth_file *bundles, prt_synth_file *rising,
                          prt_synth_file *tastes, prt_synth_file *readme) {
    prt_put_text(bundles, "product_id,partner_id\n");
    for (uint32_t p = 0; p < w->count; p++) {
        uint32_t partner = w->products[p].partner;
        if (partner == PRT_NONE || partner < p)
            continue;
        prt_put_text(bundles, w->products[p].id);
        prt_put_char(bundles, ',');
        prt_put_text(bundles, w->products[partner].id);
        prt_put_char(bundles, '\n');
    }
    prt_put_text(rising, "product_id\n");
    for (uint32_t i = 0; i < w->rising_count; i++) {
        prt_put_text(rising, w->products[w->rising[i]].id);
        prt_put_char(rising, '\n');
    }
    prt_put_text(tastes, "user_id,first,second,third\n");
    for (uint64_t user = 0; user < w->options->users; user++) {
        uint32_t favourites[PRT_FAVOURITES];
        prt_shop_taste(w, user, favourites);
        prt_put_char(tastes, 'U');
        prt_put_integer(tastes, user + 1);
        for (int i = 0; i < PRT_FAVOURITES; i++) {
            prt_put_char(tastes, ',');
            put_quoted(tastes, w->shelves[favourites[i]].name);
        }
        prt_put_char(tastes, '\n');
    }
    prt_put_text(readme,
                 "# What was planted\n\nTraining never reads this folder.\n\n"
                 "- `bundles.csv`: products that are clicked together: whoever looks for one clicks its partner "
                 "half of the time.\n"
                 "- `rising.csv`: products that are looked for more and more in the last ten days.\n"
                 "- `tastes.csv`: the three narrow categories that a visitor likes, most first; 85 % of the "
                 "sessions are about them.\n"
                 "- Queries say these words in place of those of the name, two times in five:\n");
    for (uint32_t i = 0; i < prt_same_word_count; i++) {
        prt_put_text(readme, "  - ");
        prt_put_text(readme, prt_same_words[i][0]);
        prt_put_text(readme, ": ");
        prt_put_text(readme, prt_same_words[i][1]);
        prt_put_char(readme, '\n');
    }
}

static pr_status check(const prt_shop_options *options, pr_error *error) {
    if (!options->directory || !*options->directory)
        return pr_fail(error, PR_E_ARGUMENT, 0, "No output folder was named; add --out DIR.");
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
    prt_shop_write_truth(w, out[BUNDLES], out[RISING], out[TASTES], out[README]);
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
