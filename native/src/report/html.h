/* Putting HTML together in a buffer. What comes from outside goes through prt_html_text or prt_html_json, which escape.
 */
#ifndef PRT_HTML_H
#define PRT_HTML_H

#include "static_list.h"

/* Markup as it is. */
void prt_html_put(pr_buffer *out, const char *markup);
void prt_html_putf(pr_buffer *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A value as text, escaped: strings and numbers as they are, lists with commas, nothing for null. */
void prt_html_json(pr_buffer *out, const pr_json *value);

/* A number with `digits` digits, of which those after the point are fewer by those before it; below 0.001 they count
 * from the first that is not 0. A dash for NaN. */
void prt_html_number(pr_buffer *out, double value, int digits);

/* A whole number with a thin space between thousands. */
void prt_html_count(pr_buffer *out, uint64_t value);

/* "_" as blanks, the first letter a capital: names of metrics, tables and settings, escaped. */
void prt_html_name(pr_buffer *out, const char *name);

/* The number of a JSON value, NaN where it is none. */
double prt_json_number(const pr_json *value);
/* The first element of an array, else NULL. */
const pr_json *prt_json_first(const pr_json *array);
/* The bytes of a string, empty where it is none. */
pr_text prt_json_text(const pr_json *value);

#endif
