/* Cutting a text into tokens: words, numbers with their units, and pairs of characters where a script has no spaces. */
#include "tokens.h"
#include "utf8.h"

#include <string.h>

typedef struct cutter {
    const uint8_t *text;
    size_t size;
    pr_token_visitor visit;
    void *context;
    char word[PR_MAX_TERM];
    size_t used;
    size_t begin, end;  /* bytes of the text behind the word that is being built */
    size_t unit;        /* where its digits end, if it begins with some */
    size_t last_end;    /* where the token before ended */
    bool any, stopped;  /* a token was made already; the visitor wants no more */
    bool number_before; /* the token before was a number */
    uint32_t gram;      /* the character before in a run of grams, 0: none */
    size_t gram_begin;  /* its first byte */
    bool gram_paired;   /* it is part of a pair already */
} cutter;

/* ---- units ---- */

/* Names of units by their short name, which comes first. */
static const char *const UNITS[] = {
    "ml millilitre millilitres milliliter milliliters",
    "l litre litres liter liters ltr ltrs",
    "g gm gms gram grams",
    "kg kgs kilogram kilograms",
    "mg milligram milligrams",
    "cm cms centimetre centimetres centimeter centimeters",
    "mm millimetre millimetres millimeter millimeters",
    "m metre metres meter meters mtr mtrs",
    "in inch inches",
    "ft foot feet",
    "mb megabyte megabytes",
    "gb gigabyte gigabytes",
    "tb terabyte terabytes",
    "w watt watts",
    "v volt volts",
    "mah",
    "hz hertz",
    "khz",
    "mhz",
    "ghz",
    "mp megapixel megapixels",
    "oz ounce ounces",
    "lb lbs pound pounds",
    "ton tons tonne tonnes",
    "pc pcs piece pieces",
};

const char *pr__unit(const char *word, size_t size) {
    for (size_t i = 0; i < PR_COUNT(UNITS); i++) {
        const char *name = UNITS[i];
        while (*name) {
            size_t n = strcspn(name, " ");
            if (pr__equal(name, n, word, size))
                return UNITS[i];
            name += n + (name[n] == ' ');
        }
    }
    return NULL;
}

/* "in" is a unit only where it sticks to its number: "3 in 1". */
static const char *unit_of(const char *word, size_t size, bool stuck) {
    return !stuck && pr__equal(word, size, "in", 2) ? NULL : pr__unit(word, size);
}

/* ---- characters ---- */

static bool between(uint32_t code, uint32_t first, uint32_t last) {
    return code >= first && code <= last;
}

/* Scripts that are written without spaces: Thai, Lao, Burmese, Khmer, Japanese, Chinese, Korean. */
static bool is_unspaced(uint32_t c) {
    return between(c, 0xE01, 0xEDF) || between(c, 0x1000, 0x109F) || between(c, 0x1780, 0x17FF) ||
           between(c, 0x1100, 0x11FF) || between(c, 0x3005, 0x3007) || between(c, 0x3041, 0x31FF) ||
           between(c, 0x3400, 0x4DBF) || between(c, 0x4E00, 0x9FFF) || between(c, 0xAC00, 0xD7AF) ||
           between(c, 0xF900, 0xFAFF) || between(c, 0x20000, 0x3FFFF);
}

static bool is_pictograph(uint32_t c) {
    return between(c, 0x1F000, 0x1FAFF);
}

/* Marks that are left out when people type: Latin accents, Hebrew points, Arabic vowel signs and tatweel. */
static bool is_mark(uint32_t c) {
    return between(c, 0x300, 0x36F) || between(c, 0x591, 0x5C7) || between(c, 0x64B, 0x65F) || c == 0x640 ||
           c == 0x670 || between(c, 0xFE00, 0xFE0F);
}

static bool is_digit(int c) {
    return c >= '0' && c <= '9';
}

static bool is_apostrophe(uint32_t c) {
    return c == '\'' || c == 0x2019 || c == 0x2BC;
}

/* ---- tokens ---- */

