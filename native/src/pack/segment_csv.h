/* The file outputs.segment_recommendations: for each full segment the list that a reader gets. */
#ifndef PRT_SEGMENT_CSV_H
#define PRT_SEGMENT_CSV_H

#include "bundle_reader.h"
#include "config.h"

/* Ask the bundle for each of the segments named by `keys` (sorted) and write the answers to the temporary name of the
 * configured path. Does nothing when none is configured. */
pr_status prt_segment_csv_stage(const prt_config *config, prt_bundle *bundle, const pr_text *keys, size_t key_count,
                                int64_t now, pr_error *error);

/* Put it in place. */
pr_status prt_segment_csv_commit(const prt_config *config, pr_error *error);

/* Append one field by RFC 4180: in quotes where it holds a comma, a quote or a line end. */
void prt_csv_field(pr_buffer *out, const char *bytes, size_t size);

#endif
