/* Questions in a terminal, generic over the dimensions of a bundle. */
#include "questions.h"
#include "terminal.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *text_member(const pr_json *object, const char *key) {
    const pr_json *value = pr_json_get(object, key);
    return value && value->type == PR_JSON_STRING ? value->string : "";
}

static bool is_true(const pr_json *object, const char *key) {
    const pr_json *value = pr_json_get(object, key);
    return value && value->type == PR_JSON_BOOL && value->boolean;
}

bool prt_question_optional(const pr_json *dimension) {
    return is_true(dimension, "many") || strcmp(text_member(dimension, "side"), "item") == 0;
}

/* The word [start, start + size) trimmed. */
static pr_text trimmed(const char *start, size_t size) {
    while (size > 0 && isspace((unsigned char)*start))
        start++, size--;
    while (size > 0 && isspace((unsigned char)start[size - 1]))
        size--;
    return (pr_text){start, size};
}

static bool whole_number(pr_text word, long long *number) {
    char digits[24];
    if (word.size == 0 || word.size >= sizeof digits)
        return false;
    memcpy(digits, word.bytes, word.size);
    digits[word.size] = 0;
    char *end;
    errno = 0;
    *number = strtoll(digits, &end, 10);
    return errno == 0 && *end == 0;
}

/* The choice that the word names: by its text in any case, or by its number from 1 when `by_number`. */
static const pr_json *find_choice(const pr_json *dimension, pr_text word, bool by_number) {
    const pr_json *values = pr_json_get(dimension, "values");
    long long number, position = 0;
    bool counted = by_number && whole_number(word, &number);
    const pr_json *counted_choice = NULL;
    for (const pr_json *value = values ? values->first : NULL; value; value = value->next) {
        if (value->type == PR_JSON_STRING && value->size == word.size &&
            strncasecmp(value->string, word.bytes, word.size) == 0)
            return value;
        if (counted && ++position == number)
            counted_choice = value;
    }
    return counted_choice;
}

static const pr_json *bands_of(const pr_json *dimension) {
    const pr_json *bands = pr_json_get(dimension, "bands");
    return bands && bands->type == PR_JSON_ARRAY && bands->size > 0 ? bands : NULL;
}

static bool in_bands(const pr_json *bands, long long number) {
    for (const pr_json *band = bands->first; band; band = band->next) {
        const pr_json *least = pr_json_get(band, "minimum"), *most = pr_json_get(band, "maximum");
        if (least && most && (double)number >= least->number && (double)number <= most->number)
            return true;
    }
    return false;
}

static void list_choices(const pr_json *dimension, char *out, size_t size) {
    const pr_json *values = pr_json_get(dimension, "values");
    size_t used = 0;
    out[0] = 0;
    for (const pr_json *value = values ? values->first : NULL; value; value = value->next) {
        if (used + value->size + 8 > size) {
            snprintf(out + used, size - used, "%s…", used ? ", " : "");
            return;
        }
        used += (size_t)snprintf(out + used, size - used, "%s%s", used ? ", " : "", value->string);
    }
}

static bool write_word(const pr_json *dimension, pr_text word, pr_writer *out, char *wrong, size_t wrong_size) {
    const pr_json *bands = bands_of(dimension);
    long long number;
    if (bands && whole_number(word, &number) && in_bands(bands, number)) {
        pr_write_integer(out, number);
        return true;
    }
    const pr_json *choice = find_choice(dimension, word, !bands);
    if (choice) {
        pr_write_json(out, choice);
        return true;
    }
    char choices[300];
    list_choices(dimension, choices, sizeof choices);
    snprintf(wrong, wrong_size, "\"%.*s\" is not among the choices of %s: %s%s", (int)(word.size < 60 ? word.size : 60),
             word.bytes, text_member(dimension, "input"), choices, bands ? ", or a number within them" : "");
    return false;
}

bool prt_question_write(const pr_json *dimension, const char *text, pr_writer *out, char *wrong, size_t wrong_size) {
    if (!is_true(dimension, "many"))
        return write_word(dimension, trimmed(text, strlen(text)), out, wrong, wrong_size);
    pr_write_array(out);
    for (const char *at = text;; at++) {
        size_t size = strcspn(at, ",;");
        pr_text word = trimmed(at, size);
        if (word.size > 0 && !write_word(dimension, word, out, wrong, wrong_size))
            return false;
        at += size;
        if (*at == 0)
            break;
    }
    pr_write_end_array(out);
    return true;
}

char *prt_question_line(FILE *in) {
    char *line = NULL;
    size_t room = 0;
    ssize_t size = getline(&line, &room, in);
    if (size < 0) {
        free(line);
        return NULL;
    }
    pr_text kept = trimmed(line, strnlen(line, (size_t)size));
    memmove(line, kept.bytes, kept.size);
    line[kept.size] = 0;
    return line;
}

/* Choices with their numbers, in lines of at most 78 columns. */
static void print_choices(const pr_json *dimension, FILE *out) {
    const pr_json *values = pr_json_get(dimension, "values");
    size_t used = 0;
    int position = 0;
    for (const pr_json *value = values ? values->first : NULL; value; value = value->next) {
        char number[16];
        int digits = snprintf(number, sizeof number, "%d ", ++position);
        size_t width = (size_t)digits + prt_text_width((pr_text){value->string, value->size}) + 2;
        if (used + width > 76) {
            fputc('\n', out);
            used = 0;
        }
        fprintf(out, "%s%s", used ? "" : "  ", number);
        prt_text_print(out, (pr_text){value->string, value->size}, 70, false);
        fputs("  ", out);
        used += width;
    }
    if (position)
        fputc('\n', out);
}

char *prt_question_ask(const pr_json *dimension, FILE *in, FILE *out) {
    const pr_json *bands = bands_of(dimension);
    if (!bands)
        print_choices(dimension, out);
    const char *label = text_member(dimension, "label");
    fprintf(out, "%s", label[0] ? label : text_member(dimension, "input"));
    if (bands) {
        const pr_json *last = bands->first;
        while (last->next)
            last = last->next;
        const pr_json *least = pr_json_get(bands->first, "minimum"), *most = pr_json_get(last, "maximum");
        if (least && most)
            fprintf(out, " (%.0f to %.0f)", least->number, most->number);
    } else if (is_true(dimension, "many")) {
        fputs(" (one or more, with commas; Enter for no preference)", out);
    } else if (prt_question_optional(dimension)) {
        fputs(" (Enter for no preference)", out);
    }
    fputs(": ", out);
    fflush(out);
    return prt_question_line(in);
}
