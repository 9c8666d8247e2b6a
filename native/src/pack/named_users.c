/* Users by their ids. */
#include "named_users.h"
#include "event_ledger.h"
#include "pack.h"

#include <stdlib.h>
#include <string.h>

typedef struct named {
    pr_text id;
    uint32_t user;
} named;

static int by_id(const void *a, const void *b) {
    const named *x = a, *y = b;
    size_t common = x->id.size < y->id.size ? x->id.size : y->id.size;
    int order = common ? memcmp(x->id.bytes, y->id.bytes, common) : 0;
    return order ? order : (x->id.size > y->id.size) - (x->id.size < y->id.size);
}

bool prt_named_users_list(const prt_config *config, const prt_dataset *dataset, prt_named_users *out) {
    const size_t room = dataset->users.count + (size_t)1;
    named *all = malloc(room * sizeof *all);
    *out = (prt_named_users){0, malloc(room * sizeof *out->users)};
    if (!all || !out->users) {
        free(all);
        return false;
    }
    for (uint32_t u = 0; u < dataset->users.count; u++) {
        if (!prt_is_session_user(config, dataset, u))
            all[out->count++] = (named){prt_string(&dataset->users.ids, u), u};
    }
    qsort(all, out->count, sizeof *all, by_id);
    for (uint32_t i = 0; i < out->count; i++)
        out->users[i] = all[i].user;
    free(all);
    return true;
}
