/* pocketrec: recommendations, search and explanations from a bundle of static files.
 *
 * This is the only public header of the core. The core is pure: it opens no file or socket, reads no clock, draws no
 * random number of its own, starts no thread and keeps no global variable. The same bundle, state and request give
 * the same bytes on every compiler, natively and in WebAssembly.
 *
 * Sections: 1 status and errors, 2 memory, 3 engine, 4 requests, 5 JSON, 6 mathematics, 7 builder (trainer only), 8
 * ranking, 9 search, 10 purchases, 11 text encoder.
 */
#ifndef POCKETREC_H
#define POCKETREC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PR_VERSION        "0.1.0"
#define PR_FORMAT_VERSION 1

/* ---------------------------------------------------------------- 1. status and errors ------------------------- */

/* The only list of codes. Numbers never change; 0 is success, positive is "go on", negative is a failure. */
#define PR_STATUS_LIST(X)                                                                                              \
    X(PR_OK, 0, "ok")                                                                                                  \
    X(PR_MISSING, 1, "shards are missing")                                                                             \
    X(PR_E_MEMORY, -1, "out of memory")                                                                                \
    X(PR_E_ARGUMENT, -2, "wrong argument")                                                                             \
    X(PR_E_FORMAT, -3, "the data is not in the expected format")                                                       \
    X(PR_E_VERSION, -4, "the format version is not supported")                                                         \
    X(PR_E_HASH, -5, "the bytes are not those that were promised")                                                     \
    X(PR_E_LIMIT, -6, "a limit was exceeded")                                                                          \
    X(PR_E_IO, -7, "input or output failed")                                                                           \
    X(PR_E_REFUSED, -8, "a gate refused")                                                                              \
    X(PR_E_LOCKED, -9, "another run holds the lock")

typedef enum pr_status {
#define PR_STATUS_ENUM(name, number, text) name = number,
    PR_STATUS_LIST(PR_STATUS_ENUM)
#undef PR_STATUS_ENUM
} pr_status;

/* Filled by the function that fails; the caller owns it, nothing to free. Every `pr_error *` may be NULL. */
typedef struct pr_error {
    pr_status code;
    uint64_t position; /* byte offset in the input where that has a meaning, else 0 */
    char message[256]; /* one sentence: what was wrong, where, what to do; NUL-terminated UTF-8 */
} pr_error;

/* The constant text of a status; never NULL. */
const char *pr_status_text(pr_status status);

/* Fill `error` (may be NULL) with a message made of `count` pieces that are laid end to end, cut at the message's
 * size on a character boundary; control characters are replaced. Returns `code`, so that `return pr_fail(…)` reads
 * well. */
pr_status pr_fail_parts(pr_error *error, pr_status code, uint64_t position, size_t count, const char *const *parts);
#define pr_fail(error, code, position, ...)                                                                            \
    pr_fail_parts((error), (code), (position), sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *),      \
                  (const char *const[]){__VA_ARGS__})

/* ---------------------------------------------------------------- 2. memory ------------------------------------ */

/* All memory of the core comes through one of these. `allocate` returns memory aligned for any type, or NULL;
 * `release` gets the size that was asked for. */
typedef struct pr_allocator {
    void *context;
    void *(*allocate)(void *context, size_t bytes);
    void (*release)(void *context, void *memory, size_t bytes);
} pr_allocator;

/* malloc and free, as an allocator. */
const pr_allocator *pr_allocator_default(void);

/* A growing region that is freed all at once. Zero-initialise, or use pr_arena_init. Not thread-safe. */
typedef struct pr_arena_block pr_arena_block;
typedef struct pr_arena {
    const pr_allocator *allocator;
    pr_arena_block *blocks;
    size_t used;  /* bytes handed out since the last reset */
    size_t held;  /* bytes held from the allocator */
    size_t limit; /* refuse to hold more than this; 0 = no limit */
} pr_arena;

