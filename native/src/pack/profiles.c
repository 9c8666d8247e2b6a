/* Writing the users' profiles, one after another, so that memory holds one of them only. */
#include "profiles.h"
#include "fail.h"
#include "named_users.h"
#include "pack.h"
#include "private_file.h"
#include "states.h"

#include <stdlib.h>

/* States, and the users by id. */
typedef struct listing {
    const prt_dataset *dataset;
    prt_states states;
    prt_named_users named;
} listing;

static void put_user(const listing *l, uint32_t user, pr_buffer *out) {
    pr_writer w = {.out = out};
    pr_text id = prt_string(&l->dataset->users.ids, user);
    pr_write_object(&w);
    pr_write_key(&w, "user_id");
    pr_write_string(&w, id.bytes, id.size);
    pr_write_key(&w, "state");
    prt_state_write(&l->states, user, &w);
    pr_write_end_object(&w);
    pr_buffer_append(out, "\n", 1);
}

/* ---- file ---- */

static pr_status put_users(const listing *l, prt_private_file *file, pr_error *error) {
    pr_arena arena;
    pr_status status = PR_OK;
    pr_arena_init(&arena, NULL, 0);
    for (uint32_t u = 0; u < l->named.count && status == PR_OK; u++) {
        pr_buffer line = {.arena = &arena};
        put_user(l, l->named.users[u], &line);
        status = line.bytes && !line.failed ? prt_private_write(file, line.bytes, line.size, error)
                                            : prt_fail_memory(error, "writing profiles");
        pr_arena_reset(&arena);
    }
    pr_arena_free(&arena);
    return status;
}

static pr_status write_file(const listing *l, const char *path, pr_error *error) {
    prt_private_file file;
    PRT_TRY(prt_private_open(path, &file, error));
    pr_status status = put_users(l, &file, error);
    if (status == PR_OK)
        status = prt_private_finish(&file, error);
    if (status == PR_OK)
        status = prt_private_commit(&file, error);
    prt_private_drop(&file);
    return status;
}

pr_status prt_profiles_write(const prt_config *config, const prt_dataset *dataset, pr_error *error) {
    listing l = {.dataset = dataset};
    if (!config->outputs.profiles)
        return PR_OK;
    PRT_TRY(prt_states_make(dataset, &l.states, error));
    pr_status status = prt_named_users_list(config, dataset, &l.named) ? write_file(&l, config->outputs.profiles, error)
                                                                       : prt_fail_memory(error, "writing profiles");
    prt_states_free(&l.states);
    free(l.named.users);
    return status;
}
