/* Splits of a log of purchases: sizes, no pair on both sides, nothing of the future, given files, leaks planted. */
#include "purchases_run.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { USERS = 40, ITEMS = 30, EVENTS = 1000, MOST_IDS = 64 };

static uint32_t user_of[EVENTS], item_of[EVENTS];
static uint16_t types_of[EVENTS];
static int64_t time_of[EVENTS];
static float quantity_of[EVENTS];
static char id_bytes[MOST_IDS * 8];
static uint64_t id_offsets[MOST_IDS + 1];
static char folder[64];

/* "1", "2", … for both, as most logs have them. */
static prt_strings numbered(uint32_t count) {
    id_offsets[0] = 0;
    for (uint32_t i = 0; i < MOST_IDS; i++) {
        int size = snprintf(id_bytes + id_offsets[i], 8, "%u", i + 1);
        id_offsets[i + 1] = id_offsets[i] + (uint64_t)size;
    }
    return (prt_strings){count, id_offsets, id_bytes};
}

static prt_dataset dataset_of(uint64_t events) {
    prt_dataset d = {0};
    d.users = (prt_entities){.count = USERS, .ids = numbered(USERS)};
    d.items = (prt_entities){.count = ITEMS, .ids = numbered(ITEMS)};
    d.events = (prt_events){
        .count = events, .user = user_of, .item = item_of, .types = types_of, .time = time_of, .quantity = quantity_of};
    return d;
}

/* A purchase of a day by chance, now and then seen only, now and then given back. */
static prt_dataset random_log(void) {
    for (uint32_t e = 0; e < EVENTS; e++) {
        user_of[e] = (uint32_t)(pr_uniform(1, e) * USERS);
        item_of[e] = (uint32_t)(pr_uniform(2, e) * ITEMS);
        time_of[e] = (int64_t)(pr_uniform(3, e) * 100) * 86400;
        double kind = pr_uniform(4, e);
        types_of[e] = kind < 0.1 ? PRT_EVENT_VIEW : kind < 0.15 ? PRT_EVENT_RETURN : PRT_EVENT_PURCHASE;
        quantity_of[e] = 1;
    }
    return dataset_of(EVENTS);
}

static prt_config config_of(prt_protocol protocol) {
    prt_config c = {.path = "shop.json", .has_purchases = true};
    c.evaluation = (prt_evaluation_config){
        .protocol = protocol, .test.share = 0.2, .valid.share = 0.2, .seed = 1, .k_count = 1, .k = {10}};
    return c;
}

static void split_ok(const prt_config *config, const prt_dataset *dataset, bool valid, prt_split *out) {
    pr_error error = {PR_OK, 0, ""};
    if (prt_split_make(config, dataset, valid, 2, out, &error) != PR_OK)
        fail_msg("no split: %s", error.message);
}

static void split_fails(const prt_config *config, const prt_dataset *dataset, bool valid, const char *sentence) {
    pr_error error = {PR_OK, 0, ""};
    prt_split split;
    assert_int_equal(prt_split_make(config, dataset, valid, 1, &split, &error), PR_E_FORMAT);
    if (!strstr(error.message, sentence))
        fail_msg("\"%s\" does not say \"%s\"", error.message, sentence);
    prt_split_free(&split);
}

/* What holds for every split of a log: relevant items were newly taken in the test, had ones in training. */
static void check_subjects(const prt_dataset *d, const prt_split *s) {
    for (uint32_t i = 0; i < s->subjects; i++) {
        assert_true(s->relevant.starts[i + 1] > s->relevant.starts[i] || s->lacking[i] > 0);
        for (uint64_t at = s->relevant.starts[i]; at < s->relevant.starts[i + 1]; at++) {
            bool judged = false;
            uint32_t item = s->relevant.item[at];
            assert_true(at == s->relevant.starts[i] || s->relevant.item[at - 1] < item);
            assert_false(prt_set_holds(&s->had, i, item));
            for (uint64_t e = 0; e < d->events.count; e++)
                judged |= d->events.user[e] == s->user[i] && d->events.item[e] == item &&
                          d->events.types[e] == PRT_EVENT_PURCHASE && s->roles[e] == PRT_ROLE_TEST;
            assert_true(judged);
        }
    }
}

