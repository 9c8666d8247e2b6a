/* The tables weeks and weekly and the model: checks at attach, look-ups afterwards. */
#include "engine.h"
#include "model.h"

/* Larger sums would not stay exact in a double. */
static const int64_t MOST_TOTAL = (int64_t)1 << 53;

pr_status pr__weeks_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error) {
    const pr_tensor_view *week, *totals;
    (void)engine;
    PR_TRY(pr__tensor(file, "week", "", PR_I32, shard->rows, &week, error));
    PR_TRY(pr__tensor(file, "totals", "", PR_I64, 5ull * shard->rows, &totals, error));
    shard->view.weeks = (pr_weeks_view){week->data, totals->data};
    for (uint32_t r = 0; r < shard->rows; r++) {
        int32_t w = shard->view.weeks.week[r];
        if (w < 0 || w > PR_LAST_WEEK || (r > 0 && w <= shard->view.weeks.week[r - 1]))
            return pr__tensor_wrong(file, "week", "", "does not rise, or is out of its bounds", error);
    }
    for (uint32_t i = 0; i < 5 * shard->rows; i++) {
        if (shard->view.weeks.totals[i] < 0 || shard->view.weeks.totals[i] > MOST_TOTAL)
            return pr__tensor_wrong(file, "totals", "", "holds a sum that is out of its bounds", error);
    }
    return PR_OK;
}

pr_status pr__weekly_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error) {
    pr_weekly_view *view = &shard->view.weekly;
    const pr_tensor_view *watch;
    uint64_t cells;
    uint32_t weeks = engine->tables[PR_TABLE_WEEKS].rows;
    PR_TRY(pr__tensor_uints(file, "week", "", PR_ANY_COUNT, weeks ? weeks - 1 : 0, &view->week, &cells, error));
    if (cells && !weeks)
        return pr__tensor_wrong(file, "week", "", "names weeks that are not there", error);
    PR_TRY(pr__tensor_offsets(file, "offsets", "", shard->rows, cells, &view->offsets, error));
    PR_TRY(pr__tensor_uints(file, "impressions", "", cells, UINT32_MAX, &view->impressions, NULL, error));
    PR_TRY(pr__tensor_uints(file, "clicks", "", cells, UINT32_MAX, &view->clicks, NULL, error));
    PR_TRY(pr__tensor_uints(file, "views", "", cells, UINT32_MAX, &view->views, NULL, error));
    PR_TRY(pr__tensor_uints(file, "likes", "", cells, UINT32_MAX, &view->likes, NULL, error));
    PR_TRY(pr__tensor(file, "watch", "", PR_U32, cells, &watch, error));
    view->watch = watch->data;
    for (uint32_t r = 0; r < shard->rows; r++) {
        for (uint32_t i = view->offsets[r] + 1; i < view->offsets[r + 1]; i++) {
            if (pr__uint(view->week, i) <= pr__uint(view->week, i - 1))
                return pr__tensor_wrong(file, "week", "", "does not rise within an item", error);
        }
    }
    return PR_OK;
}

pr_status pr__ranker_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error) {
    PR_TRY(pr__model_check(file, &shard->arena, &shard->view.model, error));
    if (shard->view.model->features != engine->ranking.feature_count)
        return pr_fail(error, PR_E_FORMAT, 0, "shard ", shard->file,
                       ": its model has another number of features than the manifest; download it again");
    return PR_OK;
}

/* ---- look-ups ---- */

static uint32_t cut(int64_t value) {
    return value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

uint32_t pr__everyone_weeks(pr_engine *engine, pr_week *out) {
    const pr_shard *shard = pr__shard_of_row(engine, PR_TABLE_WEEKS, 0);
    for (uint32_t r = 0; shard && r < shard->rows; r++) {
        const int64_t *t = &shard->view.weeks.totals[5 * r];
        out[r] = (pr_week){shard->view.weeks.week[r], cut(t[0]), cut(t[1]), cut(t[2]), cut(t[3]), (uint64_t)t[4]};
    }
    return shard ? shard->rows : 0;
}

uint32_t pr__item_weeks(pr_engine *engine, uint32_t item, pr_week *out) {
    const pr_shard *weeks = pr__shard_of_row(engine, PR_TABLE_WEEKS, 0),
                   *shard = pr__shard_of_row(engine, PR_TABLE_WEEKLY, item);
    if (!weeks || !shard)
        return 0;
    const pr_weekly_view *view = &shard->view.weekly;
    uint32_t first = view->offsets[item - shard->first_row], end = view->offsets[item - shard->first_row + 1];
    for (uint32_t i = first; i < end; i++) {
        out[i - first] = (pr_week){
            .week = weeks->view.weeks.week[pr__uint(view->week, i)],
            .impressions = pr__uint(view->impressions, i),
            .clicks = pr__uint(view->clicks, i),
            .views = pr__uint(view->views, i),
            .likes = pr__uint(view->likes, i),
            .watch = view->watch[i],
        };
    }
    return end - first;
}

const pr_model *pr__ranker(pr_engine *engine) {
    pr_table table = engine->tables[PR_TABLE_TREES].count ? PR_TABLE_TREES : PR_TABLE_LINEAR;
    const pr_shard *shard = engine->tables[table].rows ? pr__shard_of_row(engine, table, 0) : NULL;
    return shard ? shard->view.model : NULL;
}