void pr_arena_init(pr_arena *arena, const pr_allocator *allocator, size_t limit);
/* `bytes` of zeroed memory aligned to 16, or NULL when out of memory or over the limit. */
void *pr_arena_take(pr_arena *arena, size_t bytes);
/* count × size with the product checked. */
void *pr_arena_array(pr_arena *arena, size_t count, size_t size);
/* Forget all that was taken but keep the largest block. */
void pr_arena_reset(pr_arena *arena);
void pr_arena_free(pr_arena *arena);

/* Growing bytes in an arena. After a failed append `failed` stays true and later appends do nothing. */
typedef struct pr_buffer {
    pr_arena *arena;
    char *bytes;
    size_t size, capacity;
    bool failed;
} pr_buffer;

void pr_buffer_append(pr_buffer *buffer, const void *bytes, size_t size);

/* ---------------------------------------------------------------- 3. engine ------------------------------------ */

/* An opened bundle. Belongs to one thread at a time. */
typedef struct pr_engine pr_engine;

typedef struct pr_options {
    size_t size;                   /* sizeof(pr_options), so that the struct can grow */
    const pr_allocator *allocator; /* NULL = malloc and free */
    size_t memory_limit;           /* bytes the engine may hold besides shards; 0 = 256 MiB */
} pr_options;
#define PR_OPTIONS_INIT                                                                                                \
    { sizeof(pr_options), NULL, 0 }

/* Open a bundle from the bytes of its manifest.json. Everything in it is checked before it is believed. The bytes are
 * not kept. On failure *engine is NULL. Fails with PR_E_FORMAT, PR_E_VERSION, PR_E_LIMIT, PR_E_MEMORY. */
pr_status pr_engine_open(const void *manifest, size_t manifest_size, const pr_options *options, pr_engine **engine,
                         pr_error *error);
void pr_engine_close(pr_engine *engine); /* NULL is allowed */

typedef struct pr_shard_info {
    const char *table; /* borrowed from the engine */
    const char *file;  /* a plain file name: no slash, no leading dot; borrowed from the engine */
    const char *sha256;
    uint64_t bytes;
    uint32_t first_row, rows;
    bool attached, refused;
} pr_shard_info;

uint32_t pr_engine_shard_count(const pr_engine *engine);
pr_status pr_engine_shard(const pr_engine *engine, uint32_t shard, pr_shard_info *info);

/* Give the engine the bytes of a shard. Length and SHA-256 are compared with the manifest, then every offset, length,
 * index, count and float is checked once. The bytes are BORROWED: keep them unchanged until pr_engine_detach or
 * pr_engine_close. A shard that fails is marked as refused, the engine stays usable without it, and a later attach of
 * right bytes repairs it. Attaching an attached shard does nothing and succeeds. */
pr_status pr_engine_attach(pr_engine *engine, uint32_t shard, const void *bytes, size_t size, pr_error *error);
void pr_engine_detach(pr_engine *engine, uint32_t shard);

/* Bytes the engine holds from its allocator now. */
size_t pr_engine_memory(const pr_engine *engine);

/* ---------------------------------------------------------------- 4. requests ---------------------------------- */

typedef struct pr_text {
    const char *bytes; /* need not be NUL-terminated; may be NULL when size is 0 */
    size_t size;
} pr_text;

typedef struct pr_request {
    pr_text method; /* "GET", "POST", "PUT", "DELETE" */
    pr_text path;   /* with the query string, percent-encoded as on the wire */
    pr_text body;   /* JSON or empty */
    pr_text state;  /* the visitor's state as the last response gave it; empty for somebody new */
    int64_t now;    /* seconds since 1970-01-01 UTC */
    uint64_t seed;  /* for exploration and nothing else */
} pr_request;

typedef struct pr_response {
    int status;         /* HTTP status */
    pr_text body;       /* JSON, UTF-8 */
    bool state_changed; /* then the host stores `state` in place of the old one (empty = forget everything) */
    pr_text state;
    const uint32_t *missing; /* with PR_MISSING: shards to attach before asking again */
    uint32_t missing_count;
} pr_response;

/* Answer one request. Returns PR_OK whenever there is an HTTP response, errors included (4xx, 5xx with a JSON body
 * {"error":{"code","message","field"}}); PR_MISSING when shards are needed: attach them and call again with the same
 * request; PR_E_MEMORY or PR_E_ARGUMENT otherwise. What the response points to stays valid until the next call on, or
 * the close of, this engine. */
