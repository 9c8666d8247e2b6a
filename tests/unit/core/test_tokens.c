/* How a text becomes tokens and terms: folding, numbers and units, chains, scripts without spaces, byte ranges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pocketrec.h"

enum { ROOM = 1 << 16 };

typedef struct list {
    char text[ROOM];
    size_t used;
} list;

static void put(list *out, const char *text, size_t size) {
    assert_true(out->used + size + 2 < ROOM);
    if (out->used)
        out->text[out->used++] = ' ';
    memcpy(out->text + out->used, text, size);
    out->used += size;
    out->text[out->used] = 0;
}

/* Words as they are, =numbers, #units, ~grams; a + in front: joined to the token before. */
static bool put_token(void *context, const pr_token *token) {
    char text[PR_MAX_TERM + 3];
    size_t n = 0;
    assert_true(token->size > 0 && token->size <= PR_MAX_TERM);
    if (token->joined)
        text[n++] = '+';
    if (token->kind != PR_TOKEN_WORD)
        text[n++] = token->kind == PR_TOKEN_NUMBER ? '=' : token->kind == PR_TOKEN_UNIT ? '#' : '~';
    memcpy(text + n, token->text, token->size);
    put(context, text, n + token->size);
    return true;
}

/* The piece of the text that each token was made from. */
typedef struct pieces {
    list out;
    const char *text;
} pieces;

static bool put_piece(void *context, const pr_token *token) {
    pieces *p = context;
    char piece[512];
    assert_true(token->begin < token->end && token->end <= strlen(p->text));
    snprintf(piece, sizeof piece, "[%.*s]", (int)(token->end - token->begin), p->text + token->begin);
    put(&p->out, piece, strlen(piece));
    return true;
}

static bool put_term(void *context, const char *term, size_t size) {
    assert_true(size > 0 && size <= PR_MAX_TERM);
    put(context, term, size);
    return true;
}

static const char *tokens(const char *text) {
    static list out;
    out.used = 0;
    out.text[0] = 0;
    pr_tokens(text, strlen(text), put_token, &out);
    return out.text;
}

static const char *ranges(const char *text) {
    static pieces p;
    p.out.used = 0;
    p.out.text[0] = 0;
    p.text = text;
    pr_tokens(text, strlen(text), put_piece, &p);
    return p.out.text;
}

static const char *terms(const char *text) {
    static list out;
    out.used = 0;
    out.text[0] = 0;
    pr_search_terms(text, strlen(text), put_term, &out);
    return out.text;
}

static void letters_are_folded(void **state) {
    (void)state;
    assert_string_equal(tokens("GENTLE Café e\xCC\x81té Łódź Straße ŒUVRE"), "gentle cafe ete lodz strasse oeuvre");
    assert_string_equal(tokens("ПРИВЕТ Ω ЁЛКА"), "привет ω ёлка");
    /* Hebrew points, Arabic vowel signs and tatweel vanish */
    assert_string_equal(tokens("שָׁלוֹם مُحَمَّد كـتاب"), "שלום محمد كتاب");
    assert_string_equal(tokens("Ｈｅｌｌｏ，Ｗｏｒｌｄ　１２３"), "hello world =123");
    assert_string_equal(tokens("  ,.;— \xE2\x80\xA6 \t\n"), "");
    assert_string_equal(tokens(""), "");
    assert_string_equal(terms("Running dogs CACHED"), "run dog cach");
}

static void apostrophes_vanish(void **state) {
    (void)state;
    assert_string_equal(tokens("women's men’s don't o'neill rock'n'roll"), "women men dont oneill rocknroll");
    assert_string_equal(tokens("WOMEN'S Levi\xCA\xBCs dogs' 'quoted'"), "women levi dogs quoted");
    assert_string_equal(tokens("it's"), "it");
    assert_string_equal(tokens("o'sullivan"), "osullivan");
    assert_string_equal(tokens("' 's ''"), "s");
    assert_string_equal(ranges("a women's bag"), "[a] [women] [bag]");
}

