/* UTF-8 and words: validation, folding of case and Latin accents, cutting a text into words. */
#include "utf8.h"

bool pr_utf8_valid(const char *bytes, size_t size, size_t *where) {
    const uint8_t *p = (const uint8_t *)bytes;
    size_t i = 0;
    while (i < size) {
        if (p[i] < 0x80) {
            i++;
            continue;
        }
        uint32_t code;
        size_t length = pr__utf8_decode(p + i, size - i, &code);
        if (length == 0) {
            if (where)
                *where = i;
            return false;
        }
        i += length;
    }
    return true;
}

size_t pr__utf8_decode(const uint8_t *p, size_t size, uint32_t *code) {
    if (size == 0)
        return 0;
    if (p[0] < 0x80) {
        *code = p[0];
        return 1;
    }
    size_t length = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
    if (p[0] < 0xC2 || p[0] > 0xF4 || size < length)
        return 0;
    uint32_t value = p[0] & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (p[i] & 0x3F);
    }
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < smallest[length] || (value >= 0xD800 && value < 0xE000) || value > 0x10FFFF)
        return 0;
    *code = value;
    return length;
}

size_t pr__utf8_length(const char *bytes, size_t size) {
    size_t count = 0;
    for (size_t i = 0; i < size; i++)
        count += ((uint8_t)bytes[i] & 0xC0) != 0x80;
    return count;
}

size_t pr__utf8_encode(uint32_t code, char out[4]) {
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

/* U+00C0 … U+017F without their marks, lower-cased; '\1' marks the letters that fold to two (see below), ' ' none. */
static const char LATIN[] = "aaaaaa\1ceeeeiiiidnooooo ouuuuy\1\1"  /* C0 … DF: Æ, Þ, ß */
                            "aaaaaa\1ceeeeiiiidnooooo ouuuuy\1y"   /* E0 … FF */
                            "aaaaaaccccccccddddeeeeeeeeeegggggggg" /* 100 … 123 */
                            "hhhhiiiiiiiiii\1\1jjkkklllllllllln"   /* 124 … 143 */
                            "nnnnnnnnoooooo\1\1rrrrrrsssssssstt"   /* 144 … 163 */
                            "ttttuuuuuuuuuuuuwwyyyzzzzzzs";        /* 164 … 17F */

static size_t fold_latin(uint32_t code, char out[4]) {
    char letter = LATIN[code - 0xC0];
    if (letter == ' ')
        return 0;
    if (letter != '\1') {
        out[0] = letter;
        return 1;
    }
    const char *two = code == 0xC6 || code == 0xE6     ? "ae"
                      : code == 0xDE || code == 0xFE   ? "th"
                      : code == 0xDF                   ? "ss"
                      : code == 0x132 || code == 0x133 ? "ij"
                                                       : "oe";
    out[0] = two[0];
    out[1] = two[1];
    return 2;
}

/* Lower case of Greek and Cyrillic capitals; everything else stays. */
static uint32_t lower(uint32_t code) {
    if (code >= 0x391 && code <= 0x3A9)
        return code + 32;
    if (code >= 0x410 && code <= 0x42F)
        return code + 32;
    if (code >= 0x400 && code <= 0x40F)
        return code + 80;
    return code;
}

static bool is_separator(uint32_t code) {
    if (code < 0x80)
        return !((code >= '0' && code <= '9') || (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z'));
    return code < 0xC0 || code == 0xD7 || code == 0xF7 || (code >= 0x2000 && code <= 0x2BFF) ||
           (code >= 0x3000 && code <= 0x3004) || (code >= 0x3008 && code <= 0x3020) || code == 0xFEFF ||
           (code >= 0xFF00 && code <= 0xFF0F);
}

size_t pr__fold(uint32_t code, char out[4]) {
    if (is_separator(code))
        return 0;
    if (code < 0x80) {
        out[0] = (char)(code >= 'A' && code <= 'Z' ? code + 32 : code);
        return 1;
    }
    if (code >= 0xC0 && code < 0x180)
        return fold_latin(code, out);
    return pr__utf8_encode(lower(code), out);
}

void pr_words(const char *text, size_t size, pr_word_visitor visit, void *context) {
    char word[PR_MAX_WORD];
    size_t used = 0;
    const uint8_t *p = (const uint8_t *)text;
    size_t i = 0;
    while (i < size) {
        uint32_t code = 0;
        size_t length = pr__utf8_decode(p + i, size - i, &code);
        char folded[4];
        size_t n = 0;
        if (length == 0)
            length = 1;
        else if (code >= 0x300 && code < 0x370) { /* a combining mark belongs to the word and vanishes */
            i += length;
            continue;
        } else
            n = pr__fold(code, folded);
        i += length;
        if (n == 0) {
            if (used && !visit(context, word, used))
                return;
            used = 0;
        } else if (used + n <= sizeof word) {
            for (size_t k = 0; k < n; k++)
                word[used++] = folded[k];
        }
    }
    if (used)
        visit(context, word, used);
}
