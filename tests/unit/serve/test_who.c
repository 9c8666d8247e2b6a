/* The user that a request names, the path that the log shows, and where the server may write. */
#include "own_file.h"
#include "who.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_user_by(prt_name_rule rule, const char *expected, const char *method, const char *target,
                           const char *body) {
    pr_arena scratch;
    char user[PRT_MOST_USER + 1];
    pr_arena_init(&scratch, NULL, 0);
    bool named = prt_user_named(method, target, (pr_text){body, strlen(body)}, rule, &scratch, user);
    assert_string_equal(user, expected);
    assert_int_equal(named, expected[0] != 0);
    pr_arena_free(&scratch);
}

static void assert_user(const char *expected, const char *method, const char *target, const char *body) {
    assert_user_by(PRT_PLAIN_NAMES, expected, method, target, body);
}

static void query(void **unused) {
    (void)unused;
    assert_user("alice", "GET", "/recommendations/home?user_id=alice", "");
    assert_user("alice", "GET", "/recommendations/home?n=3&user_id=alice&x=1", "");
    assert_user("alice", "GET", "/x?user%5fid=%61lice", "");
    assert_user("A9", "DELETE", "/x?user_id=A9#part", "");
    assert_user("", "GET", "/x?user_id=", "");
    assert_user("", "GET", "/x?user_id", "");
    assert_user("", "GET", "/x?user_id=a-b", "");
    assert_user("", "GET", "/x?user_id=a%00", "");
    assert_user("", "GET", "/x?user_id=a%zz", "");
    assert_user("", "GET", "/x?user_id=%C3%A4", "");
    assert_user("", "GET", "/x?user_id=a+b", "");
    assert_user("", "GET", "/x?user_id=a%20&user_id=b", ""); /* the first counts, as in the core */
    assert_user("", "GET", "/x?xuser_id=a&USER_ID=b", "");
    assert_user("", "GET", "/user_id=a", "");
    assert_user("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee", "GET",
                "/x?user_id=aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee", "");
    assert_user("", "GET", "/x?user_id=aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeef", "");
}

static void body(void **unused) {
    (void)unused;
    assert_user("bob", "POST", "/x", "{\"a\":1,\"user_id\":\"bob\"}");
    assert_user("bob", "POST", "/x", "{\"user\\u005fid\":\"b\\u006fb\"}");
    assert_user("alice", "POST", "/x?user_id=alice", "{\"user_id\":\"bob\"}");
    assert_user("", "PUT", "/x", "{\"user_id\":\"bob\"}");
    assert_user("", "POST", "/x", "{\"user_id\":\"b b\"}");
    assert_user("", "POST", "/x", "{\"user_id\":\"b\\u0000\"}");
    assert_user("", "POST", "/x", "{\"user_id\":7}");
    assert_user("", "POST", "/x", "{\"inner\":{\"user_id\":\"bob\"}}");
    assert_user("", "POST", "/x", "[\"user_id\"]");
    assert_user("", "POST", "/x", "{\"user_id\":\"bob\"");
}

static void path(void **unused) {
    (void)unused;
    assert_user("carol", "GET", "/api/v1/interactions/interactions/carol?days=30", "");
    assert_user("carol", "GET", "/api/v1/interactions/interactions/carol?user_id=bob", "");
    assert_user("bob", "GET", "/api/v1/interactions/interactions/?user_id=bob", "");
    assert_user("", "GET", "/api/v1/interactions/interactions/a/b", "");
    assert_user("", "GET", "/api/v1/trainers/carol", "");
    assert_user("carol", "GET", "/api/v1/recommendations/carol?n=3&user_id=bob", "");
    assert_user("carol", "GET", "/api/v1/users/carol/profile", "");
    assert_user("", "GET", "/api/v1/users/carol", "");
    assert_user("", "GET", "/api/v1/users//profile", "");
    assert_user("", "GET", "/api/v1/users/profile", "");
    assert_user("", "POST", "/api/v1/recommendations", "{\"user_id\":\"me\"}"); /* whoever asks */
    assert_user("", "GET", "/api/v1/recommendations/me", "");
    assert_user("", "GET", "/x?user_id=%6de", "");
    assert_user("", "GET", "/api/v1/recommendations/homepage", "");
    assert_user("bob", "GET", "/api/v1/recommendations/homepage?user_id=bob", "");
    assert_user("bob", "GET", "/api/v1/recommendations/product/carol?user_id=bob", "");
    assert_user("", "GET", "/api/v1/recommendations/category/carol", "");
    assert_user("", "GET", "/api/v1/recommendations/frequently-bought-together/carol", "");
    assert_user("bob", "POST", "/api/v1/recommendations/cart", "{\"user_id\":\"bob\"}");
    assert_user("homepages", "GET", "/api/v1/recommendations/homepages", "");
}

