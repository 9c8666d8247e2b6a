/* SQL from pieces. */
#include "sync_sql.h"

#include <stdarg.h>
#include <string.h>

static void add(pr_buffer *sql, const char *text) {
    pr_buffer_append(sql, text, strlen(text));
}

static void add_name(pr_buffer *sql, const char *name) {
    add(sql, "\"");
    for (; *name; name++) {
        pr_buffer_append(sql, name, 1);
        if (*name == '"')
            add(sql, "\"");
    }
    add(sql, "\"");
}

void prt_sql(pr_buffer *sql, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    for (const char *at = format; *at;) {
        const size_t plain = strcspn(at, "%");
        pr_buffer_append(sql, at, plain);
        at += plain;
        if (!*at)
            break;
        if (at[1] == 'n')
            add_name(sql, va_arg(arguments, const char *));
        else
            add(sql, va_arg(arguments, const char *));
        at += 2;
    }
    va_end(arguments);
}

void prt_sql_names(pr_buffer *sql, const prt_name_list *names, const char *prefix, const char *between) {
    for (uint32_t i = 0; i < names->count; i++)
        prt_sql(sql, "%s%s%n", i ? between : "", prefix, names->names[i]);
}

const char *prt_sql_end(pr_buffer *sql) {
    pr_buffer_append(sql, "", 1);
    return sql->failed ? NULL : sql->bytes;
}
