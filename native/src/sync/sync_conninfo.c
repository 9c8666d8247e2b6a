/* Connection strings: variables filled in, passwords kept out of messages. */
#include "sync_conninfo.h"

#include "fail.h"
#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Stands for every variable when only what the file itself says is looked at. */
static const char VARIABLE[] = "from-the-environment";

static pr_status value_of(const char *from, size_t size, bool placeholders, const char **out, pr_error *error) {
    char name[128];
    if (size == 0 || size >= sizeof name)
        return prt_fail(error, PR_E_FORMAT, "sync.database has a ${ that does not go on as NAME}");
    snprintf(name, sizeof name, "%.*s", (int)size, from);
    *out = placeholders ? VARIABLE : getenv(name);
    if (*out && **out)
        return PR_OK;
    return prt_fail(error, PR_E_FORMAT,
                    "sync.database needs the environment variable %s, which is not set; set it to how the database is "
                    "reached",
                    name);
}

static pr_status fill(const char *given, bool placeholders, pr_arena *arena, const char **out, pr_error *error) {
    pr_buffer filled = {.arena = arena};
    while (*given) {
        const char *variable = strstr(given, "${"), *value = "";
        pr_buffer_append(&filled, given, variable ? (size_t)(variable - given) : strlen(given));
        if (!variable)
            break;
        const size_t size = strcspn(variable + 2, "}");
        PRT_TRY(value_of(variable + 2, variable[2 + size] ? size : 0, placeholders, &value, error));
        pr_buffer_append(&filled, value, strlen(value));
        given = variable + 2 + size + 1;
    }
    pr_buffer_append(&filled, "", 1);
    *out = filled.bytes;
    return filled.failed ? prt_fail_memory(error, "connecting to the database") : PR_OK;
}

/* libpq's own message would quote the text, so it is not shown. */
static pg_option *parse(const prt_libpq *api, const char *conninfo) {
    char *message = NULL;
    pg_option *options = api->PQconninfoParse(conninfo, &message);
    if (message)
        api->PQfreemem(message);
    return options;
}

static bool has_password(const pg_option *options) {
    for (const pg_option *o = options; o && o->keyword; o++) {
        if (strcmp(o->keyword, "password") == 0 && o->value && *o->value && !strstr(o->value, VARIABLE))
            return true;
    }
    return false;
}

static pr_status warn_of_password(const prt_libpq *api, const char *given, pr_arena *arena, pr_error *error) {
    const char *written;
    PRT_TRY(fill(given, true, arena, &written, error));
    pg_option *options = parse(api, written);
    if (has_password(options))
        prt_log_warning("sync.database holds a password that everybody who reads the configuration can see; put it "
                        "into an environment variable and write ${NAME}");
    if (options)
        api->PQconninfoFree(options);
    return PR_OK;
}

/* A password with one of these in it ends early, and libpq's messages would show the rest as a host or a port. */
static bool is_ambiguous(const char *conninfo) {
    if (strncmp(conninfo, "postgresql://", 13) != 0 && strncmp(conninfo, "postgres://", 11) != 0)
        return false;
    const char *from = strstr(conninfo, "://") + 3, *last = strrchr(from, '@');
    return last && from + strcspn(from, "@/?#") < last;
}

pr_status prt_conninfo_fill(const prt_libpq *api, const char *given, pr_arena *arena, const char **out,
                            pr_error *error) {
    PRT_TRY(fill(given, false, arena, out, error));
    PRT_TRY(warn_of_password(api, given, arena, error));
    if (is_ambiguous(*out))
        return prt_fail(
            error, PR_E_FORMAT,
            "sync.database is a URI with an @, /, ? or # in the name or password; write %%40, %%2F, %%3F or "
            "%%23 instead");
    pg_option *options = parse(api, *out);
    if (!options)
        return prt_fail(error, PR_E_FORMAT,
                        "sync.database is neither a URI (postgresql://user@host/name) nor key=value pairs that libpq "
                        "knows; it is not shown here, as a password may be in it");
    api->PQconninfoFree(options);
    return PR_OK;
}

void prt_conninfo_hide(char *text, const char *secret) {
    const size_t size = secret ? strlen(secret) : 0;
    for (char *at = text; size && (at = strstr(at, secret)); at += size)
        memset(at, '*', size);
}
