/* Queries natively: a search by meaning that comes without a vector gets one, as the page's worker would make it. */
#ifndef PRT_QUERY_ENCODER_H
#define PRT_QUERY_ENCODER_H

#include "loaded.h"

/* Made from all zero; one thread at a time. */
typedef struct prt_query_encoder {
    const char *path;    /* of the encoder, borrowed; NULL: the one in the bundle */
    bool tried;          /* to open it */
    uint32_t source;     /* numbers that the bundle wants; 0: it cannot be searched by meaning */
    pr_encoder *encoder; /* NULL: there is none, and queries stay as they are */
    prt_loaded_encoder loaded;
    pr_arena scratch;
} prt_query_encoder;

/* Does the request search by meaning without a vector? The text of its query then lies in *query, which lives in
 * `arena`. */
bool prt_query_of(const pr_request *request, pr_arena *arena, pr_text *query);

/* What settings.meaning of a manifest says about the encoder of queries. */
typedef struct prt_wanted_encoder {
    uint32_t source, bits;
    bool shipped;    /* it is the shard of the table `encoder` */
    char sha256[65]; /* of the encoder that made the vectors */
} prt_wanted_encoder;

/* False when the bundle cannot be searched by meaning. */
bool prt_wanted_encoder_read(pr_text manifest, prt_wanted_encoder *out);

/* Open the encoder: the one at `path` if that is set, which must be the wanted one, else `shard`, whose bytes are
 * borrowed; with neither, none. Called once. PR_E_IO, PR_E_FORMAT, PR_E_MEMORY. */
pr_status prt_query_encoder_open(prt_query_encoder *queries, const prt_wanted_encoder *wanted, pr_text shard,
                                 pr_error *error);
void prt_query_encoder_close(prt_query_encoder *queries);

/* Put the vector of `query` into the body of *request, which then lies in queries->scratch until the next call. */
pr_status prt_query_encode(prt_query_encoder *queries, pr_text query, pr_request *request, pr_error *error);

/* The JSON list of a vector. */
void prt_vector_write(const float *vector, uint32_t count, pr_writer *w);

#endif
