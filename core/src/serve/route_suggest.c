/* GET /recommendations/suggest: words that complete what is being typed. */
#include "highlight.h"
#include "lexicon.h"
#include "products.h"
#include "utf8.h"

#include <string.h>

enum { SUGGESTIONS = 8, MOST_SUGGESTIONS = 20 };
/* Classes of frequency (2 log2) by which a word may lie below the commonest: rarer ones are mostly misspelt. */
enum { RARER = 10 };

typedef struct suggestion {
    char word[PR_MAX_TERM + 16];
    size_t size;
    uint8_t frequency;
} suggestion;

typedef struct last_word {
    char text[PR_MAX_TERM];
    size_t size;
    uint32_t begin, end;
} last_word;

static bool take_token(void *context, const pr_token *token) {
    last_word *last = context;
    memcpy(last->text, token->text, token->size);
    last->size = token->size;
    last->begin = token->begin;
    last->end = token->end;
    return true;
}

/* The most frequent words that begin like that. */
static uint32_t collect(pr_engine *engine, const last_word *last, uint32_t limit, suggestion *out) {
    pr_lexicon_cursor c;
    uint32_t count = 0;
    bool more = pr__lexicon_seek(&c, engine, (pr_text){last->text, last->size});
    for (; more && c.size >= last->size && memcmp(c.term, last->text, last->size) == 0; more = pr__lexicon_next(&c)) {
        uint32_t at = count;
        while (at > 0 && out[at - 1].frequency < c.frequency)
            at--;
        if (at == limit)
            continue;
        count -= count == limit;
        memmove(&out[at + 1], &out[at], (count - at) * sizeof *out);
        out[at].size = pr__surface(&c, out[at].word);
        out[at].frequency = c.frequency;
        count++;
    }
    while (count && out[count - 1].frequency + RARER < out[0].frequency)
        count--;
    return count;
}

static void write_suggestion(pr_call *call, pr_text query, const last_word *last, const suggestion *s) {
    pr_writer *w = &call->w;
    pr_buffer text = {.arena = &call->engine->scratch};
    pr_buffer_append(&text, query.bytes, last->begin);
    uint32_t start = 0; /* in UTF-16 units */
    for (uint32_t i = 0; i < last->begin; i++)
        start += (((uint8_t)query.bytes[i] & 0xC0) != 0x80) + ((uint8_t)query.bytes[i] >= 0xF0);
    pr_buffer_append(&text, s->word, s->size);
    pr_write_object(w);
    pr_write_key(w, "text");
    pr_write_string(w, text.bytes, text.size);
    pr_write_key(w, "highlight");
    pr_write_array(w);
    pr_write_array(w);
    pr_write_integer(w, start);
    pr_write_integer(w, (int64_t)pr__utf8_length(last->text, last->size));
    pr_write_end_array(w);
    pr_write_end_array(w);
    pr_write_end_object(w);
}

pr_status pr__get_suggest(pr_call *call) {
    uint32_t limit;
    pr_text query = pr__trim(pr__parameter(call, "query"));
    if (pr__utf8_length(query.bytes, query.size) > PR_MAX_QUERY)
        return pr__refuse(call, 400, "invalid_value", "query", "query must not be longer than 255 characters");
    if (!pr__read_clamped(call, "limit", SUGGESTIONS, 1, MOST_SUGGESTIONS, &limit))
        return PR_OK;
    last_word last = {.size = 0};
    suggestion *list = pr_arena_array(&call->engine->scratch, MOST_SUGGESTIONS + 1, sizeof *list);
    if (!list)
        return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while searching");
    pr_tokens(query.bytes, query.size, take_token, &last);
    uint32_t count = last.size ? collect(call->engine, &last, limit, list) : 0;
    pr_write_object(&call->w);
    pr_write_key(&call->w, "suggestions");
    pr_write_array(&call->w);
    for (uint32_t i = 0; i < count; i++)
        write_suggestion(call, query, &last, &list[i]);
    pr_write_end_array(&call->w);
    pr_write_end_object(&call->w);
    return PR_OK;
}