static uint64_t count_role(const prt_split *s, uint64_t events, uint8_t role) {
    uint64_t count = 0;
    for (uint64_t e = 0; e < events; e++)
        count += s->roles[e] == role;
    return count;
}

static void by_time(void **unused) {
    (void)unused;
    prt_dataset d = random_log();
    prt_config c = config_of(PRT_PROTOCOL_TIME);
    prt_split s;
    time_of[7] = PRT_NO_INTEGER; /* nobody knows whether it is of the future */
    split_ok(&c, &d, false, &s);
    assert_int_equal(s.kinds, 1 << PR_SIGNAL_PURCHASE);
    assert_int_equal(s.trained + s.judged + 1, EVENTS);
    assert_in_range(s.judged, EVENTS / 5 - 15, EVENTS / 5 + 15);
    assert_int_equal(s.judged, count_role(&s, EVENTS, PRT_ROLE_TEST));
    assert_int_equal(s.roles[7], PRT_ROLE_NONE);
    for (uint32_t e = 0; e < EVENTS; e++) {
        if (e != 7)
            assert_int_equal(s.roles[e], time_of[e] < s.cut ? PRT_ROLE_TRAIN : PRT_ROLE_TEST);
    }
    check_subjects(&d, &s);
    prt_split_free(&s);
}

/* Judged on `valid`, nothing of the test is seen; what is judged comes right before it. */
static void by_time_valid(void **unused) {
    (void)unused;
    prt_dataset d = random_log();
    prt_config c = config_of(PRT_PROTOCOL_TIME);
    prt_split test, valid;
    split_ok(&c, &d, false, &test);
    split_ok(&c, &d, true, &valid);
    assert_true(valid.cut < test.cut);
    for (uint32_t e = 0; e < EVENTS; e++)
        assert_int_equal(valid.roles[e], time_of[e] >= test.cut    ? PRT_ROLE_NONE
                                         : time_of[e] >= valid.cut ? PRT_ROLE_TEST
                                                                   : PRT_ROLE_TRAIN);
    check_subjects(&d, &valid);
    prt_split_free(&test);
    prt_split_free(&valid);
}

/* An event of the future among the first rows of the log does not come into training, nor does what it would tell. */
static void leak(void **unused) {
    (void)unused;
    prt_dataset d = random_log(), training;
    prt_config c = config_of(PRT_PROTOCOL_TIME);
    prt_split s;
    for (uint32_t e = 0; e < EVENTS; e++)
        item_of[e] = item_of[e] == 5 ? 6 : item_of[e];
    user_of[0] = 0, item_of[0] = 5, types_of[0] = PRT_EVENT_PURCHASE, time_of[0] = 99 * 86400;
    split_ok(&c, &d, false, &s);
    assert_int_equal(s.roles[0], PRT_ROLE_TEST);
    assert_int_equal(prt_training_make(&d, s.roles, &training, NULL), PR_OK);
    assert_int_equal(training.events.count, s.trained);
    for (uint64_t e = 0; e < training.events.count; e++) {
        assert_int_not_equal(training.events.item[e], 5);
        assert_true(training.events.time[e] < s.cut);
    }
    assert_null(training.events.session);
    prt_training_free(&training);
    prt_split_free(&s);
    /* The same event, were it of the past, would be trained on: the test above can fail. */
    time_of[0] = 0;
    split_ok(&c, &d, false, &s);
    assert_int_equal(s.roles[0], PRT_ROLE_TRAIN);
    prt_split_free(&s);
}