static void numbers(void **state) {
    (void)state;
    assert_string_equal(tokens("1.5 1.50 2.0 0.75 3."), "=1.5 =1.5 =2 =0.75 =3");
    assert_string_equal(tokens("2,000 1,24,999 1,234,567.80 12,5 1,2345"), "=2000 =124999 =1234567.8 =12 =5 =1 =2345");
    assert_string_equal(tokens("1.2.3"), "=1.2 +=3");
    assert_string_equal(tokens(".5 5.x x5.5"), "=5 =5 +x x5 +=5");
    assert_string_equal(tokens("100 010 0 0.0"), "=100 =010 =0 =0");
    assert_string_equal(tokens("iphone14 4k 3d a4"), "iphone14 4k 3d a4");
    assert_string_equal(ranges("at 1,24,999.50!"), "[at] [1,24,999.50]");
}

static void units(void **state) {
    (void)state;
    const char *joined = "=500 +#ml", *term = "500 ml 500ml";
    assert_string_equal(tokens("500ml"), joined);
    assert_string_equal(tokens("500 ml"), "=500 #ml");
    assert_string_equal(tokens("500-ML"), joined);
    assert_string_equal(tokens("500 Millilitres"), "=500 #ml");
    static const char *const ways[] = {"500ml",          "500 ml",         "500 ML",  "500-ml",
                                       "500 millilitre", "500milliliters", "500.0 ml"};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        assert_string_equal(terms(ways[i]), term);
    assert_string_equal(terms("1.50 l 1.5L 1.5 litres"), "1.5 l 1.5l 1.5 l 1.5l 1.5 l 1.5l");
    assert_string_equal(terms("10,000mAh"), "10000 mah 10000mah");
    /* "in" is a unit only where it sticks to its number */
    assert_string_equal(tokens("3 in 1"), "=3 in =1");
    assert_string_equal(tokens("15in 15 inch"), "=15 +#in =15 #in");
    assert_string_equal(tokens("3-in-1"), "=3 +in +=1");
    /* a unit without a number before it, or too far from it, is a word */
    assert_string_equal(tokens("ml"), "ml");
    assert_string_equal(tokens("500  ml"), "=500 ml");
    assert_string_equal(tokens("size 12 x litre"), "size =12 x litre");
    assert_string_equal(tokens("500 ml g"), "=500 #ml g");
    assert_string_equal(ranges("a 500ml b 500 ml"), "[a] [500] [ml] [b] [500] [ml]");
}

static void full_width_measures_have_whole_ranges(void **state) {
    (void)state;
    assert_string_equal(tokens("５００ｍｌ"), "=500 +#ml");
    assert_string_equal(ranges("５００ｍｌ"), "[５００] [ｍｌ]");
    assert_string_equal(ranges("500ｍｌ x"), "[500] [ｍｌ] [x]");
}

static void chains(void **state) {
    (void)state;
    assert_string_equal(tokens("t-shirt"), "t +shirt");
    assert_string_equal(terms("t-shirt"), "t shirt tshirt");
    assert_string_equal(terms("T-Shirts"), "t shirt tshirt");
    assert_string_equal(terms("wi-fi 6e"), "wi fi 6e wifi");
    assert_string_equal(terms("a/b_c"), "a b c abc");
    assert_string_equal(terms("a-b-c-d"), "a b c d"); /* too long a chain is none */
    assert_string_equal(terms("a - b"), "a b");
    assert_string_equal(terms("a--b"), "a b");
    assert_string_equal(terms("usb-c 3.0"), "usb c 3 usbc");
    assert_string_equal(terms("x-ray,y-z"), "x ray y xray z yz");
    /* a unit or a gram in it */
    assert_string_equal(terms("500ml-pack"), "500 ml 500ml pack");
    assert_string_equal(terms("a-中"), "a 中");
}

static void scripts_without_spaces(void **state) {
    (void)state;
    assert_string_equal(tokens("中"), "~中");
    assert_string_equal(tokens("中文"), "~中文");
    assert_string_equal(tokens("無線耳機"), "~無線 +~線耳 +~耳機");
    assert_string_equal(tokens("無線 耳機"), "~無線 ~耳機");
    assert_string_equal(tokens("usb充電器c"), "usb +~充電 +~電器 +c");
    assert_string_equal(tokens("หมวก"), "~หม +~มว +~วก");
    assert_string_equal(tokens("テスト、한국어"), "~テス +~スト ~한국 +~국어");
    assert_string_equal(ranges("a無線x"), "[a] [無線] [x]");
    assert_string_equal(ranges("無線耳"), "[無線] [線耳]");
}

