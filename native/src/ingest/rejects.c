/* Wrong rows. */
#include "rejects.h"

#include "fail.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool add(prt_reject_list *list, uint64_t line, bool cell, const char *reason, const char *row, size_t row_size) {
    size_t shown = row_size < PRT_EXCERPT ? row_size : PRT_EXCERPT, reason_size = strlen(reason) + 1;
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : 16;
        prt_reject *grown = realloc(list->rejects, room * sizeof *grown);
        if (!grown)
            return false;
        list->rejects = grown;
        list->room = room;
    }
    if (list->texts_size + reason_size + shown + 1 > list->texts_room) {
        size_t room = (list->texts_size + reason_size + shown + 1) * 2;
        char *grown = realloc(list->texts, room);
        if (!grown)
            return false;
        list->texts = grown;
        list->texts_room = room;
    }
    char *text = list->texts + list->texts_size;
    list->rejects[list->count++] = (prt_reject){line, list->texts_size, cell};
    memcpy(text, reason, reason_size);
    memcpy(text + reason_size, row, shown);
    text[reason_size + shown] = 0;
    for (size_t i = 0; i < shown; i++)
        text[reason_size + i] = text[reason_size + i] ? text[reason_size + i] : ' ';
    list->texts_size += reason_size + shown + 1;
    return true;
}

bool prt_reject_list_add(prt_reject_list *list, uint64_t line, const char *reason, const char *row, size_t row_size) {
    return add(list, line, false, reason, row, row_size);
}

bool prt_reject_list_add_cell(prt_reject_list *list, uint64_t line, const char *reason, const char *row,
                              size_t row_size) {
    return add(list, line, true, reason, row, row_size);
}

void prt_reject_list_free(prt_reject_list *list) {
    free(list->rejects);
    free(list->texts);
    *list = (prt_reject_list){0};
}

void prt_rejects_source(prt_rejects *rejects) {
    rejects->of_source = 0;
    memset(rejects->reasons, 0, sizeof rejects->reasons);
}

/* A quoted CSV value; what is no text becomes "?", line breaks become spaces, so that one reject is one line. */
static void write_value(FILE *file, const char *text) {
    size_t size = strlen(text), where;
    bool valid = pr_utf8_valid(text, size, &where);
    /* The excerpt may end in the middle of a character. */
    if (!valid && size - where < 4 && pr_utf8_valid(text, where, &where)) {
        size = where;
        valid = true;
    }
    fputc('"', file);
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"')
            fputc('"', file);
        fputc(c < 0x20 || c == 0x7F ? ' ' : c >= 0x80 && !valid ? '?' : c, file);
    }
    fputc('"', file);
}

static pr_status open_file(prt_rejects *rejects, pr_error *error) {
    size_t size = strlen(rejects->path) + 32;
    rejects->temporary = malloc(size);
    if (!rejects->temporary)
        return prt_fail_memory(error, "writing the rejects");
    snprintf(rejects->temporary, size, "%s.%ld.tmp", rejects->path, (long)getpid());
    int descriptor =
        open(rejects->temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, rejects->owner_only ? 0600 : 0666);
    rejects->file = descriptor < 0 ? NULL : fdopen(descriptor, "wb");
    if (!rejects->file && descriptor >= 0)
        close(descriptor);
    if (!rejects->file)
        return prt_fail(error, PR_E_IO, "%s cannot be written: %s", rejects->temporary, strerror(errno));
    fputs("file,line,reason,row\n", rejects->file);
    return PR_OK;
}

static void remember(prt_rejects *rejects, const char *file, uint64_t line, const char *reason) {
    const char *slash = strrchr(file, '/');
    if (rejects->of_source < PRT_REASONS)
        snprintf(rejects->reasons[rejects->of_source], sizeof rejects->reasons[0], "%s line %" PRIu64 ": %s",
                 slash ? slash + 1 : file, line, reason);
    rejects->of_source++;
    rejects->total++;
}

pr_status prt_rejects_write(prt_rejects *rejects, const char *file, uint64_t first_line, const prt_reject_list *list,
                            pr_error *error) {
    for (size_t i = 0; i < list->count; i++) {
        uint64_t line = first_line + list->rejects[i].line;
        const char *reason = list->texts + list->rejects[i].at, *row = reason + strlen(reason) + 1;
        if (!list->rejects[i].cell)
            remember(rejects, file, line, reason);
        if (!rejects->path)
            continue;
        if (!rejects->file)
            PRT_TRY(open_file(rejects, error));
        write_value(rejects->file, file);
        fprintf(rejects->file, ",%" PRIu64 ",", line);
        write_value(rejects->file, reason);
        fputc(',', rejects->file);
        write_value(rejects->file, row);
        fputc('\n', rejects->file);
    }
    return PR_OK;
}

pr_status prt_rejects_close(prt_rejects *rejects, pr_error *error) {
    pr_status status = PR_OK;
    if (rejects->file) {
        bool written = !ferror(rejects->file);
        written = fclose(rejects->file) == 0 && written;
        if (!written || rename(rejects->temporary, rejects->path) != 0) {
            unlink(rejects->temporary);
            status = prt_fail(error, PR_E_IO, "%s cannot be written: %s", rejects->path, strerror(errno));
        }
    } else if (rejects->path && unlink(rejects->path) != 0 && errno != ENOENT) {
        status =
            prt_fail(error, PR_E_IO, "%s, of an earlier run, cannot be removed: %s", rejects->path, strerror(errno));
    }
    free(rejects->temporary);
    rejects->file = NULL;
    rejects->temporary = NULL;
    return status;
}
