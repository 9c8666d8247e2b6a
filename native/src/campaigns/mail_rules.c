/* Consent, caps, hours, ids. */
#include "mail_rules.h"
#include "textfile.h"

#include <stdio.h>
#include <string.h>

enum { DAY = 86400, HOUR = 3600, ID_HASH = 24 };

const prt_preference prt_no_preference = {.per_day = PRT_NO_CAP, .per_week = PRT_NO_CAP, .hour = PRT_NO_HOUR};

const char *prt_mail_rule_name(prt_mail_rule rule) {
    static const char *const names[PRT_MAIL_RULES] = {"",
#define NAME(name) #name,
                                                      PRT_MAIL_RULE_LIST(NAME)
#undef NAME
    };
    return names[rule];
}

/* Rounded down, also before 1970. */
static int64_t floor_divide(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

int64_t prt_day_of(int64_t time) {
    return floor_divide(time, DAY);
}

prt_mail_rule prt_mail_consent(const prt_campaigns_config *config, const prt_preference *p, prt_campaign_kind kind) {
    uint8_t bit = (uint8_t)(1u << kind);
    bool wanted = p->said & bit ? p->wanted & bit : p->said_any ? p->wants_any : config->by_default;
    return p->unsubscribed ? PRT_MAIL_unsubscribed
           : p->unreadable ? PRT_MAIL_unreadable_preferences
           : wanted        ? PRT_MAIL_GOES
                           : PRT_MAIL_no_consent;
}

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

prt_mail_rule prt_mail_caps(const prt_campaigns_config *config, const prt_preference *p, prt_campaign_kind kind,
                            const prt_sent_mail *sent, uint64_t sent_count, uint32_t tonight, int64_t now) {
    enum { WEEK = 7 };
    int64_t of_day = tonight, of_week = tonight;
    bool hot = false;
    for (uint64_t i = 0; i < sent_count; i++) {
        int64_t days = prt_day_of(now) - prt_day_of(sent[i].time);
        of_day += days < 1;
        of_week += days < WEEK;
        hot |= sent[i].kind == (uint32_t)kind && days < (int64_t)config->cool_down[kind];
    }
    return hot                                               ? PRT_MAIL_cool_down
           : of_week >= least(config->per_week, p->per_week) ? PRT_MAIL_per_week
           : of_day >= least(config->per_day, p->per_day)    ? PRT_MAIL_per_day
                                                             : PRT_MAIL_GOES;
}

/* Seconds since the user's clock last showed the hour at which the hours begin. */
static int64_t since_hour(prt_zone_span span, int64_t time, int64_t hour) {
    int64_t clock = time + span.offset - hour * HOUR;
    return clock - floor_divide(clock, DAY) * DAY;
}

static int64_t window_opens(const prt_zone *zone, int64_t hour, int64_t length, int64_t time) {
    for (;;) {
        prt_zone_span span = prt_zone_at(zone, time);
        int64_t since = since_hour(span, time, hour);
        if (since < length)
            return time;
        time = least(time + DAY - since, span.until);
    }
}

static int64_t window_closes(const prt_zone *zone, int64_t hour, int64_t length, int64_t time) {
    for (;;) {
        prt_zone_span span = prt_zone_at(zone, time);
        int64_t since = since_hour(span, time, hour);
        if (since >= length || time + length - since <= span.until)
            return since >= length ? time : time + length - since;
        /* clocks put forward past the end, be it to where the next day's hours begin, end these */
        int64_t forward = prt_zone_at(zone, span.until).offset - span.offset;
        if (since + span.until - time + forward >= length)
            return span.until;
        time = span.until;
    }
}

void prt_mail_window(const prt_campaigns_config *config, const prt_preference *p, const prt_zone *zone, int64_t now,
                     int64_t *not_before, int64_t *not_after) {
    int64_t hour = p->hour == PRT_NO_HOUR ? (int64_t)config->hour : p->hour, length = (int64_t)config->hours * HOUR;
    zone = p->zone ? p->zone : zone;
    *not_before = window_opens(zone, hour, length, now);
    *not_after = window_closes(zone, hour, length, *not_before);
}

void prt_campaign_id(const char secret[PRT_MAIL_SECRET + 1], pr_text user, prt_campaign_kind kind, int64_t now,
                     char out[PRT_CAMPAIGN_ID + 1]) {
    const char *name = prt_campaign_name(kind);
    char date[32], hex[65];
    pr_sha256 hash;
    prt_moment_write(now, date);
    pr_sha256_init(&hash);
    pr_sha256_update(&hash, secret, PRT_MAIL_SECRET);
    pr_sha256_update(&hash, user.bytes, user.size);
    pr_sha256_update(&hash, "", 1);
    pr_sha256_update(&hash, name, strlen(name) + 1);
    pr_sha256_update(&hash, date, 10);
    pr_sha256_hex(&hash, hex);
    snprintf(out, PRT_CAMPAIGN_ID + 1, "%s:%.10s:%.*s", name, date, ID_HASH, hex);
}

bool prt_campaign_id_is_of(pr_text id, prt_campaign_kind kind, int64_t now) {
    char date[32], begin[PRT_CAMPAIGN_ID + 1];
    prt_moment_write(now, date);
    size_t size = (size_t)snprintf(begin, sizeof begin, "%s:%.10s:", prt_campaign_name(kind), date);
    return id.size == size + ID_HASH && memcmp(id.bytes, begin, size) == 0;
}
