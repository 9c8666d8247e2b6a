/* Files about people: whole or not at all, and nobody else's. */
#include "private_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64], path[96], temporary[112];

static int make_folder(void **state) {
    (void)state;
    strcpy(folder, "/tmp/pocketrec-test-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/mails", folder);
    snprintf(temporary, sizeof temporary, "%s.partial", path);
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static void write_file(const char *name, const char *text) {
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void check_file(const char *name, const char *text) {
    char found[64] = "";
    FILE *file = fopen(name, "rb");
    assert_non_null(file);
    found[fread(found, 1, sizeof found - 1, file)] = 0;
    fclose(file);
    assert_string_equal(found, text);
}

static void it_appears_whole(void **state) {
    (void)state;
    prt_private_file file;
    struct stat about;
    write_file(temporary, "left by a killed run, and longer than what comes");
    chmod(temporary, 0644);
    assert_int_equal(prt_private_open(path, &file, NULL), PR_OK);
    assert_int_equal(prt_private_write(&file, "new\n", 4, NULL), PR_OK);
    assert_int_equal(prt_private_finish(&file, NULL), PR_OK);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(prt_private_commit(&file, NULL), PR_OK);
    check_file(path, "new\n");
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    assert_int_equal(access(temporary, F_OK), -1);
    prt_private_drop(&file); /* does nothing any more */
    check_file(path, "new\n");
}

static void dropped_it_leaves_nothing(void **state) {
    (void)state;
    prt_private_file file;
    write_file(path, "old");
    assert_int_equal(prt_private_open(path, &file, NULL), PR_OK);
    assert_int_equal(prt_private_write(&file, "half", 4, NULL), PR_OK);
    prt_private_drop(&file);
    check_file(path, "old");
    assert_int_equal(access(temporary, F_OK), -1);
}

static void two_runs_do_not_meet(void **state) {
    (void)state;
    prt_private_file first, second;
    pr_error error = {0};
    assert_int_equal(prt_private_open(path, &first, NULL), PR_OK);
    assert_int_equal(prt_private_open(path, &second, &error), PR_E_LOCKED);
    assert_non_null(strstr(error.message, "another run"));
    assert_int_equal(prt_private_write(&first, "1", 1, NULL), PR_OK);
    assert_int_equal(prt_private_finish(&first, NULL), PR_OK);
    assert_int_equal(prt_private_commit(&first, NULL), PR_OK);
    assert_int_equal(prt_private_open(path, &second, NULL), PR_OK);
    prt_private_drop(&second);
    check_file(path, "1");
}

static void links_are_not_followed(void **state) {
    (void)state;
    prt_private_file file;
    char other[128];
    snprintf(other, sizeof other, "%s/other", folder);
    write_file(other, "somebody's");
    assert_int_equal(symlink(other, temporary), 0);
    assert_int_equal(prt_private_open(path, &file, NULL), PR_E_IO);
    assert_int_equal(unlink(temporary), 0);
    assert_int_equal(link(other, temporary), 0);
    assert_int_equal(prt_private_open(path, &file, NULL), PR_E_LOCKED);
    check_file(other, "somebody's");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_appears_whole, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(dropped_it_leaves_nothing, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(two_runs_do_not_meet, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(links_are_not_followed, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
