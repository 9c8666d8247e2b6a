/* The configuration of a training, read from pocketrec.json: checked against data/schema/config.schema.json, all
 * defaults filled in, all paths resolved. docs/configuration.md explains every key. */
#ifndef PRT_CONFIG_H
#define PRT_CONFIG_H

#include "tables.h"

enum { PRT_CONFIG_DIMENSIONS = 6, PRT_CONFIG_BACKOFFS = 16, PRT_MOST_CUTS = 4 };

/* A whole number from `minimum` to `maximum` (inclusive) means `label`. */
typedef struct prt_band {
    const char *label;
    int64_t minimum, maximum;
} prt_band;

typedef struct prt_band_list {
    uint32_t count;
    const prt_band *bands;
} prt_band_list;

typedef struct prt_name_list {
    uint32_t count;
    const char *const *names;
} prt_name_list;

typedef enum prt_format {
    PRT_FORMAT_AUTO, /* by the file's extension */
    PRT_FORMAT_CSV,
    PRT_FORMAT_JSON,
    PRT_FORMAT_JSONL,
    PRT_FORMAT_PARQUET,
    PRT_FORMAT_XLSX,
    PRT_FORMAT_SQLITE,
    PRT_FORMAT_SMART, /* records of the SMART system's test collections; never by the extension */
    PRT_FORMAT_LISTS, /* of events: a user and items on each line; never by the extension */
} prt_format;

/* Where rows come from. */
typedef struct prt_source {
    const char *key;     /* "items", "users", "events[0]": for messages */
    prt_name_list files; /* paths or globs, relative ones already joined to the configuration's folder */
    prt_format format;
    char delimiter, quote;
    bool header, latin1;
    const char *table; /* of SQLite, or sheet of XLSX; NULL = the only or first one */
} prt_source;

/* How the digits of a number are written. */
typedef enum prt_number_form {
    PRT_NUMBER_PLAIN,
    PRT_NUMBER_MONEY, /* with a sign of a currency and grouped digits */
} prt_number_form;

/* What happens to a second row with an id that is there already. */
typedef enum prt_duplicates {
    PRT_DUPLICATES_REJECT,
    PRT_DUPLICATES_FIRST,  /* the first row stays */
    PRT_DUPLICATES_MERGE,  /* lists are united, other cells keep the first that is not missing */
    PRT_DUPLICATES_COMMON, /* the commonest value of each column, the median of its numbers */
} prt_duplicates;

/* A column of 0 and 1 that puts `value` into a list. */
typedef struct prt_flag {
    const char *from, *value;
} prt_flag;

typedef struct prt_column_config {
    const char *name, *from; /* `from`: name of the column in the file */
    prt_column_type type;
    bool required;
    const char *separator;   /* of a list that comes as text */
    const char *separators;  /* the same: characters, each of which separates; NULL: `separator` does */
    double minimum, maximum; /* of an integer or real; infinite when not given */
    prt_band_list bands;     /* category from a whole number */
    prt_name_list values;    /* closed list of a category; empty = open */
    uint32_t flag_count;
    const prt_flag *flags;
    prt_number_form number;  /* of an integer or real */
    bool missing_when_wrong; /* a cell that cannot be read is missing; else its row is rejected */
} prt_column_config;

/* Items or users. */
typedef struct prt_entity_config {
    prt_source source;
    const char *id, *title, *text, *image; /* columns in the file; all but `id` may be NULL */
    uint32_t column_count;
    const prt_column_config *columns;
    const char *id_after; /* the id is the `id_length` characters after this text in the cell; NULL: the whole cell */
    uint32_t id_length;
    prt_duplicates duplicates;
    bool from_baskets;     /* no file: the entries of the baskets are the items */
    bool from_events;      /* no file: the ids in the events are the items */
    prt_name_list exclude; /* ids that are no items; with * at the end, beginnings of such */
} prt_entity_config;

/* Events without a user. */
typedef enum prt_missing_user {
    PRT_MISSING_REJECT,
    PRT_MISSING_SKIP,    /* left out and counted, as they are no mistake */
    PRT_MISSING_SESSION, /* each session is a user of its own */
} prt_missing_user;

