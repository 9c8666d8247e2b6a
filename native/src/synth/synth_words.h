/* The words that a believable workout catalogue is made of. */
#ifndef PRT_SYNTH_WORDS_H
#define PRT_SYNTH_WORDS_H

#include <stdint.h>

enum {
    PRT_AGES = 6,
    PRT_LEVELS = 3,
    PRT_TYPES = 8,
    PRT_STYLES = 10,
    PRT_FORMS = 9,
    PRT_EXTRAS = 6,
    PRT_GEAR = 3,
    PRT_NAMES = 48,
};

/* A word of the title and the tag that goes with it. */
typedef struct prt_style {
    const char *word, *tag;
} prt_style;

/* The noun of a title, its tag, and what such a class does ("… that <does>."). */
typedef struct prt_form {
    const char *noun, *tag, *does;
} prt_form;

typedef struct prt_type_words {
    const char *name, *class_word; /* "hiit", "HIIT class" */
    prt_style styles[PRT_STYLES];
    prt_form forms[PRT_FORMS];
    const char *extras[PRT_EXTRAS]; /* further tags */
    const char *gear[PRT_GEAR];     /* a sentence on what is needed; the first suits bare hands */
} prt_type_words;

extern const char *const prt_age_names[PRT_AGES];
extern const char *const prt_level_names[PRT_LEVELS];
extern const prt_type_words prt_types[PRT_TYPES];
extern const char *const prt_first_names[PRT_NAMES], *const prt_last_names[PRT_NAMES];

#endif
