/* The visitors' states: found by their key, bounded in memory, written behind, the same after a restart. */
#include "visitors.h"

#include <pthread.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/pocketrec-visitors-XXXXXX";
static char file[64];
static pr_error error;

static pr_text text(const char *bytes) {
    return (pr_text){bytes, strlen(bytes)};
}

static prt_visitors *open_memory(size_t most, size_t most_bytes) {
    prt_visitors *visitors = prt_visitors_open(&(prt_visitors_limits){most - 1, most_bytes - 1, 1}, NULL);
    assert_non_null(visitors);
    return visitors;
}

static prt_visitors *open_file(size_t most) {
    prt_state_store *store;
    if (prt_state_store_open(file, &store, &error) != PR_OK)
        fail_msg("%s", error.message);
    prt_visitors *visitors = prt_visitors_open(&(prt_visitors_limits){most, 1 << 20, 4}, store);
    assert_non_null(visitors);
    return visitors;
}

static pr_status put_bytes(prt_visitors *visitors, const char *key, pr_text state) {
    prt_visit visit;
    assert_int_equal(prt_visit_begin(visitors, key, &visit, &error), PR_OK);
    pr_status status = prt_visit_keep(visitors, &visit, state, 1, &error);
    prt_visit_end(visitors, &visit);
    return status;
}

static void put(prt_visitors *visitors, const char *key, const char *state) {
    assert_int_equal(put_bytes(visitors, key, text(state)), PR_OK);
}

/* Is this the visitor's state? */
static bool has(prt_visitors *visitors, const char *key, const char *state) {
    prt_visit visit;
    assert_int_equal(prt_visit_begin(visitors, key, &visit, &error), PR_OK);
    bool same = visit.state.size == strlen(state) &&
                memcmp(visit.state.bytes ? visit.state.bytes : "", state, visit.state.size) == 0;
    prt_visit_end(visitors, &visit);
    return same;
}

