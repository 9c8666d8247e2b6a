/* What sync makes of texts: times, SQL, and messages without passwords. */
#include "sync_cells.h"
#include "sync_conninfo.h"
#include "sync_sql.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void test_moments(void **state) {
    static const char *const cases[][2] = {
        {"2025-11-21 09:30:00.123456+00", "2025-11-21T09:30:00.123456Z"},
        {"2025-11-21 09:30:00", "2025-11-21T09:30:00"},
        {"12025-11-21 09:30:00+00", "12025-11-21T09:30:00Z"},
        {"infinity", "infinity"},
        {"-infinity", "-infinity"},
        {"0044-03-15 12:00:00+00 BC", "0044-03-15 12:00:00+00 BC"},
        {"", ""},
        {"+00", "+00"},
    };
    char out[PRT_MOMENT], longer[2 * PRT_MOMENT];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(prt_cell_moment(cases[i][0], out));
        assert_string_equal(out, cases[i][1]);
    }
    memset(longer, '1', sizeof longer);
    longer[sizeof longer - 1] = 0;
    assert_false(prt_cell_moment(longer, out));
    longer[PRT_MOMENT - 1] = 0;
    assert_true(prt_cell_moment(longer, out));
    assert_string_equal(out, longer);
}

static void test_sql(void **state) {
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    pr_buffer sql = {.arena = &arena};
    const char *const names[] = {"id", "a\"b"};
    const prt_name_list list = {2, names};
    (void)state;
    prt_sql(&sql, "SELECT %n.%n, %s ", "Order \"Items\"", "", "100%");
    prt_sql_names(&sql, &list, "s.", ", ");
    assert_string_equal(prt_sql_end(&sql), "SELECT \"Order \"\"Items\"\"\".\"\", 100% s.\"id\", s.\"a\"\"b\"");
    pr_arena_free(&arena);
}

static void test_secrets(void **state) {
    char text[] = "password abcabc for abc, not ab";
    (void)state;
    prt_conninfo_hide(text, "abc");
    assert_string_equal(text, "password ****** for ***, not ab");
    prt_conninfo_hide(text, "");
    prt_conninfo_hide(text, NULL);
    assert_string_equal(text, "password ****** for ***, not ab");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_sql),
        cmocka_unit_test(test_secrets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
