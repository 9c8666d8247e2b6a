/* For the tests of the search: a catalogue of random words, trained in memory, and the same index made once more in the
 * plainest way: every document's terms in a list, every query a walk over all documents. */
#ifndef SEARCH_WORLD_H
#define SEARCH_WORLD_H

#include "engine.h"
#include "ingest_support.h"
#include "train.h"

#include <math.h>

enum { MOST_KINDS = 3, MOST_DOCUMENT_TERMS = 160, MOST_WORDS = 12000, SLOTS = 24, ALTERNATIVES = 4 };

static uint64_t random_state;

static inline uint32_t below(uint32_t n) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33) % n;
}

/* ---- texts ---- */

typedef struct strings {
    uint32_t count, slots[1 << 16];
    char texts[1 << 15][PR_MAX_TERM + 1];
} strings;

static inline uint32_t *slot_of(strings *s, const char *text, size_t size) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (uint8_t)text[i]) * 16777619u;
    for (uint32_t at = hash & 0xFFFF;; at = (at + 1) & 0xFFFF) {
        const char *have = s->slots[at] ? s->texts[s->slots[at] - 1] : NULL;
        if (!have || (strlen(have) == size && memcmp(have, text, size) == 0))
            return &s->slots[at];
    }
}

static inline int number_of(strings *s, const char *text, size_t size) {
    return (int)*slot_of(s, text, size) - 1;
}

static inline uint32_t add_string(strings *s, const char *text, size_t size) {
    uint32_t *slot = slot_of(s, text, size);
    if (!*slot) {
        assert_true(s->count < 1 << 15);
        memcpy(s->texts[s->count], text, size);
        s->texts[s->count][size] = 0;
        *slot = ++s->count;
    }
    return *slot - 1;
}

/* ---- the world ---- */

typedef struct document_term {
    uint32_t term;
    double frequency;
    bool common, said; /* has the term's commonest word; has any word of it */
} document_term;

typedef struct document {
    char title[400], brand[32], kinds[MOST_KINDS][32];
    uint32_t kind_count, reviews, term_count;
    double price, stars; /* NaN: missing */
    document_term terms[MOST_DOCUMENT_TERMS];
    double length;
    int length_class, popularity;
} document;

typedef struct world {
    uint32_t count, vocabulary, title_words;
    const char *search; /* more of the configuration's search */
    double popularity;
    document *documents; /* as they were written */
    uint32_t *order;     /* of each number in the bundle: the document */
    prt_config config;
    prt_dataset dataset;
    prt_packed packed;
    pr_engine *engine;
    /* the plain index */
    strings terms, words;
    uint32_t holders[1 << 15]; /* documents with the term */
    uint32_t word_counts[1 << 15], word_terms[1 << 15];
    int common[1 << 15]; /* word of a term, or -1 */
} world;

static const char *const BRANDS[] = {"Aerobeat", "Nordwind", "Kumo", "Blue River"};
static const char *const KINDS[] = {"audio", "shoes", "kitchen", "t-shirts", "home office"};
static const char *const ODD_WORDS[] = {"the",       "for",     "with",  "and",   "500ml",  "500 ml",
                                        "1.5 l",     "t-shirt", "wi-fi", "2 kg",  "3 in 1", "women's",
                                        "non-stick", "usb-c",   "12",    "2,000", "tshirt", "x-ray-lamp"};

/* Word number w of the vocabulary, in one of a few forms. */
static inline void word_of(uint32_t w, uint32_t form, char *out) {
    static const char *const syllables[] = {"ba",  "ro",  "ti", "lun", "ke",  "sor", "mi",  "da",
                                            "vex", "pol", "na", "gri", "shu", "fa",  "den", "zo"};
    static const char *const endings[] = {"", "", "", "s", "ing", "ed"};
    out[0] = 0;
    uint32_t x = w * 2654435761u >> 7;
    for (uint32_t i = 0; i < 2 + w % 3; i++, x /= 16)
        strcat(out, syllables[x % 16]);
    strcat(out, endings[form % 6]);
}

