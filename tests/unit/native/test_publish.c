/* Reading and publishing the bundle of the fixture (PR_TEST_BUNDLE): faults, the gate, versions, the way back. */
#include "bundle_reader.h"
#include "publish.h"
#include "small_bundle.h"
#include "static_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[256], copy[300], target[300];

static void command(const char *format, ...) {
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (system(text) != 0)
        fail_msg("%s", text);
}

/* Each test gets a copy of the bundle and an empty target. */
static int set_up(void **state) {
    (void)state;
    const char *bundle = getenv("PR_TEST_BUNDLE");
    snprintf(folder, sizeof folder, "%s/pocketrec-publish-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    if (!bundle || !mkdtemp(folder))
        return -1;
    snprintf(copy, sizeof copy, "%s/bundle", folder);
    snprintf(target, sizeof target, "%s/target", folder);
    command("cp -R '%s' '%s'", bundle, copy);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    command("rm -rf '%s'", folder);
    return 0;
}

static bool exists(const char *name) {
    char path[600];
    snprintf(path, sizeof path, "%s/%s", target, name);
    return access(path, F_OK) == 0;
}

static pr_status publish(double ratio, uint32_t keep, pr_error *error) {
    prt_published done;
    const prt_publishing job = {copy, target, ratio, keep};
    return prt_publish(&job, &done, error);
}

/* Change the manifest in `copy` by a sed script and give it its checksum again. */
static void edit_manifest(const char *script) {
    char path[1200], text[100000];
    command("sed -i '%s' '%s/manifest.json'", script, copy);
    snprintf(path, sizeof path, "%s/manifest.json", copy);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    size_t size = fread(text, 1, sizeof text - 1, file);
    text[size] = 0;
    pr_test_seal(text, size);
    rewind(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* Another version of the bundle in `copy`: only the manifest differs. */
static void rename_version(const char *version) {
    char script[200];
    snprintf(script, sizeof script, "s/\"version\":\"[^\"]*\"/\"version\":\"%s\"/", version);
    edit_manifest(script);
}

static void assert_served(const char *version) {
    prt_bundle *bundle;
    char wanted[100];
    snprintf(wanted, sizeof wanted, "\"version\":\"%s\"", version);
    assert_int_equal(prt_bundle_open(target, &bundle, NULL), PR_OK);
    assert_int_equal(prt_bundle_attach_all(bundle, NULL), PR_OK);
    pr_text manifest = prt_bundle_manifest(bundle);
    char *text = strndup(manifest.bytes, manifest.size);
    assert_non_null(strstr(text, wanted));
    free(text);
    prt_bundle_close(bundle);
}

static pr_request get(const char *path) {
    return (pr_request){.method = {"GET", 3}, .path = {path, strlen(path)}, .now = 1763683200};
}

static void reader_maps_what_is_needed(void **state) {
    (void)state;
    prt_bundle *bundle;
    pr_response response = {0};
    pr_error error = {0};
    assert_int_equal(prt_bundle_open(copy, &bundle, NULL), PR_OK);
    pr_request request = get("/api/v1/items/popular?n=3");
    assert_int_equal(prt_bundle_call(bundle, &request, &response, &error), PR_OK);
    assert_int_equal(response.status, 200);
    assert_int_equal(error.code, PR_OK);
    uint32_t attached = 0, count = pr_engine_shard_count(prt_bundle_engine(bundle));
    for (uint32_t i = 0; i < count; i++) {
        pr_shard_info info;
        pr_engine_shard(prt_bundle_engine(bundle), i, &info);
        attached += info.attached;
        assert_int_equal(prt_bundle_shard(bundle, i).size, info.attached ? info.bytes : 0);
    }
    assert_true(attached > 0 && attached < count);
    prt_bundle_close(bundle);
    prt_bundle_close(NULL);
}

static void a_missing_shard_is_an_answer_and_a_message(void **state) {
    (void)state;
    prt_bundle *bundle;
    pr_response response = {0};
    pr_error error = {0};
    command("rm '%s'/items-*.safetensors", copy);
    assert_int_equal(prt_bundle_open(copy, &bundle, NULL), PR_OK);
    pr_request request = get("/api/v1/items/popular?n=3");
    assert_int_equal(prt_bundle_call(bundle, &request, &response, &error), PR_OK);
    assert_int_equal(response.status, 503);
    assert_int_equal(error.code, PR_E_IO);
    assert_non_null(strstr(error.message, "items-"));
    assert_int_equal(prt_bundle_attach_all(bundle, &error), PR_E_IO);
    prt_bundle_close(bundle);
    command("rm '%s/manifest.json'", copy);
    assert_int_equal(prt_bundle_open(copy, &bundle, &error), PR_E_IO);
    assert_null(bundle);
}

static void broken_bundles_are_refused(void **state) {
    (void)state;
    pr_error error = {0};
    command("printf x | dd of=\"$(ls '%s'/segments-*.safetensors | head -n 1)\" bs=1 seek=300 conv=notrunc 2>/dev/null",
            copy);
    assert_int_equal(publish(0.5, 3, &error), PR_E_REFUSED);
    assert_false(exists("manifest.json"));
    command("echo '{' > '%s/manifest.json'", copy);
    assert_int_equal(publish(0.5, 3, &error), PR_E_REFUSED);
}

static void empty_and_shrunk_bundles_are_refused(void **state) {
    (void)state;
    pr_error error = {0};
    assert_int_equal(publish(0.5, 3, &error), PR_OK);
    edit_manifest("s/\"events\":[0-9]*/\"events\":3/");
    assert_int_equal(publish(0.5, 3, &error), PR_E_REFUSED);
    assert_non_null(strstr(error.message, "--min-ratio"));
    assert_int_equal(publish(0, 3, &error), PR_OK);
    edit_manifest("s/\"events\":[0-9]*/\"events\":0/");
    assert_int_equal(publish(0.001, 3, &error), PR_E_REFUSED);
    assert_int_equal(publish(0, 3, &error), PR_OK);
}

static void versions_are_kept_and_come_back(void **state) {
    (void)state;
    prt_published done;
    static const char *const versions[] = {"one", "two", "three", "four"};
    for (int i = 0; i < 4; i++) {
        rename_version(versions[i]);
        assert_int_equal(publish(0.5, 2, NULL), PR_OK);
        assert_int_equal(publish(0.5, 2, NULL), PR_OK); /* the same again changes nothing */
        assert_served(versions[i]);
    }
    assert_true(exists("manifest.1.json") && exists("manifest.2.json"));
    assert_false(exists("manifest.3.json"));
    assert_true(exists("manifest.json.gz"));
    assert_int_equal(prt_rollback(target, &done, NULL), PR_OK);
    assert_string_equal(done.version, "three");
    assert_served("three");
    assert_true(exists("manifest.withdrawn.json"));
    assert_int_equal(prt_rollback(target, &done, NULL), PR_OK);
    assert_served("two");
    assert_int_equal(prt_rollback(target, &done, NULL), PR_E_REFUSED);
    assert_served("two");
    assert_int_equal(publish(0.5, 0, NULL), PR_OK);
    assert_served("four");
    assert_false(exists("manifest.withdrawn.json") || exists("manifest.1.json"));
}

static void compressed_neighbours_agree(void **state) {
    (void)state;
    assert_int_equal(publish(0.5, 3, NULL), PR_OK);
    command("cd '%s' && for f in *.gz; do gzip -dc \"$f\" | cmp -s - \"${f%%.gz}\" || exit 1; done", target);
}

static void the_static_list_is_filled(void **state) {
    (void)state;
    char site[400];
    pr_error error = {0};
    snprintf(site, sizeof site, "%s/site", folder);
    command(
        "mkdir '%s' && touch '%s/index.html.gz' && echo '<meta name=\"pocketrec-needs\" content=\"unknown\"><p><!-- "
        "pocketrec:top:begin --><!-- pocketrec:top:end -->' > '%s/index.html'",
        site, site, site);
    assert_int_equal(prt_static_list_check(site, &error), PR_OK);
    assert_int_equal(prt_static_list_fill(site, copy, 1763683200, &error), PR_OK);
    command("test \"$(grep -c '<li><strong>' '%s/index.html')\" = 10 && test ! -e '%s/index.html.gz'", site, site);
    command("grep -qF '<meta name=\"pocketrec-needs\" content=\"\"><p>' '%s/index.html'", site);
    assert_int_equal(prt_static_list_fill(site, copy, 1763683200, &error), PR_OK);
    command("test \"$(grep -c '<li><strong>' '%s/index.html')\" = 10", site);
    command("cp '%s/index.html' '%s/trainers.html' && touch '%s/trainers.html.br'", site, site, site);
    assert_int_equal(prt_static_list_fill(site, copy, 1763683200, &error), PR_OK);
    command("test \"$(grep -c '<li><strong>' '%s/trainers.html')\" = 10 && test ! -e '%s/trainers.html.br'", site,
            site);
    command("echo nothing > '%s/trainers.html'", site);
    assert_int_equal(prt_static_list_check(site, &error), PR_E_FORMAT);
    assert_non_null(strstr(error.message, "trainers.html"));
    command("rm '%s/trainers.html'", site);
    command("echo nothing > '%s/index.html'", site);
    assert_int_equal(prt_static_list_check(site, &error), PR_E_FORMAT);
    command("rm -r '%s'", site);
    assert_int_equal(prt_static_list_check(site, &error), PR_E_IO);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(reader_maps_what_is_needed),      TEST(a_missing_shard_is_an_answer_and_a_message),
        TEST(broken_bundles_are_refused),      TEST(empty_and_shrunk_bundles_are_refused),
        TEST(versions_are_kept_and_come_back), TEST(compressed_neighbours_agree),
        TEST(the_static_list_is_filled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
