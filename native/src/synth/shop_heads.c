/* Which word of a name says what kind of thing it is: people search for "kettle" rather than for its maker. */
#include "fail.h"
#include "idmap.h"
#include "shop_query.h"
#include "shop_world.h"

#include <stdio.h>
#include <stdlib.h>

/* Words of each shelf, and how many of its names hold them. */
typedef struct counter {
    prt_idmap words;
    uint32_t *names, room;
} counter;

/* The place of a word of a shelf, made when it is new. False: out of memory. */
static bool find_word(counter *c, uint32_t shelf, const char *word, uint32_t *place) {
    enum { KEY = PRT_WORD_ROOM + 24 };
    char key[KEY] = {0};
    bool added;
    int size = snprintf(key, KEY - 8, "%u %s", shelf, word);
    if (!prt_idmap_add(&c->words, key, (size_t)size, place, &added))
        return false;
    if (*place >= c->room) {
        uint32_t room = c->room ? c->room * 2 : 1 << 12;
        uint32_t *grown = realloc(c->names, room * sizeof *grown);
        if (!grown)
            return false;
        c->names = grown;
        c->room = room;
    }
    if (added)
        c->names[*place] = 0;
    return true;
}

static bool count_words(const prt_shop_world *w, counter *c) {
    prt_name_words words;
    uint32_t place;
    for (uint32_t p = 0; p < w->count; p++) {
        prt_shop_name_words(w->products[p].name, &words);
        for (uint32_t i = 0; i < words.count; i++) {
            if (!find_word(c, w->products[p].sub, words.list[i], &place))
                return false;
            c->names[place]++;
        }
    }
    return true;
}

static bool choose_heads(prt_shop_world *w, counter *c) {
    prt_name_words words;
    uint32_t place;
    for (uint32_t p = 0; p < w->count; p++) {
        uint32_t most = 0;
        prt_shop_name_words(w->products[p].name, &words);
        for (uint32_t i = 0; i < words.count; i++) {
            if (!find_word(c, w->products[p].sub, words.list[i], &place))
                return false;
            if (c->names[place] > most) {
                most = c->names[place];
                w->products[p].head = (uint8_t)i;
            }
        }
    }
    return true;
}

pr_status prt_shop_find_heads(prt_shop_world *w, pr_error *error) {
    counter c = {.room = 0};
    bool ok = count_words(w, &c) && choose_heads(w, &c);
    prt_idmap_free(&c.words);
    free(c.names);
    return ok ? PR_OK : prt_fail_memory(error, "making a shop");
}