static void pictographs(void **state) {
    (void)state;
    assert_string_equal(tokens("😀"), "~😀");
    assert_string_equal(tokens("hat😀🎩 x"), "hat +~😀 +~🎩 x");
    assert_string_equal(ranges("hat 😀\xEF\xB8\x8F x"), "[hat] [😀] [x]");
    assert_string_equal(terms("hot😀dog"), "hot 😀 dog");
}

static void invalid_text_parts_words(void **state) {
    (void)state;
    assert_string_equal(tokens("ok\xFFnext"), "ok next");
    assert_string_equal(tokens("\x80\xC0\x80 a\xE0\x80"), "a");
    assert_string_equal(tokens("a\xED\xA0\x80z"), "a z");
    assert_string_equal(tokens("中\xE4\xB8"), "~中");
    list out = {.used = 0};
    pr_tokens("a\0b", 3, put_token, &out);
    assert_string_equal(out.text, "a b");
}

static void long_words_are_cut(void **state) {
    (void)state;
    char text[400], expected[PR_MAX_TERM + 1];
    memset(text, 'b', 200);
    strcpy(text + 200, " c");
    memset(expected, 'b', PR_MAX_TERM);
    expected[PR_MAX_TERM] = 0;
    assert_int_equal(strncmp(tokens(text), expected, PR_MAX_TERM), 0);
    assert_string_equal(tokens(text) + PR_MAX_TERM, " c");
    assert_int_equal(strlen(ranges(text)), 202 + 4); /* the range has all of it */
    memset(text, '7', 200);
    assert_int_equal(strlen(tokens(text)), PR_MAX_TERM + 2 + 1);
    for (size_t i = 0; i < 120; i += 2)
        memcpy(text + i, "я", 2);
    strcpy(text + 120, "яяяяя");
    assert_int_equal(strlen(tokens(text)), PR_MAX_TERM);
    assert_true(pr_utf8_valid(tokens(text), PR_MAX_TERM, NULL));
    /* 63 bytes, then a letter of two: it is not cut in half */
    memset(text, 'b', 63);
    strcpy(text + 63, "я");
    assert_int_equal(strlen(tokens(text)), 63);
    /* parts that do not fit are no chain */
    memset(text, 'b', 40);
    text[40] = '-';
    memset(text + 41, 'd', 40);
    text[81] = 0;
    assert_int_equal(strlen(terms(text)), 81);
}

/* ---- properties on random texts ---- */

static uint64_t seed = 12345;

static uint32_t below(uint32_t n) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % n;
}

static size_t encode(uint32_t code, char *out) {
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 63));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 63));
        out[2] = (char)(0x80 | (code & 63));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 63));
    out[2] = (char)(0x80 | (code >> 6 & 63));
    out[3] = (char)(0x80 | (code & 63));
    return 4;
}

static bool has_token(const char *all, const char *one, size_t size) {
    for (const char *at = all; (at = strchr(at, '~')); at++) {
        if (strncmp(at + 1, one, size) == 0 && (at[1 + size] == ' ' || at[1 + size] == 0))
            return true;
    }
    return false;
}

/* A query that is any piece of at least two characters finds the text: its pairs are among the text's. */
static void every_piece_of_a_run_is_found(void **state) {
    (void)state;
    static const uint32_t scripts[][2] = {
        {0x4E00, 0x5200}, {0xE01, 0xE3A}, {0x3041, 0x3096}, {0xAC00, 0xAD00}, {0x20000, 0x20100}};
    for (int round = 0; round < 200; round++) {
        const uint32_t *script = scripts[round % 5];
        char text[256], piece[256], whole[4096];
        size_t at[32], count = 2 + below(12), size = 0;
        for (size_t i = 0; i < count; i++) {
            at[i] = size;
            size += encode(script[0] + below(script[1] - script[0]), text + size);
        }
        at[count] = size;
        text[size] = 0;
        strcpy(whole, tokens(text));
        for (size_t from = 0; from < count; from++) {
            for (size_t to = from + 2; to <= count; to++) {
                size_t n = at[to] - at[from];
                memcpy(piece, text + at[from], n);
                piece[n] = 0;
                char found[4096], *rest = found;
                strcpy(found, tokens(piece));
                for (char *one; (one = strsep(&rest, " "));) {
                    one += *one == '+';
                    assert_int_equal(*one, '~');
                    assert_true(has_token(whole, one + 1, strlen(one + 1)));
                }
            }
        }
    }
}

