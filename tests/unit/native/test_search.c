/* The search against a second one that is written in the plainest way: scores, totals, filters, facets, order, pages,
 * completion, corrections, and shards that come only as they are asked for. */
#include "lexicon.h"
#include "search_world.h"

#if defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
enum { QUERIES = 150, NEAR_WORDS = 300, LARGE = 5000 };
#else
enum { QUERIES = 1500, NEAR_WORDS = 2000, LARGE = 5000 };
#endif

static world small, plain, large; /* `plain`: other constants, no stop words, popularity counts nothing */

/* ---- asking ---- */

static pr_arena parsed;

static const pr_json *answer_of(pr_engine *engine, const char *body, int *status) {
    static const char path[] = "/recommendations/search", method[] = "POST";
    pr_request request = {{method, 4}, {path, sizeof path - 1}, {body, strlen(body)}, {NULL, 0}, 1763683200, 1};
    pr_response response;
    pr_error error = {0};
    if (pr_engine_call(engine, &request, &response, &error) != PR_OK)
        fail_msg("%s: %s", body, error.message);
    const pr_json *root = NULL;
    pr_json_limits limits = {1 << 26, 0};
    pr_arena_reset(&parsed);
    if (pr_json_parse(response.body.bytes, response.body.size, &limits, &parsed, &root, &error) != PR_OK)
        fail_msg("%s: the answer is no JSON: %s", body, error.message);
    *status = response.status;
    return root;
}

static const pr_json *found_by(pr_engine *engine, const char *body) {
    int status;
    const pr_json *root = answer_of(engine, body, &status);
    if (status != 200)
        fail_msg("%s: status %d", body, status);
    return root;
}

static uint32_t total_of(const pr_json *root) {
    return (uint32_t)pr_json_get(root, "total")->number;
}

static uint32_t id_of(const pr_json *hit) {
    return (uint32_t)strtoul(pr_json_get(hit, "id")->string + 1, NULL, 10);
}

/* ---- the second search ---- */

typedef enum slot_role { QUERY, MUST, SHOULD, NOT } slot_role;
typedef enum slot_form { ANY_FORM, COMMON_FORM, OTHER_FORM } slot_form;

typedef struct alternative {
    uint32_t terms[4], count;
    double weight;
    slot_form form;
} alternative;

typedef struct slot {
    slot_role role;
    bool stop;
    uint32_t count;
    alternative list[ALTERNATIVES];
} slot;

typedef struct piece {
    pr_token_kind kind;
    char text[PR_MAX_TERM + 1], term[PR_MAX_TERM + 1];
    bool joined;
} piece;

typedef struct pieces {
    piece list[SLOTS];
    uint32_t count;
} pieces;

typedef struct query {
    slot slots[SLOTS];
    uint32_t count;
    bool any, everything;
    int kind, brand; /* wanted, or -1 */
    double low, high;
    bool priced;
    int sort; /* 0, 1: price rises, -1: it falls */
} query;

static bool take_piece(void *context, const pr_token *token) {
    pieces *all = context;
    piece *p = &all->list[all->count++];
    memset(p, 0, sizeof *p);
    p->kind = token->kind;
    p->joined = token->joined;
    memcpy(p->text, token->text, token->size);
    memcpy(p->term, token->text, token->size);
    if (token->kind == PR_TOKEN_WORD)
        p->term[pr_stem(p->term, token->size)] = 0;
    return all->count < SLOTS;
}

static void add_alternative(world *w, slot *s, const char *const *terms, uint32_t count, double weight) {
    alternative a = {.count = count, .weight = weight};
    for (uint32_t i = 0; i < count; i++) {
        int number = number_of(&w->terms, terms[i], strlen(terms[i]));
        if (number < 0)
            return;
        a.terms[i] = (uint32_t)number;
    }
    s->list[s->count++] = a;
}

static bool is_stop_word(const world *w, const char *word) {
    static const char *const list[] = {"the", "for", "with", "and", "in"};
    for (int i = 0; i < 5 && !strstr(w->search, "stop_words"); i++) {
        if (strcmp(list[i], word) == 0)
            return true;
    }
    return false;
}