static void emit(cutter *c, pr_token_kind kind, const char *text, size_t size, size_t begin, size_t end) {
    if (c->stopped || size == 0)
        return;
    bool joined = c->any && begin <= c->last_end;
    if (c->any && begin == c->last_end + 1) {
        uint8_t gap = c->text[c->last_end];
        joined = gap == '-' || gap == '_' || gap == '/' || gap == '.' || gap == '&' || gap == '+';
    }
    const pr_token token = {kind, text, size, (uint32_t)begin, (uint32_t)end, joined};
    c->stopped = !c->visit(c->context, &token);
    c->any = true;
    c->last_end = end;
    c->number_before = kind == PR_TOKEN_NUMBER;
}

/* Zeros behind a decimal point say nothing: "1.50" is "1.5". */
static size_t plain_number(const char *text, size_t size) {
    if (!memchr(text, '.', size))
        return size;
    while (size && text[size - 1] == '0')
        size--;
    return size && text[size - 1] == '.' ? size - 1 : size;
}

static size_t digits_of(const char *text, size_t size) {
    size_t n = 0;
    while (n < size && (is_digit(text[n]) || text[n] == '.'))
        n++;
    return n;
}

static void end_word(cutter *c) {
    if (c->used == 0)
        return;
    size_t digits = digits_of(c->word, c->used), begin = c->begin, end = c->end, size = c->used;
    c->used = 0;
    if (digits == size) {
        emit(c, PR_TOKEN_NUMBER, c->word, plain_number(c->word, size), begin, end);
        return;
    }
    const char *unit = digits ? unit_of(c->word + digits, size - digits, true) : NULL;
    if (unit) {
        emit(c, PR_TOKEN_NUMBER, c->word, plain_number(c->word, digits), begin, c->unit);
        emit(c, PR_TOKEN_UNIT, unit, strcspn(unit, " "), c->unit, end);
        return;
    }
    if (!digits && c->number_before && begin <= c->last_end + 1 && (unit = unit_of(c->word, size, false))) {
        emit(c, PR_TOKEN_UNIT, unit, strcspn(unit, " "), begin, end);
        return;
    }
    emit(c, PR_TOKEN_WORD, c->word, size, begin, end);
}

static void end_grams(cutter *c) {
    char text[4];
    if (c->gram && !c->gram_paired) {
        size_t n = pr__utf8_encode(c->gram, text);
        emit(c, PR_TOKEN_GRAM, text, n, c->gram_begin, c->gram_begin + n);
    }
    c->gram = 0;
}

static void add_gram(cutter *c, uint32_t code, size_t begin, size_t length) {
    char pair[8];
    end_word(c);
    if (c->gram) {
        size_t n = pr__utf8_encode(c->gram, pair);
        n += pr__utf8_encode(code, pair + n);
        emit(c, PR_TOKEN_GRAM, pair, n, c->gram_begin, begin + length);
    }
    c->gram_paired = c->gram != 0;
    c->gram = code;
    c->gram_begin = begin;
}

static void add_letters(cutter *c, const char *letters, size_t n, size_t begin, size_t length) {
    if (c->used == 0)
        c->begin = begin;
    if (!is_digit(letters[0]) && digits_of(c->word, c->used) == c->used)
        c->unit = begin;
    if (c->used + n <= sizeof c->word) {
        memcpy(c->word + c->used, letters, n);
        c->used += n;
    }
    c->end = begin + length;
}

/* A point or comma among digits: part of the number, a mark of groups that vanishes, or the word's end. */
static bool take_number_mark(cutter *c, size_t at) {
    if (c->used == 0 || c->used >= sizeof c->word || at + 1 >= c->size || !is_digit(c->text[at + 1]) ||
        digits_of(c->word, c->used) != c->used)
        return false;
    if (c->text[at] == '.') {
        if (memchr(c->word, '.', c->used))
            return false;
        c->word[c->used++] = '.';
        return true;
    }
    size_t digits = 1;
    while (at + 1 + digits < c->size && is_digit(c->text[at + 1 + digits]))
        digits++;
    return digits == 3 || (digits == 2 && at + 3 < c->size && c->text[at + 3] == ',');
}

/* An apostrophe within a word vanishes; "'s" at its end goes with it. Returns the bytes to go on by. */
static size_t take_apostrophe(cutter *c, size_t at, size_t length) {
    size_t next = at + length;
    bool s = next < c->size && (c->text[next] == 's' || c->text[next] == 'S');
    char folded[4];
    uint32_t code;
    size_t after = next + 1;
    size_t n = after < c->size ? pr__utf8_decode(c->text + after, c->size - after, &code) : 0;
    if (s && (n == 0 || pr__fold(code, folded) == 0))
        return length + 1;
    return length;
}