typedef struct checked {
    const char *text;
    size_t size;
    uint32_t begin, end, count;
} checked;

static bool check_token(void *context, const pr_token *token) {
    checked *c = context;
    assert_true(token->size > 0 && token->size <= PR_MAX_TERM);
    assert_true(token->begin < token->end && token->end <= c->size);
    assert_true(pr_utf8_valid(token->text, token->size, NULL));
    /* in order; only pairs may overlap */
    assert_true(token->begin >= c->begin && token->end >= c->end);
    if (token->kind != PR_TOKEN_GRAM)
        assert_true(token->begin >= c->end);
    c->begin = token->begin;
    c->end = token->end;
    c->count++;
    return true;
}

static bool check_range(void *context, const pr_token *token) {
    checked *c = context;
    assert_true(pr_utf8_valid(c->text + token->begin, token->end - token->begin, NULL));
    return check_token(context, token);
}

static bool check_term(void *context, const char *term, size_t size) {
    (void)context;
    assert_true(size > 0 && size <= PR_MAX_TERM && pr_utf8_valid(term, size, NULL));
    return true;
}

/* Any bytes, and any valid text: ranges lie in the text and in order, and of a valid text they are valid pieces. */
static void ranges_hold_on_random_texts(void **state) {
    (void)state;
    static const uint32_t codes[] = {'a',    's',     'm',    'l',    '1',    '5',    '0',    '.',
                                     ',',    '-',     '\'',   ' ',    '/',    'K',    0xE9,   0x301,
                                     0x2019, 0x17F,   0x212A, 0x4E2D, 0x6587, 0xE01,  0xFF11, 0xFF4D,
                                     0xFF4C, 0x1F600, 0xFE0F, 0x200D, 0x130,  0x1E9E, 0x3000};
    for (int round = 0; round < 20000; round++) {
        char text[600];
        size_t size = 0, count = below(round % 10 ? 12 : 120);
        for (size_t i = 0; i < count; i++) {
            if (round % 2)
                size += encode(codes[below(sizeof codes / sizeof *codes)], text + size);
            else
                text[size++] = below(3) ? (char)below(256) : "a1.-'\xE4\xB8"[below(7)];
        }
        char *exact = malloc(size ? size : 1); /* nothing behind the end */
        memcpy(exact, text, size);
        checked c = {exact, size, 0, 0, 0};
        pr_tokens(exact, size, round % 2 ? check_range : check_token, &c);
        pr_search_terms(exact, size, check_term, NULL);
        free(exact);
    }
}

static bool stop_at_two(void *context, const pr_token *token) {
    (void)token;
    return ++*(int *)context < 2;
}

static bool stop_term(void *context, const char *term, size_t size) {
    (void)term;
    (void)size;
    return ++*(int *)context < 2;
}

static void a_visitor_can_stop(void **state) {
    (void)state;
    static const char *const texts[] = {"a b c d", "無線耳機充電器", "5ml 5ml 5ml", "😀😀😀😀", "t-shirt x-y-z"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int count = 0;
        pr_tokens(texts[i], strlen(texts[i]), stop_at_two, &count);
        assert_int_equal(count, 2);
    }
    int count = 0;
    pr_search_terms("a b c", 5, stop_term, &count);
    assert_int_equal(count, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_are_folded),
        cmocka_unit_test(apostrophes_vanish),
        cmocka_unit_test(numbers),
        cmocka_unit_test(units),
        cmocka_unit_test(full_width_measures_have_whole_ranges),
        cmocka_unit_test(chains),
        cmocka_unit_test(scripts_without_spaces),
        cmocka_unit_test(pictographs),
        cmocka_unit_test(invalid_text_parts_words),
        cmocka_unit_test(long_words_are_cut),
        cmocka_unit_test(every_piece_of_a_run_is_found),
        cmocka_unit_test(ranges_hold_on_random_texts),
        cmocka_unit_test(a_visitor_can_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
