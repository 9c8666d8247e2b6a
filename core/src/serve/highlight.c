/* Highlighting: the name is cut into tokens like everything else, and a token whose term the plan looked for is marked.
 */
#include "highlight.h"
#include "lexicon.h"
#include "tokens.h"

#include <string.h>

enum { MOST_MARKS = 256 };

typedef struct mark {
    char term[PR_MAX_TERM];
    uint32_t size;
    bool open; /* what begins with it */
} mark;

struct pr_marks {
    uint32_t count;
    mark list[MOST_MARKS];
};

static void add_mark(pr_marks *marks, const char *term, size_t size, bool open) {
    if (marks->count == MOST_MARKS || size == 0 || size > PR_MAX_TERM)
        return;
    mark *m = &marks->list[marks->count++];
    memcpy(m->term, term, size);
    m->size = (uint32_t)size;
    m->open = open;
}

static void add_row(pr_engine *engine, uint32_t row, pr_marks *marks) {
    pr_lexicon_cursor c = {.engine = engine};
    c.shard = pr__shard_of_row(engine, PR_TABLE_LEXICON, row);
    if (!c.shard)
        return;
    c.next = (row - c.shard->first_row) / PR_LEXICON_STEP * PR_LEXICON_STEP;
    c.at = c.shard->view.lexicon.entries + c.shard->view.lexicon.steps[c.next / PR_LEXICON_STEP];
    while (pr__lexicon_next(&c) && c.row < row) {
    }
    add_mark(marks, c.term, c.size, false);
}

static bool take_query_term(void *context, const char *term, size_t size) {
    add_mark(context, term, size, false);
    return true;
}

const pr_marks *pr__marks_make(pr_engine *engine, const pr_plan *plan, pr_text query) {
    pr_marks *marks = pr_arena_take(&engine->scratch, sizeof *marks);
    if (!marks)
        return NULL;
    for (uint32_t s = 0; s < plan->count; s++) {
        const pr_slot *slot = &plan->slots[s];
        if (slot->role == PR_SLOT_NOT)
            continue;
        if (slot->open)
            add_mark(marks, slot->text.bytes, slot->text.size, true);
        if (slot->begin < slot->end && slot->role == PR_SLOT_QUERY)
            pr_search_terms(query.bytes + slot->begin, slot->end - slot->begin, take_query_term, marks);
        for (uint32_t a = 0; a < slot->count; a++) {
            for (uint32_t t = 0; t < slot->alternatives[a].count; t++)
                add_row(engine, slot->alternatives[a].terms[t], marks);
        }
    }
    return marks;
}

typedef struct writing {
    const pr_marks *marks;
    pr_writer *w;
    pr_text text;
    uint32_t byte, unit; /* how far the text was counted, in bytes and UTF-16 units */
} writing;

static uint32_t unit_of(writing *h, uint32_t byte) {
    for (; h->byte < byte; h->byte++) {
        uint8_t c = (uint8_t)h->text.bytes[h->byte];
        h->unit += ((c & 0xC0) != 0x80) + (c >= 0xF0);
    }
    return h->unit;
}

static bool is_marked(const pr_marks *marks, const pr_token *token) {
    char term[PR_MAX_TERM];
    memcpy(term, token->text, token->size);
    size_t size = pr__term(token->kind, term, token->size);
    for (uint32_t i = 0; i < marks->count; i++) {
        const mark *m = &marks->list[i];
        if (pr__equal(m->term, m->size, term, size) ||
            (m->open && token->size >= m->size && memcmp(token->text, m->term, m->size) == 0))
            return true;
    }
    return false;
}

static bool take_token(void *context, const pr_token *token) {
    writing *h = context;
    /* pairs of characters overlap: what was counted already is not marked twice */
    if (!is_marked(h->marks, token) || token->end <= h->byte)
        return true;
    uint32_t start = unit_of(h, token->begin > h->byte ? token->begin : h->byte), end = unit_of(h, token->end);
    pr_write_array(h->w);
    pr_write_integer(h->w, start);
    pr_write_integer(h->w, end - start);
    pr_write_end_array(h->w);
    return true;
}

void pr__write_highlight(const pr_marks *marks, pr_text text, pr_writer *w) {
    writing h = {.marks = marks, .w = w, .text = text};
    pr_write_array(w);
    if (marks)
        pr_tokens(text.bytes, text.size, take_token, &h);
    pr_write_end_array(w);
}