/* What a value of an events file means: PRT_EVENT_* bits. Of a fixed type there is one meaning with neither. */
typedef struct prt_meaning {
    const char *value;       /* with `values`: this text exactly */
    double minimum, maximum; /* with `ranges`: the first range that holds the number */
    uint16_t types;          /* 0 = the row is left out */
} prt_meaning;

typedef enum prt_meaning_kind { PRT_MEANING_FIXED, PRT_MEANING_VALUES, PRT_MEANING_RANGES } prt_meaning_kind;

typedef struct prt_event_config {
    prt_source source;
    const char *user, *item, *time; /* columns in the file; `time` may be NULL */
    const char *session;            /* column in the file, or NULL */
    const char *quantity, *price;   /* the same */
    prt_number_form price_form;
    const char *returns, *returns_prefix; /* rows are returns whose cell of this column begins so; NULL: none is */
    prt_missing_user missing_user;
    const char *type_from; /* NULL when the type is fixed */
    prt_meaning_kind kind;
    uint32_t meaning_count;
    const prt_meaning *meanings;
} prt_event_config;

/* The weekly log: one row for each (user, item, week). */
typedef struct prt_weekly_config {
    prt_source source;
    const char *user, *item, *week, *impressions, *clicks, *views, *likes, *watch; /* columns in the file */
    int64_t start; /* Unix time at which week 1 begins, PRT_NO_INTEGER when not given */
} prt_weekly_config;

/* The log of searches. */
typedef struct prt_searches_config {
    prt_source source;
    const char *user, *query, *item, *time; /* columns in the file; `item` and `time` may be NULL */
} prt_searches_config;

/* What the shop's parts are made of and how; columns are names of columns of the items. */
typedef struct prt_shop_config {
    const char *name;                                              /* "title" when not given */
    const char *image, *price, *original_price, *rating, *reviews; /* NULL when not given */
    prt_name_list category;                                        /* from the widest to the narrowest */
    struct {
        double decay; /* of a day or hour */
        bool hourly;
        uint32_t size;
        double click, cart, purchase; /* weights */
    } trending;
    struct {
        prt_name_list columns; /* empty: name and categories */
        uint32_t top;
    } similar;
    struct {
        double support; /* below 1: share of the baskets, else how many */
        double confidence, lift;
        uint32_t top, size; /* rules of an item; most items of a set */
    } rules;
    struct {
        double clicked, search, diverse;
        uint32_t days;
    } home;
} prt_shop_config;

/* The models that a training may choose from. */
#define PRT_MODEL_LIST(X) X(popularity) X(logistic) X(forest) X(boosting) X(pairwise) X(listwise)
typedef enum prt_model_kind {
#define PRT_MODEL_ENUM(name) PRT_MODEL_##name,
    PRT_MODEL_LIST(PRT_MODEL_ENUM)
#undef PRT_MODEL_ENUM
        PRT_MODELS,
    PRT_MODEL_AUTO = PRT_MODELS /* the best by NDCG on the last week */
} prt_model_kind;

/* What counts as relevant in the week that is to be predicted: at least one of it. */
typedef enum prt_label { PRT_LABEL_CLICKS, PRT_LABEL_VIEWS, PRT_LABEL_LIKES } prt_label;

typedef struct prt_ranking_config {
    const char *goal_user, *goal_item; /* columns of users and items (names, not in the file); NULL: no goals */
    const pr_json *synonyms;           /* [[…],…] as given, or NULL */
    double decay;
    double ctr_strength, view_strength, like_strength;
    uint32_t specialities; /* the most sp__ features */
    bool columns_given;
    prt_name_list columns; /* numeric item columns that are features; when not given, all integer and real ones */
    prt_model_kind model;
    prt_label label;
    uint32_t label_weeks; /* weeks whose labels a training uses, the latest first */
    uint32_t trees, depth;
    double learning_rate;
    uint32_t topk, min_candidates;
    double explore;
    const char *exploration_log; /* resolved path, or NULL */
} prt_ranking_config;

/* How strongly people hold to items by what they did, and the models of that; columns are names of columns of the
 * items. docs/configuration.md explains every number. */
