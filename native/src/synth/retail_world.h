/* A made-up retailer: what lies there, how well known and how dear it is, who shops and what they like. */
#ifndef PRT_RETAIL_WORLD_H
#define PRT_RETAIL_WORLD_H

#include "draw.h"
#include "retail_words.h"
#include "synth.h"
#include "synth_file.h"
#include "tables.h"

enum {
    PRT_RETAIL_FACTORS = 4,    /* of taste: what brands and items are like, and what shoppers like */
    PRT_RETAIL_FAVOURITES = 5, /* narrow categories that a shopper likes */
    PRT_RETAIL_SEGMENTS = 4,   /* of budgets */
    PRT_RETAIL_BRAND = 16,     /* bytes of a brand's name with its end */
    PRT_RETAIL_BRANDS = 60,
    PRT_RETAIL_BEFORE = 180,    /* days before the log in which its first shoppers came */
    PRT_RETAIL_AFFINITIES = 50, /* most relevant items that truth/ has of a shopper */
};

/* What is planted; truth.json says it. */
#define PRT_RETAIL_LOYAL    0.75  /* share of the discoveries that are in a favourite narrow category */
#define PRT_RETAIL_FLAT     1.0   /* the item of rank r is thought of as often as log(1 + 1 / (r + this)) */
#define PRT_RETAIL_TASTE    0.8   /* weight of the factors in the log-odds that an item pleases */
#define PRT_RETAIL_DEARER   0.3   /* deviations of an accepted price from the budget, as logarithms: above it */
#define PRT_RETAIL_CHEAPER  0.55  /* and below it */
#define PRT_RETAIL_SWING    2.0   /* at its peak, a narrow category is wanted so much more: 1 + this times as often */
#define PRT_RETAIL_TOGETHER 0.35  /* chance that an item's partner goes into the basket too */
#define PRT_RETAIL_HABIT    0.35  /* chance that something that is used up is bought again whenever it is */
#define PRT_RETAIL_LAPSE    0.15  /* chance, at each repurchase, that it was the last */
#define PRT_RETAIL_JITTER   0.12  /* deviation of a gap between repurchases, as a share of the cycle */
#define PRT_RETAIL_PACE     0.1   /* deviation of how slowly a household uses things up, as a logarithm */
#define PRT_RETAIL_FREE     0.004 /* share of the lines without a price */
#define PRT_RETAIL_RETURNED 0.025 /* chance that a line is given back, wholly or in part */
#define PRT_RETAIL_OFFERED  0.06  /* share of the weeks in which an item is offered at less */
#define PRT_RETAIL_OFFER    0.85  /* its price then, as a share of the usual one */

typedef struct prt_retail_item {
    const char *title; /* NUL-terminated, in the arena */
    char brand[PRT_RETAIL_BRAND];
    uint32_t kind;
    uint32_t cents;   /* what one costs at the end of the log */
    double dearness;  /* log(price / usual price of its kind) */
    double share;     /* of what is thought of in its aisle */
    uint32_t cycle;   /* days until it is used up; 0: it lasts */
    uint32_t partner; /* what goes with it, or PRT_NONE */
    double factors[PRT_RETAIL_FACTORS];
} prt_retail_item;

/* The items of a kind: by_kind[first … first + count), the best known first. */
typedef struct prt_retail_aisle {
    uint32_t first, count;
    double share;    /* of what everybody wants, apart from the season; 0 when nothing lies there */
    double log_span; /* of the chances: see prt_retail_think_of */
} prt_retail_aisle;

typedef struct prt_retail_world {
    const prt_retail_options *options;
    pr_arena arena;
    prt_retail_item *items;
    uint32_t count;
    uint32_t *by_kind;
    prt_retail_aisle aisles[PRT_RETAIL_KINDS];
} prt_retail_world;

pr_status prt_retail_world_make(prt_retail_world *w, const prt_retail_options *options, pr_error *error);
void prt_retail_world_free(prt_retail_world *w);
/* Item `number`: kind, title, brand, price, cycle and factors. False: out of memory. */
bool prt_retail_invent(prt_retail_world *w, uint32_t number);
/* An item of the aisle, which must not be empty, by the law of Zipf and Mandelbrot: the well-known ones more often. */
uint32_t prt_retail_think_of(const prt_retail_world *w, uint32_t kind, prt_draw *draw);

/* ---- the calendar ---- */

/* The first day of the log. */
int64_t prt_retail_first_day(const prt_retail_world *w);
/* How much is wanted of a kind on a day (since 1970-01-01): 1 to 1 + PRT_RETAIL_SWING. */
double prt_retail_season(uint32_t kind, int64_t day);
/* How likely people are to shop on a day, in (0, 1]: more before the turn of the year, less on Sundays. */
double prt_retail_busyness(int64_t day);
/* What one item costs on a day, in hundredths: prices rise slowly, and some weeks have offers. */
uint32_t prt_retail_cents(const prt_retail_world *w, uint32_t item, int64_t day);

/* ---- shoppers ---- */

typedef struct prt_shopper {
    uint32_t segment;
    double budget; /* the price that they like, as a share of what is usual for the kind */
    uint32_t favourites[PRT_RETAIL_FAVOURITES];
    double factors[PRT_RETAIL_FACTORS];
    double gap;           /* mean days between two visits for something new */
    double pace;          /* their cycles are so much longer */
    uint32_t household;   /* units that they buy of what is used up */
    int64_t joined, left; /* first day, which may be before the log begins, and the day after their last one */
    double log_budget;
} prt_shopper;

extern const char *const prt_retail_segment_names[PRT_RETAIL_SEGMENTS];

/* Shopper `index`, made anew at each call. Those from options->users on are guests, who come once. */
prt_shopper prt_shopper_make(const prt_retail_world *w, uint64_t index);
/* How well an item suits a shopper's taste and budget, in (0, 1). */
double prt_shopper_fit(const prt_shopper *shopper, const prt_retail_item *item);
/* The chances that a discovery of that day is in each aisle; they add up to 1. */
void prt_shopper_aisles(const prt_retail_world *w, const prt_shopper *shopper, int64_t day,
                        double chances[PRT_RETAIL_KINDS]);

/* ---- files ---- */

void prt_retail_put_item(prt_synth_file *out, uint32_t item);   /* its id */
void prt_retail_put_user(prt_synth_file *out, uint64_t index);  /* its id */
void prt_retail_put_cents(prt_synth_file *out, uint32_t cents); /* 1.05 */
/* invoices.csv, and truth/habits.csv: what each shopper will buy again, and when. False: out of memory. */
bool prt_retail_write_logs(const prt_retail_world *w, prt_synth_file *invoices, prt_synth_file *habits);
void prt_retail_write_config(prt_synth_file *out);
/* truth/: items.csv, users.csv, affinity.csv, truth.json, README.md. False: out of memory. */
void prt_retail_write_item_truth(const prt_retail_world *w, prt_synth_file *out);
void prt_retail_write_user_truth(const prt_retail_world *w, prt_synth_file *out);
bool prt_retail_write_affinity(const prt_retail_world *w, prt_synth_file *out);
void prt_retail_write_constants(const prt_retail_world *w, prt_synth_file *out);
void prt_retail_write_readme(prt_synth_file *out);

#endif
