/* Markup, and text from outside in it. */
#include "html.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void prt_html_put(pr_buffer *out, const char *markup) {
    pr_buffer_append(out, markup, strlen(markup));
}

void prt_html_putf(pr_buffer *out, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (size < 0 || size >= (int)sizeof text)
        out->failed = true; /* half a tag is worse than none */
    else
        pr_buffer_append(out, text, (size_t)size);
}

void prt_html_json(pr_buffer *out, const pr_json *value) {
    char number[32];
    if (!value)
        return;
    switch (value->type) {
    case PR_JSON_STRING:
        prt_html_text(out, value->string, value->size);
        break;
    case PR_JSON_NUMBER:
        pr_buffer_append(out, number, pr_format_number(value->number, number));
        break;
    case PR_JSON_BOOL:
        prt_html_put(out, value->boolean ? "yes" : "no");
        break;
    case PR_JSON_ARRAY:
        for (const pr_json *one = value->first; one; one = one->next) {
            if (one->type == PR_JSON_ARRAY || one->type == PR_JSON_OBJECT)
                prt_html_put(out, "…");
            else
                prt_html_json(out, one);
            prt_html_put(out, one->next ? ", " : "");
        }
        break;
    case PR_JSON_OBJECT:
    case PR_JSON_NULL:
        prt_html_put(out, "–");
        break;
    }
}

void prt_html_number(pr_buffer *out, double value, int digits) {
    double size = fabs(value);
    if (isnan(value)) {
        prt_html_put(out, "–");
    } else if (size >= 1e15 || (size > 0 && size < 1e-5)) {
        prt_html_putf(out, "%.*g", digits, value);
    } else {
        int whole = size >= 1 ? (int)floor(log10(size)) + 1 : 0;
        int places = size > 0 && size < 1e-3 ? digits - 1 - (int)floor(log10(size)) : digits - whole;
        prt_html_putf(out, "%.*f", places > 0 ? places : 0, value);
    }
}

void prt_html_count(pr_buffer *out, uint64_t value) {
    char digits[24];
    int count = snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
    for (int i = 0; i < count; i++) {
        pr_buffer_append(out, &digits[i], 1);
        if ((count - 1 - i) % 3 == 0 && i < count - 1)
            prt_html_put(out, "\u202f");
    }
}

void prt_html_name(pr_buffer *out, const char *name) {
    for (size_t i = 0; name[i]; i++) {
        char letter = name[i] == '_' ? ' ' : i == 0 ? (char)toupper((unsigned char)name[i]) : name[i];
        prt_html_text(out, &letter, 1);
    }
}

double prt_json_number(const pr_json *value) {
    return value && value->type == PR_JSON_NUMBER ? value->number : NAN;
}

const pr_json *prt_json_first(const pr_json *array) {
    return array && array->type == PR_JSON_ARRAY ? array->first : NULL;
}

pr_text prt_json_text(const pr_json *value) {
    return value && value->type == PR_JSON_STRING ? (pr_text){value->string, value->size} : (pr_text){"", 0};
}
