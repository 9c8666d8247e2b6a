/* Writing results: an item's columns, the score's parts, and the explanation. */
#include "pipeline.h"

static void write_codes(pr_engine *engine, pr_item item, uint32_t column, pr_writer *w) {
    const pr_settings *settings = &engine->settings;
    bool list = settings->columns[column].type == PR_COLUMN_LIST;
    uint32_t first, count = pr__item_codes(settings, item, column, &first);
    const pr_strings *names = pr__dictionary(engine, column);
    if (list)
        pr_write_array(w);
    else if (!count || !names)
        pr_write_null(w);
    for (uint32_t i = first; names && i < first + count; i++) {
        pr_text name = pr__string(names, pr__uint(item.view->columns[column].codes, i));
        pr_write_string(w, name.bytes, name.size);
    }
    if (list)
        pr_write_end_array(w);
}

static void write_column(pr_engine *engine, pr_item item, uint32_t column, pr_writer *w) {
    const pr_item_column *c = &item.view->columns[column];
    char date[11];
    pr_text text;
    pr_write_key(w, engine->settings.columns[column].name.bytes);
    switch (engine->settings.columns[column].type) {
    case PR_COLUMN_TEXT:
        text = pr__string(&c->texts, item.row);
        pr_write_string(w, text.bytes, text.size);
        break;
    case PR_COLUMN_CATEGORY:
    case PR_COLUMN_LIST:
        write_codes(engine, item, column, w);
        break;
    case PR_COLUMN_INTEGER:
    case PR_COLUMN_DATE:
        if (c->integers[item.row] == INT32_MIN)
            pr_write_null(w);
        else if (engine->settings.columns[column].type == PR_COLUMN_INTEGER)
            pr_write_integer(w, c->integers[item.row]);
        else {
            pr__format_date(c->integers[item.row], date);
            pr_write_text(w, date);
        }
        break;
    case PR_COLUMN_REAL:
        pr_write_number(w, c->reals[item.row]);
        break;
    }
}

static void write_id(pr_engine *engine, uint32_t item, pr_writer *w) {
    pr_item view;
    if (!pr__item(engine, item, &view)) {
        pr_write_null(w);
        return;
    }
    pr_text id = pr__string(&view.view->id, view.row);
    pr_write_string(w, id.bytes, id.size);
}

void pr__write_item_columns(pr_engine *engine, uint32_t item, pr_writer *w) {
    pr_item view;
    pr_write_key(w, "id");
    write_id(engine, item, w);
    if (!pr__item(engine, item, &view))
        return;
    for (uint32_t c = 0; c < engine->settings.column_count; c++)
        write_column(engine, view, c, w);
}

static void write_named_integer(pr_writer *w, const char *name, int64_t value) {
    pr_write_key(w, name);
    pr_write_integer(w, value);
}

static void write_named_number(pr_writer *w, const char *name, double value) {
    pr_write_key(w, name);
    pr_write_number(w, value);
}

static void write_parts(const pr_candidate *candidate, pr_writer *w) {
    static const char *const names[] = {
#define PR_PART_NAME(name) #name,
        PR_PART_LIST(PR_PART_NAME)
#undef PR_PART_NAME
    };
    pr_write_key(w, "parts");
    pr_write_object(w);
    for (int i = 0; i < PR_PARTS; i++) {
        if (candidate->parts[i] != 0)
            write_named_number(w, names[i], candidate->parts[i]);
    }
    pr_write_end_object(w);
}

