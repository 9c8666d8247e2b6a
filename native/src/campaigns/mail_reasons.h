/* Why somebody would get a mail tonight, before any rule is asked: what lies in carts left behind, what is back. */
#ifndef PRT_MAIL_REASONS_H
#define PRT_MAIL_REASONS_H

#include "left_carts.h"
#include "mail_people.h"
#include "shelf.h"
#include "states.h"

enum { PRT_MOST_REASONS = 50 /* items of one mail, and of a request about a cart */ };

typedef struct prt_reason {
    uint32_t item;
    int64_t at; /* when it was put into the cart, or looked at */
    float quantity, price;
} prt_reason;

/* What one night knows, for all users. Nothing is owned. */
typedef struct prt_night {
    const prt_config *config;
    const prt_dataset *dataset;
    const prt_states *states; /* until `now` */
    const prt_mail_people *people;
    const prt_shelf *shelf;
    const uint8_t *is_new; /* of each item: did it come in lately, and is in stock? */
    uint32_t new_count;
    bool digest; /* is it the day? */
    int64_t now;
    const char *bundle;
} prt_night;

/* One user's events and carts, in arrays that are kept from user to user. */
typedef struct prt_trail {
    uint32_t count, room;
    prt_step *steps;      /* rising time, those without one left out */
    prt_left_carts carts; /* of the days that count */
    uint32_t *owned;      /* items that were bought and not given back, rising */
    uint32_t owned_count;
} prt_trail;

/* Fill the trail with the user. False: out of memory. */
bool prt_trail_read(const prt_night *night, uint32_t user, prt_trail *trail);
void prt_trail_free(prt_trail *trail);
bool prt_trail_owns(const prt_trail *trail, uint32_t item);

/* What a mail of that kind would be about, the latest first, into reasons[PRT_MOST_REASONS]; *wanted: is there a
 * reason for one at all? PRT_MAIL_GOES, or the rule that leaves nothing of it. */
prt_mail_rule prt_mail_reasons(const prt_night *night, uint32_t user, const prt_trail *trail, prt_campaign_kind kind,
                               bool *wanted, prt_reason *reasons, uint32_t *count);

#endif