static void add_slots(world *w, query *q, const char *text, slot_role role) {
    pieces all = {.count = 0};
    pr_tokens(text, strlen(text), take_piece, &all);
    for (uint32_t i = 0, n; i < all.count; i += n) {
        const piece *p = &all.list[i];
        slot *s = &q->slots[q->count++];
        assert_true(q->count < SLOTS);
        *s = (slot){.role = role};
        n = 1;
        if (p->kind == PR_TOKEN_NUMBER && i + 1 < all.count && p[1].kind == PR_TOKEN_UNIT)
            n = 2;
        else {
            while (i + n < all.count && p[n].joined && p[n].kind < PR_TOKEN_UNIT && p->kind < PR_TOKEN_UNIT)
                n++;
            n = n > 3 ? 1 : n;
        }
        const char *parts[3];
        char joined[3 * PR_MAX_TERM + 1] = "";
        for (uint32_t k = 0; k < n; k++) {
            parts[k] = p[k].term;
            strcat(joined, p[k].text);
        }
        if (n > 1) {
            if (p[n - 1].kind != PR_TOKEN_UNIT)
                joined[pr_stem(joined, strlen(joined))] = 0;
            const char *one = joined;
            add_alternative(w, s, &one, 1, 1);
        }
        add_alternative(w, s, parts, n, s->count ? 0.9 : 1);
        if (n == 1 && p->kind == PR_TOKEN_WORD) {
            s->stop = is_stop_word(w, p->text);
            if (s->count) {
                int common = w->common[s->list[0].terms[0]];
                const char *surface = common < 0 ? p->term : w->words.texts[common];
                s->list[0].form = strcmp(surface, p->text) == 0 ? COMMON_FORM : OTHER_FORM;
            }
        }
    }
}

static void drop_stop_words(query *q) {
    uint32_t others = 0, count = 0;
    for (uint32_t i = 0; i < q->count; i++)
        others += !q->slots[i].stop;
    for (uint32_t i = 0; others && i < q->count; i++) {
        if (!q->slots[i].stop)
            q->slots[count++] = q->slots[i];
    }
    q->count = others ? count : q->count;
}

static double constant(const world *w, const char *name, double standard) {
    const char *at = strstr(w->search, name);
    return at ? strtod(strchr(at, ':') + 1, NULL) : standard;
}

/* What a document gets for a slot; negative: nothing matches. */
static double points(const world *w, const document *d, const slot *s) {
    double k1 = constant(w, "'k1'", 1.2), b = constant(w, "'b'", 0.75), best = -1;
    double stretch = 1 - b + b * exp(log(4) / 8 * (d->length_class - 8));
    uint32_t most = 0;
    for (uint32_t a = 0; a < s->count; a++) {
        if (s->list[a].count == 1 && w->holders[s->list[a].terms[0]] > most)
            most = w->holders[s->list[a].terms[0]];
    }
    for (uint32_t a = 0; a < s->count; a++) {
        const alternative *one = &s->list[a];
        double sum = 0;
        for (uint32_t t = 0; t < one->count && sum >= 0; t++) {
            const document_term *have = term_in((document *)d, one->terms[t]);
            if (!have) {
                sum = -1;
                break;
            }
            double n = one->count == 1 ? most : w->holders[one->terms[t]], tf = have->frequency / stretch;
            bool other = have->said && !have->common;
            double factor = (one->form == COMMON_FORM && other) || (one->form == OTHER_FORM && !other) ? 0.6 : 1;
            sum += one->weight * factor * log(1 + (w->count - n + 0.5) / (n + 0.5)) * tf / (k1 + tf);
        }
        best = sum > best ? sum : best;
    }
    return best;
}

/* The document's score, negative when it is no hit; filters aside. */
static double score(const world *w, const document *d, const query *q) {
    double sum = q->everything ? 1 : 0;
    bool required = false, all = true, some = q->everything;
    for (uint32_t i = 0; i < q->count; i++) {
        const slot *s = &q->slots[i];
        double p = points(w, d, s);
        bool needed = s->role == MUST || (s->role == QUERY && !q->any);
        if (s->role == NOT) {
            if (p >= 0)
                return -1;
            continue;
        }
        required |= needed;
        all &= !needed || p >= 0;
        some |= p >= 0;
        sum += p >= 0 ? p : 0;
    }
    if (required ? !all : !some)
        return -1;
    return sum * (1 + w->popularity * d->popularity / 15);
}

static bool has_kind(const document *d, int kind) {
    for (uint32_t k = 0; k < d->kind_count; k++) {
        if (strcmp(d->kinds[k], KINDS[kind]) == 0)
            return true;
    }
    return false;
}

/* Which of the three filters the document fails, as bits. */
static uint32_t fails(const document *d, const query *q) {
    return (q->kind >= 0 && !has_kind(d, q->kind) ? 1u : 0) |
           (q->brand >= 0 && strcmp(d->brand, BRANDS[q->brand]) != 0 ? 2u : 0) |
           (q->priced && !(d->price >= q->low && d->price <= q->high) ? 4u : 0);
}

typedef struct expected {
    uint32_t total, kinds[5], brands[4];
    double *scores; /* by document; negative: no hit */
    double price_low, price_high, stars_low, stars_high;
} expected;

