/* Paths on the wire: inside the site they find files with the right headers, outside they find nothing. */
#include "live_bundle.h"
#include "site.h"
#include "textfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/pocketrec-site-XXXXXX";
static prt_site *site;

static void put(const char *name, const char *bytes) {
    char path[256];
    pr_error error = {PR_OK, 0, ""};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (prt_text_replace(path, bytes, strlen(bytes), &error) != PR_OK)
        fail_msg("%s", error.message);
}

static void make_folder(const char *name) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(mkdir(path, 0755), 0);
}

static int make(void **unused) {
    (void)unused;
    char path[256], bundle[256];
    pr_error error = {PR_OK, 0, ""};
    assert_non_null(mkdtemp(folder));
    make_folder("site");
    make_folder("site/sub");
    make_folder("bundle");
    put("secret", "secret");
    put("site/index.html", "<p>");
    put("site/.hidden", "hidden");
    put("site/sub/index.html", "<p>sub");
    put("site/app-0123abcd.js", "x");
    put("site/app-0123abcd.js.br", "b");
    put("site/app-0123abcd.js.gz", "g");
    put("site/with space.css", "c");
    put("bundle/manifest.json", "{}");
    snprintf(path, sizeof path, "%s/site/link", folder);
    assert_int_equal(symlink("../secret", path), 0);
    snprintf(path, sizeof path, "%s/site/inner", folder);
    assert_int_equal(symlink("index.html", path), 0);
    snprintf(path, sizeof path, "%s/site", folder);
    snprintf(bundle, sizeof bundle, "%s/bundle", folder);
    return prt_site_open(path, bundle, &site, &error);
}

static int clean(void **unused) {
    (void)unused;
    char line[300];
    prt_site_close(site);
    snprintf(line, sizeof line, "rm -rf '%s'", folder);
    return system(line);
}

static prt_site_file find(const char *path, const char *accept) {
    prt_site_file found;
    prt_site_find(site, path, accept, &found);
    if (found.file >= 0)
        close(found.file);
    return found;
}

static void inside(void **unused) {
    (void)unused;
    assert_string_equal(find("/", NULL).type, "text/html; charset=utf-8");
    assert_int_equal(find("/sub/", NULL).status, 200);
    assert_int_equal(find("/inner", NULL).status, 200);
    assert_int_equal(find("/with%20space.css", NULL).status, 200);
    assert_int_equal(find("/bundle/manifest.json", NULL).status, 200);
    prt_site_file redirect = find("/sub", NULL);
    assert_int_equal(redirect.status, 301);
    assert_string_equal(redirect.location, "/sub/");
}

static void outside(void **unused) {
    (void)unused;
    static const char *const paths[] = {
        "/../secret",
        "/sub/../../secret",
        "/%2e%2e/secret",
        "/..%2fsecret",
        "/sub/%2e%2e/%2e%2e/secret",
        "//secret",
        "/link",
        "/.hidden",
        "/sub//index.html",
        "/nothing",
        "/index.html/",
        "/\\..\\secret",
        "/a%00b",
        "/%",
        "/%zz",
        "/%2",
        "",
        "secret",
        "/bundle/../secret",
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        int status = find(paths[i], "br, gzip").status;
        if (status != 404 && status != 400)
            fail_msg("%s gives %d", paths[i], status);
    }
}

static void long_paths(void **unused) {
    (void)unused;
    for (size_t size = 1000; size < 1100; size++) {
        char path[1200];
        memset(path, 'a', size);
        path[0] = '/';
        path[size - 1] = '/';
        path[size] = 0;
        assert_in_range(find(path, "br").status, 400, 404);
    }
}

static void codings(void **unused) {
    (void)unused;
    assert_string_equal(find("/app-0123abcd.js", "gzip, br").encoding, "br");
    assert_string_equal(find("/app-0123abcd.js", "gzip;q=0.5, br;q=0").encoding, "gzip");
    assert_null(find("/app-0123abcd.js", "gzip;q=0, brotli").encoding);
    assert_null(find("/app-0123abcd.js", NULL).encoding);
    assert_string_equal(find("/app-0123abcd.js", "br").type, "text/javascript; charset=utf-8");
    assert_string_not_equal(find("/app-0123abcd.js", "br").etag, find("/app-0123abcd.js", NULL).etag);
}

