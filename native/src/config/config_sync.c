/* Sync: the database that the mirror is a copy of. Defaults, and what the schema cannot say. */
#include "config_reader.h"

#include <string.h>
#include <strings.h>

/* Not by prt_config_text, which would show a wrong text: there may be a password in it. */
static pr_status read_database(prt_config_reader *r, const pr_json *given, const char **out) {
    if (strlen(given->string) != given->size)
        return prt_fail(r->error, PR_E_FORMAT, "%s: sync.database holds a NUL character; take it out", r->where);
    return prt_config_text(r, given, out);
}

static pr_status read_key(prt_config_reader *r, const pr_json *given, prt_name_list *out) {
    if (given->type == PR_JSON_ARRAY)
        return prt_config_names(r, given, out);
    const char **names = prt_config_take(r, 1, sizeof *names);
    if (!names)
        return prt_config_no_memory(r);
    *out = (prt_name_list){1, names};
    return prt_config_text(r, given, &names[0]);
}

static pr_status read_table(prt_config_reader *r, const pr_json *given, prt_sync_table *out) {
    const pr_json *sweep = pr_json_get(given, "sweep");
    PRT_TRY(prt_config_text(r, pr_json_get(given, "name"), &out->name));
    PRT_TRY(prt_config_text(r, pr_json_get(given, "from"), &out->from));
    PRT_TRY(prt_config_text(r, pr_json_get(given, "query"), &out->query));
    PRT_TRY(read_key(r, pr_json_get(given, "key"), &out->key));
    PRT_TRY(prt_config_text(r, pr_json_get(given, "updated"), &out->updated));
    PRT_TRY(prt_config_text(r, pr_json_get(given, "deleted"), &out->deleted));
    out->sweep = !sweep || pr_json_is(sweep, "full");
    return prt_config_names(r, pr_json_get(given, "columns"), &out->columns);
}

pr_status prt_config_read_sync(prt_config_reader *r, const pr_json *root) {
    const pr_json *given = pr_json_get(root, "sync"), *tables = pr_json_get(given, "tables");
    const pr_json *required = pr_json_get(given, "required");
    prt_sync_config *out = &r->config->sync;
    r->config->has_sync = given != NULL;
    if (!given)
        return PR_OK;
    PRT_TRY(read_database(r, pr_json_get(given, "database"), &out->database));
    PRT_TRY(prt_config_path(r, "sync.into", pr_json_get(given, "into"), &out->into));
    out->batch = (uint32_t)prt_config_number(given, "batch", 1000);
    out->overlap = (uint32_t)prt_config_number(given, "overlap_seconds", 300);
    out->timeout = (uint32_t)prt_config_number(given, "timeout_seconds", 300);
    out->retries = (uint32_t)prt_config_number(given, "retries", 3);
    out->required = required && required->boolean;
    prt_sync_table *read = prt_config_take(r, tables->size, sizeof *read);
    if (!read)
        return prt_config_no_memory(r);
    out->tables = read;
    for (const pr_json *table = tables->first; table; table = table->next)
        PRT_TRY(read_table(r, table, &read[out->table_count++]));
    return PR_OK;
}

/* ---- what the schema cannot say ---- */

/* SQLite does not tell names apart that differ in case only. */
static pr_status check_names(prt_config_reader *r, const char *name, const char *list, const prt_name_list *names) {
    for (uint32_t i = 0; i < names->count; i++) {
        for (uint32_t j = 0; j < i; j++) {
            if (strcasecmp(names->names[i], names->names[j]) == 0)
                return prt_fail(r->error, PR_E_FORMAT, "%s: %s of the sync table \"%s\" names \"%s\" twice", r->where,
                                list, name, names->names[i]);
        }
    }
    return PR_OK;
}

static pr_status check_table(prt_config_reader *r, uint32_t number) {
    const prt_sync_config *sync = &r->config->sync;
    const prt_sync_table *t = &sync->tables[number];
    if (!t->from == !t->query)
        return prt_fail(r->error, PR_E_FORMAT, "%s: the sync table \"%s\" needs either from or query", r->where,
                        t->name);
    if (strncasecmp(t->name, "sqlite_", 7) == 0 || strncasecmp(t->name, "sync_status", 11) == 0)
        return prt_fail(r->error, PR_E_FORMAT,
                        "%s: the sync table \"%s\" needs another name: those with sqlite_ or sync_status in front are "
                        "taken",
                        r->where, t->name);
    for (uint32_t i = 0; i < number; i++) {
        if (strcasecmp(sync->tables[i].name, t->name) == 0)
            return prt_fail(r->error, PR_E_FORMAT, "%s: sync.tables has the name \"%s\" twice", r->where, t->name);
    }
    PRT_TRY(check_names(r, t->name, "key", &t->key));
    return check_names(r, t->name, "columns", &t->columns);
}

pr_status prt_config_check_sync(prt_config_reader *r) {
    for (uint32_t i = 0; i < r->config->sync.table_count; i++)
        PRT_TRY(check_table(r, i));
    return PR_OK;
}
