/* Consent, caps, hours and ids of mails. */
#include "mail_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DAY = 86400, HOUR = 3600 };
#define CART   PRT_CAMPAIGN_abandoned_cart
#define DIGEST PRT_CAMPAIGN_weekly_digest

static const int64_t NOW = 1763604000; /* 2025-11-20T02:00:00Z */
static const prt_campaigns_config USUAL = {
    .per_day = 1, .per_week = 3, .cool_down = {3, 1, 7, 6}, .hour = 9, .hours = 11};

static void consent(void **state) {
    (void)state;
    prt_campaigns_config open = USUAL;
    prt_preference p = prt_no_preference;
    open.by_default = true;
    assert_int_equal(prt_mail_consent(&USUAL, &p, CART), PRT_MAIL_no_consent);
    assert_int_equal(prt_mail_consent(&open, &p, CART), PRT_MAIL_GOES);
    p.said_any = true;
    assert_int_equal(prt_mail_consent(&open, &p, CART), PRT_MAIL_no_consent);
    p.wants_any = true;
    assert_int_equal(prt_mail_consent(&USUAL, &p, CART), PRT_MAIL_GOES);
    p.said = 1u << CART; /* the kind's own column goes before */
    assert_int_equal(prt_mail_consent(&open, &p, CART), PRT_MAIL_no_consent);
    assert_int_equal(prt_mail_consent(&USUAL, &p, DIGEST), PRT_MAIL_GOES);
    p.wanted = 1u << CART;
    p.unreadable = true;
    assert_int_equal(prt_mail_consent(&open, &p, CART), PRT_MAIL_unreadable_preferences);
    p.unsubscribed = true;
    assert_int_equal(prt_mail_consent(&open, &p, CART), PRT_MAIL_unsubscribed);
}

static prt_mail_rule caps(prt_campaign_kind kind, const prt_sent_mail *sent, uint64_t count, uint32_t tonight) {
    return prt_mail_caps(&USUAL, &prt_no_preference, kind, sent, count, tonight, NOW);
}

static void days_are_days_of_the_calendar(void **state) {
    (void)state;
    prt_sent_mail sent = {0, PRT_CAMPAIGNS, NOW - 3 * HOUR}; /* 23:00 of the day before */
    assert_int_equal(caps(DIGEST, &sent, 1, 0), PRT_MAIL_GOES);
    sent.time = NOW - 2 * HOUR; /* midnight */
    assert_int_equal(caps(DIGEST, &sent, 1, 0), PRT_MAIL_per_day);
    assert_int_equal(caps(DIGEST, NULL, 0, 1), PRT_MAIL_per_day);
}

static void a_week_is_seven_days(void **state) {
    (void)state;
    prt_sent_mail sent[3] = {
        {0, PRT_CAMPAIGNS, NOW - 6 * DAY}, {0, PRT_CAMPAIGNS, NOW - DAY}, {0, PRT_CAMPAIGNS, NOW - DAY}};
    assert_int_equal(caps(DIGEST, sent, 3, 0), PRT_MAIL_per_week);
    sent[0].time -= DAY;
    assert_int_equal(caps(DIGEST, sent, 3, 0), PRT_MAIL_GOES);
}

static void a_kind_cools_down(void **state) {
    (void)state;
    prt_sent_mail sent = {0, CART, NOW - 2 * DAY};
    assert_int_equal(caps(CART, &sent, 1, 0), PRT_MAIL_cool_down);
    assert_int_equal(caps(DIGEST, &sent, 1, 0), PRT_MAIL_GOES);
    sent.time -= DAY;
    assert_int_equal(caps(CART, &sent, 1, 0), PRT_MAIL_GOES);
}

static void own_caps_are_the_stricter(void **state) {
    (void)state;
    prt_preference p = prt_no_preference;
    p.per_day = 5;
    assert_int_equal(prt_mail_caps(&USUAL, &p, DIGEST, NULL, 0, 1, NOW), PRT_MAIL_per_day);
    p.per_day = 0;
    assert_int_equal(prt_mail_caps(&USUAL, &p, DIGEST, NULL, 0, 0, NOW), PRT_MAIL_per_day);
    p.per_week = 0;
    assert_int_equal(prt_mail_caps(&USUAL, &p, DIGEST, NULL, 0, 0, NOW), PRT_MAIL_per_week);
}

static prt_zone zone_of(const char *rule) {
    prt_zone zone = {.has_rule = true};
    assert_true(prt_zone_rule_parse(rule, strlen(rule), &zone.rule));
    return zone;
}

static void check_window(const char *rule, int64_t now, int8_t hour, uint32_t hours, int64_t from, int64_t to) {
    const prt_zone utc = {0}, zone = zone_of(rule);
    prt_campaigns_config config = USUAL;
    prt_preference p = prt_no_preference;
    int64_t not_before, not_after;
    config.hours = hours;
    p.hour = hour;
    p.zone = &zone;
    prt_mail_window(&config, &p, &utc, now, &not_before, &not_after);
    assert_int_equal(not_before, from);
    assert_int_equal(not_after, to);
}

static void hours_of_the_day(void **state) {
    (void)state;
    const int64_t midnight = NOW - 2 * HOUR;
    check_window("UTC0", NOW, PRT_NO_HOUR, 11, midnight + 9 * HOUR, midnight + 20 * HOUR);
    check_window("UTC0", NOW + 10 * HOUR, PRT_NO_HOUR, 11, NOW + 10 * HOUR, midnight + 20 * HOUR);
    check_window("UTC0", NOW + 18 * HOUR, PRT_NO_HOUR, 11, midnight + 33 * HOUR, midnight + 44 * HOUR);
    /* 22:00 to 06:00: at 02:00 it is yesterday's hours */
    check_window("UTC0", NOW, 22, 8, NOW, midnight + 6 * HOUR);
    check_window("UTC0", NOW + 4 * HOUR, 22, 8, midnight + 22 * HOUR, midnight + 30 * HOUR);
    /* 07:30 in a place 5:30 ahead; and 18:00 of the day before in one 8:00 behind */
    check_window("IST-5:30", NOW, 9, 11, NOW + HOUR + HOUR / 2, NOW + 12 * HOUR + HOUR / 2);
    check_window("PST8", NOW, 9, 11, NOW, NOW + 2 * HOUR);
    check_window("UTC0", -5, 0, 24, -5, 0);
}

