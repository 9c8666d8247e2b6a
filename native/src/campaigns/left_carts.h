/* Carts that were left behind: what somebody put into the cart in a visit, and neither took out nor bought by its end.
 */
#ifndef PRT_LEFT_CARTS_H
#define PRT_LEFT_CARTS_H

#include "tables.h"

/* One event of somebody's. */
typedef struct prt_step {
    int64_t time;
    uint32_t item;
    uint16_t types; /* PRT_EVENT_* bits */
    float quantity; /* 1 when not known */
    float price;    /* of one unit, NaN when not known */
} prt_step;

typedef struct prt_left_item {
    uint32_t item;
    float quantity, price;
    int64_t added;  /* last, in the visit */
    int64_t bought; /* first, after the visit; PRT_NO_INTEGER: not */
    bool gone;      /* taken out of the cart after the visit */
} prt_left_item;

typedef struct prt_left_cart {
    uint32_t first, count; /* in `items` */
    int64_t last;          /* time of the visit's last event */
    bool recovered;        /* some of it was bought after the visit */
} prt_left_cart;

/* Carts by rising time. Room for as many items and carts as there are steps. */
typedef struct prt_left_carts {
    uint32_t item_count, cart_count;
    prt_left_item *items;
    prt_left_cart *carts;
} prt_left_carts;

/* Find them among steps that rise by time. A visit ends with more than `gap` seconds without a step, or before `now`;
 * what is in the cart of a visit that still goes on is not left. Steps after `now` must not be given. */
void prt_left_carts_find(const prt_step *steps, uint32_t count, int64_t gap, int64_t now, prt_left_carts *out);

#endif
