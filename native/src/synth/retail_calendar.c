/* Seasons, weekdays, and what prices do over time. */
#include "retail_world.h"

#include <math.h>

static const double DAYS_OF_A_YEAR = 365.2425;
static const double RISE_OF_A_YEAR = 0.03; /* of the prices */
static const double QUIET = 0.65;          /* busyness far from the turn of the year, as a share of the busiest */
static const double weekdays[7] = {1, 0.95, 0.8, 0.55, 0.85, 0.9, 0.95}; /* from Thursday on, as 1970-01-01 was one */
enum { BUSIEST_MONTH = 12, WEEKS = 1024 };

int64_t prt_retail_first_day(const prt_retail_world *w) {
    return w->options->last_day + (int64_t)1 - (int64_t)w->options->days;
}

/* 1 in the middle of the month, 0 two months and more away from it; straight lines between. */
static double nearness(int64_t day, uint32_t month) {
    double years = (double)day / DAYS_OF_A_YEAR, apart = fabs((years - floor(years)) * 12 - (month - 0.5));
    apart = apart > 6 ? 12 - apart : apart;
    return apart < 2 ? 1 - apart / 2 : 0;
}

double prt_retail_season(uint32_t kind, int64_t day) {
    uint32_t peak = prt_retail_kinds[kind].peak;
    return peak ? 1 + PRT_RETAIL_SWING * nearness(day, peak) : 1;
}

double prt_retail_busyness(int64_t day) {
    return (QUIET + (1 - QUIET) * nearness(day, BUSIEST_MONTH)) * weekdays[day % 7];
}

uint32_t prt_retail_cents(const prt_retail_world *w, uint32_t item, int64_t day) {
    double years = (double)(w->options->last_day - day) / DAYS_OF_A_YEAR;
    prt_draw draw = prt_draw_open(w->options->seed, PRT_DRAW_OFFER, (uint64_t)item * WEEKS + (uint64_t)day / 7 % WEEKS);
    double price = w->items[item].cents * (1 - RISE_OF_A_YEAR * years);
    price *= prt_draw_uniform(&draw) < PRT_RETAIL_OFFERED ? PRT_RETAIL_OFFER : 1;
    return price < 1 ? 1 : (uint32_t)(price + 0.5);
}
