/* `pocketrec onboard`: the first-visit questions in a terminal, then the ten best. */
#include "bundle_reader.h"
#include "cli.h"
#include "fail.h"
#include "questions.h"
#include "terminal.h"

#include <stdlib.h>
#include <string.h>

enum { WIDTH = 80, MOST_ROWS = 1000 };

typedef struct onboard {
    const char *dir;
    int64_t n, now, seed;
    bool json;
    const char *region;
    prt_answer answers[PRT_MOST_ANSWERS]; /* given as --NAME VALUE */
    size_t answer_count;
    char *typed[PRT_MOST_ANSWERS]; /* memory of what was typed */
    size_t typed_count;
    prt_bundle *bundle;
    pr_arena arena;
    const pr_json *dimensions;
} onboard;

/* --- the command line ------------------------------------------------------------------------------------------- */

static bool is_own_option(const char *word, size_t size) {
    static const char *const own[] = {"--n", "--json", "--help", "--region", "--seed", "-h"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (strlen(own[i]) == size && memcmp(own[i], word, size) == 0)
            return true;
    }
    return false;
}

/* Take `--NAME VALUE` of every name that is no option of ours out of argv: which inputs there are, only the bundle
 * knows. */
static int take_answers(onboard *run, int *argc, char **argv) {
    int kept = 1;
    for (int i = 1; i < *argc; i++) {
        char *equals = strchr(argv[i], '=');
        size_t size = equals ? (size_t)(equals - argv[i]) : strlen(argv[i]);
        if (strncmp(argv[i], "--", 2) != 0 || size == 2 || is_own_option(argv[i], size)) {
            argv[kept++] = argv[i];
            continue;
        }
        if (run->answer_count == PRT_MOST_ANSWERS)
            return prt_cli_wrong("onboard", "there are too many answers, beginning with ", argv[i]);
        prt_answer *answer = &run->answers[run->answer_count++];
        answer->name = argv[i] + 2;
        answer->text = equals ? equals + 1 : i + 1 < *argc ? argv[++i] : NULL;
        if (equals)
            *equals = 0;
        if (!answer->text)
            return prt_cli_wrong("onboard", argv[i], " needs a value");
    }
    *argc = kept;
    return PRT_CLI_GO_ON;
}

static int parse(onboard *run, int argc, char **argv) {
    int code = take_answers(run, &argc, argv);
    if (code != PRT_CLI_GO_ON)
        return code;
    const prt_option options[] = {
        {"--region", PRT_OPTION_TEXT, &run->region, "X", "where the visitor lives, for example DE", 0, 0},
        {"--n", PRT_OPTION_INTEGER, &run->n, "N", "how many to recommend (10)", 1, 1000},
        {"--seed", PRT_OPTION_INTEGER, &run->seed, "N", "seed of the exploration (0)", 0, INT64_MAX},
        {"--json", PRT_OPTION_FLAG, &run->json, NULL, "print the answer as JSON", 0, 0},
        {"--INPUT", PRT_OPTION_TEXT, &(const char *){NULL}, "VALUE",
         "answer a question beforehand: --age 29 --level Advanced --types yoga,hiit", 0, 0},
    };
    const prt_usage usage = {"onboard",
                             "BUNDLE [--age 29] [--level Advanced] [--types yoga,hiit] [options]",
                             "Ask a first-time visitor what is missing and print the best recommendations.",
                             options,
                             sizeof options / sizeof *options,
                             1,
                             1};
    return prt_cli_parse(&usage, argc, argv, &run->dir, NULL);
}

/* --- the engine ------------------------------------------------------------------------------------------------- */