/* Low numbers are frequent. */
static inline void random_word(const world *w, char *out) {
    uint32_t number = (uint32_t)((double)w->vocabulary * pow(below(1 << 20) / (double)(1 << 20), 2));
    if (below(8) == 0)
        strcpy(out, ODD_WORDS[below(sizeof ODD_WORDS / sizeof *ODD_WORDS)]);
    else
        word_of(number, number % 5 ? below(3) : below(6), out);
}

static inline void write_documents(world *w) {
    FILE *file = fopen(in_folder("items.csv"), "wb");
    assert_non_null(file);
    fputs("id,title,kinds,brand,price,stars,reviews\n", file);
    for (uint32_t i = 0; i < w->count; i++) {
        document *d = &w->documents[i];
        char word[64];
        for (uint32_t n = 2 + below(w->title_words); n-- > 0;) {
            random_word(w, word);
            if (d->title[0])
                strcat(d->title, " ");
            strcat(d->title, word);
        }
        d->kind_count = below(MOST_KINDS + 1);
        uint32_t first = below(5);
        for (uint32_t k = 0; k < d->kind_count; k++)
            strcpy(d->kinds[k], KINDS[(first + k) % 5]);
        if (below(10))
            strcpy(d->brand, BRANDS[below(4)]);
        d->price = below(12) ? (double)below(400) / 2 : (double)NAN;
        d->stars = below(5) ? (double)(1 + below(9)) / 2 : (double)NAN;
        d->reviews = below(3) ? below(5000) : 0;
        fprintf(file, "P%u,\"%s\",", i, d->title);
        for (uint32_t k = 0; k < d->kind_count; k++)
            fprintf(file, "%s%s", k ? "|" : "", d->kinds[k]);
        fprintf(file, ",%s,", d->brand);
        d->price == d->price ? fprintf(file, "%g,", d->price) : fprintf(file, ",");
        d->stars == d->stars ? fprintf(file, "%g,", d->stars) : fprintf(file, ",");
        fprintf(file, "%u\n", d->reviews);
    }
    assert_int_equal(fclose(file), 0);
}