static uint32_t narrow(uint32_t code) {
    return between(code, 0xFF10, 0xFF19) || between(code, 0xFF21, 0xFF3A) || between(code, 0xFF41, 0xFF5A)
               ? code - 0xFEE0
               : code;
}

static size_t step(cutter *c, size_t at) {
    uint32_t code = 0;
    char folded[4];
    size_t length = pr__utf8_decode(c->text + at, c->size - at, &code);
    if (length == 0)
        code = ' ';
    size_t step = length ? length : 1;
    if (is_mark(code))
        return step;
    if ((code == '.' || code == ',') && take_number_mark(c, at))
        return step;
    if (is_apostrophe(code) && c->used)
        return take_apostrophe(c, at, step);
    if (is_unspaced(code)) {
        add_gram(c, code, at, step);
        return step;
    }
    end_grams(c);
    if (is_pictograph(code)) {
        end_word(c);
        emit(c, PR_TOKEN_GRAM, (const char *)c->text + at, step, at, at + step);
        return step;
    }
    size_t n = pr__fold(narrow(code), folded);
    if (n)
        add_letters(c, folded, n, at, step);
    else
        end_word(c);
    return step;
}

void pr_tokens(const char *text, size_t size, pr_token_visitor visit, void *context) {
    cutter c = {.text = (const uint8_t *)text, .size = size, .visit = visit, .context = context};
    for (size_t at = 0; at < size && !c.stopped;)
        at += step(&c, at);
    end_word(&c);
    end_grams(&c);
}

/* ---- terms ---- */

size_t pr__term(pr_token_kind kind, char *text, size_t size) {
    return kind == PR_TOKEN_WORD ? pr_stem(text, size) : size;
}

typedef struct termer {
    pr_term_visitor visit;
    void *context;
    char chain[PR_MAX_TERM]; /* tokens that hang together, laid end to end */
    size_t used;
    uint32_t links; /* tokens in it */
    bool words;     /* all of them are words or numbers, and they fit */
    char number[PR_MAX_TERM];
    size_t number_size;
} termer;

enum { MOST_LINKS = 3 };

static bool end_chain(termer *t) {
    bool whole = t->words && t->links > 1 && t->links <= MOST_LINKS;
    size_t size = whole ? pr_stem(t->chain, t->used) : 0;
    t->links = 0;
    t->used = 0;
    t->words = true;
    return !whole || t->visit(t->context, t->chain, size);
}

static bool add_link(termer *t, const pr_token *token) {
    if (!token->joined && !end_chain(t))
        return false;
    if (t->used + token->size > sizeof t->chain || token->kind == PR_TOKEN_GRAM || token->kind == PR_TOKEN_UNIT)
        t->words = false;
    else {
        memcpy(t->chain + t->used, token->text, token->size);
        t->used += token->size;
    }
    t->links++;
    return true;
}

static bool add_measure(termer *t, const pr_token *token) {
    bool fits = token->kind == PR_TOKEN_UNIT && t->number_size && t->number_size + token->size <= sizeof t->number;
    if (fits) {
        memcpy(t->number + t->number_size, token->text, token->size);
        if (!t->visit(t->context, t->number, t->number_size + token->size))
            return false;
    }
    t->number_size = 0;
    if (token->kind == PR_TOKEN_NUMBER) {
        memcpy(t->number, token->text, token->size);
        t->number_size = token->size;
    }
    return true;
}

static bool take_token(void *context, const pr_token *token) {
    termer *t = context;
    char term[PR_MAX_TERM];
    memcpy(term, token->text, token->size);
    size_t size = pr__term(token->kind, term, token->size);
    return t->visit(t->context, term, size) && add_measure(t, token) && add_link(t, token);
}

void pr_search_terms(const char *text, size_t size, pr_term_visitor visit, void *context) {
    termer t = {.visit = visit, .context = context, .words = true};
    pr_tokens(text, size, take_token, &t);
    end_chain(&t);
}
