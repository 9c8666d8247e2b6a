/* Columns that grow row by row. */
#ifndef PRT_COLUMN_BUILD_H
#define PRT_COLUMN_BUILD_H

#include "idmap.h"
#include "row_source.h"

enum {
    PRT_MOST_VALUE = 200,   /* bytes of a category's value */
    PRT_MOST_TEXT = 1 << 16 /* of a text, which is cut there: a bundle holds no longer ones */
};

/* What rows with the id of an earlier row add to it, until the end. */
typedef struct prt_late_value {
    uint32_t row, order;
    uint32_t value; /* a code of a list, or the number of a text in late_texts */
} prt_late_value;

/* Values that rows of the same id have, each with the number of its rows. */
typedef struct prt_ballot {
    prt_idmap choices; /* the row's number and the value's bytes */
    uint32_t *votes;   /* of each choice */
    uint32_t room;
    char *scratch; /* a choice in the making */
    size_t scratch_room;
} prt_ballot;

typedef struct prt_column_build {
    const prt_column_config *config;
    uint32_t field; /* its first field in a row; flags have one each */
    uint32_t rows, rows_room;
    uint32_t codes_count, codes_room;
    prt_idmap values; /* in the order of first appearance until the end */
    prt_text_pool texts;
    uint32_t *codes, *list_offsets;
    int64_t *integers;
    double *reals;
    uint32_t late_count, late_room;
    prt_late_value *late;
    prt_text_pool late_texts;
    prt_ballot ballot;
    uint64_t cleaned;        /* wrong values of stored and merged rows that count as missing */
    char first_cleaned[200]; /* why the first one is wrong */
    /* What check() made of the value, for store(). */
    prt_field value;
    int64_t integer;
    double real;
    bool wrong; /* the value is wrong and counts as missing */
    char wrong_reason[200];
} prt_column_build;

/* Check the value of a row. NULL when right, else why not (in `reason` or constant). Where the configuration lets
 * wrong values be missing, NULL, and `wrong` and `wrong_reason` say so. */
const char *prt_column_check(prt_column_build *column, const prt_field *fields, char *reason, size_t room);
/* Add the checked value. False: out of memory. */
bool prt_column_store(prt_column_build *column, const prt_field *fields);
/* Add the checked value to an earlier row: lists are united, else it is taken where nothing is. False: out of memory.
 */
bool prt_column_merge(prt_column_build *column, const prt_field *fields, uint32_t row);
/* The other way with rows of an earlier id, for all rows and instead of storing and merging: count the checked value
 * (column_vote.c). False: out of memory. */
bool prt_column_vote(prt_column_build *column, const prt_field *fields, uint32_t row);
/* Store for each of `rows` rows the value that counts: the commonest (the first of several), of numbers the median (the
 * lower of two). Where there is none, the text of `otherwise` (one a row) or, when that is NULL, nothing. */
bool prt_column_elect(prt_column_build *column, uint32_t rows, const prt_text_pool *otherwise);

void prt_ballot_free(prt_ballot *ballot);

/* For column_vote.c. Add the row's list, without repetitions, behind the codes; the text of an array of paragraphs,
 * laid end to end; room for so many. False: out of memory. */
bool prt_column_gather_list(prt_column_build *column, const prt_field *fields);
bool prt_column_add_text(const prt_column_build *column, prt_text_pool *texts);
bool prt_column_grow(void *array, uint32_t needed, uint32_t *room, size_t size);

/* Number the values by bytewise order and hand the column over. False: out of memory. */
bool prt_column_finish(prt_column_build *column, prt_column *out);
void prt_column_build_free(prt_column_build *column);

#endif
