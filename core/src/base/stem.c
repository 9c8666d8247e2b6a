/* The English stemmer of Snowball ("Porter2"; M. Porter 2001, snowballstem.org/algorithms/english/stemmer.html). The
 * step numbers are those of that description. Words that hold anything but a–z stay as they are: they are names,
 * numbers or of another language. Apostrophes do not occur, because pr_words parts words there. */
#include "base.h"

#include <string.h>

typedef struct word {
    char *letters;
    size_t size;
    size_t r1, r2; /* where the regions behind the first and the second vowel-consonant pair begin */
} word;

/* A y that is a consonant is written Y while stemming. */
static bool is_vowel(char c) {
    return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y';
}

static bool ends(const word *w, const char *suffix) {
    size_t n = strlen(suffix);
    return w->size >= n && memcmp(w->letters + w->size - n, suffix, n) == 0;
}

static bool in_r1(const word *w, const char *suffix) {
    return w->size - strlen(suffix) >= w->r1;
}

static bool in_r2(const word *w, const char *suffix) {
    return w->size - strlen(suffix) >= w->r2;
}

/* Put `with` in the place of the suffix of `cut` letters; never longer than the word was with room for one `e`. */
static void replace(word *w, size_t cut, const char *with) {
    size_t n = strlen(with);
    memcpy(w->letters + w->size - cut, with, n);
    w->size += n - cut;
}

static bool equals(const word *w, const char *text) {
    return pr__equal(w->letters, w->size, text, strlen(text));
}

/* ---- regions and short syllables ---- */

static size_t behind_vowel_consonant(const word *w, size_t from) {
    for (size_t i = from; i + 1 < w->size; i++) {
        if (is_vowel(w->letters[i]) && !is_vowel(w->letters[i + 1]))
            return i + 2;
    }
    return w->size;
}

static void mark_regions(word *w) {
    static const char *const beginnings[] = {"gener", "commun", "arsen"};
    w->r1 = behind_vowel_consonant(w, 0);
    for (size_t i = 0; i < PR_COUNT(beginnings); i++) {
        size_t n = strlen(beginnings[i]);
        if (w->size >= n && memcmp(w->letters, beginnings[i], n) == 0)
            w->r1 = n;
    }
    w->r2 = behind_vowel_consonant(w, w->r1);
}

/* A y at the beginning or behind a vowel is a consonant. */
static void mark_consonant_y(word *w) {
    for (size_t i = 0; i < w->size; i++) {
        if (w->letters[i] == 'y' && (i == 0 || is_vowel(w->letters[i - 1])))
            w->letters[i] = 'Y';
    }
}

static bool has_vowel_before(const word *w, size_t end) {
    for (size_t i = 0; i < end; i++) {
        if (is_vowel(w->letters[i]))
            return true;
    }
    return false;
}

/* Do the first `size` letters end in a short syllable? */
static bool short_syllable(const word *w, size_t size) {
    const char *l = w->letters;
    if (size == 2)
        return is_vowel(l[0]) && !is_vowel(l[1]);
    return size > 2 && !is_vowel(l[size - 3]) && is_vowel(l[size - 2]) && !is_vowel(l[size - 1]) &&
           l[size - 1] != 'w' && l[size - 1] != 'x' && l[size - 1] != 'Y';
}

static bool is_short(const word *w) {
    return w->r1 >= w->size && short_syllable(w, w->size);
}

/* ---- the steps ---- */

static void step_1a(word *w) {
    if (ends(w, "sses"))
        w->size -= 2;
    else if (ends(w, "ied") || ends(w, "ies"))
        w->size -= w->size > 4 ? 2 : 1;
    else if (ends(w, "s") && !ends(w, "us") && !ends(w, "ss") && w->size > 2 && has_vowel_before(w, w->size - 2))
        w->size -= 1;
}

static bool ends_double(const word *w) {
    return w->size > 1 && w->letters[w->size - 1] == w->letters[w->size - 2] &&
           memchr("bdfgmnprt", w->letters[w->size - 1], 9) != NULL;
}

static void step_1b(word *w) {
    static const char *const endings[] = {"ingly", "edly", "ing", "ed"};
    if (ends(w, "eedly") || ends(w, "eed")) {
        size_t n = ends(w, "eedly") ? 5 : 3;
        if (w->size - n >= w->r1)
            w->size -= n - 2;
        return;
    }
    for (size_t i = 0; i < PR_COUNT(endings); i++) {
        size_t n = strlen(endings[i]);
        if (!ends(w, endings[i]))
            continue;
        if (!has_vowel_before(w, w->size - n))
            return;
        w->size -= n;
        if (ends(w, "at") || ends(w, "bl") || ends(w, "iz") || (!ends_double(w) && is_short(w)))
            replace(w, 0, "e");
        else if (ends_double(w))
            w->size -= 1;
        return;
    }
}

static void step_1c(word *w) {
    if (w->size > 2 && (ends(w, "y") || ends(w, "Y")) && !is_vowel(w->letters[w->size - 2]))
        w->letters[w->size - 1] = 'i';
}

typedef struct rule {
    const char *suffix, *with;
} rule;