typedef enum prt_default_model {
    PRT_DEFAULT_ALS,
    PRT_DEFAULT_ITEM_CF,
    PRT_DEFAULT_POPULARITY,
    PRT_DEFAULT_HYBRID
} prt_default_model;

typedef struct prt_purchases_config {
    const char *price;      /* NULL when not given */
    prt_name_list category; /* from the widest to the narrowest */
    pr_signals signals;
    bool has_als, has_item_cf;
    struct {
        uint32_t factors, iterations;
        double unobserved, regularization, exponent;
        double user_exponent, item_exponent; /* busy people's interactions, and those of much taken items, count less */
        const char *solver;                  /* "conjugate", "block", "direct" */
        uint64_t seed;
    } als;
    struct {
        const char *kind;
        uint32_t neighbours;
        double shrinkage, k1, b, alpha, beta;
        double normalize;       /* scores are divided by (sum of the history's weights)^normalize */
        double regularization;  /* of ease and slim */
        uint32_t candidates;    /* of slim */
        double graph, low_pass; /* what the graph of people and items says besides */
        uint32_t rank;          /* of the low pass */
    } item_cf;
    struct {
        double count, buyers, quantity;
        double half_life; /* days; 0: for ever */
    } popularity;
    struct {
        uint32_t candidates;
        double als, item_cf, popularity; /* weights in the hybrid */
        bool quadratic;                  /* its mean */
        bool upsell;
        double upsell_factor, upsell_boost;
        double segments[4]; /* percentiles of the users' spend, rising, the last is 1 */
        bool repurchase;
        double cycle_days, due_boost;
        bool price_sensitivity;
        double budget_tolerance;
    } tuning;
    prt_default_model default_model;
} prt_purchases_config;

typedef enum prt_ship { PRT_SHIP_NOTHING, PRT_SHIP_INT4, PRT_SHIP_INT8, PRT_SHIP_FLOAT32 } prt_ship;

/* Bits of a weight; those of what is not shipped are the usual ones. */
static inline uint32_t prt_ship_bits(prt_ship ship) {
    return ship == PRT_SHIP_FLOAT32 ? 32 : ship == PRT_SHIP_INT4 ? 4 : 8;
}

typedef struct prt_meaning_config {
    const char *encoder;       /* resolved path of a folder or file; NULL: no vectors */
    const char *cache;         /* resolved path; NULL: not given */
    const char *cross_encoder; /* resolved path of a folder or file; NULL: none */
    prt_name_list text;
    uint32_t dims, clusters, probes; /* 0: chosen by the trainer */
    prt_ship ship, ship_cross;       /* the encoder, the cross-encoder */
    uint32_t rerank_items;           /* items whose candidates are scored at night; 0: all */
    double fuse;
    uint32_t pool;
    double content, collaborative, popularity; /* weights of the blend */
    uint32_t max_per_category;
    const char *category, *stock, *arrived; /* NULL when not given */
    uint32_t new_days;
    double new_boost;
} prt_meaning_config;

/* Mails to known users, and what makes one. */
#define PRT_CAMPAIGN_LIST(X) X(abandoned_cart) X(back_in_stock) X(new_arrivals) X(weekly_digest)
typedef enum prt_campaign_kind {
#define PRT_CAMPAIGN_ENUM(name) PRT_CAMPAIGN_##name,
    PRT_CAMPAIGN_LIST(PRT_CAMPAIGN_ENUM)
#undef PRT_CAMPAIGN_ENUM
        PRT_CAMPAIGNS
} prt_campaign_kind;

/* "abandoned_cart", …; never NULL. */
const char *prt_campaign_name(prt_campaign_kind kind);

/* Columns in the files; NULL where there is none. */
typedef struct prt_preferences_config {
    prt_source source;
    const char *user, *unsubscribed, *opted_in, *kinds[PRT_CAMPAIGNS], *address, *per_day, *per_week, *hour,
        *utc_offset;
} prt_preferences_config;

typedef struct prt_sent_config {
    prt_source source;
    const char *user, *kind, *time, *id; /* `id` may be NULL */
} prt_sent_config;

