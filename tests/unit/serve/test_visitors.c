/* The visitors in memory: found by their token, bounded, and the one who was away longest is forgotten first. */
#include "visitors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static pr_text text(const char *bytes) {
    return (pr_text){bytes, strlen(bytes)};
}

static void put_get_forget(void **unused) {
    (void)unused;
    prt_visitors *visitors = prt_visitors_open(10, 1000);
    char token[PRT_TOKEN_SIZE + 1], again[PRT_TOKEN_SIZE + 1];
    prt_visitors_put(visitors, text(""), text("one"), token);
    assert_int_equal(strlen(token), PRT_TOKEN_SIZE);
    assert_memory_equal(prt_visitors_get(visitors, text(token)).bytes, "one", 3);
    prt_visitors_put(visitors, text(token), text("three"), again);
    assert_string_equal(token, again);
    assert_int_equal(prt_visitors_get(visitors, text(token)).size, 5);
    prt_visitors_put(visitors, text(token), text(""), again);
    assert_string_equal(again, "");
    assert_int_equal(prt_visitors_get(visitors, text(token)).size, 0);
    assert_int_equal(prt_visitors_count(visitors), 0);
    prt_visitors_close(visitors);
}

/* Nobody chooses their own token: a made-up one gets a new random one. */
static void made_up_token(void **unused) {
    (void)unused;
    prt_visitors *visitors = prt_visitors_open(10, 1000);
    char kept[PRT_TOKEN_SIZE + 1];
    const char *wish = "00000000000000000000000000000000";
    prt_visitors_put(visitors, text(wish), text("x"), kept);
    assert_string_not_equal(kept, wish);
    assert_int_equal(prt_visitors_get(visitors, text(wish)).size, 0);
    prt_visitors_close(visitors);
}

static void oldest_goes_first(void **unused) {
    (void)unused;
    enum { MOST = 100, ALL = 1000 };
    static char tokens[ALL][PRT_TOKEN_SIZE + 1];
    prt_visitors *visitors = prt_visitors_open(MOST, 1 << 20);
    for (int i = 0; i < ALL; i++) {
        char state[32];
        snprintf(state, sizeof state, "state %d", i);
        prt_visitors_put(visitors, text(""), text(state), tokens[i]);
        assert_true(prt_visitors_get(visitors, text(tokens[0])).size > 0); /* who comes often stays */
        assert_true(prt_visitors_count(visitors) <= MOST);
    }
    assert_int_equal(prt_visitors_get(visitors, text(tokens[1])).size, 0);
    assert_int_equal(prt_visitors_get(visitors, text(tokens[ALL - MOST])).size, 0);
    for (int i = ALL - MOST + 1; i < ALL; i++) {
        char state[32];
        snprintf(state, sizeof state, "state %d", i);
        assert_memory_equal(prt_visitors_get(visitors, text(tokens[i])).bytes, state, strlen(state));
    }
    prt_visitors_close(visitors);
}

static void bytes_are_bounded(void **unused) {
    (void)unused;
    static char large[400];
    char first[PRT_TOKEN_SIZE + 1], token[PRT_TOKEN_SIZE + 1];
    prt_visitors *visitors = prt_visitors_open(100, 1000);
    memset(large, 'x', sizeof large);
    prt_visitors_put(visitors, text(""), (pr_text){large, 400}, first);
    prt_visitors_put(visitors, text(""), (pr_text){large, 400}, token);
    prt_visitors_put(visitors, text(""), (pr_text){large, 400}, token);
    assert_int_equal(prt_visitors_count(visitors), 2);
    assert_int_equal(prt_visitors_get(visitors, text(first)).size, 0);
    assert_int_equal(prt_visitors_get(visitors, text(token)).size, 400);
    prt_visitors_close(visitors);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(put_get_forget),
        cmocka_unit_test(made_up_token),
        cmocka_unit_test(oldest_goes_first),
        cmocka_unit_test(bytes_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
