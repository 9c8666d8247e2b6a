/* Rows of preferences and of earlier mails on their way into prt_mail_people. */
#ifndef PRT_MAIL_ROWS_H
#define PRT_MAIL_ROWS_H

#include "mail_people.h"
#include "row_source.h"

enum { PRT_MAIL_COLUMNS = 16 };

typedef struct prt_mail_rows {
    const prt_config *config;
    prt_mail_people *people;
    prt_idmap users;
    int64_t now;
    uint64_t sent_room;
    uint64_t blamed;   /* wrong rows of preferences that tell whose they are */
    pr_error no_zones; /* why a time zone that a row names could not be looked up, unless its code is PR_OK */
    prt_wanted wanted[PRT_MAIL_COLUMNS];
    uint32_t wanted_count;
    int32_t column[PRT_MAIL_COLUMNS]; /* of a source: what stands where in a row; -1: it is not there */
    prt_sink sink;
} prt_mail_rows;

void prt_preference_rows(prt_mail_rows *rows);
void prt_sent_rows(prt_mail_rows *rows);
/* Ask for a column under the number `what`; NULL: there is none. */
void prt_mail_want(prt_mail_rows *rows, int what, const char *column, const char *key);

#endif
