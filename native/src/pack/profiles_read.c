/* The file is scanned once for the beginnings of its lines; look-ups read single lines and check them again, since the
 * file may have been written to meanwhile. It is not mapped: a file that shrinks would end the server. */
#include "profiles_read.h"
#include "fail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MOST_NAME = 1024,                 /* bytes of an id */
    MOST_HEAD = 6 * MOST_NAME + 32,   /* up to the end of the id, each byte written as \u00XX */
    MOST_LINE = (1 << 20) + MOST_HEAD /* a state is at most 1 MiB */
};

static const char BEFORE_ID[] = "{\"user_id\":", BEFORE_STATE[] = ",\"state\":";

struct prt_profiles {
    char *path;
    int file;
    struct stat about;
    uint64_t *starts; /* [count + 1]: where each line begins; the last one is the end of the file */
    uint64_t count, room;
};

static pr_status fail_line(const prt_profiles *p, uint64_t place, const char *what, pr_error *error) {
    return prt_fail(error, PR_E_FORMAT, "%s, line %llu: %s; write the file anew with pocketrec train", p->path,
                    (unsigned long long)place + 1, what);
}

static pr_status fail_read(const prt_profiles *p, pr_error *error) {
    return prt_fail(error, PR_E_IO, "%s: cannot be read (%s); check the path and its rights", p->path, strerror(errno));
}

/* ---- a line ---- */

/* The id as it is written, with its quotes, behind BEFORE_ID; empty when the line does not begin so. */
static pr_text literal_of(const char *line, size_t size) {
    size_t at = sizeof BEFORE_ID - 1, first = at;
    if (size <= at || memcmp(line, BEFORE_ID, at) != 0 || line[at] != '"')
        return (pr_text){"", 0};
    for (at++; at < size && line[at] != '"'; at++)
        at += line[at] == '\\';
    return at < size ? (pr_text){line + first, at + 1 - first} : (pr_text){"", 0};
}

/* The id in `arena`; false when the line holds none. */
static bool id_of(const char *line, size_t size, pr_arena *arena, pr_text *id) {
    pr_text literal = literal_of(line, size);
    const pr_json *value;
    if (!literal.size || pr_json_parse(literal.bytes, literal.size, NULL, arena, &value, NULL) != PR_OK ||
        value->type != PR_JSON_STRING || !value->size || value->size > MOST_NAME)
        return false;
    *id = (pr_text){value->string, value->size};
    return true;
}

static int compare(pr_text a, pr_text b) {
    size_t common = a.size < b.size ? a.size : b.size;
    int order = common ? memcmp(a.bytes, b.bytes, common) : 0;
    return order ? order : (a.size > b.size) - (a.size < b.size);
}

/* ---- opening ---- */

/* What the scan carries from line to line. */
typedef struct scan {
    prt_profiles *profiles;
    pr_arena arena;
    char previous[MOST_NAME];
    size_t previous_size;
    uint64_t offset; /* of the next line */
} scan;

static bool note_start(prt_profiles *p, uint64_t offset) {
    if (p->count == p->room) {
        uint64_t room = p->room ? 2 * p->room : 1024;
        uint64_t *larger = realloc(p->starts, (room + 1) * sizeof *larger);
        if (!larger)
            return false;
        p->starts = larger;
        p->room = room;
    }
    p->starts[p->count++] = offset;
    return true;
}

static pr_status take_line(scan *s, const char *line, size_t size, pr_error *error) {
    prt_profiles *p = s->profiles;
    pr_text id, literal = literal_of(line, size);
    size_t head = sizeof BEFORE_ID - 1 + literal.size, after = sizeof BEFORE_STATE - 1;
    pr_arena_reset(&s->arena);
    if (!id_of(line, size, &s->arena, &id) || size < head + after + 3 ||
        memcmp(line + head, BEFORE_STATE, after) != 0 || memcmp(line + size - 2, "}}", 2) != 0)
        return fail_line(p, p->count, "is not {\"user_id\":…,\"state\":{…}}", error);
    if (p->count && compare((pr_text){s->previous, s->previous_size}, id) >= 0)
        return fail_line(p, p->count, "the ids do not rise from line to line", error);
    memcpy(s->previous, id.bytes, id.size);
    s->previous_size = id.size;
    if (!note_start(p, s->offset))
        return prt_fail_memory(error, p->path);
    s->offset += size + 1;
    return PR_OK;
}

/* Take the whole lines of the buffer; `used` bytes of it are left then, at its beginning. */
static pr_status take_lines(scan *s, char *buffer, size_t *used, pr_error *error) {
    char *line = buffer, *end = buffer + *used, *newline;
    while ((newline = memchr(line, '\n', (size_t)(end - line)))) {
        PRT_TRY(take_line(s, line, (size_t)(newline - line), error));
        line = newline + 1;
    }
    *used = (size_t)(end - line);
    memmove(buffer, line, *used);
    return PR_OK;
}

