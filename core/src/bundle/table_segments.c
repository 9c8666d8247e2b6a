/* The tables segments, terms and groups: checks at attach, look-ups afterwards. */
#include "engine.h"

#include <math.h>

/* The shard's first key must be the one that the manifest promised: look-ups by key rely on it. */
static pr_status check_first_key(const pr_shard *shard, const pr_safetensors *file, const char *name,
                                 const pr_strings *strings, pr_error *error) {
    if (strings->count == 0)
        return PR_OK;
    pr_text first = pr__string(strings, 0);
    if (!pr__equal(first.bytes, first.size, shard->first_key.bytes, shard->first_key.size))
        return pr__tensor_wrong(file, name, ".bytes", "does not begin with the manifest's first_key", error);
    return PR_OK;
}

/* Delta-coded items: within each row the first is an item, the others add at least 1 to the one before. */
static pr_status check_deltas(const pr_engine *engine, const pr_safetensors *file, uint32_t rows,
                              const uint32_t *offsets, pr_uints item, pr_error *error) {
    for (uint32_t r = 0; r < rows; r++) {
        uint64_t at = 0;
        for (uint32_t i = offsets[r]; i < offsets[r + 1]; i++) {
            uint32_t delta = pr__uint(item, i);
            at = i == offsets[r] ? delta : at + delta;
            if (at >= engine->items || (i > offsets[r] && delta == 0))
                return pr__tensor_wrong(file, "item", "", "names an item that does not exist, or one twice", error);
        }
    }
    return PR_OK;
}

static pr_status check_cells(const pr_engine *engine, pr_segments_view *view, uint32_t rows, const pr_safetensors *file,
                             pr_error *error) {
    uint64_t cells;
    PR_TRY(pr__tensor_uints(file, "item", "", PR_ANY_COUNT, engine->items - 1, &view->item, &cells, error));
    PR_TRY(pr__tensor_offsets(file, "offsets", "", rows, cells, &view->offsets, error));
    PR_TRY(check_deltas(engine, file, rows, view->offsets, view->item, error));
    return pr__counts_check(file, cells, &view->counts, error);
}

pr_status pr__segments_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error) {
    pr_segments_view *view = &shard->view.segments;
    const pr_tensor_view *totals, *views;
    PR_TRY(pr__tensor_strings(file, "key", shard->rows, 4096, &view->key, error));
    PR_TRY(pr__strings_check_sorted(file, "key", &view->key, error));
    PR_TRY(check_first_key(shard, file, "key", &view->key, error));
    PR_TRY(pr__tensor(file, "totals", "", PR_U32, 4ull * shard->rows, &totals, error));
    PR_TRY(pr__tensor(file, "views", "", PR_F64, 2ull * shard->rows, &views, error));
    view->totals = totals->data;
    view->views = views->data;
    for (uint32_t r = 0; r < shard->rows; r++) {
        const uint32_t *t = &view->totals[4 * r];
        const double *v = &view->views[2 * r];
        if (t[1] > t[0] || t[3] > t[2])
            return pr__tensor_wrong(file, "totals", "", "has more successes than trials", error);
        if (!(v[0] >= 0 && v[0] <= 4294967295.0 && v[1] >= 0 && v[1] <= 4294967295.0))
            return pr__tensor_wrong(file, "views", "", "holds a mean or deviation out of its bounds", error);
    }
    return check_cells(engine, view, shard->rows, file, error);
}

pr_status pr__terms_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error) {
    pr_terms_view *view = &shard->view.terms;
    const pr_tensor_view *impact;
    PR_TRY(pr__tensor_strings(file, "term", shard->rows, 64, &view->term, error));
    PR_TRY(pr__strings_check_sorted(file, "term", &view->term, error));
    PR_TRY(check_first_key(shard, file, "term", &view->term, error));
    PR_TRY(pr__tensor(file, "impact", "", PR_U8, PR_ANY_COUNT, &impact, error));
    view->impact = impact->data;
    PR_TRY(pr__tensor_uints(file, "item", "", impact->count, engine->items - 1, &view->item, NULL, error));
    PR_TRY(pr__tensor_offsets(file, "offsets", "", shard->rows, impact->count, &view->offsets, error));
    for (uint64_t i = 0; i < impact->count; i++) {
        if (view->impact[i] == 0)
            return pr__tensor_wrong(file, "impact", "", "holds a posting without impact", error);
    }
    return check_deltas(engine, file, shard->rows, view->offsets, view->item, error);
}

pr_status pr__groups_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error) {
    pr_groups_view *view = &shard->view.groups;
    const pr_tensor_view *started, *abandoned, *low, *high, *flagged;
    uint32_t column = engine->settings.flag_column;
    uint32_t values = column == PR_NO_COLUMN ? 0 : engine->settings.columns[column].values;
    if (shard->rows > values)
        return pr__tensor_wrong(file, "code", "", "has more rows than the flagged column has values", error);
    PR_TRY(pr__tensor_uints(file, "code", "", shard->rows, values ? values - 1 : 0, &view->code, NULL, error));
    PR_TRY(pr__tensor(file, "started", "", PR_U32, shard->rows, &started, error));
    PR_TRY(pr__tensor(file, "abandoned", "", PR_U32, shard->rows, &abandoned, error));
    PR_TRY(pr__tensor(file, "low", "", PR_F64, shard->rows, &low, error));
    PR_TRY(pr__tensor(file, "high", "", PR_F64, shard->rows, &high, error));
    PR_TRY(pr__tensor(file, "flagged", "", PR_U8, shard->rows, &flagged, error));
    view->rows = shard->rows;
    view->started = started->data;
    view->abandoned = abandoned->data;
    view->low = low->data;
    view->high = high->data;
    view->flagged = flagged->data;
    for (uint32_t i = 0; i < shard->rows; i++) {
        bool right = view->abandoned[i] <= view->started[i] && view->low[i] >= 0 && view->low[i] <= view->high[i] &&
                     view->high[i] <= 1 && view->flagged[i] <= 1;
        if (!right || (i && pr__uint(view->code, i) <= pr__uint(view->code, i - 1)))
            return pr__tensor_wrong(file, "code", "", "or its counts and interval are out of bounds or order", error);
    }
    return PR_OK;
}

bool pr__segment_find(pr_engine *engine, pr_text key, pr_segment *out) {
    const pr_shard *shard = pr__shard_of_key(engine, PR_TABLE_SEGMENTS, key);
    if (!shard)
        return false;
    const pr_segments_view *view = &shard->view.segments;
    uint32_t row = pr__strings_find(&view->key, key);
    if (row == UINT32_MAX)
        return false;
    const uint32_t *t = &view->totals[4 * row];
    *out = (pr_segment){view, row, view->offsets[row], view->offsets[row + 1], {t[0], t[1], t[2], t[3]}};
    return true;
}
