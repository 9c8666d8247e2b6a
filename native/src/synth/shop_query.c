/* What a visitor types when looking for a product. */
#include "shop_query.h"

#include "shop_words.h"
#include "shop_world.h"

#include <string.h>

enum { LEAST_WORD = 3, LEAST_MISSPELT = 5 };

/* Words that nobody types. */
static bool says_nothing(const char *text, size_t size) {
    static const char *const small[] = {"with", "for", "the", "and", "set", "pack", "size", "inch", "pieces"};
    for (size_t i = 0; i < sizeof small / sizeof *small; i++) {
        if (strlen(small[i]) == size && memcmp(small[i], text, size) == 0)
            return true;
    }
    return false;
}

static bool take_word(void *context, const pr_token *token) {
    prt_name_words *w = context;
    if (token->kind != PR_TOKEN_WORD || token->size < LEAST_WORD || token->size >= PRT_WORD_ROOM - 1 ||
        says_nothing(token->text, token->size))
        return true;
    memcpy(w->list[w->count], token->text, token->size);
    w->list[w->count++][token->size] = 0;
    return w->count < PRT_QUERY_WORDS;
}

void prt_shop_name_words(const char *name, prt_name_words *out) {
    out->count = 0;
    pr_tokens(name, strlen(name), take_word, out);
}

/* Two neighbouring letters change places, a letter is missing, or one is there twice; never the first. */
static void misspell(char *word, prt_draw *draw) {
    size_t size = strlen(word), at = 1 + prt_draw_below(draw, (uint32_t)size - 2);
    uint32_t slip = prt_draw_below(draw, 3);
    for (size_t i = 0; i < size; i++) {
        if (word[i] & 0x80)
            return;
    }
    char c = word[at];
    if (slip == 0) {
        word[at] = word[at + 1];
        word[at + 1] = c;
    } else if (slip == 1) {
        memmove(word + at, word + at + 1, size - at);
    } else {
        memmove(word + at + 1, word + at, size - at + 1);
    }
}

static const char *other_word(const char *word) {
    for (uint32_t i = 0; i < PRT_SAME_WORDS; i++) {
        if (strcmp(prt_same_words[i][0], word) == 0)
            return prt_same_words[i][1];
    }
    return NULL;
}

/* The word as it is typed; may change `word`. */
static const char *type_word(char *word, prt_draw *draw) {
    const char *other = other_word(word);
    if (other && prt_draw_uniform(draw) < PRT_SHOP_OTHER)
        return other;
    if (strlen(word) >= LEAST_MISSPELT && prt_draw_uniform(draw) < PRT_SHOP_TYPO)
        misspell(word, draw);
    return word;
}

/* Where a window of `size` of `count` words begins: anywhere, or so that it holds the word `head`. */
static uint32_t place_window(uint32_t size, uint32_t count, uint32_t head, prt_draw *draw) {
    uint32_t low = 0, high = count - size;
    if (prt_draw_uniform(draw) < PRT_SHOP_HEAD) {
        low = head + 1 > size ? head + 1 - size : 0;
        high = head < high ? head : high;
    }
    return low + prt_draw_below(draw, high - low + 1);
}

size_t prt_shop_query(const char *name, uint32_t head, prt_draw *draw, char out[PRT_QUERY_ROOM]) {
    prt_name_words w;
    size_t used = 0;
    prt_shop_name_words(name, &w);
    if (w.count == 0)
        return 0;
    uint32_t wanted = 1 + prt_draw_below(draw, w.count < 3 ? w.count : 3);
    uint32_t from = place_window(wanted, w.count, head < w.count ? head : 0, draw);
    bool dropped = wanted == 3 && prt_draw_uniform(draw) < PRT_SHOP_DROPPED;
    for (uint32_t i = 0; i < wanted; i++) {
        if (dropped && i == 1)
            continue;
        const char *word = type_word(w.list[from + i], draw);
        size_t size = strlen(word);
        if (used)
            out[used++] = ' ';
        memcpy(out + used, word, size);
        used += size;
    }
    return used;
}
