/* The tables of meaning: items' vectors, where each item's is, the clusters, the way from the encoder's vectors, the
 * categories, and what the cross-encoder says of candidates. */
#include "engine.h"

/* Rows of bytes with a scale each: finite and not negative. */
static pr_status read_rows(const pr_engine *engine, const pr_shard *shard, const pr_safetensors *file,
                           const int8_t **values, const float **scale, pr_error *error) {
    const pr_tensor_view *v, *s;
    PR_TRY(pr__tensor(file, "values", "", PR_I8, (uint64_t)shard->rows * engine->meaning.dims, &v, error));
    PR_TRY(pr__tensor(file, "scale", "", PR_F32, shard->rows, &s, error));
    *values = v->data;
    *scale = s->data;
    bool fine = true;
    for (uint32_t r = 0; r < shard->rows; r++)
        fine &= (*scale)[r] >= 0 && (*scale)[r] <= 1e6f;
    return fine ? PR_OK : pr__tensor_wrong(file, "scale", "", "holds a number that is out of its bounds", error);
}

pr_status pr__vectors_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error) {
    pr_vectors_view *view = &shard->view.vectors;
    const pr_tensor_view *item;
    PR_TRY(read_rows(engine, shard, file, &view->values, &view->scale, error));
    PR_TRY(pr__tensor(file, "item", "", PR_U32, shard->rows, &item, error));
    view->item = item->data;
    for (uint32_t r = 0; r < shard->rows; r++) {
        if (view->item[r] >= engine->items)
            return pr__tensor_wrong(file, "item", "", "names an item that there is not", error);
    }
    return PR_OK;
}

pr_status pr__vector_places_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file,
                                  pr_error *error) {
    pr_vector_places_view *view = &shard->view.vector_places;
    const pr_tensor_view *place;
    PR_TRY(pr__tensor(file, "place", "", PR_U32, shard->rows, &place, error));
    view->place = place->data;
    for (uint32_t r = 0; r < shard->rows; r++) {
        if (view->place[r] >= engine->tables[PR_TABLE_VECTORS].rows && view->place[r] != PR_NO_PLACE)
            return pr__tensor_wrong(file, "place", "", "names a row of vectors that there is not", error);
    }
    return PR_OK;
}

pr_status pr__clusters_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error) {
    pr_clusters_view *view = &shard->view.clusters;
    PR_TRY(read_rows(engine, shard, file, &view->values, &view->scale, error));
    return pr__tensor_offsets(file, "first", "", shard->rows, engine->tables[PR_TABLE_VECTORS].rows, &view->first,
                              error);
}

pr_status pr__projection_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error) {
    const uint64_t numbers = (uint64_t)engine->meaning.dims * engine->meaning.source;
    const pr_tensor_view *rotation;
    PR_TRY(pr__tensor(file, "rotation", "", PR_F32, numbers, &rotation, error));
    shard->view.projection.rotation = rotation->data;
    for (uint64_t i = 0; i < numbers; i++) {
        float x = shard->view.projection.rotation[i];
        if (!(x >= -2 && x <= 2))
            return pr__tensor_wrong(file, "rotation", "", "holds a number that no rotation has", error);
    }
    return PR_OK;
}

pr_status pr__categories_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error) {
    pr_categories_view *view = &shard->view.categories;
    uint64_t items, clusters;
    PR_TRY(pr__tensor_uints(file, "item", "", PR_ANY_COUNT, engine->items - 1, &view->item, &items, error));
    PR_TRY(pr__tensor_offsets(file, "offsets", "", shard->rows, items, &view->offsets, error));
    if (!engine->meaning.present)
        return PR_OK;
    PR_TRY(pr__tensor_uints(file, "cluster", "", PR_ANY_COUNT, engine->tables[PR_TABLE_CLUSTERS].rows - 1,
                            &view->cluster, &clusters, error));
    return pr__tensor_offsets(file, "cluster_offsets", "", shard->rows, clusters, &view->cluster_offsets, error);
}

/* Offsets of rows that have at most PR_MOST_RERANKED candidates each. */
static bool are_short(const uint32_t *offsets, uint32_t rows) {
    bool fine = true;
    for (uint32_t r = 0; r < rows; r++)
        fine &= offsets[r + 1] - offsets[r] <= PR_MOST_RERANKED;
    return fine;
}

pr_status pr__reranked_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error) {
    pr_reranked_view *view = &shard->view.reranked;
    const pr_tensor_view *score, *low, *step;
    PR_TRY(pr__tensor(file, "score", "", PR_U16, PR_ANY_COUNT, &score, error));
    PR_TRY(pr__tensor(file, "low", "", PR_F32, shard->rows, &low, error));
    PR_TRY(pr__tensor(file, "step", "", PR_F32, shard->rows, &step, error));
    PR_TRY(pr__tensor_uints(file, "item", "", score->count, engine->items - 1, &view->item, NULL, error));
    PR_TRY(pr__tensor_offsets(file, "offsets", "", shard->rows, score->count, &view->offsets, error));
    if (!are_short(view->offsets, shard->rows))
        return pr__tensor_wrong(file, "offsets", "", "gives a row more than 64 candidates", error);
    view->score = score->data;
    view->low = low->data;
    view->step = step->data;
    for (uint32_t r = 0; r < shard->rows; r++) {
        if (!(view->low[r] >= -1e6f && view->low[r] <= 1e6f))
            return pr__tensor_wrong(file, "low", "", "holds a number that is out of its bounds", error);
        if (!(view->step[r] >= 0 && view->step[r] <= 1e6f))
            return pr__tensor_wrong(file, "step", "", "holds a number that is out of its bounds", error);
    }
    return PR_OK;
}
