/* truth/: everything that was planted in a shop. Training never reads it. */
#include "shop_words.h"
#include "shop_world.h"

#include <string.h>

static const char *const level_names[PRT_PRICE_LEVELS] = {"low", "middle", "high"};

typedef struct constant {
    const char *name;
    double value;
} constant;

static void put_id(prt_synth_file *out, const prt_shop_world *w, uint32_t product) {
    prt_put_json(out, w->products[product].id);
}

static void put_constants(prt_synth_file *out) {
    static const constant constants[] = {
        {"loyal", PRT_SHOP_LOYAL},       {"taste_odds", PRT_SHOP_ODDS},  {"flat", PRT_SHOP_FLAT},
        {"together", PRT_SHOP_TOGETHER}, {"rising", PRT_SHOP_RISING},    {"searched", PRT_SHOP_SEARCHED},
        {"found", PRT_SHOP_FOUND},       {"other_word", PRT_SHOP_OTHER}, {"typo", PRT_SHOP_TYPO},
        {"dropped", PRT_SHOP_DROPPED},   {"head", PRT_SHOP_HEAD}};
    prt_put_text(out, "  \"chances\": {");
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++) {
        prt_put_text(out, i ? ", " : "");
        prt_put_json(out, constants[i].name);
        prt_put_text(out, ": ");
        prt_put_number(out, constants[i].value);
    }
    prt_put_text(out, "},\n");
}

static void put_bundles(const prt_shop_world *w, prt_synth_file *out) {
    prt_put_text(out, "  \"bundles\": [");
    for (uint32_t b = 0; b < w->bundle_count; b++) {
        prt_put_text(out, b ? ",\n    [" : "\n    [");
        for (uint32_t i = 0; i < w->bundles[b].count; i++) {
            prt_put_text(out, i ? ", " : "");
            put_id(out, w, w->bundles[b].products[i]);
        }
        prt_put_char(out, ']');
    }
    prt_put_text(out, "\n  ],\n");
}

static void put_rising(const prt_shop_world *w, prt_synth_file *out) {
    prt_put_text(out, "  \"rising_days\": ");
    prt_put_integer(out, PRT_RISING_DAYS);
    prt_put_text(out, ",\n  \"rising\": [");
    for (uint32_t i = 0; i < w->rising_count; i++) {
        prt_put_text(out, i ? ",\n    {\"product\": " : "\n    {\"product\": ");
        put_id(out, w, w->rising[i].product);
        prt_put_text(out, ", \"share\": ");
        prt_put_number(out, w->rising[i].share);
        prt_put_char(out, '}');
    }
    prt_put_text(out, "\n  ],\n");
}

static void put_synonyms(prt_synth_file *out) {
    prt_put_text(out, "  \"synonyms\": [");
    for (uint32_t i = 0; i < PRT_SAME_WORDS; i++) {
        prt_put_text(out, i ? ",\n    [" : "\n    [");
        prt_put_json(out, prt_same_words[i][0]);
        prt_put_text(out, ", ");
        prt_put_json(out, prt_same_words[i][1]);
        prt_put_char(out, ']');
    }
    prt_put_text(out, "\n  ]\n");
}

void prt_shop_write_truth(const prt_shop_world *w, prt_synth_file *out) {
    prt_put_text(out, "{\n  \"seed\": ");
    prt_put_integer(out, w->options->seed);
    prt_put_text(out, ",\n  \"last_day\": \"");
    prt_put_date(out, w->options->last_day);
    prt_put_text(out, "\",\n  \"days\": ");
    prt_put_integer(out, w->options->days);
    prt_put_text(out, ",\n");
    put_constants(out);
    put_bundles(w, out);
    put_rising(w, out);
    put_synonyms(out);
    prt_put_text(out, "}\n");
}

static void put_text_cell(prt_synth_file *out, const char *text, size_t size) {
    prt_put_char(out, ',');
    prt_shop_put_quoted(out, text, size);
}

void prt_shop_write_tastes(const prt_shop_world *w, prt_synth_file *out) {
    prt_put_text(out, "user_id,first,second,third,price_level,brand\n");
    for (uint64_t user = 0; user < w->options->users; user++) {
        const prt_taste taste = prt_shop_taste(w, user);
        const char *brand = w->products[taste.brand_of].name;
        prt_put_char(out, 'U');
        prt_put_integer(out, user + 1);
        for (int i = 0; i < PRT_FAVOURITES; i++) {
            const char *name = w->shelves[taste.shelves[i]].name;
            put_text_cell(out, name, strlen(name));
        }
        prt_put_char(out, ',');
        prt_put_text(out, level_names[taste.level]);
        put_text_cell(out, brand, prt_shop_brand_size(brand));
        prt_put_char(out, '\n');
    }
}

void prt_shop_write_readme(prt_synth_file *out) {
    prt_put_text(
        out,
        "# What was planted\n\n"
        "Training never reads this folder. All people here are made up.\n\n"
        "`tastes.csv`: what a visitor likes: three narrow categories, the most liked first (the share `loyal` of the\n"
        "sessions is about them), a price level (the cheap, middle or dear third of each narrow category) and a brand\n"
        "(the first word of the name). A product of that level is chosen `taste_odds` times as readily, one of that\n"
        "brand again so. Apart from that, a product is chosen by its place r in its narrow category, by number of\n"
        "ratings: as often as log(1 + 1 / (r + `flat`)).\n\n"
        "`truth.json`:\n\n"
        "- `bundles`: whoever looks for one of these products also clicks each of the others with the chance\n"
        "  `together`, and then buys it with 0.5 instead of 0.1 if they bought the first.\n"
        "- `rising`: the share of the sessions that are about this product grows evenly from nothing, `rising_days`\n"
        "  days before the end of the last day, to `share` at its end; the shares add up to `chances.rising`.\n"
        "- `synonyms`: in a query the second stands for the first with the chance `other_word`. Queries are one to\n"
        "  three neighbouring words of the name, with the chance `head` around the one that most names of the narrow\n"
        "  category hold. A session begins with one with the chance `searched`, and it leads to the wanted product\n"
        "  with the chance `found`; the second of three words is missing with the chance `dropped`, and a word of "
        "five\n"
        "  letters or more is misspelt with the chance `typo`.\n");
}