static void search_plainly(world *w, const query *q, expected *e) {
    double *scores = e->scores;
    *e = (expected){.scores = scores, .price_low = 1e9, .price_high = -1, .stars_low = 1e9, .stars_high = -1};
    for (uint32_t i = 0; i < w->count; i++) {
        const document *d = &w->documents[i];
        uint32_t failed = fails(d, q);
        double s = score(w, d, q);
        scores[i] = failed ? -1 : s;
        e->total += scores[i] >= 0;
        if (s < 0)
            continue;
        for (int k = 0; k < 5; k++)
            e->kinds[k] += !(failed & ~1u) && has_kind(d, k);
        for (int b = 0; b < 4; b++)
            e->brands[b] += !(failed & ~2u) && strcmp(d->brand, BRANDS[b]) == 0;
        if (!(failed & ~4u) && d->price == d->price) {
            e->price_low = fmin(e->price_low, d->price);
            e->price_high = fmax(e->price_high, d->price);
        }
        if (!failed && d->stars == d->stars) {
            e->stars_low = fmin(e->stars_low, d->stars);
            e->stars_high = fmax(e->stars_high, d->stars);
        }
    }
}

/* ---- comparing ---- */

static uint32_t numbers_of[1 << 16]; /* of each document in the bundle */

static void number_documents(const world *w) {
    for (uint32_t i = 0; i < w->count; i++)
        numbers_of[w->order[i]] = i;
}

static double key_of(const document *d, const query *q, double s) {
    return q->sort == 0 ? s : d->price != d->price ? -1e300 : -q->sort * d->price;
}

static void compare_hits(world *w, const query *q, const expected *e, const pr_json *root, const char *body) {
    const pr_json *before = NULL;
    uint32_t count = 0;
    for (const pr_json *hit = pr_json_get(root, "results")->first; hit; before = hit, hit = hit->next) {
        uint32_t id = id_of(hit);
        const document *d = &w->documents[id];
        double got = pr_json_get(hit, "score")->number, want = e->scores[id];
        if (want < 0 || fabs(got - want) > 1e-5 * fmax(1, want))
            fail_msg("%s: P%u \"%s\" has score %.8f, expected %.8f", body, id, d->title, got, want);
        count++;
        if (!before)
            continue;
        uint32_t id_before = id_of(before);
        double score_before = pr_json_get(before, "score")->number,
               a = key_of(&w->documents[id_before], q, score_before), b = key_of(d, q, got);
        if (a < b || (a == b && score_before < got) ||
            (a == b && score_before == got && numbers_of[id_before] > numbers_of[id] && q->sort))
            fail_msg("%s: P%u stands before P%u", body, id_before, id);
    }
    assert_int_equal(count, e->total);
}

static uint32_t counted(const pr_json *facet, const char *value) {
    for (const pr_json *one = facet->first; one; one = one->next) {
        if (pr_json_is(pr_json_get(one, "value"), value))
            return (uint32_t)pr_json_get(one, "count")->number;
    }
    return 0;
}

static void compare_bounds(const pr_json *facet, double low, double high, const char *body) {
    const pr_json *least = pr_json_get(facet, "minimum"), *most = pr_json_get(facet, "maximum");
    bool none = high < 0;
    if (none ? least->type != PR_JSON_NULL || most->type != PR_JSON_NULL : least->number != low || most->number != high)
        fail_msg("%s: bounds of a facet: %g to %g, expected %g to %g", body, least->number, most->number, low, high);
}

static void compare_facets(const expected *e, const pr_json *root, const char *body) {
    const pr_json *facets = pr_json_get(root, "facets");
    for (int k = 0; k < 5; k++) {
        if (counted(pr_json_get(facets, "kinds"), KINDS[k]) != e->kinds[k])
            fail_msg("%s: %u of kind %s, expected %u", body, counted(pr_json_get(facets, "kinds"), KINDS[k]), KINDS[k],
                     e->kinds[k]);
    }
    for (int b = 0; b < 4; b++) {
        if (counted(pr_json_get(facets, "brand"), BRANDS[b]) != e->brands[b])
            fail_msg("%s: %u of brand %s, expected %u", body, counted(pr_json_get(facets, "brand"), BRANDS[b]),
                     BRANDS[b], e->brands[b]);
    }
    compare_bounds(pr_json_get(facets, "price"), e->price_low, e->price_high, body);
    compare_bounds(pr_json_get(facets, "stars"), e->stars_low, e->stars_high, body);
}

/* ---- random queries ---- */

static void random_words(const world *w, uint32_t most, char *out) {
    out[0] = 0;
    for (uint32_t n = 1 + below(most); n-- > 0;) {
        char word[64];
        random_word(w, word);
        if (below(40) == 0)
            strcpy(word, "qqzzy");
        if (out[0])
            strcat(out, " ");
        strcat(out, word);
    }
}

static char *put(char *at, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    at += vsprintf(at, format, arguments);
    va_end(arguments);
    return at;
}

