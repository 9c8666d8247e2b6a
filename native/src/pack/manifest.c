/* manifest.json: what the bundle is, and the table of its shards. */
#include "pack.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { MOST_BYTES = 1 << 20 };

static void put_columns(const prt_pack *pack, pr_writer *w) {
    static const char *const names[] = {"text", "category", "list", "integer", "date", "real"};
    pr_write_key(w, "columns");
    pr_write_object(w);
    for (uint32_t c = 0; c < pack->column_count; c++) {
        const prt_column *column = pack->columns[c];
        pr_write_key(w, column->name);
        pr_write_object(w);
        pr_write_key(w, "type");
        pr_write_text(w, names[column->type]);
        if (column->type == PRT_CATEGORY || column->type == PRT_LIST) {
            pr_write_key(w, "values");
            pr_write_integer(w, column->values.count);
        }
        pr_write_end_object(w);
    }
    pr_write_end_object(w);
}

static void put_dimensions(const prt_pack *pack, pr_writer *w) {
    pr_write_key(w, "dimensions");
    pr_write_array(w);
    for (uint32_t d = 0; d < pack->plan->dimension_count; d++) {
        pr_write_array(w);
        for (uint32_t v = 0; v < pack->choices[d].count; v++)
            pr_write_string(w, pack->choices[d].values[v].bytes, pack->choices[d].values[v].size);
        pr_write_end_array(w);
    }
    pr_write_end_array(w);
}

static void put_rate(const char *name, const pr_rate_model *model, pr_writer *w) {
    pr_write_key(w, name);
    pr_write_object(w);
    pr_write_key(w, "mean");
    pr_write_number(w, model->mean);
    pr_write_key(w, "item_strength");
    pr_write_number(w, model->item_strength);
    pr_write_key(w, "row_strength");
    pr_write_number(w, model->row_strength);
    pr_write_key(w, "cell_strength");
    pr_write_number(w, model->cell_strength);
    pr_write_end_object(w);
}

/* People behind the data: those of the events, or where there are none those of the weekly log. */
static uint64_t active_users(const prt_pack *pack) {
    const prt_history *h = pack->history;
    uint64_t users = 0;
    if (!h || pack->dataset->events.count > 0)
        return pack->counts->active_users;
    for (uint32_t u = 0; u < h->user_count; u++)
        users += h->user_pairs[u + 1] > h->user_pairs[u];
    return users;
}

static void put_model_metrics(const prt_pack *pack, pr_writer *w) {
    pr_write_key(w, "weekly_rows");
    pr_write_integer(w, (int64_t)pack->dataset->weekly.count);
    if (!isnan(pack->model_ndcg)) {
        pr_write_key(w, "model_ndcg");
        pr_write_number(w, pack->model_ndcg);
    }
    pr_write_key(w, "model_rows");
    pr_write_integer(w, pack->model_rows);
}

static void put_metrics(const prt_pack *pack, const prt_packed *out, pr_writer *w) {
    const struct {
        const char *name;
        uint64_t value;
    } metrics[] = {
        {"rows_read", pack->dataset->rows_read}, {"rows_rejected", pack->dataset->rows_rejected},
        {"users", active_users(pack)},           {"events", pack->dataset->events.count},
        {"segments", out->published_rows},       {"cells", out->published_cells},
        {"terms", pack->terms->count},
    };
    pr_write_key(w, "metrics");
    pr_write_object(w);
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) {
        pr_write_key(w, metrics[i].name);
        pr_write_integer(w, (int64_t)metrics[i].value);
    }
    if (pack->ranker)
        put_model_metrics(pack, w);
    pr_write_end_object(w);
}

void prt_manifest_shard(const prt_packed_shard *shard, pr_writer *w) {
    pr_write_object(w);
    pr_write_key(w, "table");
    pr_write_text(w, shard->table);
    pr_write_key(w, "first_row");
    pr_write_integer(w, shard->first_row);
    pr_write_key(w, "rows");
    pr_write_integer(w, shard->rows);
    pr_write_key(w, "file");
    pr_write_text(w, shard->file);
    pr_write_key(w, "bytes");
    pr_write_integer(w, (int64_t)shard->size);
    pr_write_key(w, "sha256");
    pr_write_text(w, shard->sha256);
    if (shard->first_key.bytes) {
        pr_write_key(w, "first_key");
        pr_write_string(w, shard->first_key.bytes, shard->first_key.size);
    }
    pr_write_end_object(w);
}

static void put_shards(const prt_packed *out, pr_writer *w) {
    pr_write_key(w, "shards");
    pr_write_array(w);
    for (uint32_t i = 0; i < out->shard_count; i++)
        prt_manifest_shard(&out->shards[i], w);
    pr_write_end_array(w);
}

/* With a ranking each item also has its faded sums and a score, an answer tells at length about up to 1,000 items, and
 * the nodes of trees are laid out anew for quick walks. Measured, with some to spare. */
static uint64_t ranking_peak(const prt_pack *pack) {
    const uint64_t for_each_item = 144, for_each_answer = 10 << 10, for_each_node = 26;
    const uint64_t items = pack->counts->item_count, answers = items < 1000 ? items : 1000;
    return for_each_item * items + for_each_answer * answers + for_each_node * pack->ranker->nodes;
}

/* An index of each list of postings and links; an answer of up to 6,000 products. */
static uint64_t shop_peak(const prt_pack *pack) {
    const uint64_t for_each_term = 4, for_each_item = 8, for_each_answer = 3 << 10, at_least = 2 << 20;
    const uint64_t items = pack->counts->item_count, answers = items < 6000 ? items : 6000;
    return at_least + for_each_term * pack->shop->index.terms + for_each_item * items + for_each_answer * answers;
}