pr_status pr_engine_call(pr_engine *engine, const pr_request *request, pr_response *response, pr_error *error);

/* ---------------------------------------------------------------- 5. JSON -------------------------------------- */

typedef enum pr_json_type {
    PR_JSON_NULL,
    PR_JSON_BOOL,
    PR_JSON_NUMBER,
    PR_JSON_STRING,
    PR_JSON_ARRAY,
    PR_JSON_OBJECT
} pr_json_type;

/* One value. Strings are unescaped, valid UTF-8, NUL-terminated (and may hold NUL inside: trust `size`). */
typedef struct pr_json {
    pr_json_type type;
    bool boolean;    /* PR_JSON_BOOL */
    bool is_integer; /* PR_JSON_NUMBER: whole and |n| < 2^53, however it was written (228, 228.0, 2.28e2) */
    uint32_t size;   /* bytes of a string, members of an array or object */
    uint32_t key_size;
    uint32_t position;  /* where the value begins in the text */
    const char *key;    /* inside an object, else NULL */
    const char *string; /* PR_JSON_STRING */
    double number; /* PR_JSON_NUMBER: finite; correctly rounded up to 15 digits and |exponent| 22, else within a few
                      ulps */
    const struct pr_json *first, *next;
} pr_json;

typedef struct pr_json_limits {
    size_t max_bytes;   /* 0 = 1 MiB */
    uint32_t max_depth; /* 0 = 32 */
} pr_json_limits;

/* Parse strict JSON (RFC 8259): one value, no duplicate keys, no NaN or Infinity, valid UTF-8, keys compared
 * case-sensitively. The tree lives in `arena`. No recursion. PR_E_FORMAT (position set), PR_E_LIMIT, PR_E_MEMORY. */
pr_status pr_json_parse(const char *text, size_t size, const pr_json_limits *limits, pr_arena *arena,
                        const pr_json **root, pr_error *error);
/* The member with that key, or NULL (also when `object` is NULL or no object). */
const pr_json *pr_json_get(const pr_json *object, const char *key);
bool pr_json_is(const pr_json *string, const char *text);

/* Writer: commas and escapes are its business. Numbers are printed by one routine: integers below 2^53 exactly, others
 * with 9 significant digits. */
typedef struct pr_writer {
    pr_buffer *out;
    uint32_t depth;
    bool comma;
} pr_writer;

void pr_write_object(pr_writer *w); /* { */
void pr_write_array(pr_writer *w);  /* [ */
void pr_write_end_object(pr_writer *w);
void pr_write_end_array(pr_writer *w);
void pr_write_key(pr_writer *w, const char *key);
void pr_write_string(pr_writer *w, const char *bytes, size_t size);
void pr_write_text(pr_writer *w, const char *text); /* NUL-terminated; NULL writes null */
void pr_write_number(pr_writer *w, double value);   /* not finite: null */
void pr_write_integer(pr_writer *w, int64_t value);
void pr_write_bool(pr_writer *w, bool value);
void pr_write_null(pr_writer *w);
void pr_write_json(pr_writer *w, const pr_json *value);          /* a parsed value again */
void pr_write_raw(pr_writer *w, const char *bytes, size_t size); /* bytes that are JSON already */

/* The number as the writer prints it, into `out` (32 bytes at least); returns the length. */
size_t pr_format_number(double value, char out[32]);

/* ---------------------------------------------------------------- 6. mathematics ------------------------------- */
/* Own versions, because libm differs between platforms: the same bits everywhere. Relative error below 4e-16 for exp
 * and log on normal numbers, about 1e-11 for the others. */