static int call(onboard *run, const char *method, pr_text body, const pr_json **answer, pr_response *response) {
    pr_error error = {PR_OK, 0, ""};
    const char *path = "/api/v1/onboarding";
    pr_request request = {.method = {method, strlen(method)}, .path = {path, strlen(path)}, .body = body};
    request.now = run->now;
    request.seed = (uint64_t)run->seed;
    const pr_json_limits limits = {.max_bytes = (size_t)64 << 20};
    pr_status status = prt_bundle_call(run->bundle, &request, response, &error);
    if (status == PR_OK && error.code != PR_OK)
        fprintf(stderr, "pocketrec onboard: %s\n", error.message);
    if (status == PR_OK)
        status = pr_json_parse(response->body.bytes, response->body.size, &limits, &run->arena, answer, &error);
    return status == PR_OK ? PRT_EXIT_DONE : prt_cli_fail(&error);
}

static int refused(const pr_json *answer) {
    const pr_json *message = pr_json_get(pr_json_get(answer, "error"), "message");
    fprintf(stderr, "pocketrec onboard: %s\n", message ? message->string : "the engine refused to answer");
    return PRT_EXIT_FAILED;
}

/* --- questions and answers -------------------------------------------------------------------------------------- */

static prt_answer *answer_to(onboard *run, const pr_json *dimension) {
    for (size_t i = 0; i < run->answer_count; i++) {
        if (pr_json_is(pr_json_get(dimension, "input"), run->answers[i].name))
            return &run->answers[i];
    }
    return NULL;
}

/* Every answer given beforehand must belong to a question, and be one of its choices. */
static int check_given(onboard *run) {
    const char *names[PRT_MOST_ANSWERS];
    for (size_t i = 0; i < run->answer_count; i++) {
        size_t count = 0;
        bool known = false;
        for (const pr_json *d = run->dimensions->first; d; d = d->next) {
            known = known || pr_json_is(pr_json_get(d, "input"), run->answers[i].name);
            if (count < PRT_MOST_ANSWERS && pr_json_get(d, "input"))
                names[count++] = pr_json_get(d, "input")->string;
        }
        if (known)
            continue;
        const char *nearest = prt_nearest(run->answers[i].name, names, count);
        char detail[256];
        snprintf(detail, sizeof detail, "%.120s%s%s%s", run->answers[i].name, nearest ? "; did you mean --" : "",
                 nearest ? nearest : "", nearest ? "?" : "");
        return prt_cli_wrong("onboard", "this bundle asks no question --", detail);
    }
    return PRT_CLI_GO_ON;
}

/* Ask until the answer is right; NULL at the end of the input. */
static const char *ask_until_right(onboard *run, const pr_json *dimension) {
    char wrong[512];
    for (;;) {
        char *line = prt_question_ask(dimension, stdin, stderr);
        if (!line)
            return NULL;
        pr_buffer scrap = {.arena = &run->arena};
        pr_writer writer = {.out = &scrap};
        bool passed = line[0] == 0 && prt_question_optional(dimension);
        if (passed || (line[0] && prt_question_write(dimension, line, &writer, wrong, sizeof wrong))) {
            run->typed[run->typed_count++] = line;
            return line;
        }
        fprintf(stderr, "%s\n", line[0] ? wrong : "An answer is needed here.");
        free(line);
    }
}

static int ended(void) {
    fputs("\npocketrec onboard: the input ended before all questions were answered; give the answers as options, see "
          "'pocketrec onboard --help'\n",
          stderr);
    return PRT_EXIT_FAILED;
}

static int ask_missing(onboard *run) {
    bool asked = false;
    for (const pr_json *d = run->dimensions->first; d; d = d->next) {
        if (answer_to(run, d) || run->answer_count == PRT_MOST_ANSWERS)
            continue;
        const char *text = ask_until_right(run, d);
        if (!text)
            return ended();
        run->answers[run->answer_count++] = (prt_answer){pr_json_get(d, "input")->string, text};
        asked = true;
    }
    if (!asked || run->region || run->typed_count == PRT_MOST_ANSWERS)
        return PRT_CLI_GO_ON;
    fputs("Region, for example DE (Enter to pass over): ", stderr);
    char *line = prt_question_line(stdin);
    if (!line)
        return ended();
    run->typed[run->typed_count++] = line;
    run->region = line;
    return PRT_CLI_GO_ON;
}

