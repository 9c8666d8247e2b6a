/* A night's campaigns: who gets which mail with which picks, written to private files. docs/campaigns.md. */
#ifndef PRT_CAMPAIGNS_H
#define PRT_CAMPAIGNS_H

#include "mail_rules.h"

/* Where a night's files go. Strings are borrowed. */
typedef struct prt_campaign_places {
    const char *bundle; /* folder of the bundle that picks */
    const char *site;   /* another folder whose files are public, or NULL */
    const char *out;    /* instead of campaigns.out, or NULL */
} prt_campaign_places;

typedef struct prt_campaign_summary {
    uint64_t users, mails, people; /* people: who get at least one */
    uint64_t carts;                /* left behind */
    uint64_t by_kind[PRT_CAMPAIGNS];
    uint64_t held_back[PRT_MAIL_RULES];
    uint64_t strangers, rejected;
} prt_campaign_summary;

typedef struct prt_campaigns prt_campaigns;

/* Read what a night needs besides the bundle, and check where its files go, so that a mistake shows before anything is
 * learned. `config` and `dataset` are borrowed until the close. Events later than `now` are left out. PR_E_IO when a
 * file would lie in the bundle or the site, or a source cannot be read; PR_E_FORMAT, PR_E_MEMORY. On failure *out is
 * NULL. */
pr_status prt_campaigns_open(const prt_config *config, const prt_dataset *dataset, const prt_campaign_places *places,
                             int64_t now, prt_campaigns **out, pr_error *error);
/* Write the mails, the carts and what the next night needs, each for its owner only and as a whole. The same bytes for
 * any number of threads. PR_E_IO, PR_E_FORMAT, PR_E_LOCKED, PR_E_MEMORY; then the files are as they were. */
pr_status prt_campaigns_write(prt_campaigns *campaigns, int threads, prt_campaign_summary *summary, pr_error *error);
void prt_campaigns_close(prt_campaigns *campaigns); /* NULL is allowed */

/* Say what became of the night, and write it as members of an open object. */
void prt_campaigns_say(const prt_campaign_summary *summary);
void prt_campaigns_put(const prt_campaign_summary *summary, pr_writer *w);

#endif
