/* Asking judged queries. */
#include "search_quality.h"
#include "encode.h"
#include "fail.h"
#include "judgements.h"
#include "loaded.h"
#include "query_encoder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const prt_search_metric_names[PRT_SEARCH_METRICS] = {"ndcg@10", "mrr@10", "recall@10"};

/* As requests and as reports name them. */
static const char *const MODES[PRT_SEARCH_WAYS] = {"keyword", "meaning", "hybrid"};
static const char *const WAYS[PRT_SEARCH_WAYS] = {"bm25f", "meaning", "hybrid"};

typedef struct judging {
    prt_asker asker;
    prt_judgements judgements;
    uint32_t dims;  /* of a query's vector; 0: by words only */
    float *vectors; /* [query][dims] */
    double *values; /* [way][metric][query asked] */
    uint32_t *subjects;
    prt_search_result *out;
    pr_error *error;
} judging;

void prt_search_metrics(const bool *hits, uint32_t count, uint32_t relevant, double values[PRT_SEARCH_METRICS]) {
    static const double ideal[PRT_EVAL_K] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    double gains[PRT_EVAL_K] = {0};
    uint32_t found = 0;
    values[1] = 0;
    for (uint32_t i = 0; i < count; i++) {
        gains[i] = hits[i];
        if (hits[i] && found++ == 0)
            values[1] = 1.0 / (i + 1);
    }
    values[0] = prt_ndcg(gains, count, ideal, relevant < PRT_EVAL_K ? relevant : PRT_EVAL_K);
    values[2] = (double)found / relevant;
}

size_t prt_search_cut(const char *query, size_t size) {
    size_t characters = 0, word = 0;
    for (size_t i = 0; i < size; i++) {
        if (query[i] == ' ')
            word = i;
        /* bytes 10xxxxxx go on with a character */
        if (((unsigned char)query[i] & 0xC0) != 0x80 && characters++ == PRT_MOST_QUERY)
            return word ? word : i;
    }
    return size;
}

static pr_text write_body(judging *j, uint32_t way, uint32_t number, pr_text query) {
    pr_buffer buffer = {.arena = &j->asker.arena};
    pr_writer w = {.out = &buffer};
    pr_write_object(&w);
    pr_write_key(&w, "query");
    pr_write_string(&w, query.bytes, query.size);
    pr_write_key(&w, "match");
    pr_write_text(&w, "any");
    pr_write_key(&w, "response_limit");
    pr_write_integer(&w, PRT_EVAL_K);
    pr_write_key(&w, "typo");
    pr_write_bool(&w, false);
    if (way) {
        pr_write_key(&w, "mode");
        pr_write_text(&w, MODES[way]);
        pr_write_key(&w, "vector");
        prt_vector_write(j->vectors + (size_t)number * j->dims, j->dims, &w);
    }
    pr_write_end_object(&w);
    return buffer.failed ? (pr_text){NULL, 0} : (pr_text){buffer.bytes, buffer.size};
}

/* The text of a query as it may be asked. */
static pr_text query_at(const judging *j, uint32_t number) {
    const pr_text text = prt_string(&j->judgements.queries, number);
    return (pr_text){text.bytes, prt_search_cut(text.bytes, text.size)};
}

/* The answer's list; NULL where nothing was found, so that something else is shown in its place. */
static pr_status ask(judging *j, uint32_t way, uint32_t number, const pr_json **list) {
    static const char path[] = "/recommendations/search";
    const pr_json *answer;
    pr_response response;
    pr_arena_reset(&j->asker.arena);
    pr_request request = {.method = {"POST", 4}, .path = {path, sizeof path - 1}};
    request.body = write_body(j, way, number, query_at(j, number));
    if (!request.body.bytes)
        return prt_fail_memory(j->error, "evaluating");
    PRT_TRY(prt_asker_call(&j->asker, &request, &response, &answer, j->error));
    *list = pr_json_get(answer, "results");
    if (response.status != 200 || !*list)
        return prt_fail(j->error, PR_E_FORMAT, "the bundle refused a query of the evaluation: %.*s",
                        (int)(response.body.size < 150 ? response.body.size : 150), response.body.bytes);
    const pr_json *fallback = pr_json_get(answer, "fallback_reason");
    if (fallback && fallback->type == PR_JSON_STRING)
        *list = NULL;
    return PR_OK;
}

static pr_status judge(judging *j, uint32_t way, uint32_t place, uint32_t query, uint32_t first, uint32_t end) {
    const pr_json *list = NULL;
    bool hits[PRT_EVAL_K] = {false};
    double values[PRT_SEARCH_METRICS];
    uint32_t count = 0;
    if (query_at(j, query).size) /* a query without words finds nothing */
        PRT_TRY(ask(j, way, query, &list));
    for (const pr_json *result = list ? list->first : NULL; result && count < PRT_EVAL_K; result = result->next) {
        const pr_json *id = pr_json_get(result, "id");
        hits[count++] = id && id->type == PR_JSON_STRING &&
                        prt_judgements_have(&j->judgements, first, end, (pr_text){id->string, id->size});
    }
    prt_search_metrics(hits, count, end - first, values);
    for (uint32_t m = 0; m < PRT_SEARCH_METRICS; m++)
        j->values[((size_t)way * PRT_SEARCH_METRICS + m) * j->judgements.queries.count + place] = values[m];
    return PR_OK;
}

/* In every way that there is. */
static pr_status judge_ways(judging *j, uint32_t query, uint32_t first, uint32_t end) {
    const uint32_t place = j->out->queries++;
    j->subjects[place] = place;
    j->out->cut += query_at(j, query).size < prt_string(&j->judgements.queries, query).size;
    for (uint32_t way = 0; way < j->out->ways; way++)
        PRT_TRY(judge(j, way, place, query, first, end));
    return PR_OK;
}

