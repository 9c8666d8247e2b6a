/* Buffered text files that appear under their name only when they are whole. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L /* fsync, fileno */
#endif
#include "synth_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pr_status fail_io(pr_error *error, const char *what, const char *path) {
    return pr_fail(error, PR_E_IO, 0, what, " \"", path, "\": ", strerror(errno), ".");
}

/* Make every folder that `path` names before its last slash. */
static pr_status make_parents(const char *path, pr_error *error) {
    char folder[PRT_SYNTH_FILE_PATH];
    for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        size_t size = (size_t)(slash - path);
        memcpy(folder, path, size);
        folder[size] = 0;
        if (mkdir(folder, 0777) != 0 && errno != EEXIST)
            return fail_io(error, "Cannot make the folder", folder);
    }
    return PR_OK;
}

static pr_status join(char out[PRT_SYNTH_FILE_PATH], const char *directory, const char *name, pr_error *error) {
    int size = snprintf(out, PRT_SYNTH_FILE_PATH, "%s/%s", directory, name);
    if (size < 0 || size >= PRT_SYNTH_FILE_PATH)
        return pr_fail(error, PR_E_ARGUMENT, 0, "The path of the output folder is too long; use a shorter one.");
    return PR_OK;
}

pr_status prt_synth_files_open(prt_synth_files *set, const char *directory, pr_error *error) {
    memset(set, 0, sizeof *set);
    set->directory = directory;
    char inside[PRT_SYNTH_FILE_PATH];
    pr_status status = join(inside, directory, "", error);
    return status == PR_OK ? make_parents(inside, error) : status;
}

pr_status prt_synth_files_add(prt_synth_files *set, const char *name, prt_synth_file **added, pr_error *error) {
    prt_synth_file *out = &set->files[set->count];
    pr_status status = join(out->path, set->directory, name, error);
    if (status == PR_OK)
        status = make_parents(out->path, error);
    if (status != PR_OK)
        return status;
    size_t size = strlen(out->path);
    memcpy(out->partial, out->path, size);
    memcpy(out->partial + size, ".part", sizeof ".part");
    out->file = fopen(out->partial, "wb");
    if (!out->file)
        return fail_io(error, "Cannot write", out->partial);
    set->count++;
    setvbuf(out->file, NULL, _IONBF, 0);
    out->buffer = malloc(PRT_SYNTH_FILE_BUFFER);
    if (!out->buffer)
        return pr_fail(error, PR_E_MEMORY, 0, "Out of memory while writing \"", out->path, "\".");
    *added = out;
    return PR_OK;
}

static void flush(prt_synth_file *out) {
    if (out->used && fwrite(out->buffer, 1, out->used, out->file) != out->used)
        out->failed = true;
    out->used = 0;
}

/* Everything on the disk and the file closed? */
static bool finish(prt_synth_file *out) {
    flush(out);
    if (!out->failed && (fflush(out->file) != 0 || fsync(fileno(out->file)) != 0))
        out->failed = true;
    if (fclose(out->file) != 0)
        out->failed = true;
    out->file = NULL;
    return !out->failed;
}

pr_status prt_synth_files_publish(prt_synth_files *set, pr_error *error) {
    pr_status status = PR_OK;
    for (uint32_t i = 0; i < set->count && status == PR_OK; i++)
        if (!finish(&set->files[i]))
            status = fail_io(error, "Cannot write", set->files[i].path);
    for (uint32_t i = 0; i < set->count && status == PR_OK; i++) {
        if (rename(set->files[i].partial, set->files[i].path) != 0)
            status = fail_io(error, "Cannot give its name to", set->files[i].path);
        else
            set->files[i].partial[0] = 0;
    }
    prt_synth_files_discard(set);
    return status;
}

void prt_synth_files_discard(prt_synth_files *set) {
    for (uint32_t i = 0; i < set->count; i++) {
        prt_synth_file *out = &set->files[i];
        if (out->file)
            fclose(out->file);
        if (out->partial[0])
            unlink(out->partial);
        free(out->buffer);
        memset(out, 0, sizeof *out);
    }
    set->count = 0;
}

void prt_put_bytes(prt_synth_file *out, const char *bytes, size_t size) {
    if (size > PRT_SYNTH_FILE_BUFFER - out->used)
        flush(out);
    if (size > PRT_SYNTH_FILE_BUFFER) {
        out->failed = true; /* no text of ours is that long */
        return;
    }
    memcpy(out->buffer + out->used, bytes, size);
    out->used += size;
}

void prt_put_text(prt_synth_file *out, const char *text) {
    prt_put_bytes(out, text, strlen(text));
}

void prt_put_char(prt_synth_file *out, char c) {
    if (out->used == PRT_SYNTH_FILE_BUFFER)
        flush(out);
    out->buffer[out->used++] = c;
}

void prt_put_integer(prt_synth_file *out, uint64_t value) {
    char digits[20];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + value % 10);
    while (value /= 10);
    prt_put_bytes(out, digits + at, sizeof digits - at);
}

void prt_put_digits(prt_synth_file *out, uint32_t value, int width) {
    char digits[10];
    for (int i = width - 1; i >= 0; i--, value /= 10)
        digits[i] = (char)('0' + value % 10);
    prt_put_bytes(out, digits, (size_t)width);
}

void prt_put_number(prt_synth_file *out, double value) {
    if (value < 0) {
        prt_put_char(out, '-');
        value = -value;
    }
    uint64_t millionths = (uint64_t)(value * 1e6 + 0.5);
    prt_put_integer(out, millionths / 1000000);
    prt_put_char(out, '.');
    prt_put_digits(out, (uint32_t)(millionths % 1000000), 6);
}

void prt_put_json(prt_synth_file *out, const char *text) {
    prt_put_char(out, '"');
    for (const char *p = text; *p; p++) {
        if (*p == '"' || *p == '\\')
            prt_put_char(out, '\\');
        prt_put_char(out, *p);
    }
    prt_put_char(out, '"');
}

/* Hinnant's "civil from days", for days after 1970. */
void prt_put_date(prt_synth_file *out, int64_t days) {
    uint32_t z = (uint32_t)(days + 719468);
    uint32_t era = z / 146097, day_of_era = z % 146097;
    uint32_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    uint32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint32_t shifted = (5 * day_of_year + 2) / 153;
    uint32_t month = shifted < 10 ? shifted + 3 : shifted - 9;
    prt_put_digits(out, year_of_era + era * 400 + (month <= 2), 4);
    prt_put_char(out, '-');
    prt_put_digits(out, month, 2);
    prt_put_char(out, '-');
    prt_put_digits(out, day_of_year - (153 * shifted + 2) / 5 + 1, 2);
}

void prt_put_time(prt_synth_file *out, int64_t seconds) {
    uint32_t rest = (uint32_t)(seconds % 86400);
    prt_put_date(out, seconds / 86400);
    prt_put_char(out, 'T');
    prt_put_digits(out, rest / 3600, 2);
    prt_put_char(out, ':');
    prt_put_digits(out, rest / 60 % 60, 2);
    prt_put_char(out, ':');
    prt_put_digits(out, rest % 60, 2);
}
