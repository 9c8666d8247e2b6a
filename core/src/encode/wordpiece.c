/* From a text to the ids of its pieces, as BERT's tokenizer cuts it (Devlin et al. 2018; WordPiece by longest match
 * first, Wu et al. 2016): clean, set ideographs apart, strip accents, lower, cut at spaces and punctuation, match. One
 * pass. */
#include "encoder.h"
#include "utf8.h"

typedef struct cutter {
    const pr_encoder *encoder;
    uint32_t *ids;
    uint32_t most, count; /* ids that are kept, ids that there are */
    bool to_the_end;      /* count also what is not kept */
    char word[4 * PR_MOST_WORD];
    uint32_t ends[PR_MOST_WORD]; /* of the word's characters */
    uint32_t length;             /* characters of the word; more than PR_MOST_WORD: too long */
} cutter;

static void put(cutter *c, uint32_t id) {
    if (c->count < c->most)
        c->ids[c->count] = id;
    c->count++;
}

/* The longest piece that the word goes on with from character `from` on; *to: the character after it. */
static uint32_t longest_piece(const cutter *c, uint32_t from, uint32_t *to) {
    const pr__vocabulary *vocabulary = &c->encoder->vocabulary;
    uint32_t hashes[PR_MOST_WORD], hash = from ? PR_HASH_INNER : PR_HASH_START;
    const uint32_t begin = from ? c->ends[from - 1] : 0;
    uint32_t at = begin, end = from;
    for (; end < c->length && c->ends[end] - begin <= vocabulary->longest; end++) {
        while (at < c->ends[end])
            hash = pr__hash_byte(hash, (uint8_t)c->word[at++]);
        hashes[end] = hash;
    }
    for (; end > from; end--) {
        const pr_text text = {c->word + begin, c->ends[end - 1] - begin};
        const uint32_t id = pr__vocabulary_find(vocabulary, text, from > 0, hashes[end - 1]);
        if (id != PR_NO_PIECE) {
            *to = end;
            return id;
        }
    }
    return PR_NO_PIECE;
}

/* A word that does not come out even is unknown as a whole. */
static void end_word(cutter *c) {
    const uint32_t before = c->count, length = c->length;
    uint32_t at = 0;
    if (length == 0)
        return;
    while (at < length && length <= c->encoder->settings[PR_SET_LONGEST_WORD]) {
        const uint32_t id = longest_piece(c, at, &at);
        if (id == PR_NO_PIECE)
            break;
        put(c, id);
    }
    if (at < length) {
        c->count = before;
        put(c, c->encoder->settings[PR_SET_UNK]);
    }
    c->length = 0;
}

static void add_to_word(cutter *c, uint32_t code) {
    if (c->length < PR_MOST_WORD) {
        const uint32_t at = c->length ? c->ends[c->length - 1] : 0;
        c->ends[c->length] = at + (uint32_t)pr__utf8_encode(code, c->word + at);
    }
    c->length += c->length <= PR_MOST_WORD;
}

/* A character that is clean, without accents and lower-cased. */
static void take(cutter *c, uint32_t code) {
    if (!(pr__character_class(&c->encoder->characters, code) & PR_CHAR_PUNCTUATION)) {
        add_to_word(c, code);
        return;
    }
    end_word(c);
    add_to_word(c, code);
    end_word(c);
}

static void lower(cutter *c, uint32_t code) {
    uint32_t codes[2] = {code}, count = 1;
    if (c->encoder->settings[PR_SET_FLAGS] & PR_ENCODE_LOWER)
        count = pr__character_lower(&c->encoder->characters, code, codes);
    for (uint32_t i = 0; i < count; i++)
        take(c, codes[i]);
}

static void strip(cutter *c, uint32_t code, uint32_t class) {
    uint32_t codes[PR_MOST_DECOMPOSED] = {code}, count = 1;
    if (c->encoder->settings[PR_SET_FLAGS] & PR_ENCODE_STRIP_ACCENTS) {
        if (class & PR_CHAR_MARK)
            return;
        count = pr__character_decompose(&c->encoder->characters, code, codes);
    }
    for (uint32_t i = 0; i < count; i++)
        lower(c, codes[i]);
}

