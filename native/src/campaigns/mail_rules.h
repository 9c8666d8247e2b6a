/* The rules that hold a mail back, and when it may go out. */
#ifndef PRT_MAIL_RULES_H
#define PRT_MAIL_RULES_H

#include "config.h"
#include "zone.h"

/* What holds a mail back, in the order in which they are asked; the first counts. */
#define PRT_MAIL_RULE_LIST(X)                                                                                          \
    X(unsubscribed)                                                                                                    \
    X(unreadable_preferences)                                                                                          \
    X(no_consent)                                                                                                      \
    X(told_already) /* of this cart */                                                                                 \
    X(out_of_stock) /* all that it is about */                                                                         \
    X(cool_down)                                                                                                       \
    X(per_week)                                                                                                        \
    X(per_day)                                                                                                         \
    X(too_few_new) /* arrivals that fit the user's taste */                                                            \
    X(nothing_to_show)
typedef enum prt_mail_rule {
    PRT_MAIL_GOES,
#define PRT_MAIL_RULE_ENUM(name) PRT_MAIL_##name,
    PRT_MAIL_RULE_LIST(PRT_MAIL_RULE_ENUM)
#undef PRT_MAIL_RULE_ENUM
        PRT_MAIL_RULES
} prt_mail_rule;

/* "cool_down", …; "" for PRT_MAIL_GOES. */
const char *prt_mail_rule_name(prt_mail_rule rule);

enum { PRT_NO_CAP = INT32_MAX, PRT_NO_HOUR = -1 };

/* What somebody said about mails. */
typedef struct prt_preference {
    bool unsubscribed, unreadable;
    uint8_t said, wanted;      /* bits 1 << prt_campaign_kind */
    bool said_any, wants_any;  /* of every kind */
    int32_t per_day, per_week; /* or PRT_NO_CAP */
    int8_t hour;               /* or PRT_NO_HOUR */
    const prt_zone *zone;      /* NULL: not said */
    uint32_t address_size;     /* 0: none */
    uint64_t address;          /* where it begins in the pool */
} prt_preference;

extern const prt_preference prt_no_preference;

/* A mail that went out. */
typedef struct prt_sent_mail {
    uint32_t user;
    uint32_t kind; /* prt_campaign_kind, or PRT_CAMPAIGNS: another */
    int64_t time;
} prt_sent_mail;

/* Days since 1970-01-01 (UTC). */
int64_t prt_day_of(int64_t time);

/* May somebody get a mail of that kind at all? */
prt_mail_rule prt_mail_consent(const prt_campaigns_config *config, const prt_preference *preference,
                               prt_campaign_kind kind);
/* Do the caps leave room for it tonight, when `tonight` mails were made already? Days are calendar days of UTC, so that
 * a night that begins some minutes earlier than the last counts the same; mails after `now` count as tonight's. */
prt_mail_rule prt_mail_caps(const prt_campaigns_config *config, const prt_preference *preference,
                            prt_campaign_kind kind, const prt_sent_mail *sent, uint64_t sent_count, uint32_t tonight,
                            int64_t now);
/* When it may go out: at once or from the first moment on at which the user's clock shows a time in the hours, until
 * it first comes to their end, whatever changes of the clock lie between. `zone`: of users who said none. */
void prt_mail_window(const prt_campaigns_config *config, const prt_preference *preference, const prt_zone *zone,
                     int64_t now, int64_t *not_before, int64_t *not_after);

enum { PRT_CAMPAIGN_ID = 64, PRT_MAIL_SECRET = 64 /* hexadecimal digits */ };
/* KIND:YYYY-MM-DD:HASH, the hash being the first 24 hexadecimal digits of SHA-256 over secret, user, kind and day: the
 * same for every run of a night, and fit to be a request_id. The id stands in links, and users' ids can be counted
 * through: without the secret, one could find out whose it is. NUL-terminated. */
void prt_campaign_id(const char secret[PRT_MAIL_SECRET + 1], pr_text user, prt_campaign_kind kind, int64_t now,
                     char out[PRT_CAMPAIGN_ID + 1]);
/* Is it the id of a mail of that kind and the night of `now`, whosever? */
bool prt_campaign_id_is_of(pr_text id, prt_campaign_kind kind, int64_t now);

#endif
