/* Lines are made outside the lock and copied into one buffer. */
#include "access_log.h"
#include "fail.h"
#include "who.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 64 * 1024, MOST_LINE = 2048, MOST_FIELD = 512 };

struct prt_access_log {
    char *path;
    int file;
    pthread_mutex_t lock;
    size_t used;
    char buffer[BUFFER];
};

static int open_file(const char *path) {
    if (strcmp(path, "-") == 0)
        return STDOUT_FILENO;
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}

pr_status prt_access_log_open(const char *path, prt_access_log **out, pr_error *error) {
    *out = NULL;
    prt_access_log *log = calloc(1, sizeof *log);
    if (log)
        log->path = strdup(path);
    if (!log || !log->path) {
        free(log);
        return prt_fail_memory(error, "opening the access log");
    }
    log->file = open_file(path);
    if (log->file < 0) {
        int reason = errno;
        free(log->path);
        free(log);
        return prt_fail(error, PR_E_IO, "%s: cannot be opened for the access log (%s); name another with --access-log",
                        path, strerror(reason));
    }
    pthread_mutex_init(&log->lock, NULL);
    *out = log;
    return PR_OK;
}

/* The lock is held. */
static void write_buffer(prt_access_log *log) {
    size_t done = 0;
    while (done < log->used) {
        ssize_t wrote = write(log->file, log->buffer + done, log->used - done);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            break;
        done += (size_t)wrote;
    }
    log->used = 0;
}

static void close_file(int file) {
    if (file != STDOUT_FILENO)
        close(file);
}

void prt_access_log_close(prt_access_log *log) {
    if (!log)
        return;
    write_buffer(log);
    close_file(log->file);
    pthread_mutex_destroy(&log->lock);
    free(log->path);
    free(log);
}

/* 21/Nov/2026:02:00:00 +0000 */
static void write_time(char out[40]) {
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t now = time(NULL);
    struct tm t;
    gmtime_r(&now, &t);
    snprintf(out, 40, "%02d/%s/%04d:%02d:%02d:%02d +0000", t.tm_mday, months[t.tm_mon], (t.tm_year + 1900) % 10000,
             t.tm_hour, t.tm_min, t.tm_sec);
}

/* A header's value that cannot end its quotes or the line. */
static void write_header(const char *value, size_t size, char out[MOST_FIELD]) {
    size_t used = 0;
    if (!value || size == 0)
        value = "-", size = 1;
    for (; used < size && used + 1 < MOST_FIELD; used++)
        out[used] =
            value[used] >= 0x20 && value[used] < 0x7f && value[used] != '"' && value[used] != '\\' ? value[used] : '?';
    out[used] = 0;
}

void prt_access_log_add(prt_access_log *log, const prt_access *access) {
    char line[MOST_LINE], moment[40], path[MOST_FIELD], referer[MOST_FIELD], agent[MOST_FIELD];
    if (!log)
        return;
    write_time(moment);
    prt_path_for_log(access->target ? access->target : "-", path, sizeof path);
    /* The page that led here may have a name in its query. */
    write_header(access->referer, access->referer ? strcspn(access->referer, "?#") : 0, referer);
    write_header(access->agent, access->agent ? strlen(access->agent) : 0, agent);
    int size = snprintf(line, sizeof line, "- - - [%s] \"%.20s %s %.10s\" %d %llu \"%s\" \"%s\"\n", moment,
                        access->method ? access->method : "-", path, access->version ? access->version : "-",
                        access->status, (unsigned long long)access->bytes, referer, agent);
    pthread_mutex_lock(&log->lock);
    if (log->used + (size_t)size > BUFFER)
        write_buffer(log);
    memcpy(log->buffer + log->used, line, (size_t)size);
    log->used += (size_t)size;
    pthread_mutex_unlock(&log->lock);
}

void prt_access_log_flush(prt_access_log *log) {
    if (!log)
        return;
    pthread_mutex_lock(&log->lock);
    write_buffer(log);
    pthread_mutex_unlock(&log->lock);
}

void prt_access_log_reopen(prt_access_log *log) {
    if (!log)
        return;
    int file = open_file(log->path);
    if (file < 0) {
        fprintf(stderr, "pocketrec serve: %s: cannot be opened anew (%s); the old access log goes on\n", log->path,
                strerror(errno));
        return;
    }
    pthread_mutex_lock(&log->lock);
    write_buffer(log);
    close_file(log->file);
    log->file = file;
    pthread_mutex_unlock(&log->lock);
}