static int make(void **unused) {
    (void)unused;
    assert_non_null(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/events.sqlite", folder);
    return 0;
}

static int clean(void **unused) {
    (void)unused;
    char line[100];
    snprintf(line, sizeof line, "rm -rf '%s'", folder);
    return system(line);
}

static int fresh(void **unused) {
    (void)unused;
    unlink(file);
    return 0;
}

static void put_get_forget(void **unused) {
    (void)unused;
    prt_visitors *visitors = open_memory(10, 1000);
    put(visitors, "a", "one");
    assert_true(has(visitors, "a", "one"));
    assert_true(has(visitors, "b", ""));
    put(visitors, "a", "three");
    assert_true(has(visitors, "a", "three"));
    put(visitors, "a", "");
    assert_true(has(visitors, "a", ""));
    assert_int_equal(prt_visitors_count(visitors), 0);
    put(visitors, "a", "");
    prt_visitors_close(visitors, NULL);
}

static void oldest_goes_first(void **unused) {
    (void)unused;
    enum { MOST = 100, ALL = 1000 };
    prt_visitors *visitors = open_memory(MOST, 1 << 20);
    char key[16], state[32];
    for (int i = 0; i < ALL; i++) {
        snprintf(key, sizeof key, "k%d", i);
        snprintf(state, sizeof state, "state %d", i);
        put(visitors, key, state);
        assert_true(has(visitors, "k0", "state 0")); /* who comes often stays */
        assert_true(prt_visitors_count(visitors) <= MOST);
    }
    assert_true(has(visitors, "k1", ""));
    for (int i = ALL - MOST + 1; i < ALL; i++) {
        snprintf(key, sizeof key, "k%d", i);
        snprintf(state, sizeof state, "state %d", i);
        assert_true(has(visitors, key, state));
    }
    prt_visitors_close(visitors, NULL);
}

static void bytes_are_bounded(void **unused) {
    (void)unused;
    static char large[PRT_MOST_STATE + 1];
    prt_visitors *visitors = open_memory(100, 1000);
    memset(large, 'x', sizeof large);
    put_bytes(visitors, "a", (pr_text){large, 400});
    put_bytes(visitors, "b", (pr_text){large, 400});
    put_bytes(visitors, "c", (pr_text){large, 400});
    assert_int_equal(prt_visitors_count(visitors), 2);
    assert_true(has(visitors, "a", ""));
    assert_int_equal(put_bytes(visitors, "c", (pr_text){large, 1001}), PR_E_LIMIT);
    assert_int_equal(put_bytes(visitors, "c", (pr_text){large, sizeof large}), PR_E_LIMIT);
    large[400] = 0;
    assert_true(has(visitors, "c", large)); /* as it was */
    prt_visitors_close(visitors, NULL);
}

static void survives_a_restart(void **unused) {
    (void)unused;
    struct stat about;
    prt_visitors *visitors = open_file(100);
    put(visitors, "a", "one");
    put(visitors, "b", "two");
    assert_int_equal(prt_visitors_close(visitors, &error), PR_OK);
    assert_int_equal(stat(file, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    visitors = open_file(100);
    assert_true(has(visitors, "a", "one"));
    put(visitors, "a", "");
    put(visitors, "b", "three");
    assert_true(has(visitors, "a", ""));
    prt_visitors_close(visitors, NULL);
    visitors = open_file(100);
    assert_true(has(visitors, "a", ""));
    assert_true(has(visitors, "b", "three"));
    prt_visitors_close(visitors, NULL);
}

/* Far more visitors than memory has room for: none is lost, and no old state comes back. */
static void more_than_memory(void **unused) {
    (void)unused;
    enum { ALL = 3000 };
    prt_visitors *visitors = open_file(8);
    char key[16], state[32];
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < ALL; i++) {
            snprintf(key, sizeof key, "k%d", i);
            snprintf(state, sizeof state, "state %d", round ? i * 10 + round - 1 : 0);
            assert_true(round == 0 || has(visitors, key, state));
            snprintf(state, sizeof state, "state %d", i * 10 + round);
            put(visitors, key, state);
            if (round == 0)
                assert_true(has(visitors, key, state));
        }
        if (round == 0)
            for (int i = 0; i < ALL; i++) {
                snprintf(key, sizeof key, "k%d", i);
                snprintf(state, sizeof state, "state %d", i * 10);
                assert_true(has(visitors, key, state));
            }
    }
    usleep(300000); /* written by now, so that memory is within its bounds again */
    assert_true(prt_visitors_count(visitors) <= 4 * (8 / 4 + 1));
    prt_visitors_close(visitors, NULL);
}

enum { THREADS = 4, STEPS = 5000, COUNTERS = 7 };

static void *count_up(void *closure) {
    prt_visitors *visitors = closure;
    for (int i = 0; i < STEPS; i++) {
        char key[16], state[32];
        prt_visit visit;
        pr_error failed;
        snprintf(key, sizeof key, "c%d", i % COUNTERS);
        if (prt_visit_begin(visitors, key, &visit, &failed) != PR_OK)
            return NULL;
        snprintf(state, sizeof state, "%.*s", (int)visit.state.size, visit.state.size ? visit.state.bytes : "");
        snprintf(state, sizeof state, "%d", atoi(state) + 1);
        prt_visit_keep(visitors, &visit, text(state), 1, &failed);
        prt_visit_end(visitors, &visit);
    }
    return NULL;
}

/* Each step reads and writes; one that is lost would show in the sums. */
static void nothing_lost_between_threads(void **unused) {
    (void)unused;
    pthread_t threads[THREADS];
    prt_visitors *visitors = open_file(2);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, count_up, visitors), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    prt_visitors_close(visitors, NULL);
    visitors = open_file(100);
    for (int i = 0; i < COUNTERS; i++) {
        char key[16], state[32];
        snprintf(key, sizeof key, "c%d", i);
        snprintf(state, sizeof state, "%d", THREADS * (STEPS / COUNTERS + (i < STEPS % COUNTERS)));
        assert_true(has(visitors, key, state));
    }
    prt_visitors_close(visitors, NULL);
}

static void refused(const char *said) {
    prt_state_store *store;
    assert_int_equal(prt_state_store_open(file, &store, &error), PR_E_IO);
    assert_null(store);
    if (!strstr(error.message, said))
        fail_msg("\"%s\" does not say \"%s\"", error.message, said);
}