static char *put_list(world *w, query *q, const char *name, slot_role role, char *at) {
    uint32_t count = 1 + below(2);
    at = put(at, ",\"%s\":[", name);
    for (uint32_t i = 0; i < count; i++) {
        char words[200];
        random_words(w, 1, words);
        at = put(at, "%s\"%s\"", i ? "," : "", words);
        add_slots(w, q, words, role);
    }
    return put(at, "]");
}

static char *put_filter(query *q, char *at) {
    const char *comma = "";
    at = put(at, ",\"filter\":{");
    if (below(2)) {
        q->kind = (int)below(5);
        at = put(at, "\"kinds\":\"%s\"", KINDS[q->kind]);
        comma = ",";
    }
    if (below(3) == 0) {
        q->brand = (int)below(4);
        at = put(at, "%s\"brand\":[\"%s\"]", comma, BRANDS[q->brand]);
        comma = ",";
    }
    if (!*comma || below(2)) {
        q->priced = true;
        q->low = below(300) / 2.0;
        q->high = q->low + below(200) / 2.0;
        at = put(at, "%s\"price\":{\"minimum\":%g,\"maximum\":%g}", comma, q->low, q->high);
    }
    return put(at, "}");
}

/* A request and what it means. */
static void random_query(world *w, query *q, char *body) {
    char words[400] = "";
    char *at = body;
    uint32_t kind = below(10);
    *q = (query){.kind = -1, .brand = -1};
    bool must = kind > 6 && below(2), filter = below(3) == 0 || (kind == 9 && !must);
    if (kind < 9) {
        random_words(w, 4, words);
        add_slots(w, q, words, QUERY);
        drop_stop_words(q);
    }
    q->everything = kind == 9 && !must;
    at = put(at, "{\"query\":\"%s\",\"typo\":false,\"response_limit\":6000,\"facets\":true", words);
    if (must)
        at = put_list(w, q, "must", MUST, at);
    if (kind > 5 && below(2))
        at = put_list(w, q, "should", SHOULD, at);
    if (kind > 4 && below(3) == 0)
        at = put_list(w, q, "must_not", NOT, at);
    if (filter)
        at = put_filter(q, at);
    if (below(4) == 0) {
        q->sort = below(2) ? 1 : -1;
        at = put(at, ",\"sort\":\"%sprice\"", q->sort < 0 ? "-" : "");
    }
    uint32_t match = below(3);
    q->any = match == 1;
    at = put(at, ",\"match\":\"%s\"}", match == 0 ? "all" : match == 1 ? "any" : "auto");
}

static void random_queries_agree(world *w) {
    expected e = {.scores = calloc(w->count, sizeof(double))};
    uint32_t with_hits = 0;
    number_documents(w);
    for (int round = 0; round < QUERIES; round++) {
        char body[4000];
        query q;
        random_query(w, &q, body);
        const pr_json *root = found_by(w->engine, body);
        search_plainly(w, &q, &e);
        if (e.total == 0 && strstr(body, "\"auto\"")) {
            q.any = true;
            search_plainly(w, &q, &e);
        }
        if (total_of(root) != e.total)
            fail_msg("%s: %u found, expected %u", body, total_of(root), e.total);
        if (e.total)
            compare_hits(w, &q, &e, root, body);
        compare_facets(&e, root, body);
        assert_true(pr_json_is(pr_json_get(root, "match"), q.any ? "any" : "all"));
        with_hits += e.total > 0;
    }
    assert_true(with_hits > QUERIES / 2);
    free(e.scores);
}

static void random_queries_agree_with_a_plain_search(void **state) {
    (void)state;
    random_queries_agree(&small);
}

static void other_constants_agree_as_well(void **state) {
    (void)state;
    random_queries_agree(&plain);
}

/* ---- sets ---- */

static void mark(pr_engine *engine, const char *match, const char *words, uint8_t *out, uint32_t count) {
    char body[600];
    sprintf(body, "{\"query\":\"%s\",\"match\":\"%s\",\"typo\":false,\"response_limit\":6000}", words, match);
    const pr_json *root = found_by(engine, body);
    memset(out, 0, count);
    for (const pr_json *hit = pr_json_get(root, "results")->first; total_of(root) && hit; hit = hit->next)
        out[id_of(hit)] = 1;
}

/* Without any notion of terms and scores: all = intersection, any = union of the single words' hits. */
static void all_is_the_intersection_and_any_the_union(void **state) {
    (void)state;
    uint8_t *one = calloc(4, small.count), *two = one + small.count, *both = two + small.count,
            *either = both + small.count;
    for (int round = 0; round < QUERIES / 2; round++) {
        char a[64], b[64], words[200];
        word_of(below(small.vocabulary / 4), below(6), a);
        word_of(below(small.vocabulary), below(6), b);
        sprintf(words, "%s %s", a, b);
        mark(small.engine, "all", a, one, small.count);
        mark(small.engine, "all", b, two, small.count);
        mark(small.engine, "all", words, both, small.count);
        mark(small.engine, "any", words, either, small.count);
        for (uint32_t i = 0; i < small.count; i++) {
            assert_int_equal(both[i], one[i] & two[i]);
            assert_int_equal(either[i], one[i] | two[i]);
        }
    }
    free(one);
}