double pr_exp(double x);
double pr_log(double x);                                      /* x > 0; 0 gives -HUGE_VAL, negative NaN */
double pr_log_gamma(double x);                                /* x > 0 */
double pr_logit(double p);                                    /* log(p / (1 - p)), p kept inside [1e-12, 1 - 1e-12] */
double pr_logistic(double x);                                 /* 1 / (1 + exp(-x)) */
double pr_beta_cdf(double x, double alpha, double beta);      /* regularised incomplete beta, Lentz's fraction */
double pr_beta_quantile(double p, double alpha, double beta); /* its inverse, |error in p| < 1e-9 */
/* Wilson's score interval (1927) of a proportion at normal quantile z. trials == 0 gives [0, 1]. */
void pr_wilson_interval(double successes, double trials, double z, double *low, double *high);
/* splitmix64's finaliser: a well-mixed function of 64 bits; and a uniform number in [0, 1) from it. */
uint64_t pr_mix64(uint64_t x);
double pr_uniform(uint64_t seed, uint64_t counter);
uint64_t pr_hash_bytes(const void *bytes, size_t size, uint64_t seed); /* FNV-1a, then mixed */

typedef struct pr_sha256 {
    uint32_t state[8];
    uint64_t length;
    uint8_t block[64];
} pr_sha256;
void pr_sha256_init(pr_sha256 *hash);
void pr_sha256_update(pr_sha256 *hash, const void *bytes, size_t size);
void pr_sha256_bytes(pr_sha256 *hash, uint8_t bytes[32]); /* finishes */
void pr_sha256_hex(pr_sha256 *hash, char hex[65]);        /* finishes; NUL-terminated lower-case hex */

/* Valid UTF-8 without overlong forms and surrogates? *where gets the first wrong byte. */
bool pr_utf8_valid(const char *bytes, size_t size, size_t *where);

/* ---------------------------------------------------------------- 7. builder ----------------------------------- */
/* For the trainer and the tests; the browser build drops it. */

typedef enum pr_dtype { PR_U8, PR_U16, PR_U32, PR_I8, PR_I32, PR_I64, PR_F32, PR_F64 } pr_dtype;
size_t pr_dtype_size(pr_dtype dtype);
const char *pr_dtype_name(pr_dtype dtype); /* safetensors' name: "U8", "F32", … */

typedef struct pr_tensor {
    const char *name;
    pr_dtype dtype;
    uint32_t dims; /* 1 or 2 */
    uint64_t shape[2];
    const void *data;
} pr_tensor;

/* Serialise tensors as one safetensors file: header length, JSON header padded with spaces so that data begins on
 * a multiple of 64, tensors in the order of element size and then name. Deterministic. `metadata`: count pairs key,
 * value. */
pr_status pr_safetensors_write(const pr_tensor *tensors, size_t count, const char *const *metadata,
                               size_t metadata_count, pr_buffer *out, pr_error *error);

/* The words of a text as search sees them: letters and digits, folded to lower case and without Latin accents.
 * `visit` is called with each word in order; returning false stops. */
typedef bool (*pr_word_visitor)(void *context, const char *word, size_t size);
void pr_words(const char *text, size_t size, pr_word_visitor visit, void *context);

/* Bucket of an item's id in the table `item_ids` of 2^bits buckets, and the 32-bit hash that is stored there. */
uint32_t pr_item_id_hash(const char *id, size_t size);

/* Engagement counts of one (segment, item) cell, or sums of them. */
typedef struct pr_counts {
    uint32_t started, completed, rated, liked;
} pr_counts;

/* Parameters of the learned prior of one rate (like or completion); see docs/scoring.md. */
typedef struct pr_rate_model {
    double mean;          /* rate of everyone, everything */
    double item_strength; /* pseudo-trials that an item gets from its type's rate */
    double row_strength;  /* pseudo-trials that a segment gets from its type's rate */
    double cell_strength; /* pseudo-trials that a cell gets from its item and segment */
} pr_rate_model;

/* Prior mean of a cell's rate from its parents: the item elsewhere (successes/trials without this cell), the type's
 * rate and the segment's successes/trials: logistic(logit(item) + logit(segment) - logit(type)), each shrunk by the
 * model. */
double pr_rate_prior(const pr_rate_model *model, double item_successes, double item_trials, double type_rate,
                     double row_successes, double row_trials);

/* ---------------------------------------------------------------- 8. ranking ----------------------------------- */
/* One feature row and one scorer, called by the trainer and by the browser, so that what was learned is what is served.
 * docs/ranking.md has the features and formulas. */