static pr_status judge_all(judging *j, uint64_t seed) {
    uint32_t all = j->judgements.queries.count;
    j->values = calloc((size_t)all * PRT_SEARCH_WAYS * PRT_SEARCH_METRICS + 1, sizeof *j->values);
    j->subjects = calloc(all + (size_t)1, sizeof *j->subjects);
    if (!j->values || !j->subjects)
        return prt_fail_memory(j->error, "evaluating");
    for (uint32_t query = 0; query < all; query++) {
        uint32_t first, end = prt_judgements_of(&j->judgements, query, &first);
        if (end > first)
            PRT_TRY(judge_ways(j, query, first, end));
    }
    for (uint32_t i = 0; i < j->out->ways * PRT_SEARCH_METRICS; i++)
        PRT_TRY(prt_bootstrap_mean(j->values + (size_t)i * all, j->subjects, j->out->queries, seed,
                                   &j->out->metrics[i / PRT_SEARCH_METRICS][i % PRT_SEARCH_METRICS], j->error));
    return PR_OK;
}

static pr_status embed(judging *j, const pr_encoder *encoder, int threads) {
    const uint32_t count = j->judgements.queries.count;
    pr_text *texts = calloc(count + (size_t)1, sizeof *texts);
    j->dims = pr_encoder_describe(encoder).dims;
    j->vectors = calloc(count + (size_t)1, j->dims * sizeof *j->vectors);
    pr_status status = texts && j->vectors ? PR_OK : prt_fail_memory(j->error, "evaluating");
    for (uint32_t i = 0; status == PR_OK && i < count; i++)
        texts[i] = query_at(j, i);
    if (status == PR_OK)
        status = prt_encode_texts(encoder, texts, NULL, count, threads, j->vectors, j->error);
    free(texts);
    return status;
}

/* Vectors of the queries by the encoder of the items, if there is one. */
static pr_status embed_queries(judging *j, const prt_config *config, int threads) {
    const char *path = config->has_meaning && config->has_shop ? config->meaning.encoder : NULL;
    prt_loaded_encoder loaded;
    j->out->ways = 1;
    if (!path)
        return PR_OK;
    j->out->ways = PRT_SEARCH_WAYS;
    pr_status status = prt_loaded_open(path, config->meaning.ship == PRT_SHIP_FLOAT32 ? 32 : 8, &loaded, j->error);
    if (status == PR_OK)
        status = embed(j, loaded.encoder, threads);
    prt_loaded_close(&loaded);
    return status;
}

pr_status prt_eval_search(const prt_config *config, const prt_dataset *dataset, const char *bundle, int threads,
                          uint64_t seed, prt_search_result *out, pr_error *error) {
    judging j = {.out = out, .error = error};
    memset(out, 0, sizeof *out);
    pr_status status = prt_judgements_read(config, &j.judgements, error);
    if (status == PR_OK)
        status = bundle ? prt_asker_open(bundle, dataset, &j.asker, error)
                        : prt_asker_train(config, dataset, threads, &j.asker, error);
    if (status == PR_OK)
        status = embed_queries(&j, config, threads);
    if (status == PR_OK)
        status = judge_all(&j, seed);
    prt_asker_close(&j.asker);
    prt_judgements_free(&j.judgements);
    free(j.vectors);
    free(j.values);
    free(j.subjects);
    return status;
}

/* ---- reports ---- */

/* Ways by falling quality, ties as they are. */
static void order_ways(const prt_search_result *result, uint32_t order[PRT_SEARCH_WAYS]) {
    for (uint32_t way = 0; way < result->ways; way++) {
        uint32_t at = way;
        for (; at > 0 && result->metrics[order[at - 1]][0].mean < result->metrics[way][0].mean; at--)
            order[at] = order[at - 1];
        order[at] = way;
    }
}

static void write_way(const prt_search_result *result, uint32_t way, pr_writer *w) {
    pr_write_object(w);
    pr_write_key(w, "model");
    pr_write_text(w, WAYS[way]);
    pr_write_key(w, "metrics");
    pr_write_object(w);
    for (uint32_t m = 0; m < PRT_SEARCH_METRICS; m++)
        prt_interval_write(prt_search_metric_names[m], &result->metrics[way][m], w);
    pr_write_end_object(w);
    pr_write_end_object(w);
}

void prt_search_write(const prt_search_result *result, pr_writer *w) {
    uint32_t order[PRT_SEARCH_WAYS];
    pr_write_key(w, "protocol");
    pr_write_text(w, "search");
    pr_write_key(w, "queries");
    pr_write_integer(w, result->queries);
    pr_write_key(w, "cut");
    pr_write_integer(w, result->cut);
    pr_write_key(w, "leaderboard");
    pr_write_array(w);
    order_ways(result, order);
    for (uint32_t i = 0; i < result->ways; i++)
        write_way(result, order[i], w);
    pr_write_end_array(w);
}

void prt_search_print(const prt_search_result *result) {
    uint32_t order[PRT_SEARCH_WAYS];
    printf("search: %u judged queries, %u of them cut to %d characters\n%-8s", result->queries, result->cut,
           PRT_MOST_QUERY, "");
    for (uint32_t m = 0; m < PRT_SEARCH_METRICS; m++)
        printf("  %-22s", prt_search_metric_names[m]);
    order_ways(result, order);
    for (uint32_t i = 0; i < result->ways; i++) {
        printf("\n%-8s", WAYS[order[i]]);
        for (uint32_t m = 0; m < PRT_SEARCH_METRICS; m++) {
            const prt_interval *metric = &result->metrics[order[i]][m];
            printf("  %.4f [%.4f %.4f]", metric->mean, metric->low, metric->high);
        }
    }
    putchar('\n');
}
