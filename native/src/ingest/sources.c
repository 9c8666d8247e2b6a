/* Files of a source: globs, formats, and the limit of wrong rows. */
#include "sources.h"

#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool ends_with(const char *path, const char *ending) {
    size_t n = strlen(path), m = strlen(ending);
    return n >= m && strcasecmp(path + n - m, ending) == 0;
}

/* By the extension; an unknown one is CSV, as logs are wont to be called anything. */
static prt_format format_of(const prt_source *source, const char *path) {
    static const struct {
        const char *ending;
        prt_format format;
    } endings[] = {
        {".json", PRT_FORMAT_JSON},       {".json.gz", PRT_FORMAT_JSON},   {".jsonl", PRT_FORMAT_JSONL},
        {".jsonl.gz", PRT_FORMAT_JSONL},  {".ndjson", PRT_FORMAT_JSONL},   {".ndjson.gz", PRT_FORMAT_JSONL},
        {".parquet", PRT_FORMAT_PARQUET}, {".pq", PRT_FORMAT_PARQUET},     {".xlsx", PRT_FORMAT_XLSX},
        {".sqlite", PRT_FORMAT_SQLITE},   {".sqlite3", PRT_FORMAT_SQLITE}, {".db", PRT_FORMAT_SQLITE},
    };
    if (source->format != PRT_FORMAT_AUTO)
        return source->format;
    for (size_t i = 0; i < PRT_COUNT(endings); i++) {
        if (ends_with(path, endings[i].ending))
            return endings[i].format;
    }
    return PRT_FORMAT_CSV;
}

static pr_status read_file(prt_reading *reading, const char *path) {
    reading->path = path;
    prt_format format = format_of(reading->source, path);
    switch (format) {
    case PRT_FORMAT_CSV:
        return prt_read_csv(reading);
    case PRT_FORMAT_JSON:
    case PRT_FORMAT_JSONL:
        return prt_read_json(reading, format == PRT_FORMAT_JSONL);
    case PRT_FORMAT_SMART:
        return prt_read_smart(reading);
    case PRT_FORMAT_LISTS:
        return prt_read_lists(reading);
    default:
        return prt_read_duck(reading, format);
    }
}

/* A pattern without * ? [ is a path, whatever else is in it. */
static pr_status read_pattern(prt_reading *reading, const char *pattern) {
    if (!strpbrk(pattern, "*?["))
        return read_file(reading, pattern);
    glob_t found = {0};
    int failed = glob(pattern, 0, NULL, &found);
    pr_status status = PR_OK;
    if (failed == GLOB_NOSPACE)
        status = prt_fail_memory(reading->error, "looking for files");
    else if (failed || found.gl_pathc == 0)
        status = prt_fail(reading->error, PR_E_IO, "%s.files: no file matches %s", reading->source->key, pattern);
    for (size_t i = 0; status == PR_OK && i < found.gl_pathc; i++)
        status = read_file(reading, found.gl_pathv[i]);
    globfree(&found);
    return status;
}

static pr_status check_share(const prt_reading *reading, double limit) {
    const prt_rejects *r = reading->rejects;
    if (r->of_source == 0 || (double)r->of_source <= limit * (double)reading->rows)
        return PR_OK;
    const char *file = reading->source->files.names[0], *slash = strrchr(file, '/');
    return prt_fail(reading->error, PR_E_FORMAT,
                    "%s (%s): %" PRIu64 " of %" PRIu64
                    " rows are wrong, more than limits.rejects allows (%g %%); %s%s%s",
                    reading->source->key, slash ? slash + 1 : file, r->of_source, reading->rows, limit * 100,
                    r->reasons[0], *r->reasons[1] ? "; " : "", r->reasons[1]);
}

pr_status prt_source_read(prt_reading *reading, double limit) {
    prt_rejects_source(reading->rejects);
    reading->rows = 0;
    for (uint32_t i = 0; i < reading->source->files.count; i++)
        PRT_TRY(read_pattern(reading, reading->source->files.names[i]));
    return check_share(reading, limit);
}