static inline void train_world(world *w) {
    char text[2000];
    pr_error error = {0};
    snprintf(text, sizeof text,
             "{'name':'t','items':{'files':'items.csv','id':'id','title':'title','columns':{'kinds':{'type':'list',"
             "'separator':'|'},'brand':{'type':'category'},'price':{'type':'real'},'stars':{'type':'real'},'reviews':{"
             "'type':'integer'}}},'shop':{'name':'title','category':['brand'],'price':'price','rating':'stars',"
             "'reviews':'reviews'},'search':{'fields':{'title':1,'kinds':0.5,'brand':0.25},'facets':['kinds','brand',"
             "'price','stars']%s}}",
             w->search);
    for (char *c = text; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    if (prt_config_parse(text, strlen(text), in_folder("pocketrec.json"), &w->config, &error) != PR_OK ||
        prt_ingest(&w->config, 1, &w->dataset, &error) != PR_OK ||
        prt_train(&w->config, &w->dataset, 1, 1763683200, &w->packed, &error) != PR_OK)
        fail_msg("%s", error.message);
    assert_int_equal(w->dataset.items.count, w->count);
}

static inline pr_engine *open_world(const world *w, bool attach) {
    pr_engine *engine = NULL;
    pr_error error = {0};
    pr_status status = pr_engine_open(w->packed.manifest.bytes, w->packed.manifest.size, NULL, &engine, &error);
    for (uint32_t s = 0; attach && status == PR_OK && s < w->packed.shard_count; s++)
        status = pr_engine_attach(engine, s, w->packed.shards[s].bytes, w->packed.shards[s].size, &error);
    if (status != PR_OK)
        fail_msg("%s", error.message);
    return engine;
}

/* ---- the plain index ---- */

typedef struct reader {
    world *w;
    document *d;
    double weight;
} reader;

static inline document_term *term_in(document *d, uint32_t term) {
    for (uint32_t i = 0; i < d->term_count; i++) {
        if (d->terms[i].term == term)
            return &d->terms[i];
    }
    return NULL;
}

static inline bool count_word(void *context, const pr_token *token) {
    world *w = ((reader *)context)->w;
    char stem[PR_MAX_TERM];
    if (token->kind != PR_TOKEN_WORD)
        return true;
    memcpy(stem, token->text, token->size);
    uint32_t word = add_string(&w->words, token->text, token->size);
    w->word_terms[word] = add_string(&w->terms, stem, pr_stem(stem, token->size));
    w->word_counts[word]++;
    return true;
}

static inline bool add_term(void *context, const char *term, size_t size) {
    reader *r = context;
    uint32_t number = add_string(&r->w->terms, term, size);
    document_term *t = term_in(r->d, number);
    if (!t) {
        assert_true(r->d->term_count < MOST_DOCUMENT_TERMS);
        t = &r->d->terms[r->d->term_count++];
        *t = (document_term){.term = number};
        r->w->holders[number]++;
    }
    t->frequency += r->weight;
    r->d->length += r->weight;
    return true;
}

static inline bool note_form(void *context, const pr_token *token) {
    reader *r = context;
    if (token->kind == PR_TOKEN_WORD) {
        int word = number_of(&r->w->words, token->text, token->size);
        document_term *t = term_in(r->d, r->w->word_terms[word]);
        t->said = true;
        t->common |= r->w->common[r->w->word_terms[word]] == word;
    }
    return true;
}

static inline void read_text_by(world *w, document *d, int pass, const char *text, double weight) {
    reader r = {w, d, weight};
    if (pass == 0)
        pr_tokens(text, strlen(text), count_word, &r);
    else if (pass == 1)
        pr_search_terms(text, strlen(text), add_term, &r);
    else
        pr_tokens(text, strlen(text), note_form, &r);
}

static inline void read_pass(world *w, int pass) {
    for (uint32_t i = 0; i < w->count; i++) {
        document *d = &w->documents[w->order[i]];
        read_text_by(w, d, pass, d->title, 1);
        for (uint32_t k = 0; k < d->kind_count; k++)
            read_text_by(w, d, pass, d->kinds[k], 0.5);
        read_text_by(w, d, pass, d->brand, 0.25);
    }
}

static inline void index_world(world *w) {
    read_pass(w, 0);
    memset(w->common, -1, sizeof w->common);
    for (uint32_t i = 0; i < w->words.count; i++) {
        int *have = &w->common[w->word_terms[i]];
        if (*have < 0 || w->word_counts[i] > w->word_counts[*have])
            *have = (int)i;
    }
    read_pass(w, 1);
    read_pass(w, 2);
    double sum = 0, most = 0;
    for (uint32_t i = 0; i < w->count; i++) {
        sum += w->documents[i].length;
        most = fmax(most, log1p(w->documents[i].reviews));
    }
    for (uint32_t i = 0; i < w->count; i++) {
        document *d = &w->documents[i];
        d->length_class = (int)fmin(15, fmax(0, floor(8.5 + 8 * log(d->length / (sum / w->count)) / log(4))));
        d->popularity = (int)floor(log1p(d->reviews) / most * 15 + 0.5);
    }
}

static inline void make_world(world *w, uint32_t count, uint32_t vocabulary, uint32_t title_words, const char *search,
                              double popularity) {
    memset(w, 0, sizeof *w);
    w->count = count;
    w->vocabulary = vocabulary;
    w->title_words = title_words;
    w->search = search;
    w->popularity = popularity;
    w->documents = calloc(count, sizeof *w->documents);
    w->order = calloc(count, sizeof *w->order);
    write_documents(w);
    train_world(w);
    w->engine = open_world(w, true);
    for (uint32_t i = 0; i < count; i++) {
        pr_item item;
        assert_true(pr__item(w->engine, i, &item));
        w->order[i] = (uint32_t)strtoul(pr__string(&item.view->id, item.row).bytes + 1, NULL, 10);
        assert_true(w->order[i] < count);
    }
    index_world(w);
}

static inline void free_world(world *w) {
    pr_engine_close(w->engine);
    prt_packed_free(&w->packed);
    prt_dataset_free(&w->dataset);
    prt_config_free(&w->config);
    free(w->documents);
    free(w->order);
}

#endif