/* Mean and 95 % interval of the like rate's posterior; without any prior, Wilson's interval of the bare counts. */
static void write_posterior(const pr_query *query, const pr_candidate *candidate, pr_writer *w) {
    double trials = candidate->alpha + candidate->beta, low, high;
    if (query->knobs.prior == PR_PRIOR_NONE || candidate->alpha <= 0 || candidate->beta <= 0)
        pr_wilson_interval(candidate->alpha, trials, 1.959963984540054, &low, &high);
    else {
        low = pr_beta_quantile(0.025, candidate->alpha, candidate->beta);
        high = pr_beta_quantile(0.975, candidate->alpha, candidate->beta);
    }
    pr_write_key(w, "posterior");
    pr_write_object(w);
    write_named_number(w, "mean", trials > 0 ? candidate->alpha / trials : 0.0);
    write_named_number(w, "low", low);
    write_named_number(w, "high", high);
    pr_write_end_object(w);
}

static void write_counts(const pr_candidate *candidate, pr_writer *w) {
    pr_write_key(w, "counts");
    pr_write_object(w);
    write_named_integer(w, "started", candidate->counts.started);
    write_named_integer(w, "completed", candidate->counts.completed);
    write_named_integer(w, "rated", candidate->counts.rated);
    write_named_integer(w, "liked", candidate->counts.liked);
    pr_write_end_object(w);
}

static void write_mmr(pr_engine *engine, const pr_candidate *candidate, pr_writer *w) {
    pr_write_key(w, "mmr");
    pr_write_object(w);
    write_named_integer(w, "rank_before", candidate->rank_before);
    write_named_number(w, "similarity", candidate->similarity);
    pr_write_key(w, "similar_to");
    if (candidate->similar_to == UINT32_MAX)
        pr_write_null(w);
    else
        write_id(engine, candidate->similar_to, w);
    write_named_number(w, "value", candidate->mmr);
    pr_write_end_object(w);
}

/* The visitor's own likes and dislikes that moved this item. */
static void write_own(pr_engine *engine, const pr_query *query, const pr_candidate *candidate, pr_writer *w) {
    pr_item item, other;
    pr_write_key(w, "own");
    pr_write_array(w);
    for (uint32_t i = 0; candidate->own_trials > 0 && i < query->own.count; i++) {
        const pr_own_item *own = &query->own.items[i];
        if ((!own->liked && !own->disliked) || !pr__item(engine, candidate->item, &item) ||
            !pr__item(engine, own->item, &other))
            continue;
        if (own->item == candidate->item || pr__similarity(&engine->settings, item, other) > 0)
            pr_write_string(w, own->id.bytes, own->id.size);
    }
    pr_write_end_array(w);
}

static void write_explanation(pr_engine *engine, const pr_query *query, const pr_list *list,
                              const pr_candidate *candidate, pr_writer *w) {
    const pr_row *row = candidate->row == PR_NO_ROW ? NULL : &list->rows[candidate->row];
    pr_write_key(w, "explain");
    pr_write_object(w);
    pr_write_key(w, "segment");
    if (row)
        pr_write_string(w, row->key.bytes, row->key.size);
    else
        pr_write_text(w, "everyone");
    write_named_integer(w, "backoff", row ? row->level : engine->settings.backoff_count + 1);
    write_counts(candidate, w);
    write_posterior(query, candidate, w);
    pr_write_key(w, "freshness");
    pr_write_object(w);
    pr_write_key(w, "days_old");
    if (candidate->days_old < 0)
        pr_write_null(w);
    else
        pr_write_integer(w, candidate->days_old);
    write_named_number(w, "factor", candidate->freshness);
    pr_write_end_object(w);
    write_mmr(engine, candidate, w);
    write_own(engine, query, candidate, w);
    pr_write_end_object(w);
}

void pr__write_result(pr_engine *engine, const pr_query *query, const pr_list *list, const pr_candidate *candidate,
                      uint32_t position, pr_writer *w) {
    pr_write_object(w);
    write_named_integer(w, "position", position);
    pr__write_item_columns(engine, candidate->item, w);
    write_named_number(w, "score", candidate->score);
    write_parts(candidate, w);
    write_explanation(engine, query, list, candidate, w);
    write_named_number(w, "propensity", candidate->propensity);
    pr_write_end_object(w);
}