/* What happened in one week to a (user, item) pair, an item, a user or everyone. Whole numbers: sums are exact. */
typedef struct pr_week {
    int32_t week;
    uint32_t impressions, clicks, views, likes;
    uint64_t watch; /* sum over the views of the share that was watched, in thousandths */
} pr_week;

/* Sums in which a week that lies k weeks before the last usable one counts decay^k. */
typedef struct pr_faded {
    double impressions, clicks, views, likes, watch; /* watch: in whole views (thousandths / 1000) */
    double all_impressions, all_clicks;              /* without fading */
    int32_t last_click;                              /* latest week with a click; INT32_MIN: none */
} pr_faded;

/* Fade weeks[0 … count), rising by week. Weeks >= `week` are not looked at: this is the one place where the rule "for
 * week T only weeks up to T - 1" is kept. Horner's scheme in the order of the weeks; no rows give all zeros. */
void pr_fade(const pr_week *weeks, size_t count, int32_t week, double decay, pr_faded *out);

/* Kinds of features. `argument`: an index into what the kind is about, else 0. */
#define PR_FEATURE_LIST(X)                                                                                             \
    X(impressions) /* of the pair, faded; so the next three */                                                         \
    X(clicks)                                                                                                          \
    X(video_views)                                                                                                     \
    X(likes)                                                                                                           \
    X(avg_watch_time)  /* faded watch / faded views; NaN without views */                                              \
    X(ctr)             /* (clicks + s x base) / (impressions + s), s and base of the set and of everyone */            \
    X(view_rate)       /* views of clicks, smoothed the same */                                                        \
    X(like_rate)       /* likes of views */                                                                            \
    X(all_impressions) /* of the pair, not faded */                                                                    \
    X(all_clicks)                                                                                                      \
    X(weeks_since_click) /* NaN: never */                                                                              \
    X(ctr_lift)          /* (clicks + s x expected) / (impressions + s) - expected */                                  \
    X(expected_ctr)      /* logistic(logit(item_ctr) + logit(user_ctr) - logit(base)) */                               \
    X(item_impressions)  /* faded, as a multiple of the average item's; so the next three */                           \
    X(item_clicks)                                                                                                     \
    X(item_views)                                                                                                      \
    X(item_likes)                                                                                                      \
    X(item_watch) /* faded watch / faded views; NaN without views */                                                   \
    X(item_ctr)   /* smoothed to everyone's */                                                                         \
    X(item_view_rate)                                                                                                  \
    X(item_like_rate)                                                                                                  \
    X(user_impressions) /* faded sums over all items */                                                                \
    X(user_clicks)                                                                                                     \
    X(user_ctr) /* smoothed to everyone's */                                                                           \
    X(user_view_rate)                                                                                                  \
    X(user_like_rate)                                                                                                  \
    X(goal_match)                                                                                                      \
    X(speciality) /* argument: which; 1 when the item has it */                                                        \
    X(goal)       /* argument: which; 1 when it is the user's goal */                                                  \
    X(column)     /* argument: which of `columns` */

typedef enum pr_feature_kind {
#define PR_FEATURE_ENUM(name) PR_FEATURE_##name,
    PR_FEATURE_LIST(PR_FEATURE_ENUM)
#undef PR_FEATURE_ENUM
        PR_FEATURE_KINDS
} pr_feature_kind;

/* The kind's name; never NULL. */
const char *pr_feature_kind_name(pr_feature_kind kind);

typedef struct pr_feature {
    pr_feature_kind kind;
    uint32_t argument;
} pr_feature;

typedef struct pr_feature_set {
    uint32_t count;
    const pr_feature *features;
    double decay;                                      /* of a week, in (0, 1] */
    double ctr_strength, view_strength, like_strength; /* pseudo-trials of the smoothed rates */
    uint32_t items; /* in the catalogue: the average item has everyone's sums / items */
} pr_feature_set;

/* What one row is made from. Arrays may be NULL when no feature asks for them. */
typedef struct pr_feature_input {
    const pr_faded *pair, *item, *user, *everyone; /* all faded for the same week with the set's decay */
    int32_t week;                                  /* T: the week that is to be predicted */
    bool goal_match;
    const double *columns;               /* values of the numeric columns; NaN when missing */
    const uint8_t *specialities, *goals; /* 0 or 1 each */
} pr_feature_input;

