/* Reading preferences and earlier mails, and sorting the latter by user. */
#include "fail.h"
#include "mail_rows.h"
#include "progress.h"
#include "sources.h"

#include <glob.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { CHUNK = 1 << 18 };

void prt_mail_want(prt_mail_rows *rows, int what, const char *column, const char *key) {
    rows->column[what] = -1;
    if (!column)
        return;
    rows->column[what] = (int32_t)rows->wanted_count;
    rows->wanted[rows->wanted_count++] = (prt_wanted){column, key, true};
}

/* ---- sources ---- */

/* An empty file of mails is a night in which nobody got any: it has no columns, and need not have. */
static bool has_bytes(const char *path) {
    struct stat about;
    return stat(path, &about) == 0 && about.st_size > 0;
}

/* The files of a source that are there, as paths in `arena`. False: out of memory. */
static bool list_files(const prt_name_list *patterns, pr_arena *arena, prt_name_list *out) {
    glob_t found = {0};
    for (uint32_t i = 0; i < patterns->count; i++) {
        if (glob(patterns->names[i], i ? GLOB_APPEND : 0, NULL, &found) == GLOB_NOSPACE) {
            globfree(&found);
            return false;
        }
    }
    const char **names = pr_arena_array(arena, found.gl_pathc + 1, sizeof *names);
    uint32_t count = 0;
    bool good = names != NULL;
    for (size_t i = 0; good && i < found.gl_pathc; i++) {
        size_t size = strlen(found.gl_pathv[i]) + 1;
        char *copy = has_bytes(found.gl_pathv[i]) ? pr_arena_take(arena, size) : NULL;
        good = copy || !has_bytes(found.gl_pathv[i]);
        if (copy)
            names[count++] = memcpy(copy, found.gl_pathv[i], size);
    }
    globfree(&found);
    *out = (prt_name_list){count, names};
    return good;
}

static pr_status read_source(prt_mail_rows *rows, const prt_source *source, prt_rejects *rejects, pr_error *error) {
    prt_reading reading = {.source = source,
                           .wanted = rows->wanted,
                           .wanted_count = rows->wanted_count,
                           .sink = &rows->sink,
                           .rejects = rejects,
                           .threads = 1,
                           .chunk_bytes = CHUNK,
                           .error = error};
    pr_status status = prt_source_read(&reading, rows->config->limits.rejects);
    rows->people->rejected = rejects->total;
    if (status == PR_OK && rejects->of_source)
        prt_log_warning("%s: %" PRIu64 " of %" PRIu64 " rows are wrong and were left out; the first: %s", source->key,
                        rejects->of_source, reading.rows, rejects->reasons[0]);
    rows->wanted_count = 0;
    return status;
}

/* The zone of who says none. */
static pr_status find_zone(prt_mail_people *people, const prt_config *config, pr_error *error) {
    const char *text = config->campaigns.zone;
    PRT_TRY(prt_zones_find(&people->zones, text, strlen(text), &people->zone, error));
    return people->zone
               ? PR_OK
               : prt_fail(error, PR_E_FORMAT,
                          "campaigns.send.utc_offset: \"%s\" is neither an offset from UTC nor a time zone that this "
                          "machine knows; write hours, +05:30, or a name such as Europe/Berlin",
                          text);
}

static pr_status read_preferences(prt_mail_rows *rows, prt_rejects *rejects, pr_error *error) {
    const prt_campaigns_config *c = &rows->config->campaigns;
    if (!c->has_preferences)
        return PR_OK;
    prt_preference_rows(rows);
    pr_status status = read_source(rows, &c->preferences.source, rejects, error);
    if (rows->no_zones.code != PR_OK)
        return prt_fail(error, rows->no_zones.code, "%s", rows->no_zones.message);
    if (status != PR_OK)
        return status;
    rows->people->unknown_row = rejects->of_source > rows->blamed;
    if (rows->people->unknown_row && c->by_default)
        prt_log_warning("campaigns.preferences: of some wrong rows it is not known whose they are, so that this night "
                        "nobody gets a mail who did not ask for it");
    return PR_OK;
}

static pr_status read_sent(prt_mail_rows *rows, prt_rejects *rejects, pr_error *error) {
    prt_source source = rows->config->campaigns.sent.source;
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    pr_status status = list_files(&rows->config->campaigns.sent.source.files, &arena, &source.files)
                           ? PR_OK
                           : prt_fail_memory(error, "looking for earlier mails");
    if (status == PR_OK && source.files.count) {
        prt_sent_rows(rows);
        status = read_source(rows, &source, rejects, error);
    }
    pr_arena_free(&arena);
    return status;
}

/* ---- by user ---- */

static int by_user(const void *a, const void *b) {
    const prt_sent_mail *x = a, *y = b;
    if (x->user != y->user)
        return x->user < y->user ? -1 : 1;
    return x->time < y->time ? -1 : x->time > y->time;
}

static bool sort_sent(prt_mail_people *people) {
    people->starts = calloc(people->users + (size_t)2, sizeof *people->starts);
    if (!people->starts)
        return false;
    if (people->sent_count)
        qsort(people->sent, people->sent_count, sizeof *people->sent, by_user);
    for (uint64_t i = 0; i < people->sent_count; i++)
        people->starts[people->sent[i].user + (size_t)1]++;
    for (uint32_t u = 0; u < people->users; u++)
        people->starts[u + (size_t)1] += people->starts[u];
    return true;
}

static pr_status read_all(prt_mail_rows *rows, const prt_dataset *dataset, pr_error *error) {
    prt_mail_people *people = rows->people;
    prt_rejects rejects = {.path = rows->config->campaigns.rejects, .owner_only = true};
    people->users = dataset->users.count;
    people->preferences = malloc((people->users + (size_t)1) * sizeof *people->preferences);
    if (!people->preferences || !prt_idmap_fill(&rows->users, &dataset->users.ids))
        return prt_fail_memory(error, "reading preferences");
    for (uint32_t u = 0; u < people->users; u++)
        people->preferences[u] = prt_no_preference;
    pr_status status = read_preferences(rows, &rejects, error);
    if (status == PR_OK)
        status = read_sent(rows, &rejects, error);
    pr_status closed = prt_rejects_close(&rejects, status == PR_OK ? error : NULL);
    if (status == PR_OK && closed == PR_OK && !sort_sent(people))
        return prt_fail_memory(error, "sorting earlier mails");
    return status == PR_OK ? closed : status;
}

pr_status prt_mail_people_read(const prt_config *config, const prt_dataset *dataset, int64_t now, prt_mail_people *out,
                               pr_error *error) {
    *out = (prt_mail_people){0};
    prt_mail_rows *rows = calloc(1, sizeof *rows);
    if (!rows)
        return prt_fail_memory(error, "reading preferences");
    rows->config = config;
    rows->people = out;
    rows->now = now;
    pr_status status = find_zone(out, config, error);
    if (status == PR_OK)
        status = read_all(rows, dataset, error);
    prt_idmap_free(&rows->users);
    free(rows);
    return status;
}

void prt_mail_people_free(prt_mail_people *people) {
    free(people->preferences);
    prt_text_pool_free(&people->addresses);
    prt_zones_free(&people->zones);
    free(people->starts);
    free(people->sent);
    *people = (prt_mail_people){0};
}

pr_text prt_mail_address(const prt_mail_people *people, uint32_t user) {
    const prt_preference *p = &people->preferences[user];
    return p->address_size ? (pr_text){people->addresses.bytes + p->address, p->address_size} : (pr_text){"", 0};
}
