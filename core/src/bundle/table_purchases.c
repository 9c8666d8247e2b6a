/* The tables behind recommendations from purchases: what is known of items, factors, neighbours. */
#include "engine.h"
#include "purchase_tables.h"

/* Is every number between the bounds? NaN is not. */
static bool all_within(const float *values, uint64_t count, float least, float most) {
    bool fine = true;
    for (uint64_t i = 0; i < count; i++)
        fine &= values[i] >= least && values[i] <= most;
    return fine;
}

static pr_status floats(const pr_safetensors *file, const char *name, uint64_t count, float least, float most,
                        const float **out, pr_error *error) {
    const pr_tensor_view *view;
    PR_TRY(pr__tensor(file, name, "", PR_F32, count, &view, error));
    *out = view->data;
    return all_within(*out, count, least, most)
               ? PR_OK
               : pr__tensor_wrong(file, name, "", "holds a number that is out of its bounds", error);
}

/* Prices may be missing. */
static pr_status read_prices(const pr_safetensors *file, uint32_t rows, const float **out, pr_error *error) {
    const pr_tensor_view *view;
    PR_TRY(pr__tensor(file, "price", "", PR_F32, rows, &view, error));
    *out = view->data;
    for (uint32_t r = 0; r < rows; r++) {
        float price = (*out)[r];
        if (price == price && !(price >= 0 && price <= 1e12f))
            return pr__tensor_wrong(file, "price", "", "holds a price that is negative or too large", error);
    }
    return PR_OK;
}

pr_status pr__item_stats_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error) {
    pr_item_stats_view *view = &shard->view.item_stats;
    const pr_tensor_view *buyers;
    (void)engine;
    PR_TRY(read_prices(file, shard->rows, &view->price, error));
    PR_TRY(floats(file, "units", shard->rows, 0, 1e9f, &view->units, error));
    PR_TRY(floats(file, "popularity", shard->rows, 0, 1, &view->popularity, error));
    PR_TRY(floats(file, "cycle", shard->rows, 0, 1e6f, &view->cycle, error));
    PR_TRY(pr__tensor(file, "buyers", "", PR_U32, shard->rows, &buyers, error));
    view->buyers = buyers->data;
    return PR_OK;
}

pr_status pr__factors_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error) {
    const pr_tensor_view *values;
    pr_factors_view *view = &shard->view.factors;
    PR_TRY(floats(file, "scale", shard->rows, 0, 1e6f, &view->scale, error));
    PR_TRY(pr__tensor(file, "values", "", PR_I8, (uint64_t)shard->rows * engine->purchases.factors, &values, error));
    view->values = values->data;
    return PR_OK;
}

pr_status pr__gram_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error) {
    uint64_t factors = engine->purchases.factors;
    return floats(file, "gram", factors * (factors + 1) / 2, -1e15f, 1e15f, &shard->view.gram.gram, error);
}

pr_status pr__neighbours_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error) {
    pr_neighbours_view *view = &shard->view.neighbours;
    PR_TRY(floats(file, "scale", shard->rows, 0, 1e6f, &view->scale, error));
    return pr__weighted_links_check(engine, shard, file, &view->links, error);
}

bool pr__item_stats(pr_engine *engine, uint32_t item, pr_item_stats *out) {
    const pr_shard *shard = pr__shard_of_row(engine, PR_TABLE_ITEM_STATS, item);
    if (!shard)
        return false;
    const pr_item_stats_view *view = &shard->view.item_stats;
    uint32_t row = item - shard->first_row;
    *out =
        (pr_item_stats){view->price[row], view->units[row], view->popularity[row], view->cycle[row], view->buyers[row]};
    return true;
}

uint32_t pr__neighbours(pr_engine *engine, uint32_t item, pr_link *out) {
    const pr_shard *shard = pr__shard_of_row(engine, PR_TABLE_NEIGHBOURS, item);
    if (!shard)
        return 0;
    uint32_t row = item - shard->first_row, count = pr__read_links(&shard->view.neighbours.links, row, item, out);
    for (uint32_t i = 0; i < count; i++)
        out[i].score *= shard->view.neighbours.scale[row];
    return count;
}

const float *pr__gram(pr_engine *engine) {
    const pr_shard *shard = pr__shard_of_row(engine, PR_TABLE_GRAM, 0);
    return shard ? shard->view.gram.gram : NULL;
}