/* Fill out[0 … set->count). */
void pr_feature_row(const pr_feature_set *set, const pr_feature_input *input, float *out);

/* The stem of a word as pr_words gives it (Porter's English stemmer, second version), in place; returns the new size.
 */
size_t pr_stem(char *word, size_t size);

/* Groups of phrases that mean the same. */
typedef struct pr_synonyms pr_synonyms;
/* Read [["weight loss","fat loss"],…]: at most 256 groups of at most 32 phrases of at most 100 bytes. NULL stands for
 * no groups. Lives in `arena`. PR_E_FORMAT, PR_E_MEMORY. */
pr_status pr_synonyms_read(const pr_json *groups, pr_arena *arena, const pr_synonyms **out, pr_error *error);
/* Do a goal and a speciality match? By stems of words, stop words left out: all stems of one stand in the other, or
 * both hold all stems of phrases of one group. A text without words matches nothing. `synonyms` may be NULL. */
bool pr_goal_match(const pr_synonyms *synonyms, pr_text goal, pr_text speciality);
/* Are the two the same phrase: equal sets of stems, stop words left out, at least one? For sp__ and goal features. */
bool pr_same_phrase(pr_text a, pr_text b);
enum { PR_PHRASE_KEY = 528 };
/* The key that equal phrases share: their stems, rising, with spaces between. NUL-terminated; returns the length, 0
 * when the text has no words but stop words. */
size_t pr_phrase_key(pr_text text, char out[PR_PHRASE_KEY]);

/* A model that turns feature rows into scores: a tree ensemble or a linear model, from the bytes of a shard. */
typedef struct pr_model pr_model;

enum { PR_MAX_FEATURES = 512, PR_MAX_TREE_DEPTH = 24 };

/* Open a shard of the table `trees` or `linear` (docs/bundle-format.md); every index and float is checked. The bytes
 * are borrowed; the rest lives in `arena`. PR_E_FORMAT, PR_E_MEMORY. */
pr_status pr_model_open(const void *bytes, size_t size, pr_arena *arena, const pr_model **out, pr_error *error);
uint32_t pr_model_features(const pr_model *model);
/* Raw scores of `count` rows of pr_model_features floats each, laid end to end. A tree ensemble adds float32 leaves in
 * the order of the trees to its base, as XGBoost does; NaN goes where each node says. A linear model adds
 * weight x (value - mean) x scale in float64 in the order of the features, NaN standing for the mean, then its bias.
 * PR_E_MEMORY when `scratch` is full. */
pr_status pr_model_score(const pr_model *model, const float *rows, size_t count, pr_arena *scratch, double *scores);
/* Exact contributions of the features to one row's score: terms of a linear model, path-dependent TreeSHAP of trees
 * (Lundberg et al. 2018, arXiv:1802.03888, algorithm 2). *base + the sum of contributions[] is the score. */
pr_status pr_model_explain(const pr_model *model, const float *row, pr_arena *scratch, double *contributions,
                           double *base);

/* A node of a tree as libraries have it. */
typedef struct pr_tree_node {
    int32_t feature;      /* -1: a leaf */
    float threshold;      /* value < threshold goes left */
    bool missing_left;    /* where NaN goes */
    uint32_t left, right; /* nodes of the same tree, counted from its root */
    float value;          /* of a leaf */
    float cover;          /* how much of the training data came here, for explanations */
} pr_tree_node;

/* Pack trees into the bytes of a shard of `trees`; the nodes of tree t are nodes[starts[t] … starts[t + 1]), its root
 * first. PR_E_FORMAT when they are no trees or too deep. */
pr_status pr_trees_write(const pr_tree_node *nodes, const uint32_t *starts, uint32_t trees, uint32_t features,
                         float base, pr_buffer *out, pr_error *error);
/* Pack a linear model; arrays of `features` numbers. */
pr_status pr_linear_write(const double *weight, const double *mean, const double *scale, double bias, uint32_t features,
                          pr_buffer *out, pr_error *error);

