/* pocketrec: recommendations, search and explanations from a bundle of static files.
 *
 * This is the only public header of the core. The core is pure: it opens no file or socket, reads no clock, draws no
 * random number of its own, starts no thread and keeps no global variable. The same bundle, state and request give
 * the same bytes on every compiler, natively and in WebAssembly.
 *
 * Sections: 1 status and errors, 2 memory, 3 engine, 4 requests, 5 JSON, 6 mathematics, 7 builder (trainer only).
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
void pr_sha256_hex(pr_sha256 *hash, char hex[65]); /* finishes; NUL-terminated lower-case hex */

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

#ifdef __cplusplus
}
#endif
#endif
