/* What is known of people and mails before a night begins: their preferences, and what they were sent. */
#ifndef PRT_MAIL_PEOPLE_H
#define PRT_MAIL_PEOPLE_H

#include "idmap.h"
#include "mail_rules.h"
#include "zones.h"

typedef struct prt_mail_people {
    uint32_t users;
    prt_preference *preferences; /* of each user */
    prt_text_pool addresses;
    prt_zones zones;
    const prt_zone *zone; /* of users who said none */
    bool unknown_row;     /* somebody's row of preferences does not even tell whose it is */
    uint64_t strangers;   /* rows of preferences of users whom the log does not know */
    uint64_t rejected;    /* wrong rows of both */
    uint64_t *starts;     /* users + 1: the mails of user u are sent[starts[u]] … */
    prt_sent_mail *sent;
    uint64_t sent_count;
} prt_mail_people;

/* Read campaigns.preferences and campaigns.sent. Mails of a day after `now`'s, and those that an earlier run of this
 * night made, do not count. PR_E_IO (also: no database of time zones), PR_E_FORMAT (a column is missing, too many rows
 * are wrong, there is no such zone), PR_E_MEMORY. prt_mail_people_free in any case. */
pr_status prt_mail_people_read(const prt_config *config, const prt_dataset *dataset, int64_t now, prt_mail_people *out,
                               pr_error *error);
void prt_mail_people_free(prt_mail_people *people);

/* The address of a user; empty: none. */
pr_text prt_mail_address(const prt_mail_people *people, uint32_t user);

#endif