/* What recommendations from purchases work with: a score of each item, the system of the fold-in twice over, the
 * visitor's events, and the effects of each on each answer. */
static uint64_t purchases_peak(const prt_pack *pack) {
    const uint64_t at_least = 2 << 20, for_each_item = 8, for_each_cell = 16, for_each_event = 160, events = 2000,
                   effects = 500 * 1000 * 16;
    uint64_t factors = pack->purchases->has_als ? pack->purchases->factors.factors : 0;
    return at_least + for_each_item * pack->counts->item_count + for_each_cell * factors * factors +
           for_each_event * events + effects;
}

/* What meaning works with: bits and places of the rows, and the lists that are fused. */
static uint64_t meaning_peak(const prt_pack *pack) {
    const uint64_t at_least = 2 << 20, for_each_item = 8;
    return at_least + for_each_item * pack->counts->item_count;
}

/* An encoder is read by a module of its own. */
static bool is_encoder(const prt_packed_shard *shard) {
    return strcmp(shard->table, "encoder") == 0 || strcmp(shard->table, "cross_encoder") == 0;
}

/* An engine holds the shards but the encoders, for each of them up to two blocks of
 * lists, the parsed manifest, and while it answers a few bytes for each item. */
static uint64_t memory_peak(const prt_pack *pack, const prt_packed *out) {
    const uint64_t at_least = 2 << 20, for_each_item = 16;
    uint64_t bytes = at_least + for_each_item * pack->counts->item_count;
    for (uint32_t i = 0; i < out->shard_count; i++)
        bytes += PRT_SHARD_MEMORY + (is_encoder(&out->shards[i]) ? 0 : out->shards[i].size);
    return bytes + (pack->meaning ? meaning_peak(pack) : 0) + (pack->ranker ? ranking_peak(pack) : 0) +
           (pack->shop ? shop_peak(pack) : 0) + (pack->purchases ? purchases_peak(pack) : 0);
}

/* The parts of the engine that the bundle cannot do without. */
static void put_needs(const prt_pack *pack, pr_writer *w) {
    pr_write_key(w, "needs");
    pr_write_array(w);
    if (pack->ranker)
        pr_write_text(w, "ranking");
    if (pack->shop)
        pr_write_text(w, "shop");
    if (pack->purchases)
        pr_write_text(w, "purchases");
    if (pack->meaning)
        pr_write_text(w, "meaning");
    pr_write_end_array(w);
}

void prt_manifest_created(int64_t when, pr_writer *w) {
    char created[32];
    time_t seconds = (time_t)when;
    struct tm utc;
    if (!gmtime_r(&seconds, &utc) || strftime(created, sizeof created, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        snprintf(created, sizeof created, "1970-01-01T00:00:00Z");
    pr_write_key(w, "created");
    pr_write_text(w, created);
}

static void put_head(const prt_pack *pack, const prt_packed *out, pr_writer *w) {
    pr_write_key(w, "format");
    pr_write_text(w, "pocketrec");
    pr_write_key(w, "format_version");
    pr_write_integer(w, PR_FORMAT_VERSION);
    pr_write_key(w, "name");
    pr_write_text(w, pack->name);
    pr_write_key(w, "version");
    pr_write_text(w, pack->version);
    prt_manifest_created(pack->created, w);
    pr_write_key(w, "items");
    pr_write_integer(w, pack->counts->item_count);
    pr_write_key(w, "memory_peak");
    pr_write_integer(w, (int64_t)memory_peak(pack, out));
    if (pack->ranker || pack->shop || pack->purchases || pack->meaning)
        put_needs(pack, w);
}

/* Put the SHA-256 of everything, the checksum's own digits being zeros, in place of these zeros. */
static void seal(pr_buffer *manifest) {
    const size_t behind = 2; /* the quote and the brace */
    char hex[65];
    pr_sha256 hash;
    if (manifest->failed)
        return;
    pr_sha256_init(&hash);
    pr_sha256_update(&hash, manifest->bytes, manifest->size);
    pr_sha256_hex(&hash, hex);
    memcpy(manifest->bytes + manifest->size - behind - 64, hex, 64);
}

pr_status prt_manifest_finish(pr_buffer *manifest, pr_writer *w, prt_packed *out, pr_error *error) {
    pr_write_key(w, "checksum");
    pr_write_text(w, "0000000000000000000000000000000000000000000000000000000000000000");
    pr_write_end_object(w);
    seal(manifest);
    if (manifest->failed)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while writing the manifest");
    if (manifest->size > MOST_BYTES)
        return pr_fail(
            error, PR_E_LIMIT, 0,
            "the manifest would be larger than 1 MiB; raise limits.shard_bytes so that there are fewer shards");
    out->manifest = (pr_text){manifest->bytes, manifest->size};
    return PR_OK;
}

pr_status prt_pack_manifest(const prt_pack *pack, prt_packed *out, pr_error *error) {
    pr_buffer buffer = {.arena = &out->arena};
    pr_writer writer = {.out = &buffer}, *w = &writer;
    pr_write_object(w);
    put_head(pack, out, w);
    put_columns(pack, w);
    pr_write_key(w, "settings");
    pack->write_settings(pack->settings, w);
    put_dimensions(pack, w);
    pr_write_key(w, "model");
    pr_write_object(w);
    put_rate("like", &pack->prior->like, w);
    put_rate("completion", &pack->prior->completion, w);
    pr_write_end_object(w);
    put_metrics(pack, out, w);
    put_shards(out, w);
    return prt_manifest_finish(&buffer, w, out, error);
}