/* The first rule whose suffix fits, or NULL; longer suffixes stand before those that they end in. */
static const rule *find_rule(const word *w, const rule *rules, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (ends(w, rules[i].suffix))
            return &rules[i];
    }
    return NULL;
}

static void step_2(word *w) {
    static const rule rules[] = {
        {"ization", "ize"}, {"ational", "ate"}, {"fulness", "ful"}, {"ousness", "ous"}, {"iveness", "ive"},
        {"tional", "tion"}, {"biliti", "ble"},  {"lessli", "less"}, {"entli", "ent"},   {"ation", "ate"},
        {"alism", "al"},    {"aliti", "al"},    {"ousli", "ous"},   {"iviti", "ive"},   {"fulli", "ful"},
        {"enci", "ence"},   {"anci", "ance"},   {"abli", "able"},   {"izer", "ize"},    {"ator", "ate"},
        {"alli", "al"},     {"bli", "ble"},     {"ogi", "og"},      {"li", ""},
    };
    const rule *found = find_rule(w, rules, PR_COUNT(rules));
    if (!found || !in_r1(w, found->suffix))
        return;
    char before = w->size > strlen(found->suffix) ? w->letters[w->size - strlen(found->suffix) - 1] : 0;
    if (strcmp(found->suffix, "ogi") == 0 && before != 'l')
        return;
    if (strcmp(found->suffix, "li") == 0 && (!before || !memchr("cdeghkmnrt", before, 10)))
        return;
    replace(w, strlen(found->suffix), found->with);
}

static void step_3(word *w) {
    static const rule rules[] = {
        {"ational", "ate"}, {"tional", "tion"}, {"alize", "al"}, {"icate", "ic"}, {"iciti", "ic"},
        {"ative", ""},      {"ical", "ic"},     {"ness", ""},    {"ful", ""},
    };
    const rule *found = find_rule(w, rules, PR_COUNT(rules));
    if (!found || !in_r1(w, found->suffix) || (strcmp(found->suffix, "ative") == 0 && !in_r2(w, found->suffix)))
        return;
    replace(w, strlen(found->suffix), found->with);
}

static void step_4(word *w) {
    static const rule rules[] = {
        {"ement", ""}, {"ance", ""}, {"ence", ""}, {"able", ""}, {"ible", ""}, {"ment", ""},
        {"ant", ""},   {"ent", ""},  {"ism", ""},  {"ate", ""},  {"iti", ""},  {"ous", ""},
        {"ive", ""},   {"ize", ""},  {"ion", ""},  {"al", ""},   {"er", ""},   {"ic", ""},
    };
    const rule *found = find_rule(w, rules, PR_COUNT(rules));
    if (!found || !in_r2(w, found->suffix))
        return;
    if (strcmp(found->suffix, "ion") == 0 && (w->size < 4 || !memchr("st", w->letters[w->size - 4], 2)))
        return;
    w->size -= strlen(found->suffix);
}

static void step_5(word *w) {
    if (ends(w, "e")) {
        size_t at = w->size - 1;
        if (at >= w->r2 || (at >= w->r1 && !short_syllable(w, at)))
            w->size -= 1;
    } else if (ends(w, "ll") && w->size - 1 >= w->r2)
        w->size -= 1;
}

/* Words that the rules would spoil. */
static bool exception(word *w) {
    static const rule words[] = {
        {"skis", "ski"},      {"skies", "sky"},    {"dying", "die"},   {"lying", "lie"},   {"tying", "tie"},
        {"idly", "idl"},      {"gently", "gentl"}, {"ugly", "ugli"},   {"early", "earli"}, {"only", "onli"},
        {"singly", "singl"},  {"sky", "sky"},      {"news", "news"},   {"howe", "howe"},   {"atlas", "atlas"},
        {"cosmos", "cosmos"}, {"bias", "bias"},    {"andes", "andes"},
    };
    for (size_t i = 0; i < PR_COUNT(words); i++) {
        if (equals(w, words[i].suffix)) {
            replace(w, w->size, words[i].with);
            return true;
        }
    }
    return false;
}

/* Words that are done after step 1a. */
static bool done_early(const word *w) {
    static const char *const words[] = {"inning",  "outing",  "canning", "herring",
                                        "earring", "proceed", "exceed",  "succeed"};
    for (size_t i = 0; i < PR_COUNT(words); i++) {
        if (equals(w, words[i]))
            return true;
    }
    return false;
}

size_t pr_stem(char *letters, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (letters[i] < 'a' || letters[i] > 'z')
            return size;
    }
    word w = {.letters = letters, .size = size};
    if (size < 3 || exception(&w))
        return w.size;
    mark_consonant_y(&w);
    mark_regions(&w);
    step_1a(&w);
    if (!done_early(&w)) {
        step_1b(&w);
        step_1c(&w);
        step_2(&w);
        step_3(&w);
        step_4(&w);
        step_5(&w);
    }
    for (size_t i = 0; i < w.size; i++) {
        if (w.letters[i] == 'Y')
            w.letters[i] = 'y';
    }
    return w.size;
}