static void character(cutter *c, uint32_t code) {
    const uint32_t class = pr__character_class(&c->encoder->characters, code);
    if (class & PR_CHAR_REMOVED)
        return;
    const bool alone = class & PR_CHAR_IDEOGRAPH && c->encoder->settings[PR_SET_FLAGS] & PR_ENCODE_IDEOGRAPHS;
    if (class & PR_CHAR_SPACE || alone)
        end_word(c);
    if (!(class & PR_CHAR_SPACE))
        strip(c, code, class);
    if (alone)
        end_word(c);
}

/* The longest special token that the text begins with, or PR_NO_PIECE. */
static uint32_t special_at(const pr_encoder *encoder, pr_text text, size_t *size) {
    uint32_t found = PR_NO_PIECE;
    *size = 0;
    for (uint32_t i = 0; i < encoder->special_count; i++) {
        const pr_text token = pr__vocabulary_text(&encoder->vocabulary, encoder->special[i]);
        if (token.size > *size && token.size <= text.size &&
            pr__equal(token.bytes, token.size, text.bytes, token.size)) {
            found = encoder->special[i];
            *size = token.size;
        }
    }
    return found;
}

/* What is not UTF-8 vanishes, as the replacement character that stands for it elsewhere would. */
static void cut(cutter *c, pr_text text) {
    for (size_t at = 0; at < text.size && (c->count < c->most || c->to_the_end);) {
        size_t size;
        const uint32_t id = special_at(c->encoder, (pr_text){text.bytes + at, text.size - at}, &size);
        uint32_t code;
        if (id != PR_NO_PIECE) {
            end_word(c);
            put(c, id);
        } else if ((size = pr__utf8_decode((const uint8_t *)text.bytes + at, text.size - at, &code)) > 0) {
            character(c, code);
        } else {
            size = 1;
        }
        at += size;
    }
    end_word(c);
}

/* The number of pieces of a text; the first `most` of them in ids. */
static uint32_t cut_text(const pr_encoder *encoder, pr_text text, uint32_t *ids, uint32_t most, bool to_the_end) {
    cutter c;
    c.encoder = encoder;
    c.ids = ids;
    c.most = most;
    c.count = c.length = 0;
    c.to_the_end = to_the_end;
    cut(&c, text);
    return c.count;
}

static uint32_t room_of(const pr_encoder *encoder, uint32_t most) {
    const uint32_t positions = encoder->settings[PR_SET_POSITIONS];
    return most == 0 || most > positions ? positions : most;
}

pr_status pr_encoder_tokens(const pr_encoder *encoder, pr_text text, uint32_t most, uint32_t *ids, uint32_t *count) {
    const uint32_t room = room_of(encoder, most);
    if (room < 2)
        return PR_E_ARGUMENT;
    uint32_t found = cut_text(encoder, text, ids + 1, room - 2, false);
    found = found < room - 2 ? found : room - 2;
    ids[0] = encoder->settings[PR_SET_CLS];
    ids[found + 1] = encoder->settings[PR_SET_SEP];
    *count = found + 2;
    return PR_OK;
}

/* Lengths after the longer one was cut to `room` together, and then both to half of it: truncation "longest first" of
 * the library tokenizers. */
static void share_room(uint32_t room, uint32_t *a, uint32_t *b) {
    uint32_t *shorter = *a > *b ? b : a, *longer = *a > *b ? a : b;
    if (*a + (uint64_t)*b <= room)
        return;
    if (*shorter > room)
        *longer = *shorter;
    else
        *longer = room - *shorter > *shorter ? room - *shorter : *shorter;
    if (*shorter + (uint64_t)*longer > room) {
        *shorter = room / 2;
        *longer = room / 2 + room % 2;
    }
}

pr_status pr_encoder_pair(const pr_encoder *encoder, pr_text first, pr_text second, uint32_t most, uint32_t *ids,
                          uint32_t *count, uint32_t *second_begin) {
    const uint32_t room = room_of(encoder, most);
    if (room < 3 || encoder->settings[PR_SET_TYPES] < 2)
        return PR_E_ARGUMENT;
    uint32_t a = cut_text(encoder, first, NULL, 0, true);
    uint32_t b = cut_text(encoder, second, NULL, 0, true);
    share_room(room - 3, &a, &b);
    cut_text(encoder, first, ids + 1, a, false);
    cut_text(encoder, second, ids + a + 2, b, false);
    ids[0] = encoder->settings[PR_SET_CLS];
    ids[a + 1] = ids[a + b + 2] = encoder->settings[PR_SET_SEP];
    *second_begin = a + 2;
    *count = a + b + 3;
    return PR_OK;
}