/* ---------------------------------------------------------------- 9. search ------------------------------------ */
/* How a text becomes the terms of the index: the trainer and a query call the same functions. docs/search.md. */

enum { PR_MAX_TERM = 64 }; /* bytes; what is longer is cut */

typedef enum pr_token_kind {
    PR_TOKEN_WORD,   /* letters, or letters and digits */
    PR_TOKEN_NUMBER, /* digits, perhaps with a decimal point: "1.5", "2000" for 2,000 */
    PR_TOKEN_UNIT,   /* of the number before it, by its short name: "ml" */
    PR_TOKEN_GRAM,   /* two neighbouring characters of a script without spaces, or a single one that stands alone */
} pr_token_kind;

/* A piece of a text, folded but not stemmed. */
typedef struct pr_token {
    pr_token_kind kind;
    const char *text;
    size_t size;
    uint32_t begin, end; /* the bytes of the text that it was made from */
    bool joined;         /* nothing but a hyphen or the like lies between it and the token before */
} pr_token;

/* Cut a text into tokens; `visit` is called with each in order, and returning false stops. Letters are folded to lower
 * case without accents, full-width forms to ASCII; apostrophes vanish, and an English 's with them. */
typedef bool (*pr_token_visitor)(void *context, const pr_token *token);
void pr_tokens(const char *text, size_t size, pr_token_visitor visit, void *context);

/* The terms under which a text is found: the stem of each token, a number with its unit ("500ml") and the parts of a
 * hyphenated word as one ("tshirt"). The same term may come several times. */
typedef bool (*pr_term_visitor)(void *context, const char *term, size_t size);
void pr_search_terms(const char *text, size_t size, pr_term_visitor visit, void *context);

/* ---------------------------------------------------------------- 10. purchases --------------------------------- */
/* How much an event says about taste: the trainer and the browser call the same functions. docs/models.md. */

typedef enum pr_signal_kind {
    PR_SIGNAL_VIEW,
    PR_SIGNAL_CLICK,
    PR_SIGNAL_START,
    PR_SIGNAL_CART,
    PR_SIGNAL_COMPLETE,
    PR_SIGNAL_LIKE,
    PR_SIGNAL_PURCHASE,
    PR_SIGNAL_KINDS, /* those above carry weight */
    PR_SIGNAL_RETURN = PR_SIGNAL_KINDS,
} pr_signal_kind;

typedef struct pr_signals {
    double weight[PR_SIGNAL_KINDS]; /* of an event with a usual price and quantity */
    double spending, quantity;      /* how much the ratios count beside the weight */
    double cap;                     /* a ratio counts at most so much */
    double half_life;               /* days after which an event counts half; 0: for ever */
    double saturation;              /* k: a sum s counts s (1 + k) / (s + k); 0: every sum above 0 counts 1 */
} pr_signals;

/* What somebody did with one item, once. */
typedef struct pr_signal_event {
    int64_t time; /* Unix seconds, INT64_MIN when not known */
    pr_signal_kind kind;
    float units; /* > 0 */
    float price; /* of one unit, NaN when not known */
} pr_signal_event;

/* Settle the returns among one person's events about one item, which are in the order of time: a return takes its units
 * from the latest purchases before it; what it finds nothing for is forgotten. Returns and purchases without a unit
 * left go; the order of the rest stays. Returns how many are left. */
uint32_t pr_signals_settle(pr_signal_event *events, uint32_t count);

/* How much one person's settled events about one item weigh together, 0 or more. `average_price` is what the person
 * usually pays for a unit, `average_units` how many units of the item are usually bought at once; a ratio that cannot
 * be formed (NaN, not above 0) counts 1. An event of a ratio p of price and q of units weighs
 * weight x (1 + spending min(p, cap) + quantity min(q, cap)) / (1 + spending + quantity), halved every half_life days
 * before `now` (a time that is not known, or later, is `now`). Only purchases have ratios. */
double pr_signals_strength(const pr_signals *signals, const pr_signal_event *events, uint32_t count,
                           double average_price, double average_units, int64_t now);