/* An item that sells after the cut only, however well: to what was learned it is one that nobody ever took. */
static void nothing_of_the_future_is_learned(void **unused) {
    (void)unused;
    prt_dataset d = random_log();
    prt_config c = config_of(PRT_PROTOCOL_TIME);
    uint8_t left_out[EVENTS];
    float price_of[EVENTS];
    c.limits.min_users = 1;
    c.purchases.signals = (pr_signals){.weight = {[PR_SIGNAL_PURCHASE] = 1}, .cap = 5, .saturation = 2};
    c.purchases.popularity.count = c.purchases.popularity.buyers = 1;
    c.purchases.tuning.segments[3] = 1;
    for (uint32_t e = 0; e < EVENTS; e++) {
        types_of[e] = PRT_EVENT_PURCHASE;
        price_of[e] = 2;
        if (item_of[e] == 5)
            item_of[e] = 6;
        if (e < 200) {
            item_of[e] = 5;
            price_of[e] = 7;
            time_of[e] = (200 + e) * 86400;
        }
    }
    d.events.price = price_of;
    prt_split s;
    prt_purchases learned;
    split_ok(&c, &d, false, &s);
    for (uint32_t e = 0; e < EVENTS; e++)
        left_out[e] = s.roles[e] != PRT_ROLE_TRAIN;
    assert_int_equal(prt_purchases_learn(&c, &d, left_out, 1, &learned, NULL), PR_OK);
    assert_true(learned.popularity[5] == 0);
    assert_int_equal(learned.buyers[5], 0);
    assert_true(isnan(learned.price[5]));
    assert_true(learned.as_of < s.cut);
    assert_true(learned.popularity[6] > 0);
    assert_true(learned.price[6] == 2);
    prt_purchases_free(&learned);
    /* Without the split it would be the most popular of all. */
    assert_int_equal(prt_purchases_learn(&c, &d, NULL, 1, &learned, NULL), PR_OK);
    assert_true(learned.popularity[5] == 1);
    prt_purchases_free(&learned);
    prt_split_free(&s);
}

/* Bought before the cut: nothing new. Bought after it and given back: not relevant. Seen before it: still new. */
static void newly_taken(void **unused) {
    (void)unused;
    const struct {
        uint32_t item;
        uint16_t type;
        int64_t time;
    } log[] = {
        {0, PRT_EVENT_PURCHASE, 1},  {1, PRT_EVENT_VIEW, 2},      {2, PRT_EVENT_PURCHASE, 3},
        {2, PRT_EVENT_RETURN, 4},    {4, PRT_EVENT_PURCHASE, 5},  {0, PRT_EVENT_PURCHASE, 11},
        {1, PRT_EVENT_PURCHASE, 12}, {2, PRT_EVENT_PURCHASE, 13}, {3, PRT_EVENT_PURCHASE, 14},
        {3, PRT_EVENT_RETURN, 15},   {4, PRT_EVENT_RETURN, 16},
    };
    enum { COUNT = sizeof log / sizeof *log };
    for (uint32_t e = 0; e < COUNT; e++) {
        user_of[e] = 3, item_of[e] = log[e].item, types_of[e] = log[e].type, time_of[e] = log[e].time;
        quantity_of[e] = 1;
    }
    prt_dataset d = dataset_of(COUNT);
    prt_config c = config_of(PRT_PROTOCOL_TIME);
    prt_split s;
    c.evaluation.test.share = 6.0 / COUNT;
    split_ok(&c, &d, false, &s);
    assert_int_equal(s.cut, 11);
    assert_int_equal(s.subjects, 1);
    assert_int_equal(s.user[0], 3);
    assert_int_equal(s.relevant.starts[1], 2);
    assert_true(prt_set_holds(&s.relevant, 0, 1) && prt_set_holds(&s.relevant, 0, 2));
    assert_int_equal(s.had.starts[1], 2); /* its return comes later, and is not known */
    assert_true(prt_set_holds(&s.had, 0, 0) && prt_set_holds(&s.had, 0, 4));
    prt_split_free(&s);
    c.evaluation.relevant = 1u << PR_SIGNAL_VIEW;
    split_fails(&c, &d, false, "leaves nobody to judge by");
}

