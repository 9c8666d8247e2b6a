/* Messages on stderr. The mode is process-wide because stderr is. */
#include "progress.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BAR = 30 };

static prt_log_mode mode = PRT_LOG_TEXT;

void prt_log_set(prt_log_mode wanted) {
    mode = wanted;
}

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void say_json(const char *level, const char *event, const char *text) {
    pr_arena arena;
    pr_arena_init(&arena, pr_allocator_default(), 0);
    pr_buffer line = {.arena = &arena};
    pr_writer w = {.out = &line};
    pr_write_object(&w);
    pr_write_key(&w, "time");
    pr_write_integer(&w, (int64_t)seconds_now());
    pr_write_key(&w, "level");
    pr_write_text(&w, level);
    pr_write_key(&w, "event");
    pr_write_text(&w, event);
    pr_write_key(&w, "message");
    pr_write_text(&w, text);
    pr_write_end_object(&w);
    pr_buffer_append(&line, "\n", 1);
    if (!line.failed)
        fwrite(line.bytes, 1, line.size, stderr);
    pr_arena_free(&arena);
}

static void say(const char *level, const char *event, const char *format, va_list arguments) {
    char text[1024];
    vsnprintf(text, sizeof text, format, arguments);
    for (char *c = text; *c; c++)
        *c = (unsigned char)*c < 0x20 ? ' ' : *c; /* one message is one line, whatever is quoted in it */
    if (mode == PRT_LOG_JSON)
        say_json(level, event, text);
    else if (strcmp(level, "warning") == 0)
        fprintf(stderr, "warning: %s\n", text);
    else
        fprintf(stderr, "%s\n", text);
}

void prt_log(const char *event, const char *format, ...) {
    if (mode == PRT_LOG_QUIET)
        return;
    va_list arguments;
    va_start(arguments, format);
    say("info", event, format, arguments);
    va_end(arguments);
}

void prt_log_warning(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    say("warning", "warning", format, arguments);
    va_end(arguments);
}

void prt_log_progress(const char *step, uint64_t done, uint64_t total) {
    if (mode != PRT_LOG_TEXT || total == 0 || !isatty(STDERR_FILENO))
        return;
    int filled = (int)((double)done / (double)total * BAR);
    char bar[BAR + 1];
    for (int i = 0; i < BAR; i++)
        bar[i] = i < filled ? '#' : '.';
    bar[BAR] = 0;
    fprintf(stderr, "\r%-10s [%s] %3d %%%s", step, bar, (int)(100.0 * (double)done / (double)total),
            done >= total ? "\n" : "");
}