typedef struct prt_campaigns_config {
    const char *out, *carts, *state; /* resolved paths; {date} stands for the night's day in `out` and `carts` */
    const char *rejects;             /* the same; NULL: not written */
    uint32_t kind_count;
    prt_campaign_kind kinds[PRT_CAMPAIGNS]; /* the most important first */
    uint32_t picks;
    bool by_default; /* what preferences say nothing about is wanted */
    bool has_preferences;
    prt_preferences_config preferences;
    prt_sent_config sent;
    bool own_sent; /* `sent` was not given: it stands for the files that `out` has made */
    bool forgets;  /* nothing is known of mails before the last night's */
    uint32_t per_day, per_week, cool_down[PRT_CAMPAIGNS];
    uint32_t hour, hours;
    const char *zone;                    /* of the hours, where users say none: "+05:30" or "Europe/Berlin" */
    const char *stock, *price, *arrived; /* columns of the items; NULL: none */
    uint32_t session_gap;                /* minutes */
    double after_hours, within_days;     /* of a cart left behind */
    uint32_t new_days, least_new;
    uint32_t weekday; /* of the digest; 0: Monday */
} prt_campaigns_config;

/* The log of interactions with the lists that they began in. Columns in the files; optional ones may be NULL. */
typedef struct prt_interactions_config {
    prt_source source;
    const char *user, *type, *item, *time;
    const char *request, *position, *context, *quantity, *price;
    const char *shown;    /* how many products an impression showed, or the list of them */
    const char *campaign; /* the mail that it began in */
    bool lenient;         /* records may leave the optional ones out altogether */
} prt_interactions_config;

/* What is held out to judge the models of purchases by. */
typedef enum prt_protocol {
    PRT_PROTOCOL_TIME,       /* what comes after one moment, the same for all */
    PRT_PROTOCOL_LEAVE_LAST, /* each user's last item */
    PRT_PROTOCOL_RANDOM,     /* a share of each user's items, by chance */
    PRT_PROTOCOL_LIGHTGCN,   /* given lists; all other items are ranked */
    PRT_PROTOCOL_NCF,        /* given lists of one item held out and some to rank it among */
} prt_protocol;

/* "time", …; never NULL. */
const char *prt_protocol_name(prt_protocol protocol);
bool prt_protocol_named(const char *name, prt_protocol *out);

typedef struct prt_evaluation_part {
    double share;
    prt_name_list files; /* resolved; empty: by share */
} prt_evaluation_part;

typedef struct prt_evaluation_config {
    prt_protocol protocol;
    prt_evaluation_part test, valid;
    const char *negatives; /* resolved path, or NULL */
    bool by_ids;           /* PRT_PROTOCOL_RANDOM draws by the ids' numbers, not by places in the tables */
    uint64_t seed;
    uint32_t k_count, k[PRT_MOST_CUTS]; /* lengths of lists; the first decides who is best */
    uint32_t relevant;                  /* bits 1 << pr_signal_kind; 0: the strongest kind that the log has */
} prt_evaluation_config;

/* Has the protocol what it needs? PR_E_FORMAT with a sentence that begins with `where`. */
pr_status prt_evaluation_check(const prt_evaluation_config *given, const char *where, pr_error *error);

typedef struct prt_dimension_config {
    const char *name, *column, *input, *label;
    bool item_side;
    prt_band_list bands;
} prt_dimension_config;

typedef enum prt_prior { PRT_PRIOR_NONE, PRT_PRIOR_BETA, PRT_PRIOR_LEARNED } prt_prior;

typedef struct prt_search_field {
    const char *name;
    double weight;
} prt_search_field;

/* One table of the mirror. */
typedef struct prt_sync_table {
    const char *name;           /* in the mirror */
    const char *from, *query;   /* "schema.table", or a SELECT; the other one is NULL */
    prt_name_list key, columns; /* columns: empty means all */
    const char *updated;        /* NULL: every run reads all rows */
    const char *deleted;        /* NULL: no row is marked as deleted */
    bool sweep;                 /* each run compares the keys */
} prt_sync_table;

