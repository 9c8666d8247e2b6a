/* What the tests need of prt_ingest besides its public face. */
#ifndef PRT_INGEST_INNER_H
#define PRT_INGEST_INNER_H

#include "ingest.h"

/* prt_ingest with another size of chunks. */
pr_status prt_ingest_chunked(const prt_config *config, int threads, size_t chunk_bytes, prt_dataset *out,
                             pr_error *error);

#endif