static void stop_words_count_only_alone(void **state) {
    (void)state;
    uint8_t *one = calloc(2, small.count), *two = one + small.count;
    char word[64], words[100];
    for (uint32_t n = 0; n < 40; n++) {
        word_of(n, 0, word);
        sprintf(words, "the %s for", word);
        mark(small.engine, "all", word, one, small.count);
        mark(small.engine, "all", words, two, small.count);
        assert_memory_equal(one, two, small.count);
        mark(small.engine, "any", words, two, small.count);
        assert_memory_equal(one, two, small.count);
    }
    mark(small.engine, "all", "the", one, small.count);
    uint32_t count = 0;
    for (uint32_t i = 0; i < small.count; i++)
        count += one[i];
    assert_int_equal(count, small.holders[number_of(&small.terms, "the", 3)]);
    free(one);
}

/* ---- pages ---- */

static void pages_make_the_whole(void **state) {
    (void)state;
    for (int round = 0; round < QUERIES / 10; round++) {
        char words[400], body[1000], sort[40] = "";
        uint32_t *ids = calloc(small.count, sizeof *ids), count = 0, at = 0, step = 1 + below(40);
        random_words(&small, 3, words);
        if (below(3) == 0)
            sprintf(sort, ",\"sort\":\"%s\"", below(2) ? "price" : "-stars");
        sprintf(body, "{\"query\":\"%s\",\"match\":\"any\",\"typo\":false,\"response_limit\":6000%s}", words, sort);
        const pr_json *root = found_by(small.engine, body);
        uint32_t total = total_of(root);
        for (const pr_json *hit = pr_json_get(root, "results")->first; total && hit; hit = hit->next)
            ids[count++] = id_of(hit);
        for (uint32_t offset = 0; total && offset < total + step; offset += step) {
            sprintf(body, "{\"query\":\"%s\",\"match\":\"any\",\"typo\":false,\"response_limit\":%u,\"offset\":%u%s}",
                    words, step, offset, sort);
            root = found_by(small.engine, body);
            assert_int_equal(total_of(root), total);
            for (const pr_json *hit = pr_json_get(root, "results")->first; hit; hit = hit->next) {
                assert_true(at < count);
                assert_int_equal(id_of(hit), ids[at++]);
            }
        }
        assert_int_equal(at, count);
        free(ids);
    }
}

/* ---- the lexicon ---- */

typedef struct entry {
    char text[PR_MAX_TERM + 1];
    uint8_t frequency;
} entry;

static int by_text(const void *a, const void *b) {
    return strcmp(((const entry *)a)->text, ((const entry *)b)->text);
}

/* The terms in their order, with the classes of their frequencies. */
static entry *sorted_terms(const world *w) {
    entry *list = calloc(w->terms.count, sizeof *list);
    for (uint32_t t = 0; t < w->terms.count; t++) {
        strcpy(list[t].text, w->terms.texts[t]);
        list[t].frequency = (uint8_t)(1 + floor(2 * log2(w->holders[t])));
    }
    qsort(list, w->terms.count, sizeof *list, by_text);
    return list;
}

static void the_lexicon_holds_every_term(world *w) {
    pr_lexicon_cursor c;
    entry *list = sorted_terms(w);
    bool more = pr__lexicon_seek(&c, w->engine, (pr_text){"", 0});
    for (uint32_t t = 0; t < w->terms.count; t++, more = pr__lexicon_next(&c)) {
        assert_true(more);
        assert_int_equal(c.row, t);
        assert_int_equal(c.size, strlen(list[t].text));
        assert_memory_equal(c.term, list[t].text, c.size);
        assert_int_equal(c.frequency, list[t].frequency);
        char surface[PR_MAX_TERM + 16];
        int common = w->common[number_of(&w->terms, list[t].text, c.size)];
        size_t size = pr__surface(&c, surface);
        if (common >= 0) {
            assert_int_equal(size, strlen(w->words.texts[common]));
            assert_memory_equal(surface, w->words.texts[common], size);
        }
    }
    assert_false(more);
    for (uint32_t t = 0; t < w->terms.count; t++) {
        assert_true(pr__lexicon_find(&c, w->engine, (pr_text){list[t].text, strlen(list[t].text)}));
        assert_int_equal(c.row, t);
        char absent[PR_MAX_TERM + 2];
        strcat(strcpy(absent, list[t].text), "\x01");
        assert_false(pr__lexicon_find(&c, w->engine, (pr_text){absent, strlen(absent)}));
        if (t + 1 < w->terms.count) /* it stands where the next one is */
            assert_int_equal(c.row, t + 1);
    }
    free(list);
}