/* How much less the interactions of busy people and of much taken items count for ALS: what is taken by everybody, or
 * by somebody who takes everything, says less. scale makes the mean over the training 1. */
typedef struct pr_balance {
    double scale, user_exponent, item_exponent;
} pr_balance;

/* scale x taken^-user_exponent x takers^-item_exponent: for somebody who took `taken` items, of an item that `takers`
 * people took. 1 when both exponents are 0. */
double pr_balance_of(const pr_balance *balance, uint32_t taken, uint32_t takers);

/* ---------------------------------------------------------------- 11. text encoder ------------------------------ */
/* BERT models that turn texts into vectors of meaning, or score pairs of texts: all-MiniLM-L6-v2 and its family. The
 * same bits natively and in WebAssembly, whatever else is in a batch. docs/bundle-format.md has the file. */

/* An opened encoder. Nothing in it changes: threads may share it, each with a scratch of its own. */
typedef struct pr_encoder pr_encoder;

/* Open an encoder file; every shape and number is checked once. The bytes are BORROWED until pr_encoder_close and begin
 * at a multiple of 8. `allocator` may be NULL. PR_E_FORMAT, PR_E_VERSION, PR_E_MEMORY; then *encoder is NULL. */
pr_status pr_encoder_open(const void *bytes, size_t size, const pr_allocator *allocator, pr_encoder **encoder,
                          pr_error *error);
void pr_encoder_close(pr_encoder *encoder); /* NULL is allowed */

typedef struct pr_encoder_about {
    uint32_t bits; /* of a weight: 32 or 8 */
    uint32_t dims; /* numbers of an embedding */
    uint32_t layers;
    uint32_t tokens; /* most of a sequence, [CLS] and [SEP] among them */
    uint32_t vocabulary;
    uint32_t labels;     /* logits of a pair; 0: the encoder embeds texts */
    bool pairs;          /* pr_encoder_pair works */
    const char *kernels; /* what computes: "avx512", "avx2", "vectors", "plain" */
} pr_encoder_about;
pr_encoder_about pr_encoder_describe(const pr_encoder *encoder);

/* The token ids of a text: [CLS], its pieces, [SEP], at most `most` (0, or more than the encoder takes: as many as it
 * takes). Any bytes are a text; what is not UTF-8 vanishes, and the empty text has the two tokens. PR_E_ARGUMENT when
 * `most` is 1. */
pr_status pr_encoder_tokens(const pr_encoder *encoder, pr_text text, uint32_t most, uint32_t *ids, uint32_t *count);
/* [CLS] first [SEP] second [SEP]; the longer text is cut first. *second_begin: the token with which segment 1 begins.
 * PR_E_ARGUMENT when `most` is 1 or 2 or the encoder takes no pairs. */
pr_status pr_encoder_pair(const pr_encoder *encoder, pr_text first, pr_text second, uint32_t most, uint32_t *ids,
                          uint32_t *count, uint32_t *second_begin);

/* Token ids end to end: sequence s has ids[offsets[s] … offsets[s + 1]). */
typedef struct pr_sequences {
    const uint32_t *ids;
    const uint32_t *offsets; /* count + 1 */
    const uint32_t *seconds; /* of each sequence the token at which segment 1 begins; NULL: all is segment 0 */
    uint32_t count;
} pr_sequences;

/* embeddings[s][dims]: the mean of the sequence's last hidden states, scaled to length 1. `scratch` needs about 1 MB,
 * more for long sequences, and can be reset afterwards. PR_E_ARGUMENT for ids or lengths that the encoder does not
 * have, PR_E_MEMORY, PR_E_FORMAT when the weights give numbers that are not finite. */
pr_status pr_encoder_embed(const pr_encoder *encoder, const pr_sequences *sequences, pr_arena *scratch,
                           float *embeddings, pr_error *error);
/* logits[s][labels] of an encoder with a classifier; errors as above, PR_E_ARGUMENT also when there is none. */
pr_status pr_encoder_logits(const pr_encoder *encoder, const pr_sequences *sequences, pr_arena *scratch, float *logits,
                            pr_error *error);

#ifdef __cplusplus
}
#endif
#endif
