/* Looking vectors up and searching among them. */
#include "meaning.h"

static pr_status no_memory(pr_error *error) {
    return pr_fail(error, PR_E_MEMORY, 0, "out of memory while searching by meaning");
}

bool pr__vector_of_item(pr_engine *engine, uint32_t item, pr_item_vector *out) {
    const pr_shard *shard = pr__shard_of_row(engine, PR_TABLE_VECTOR_PLACES, item);
    if (!shard)
        return false;
    uint32_t place = shard->view.vector_places.place[item - shard->first_row];
    shard = pr__shard_of_row(engine, PR_TABLE_VECTORS, place); /* PR_NO_PLACE is beyond all rows */
    if (!shard)
        return false;
    const pr_vectors_view *view = &shard->view.vectors;
    uint32_t row = place - shard->first_row;
    *out = (pr_item_vector){view->values + (size_t)row * engine->meaning.dims, view->scale[row]};
    return out->scale > 0;
}

void pr__vector_add(const pr_engine *engine, const pr_item_vector *vector, double weight, double *sum) {
    const double scale = weight * (double)vector->scale;
    for (uint32_t i = 0; i < engine->meaning.dims; i++)
        sum[i] += scale * vector->values[i];
}

bool pr__vector_of_query(pr_engine *engine, const double *given, double *vector) {
    const pr_shard *shard = pr__shard_of_row(engine, PR_TABLE_PROJECTION, 0);
    if (!shard)
        return false;
    const float *row = shard->view.projection.rotation;
    for (uint32_t d = 0; d < engine->meaning.dims; d++, row += engine->meaning.source) {
        double sum = 0;
        for (uint32_t i = 0; i < engine->meaning.source; i++)
            sum += (double)row[i] * given[i];
        vector[d] = sum;
    }
    return true;
}

/* The rows of the clusters that are looked into, as bits: those of the items that are allowed. */
typedef struct choice {
    pr_engine *engine;
    const pr_clusters_view *clusters;
    uint64_t *probed; /* by cluster */
    pr__allowed items;
    uint64_t *rows; /* by row of `vectors`; NULL: every row of a probed cluster */
    uint32_t shard; /* of the table `vectors`, the one that was looked into last */
} choice;

static pr_status choose_clusters(choice *c, uint32_t count, const pr__factor_query *query, pr_probing probing,
                                 pr_error *error) {
    pr_arena *arena = &c->engine->scratch;
    const pr__factor_rows all = {0, count, c->clusters->values, c->clusters->scale};
    pr__best best;
    uint32_t probes = probing.probes < count ? probing.probes : count;
    pr__best_row *rows = pr_arena_array(arena, probes + 1u, sizeof *rows);
    c->probed = pr_arena_array(arena, pr__allowed_words(count), sizeof *c->probed);
    if (!rows || !c->probed || !pr__best_start(&best, probes, arena))
        return no_memory(error);
    pr__factors_top(&all, query, probing.clusters, &best);
    probes = pr__best_finish(&best, rows);
    for (uint32_t i = 0; i < probes; i++)
        pr__allow(c->probed, rows[i].row);
    return PR_OK;
}

/* The shard with the row, or NULL when it is missing (then noted); *end is where its rows end. Rows rise from call to
 * call. */
static const pr_shard *shard_at(choice *c, uint32_t row, uint32_t *end) {
    const pr_engine *engine = c->engine;
    const pr_shard *shards = engine->shards + engine->tables[PR_TABLE_VECTORS].first;
    while (row - shards[c->shard].first_row >= shards[c->shard].rows)
        c->shard++;
    *end = shards[c->shard].first_row + shards[c->shard].rows;
    return pr__shard_of_row(c->engine, PR_TABLE_VECTORS, row);
}

/* Offer the rows [first, end), which are of one shard. */
static void offer(const choice *c, const pr_shard *shard, uint32_t first, uint32_t end, const pr__factor_query *query,
                  pr__best *best) {
    const pr_vectors_view *view = &shard->view.vectors;
    const uint32_t at = first - shard->first_row;
    const pr__factor_rows rows = {first, end - first, view->values + (size_t)at * query->dims, view->scale + at};
    for (uint32_t r = first; c->rows && r < end; r++) {
        uint32_t item = view->item[r - shard->first_row];
        if (c->items[item / 64] >> item % 64 & 1)
            pr__allow(c->rows, r);
    }
    pr__factors_top(&rows, query, c->rows, best);
}

/* Clusters that lie side by side are offered together: tiles of rows are then full. */
static void offer_clusters(choice *c, uint32_t count, const pr__factor_query *query, pr__best *best) {
    for (uint32_t from = 0; from < count;) {
        uint32_t to = from;
        while (to < count && c->probed[to / 64] >> to % 64 & 1)
            to++;
        for (uint32_t row = c->clusters->first[from], last = c->clusters->first[to], end; row < last; row = end) {
            const pr_shard *shard = shard_at(c, row, &end);
            end = end < last ? end : last;
            if (shard)
                offer(c, shard, row, end, query, best);
        }
        from = to + 1;
    }
}

static void take_items(choice *c, const pr__best_row *rows, uint32_t count, pr_near *out) {
    for (uint32_t i = 0; i < count; i++) {
        const pr_shard *shard = pr__shard_of_row(c->engine, PR_TABLE_VECTORS, rows[i].row);
        out[i] = (pr_near){shard->view.vectors.item[rows[i].row - shard->first_row], rows[i].score};
    }
}

uint32_t pr__nearest_room(const pr_engine *engine, uint32_t limit) {
    const uint32_t rows = engine->tables[PR_TABLE_VECTORS].rows;
    return limit < rows ? limit : rows;
}

pr_status pr__nearest(pr_engine *engine, const double *vector, pr__allowed allowed, pr_probing probing, uint32_t limit,
                      pr_near *out, uint32_t *count, pr_error *error) {
    pr_arena *arena = &engine->scratch;
    const pr_shard *shard = pr__shard_of_row(engine, PR_TABLE_CLUSTERS, 0);
    *count = 0;
    if (!shard)
        return PR_OK;
    choice c = {.engine = engine, .clusters = &shard->view.clusters, .items = allowed};
    limit = pr__nearest_room(engine, limit);
    pr__best best;
    pr__factor_query *query = pr_arena_take(arena, sizeof *query);
    pr__best_row *rows = pr_arena_array(arena, limit + 1u, sizeof *rows);
    if (allowed)
        c.rows = pr_arena_array(arena, pr__allowed_words(engine->tables[PR_TABLE_VECTORS].rows), sizeof *c.rows);
    if (!query || !rows || (allowed && !c.rows) || !pr__best_start(&best, limit, arena))
        return no_memory(error);
    if (!pr__factors_query(vector, engine->meaning.dims, query) || query->scale == 0)
        return PR_OK;
    PR_TRY(choose_clusters(&c, shard->rows, query, probing, error));
    offer_clusters(&c, shard->rows, query, &best);
    if (engine->missing_count || engine->needs_refused)
        return PR_OK;
    *count = pr__best_finish(&best, rows);
    take_items(&c, rows, *count, out);
    return PR_OK;
}