static void leave_last(void **unused) {
    (void)unused;
    /* user 1 takes 4, 5, 4, 6, 5; user 2 takes one item; user 3 takes 7 and 8 at one time, 8 as logged first */
    const uint32_t log[][3] = {{1, 4, 1}, {1, 5, 2}, {1, 4, 3}, {1, 6, 4}, {1, 5, 5}, {2, 4, 1}, {3, 8, 9}, {3, 7, 9}};
    enum { COUNT = sizeof log / sizeof *log };
    for (uint32_t e = 0; e < COUNT; e++) {
        user_of[e] = log[e][0], item_of[e] = log[e][1], time_of[e] = log[e][2];
        types_of[e] = PRT_EVENT_PURCHASE, quantity_of[e] = 1;
    }
    prt_dataset d = dataset_of(COUNT);
    prt_config c = config_of(PRT_PROTOCOL_LEAVE_LAST);
    prt_split s;
    split_ok(&c, &d, false, &s);
    const uint8_t last[] = {0, 0, 0, PRT_ROLE_TEST, 0, 0, 0, PRT_ROLE_TEST};
    assert_memory_equal(s.roles, last, COUNT);
    assert_int_equal(s.subjects, 2);
    check_subjects(&d, &s);
    prt_split_free(&s);
    split_ok(&c, &d, true, &s);
    const uint8_t before[] = {0, PRT_ROLE_TEST, 0, PRT_ROLE_NONE, PRT_ROLE_TEST, 0, 0, PRT_ROLE_NONE};
    assert_memory_equal(s.roles, before, COUNT);
    assert_int_equal(s.subjects, 1);
    prt_split_free(&s);
}

static void by_chance(void **unused) {
    (void)unused;
    prt_dataset d = random_log();
    prt_config c = config_of(PRT_PROTOCOL_RANDOM);
    prt_split s, again, other;
    split_ok(&c, &d, false, &s);
    split_ok(&c, &d, false, &again);
    assert_memory_equal(s.roles, again.roles, EVENTS);
    assert_in_range(s.judged, EVENTS / 5 - 60, EVENTS / 5 + 60);
    check_subjects(&d, &s);
    /* all events of a pair go together, but those of pairs that were given back */
    for (uint32_t e = 0; e < EVENTS; e++) {
        for (uint32_t f = 0; f < e; f++) {
            if (user_of[e] == user_of[f] && item_of[e] == item_of[f])
                assert_int_equal(s.roles[e], s.roles[f]);
        }
    }
    c.evaluation.seed = 2;
    split_ok(&c, &d, false, &other);
    assert_memory_not_equal(s.roles, other.roles, EVENTS);
    c.evaluation.seed = 1;
    prt_split_free(&other);
    split_ok(&c, &d, true, &other);
    for (uint32_t e = 0; e < EVENTS; e++)
        assert_true((s.roles[e] == PRT_ROLE_TEST) == (other.roles[e] == PRT_ROLE_NONE));
    assert_true(other.judged > 0);
    prt_split_free(&s);
    prt_split_free(&again);
    prt_split_free(&other);
}

/* The draw that other programs make, by the numbers in the file (ids are places + 1 here). */
static void by_ids(void **unused) {
    (void)unused;
    prt_dataset d = random_log();
    prt_config c = config_of(PRT_PROTOCOL_RANDOM);
    prt_split s;
    c.evaluation.by_ids = true;
    c.evaluation.seed = 42;
    for (uint32_t e = 0; e < EVENTS; e++)
        types_of[e] = PRT_EVENT_COMPLETE;
    split_ok(&c, &d, false, &s);
    assert_int_equal(s.kinds, 1 << PR_SIGNAL_COMPLETE | 1 << PR_SIGNAL_LIKE);
    for (uint32_t e = 0; e < EVENTS; e++) {
        uint64_t key = (uint64_t)(user_of[e] + 1) << 32 | (item_of[e] + 1);
        assert_int_equal(s.roles[e], pr_mix64(pr_mix64(42) ^ key) % 5 == 0 ? PRT_ROLE_TEST : PRT_ROLE_TRAIN);
    }
    prt_split_free(&s);
    id_bytes[0] = 'x';
    split_fails(&c, &d, false, "whole numbers below 2^32, not the user \"x\"");
}

