/* Reading judged queries. */
#include "judgements.h"
#include "readfile.h"
#include "row_source.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 256 << 20, MOST_ID = 256 };

/* ---- queries ---- */

/* A query without words keeps its place: queries are known by it. */
static const char *take_query(void *context, prt_piece *piece, const prt_field *fields) {
    if (!prt_text_pool_add(context, fields[0].bytes, fields[0].size))
        piece->out_of_memory = true;
    return NULL;
}

static pr_status read_queries(const char *path, prt_strings *out, pr_error *error) {
    const prt_source source = {.key = "judgements.queries", .files = {1, &path}, .format = PRT_FORMAT_SMART};
    const prt_wanted wanted = {"W", "judgements.queries", true};
    prt_text_pool pool = {0};
    prt_sink sink = {.context = &pool, .in_order = true, .row = take_query};
    prt_rejects rejects = {0};
    prt_reading reading = {.source = &source,
                           .path = path,
                           .wanted = &wanted,
                           .wanted_count = 1,
                           .sink = &sink,
                           .rejects = &rejects,
                           .threads = 1,
                           .error = error};
    pr_status status = prt_read_smart(&reading);
    if (status == PR_OK && rejects.total)
        status = prt_fail(error, PR_E_FORMAT, "judgements.queries: %s", rejects.reasons[0]);
    if (status == PR_OK && !prt_text_pool_take(&pool, out))
        status = prt_fail_memory(error, "reading queries");
    prt_text_pool_free(&pool);
    return status;
}

/* ---- relevance ---- */

typedef struct relevance {
    const char *path;
    size_t line;
    prt_judgements *out;
    uint32_t room;
    pr_error *error;
} relevance;

static pr_status wrong(const relevance *r, const char *what) {
    return prt_fail(r->error, PR_E_FORMAT, "%s line %zu: %s", r->path, r->line, what);
}

static pr_status add(relevance *r, uint32_t query, const char *id, size_t size) {
    prt_judgements *out = r->out;
    char padded[MOST_ID + 8] = {0}; /* ids are read by eight bytes */
    bool added;
    if (out->count == r->room) {
        r->room = r->room ? r->room * 2 : 1024;
        prt_judgement *more = realloc(out->judgements, r->room * sizeof *more);
        if (!more)
            return prt_fail_memory(r->error, "reading judgements");
        out->judgements = more;
    }
    memcpy(padded, id, size);
    prt_judgement *judgement = &out->judgements[out->count++];
    judgement->query = query;
    if (!prt_idmap_add(&out->ids, padded, size, &judgement->id, &added))
        return prt_fail_memory(r->error, "reading judgements");
    return PR_OK;
}

/* "query id grade", by any white space. */
static pr_status take_line(relevance *r, char *line) {
    char *rest = NULL, *end;
    const char *query = strtok_r(line, " \t\r", &rest), *id = strtok_r(NULL, " \t\r", &rest),
               *grade = strtok_r(NULL, " \t\r", &rest);
    if (!query)
        return PR_OK;
    if (!grade || strtok_r(NULL, " \t\r", &rest))
        return wrong(r, "should hold the number of a query, an item's id and a grade");
    unsigned long number = strtoul(query, &end, 10);
    if (*end || *query < '0' || *query > '9')
        return wrong(r, "does not begin with the number of a query");
    if (number < 1 || number > r->out->queries.count)
        return prt_fail(r->error, PR_E_FORMAT, "%s line %zu: there is no query %.20s; the file of queries has %u",
                        r->path, r->line, query, r->out->queries.count);
    double value = strtod(grade, &end);
    if (*end)
        return wrong(r, "does not end with a grade, which is a number");
    size_t size = strlen(id);
    if (size > MOST_ID)
        return wrong(r, "has an id of more than 256 bytes");
    return value > 0 ? add(r, (uint32_t)number - 1, id, size) : PR_OK;
}

static int by_query(const void *a, const void *b) {
    const prt_judgement *x = a, *y = b;
    return x->query != y->query ? (x->query < y->query ? -1 : 1) : x->id < y->id ? -1 : x->id > y->id;
}

static void sort(prt_judgements *j) {
    uint32_t kept = 0;
    if (j->count)
        qsort(j->judgements, j->count, sizeof *j->judgements, by_query);
    for (uint32_t i = 0; i < j->count; i++) {
        if (!kept || by_query(&j->judgements[kept - 1], &j->judgements[i]) != 0)
            j->judgements[kept++] = j->judgements[i];
    }
    j->count = kept;
}

static pr_status read_relevance(const char *path, prt_judgements *out, pr_error *error) {
    relevance r = {.path = path, .line = 1, .out = out, .error = error};
    char *text;
    size_t size;
    PRT_TRY(prt_file_read(path, MOST_BYTES, &text, &size, error));
    pr_status status = memchr(text, 0, size) ? wrong(&r, "the file holds a NUL byte; is it a text?") : PR_OK;
    for (char *line = text; status == PR_OK && line; r.line++) {
        char *end = strchr(line, '\n');
        if (end)
            *end++ = 0;
        status = take_line(&r, line);
        line = end;
    }
    free(text);
    if (status == PR_OK && out->count == 0)
        status = prt_fail(error, PR_E_FORMAT, "%s: no grade is above 0, so that nothing is relevant", path);
    return status;
}

pr_status prt_judgements_read(const prt_config *config, prt_judgements *out, pr_error *error) {
    memset(out, 0, sizeof *out);
    PRT_TRY(read_queries(config->judgements.queries, &out->queries, error));
    PRT_TRY(read_relevance(config->judgements.relevance, out, error));
    sort(out);
    return PR_OK;
}

void prt_judgements_free(prt_judgements *judgements) {
    free(judgements->queries.offsets);
    free(judgements->queries.bytes);
    prt_idmap_free(&judgements->ids);
    free(judgements->judgements);
    memset(judgements, 0, sizeof *judgements);
}

/* ---- looking up ---- */

static uint32_t first_of(const prt_judgements *j, uint32_t query) {
    uint32_t low = 0, high = j->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (j->judgements[middle].query < query)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t prt_judgements_of(const prt_judgements *judgements, uint32_t query, uint32_t *first) {
    *first = first_of(judgements, query);
    return first_of(judgements, query + 1);
}

bool prt_judgements_have(const prt_judgements *judgements, uint32_t first, uint32_t end, pr_text id) {
    char padded[MOST_ID + 8] = {0};
    if (id.size > MOST_ID)
        return false;
    memcpy(padded, id.bytes, id.size);
    uint32_t wanted = prt_idmap_find(&judgements->ids, padded, id.size);
    for (uint32_t i = first; wanted != PRT_NONE && i < end; i++) {
        if (judgements->judgements[i].id == wanted)
            return true;
    }
    return false;
}
