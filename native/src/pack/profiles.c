/* Writing the users' profiles, one after another, so that memory holds one of them only. */
#include "profiles.h"
#include "fail.h"
#include "named_users.h"
#include "pack.h"
#include "states.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static pr_status failed(const char *path, int reason, pr_error *error) {
    return prt_fail(error, PR_E_IO, "%s: cannot be written (%s); check outputs.profiles", path, strerror(reason));
}

static pr_status put_users(const listing *l, FILE *file, pr_error *error) {
    pr_arena arena;
    pr_status status = PR_OK;
    pr_arena_init(&arena, NULL, 0);
    for (uint32_t u = 0; u < l->named.count && status == PR_OK; u++) {
        pr_buffer line = {.arena = &arena};
        put_user(l, l->named.users[u], &line);
        if (!line.bytes || line.failed)
            status = prt_fail_memory(error, "writing profiles");
        else if (fwrite(line.bytes, 1, line.size, file) != line.size)
            status = PR_E_IO;
        pr_arena_reset(&arena);
    }
    pr_arena_free(&arena);
    return status;
}

/* What people did is nobody else's business: the file is the owner's from its first byte on. */
static FILE *open_private(const char *path) {
    unlink(path); /* of a run that was killed */
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "wb");
    if (!file && descriptor >= 0)
        close(descriptor);
    return file;
}

static pr_status write_file(const listing *l, const char *path, pr_error *error) {
    char temporary[4200];
    snprintf(temporary, sizeof temporary, "%s.partial", path);
    FILE *file = open_private(temporary);
    if (!file)
        return failed(path, errno, error);
    pr_status status = put_users(l, file, error);
    if (status == PR_OK && (fflush(file) != 0 || fsync(fileno(file)) != 0))
        status = PR_E_IO;
    int reason = errno;
    if (fclose(file) != 0 && status == PR_OK) {
        status = PR_E_IO;
        reason = errno;
    }
    if (status == PR_OK && rename(temporary, path) == 0)
        return PR_OK;
    reason = status == PR_OK ? errno : reason;
    unlink(temporary);
    return status == PR_E_MEMORY ? status : failed(path, reason, error);
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