static void the_zone_of_who_says_none(void **state) {
    (void)state;
    const prt_zone berlin = zone_of("CET-1CEST,M3.5.0,M10.5.0/3");
    int64_t not_before, not_after;
    prt_mail_window(&USUAL, &prt_no_preference, &berlin, NOW, &not_before, &not_after);
    assert_int_equal(not_before, NOW + 6 * HOUR);
    assert_int_equal(not_after, NOW + 17 * HOUR);
}

static void hours_when_clocks_are_changed(void **state) {
    (void)state;
    static const char berlin[] = "CET-1CEST,M3.5.0,M10.5.0/3", york[] = "EST5EDT,M3.2.0,M11.1.0";
    const int64_t forward = 1774746000, back = 1792890000; /* 2026-03-29 and 10-25, 01:00 UTC: 2 to 3, and 3 to 2 */
    /* the evening before: nine o'clock of tomorrow is by tomorrow's clock */
    check_window(berlin, forward - 3 * HOUR, 9, 11, forward + 6 * HOUR, forward + 17 * HOUR);
    check_window(berlin, back - 3 * HOUR, 9, 11, back + 7 * HOUR, back + 18 * HOUR);
    /* from 22 to 6, an hour less or more */
    check_window(berlin, forward - 4 * HOUR, 22, 8, forward - 4 * HOUR, forward + 3 * HOUR);
    check_window(berlin, back - 5 * HOUR, 22, 8, back - 5 * HOUR, back + 4 * HOUR);
    /* hours that begin in the gap begin with its end; hours within it are not there on that day */
    check_window(berlin, forward - HOUR, 2, 5, forward, forward + 4 * HOUR);
    check_window(berlin, forward - HOUR, 2, 1, forward + 23 * HOUR, forward + 24 * HOUR);
    /* hours that end in the gap end with its beginning */
    check_window(berlin, forward - 4 * HOUR, 22, 4, forward - 4 * HOUR, forward);
    /* so do those of a whole day, also where tomorrow's begin with its end */
    check_window(berlin, forward - 13 * HOUR, 2, 24, forward - 13 * HOUR, forward);
    check_window(berlin, forward - 13 * HOUR, 3, 24, forward - 13 * HOUR, forward);
    check_window(berlin, forward - 13 * HOUR, 4, 24, forward - 13 * HOUR, forward + HOUR);
    check_window(berlin, forward, 3, 24, forward, forward + 24 * HOUR);
    /* the hour that comes twice, at its first and at its second time */
    check_window(berlin, back - HOUR, 2, 1, back - HOUR, back);
    check_window(berlin, back + HOUR / 2, 2, 1, back + HOUR / 2, back + HOUR);
    /* New York, 2026-11-01: at 2:00 the clock says 1:00 once more, and two o'clock comes an hour later */
    check_window(york, 1793512800 - HOUR / 2, 2, 3, 1793512800 + HOUR, 1793512800 + 4 * HOUR);
}

static void ids(void **state) {
    (void)state;
    static const char secret[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
                      other[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddee00";
    char a[PRT_CAMPAIGN_ID + 1], b[PRT_CAMPAIGN_ID + 1];
    prt_campaign_id(secret, (pr_text){"u1", 2}, CART, NOW, a);
    assert_int_equal(strncmp(a, "abandoned_cart:2025-11-20:", 26), 0);
    assert_int_equal(strlen(a), 50);
    prt_campaign_id(secret, (pr_text){"u1", 2}, CART, NOW + 21 * HOUR, b);
    assert_string_equal(a, b);
    prt_campaign_id(secret, (pr_text){"u2", 2}, CART, NOW, b);
    assert_string_not_equal(a, b);
    prt_campaign_id(other, (pr_text){"u1", 2}, CART, NOW, b);
    assert_string_not_equal(a, b);
    prt_campaign_id(secret, (pr_text){"u1", 2}, CART, NOW + 22 * HOUR, b);
    assert_string_not_equal(a + 26, b + 26);
}

static void ids_tell_their_night(void **state) {
    (void)state;
    const pr_text id = {"abandoned_cart:2025-11-20:0123456789abcdef01234567", 50}, shorter = {id.bytes, 49};
    assert_true(prt_campaign_id_is_of(id, CART, NOW));
    assert_false(prt_campaign_id_is_of(shorter, CART, NOW));
    assert_false(prt_campaign_id_is_of((pr_text){"", 0}, CART, NOW));
    assert_false(prt_campaign_id_is_of(id, CART, NOW + 22 * HOUR));
    assert_false(prt_campaign_id_is_of(id, PRT_CAMPAIGN_weekly_digest, NOW));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(consent),
        cmocka_unit_test(days_are_days_of_the_calendar),
        cmocka_unit_test(a_week_is_seven_days),
        cmocka_unit_test(a_kind_cools_down),
        cmocka_unit_test(own_caps_are_the_stricter),
        cmocka_unit_test(hours_of_the_day),
        cmocka_unit_test(the_zone_of_who_says_none),
        cmocka_unit_test(hours_when_clocks_are_changed),
        cmocka_unit_test(ids),
        cmocka_unit_test(ids_tell_their_night),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
