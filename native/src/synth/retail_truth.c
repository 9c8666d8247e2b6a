/* truth/: what was planted in a made-up retailer. Training never reads it. */
#include "retail_world.h"

typedef struct constant {
    const char *name;
    double value;
} constant;

static void put_factors(prt_synth_file *out, const double factors[PRT_RETAIL_FACTORS]) {
    for (int f = 0; f < PRT_RETAIL_FACTORS; f++) {
        prt_put_char(out, ',');
        prt_put_number(out, factors[f]);
    }
    prt_put_char(out, '\n');
}

void prt_retail_write_item_truth(const prt_retail_world *w, prt_synth_file *out) {
    prt_put_text(out, "item_id,popularity,cycle_days,partner,dearness,factor_1,factor_2,factor_3,factor_4\n");
    for (uint32_t i = 0; i < w->count; i++) {
        const prt_retail_item *item = &w->items[i];
        prt_retail_put_item(out, i);
        prt_put_char(out, ',');
        prt_put_number(out, w->aisles[item->kind].share * item->share);
        prt_put_char(out, ',');
        prt_put_integer(out, item->cycle);
        prt_put_char(out, ',');
        if (item->partner != PRT_NONE)
            prt_retail_put_item(out, item->partner);
        prt_put_char(out, ',');
        prt_put_number(out, item->dearness);
        put_factors(out, item->factors);
    }
}

void prt_retail_write_user_truth(const prt_retail_world *w, prt_synth_file *out) {
    prt_put_text(out,
                 "user_id,segment,budget,first,second,third,fourth,fifth,visit_gap_days,pace,household,joined,left,"
                 "factor_1,factor_2,factor_3,factor_4\n");
    for (uint64_t user = 0; user < w->options->users; user++) {
        const prt_shopper s = prt_shopper_make(w, user);
        prt_retail_put_user(out, user);
        prt_put_char(out, ',');
        prt_put_text(out, prt_retail_segment_names[s.segment]);
        prt_put_char(out, ',');
        prt_put_number(out, s.budget);
        for (int i = 0; i < PRT_RETAIL_FAVOURITES; i++) {
            prt_put_char(out, ',');
            prt_put_text(out, prt_retail_kinds[s.favourites[i]].sub);
        }
        prt_put_char(out, ',');
        prt_put_number(out, s.gap);
        prt_put_char(out, ',');
        prt_put_number(out, s.pace);
        prt_put_char(out, ',');
        prt_put_integer(out, s.household);
        prt_put_char(out, ',');
        prt_put_date(out, s.joined);
        prt_put_char(out, ',');
        if (s.left <= w->options->last_day)
            prt_put_date(out, s.left);
        put_factors(out, s.factors);
    }
}

static void put_constants(prt_synth_file *out) {
    static const constant constants[] = {
        {"loyal", PRT_RETAIL_LOYAL},       {"flat", PRT_RETAIL_FLAT},       {"taste", PRT_RETAIL_TASTE},
        {"dearer", PRT_RETAIL_DEARER},     {"cheaper", PRT_RETAIL_CHEAPER}, {"swing", PRT_RETAIL_SWING},
        {"together", PRT_RETAIL_TOGETHER}, {"habit", PRT_RETAIL_HABIT},     {"lapse", PRT_RETAIL_LAPSE},
        {"jitter", PRT_RETAIL_JITTER},     {"pace", PRT_RETAIL_PACE},       {"free", PRT_RETAIL_FREE},
        {"returned", PRT_RETAIL_RETURNED}, {"offered", PRT_RETAIL_OFFERED}, {"offer", PRT_RETAIL_OFFER}};
    prt_put_text(out, "  \"chances\": {");
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++) {
        prt_put_text(out, i ? ", " : "");
        prt_put_json(out, constants[i].name);
        prt_put_text(out, ": ");
        prt_put_number(out, constants[i].value);
    }
    prt_put_text(out, "},\n");
}

static void put_peaks(prt_synth_file *out) {
    bool any = false;
    prt_put_text(out, "  \"peak_months\": {");
    for (uint32_t k = 0; k < PRT_RETAIL_KINDS; k++) {
        if (prt_retail_kinds[k].peak == 0)
            continue;
        prt_put_text(out, any ? ", " : "");
        prt_put_json(out, prt_retail_kinds[k].sub);
        prt_put_text(out, ": ");
        prt_put_integer(out, prt_retail_kinds[k].peak);
        any = true;
    }
    prt_put_text(out, "}\n");
}

void prt_retail_write_constants(const prt_retail_world *w, prt_synth_file *out) {
    prt_put_text(out, "{\n  \"seed\": ");
    prt_put_integer(out, w->options->seed);
    prt_put_text(out, ",\n  \"last_day\": \"");
    prt_put_date(out, w->options->last_day);
    prt_put_text(out, "\",\n  \"days\": ");
    prt_put_integer(out, w->options->days);
    prt_put_text(out, ",\n");
    put_constants(out);
    put_peaks(out);
    prt_put_text(out, "}\n");
}

void prt_retail_write_readme(prt_synth_file *out) {
    prt_put_text(
        out,
        "# What was planted\n\n"
        "Training never reads this folder. All people here are made up. The names in `code` are in `truth.json`.\n\n"
        "Somebody who looks for something new chooses a narrow category first: a favourite with the chance `loyal`,\n"
        "else any, as often as everybody does; around its peak month it is wanted 1 + `swing` times as often. There\n"
        "they think of the item with place r by how well known it is as often as log(1 + 1 / (r + `flat`)), and take\n"
        "it with the chance\n\n"
        "    logistic(taste * sum of user factor * item factor) * exp(-d * d / 2),\n\n"
        "d the difference of log(price / usual price of the category) and log(budget), divided by `dearer` where the\n"
        "item is dearer than the budget and by `cheaper` where it is cheaper. What is at home is not bought as new.\n\n"
        "- `users.csv`: segment and budget (the price that they like, as a share of the usual one), the five "
        "favourite\n"
        "  narrow categories, the most liked first (0.35, 0.25, 0.18, 0.12, 0.1 of the loyal discoveries), the mean\n"
        "  gap between visits for something new on busy days, how slowly they use things up (`pace`), the units that\n"
        "  they buy of what is used up, the first day and, where they left within the log, the day after the last.\n"
        "- `items.csv`: share of all discoveries before taste and season, the days until one is used up (0: it "
        "lasts),\n"
        "  the partner that goes into the basket with the chance `together`, log(price / usual price), and factors.\n"
        "- `habits.csv`: what each shopper will buy again: their own cycle, the last purchase, when the next is due. "
        "A\n"
        "  consumable becomes a habit with the chance `habit`; each gap is the cycle times 1 plus a normal number of\n"
        "  deviation `jitter`, moved by a tenth of the cycle at most where one way does for several; each repurchase\n"
        "  is the last with the chance `lapse`.\n"
        "- `affinity.csv`: the chance that a discovery on the day after the log is this item, if nothing were at "
        "home;\n"
        "  the 50 best items of each user (of evenly spread ones where there are more than 2,000).\n\n"
        "Lines without a customer are guests, who come once. A line comes back with the chance `returned` within 25\n"
        "days; it has price 0 with the chance `free`; a week offers an item at `offer` of its price with the chance\n"
        "`offered`. Invoices are in the order of the customers, not of time.\n");
}