/* Sessions of nobody are trained on, and nobody is asked for them. */
static void nobody(void **unused) {
    (void)unused;
    static char ids[] = "log:1log:2ab";
    static uint64_t offsets[] = {0, 5, 10, 11, 12};
    const prt_event_config log = {.source.key = "log", .missing_user = PRT_MISSING_SESSION};
    for (uint32_t e = 0; e < 8; e++)
        user_of[e] = e / 2, item_of[e] = e, types_of[e] = PRT_EVENT_PURCHASE, time_of[e] = e % 2, quantity_of[e] = 1;
    prt_dataset d = dataset_of(8);
    d.users = (prt_entities){.count = 4, .ids = {4, offsets, ids}};
    prt_split s;
    const prt_protocol protocols[] = {PRT_PROTOCOL_TIME, PRT_PROTOCOL_LEAVE_LAST, PRT_PROTOCOL_RANDOM};
    for (size_t p = 0; p < sizeof protocols / sizeof *protocols; p++) {
        prt_config c = config_of(protocols[p]);
        c.event_count = 1;
        c.events = &log;
        c.evaluation.test.share = protocols[p] == PRT_PROTOCOL_RANDOM ? 0.9 : 0.5;
        split_ok(&c, &d, false, &s);
        for (uint32_t i = 0; i < s.subjects; i++)
            assert_true(s.user[i] >= 2);
        if (protocols[p] != PRT_PROTOCOL_TIME)
            assert_int_equal(s.roles[0] + s.roles[1] + s.roles[2] + s.roles[3], 0);
        prt_split_free(&s);
    }
}

/* ---- calibration ---- */

static void confidence(void **unused) {
    (void)unused;
    const prt_confidence c = {.count = 3, .score = {1, 2, 4}, .probability = {0.1, 0.3, 0.4}}, none = {0};
    assert_float_equal(prt_confidence_at(&c, 0), 0.1, 1e-12);
    assert_float_equal(prt_confidence_at(&c, 1.5), 0.2, 1e-12);
    assert_float_equal(prt_confidence_at(&c, 3), 0.35, 1e-12);
    assert_float_equal(prt_confidence_at(&c, 9), 0.4, 1e-12);
    assert_float_equal(prt_confidence_at(&none, 1), 0, 0);
}

static void calibration(void **unused) {
    (void)unused;
    /* 200 claims of 0.2, half of them true, then 800 of 0.6 … 0.9, all false */
    static prt_claim claims[1000];
    prt_calibration found;
    double expected = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        claims[i] = i < 200 ? (prt_claim){0.2, i % 2} : (prt_claim){0.6 + 0.3 * (i - 200) / 800, false};
        expected += i < 200 ? 0.3 / 1000 : claims[i].confidence / 1000;
    }
    prt_calibrate_claims(claims, 1000, &found);
    assert_int_equal(found.items, 1000);
    assert_int_equal(found.groups[0].items, 200); /* the same claim is not torn apart */
    assert_float_equal(found.groups[0].confidence, 0.2, 1e-9);
    assert_float_equal(found.groups[0].share, 0.5, 1e-9);
    assert_float_equal(found.error, expected, 1e-9);
    uint64_t all = 0;
    for (uint32_t g = 0; g < found.group_count; g++) {
        all += found.groups[g].items;
        assert_true(g == 0 || found.groups[g].confidence > found.groups[g - 1].confidence);
    }
    assert_int_equal(all, 1000);
    prt_calibrate_claims(claims, 0, &found);
    assert_int_equal(found.group_count, 0);
}

/* ---- files ---- */

static const char *in_folder(const char *name) {
    static char path[4][128];
    static int next;
    char *out = path[next++ % 4];
    snprintf(out, sizeof path[0], "%s/%s", folder, name);
    return out;
}

