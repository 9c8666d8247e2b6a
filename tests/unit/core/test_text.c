/* Words, UTF-8, messages and hashes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "pocketrec.h"
#include "sha256.h"

static bool collect(void *context, const char *word, size_t size) {
    char *out = context;
    size_t used = strlen(out);
    if (used)
        out[used++] = ' ';
    memcpy(out + used, word, size);
    out[used + size] = 0;
    return true;
}

static const char *words(const char *text) {
    static char out[1024];
    out[0] = 0;
    pr_words(text, strlen(text), collect, out);
    return out;
}

static void words_are_folded(void **state) {
    (void)state;
    assert_string_equal(words("30-Minute GENTLE Yoga!"), "30 minute gentle yoga");
    assert_string_equal(words("Café e\xCC\x81té Łódź Žižek"), "cafe ete lodz zizek");
    assert_string_equal(words("Straße Ærø ŒUVRE Þing"), "strasse aero oeuvre thing");
    assert_string_equal(words("ПРИВЕТ Ω ЁЛКА"), "привет ω ёлка");
    assert_string_equal(words("認証システム、テスト"), "認証システム テスト");
    assert_string_equal(words("  ,.;— \xE2\x80\xA6 "), "");
    assert_string_equal(words("ok\xFFnext"), "ok next");
}

/* Every Latin letter of two blocks folds to ASCII letters or, for the two signs in between, separates. */
static void all_latin_letters_fold(void **state) {
    (void)state;
    for (unsigned code = 0xC0; code < 0x180; code++) {
        char text[3] = {(char)(0xC0 | code >> 6), (char)(0x80 | (code & 0x3F)), 0};
        const char *folded = words(text);
        bool sign = code == 0xD7 || code == 0xF7;
        assert_true(sign ? folded[0] == 0 : folded[0] != 0);
        for (const char *p = folded; *p; p++)
            assert_true(*p >= 'a' && *p <= 'z');
    }
    assert_string_equal(words("Ā ă Ć č Ď ē Ğ ħ Ĩ ĵ Ķ Ļ ŀ ł Ń ŉ Ō ŕ Ś Ť ũ Ŵ ŷ Ÿ Ž ſ"),
                        "a a c c d e g h i j k l l l n n o r s t u w y y z s");
}

static void long_words_are_cut(void **state) {
    (void)state;
    char text[201];
    memset(text, 'a', 200);
    text[200] = 0;
    assert_int_equal(strlen(words(text)), 64);
}

static void utf8_is_checked(void **state) {
    (void)state;
    size_t where = 0;
    assert_true(pr_utf8_valid("aé認😀", 10, NULL));
    static const char *const bad[] = {"\x80",     "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                      "\xE2\x82", "\xFF"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(pr_utf8_valid(bad[i], strlen(bad[i]), &where));
    assert_false(pr_utf8_valid("ab\xFF", 3, &where));
    assert_int_equal(where, 2);
}

static void messages_are_cut_between_characters(void **state) {
    (void)state;
    pr_error error;
    char text[601] = {0};
    for (int i = 0; i < 300; i++)
        memcpy(text + 2 * i, "é", 2);
    assert_int_equal(pr_fail(&error, PR_E_FORMAT, 7, "x", text, "\n"), PR_E_FORMAT);
    assert_int_equal(strlen(error.message), 255);
    assert_true(pr_utf8_valid(error.message, 255, NULL));
    pr_fail(&error, PR_E_LIMIT, 0, "a\tb");
    assert_string_equal(error.message, "a?b");
    assert_int_equal(pr_fail(NULL, PR_E_LIMIT, 0, "nobody listens"), PR_E_LIMIT);
}

static void sha256_matches_the_standard(void **state) {
    (void)state;
    static const struct {
        const char *text, *hex;
    } cases[] = {{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
                 {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
                 {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t cut = 0; cut <= strlen(cases[i].text); cut++) {
            pr_sha256 hash;
            char hex[65];
            pr_sha256_init(&hash);
            pr_sha256_update(&hash, cases[i].text, cut);
            pr_sha256_update(&hash, cases[i].text + cut, strlen(cases[i].text) - cut);
            pr_sha256_hex(&hash, hex);
            assert_string_equal(hex, cases[i].hex);
        }
    }
}

static void sha256_takes_many_blocks(void **state) {
    (void)state;
    enum { COUNT = 1000000 };
    char *as = test_malloc(COUNT), hex[65];
    memset(as, 'a', COUNT);
    pr_sha256 hash;
    pr_sha256_init(&hash);
    pr_sha256_update(&hash, as, COUNT);
    pr_sha256_hex(&hash, hex);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    test_free(as);
}

/* What this processor does by instructions of its own is what every other does. */
static void sha256_has_one_result(void **state) {
    (void)state;
#if PR_SHA256_X86
    uint8_t blocks[64 * 33];
    uint32_t random = 1, plain[8], x86[8];
    if (!pr__sha256_x86_able())
        skip(); /* this processor has no such instructions */
    for (size_t i = 0; i < sizeof blocks; i++)
        blocks[i] = (uint8_t)((random = random * 1664525 + 1013904223) >> 24);
    for (size_t count = 0; count <= 33; count++) {
        for (size_t i = 0; i < 8; i++)
            plain[i] = x86[i] = (random = random * 1664525 + 1013904223);
        pr__sha256_plain(plain, blocks, count);
        pr__sha256_x86(x86, blocks, count);
        assert_memory_equal(plain, x86, sizeof plain);
    }
#endif
}

static void arenas_keep_their_limit(void **state) {
    (void)state;
    pr_arena arena;
    pr_arena_init(&arena, NULL, 100000);
    assert_non_null(pr_arena_take(&arena, 90000));
    assert_null(pr_arena_take(&arena, 20000));
    assert_null(pr_arena_array(&arena, SIZE_MAX / 2, 4));
    assert_true(arena.held <= 100000);
    pr_arena_reset(&arena);
    assert_non_null(pr_arena_take(&arena, 80000));
    pr_arena_free(&arena);
    assert_int_equal(arena.held, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_folded),
        cmocka_unit_test(all_latin_letters_fold),
        cmocka_unit_test(long_words_are_cut),
        cmocka_unit_test(utf8_is_checked),
        cmocka_unit_test(messages_are_cut_between_characters),
        cmocka_unit_test(sha256_matches_the_standard),
        cmocka_unit_test(sha256_takes_many_blocks),
        cmocka_unit_test(sha256_has_one_result),
        cmocka_unit_test(arenas_keep_their_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