static void uuids(void **unused) {
    (void)unused;
    const char *uuid = "0b9d4f6e-1c2D-4e5f-8a9b-0c1d2e3f4a5b";
    assert_user(uuid, "GET", "/x?user_id=0b9d4f6e-1c2D-4e5f-8a9b-0c1d2e3f4a5b", "");
    assert_user("", "GET", "/x?user_id=0b9d4f6e-1c2D-4e5f-8a9b-0c1d2e3f4a5", "");
    assert_user("", "GET", "/x?user_id=0b9d4f6e-1c2D-4e5f-8a9b-0c1d2e3f4a5bb", "");
    assert_user("", "GET", "/x?user_id=0b9d4f6e-1c2D-4e5f-8a9b-0c1d2e3f4a5g", "");
    assert_user("", "GET", "/x?user_id=0b9d4f6e01c2D-4e5f-8a9b-0c1d2e3f4a5b", "");
}

static void any_names(void **unused) {
    (void)unused;
    char longest[400] = "/x?user_id=";
    size_t before = strlen(longest);
    assert_user_by(PRT_ANY_NAMES, "a-b", "GET", "/api/v1/recommendations/a-b", "");
    assert_user_by(PRT_ANY_NAMES, "a/b", "GET", "/api/v1/users/a%2fb/profile", "");
    assert_user_by(PRT_ANY_NAMES, "a+b", "GET", "/api/v1/users/a+b/profile", "");
    assert_user_by(PRT_ANY_NAMES, "a b", "GET", "/x?user_id=a+b", "");
    assert_user_by(PRT_ANY_NAMES, "\xC3\xA4", "GET", "/x?user_id=%C3%A4", "");
    assert_user_by(PRT_ANY_NAMES, "", "GET", "/x?user_id=%C3", "");
    assert_user_by(PRT_ANY_NAMES, "", "GET", "/x?user_id=a%00", "");
    assert_user_by(PRT_ANY_NAMES, "", "GET", "/x?user_id=a%0A", "");
    assert_user_by(PRT_ANY_NAMES, "", "GET", "/api/v1/users/me/profile", "");
    assert_user_by(PRT_ANY_NAMES, "b b", "POST", "/x", "{\"user_id\":\"b b\"}");
    memset(longest + before, 'a', PRT_MOST_USER);
    assert_user_by(PRT_ANY_NAMES, longest + before, "GET", longest, "");
    longest[before + PRT_MOST_USER] = 'a';
    assert_user_by(PRT_ANY_NAMES, "", "GET", longest, "");
}

static void assert_logged(const char *expected, const char *target) {
    char out[64];
    prt_path_for_log(target, out, sizeof out);
    assert_string_equal(out, expected);
}

static void logged(void **unused) {
    (void)unused;
    assert_logged("/recommendations/search", "/recommendations/search?query=secret&user_id=a");
    assert_logged("/api/v1/interactions/interactions/-", "/api/v1/interactions/interactions/carol?days=30");
    assert_logged("/api/v1/interactions/interactions", "/api/v1/interactions/interactions");
    assert_logged("/api/v1/trainers/-", "/api/v1/trainers/carol");
    assert_logged("/api/v1/trainers/goals", "/api/v1/trainers/goals");
    assert_logged("/api/v1/recommendations/-", "/api/v1/recommendations/carol?n=3");
    assert_logged("/api/v1/recommendations/homepage", "/api/v1/recommendations/homepage?user_id=carol");
    assert_logged("/api/v1/recommendations/product/R1", "/api/v1/recommendations/product/R1");
    assert_logged("/api/v1/users/-", "/api/v1/users/carol/profile");
    assert_logged("/api/v1/users", "/api/v1/users?limit=3");
    assert_logged("/a?b??", "/a\nb\"\\");
    for (size_t size = 50; size < 90; size++) { /* nothing beyond the end */
        char target[100], out[64];
        memset(target, 'a', size);
        target[size] = 0;
        prt_path_for_log(target, out, sizeof out);
        assert_int_equal(strlen(out), size < 62 ? size : 62);
    }
}

static void own_files(void **unused) {
    (void)unused;
    char folder[] = "/tmp/pocketrec-own-XXXXXX", line[200], path_[100];
    pr_error error;
    assert_non_null(mkdtemp(folder));
    snprintf(line, sizeof line,
             "cd %s && mkdir site site/sub site2 && ln -s site link && ln -s ../site/x site2/out "
             "&& touch site/x && ln -s site/new dangling",
             folder);
    assert_int_equal(system(line), 0);
    static const struct {
        const char *path;
        pr_status status;
    } cases[] = {{"new", PR_OK},          {"site2/new", PR_OK},      {"site/new", PR_E_IO},
                 {"site/x", PR_E_IO},     {"site/sub/new", PR_E_IO}, {"site2/../site/new", PR_E_IO},
                 {"link/new", PR_E_IO},   {"site2/out", PR_E_IO},    {"dangling", PR_E_IO},
                 {"nowhere/new", PR_E_IO}};
    char site[100];
    snprintf(site, sizeof site, "%s/site", folder);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(path_, sizeof path_, "%s/%s", folder, cases[i].path);
        if (prt_own_file_check(path_, site, "--events", &error) != cases[i].status)
            fail_msg("%s is not judged rightly", cases[i].path);
    }
    snprintf(line, sizeof line, "rm -rf %s", folder);
    assert_int_equal(system(line), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(query), cmocka_unit_test(body),   cmocka_unit_test(path),      cmocka_unit_test(any_names),
        cmocka_unit_test(uuids), cmocka_unit_test(logged), cmocka_unit_test(own_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