static pr_status scan_file(scan *s, char *buffer, pr_error *error) {
    prt_profiles *p = s->profiles;
    for (size_t used = 0;;) {
        ssize_t n = read(p->file, buffer + used, MOST_LINE - used);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_read(p, error);
        if (n == 0 && used)
            return fail_line(p, p->count, "was cut off", error);
        if (n == 0)
            break;
        used += (size_t)n;
        PRT_TRY(take_lines(s, buffer, &used, error));
        if (used == MOST_LINE)
            return fail_line(p, p->count, "is longer than a user's state may be", error);
    }
    if (!note_start(p, s->offset))
        return prt_fail_memory(error, p->path);
    p->count--;
    return PR_OK;
}

static pr_status scan_lines(prt_profiles *p, pr_error *error) {
    char *buffer = malloc(MOST_LINE);
    scan s = {.profiles = p};
    pr_arena_init(&s.arena, NULL, 0);
    pr_status status = buffer ? scan_file(&s, buffer, error) : prt_fail_memory(error, p->path);
    pr_arena_free(&s.arena);
    free(buffer);
    return status;
}

/* Without O_NONBLOCK a pipe would be waited for. */
static pr_status open_file(prt_profiles *p, pr_error *error) {
    p->file = open(p->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (p->file < 0 || fstat(p->file, &p->about) != 0)
        return fail_read(p, error);
    if (!S_ISREG(p->about.st_mode))
        return prt_fail(error, PR_E_IO, "%s: is no file; name the one that outputs.profiles names", p->path);
    return scan_lines(p, error);
}

pr_status prt_profiles_open(const char *path, prt_profiles **out, pr_error *error) {
    *out = NULL;
    prt_profiles *p = calloc(1, sizeof *p);
    if (!p)
        return prt_fail_memory(error, path);
    p->file = -1;
    p->path = strdup(path);
    pr_status status = p->path ? open_file(p, error) : prt_fail_memory(error, path);
    if (status != PR_OK) {
        prt_profiles_close(p);
        return status;
    }
    *out = p;
    return PR_OK;
}

void prt_profiles_close(prt_profiles *p) {
    if (!p)
        return;
    if (p->file >= 0)
        close(p->file);
    free(p->path);
    free(p->starts);
    free(p);
}

uint64_t prt_profiles_count(const prt_profiles *profiles) {
    return profiles->count;
}

bool prt_profiles_are_exposed(const prt_profiles *profiles) {
    return profiles->about.st_mode & (S_IRGRP | S_IROTH);
}

bool prt_profiles_are_stale(const prt_profiles *profiles, const char *path) {
    const struct stat *was = &profiles->about;
    struct stat is;
    return stat(path, &is) == 0 &&
           (is.st_dev != was->st_dev || is.st_ino != was->st_ino || is.st_size != was->st_size ||
            is.st_mtim.tv_sec != was->st_mtim.tv_sec || is.st_mtim.tv_nsec != was->st_mtim.tv_nsec);
}

/* ---- looking up ---- */

/* Read up to `most` bytes of the line, without its end, into `arena`. */
static pr_status read_line(const prt_profiles *p, uint64_t place, size_t most, pr_arena *arena, pr_text *out,
                           pr_error *error) {
    size_t whole = (size_t)(p->starts[place + 1] - p->starts[place] - 1), size = whole < most ? whole : most;
    char *bytes = pr_arena_take(arena, size);
    if (!bytes)
        return prt_fail_memory(error, p->path);
    for (size_t used = 0; used < size;) {
        ssize_t n = pread(p->file, bytes + used, size - used, (off_t)(p->starts[place] + used));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_read(p, error);
        if (n == 0)
            return fail_line(p, place, "is gone", error);
        used += (size_t)n;
    }
    *out = (pr_text){bytes, size};
    return PR_OK;
}

pr_status prt_profiles_at(const prt_profiles *p, uint64_t place, pr_arena *arena, pr_text *user, pr_text *state,
                          pr_error *error) {
    const pr_json_limits limits = {.max_bytes = MOST_LINE};
    const pr_json *root;
    pr_text line;
    PRT_TRY(read_line(p, place, MOST_LINE, arena, &line, error));
    pr_status status = pr_json_parse(line.bytes, line.size, &limits, arena, &root, NULL);
    if (status == PR_E_MEMORY)
        return prt_fail_memory(error, p->path);
    const pr_json *given = status == PR_OK ? pr_json_get(root, "state") : NULL;
    size_t head = sizeof BEFORE_ID - 1 + literal_of(line.bytes, line.size).size + sizeof BEFORE_STATE - 1;
    if (!given || given->type != PR_JSON_OBJECT || given->next || given->position != head ||
        !id_of(line.bytes, line.size, arena, user))
        return fail_line(p, place, "is damaged", error);
    *state = (pr_text){line.bytes + head, line.size - head - 1};
    return PR_OK;
}

pr_status prt_profiles_find(const prt_profiles *p, pr_text user, pr_arena *arena, pr_text *state, pr_error *error) {
    uint64_t low = 0, high = p->count;
    *state = (pr_text){NULL, 0};
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        pr_text line, id;
        PRT_TRY(read_line(p, middle, MOST_HEAD, arena, &line, error));
        if (!id_of(line.bytes, line.size, arena, &id))
            return fail_line(p, middle, "is damaged", error);
        int order = compare(id, user);
        if (order == 0)
            return prt_profiles_at(p, middle, arena, &id, state, error);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return PR_OK;
}
