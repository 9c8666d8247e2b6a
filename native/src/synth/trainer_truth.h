/* The made-up trainers and their clients, and the planted truth: how likely each click, view and like is. */
#ifndef PRT_SYNTH_TRAINER_TRUTH_H
#define PRT_SYNTH_TRAINER_TRUTH_H

#include "draw.h"
#include "trainer_words.h"

enum { PRT_FACTORS = 4 };

/* Log-odds of a click on an impression: a level, the goal match, the trainer's quality, the taste of this client for
 * this trainer (factors), the price where the client minds it, and the client's mood. In the log, a week adds a little.
 */
#define PRT_CLICK_BASE    (-2.1)
#define PRT_CLICK_MATCH   1.1 /* the odds of a click are three times as high for the client's own goal */
#define PRT_CLICK_QUALITY 0.4
#define PRT_CLICK_TASTE   0.3 /* times the sum of products of PRT_FACTORS pairs of standard normals */
#define PRT_CLICK_PRICE   (-0.5)
#define PRT_CLICK_MOOD    0.35
#define PRT_CLICK_DRIFT   0.08 /* standard deviation of a trainer's weeks */

typedef struct prt_trainer {
    uint32_t goals; /* bit g: is there for goal g */
    uint32_t name, city, years;
    double price, rating;
    double quality, popularity; /* popularity: relative chance to be shown */
    double factors[PRT_FACTORS];
} prt_trainer;

typedef struct prt_client {
    uint32_t goal; /* PRT_GOALS: none given */
    uint32_t age, level, city;
    uint32_t joined; /* first week; after the last one: not in the log */
    double activity; /* mean 1, heavy tail */
    double mood, price_sense;
    double factors[PRT_FACTORS];
} prt_client;

/* Trainer and client `index`, made anew at each call. */
prt_trainer prt_trainer_make(uint64_t seed, uint64_t index);
prt_client prt_client_make(uint64_t seed, uint64_t index, uint32_t weeks);

/* Does the trainer offer what the client looks for? */
bool prt_client_matches(const prt_client *client, const prt_trainer *trainer);

/* What one client thinks of one trainer: log-odds of a click on an impression, of a view after a click, of a like
 * after a view, and of the mean share watched. */
typedef struct prt_regard {
    double click, view, like, watch;
} prt_regard;

prt_regard prt_regard_of(const prt_client *client, const prt_trainer *trainer);

#endif