/* Where a catalogue is copied from before a training. */
typedef struct prt_sync_config {
    const char *database;      /* as given: each ${NAME} is filled in when a connection is made, and never shown */
    const char *into;          /* resolved path of the SQLite file */
    uint32_t batch;            /* rows of a page */
    uint32_t overlap, timeout; /* seconds */
    uint32_t retries;          /* of a connection that was lost */
    bool required;             /* a training without a fresh mirror fails */
    uint32_t table_count;
    const prt_sync_table *tables;
} prt_sync_config;

typedef struct prt_config {
    const char *path;           /* of the configuration, as given */
    const char *name, *version; /* version may be NULL */
    int64_t now; /* when the training takes place: events after the next day are wrong rows. Set by who reads the
                  * configuration; PRT_NO_INTEGER until then: events may be of any time */
    prt_entity_config items, users;
    bool has_users;
    uint32_t event_count;
    const prt_event_config *events;

    bool has_weekly; /* then `ranking` is filled, with defaults where nothing is given */
    prt_weekly_config weekly;
    prt_ranking_config ranking;

    bool has_searches;
    prt_searches_config searches;
    bool has_baskets;
    prt_source baskets;
    bool has_shop;
    prt_shop_config shop;
    bool has_purchases;
    prt_purchases_config purchases;
    bool has_meaning;
    prt_meaning_config meaning;
    bool has_campaigns;
    prt_campaigns_config campaigns;
    bool has_interactions;
    prt_interactions_config interactions;
    bool has_sync;
    prt_sync_config sync;
    prt_evaluation_config evaluation;

    struct {
        uint32_t dimension_count, backoff_count;
        prt_dimension_config dimensions[PRT_CONFIG_DIMENSIONS];
        uint32_t backoffs[PRT_CONFIG_BACKOFFS]; /* bit d set: dimension d is kept */
    } segments;
    struct {
        double completion, like, views;
        prt_prior prior;
        double alpha, beta;           /* of PRT_PRIOR_BETA */
        const char *freshness_column; /* may be NULL */
        double decay;
    } score;
    struct {
        double mmr, explore;
        uint32_t pool;
        prt_name_list similarity;
    } rank;
    const pr_json *recipes; /* as given, checked by the schema; NULL = the core's own */
    struct {
        const char *flag_column; /* NULL = nothing is flagged */
        double flag_threshold, flag_confidence;
        uint32_t flag_minimum_started;
        double boost_type, boost_instructor, own_weight;
    } rules;
    struct {
        uint32_t field_count;
        const prt_search_field *fields;
        /* the rest is of the shop's search */
        double k1, b;      /* BM25F */
        double popularity; /* how much the most popular item's score is raised, as a share */
        bool english_stop_words;
        prt_name_list stop_words;
        const pr_json *synonyms; /* [[…],…] as given, or NULL */
        bool mine_synonyms;
        prt_name_list facets; /* columns of items */
    } search;
    struct {
        uint32_t min_users, list, results;
        uint64_t shard_bytes;
        double rejects;
    } limits;
    struct {
        const char *queries, *relevance; /* resolved paths; both NULL = none */
    } judgements;
    struct {
        /* resolved paths; NULL = not written */
        const char *segment_recommendations, *rejects, *rules, *profiles;
    } outputs;

    pr_arena arena; /* everything above lives here */
} prt_config;

/* Read, check and resolve. PR_E_IO when the file cannot be read; PR_E_FORMAT with one sentence that names the key for
 * everything that is wrong in it. On failure nothing needs to be freed. */
pr_status prt_config_read(const char *path, prt_config *out, pr_error *error);

/* The same from text; relative paths are relative to the folder of `path`, which need not exist. */
pr_status prt_config_parse(const char *text, size_t size, const char *path, prt_config *out, pr_error *error);

void prt_config_free(prt_config *config);

/* Write the effective `settings` object of the manifest: segments, score, rank, rules, search, limits, columns. */
void prt_config_write_settings(const prt_config *config, pr_writer *w);
/* The same without the braces around it, for members that are only known after learning ("ranking"). */
void prt_config_write_members(const prt_config *config, pr_writer *w);

/* "category", "list", … */
const char *prt_column_type_name(prt_column_type type);

#endif