static int write_body(onboard *run, pr_buffer *buffer) {
    char wrong[512];
    pr_writer w = {.out = buffer};
    pr_write_object(&w);
    for (const pr_json *d = run->dimensions->first; d; d = d->next) {
        const prt_answer *answer = answer_to(run, d);
        if (!answer || !answer->text[0])
            continue;
        pr_write_key(&w, answer->name);
        if (!prt_question_write(d, answer->text, &w, wrong, sizeof wrong))
            return prt_cli_wrong("onboard", wrong, NULL);
    }
    if (run->region && run->region[0]) {
        pr_write_key(&w, "region");
        pr_write_text(&w, run->region);
    }
    pr_write_key(&w, "n");
    pr_write_integer(&w, run->n);
    pr_write_end_object(&w);
    return PRT_CLI_GO_ON;
}

/* --- the table -------------------------------------------------------------------------------------------------- */

/* The column to show: the one with that name where the items have it, else the first between title and score that holds
 * values of the type. */
static const char *choose_column(const pr_json *items, const char *wish, pr_json_type type) {
    for (const pr_json *item = items->first; item; item = item->next) {
        const pr_json *value = pr_json_get(item, wish);
        if (value && value->type == type)
            return wish;
    }
    for (const pr_json *item = items->first; item; item = item->next) {
        bool behind_title = false;
        for (const pr_json *value = item->first; value && strcmp(value->key, "score") != 0; value = value->next) {
            if (behind_title && value->type == type)
                return value->key;
            behind_title = behind_title || strcmp(value->key, "title") == 0;
        }
    }
    return NULL;
}

static const char *head_of(onboard *run, const char *column) {
    char *head = pr_arena_take(&run->arena, strlen(column) + 1);
    if (!head)
        return column;
    strcpy(head, column);
    for (char *c = head; *c; c++)
        *c = *c == '_' ? ' ' : *c;
    if (head[0] >= 'a' && head[0] <= 'z')
        head[0] = (char)(head[0] - 'a' + 'A');
    return head;
}

static pr_text cell_text(onboard *run, const pr_json *value) {
    if (!value || value->type == PR_JSON_NULL)
        return (pr_text){"", 0};
    if (value->type == PR_JSON_STRING)
        return (pr_text){value->string, value->size};
    pr_buffer buffer = {.arena = &run->arena};
    for (const pr_json *part = value->type == PR_JSON_ARRAY ? value->first : NULL; part; part = part->next) {
        if (part->type == PR_JSON_STRING) {
            pr_buffer_append(&buffer, ", ", buffer.size ? 2 : 0);
            pr_buffer_append(&buffer, part->string, part->size);
        }
    }
    return (pr_text){buffer.bytes, buffer.size};
}

static pr_text number_text(onboard *run, const pr_json *value, int decimals) {
    char *text = pr_arena_take(&run->arena, 32);
    if (!text || !value || value->type != PR_JSON_NUMBER)
        return (pr_text){"", 0};
    return (pr_text){text, (size_t)snprintf(text, 32, "%.*f", decimals, value->number)};
}

/* Decimals that show the best score with three digits that count: old logs make all scores small. */
static int score_decimals(const pr_json *items) {
    double best = 0;
    for (const pr_json *item = items->first; item; item = item->next) {
        const pr_json *score = pr_json_get(item, "score");
        if (score && score->number > best)
            best = score->number;
    }
    int decimals = 3;
    for (; best > 0 && best < 0.1 && decimals < 6; decimals++)
        best *= 10;
    return decimals;
}

