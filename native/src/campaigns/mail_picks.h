/* The recommendations in a mail: asked of the core with the user's own events, as the user's page would ask. */
#ifndef PRT_MAIL_PICKS_H
#define PRT_MAIL_PICKS_H

#include "bundle_reader.h"
#include "mail_reasons.h"

enum { PRT_MOST_MAIL_PICKS = 50 };

typedef struct prt_mail_pick {
    pr_text id, name;    /* name empty: it has none */
    pr_text reason;      /* what speaks for it: a sentence, or the name of the voice */
    double price, score; /* NaN: not known */
} prt_mail_pick;

typedef struct prt_mail_picks {
    uint32_t wanted, count;
    prt_mail_pick picks[PRT_MOST_MAIL_PICKS];
} prt_mail_picks;

/* One thread's engine and memory. */
typedef struct prt_mail_asker {
    const prt_night *night;
    const prt_idmap *items; /* of the dataset */
    prt_bundle *bundle;
    pr_arena arena; /* of the state and the answers of one user */
    uint32_t user;  /* whose state is in the arena */
    pr_buffer state;
} prt_mail_asker;

pr_status prt_mail_asker_open(const prt_night *night, const prt_idmap *items, prt_mail_asker *out, pr_error *error);
void prt_mail_asker_close(prt_mail_asker *asker);
/* Begin with another user; what was picked for the last one is gone. PR_E_MEMORY. */
pr_status prt_mail_asker_begin(prt_mail_asker *asker, uint32_t user, pr_error *error);

/* Exactly as many picks as the configuration wants, or fewer where the catalogue has no more: none twice, none out of
 * stock, none that the mail is about, none that the user bought and is not due again. A mail about new arrivals has
 * nothing else. PR_E_FORMAT when the bundle does not answer. */
pr_status prt_mail_pick_all(prt_mail_asker *asker, const prt_trail *trail, prt_campaign_kind kind,
                            const prt_reason *reasons, uint32_t reason_count, prt_mail_picks *out, pr_error *error);

#endif