static const char *write_text(const char *name, const char *text) {
    const char *path = in_folder(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
    return path;
}

/* Users 1 and 2 take items 1 to 4; times are not needed. */
static prt_dataset small_log(void) {
    for (uint32_t e = 0; e < 8; e++) {
        user_of[e] = e / 4, item_of[e] = e % 4, types_of[e] = PRT_EVENT_COMPLETE, quantity_of[e] = 1;
    }
    prt_dataset d = dataset_of(8);
    d.events.time = NULL;
    return d;
}

static void lightgcn(void **unused) {
    (void)unused;
    prt_dataset d = small_log();
    prt_config c = config_of(PRT_PROTOCOL_LIGHTGCN);
    prt_split s;
    split_fails(&c, &d, false, "name their file in evaluation.test");
    /* an item and a user that the log does not have, an item twice, one that was trained on, a user without any */
    const char *test = write_text("test.txt", "1 9\t8 9 777\r\n2 2\n\n3\nsomebody 1 5");
    c.evaluation.test.files = (prt_name_list){1, &test};
    split_ok(&c, &d, false, &s);
    assert_int_equal(s.subjects, 3);
    assert_int_equal(s.user[0], 0);
    assert_int_equal(s.relevant.starts[1], 2);
    assert_true(prt_set_holds(&s.relevant, 0, 8) && prt_set_holds(&s.relevant, 0, 7));
    assert_int_equal(s.lacking[0], 1);
    assert_int_equal(s.user[2], PRT_NONE);
    assert_int_equal(s.relevant.starts[3] - s.relevant.starts[2], 2);
    assert_int_equal(s.had.starts[3] - s.had.starts[2], 0);
    /* what is judged is not trained on, even where the log has it */
    const uint8_t roles[] = {0, 0, 0, 0, 0, PRT_ROLE_TEST, 0, 0};
    assert_memory_equal(s.roles, roles, 8);
    assert_false(prt_set_holds(&s.had, 1, 1));
    prt_split_free(&s);

    split_fails(&c, &d, true, "name its files there");
    const char *valid = write_text("valid.txt", "1 1 2\n2 4\n");
    c.evaluation.valid.files = (prt_name_list){1, &valid};
    split_ok(&c, &d, true, &s);
    const uint8_t less[] = {PRT_ROLE_TEST, PRT_ROLE_TEST, 0, 0, 0, 0, 0, PRT_ROLE_TEST};
    assert_memory_equal(s.roles, less, 8);
    assert_int_equal(s.subjects, 2);
    prt_split_free(&s);

    const char *twice = write_text("twice.txt", "1 2\n2 3\n1 4\n");
    c.evaluation.test.files = (prt_name_list){1, &twice};
    split_fails(&c, &d, false, "twice.txt line 3: the user 1 has a line already");
}

static void ncf(void **unused) {
    (void)unused;
    prt_dataset d = small_log();
    prt_config c = config_of(PRT_PROTOCOL_NCF);
    prt_split s;
    split_fails(&c, &d, false, "name their file in evaluation.negatives");
    c.evaluation.negatives = write_text("negatives.txt", "(1,4)\t9\t8\t7\n2 30 9 8 1\n");
    split_ok(&c, &d, false, &s);
    assert_int_equal(s.subjects, 2);
    assert_int_equal(s.relevant.starts[1], 1);
    assert_int_equal(s.relevant.item[0], 3);
    assert_int_equal(s.choices.starts[1], 4);
    assert_true(prt_set_holds(&s.choices, 0, 3) && prt_set_holds(&s.choices, 0, 8));
    assert_int_equal(s.relevant.item[1], 29);
    const uint8_t roles[] = {0, 0, 0, PRT_ROLE_TEST, 0, 0, 0, 0};
    assert_memory_equal(s.roles, roles, 8);
    prt_split_free(&s);
    split_fails(&c, &d, true, "no validation part");
}

static void without_times(void **unused) {
    (void)unused;
    prt_dataset d = small_log();
    const prt_config c = config_of(PRT_PROTOCOL_TIME);
    split_fails(&c, &d, false, "name their column in events[].time");
    d.events.time = time_of;
    for (uint32_t e = 0; e < 8; e++)
        time_of[e] = 5;
    split_fails(&c, &d, false, "events at different times");
}

static int make_folder(void **state) {
    (void)state;
    strcpy(folder, "/tmp/pocketrec-test-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_time),
        cmocka_unit_test(by_time_valid),
        cmocka_unit_test(leak),
        cmocka_unit_test(newly_taken),
        cmocka_unit_test(leave_last),
        cmocka_unit_test(by_chance),
        cmocka_unit_test(by_ids),
        cmocka_unit_test(lightgcn),
        cmocka_unit_test(ncf),
        cmocka_unit_test(without_times),
        cmocka_unit_test(nothing_of_the_future_is_learned),
        cmocka_unit_test(nobody),
        cmocka_unit_test(confidence),
        cmocka_unit_test(calibration),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
