/* Seeded, realistic data with planted truth: what `pocketrec synth` writes. */
#ifndef PRT_SYNTH_H
#define PRT_SYNTH_H

#include "pocketrec.h"

typedef struct prt_synth_options {
    uint64_t users, workouts, sessions, feedback;
    uint64_t seed;
    int32_t last_day;      /* of the logs, in days since 1970-01-01 */
    const char *directory; /* made when it does not exist */
} prt_synth_options;

/* The size and time of reference system 1 (until 2025-04-30), seed 1. */
#define PRT_SYNTH_OPTIONS_INIT                                                                                         \
    { 2000, 600, 34287, 14368, 1, 20208, NULL }

/* Write a workout platform's logs: users.csv, sessions.csv, feedback.csv, augmented_workouts.json, pocketrec.json and
 * the planted truth in truth/. Every file appears whole under its name or not at all; pocketrec.json comes last. The
 * same options give the same bytes on every machine. PR_E_ARGUMENT, PR_E_MEMORY, PR_E_IO. */
pr_status prt_synth_workouts(const prt_synth_options *options, pr_error *error);

typedef struct prt_trainer_options {
    uint64_t users, trainers, weeks;
    uint64_t seed;
    int32_t last_day;      /* of the last week, in days since 1970-01-01 */
    const char *directory; /* made when it does not exist */
} prt_trainer_options;

/* The size of reference system 2's demonstration, made larger. */
#define PRT_TRAINER_OPTIONS_INIT                                                                                       \
    { 2000, 200, 8, 1, 20208, NULL }

enum { PRT_MOST_TRAINERS = 100000, PRT_MOST_WEEKS = 520 };

/* Write a trainer platform's weekly log: users.csv, Trainers.xlsx (through DuckDB), all_weeks_interactions.csv,
 * exploration.jsonl, pocketrec.json and the planted truth in truth/; as prt_synth_workouts does otherwise. */
pr_status prt_synth_trainers(const prt_trainer_options *options, pr_error *error);

typedef struct prt_shop_options {
    uint64_t users, products, days;
    uint64_t seed;
    int32_t last_day;      /* of the logs, in days since 1970-01-01 */
    const char *catalogue; /* a CSV file of products; NULL: they are invented */
    const char *directory; /* made when it does not exist */
} prt_shop_options;

#define PRT_SHOP_OPTIONS_INIT                                                                                          \
    { 2000, 2000, 60, 1, 20208, NULL, NULL }

enum { PRT_MOST_PRODUCTS = 4000000 };

/* Write a shop's catalogue and logs: products.csv, events.csv, searches.csv, pocketrec.json and the planted truth in
 * truth/; as prt_synth_workouts does otherwise. A catalogue has the columns name, main_category, sub_category, image,
 * link, ratings, no_of_ratings, discount_price, actual_price, and `id` or the id in the link behind /dp/; it is cleaned
 * on the way. */
pr_status prt_synth_shop(const prt_shop_options *options, pr_error *error);

typedef struct prt_retail_options {
    uint64_t users, items, days;
    uint64_t seed;
    int32_t last_day;      /* of the log, in days since 1970-01-01 */
    const char *directory; /* made when it does not exist */
} prt_retail_options;

/* Eighteen months of a retailer: about 150,000 lines of invoices. */
#define PRT_RETAIL_OPTIONS_INIT                                                                                        \
    { 2000, 1500, 548, 1, 20208, NULL }

enum { PRT_MOST_RETAIL_ITEMS = 999999 };

/* Write a retailer's catalogue and invoices: items.csv, invoices.csv, pocketrec.json and the planted truth (tastes,
 * budgets, cycles of repurchase) in truth/; as prt_synth_workouts does otherwise. */
pr_status prt_synth_retail(const prt_retail_options *options, pr_error *error);

#endif