static void print_table(onboard *run, const pr_json *items) {
    int decimals = score_decimals(items);
    const char *person = choose_column(items, "instructor", PR_JSON_STRING);
    const char *list = choose_column(items, "tags", PR_JSON_ARRAY);
    prt_table table = {.rows = items->size};
    pr_text *cells = pr_arena_array(&run->arena, (size_t)items->size * 5, sizeof *cells), *next = cells;
    if (!cells)
        return;
    table.heads[table.columns] = "#", table.right[table.columns++] = true;
    table.heads[table.columns++] = "Title";
    if (person)
        table.heads[table.columns++] = head_of(run, person);
    if (list)
        table.heads[table.columns++] = head_of(run, list);
    table.heads[table.columns] = "Score", table.right[table.columns++] = true;
    for (const pr_json *item = items->first; item; item = item->next) {
        *next++ = number_text(run, pr_json_get(item, "position"), 0);
        *next++ = cell_text(run, pr_json_get(item, "title"));
        if (person)
            *next++ = cell_text(run, pr_json_get(item, person));
        if (list)
            *next++ = cell_text(run, pr_json_get(item, list));
        *next++ = number_text(run, pr_json_get(item, "score"), decimals);
    }
    table.cells = cells;
    prt_table_print(stdout, &table, WIDTH, prt_terminal_bold(stdout));
}

static void print_segments(const pr_json *answer) {
    const pr_json *segments = pr_json_get(answer, "segments");
    size_t shown = 0;
    for (const pr_json *s = segments ? segments->first : NULL; s && shown < 3; s = s->next) {
        const pr_json *key = pr_json_get(s, "key");
        if (!key || key->type != PR_JSON_STRING)
            continue;
        fputs(shown++ ? ", " : "For ", stdout);
        prt_text_print(stdout, (pr_text){key->string, key->size}, 24, false);
    }
    if (segments && segments->size > shown)
        fputs(", …", stdout);
    fputs(shown ? ":\n\n" : "", stdout);
}

static int print_answer(onboard *run, const pr_json *answer, const pr_response *response) {
    const pr_json *items = pr_json_get(answer, "recommendations"), *reason = pr_json_get(answer, "reason");
    if (run->json) {
        fwrite(response->body.bytes, 1, response->body.size, stdout);
        putchar('\n');
    } else if (items && items->type == PR_JSON_ARRAY && items->size <= MOST_ROWS) {
        print_segments(answer);
        print_table(run, items);
        if (reason && reason->type == PR_JSON_STRING)
            fprintf(stderr, "Fewer than %lld: %s.\n", (long long)run->n, reason->string);
    }
    return fflush(stdout) == 0 ? PRT_EXIT_DONE : PRT_EXIT_IO;
}

/* --- the command ------------------------------------------------------------------------------------------------ */

static int run_onboard(onboard *run) {
    const pr_json *answer;
    pr_response response;
    int code = call(run, "GET", (pr_text){NULL, 0}, &answer, &response);
    if (code != PRT_EXIT_DONE)
        return code;
    run->dimensions = pr_json_get(answer, "dimensions");
    if (response.status != 200 || !run->dimensions || run->dimensions->type != PR_JSON_ARRAY)
        return refused(answer);
    pr_buffer body = {.arena = &run->arena};
    code = check_given(run);
    if (code == PRT_CLI_GO_ON)
        code = ask_missing(run);
    if (code == PRT_CLI_GO_ON)
        code = write_body(run, &body);
    if (code != PRT_CLI_GO_ON)
        return code;
    code = call(run, "POST", (pr_text){body.bytes, body.size}, &answer, &response);
    if (code != PRT_EXIT_DONE)
        return code;
    return response.status == 200 ? print_answer(run, answer, &response) : refused(answer);
}

int prt_cmd_onboard(int argc, char **argv) {
    onboard run = {.n = 10, .now = prt_cli_now()};
    int code = parse(&run, argc, argv);
    if (code != PRT_CLI_GO_ON)
        return code;
    pr_error error = {PR_OK, 0, ""};
    if (prt_bundle_open(run.dir, &run.bundle, &error) != PR_OK)
        return prt_cli_fail(&error);
    pr_arena_init(&run.arena, NULL, 0);
    code = run_onboard(&run);
    for (size_t i = 0; i < run.typed_count; i++)
        free(run.typed[i]);
    pr_arena_free(&run.arena);
    prt_bundle_close(run.bundle);
    return code;
}
