/* The first-visit questions, asked in a terminal: one for each dimension that GET /api/v1/onboarding names. */
#ifndef PRT_QUESTIONS_H
#define PRT_QUESTIONS_H

#include "pocketrec.h"

#include <stdio.h>

enum { PRT_MOST_ANSWERS = 16 };

typedef struct prt_answer {
    const char *name; /* of the input: "age" */
    const char *text; /* as given on the command line or typed; NULL = not given; "" = passed over */
} prt_answer;

/* Write the answer as the JSON value that the question's input takes: a number for bands, the list for "many", else the
 * value; letters' case does not matter, and a choice may be given by its number. When it is none of the choices, false,
 * and `wrong` gets a sentence. */
bool prt_question_write(const pr_json *dimension, const char *text, pr_writer *out, char *wrong, size_t wrong_size);

/* Ask on `out`, read one line from `in` into memory from malloc; NULL at the end of the input. */
char *prt_question_ask(const pr_json *dimension, FILE *in, FILE *out);

/* One line from `in` without the blanks around it, from malloc; NULL at the end. */
char *prt_question_line(FILE *in);

/* May this question be passed over? */
bool prt_question_optional(const pr_json *dimension);

#endif