static void lexicons_are_whole(void **state) {
    (void)state;
    the_lexicon_holds_every_term(&small);
    the_lexicon_holds_every_term(&large);
}

/* Optimal string alignment by the whole matrix. */
static uint32_t distance(const char *a, const char *b) {
    static uint32_t m[PR_MAX_TERM + 2][PR_MAX_TERM + 2];
    uint32_t rows = (uint32_t)strlen(a), columns = (uint32_t)strlen(b);
    for (uint32_t i = 0; i <= rows; i++) {
        for (uint32_t j = 0; j <= columns; j++) {
            if (i == 0 || j == 0) {
                m[i][j] = i + j;
                continue;
            }
            uint32_t best = m[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            best = m[i - 1][j] + 1 < best ? m[i - 1][j] + 1 : best;
            best = m[i][j - 1] + 1 < best ? m[i][j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && m[i - 2][j - 2] + 1 < best)
                best = m[i - 2][j - 2] + 1;
            m[i][j] = best;
        }
    }
    return m[rows][columns];
}

static void misspell(char *word) {
    for (uint32_t edits = below(4); edits-- > 0;) {
        size_t size = strlen(word), at = below((uint32_t)size);
        char letter = (char)('a' + below(26));
        switch (below(4)) {
        case 0:
            word[at] = letter;
            break;
        case 1:
            if (size > 1)
                memmove(word + at, word + at + 1, size - at);
            break;
        case 2:
            memmove(word + at + 1, word + at, size - at + 1);
            word[at] = letter;
            break;
        default:
            if (at + 1 < size) {
                letter = word[at];
                word[at] = word[at + 1];
                word[at + 1] = letter;
            }
        }
    }
}

/* Nearest first, then the same beginning (it counts like 16 classes of frequency), then the most frequent. */
static uint32_t cost(uint32_t edits, bool other_start, uint8_t frequency) {
    return 64 * edits + (other_start ? 16 : 0) + 48 - frequency;
}

static void compare_near(world *w, const entry *list, const char *word, const uint8_t *distances, uint32_t most,
                         bool everywhere) {
    uint32_t rows[PR_MOST_NEAR], costs[PR_MOST_NEAR], count = 0;
    for (uint32_t t = 0; t < w->terms.count; t++) {
        bool other = list[t].text[0] != word[0];
        if (distances[t] == 0 || distances[t] > most || (other && !everywhere))
            continue;
        uint32_t own = cost(distances[t], other, list[t].frequency), at = count;
        while (at > 0 && costs[at - 1] > own)
            at--;
        if (at == PR_MOST_NEAR)
            continue;
        count -= count == PR_MOST_NEAR;
        memmove(rows + at + 1, rows + at, (count - at) * sizeof *rows);
        memmove(costs + at + 1, costs + at, (count - at) * sizeof *costs);
        rows[at] = t;
        costs[at] = own;
        count++;
    }
    pr_near near[PR_MOST_NEAR];
    pr_arena_reset(&w->engine->scratch);
    uint32_t got = pr__lexicon_near(w->engine, (pr_text){word, strlen(word)}, most, everywhere, near);
    if (got != count)
        fail_msg("%s: %u terms within %u edits, expected %u", word, got, most, count);
    for (uint32_t i = 0; i < count; i++) {
        if (near[i].row != rows[i] || near[i].distance != distances[rows[i]] ||
            near[i].frequency != list[rows[i]].frequency)
            fail_msg("%s: number %u within %u edits is %s, %u away; expected %s, %u away", word, i, most,
                     list[near[i].row].text, near[i].distance, list[rows[i]].text, distances[rows[i]]);
    }
}

static void near_terms_of(world *w, uint32_t words) {
    entry *list = sorted_terms(w);
    uint8_t *distances = calloc(w->terms.count, 1);
    for (uint32_t round = 0; round < words; round++) {
        char word[PR_MAX_TERM + 8] = "";
        if (below(10) == 0) {
            for (uint32_t n = 1 + below(10); n-- > 0;)
                word[strlen(word)] = (char)('a' + below(26));
        } else {
            strcpy(word, list[below(w->terms.count)].text);
            misspell(word);
        }
        for (uint32_t t = 0; t < w->terms.count; t++)
            distances[t] = (uint8_t)distance(word, list[t].text);
        for (uint32_t most = 1; most <= 2; most++) {
            compare_near(w, list, word, distances, most, false);
            compare_near(w, list, word, distances, most, true);
        }
    }
    free(distances);
    free(list);
}

static void near_terms_are_those_of_brute_force(void **state) {
    (void)state;
    near_terms_of(&small, NEAR_WORDS);
    near_terms_of(&large, NEAR_WORDS / 20); /* across shards */
}

/* ---- completion ---- */

static void completions_are_those_of_brute_force(void **state) {
    (void)state;
    enum { MOST = 24 };
    world *w = &small;
    entry *list = sorted_terms(w);
    uint8_t *got = calloc(2, w->count), *want = got + w->count;
    uint32_t completed = 0;
    for (int round = 0; round < QUERIES / 3; round++) {
        char start[PR_MAX_TERM + 1], body[300], stem[PR_MAX_TERM + 1];
        strcpy(start, list[below(w->terms.count)].text);
        if (strspn(start, "abcdefghijklmnopqrstuvwxyz") != strlen(start))
            continue;
        start[1 + below((uint32_t)strlen(start))] = 0;
        if (is_stop_word(w, start))
            continue;
        uint32_t rows[MOST], count = 0;
        for (uint32_t t = 0; t < w->terms.count; t++) {
            if (strncmp(list[t].text, start, strlen(start)) != 0)
                continue;
            uint32_t at = count;
            while (at > 0 && list[rows[at - 1]].frequency < list[t].frequency)
                at--;
            if (at == MOST)
                continue;
            count -= count == MOST;
            memmove(rows + at + 1, rows + at, (count - at) * sizeof *rows);
            rows[at] = t;
            count++;
        }
        assert_true(count > 0);
        memset(want, 0, w->count);
        strcpy(stem, start);
        stem[pr_stem(stem, strlen(stem))] = 0;
        int own = number_of(&w->terms, stem, strlen(stem));
        for (uint32_t i = 0; i < w->count; i++) {
            want[i] = own >= 0 && term_in(&w->documents[i], (uint32_t)own);
            for (uint32_t k = 0; k < count; k++)
                want[i] |= term_in(&w->documents[i], (uint32_t)number_of(&w->terms, list[rows[k]].text,
                                                                         strlen(list[rows[k]].text))) != NULL;
        }
        sprintf(body, "{\"query\":\"%s\",\"prefix\":true,\"typo\":false,\"response_limit\":6000}", start);
        const pr_json *root = found_by(w->engine, body);
        memset(got, 0, w->count);
        for (const pr_json *hit = pr_json_get(root, "results")->first; total_of(root) && hit; hit = hit->next)
            got[id_of(hit)] = 1;
        if (memcmp(got, want, w->count) != 0)
            fail_msg("the hits of \"%s…\" are not those of its completions", start);
        completed++;
    }
    assert_true(completed > QUERIES / 10);
    free(got);
    free(list);
}

/* ---- corrections ---- */

static void same_answers(pr_engine *engine, const char *words) {
    char with[600], without[600];
    pr_response response;
    sprintf(without, "{\"query\":\"%s\",\"typo\":false,\"response_limit\":6000}", words);
    sprintf(with, "{\"query\":\"%s\",\"typo\":true,\"response_limit\":6000}", words);
    static const char path[] = "/recommendations/search", method[] = "POST";
    pr_request request = {{method, 4}, {path, sizeof path - 1}, {without, strlen(without)}, {NULL, 0}, 1763683200, 1};
    assert_int_equal(pr_engine_call(engine, &request, &response, NULL), PR_OK);
    char *kept = strndup(response.body.bytes, response.body.size);
    request.body = (pr_text){with, strlen(with)};
    assert_int_equal(pr_engine_call(engine, &request, &response, NULL), PR_OK);
    if (strlen(kept) != response.body.size || memcmp(kept, response.body.bytes, response.body.size) != 0)
        fail_msg("%s: correcting changes what is there exactly", words);
    free(kept);
}

static void a_correction_never_loses_an_exact_match(void **state) {
    (void)state;
    for (uint32_t i = 0; i < small.words.count; i++)
        same_answers(small.engine, small.words.texts[i]);
    for (uint32_t i = 0; i + 1 < small.count; i++) /* words that stand together in a title: all found */
        same_answers(small.engine, small.documents[i].title);
}

static void misspelt_words_find_the_right_ones(void **state) {
    (void)state;
    uint32_t right = 0, tried = 0;
    for (uint32_t n = 0; n < 60; n++) {
        char word[64], body[200], *wrong = word;
        word_of(n, 0, word);
        if (strlen(word) < 6 || number_of(&small.words, word, strlen(word)) < 0)
            continue;
        wrong[3] = 'q'; /* may stop a suffix from being cut off: then the stems are far apart */
        sprintf(body, "{\"query\":\"%s\",\"response_limit\":6000}", wrong);
        const pr_json *root = found_by(small.engine, body);
        tried++;
        word_of(n, 0, word);
        const pr_json *corrected = pr_json_get(root, "corrected_query");
        right += corrected->type == PR_JSON_STRING && strncmp(corrected->string, word, 5) == 0;
    }
    assert_true(tried > 20 && right * 10 >= tried * 8);
}

/* ---- shards as they are needed ---- */

static uint32_t ask_paging(pr_engine *engine, const pr_request *request, pr_response *response, uint32_t one_by_one) {
    uint32_t attached = 0;
    for (int round = 0; round < 200; round++) {
        pr_error error = {0};
        pr_status status = pr_engine_call(engine, request, response, &error);
        if (status == PR_OK)
            return attached;
        if (status != PR_MISSING)
            fail_msg("%.*s: %s", (int)request->body.size, request->body.bytes, error.message);
        uint32_t missing[256], count = response->missing_count;
        assert_true(count > 0 && count <= 256);
        memcpy(missing, response->missing, count * sizeof *missing);
        for (uint32_t i = 0; i < (one_by_one ? 1 : count); i++) {
            const prt_packed_shard *shard = &large.packed.shards[missing[i]];
            assert_int_equal(pr_engine_attach(engine, missing[i], shard->bytes, shard->size, &error), PR_OK);
            attached++;
        }
    }
    fail_msg("%.*s: shards are asked for without end", (int)request->body.size, request->body.bytes);
    return 0;
}

static void shards_as_needed_answer_the_same(void **state) {
    (void)state;
    pr_engine *lazy = open_world(&large, false);
    static const char path[] = "/recommendations/search", method[] = "POST";
    for (int round = 0; round < QUERIES / 3; round++) {
        char words[400], body[1000];
        random_words(&large, 3, words);
        if (below(3) == 0)
            misspell(words);
        for (char *c = words; *c; c++)
            *c = *c == '\'' ? 'x' : *c;
        sprintf(body, "{\"query\":\"%s\",\"prefix\":%s,\"facets\":%s,\"response_limit\":%u%s}", words,
                below(3) ? "false" : "true", below(4) ? "false" : "true", 1 + below(30),
                below(4) ? "" : ",\"sort\":\"price\"");
        pr_request request = {{method, 4}, {path, sizeof path - 1}, {body, strlen(body)}, {NULL, 0}, 1763683200, 1};
        pr_response whole, paged;
        pr_engine *fresh = round % 5 ? NULL : open_world(&large, false);
        assert_int_equal(pr_engine_call(large.engine, &request, &whole, NULL), PR_OK);
        ask_paging(fresh ? fresh : lazy, &request, &paged, below(2));
        if (whole.status != paged.status || whole.body.size != paged.body.size ||
            memcmp(whole.body.bytes, paged.body.bytes, whole.body.size) != 0)
            fail_msg("%s: another answer when shards come as needed", body);
        pr_engine_close(fresh);
    }
    pr_engine_close(lazy);
}

static void one_query_needs_few_shards(void **state) {
    (void)state;
    static const char path[] = "/recommendations/search", method[] = "POST";
    uint32_t shards = large.packed.shard_count, worst = 0;
    assert_true(shards > 20);
    for (int round = 0; round < 40; round++) {
        char word[64], body[200];
        word_of(below(large.vocabulary / 2), 0, word);
        if (number_of(&large.words, word, strlen(word)) < 0)
            continue;
        sprintf(body, "{\"query\":\"%s\",\"response_limit\":10}", word);
        pr_engine *fresh = open_world(&large, false);
        pr_request request = {{method, 4}, {path, sizeof path - 1}, {body, strlen(body)}, {NULL, 0}, 1763683200, 1};
        pr_response response;
        uint32_t needed = ask_paging(fresh, &request, &response, false);
        worst = needed > worst ? needed : worst;
        pr_engine_close(fresh);
    }
    print_message("one query needs at most %u of %u shards\n", worst, shards);
    assert_true(worst > 2 && worst * 2 < shards);
}

/* ---- the whole ---- */

static int set_up(void **state) {
    make_folder(state);
    random_state = 1;
    make_world(&small, 700, 400, 8, "", 0.1);
    make_world(&plain, 500, 150, 5, ",'k1':0.6,'b':0.3,'popularity':0,'stop_words':[]", 0);
    make_world(&large, LARGE, 8000, 16, "", 0.1);
    return 0;
}

static int tear_down(void **state) {
    free_world(&small);
    free_world(&plain);
    free_world(&large);
    pr_arena_free(&parsed);
    return remove_folder(state);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_queries_agree_with_a_plain_search),
        cmocka_unit_test(other_constants_agree_as_well),
        cmocka_unit_test(all_is_the_intersection_and_any_the_union),
        cmocka_unit_test(stop_words_count_only_alone),
        cmocka_unit_test(pages_make_the_whole),
        cmocka_unit_test(lexicons_are_whole),
        cmocka_unit_test(near_terms_are_those_of_brute_force),
        cmocka_unit_test(completions_are_those_of_brute_force),
        cmocka_unit_test(a_correction_never_loses_an_exact_match),
        cmocka_unit_test(misspelt_words_find_the_right_ones),
        cmocka_unit_test(shards_as_needed_answer_the_same),
        cmocka_unit_test(one_query_needs_few_shards),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
