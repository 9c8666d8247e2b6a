/* Reading a configuration: JSON, schema, defaults, cross-checks. */
#include "config_reader.h"
#include "readfile.h"
#include "schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 1 << 20 };

/* data/schema/config.schema.json, embedded by the build. */
extern const char prt_config_schema[];
extern const size_t prt_config_schema_size;

static pr_status parse_json(const char *text, size_t size, pr_arena *arena, const pr_json **root, pr_error *error) {
    const pr_json_limits limits = {MOST_BYTES, 32};
    return pr_json_parse(text, size, &limits, arena, root, error);
}

/* Line and column of a byte: people do not count bytes. */
static pr_status not_json(prt_config_reader *r, const char *text, size_t size, const pr_error *wrong) {
    size_t line = 1, column = 1, end = wrong->position < size ? wrong->position : size;
    for (size_t i = 0; i < end; i++) {
        column = text[i] == '\n' ? 1 : column + 1;
        line += text[i] == '\n';
    }
    return prt_fail(r->error, wrong->code, "%s: line %zu, column %zu: %s", r->where, line, column, wrong->message);
}

static pr_status read_root(prt_config_reader *r, const char *text, size_t size, pr_arena *scratch) {
    const pr_json *schema, *root;
    pr_error wrong = {0};
    PRT_TRY(parse_json(prt_config_schema, prt_config_schema_size, scratch, &schema, r->error));
    /* Editors on some systems begin a file with a byte order mark. */
    size_t mark = size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    /* The tree stays with the configuration: parts of it go into the manifest as they are. */
    if (parse_json(text + mark, size - mark, &r->config->arena, &root, &wrong) != PR_OK)
        return not_json(r, text + mark, size - mark, &wrong);
    PRT_TRY(prt_schema_check(schema, root, r->where, r->error));
    PRT_TRY(prt_config_read_tables(r, root));
    PRT_TRY(prt_config_read_settings(r, root));
    PRT_TRY(prt_config_read_ranking(r, root));
    PRT_TRY(prt_config_read_shop(r, root));
    PRT_TRY(prt_config_read_purchases(r, root));
    PRT_TRY(prt_config_read_meaning(r, root));
    PRT_TRY(prt_config_read_campaigns(r, root));
    PRT_TRY(prt_config_read_interactions(r, root));
    PRT_TRY(prt_config_read_sync(r, root));
    PRT_TRY(prt_config_read_evaluation(r, root));
    return prt_config_check(r);
}

pr_status prt_config_parse(const char *text, size_t size, const char *path, prt_config *out, pr_error *error) {
    char where[300];
    snprintf(where, sizeof where, "configuration %s", path);
    prt_config_reader r = {out, where, error};
    pr_arena scratch;
    *out = (prt_config){.now = PRT_NO_INTEGER};
    pr_arena_init(&out->arena, pr_allocator_default(), 0);
    pr_arena_init(&scratch, pr_allocator_default(), 0);
    const pr_json name = {.type = PR_JSON_STRING, .string = path, .size = (uint32_t)strlen(path)};
    pr_status status = prt_config_text(&r, &name, &out->path);
    if (status == PR_OK)
        status = read_root(&r, text, size, &scratch);
    pr_arena_free(&scratch);
    if (status != PR_OK)
        prt_config_free(out);
    return status;
}

pr_status prt_config_read(const char *path, prt_config *out, pr_error *error) {
    char *text;
    size_t size;
    *out = (prt_config){0};
    PRT_TRY(prt_file_read(path, MOST_BYTES, &text, &size, error));
    pr_status status = prt_config_parse(text, size, path, out, error);
    free(text);
    return status;
}

void prt_config_free(prt_config *config) {
    if (!config->arena.allocator)
        return;
    pr_arena_free(&config->arena);
    *config = (prt_config){0};
}