static void how_long_to_keep(void **unused) {
    (void)unused;
    static const char *const forever[] = {"items-0123456789abcdef.safetensors", "main-6a005f5f15.js",
                                          "app.ABCDEFG2.css"};
    static const char *const ask[] = {"index.html",   "sw.js",          "manifest.json", "backup-20261121.json",
                                      "long-word.js", "a-facade01x.js", "noending",      ".js"};
    for (size_t i = 0; i < sizeof forever / sizeof *forever; i++)
        assert_string_equal(prt_cache_control(forever[i]), "public, max-age=31536000, immutable");
    for (size_t i = 0; i < sizeof ask / sizeof *ask; i++)
        assert_string_equal(prt_cache_control(ask[i]), "no-cache");
    assert_string_equal(prt_mime_type("a.wasm"), "application/wasm");
    assert_string_equal(prt_mime_type("site.webmanifest"), "application/manifest+json");
    assert_string_equal(prt_mime_type("a.safetensors"), "application/octet-stream");
    assert_string_equal(prt_mime_type("noending"), "application/octet-stream");
}

static void moments(void **unused) {
    (void)unused;
    static const struct {
        const char *text;
        int64_t seconds;
    } right[] = {{"0", 0},
                 {"1763690400", 1763690400},
                 {"1970-01-02", 86400},
                 {"2026-11-21T02:00:00Z", 1795226400},
                 {"2026-11-21T03:00:00+01:00", 1795226400},
                 {"2026-11-21 02:00:00.25", 1795226400},
                 {"2024-02-29T00:00Z", 1709164800}};
    static const char *const wrong[] = {
        "", "now", "-5", "2026-13-01", "2026-02-29", "2026-11-21T", "2026-11-21T25:00Z", "2026-11-21x", "1e9"};
    int64_t seconds;
    char text[32];
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        assert_true(prt_moment_read(right[i].text, &seconds));
        assert_int_equal(seconds, right[i].seconds);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(prt_moment_read(wrong[i], &seconds));
    prt_moment_write(1795226400, text);
    assert_string_equal(text, "2026-11-21T02:00:00Z");
    prt_moment_write(-1, text);
    assert_string_equal(text, "1969-12-31T23:59:59Z");
}

/* A manifest published while the server runs is taken up; a broken one is not. */
static void newly_published(void **unused) {
    (void)unused;
    const char *bundle = getenv("PR_TEST_BUNDLE");
    char line[600], copy[256];
    prt_live_bundle *live;
    pr_error error = {PR_OK, 0, ""};
    if (!bundle)
        skip();
    snprintf(copy, sizeof copy, "%s/live", folder);
    snprintf(line, sizeof line, "cp -R '%s' '%s'", bundle, copy);
    assert_int_equal(system(line), 0);
    assert_int_equal(prt_live_bundle_open(copy, NULL, 2, &live, &error), PR_OK);
    prt_bundle *first = prt_live_bundle_get(live, 0);
    snprintf(line, sizeof line, "cd '%s' && cp manifest.json next && echo broken >broken && mv broken manifest.json",
             copy);
    assert_int_equal(system(line), 0);
    sleep(1);
    assert_ptr_equal(prt_live_bundle_get(live, 0), first);
    snprintf(line, sizeof line, "cd '%s' && mv next manifest.json", copy);
    assert_int_equal(system(line), 0);
    assert_ptr_equal(prt_live_bundle_get(live, 0), first); /* not twice within a second */
    sleep(2);
    assert_ptr_not_equal(prt_live_bundle_get(live, 0), NULL);
    prt_live_bundle_close(live);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inside),          cmocka_unit_test(outside),          cmocka_unit_test(long_paths),
        cmocka_unit_test(codings),         cmocka_unit_test(how_long_to_keep), cmocka_unit_test(moments),
        cmocka_unit_test(newly_published),
    };
    return cmocka_run_group_tests(tests, make, clean);
}