static void write_file(const char *bytes) {
    FILE *out = fopen(file, "w");
    assert_non_null(out);
    fputs(bytes, out);
    fclose(out);
}

static void not_ours(void **unused) {
    (void)unused;
    write_file("this is a letter to my aunt, and no database at all, as everybody can see who opens it");
    refused("not a database");
    unlink(file);
    prt_visitors_close(open_file(10), NULL);
    FILE *out = fopen(file, "r+");
    assert_non_null(out);
    fseek(out, 63, SEEK_SET); /* user_version, big-endian */
    fputc(9, out);
    fclose(out);
    refused("version 9");
    out = fopen(file, "r+");
    assert_non_null(out);
    fseek(out, 68, SEEK_SET); /* application_id */
    fputc('x', out);
    fclose(out);
    refused("another program");
}

static void damaged(void **unused) {
    (void)unused;
    static char large[100000];
    prt_visitors *visitors = open_file(10);
    memset(large, 'x', sizeof large);
    put_bytes(visitors, "a", (pr_text){large, sizeof large});
    put(visitors, "b", "two");
    prt_visitors_close(visitors, NULL);
    assert_int_equal(truncate(file, 20000), 0);
    refused("");
}

static void one_server_a_file(void **unused) {
    (void)unused;
    prt_state_store *store;
    prt_visitors *visitors = open_file(10);
    assert_int_equal(prt_state_store_open(file, &store, &error), PR_E_LOCKED);
    put(visitors, "a", "one");
    prt_visitors_close(visitors, NULL);
}

static void run_sql(sqlite3 *connection, const char *sql) {
    if (sqlite3_exec(connection, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(connection));
}

/* While the file cannot be written nothing new is acknowledged; what was is kept, and written when it can be. */
static void cannot_be_written(void **unused) {
    (void)unused;
    sqlite3 *other;
    prt_visitors *visitors = open_file(10);
    put(visitors, "a", "one");
    usleep(300000);
    assert_int_equal(sqlite3_open(file, &other), SQLITE_OK);
    run_sql(other, "BEGIN IMMEDIATE");
    put(visitors, "b", "two");
    usleep(2700000); /* SQLite waits two seconds for the lock */
    assert_int_equal(put_bytes(visitors, "b", text("three")), PR_E_IO);
    assert_true(has(visitors, "a", "one"));
    assert_true(has(visitors, "b", "two"));
    run_sql(other, "COMMIT");
    sqlite3_close(other);
    for (int tenths = 0; tenths < 60 && put_bytes(visitors, "c", text("four")) != PR_OK; tenths++)
        usleep(100000);
    assert_int_equal(prt_visitors_close(visitors, &error), PR_OK);
    visitors = open_file(10);
    assert_true(has(visitors, "b", "two"));
    assert_true(has(visitors, "c", "four"));
    prt_visitors_close(visitors, NULL);
}

/* What cannot be written at the end is said. */
static void lost_at_the_end(void **unused) {
    (void)unused;
    sqlite3 *other;
    prt_visitors *visitors = open_file(10);
    assert_int_equal(sqlite3_open(file, &other), SQLITE_OK);
    run_sql(other, "BEGIN IMMEDIATE");
    put(visitors, "a", "one");
    assert_int_equal(prt_visitors_close(visitors, &error), PR_E_IO);
    assert_non_null(strstr(error.message, "cannot be written"));
    sqlite3_close(other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(put_get_forget),
        cmocka_unit_test(oldest_goes_first),
        cmocka_unit_test(bytes_are_bounded),
        cmocka_unit_test_setup(survives_a_restart, fresh),
        cmocka_unit_test_setup(more_than_memory, fresh),
        cmocka_unit_test_setup(nothing_lost_between_threads, fresh),
        cmocka_unit_test_setup(not_ours, fresh),
        cmocka_unit_test_setup(damaged, fresh),
        cmocka_unit_test_setup(one_server_a_file, fresh),
        cmocka_unit_test_setup(cannot_be_written, fresh),
        cmocka_unit_test_setup(lost_at_the_end, fresh),
    };
    return cmocka_run_group_tests(tests, make, clean);
}
