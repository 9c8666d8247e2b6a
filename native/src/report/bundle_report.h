/* A bundle as one self-contained page of HTML: its models, its catalogue, its files. No script, no request to anywhere;
 * the same bundle and evaluation give the same bytes. */
#ifndef PRT_BUNDLE_REPORT_H
#define PRT_BUNDLE_REPORT_H

#include "bundle_reader.h"
#include "html.h"

/* One shard as it was found. */
typedef struct prt_report_shard {
    pr_shard_info info;
    pr_error error; /* code 0: whole */
} prt_report_shard;

typedef struct prt_report {
    prt_bundle *bundle;
    pr_arena *arena;
    const pr_json *manifest;
    const pr_json *evaluation; /* what `pocketrec eval --json` printed, or NULL */
    prt_report_shard *shards;
    uint32_t shard_count, broken;
} prt_report;

/* Read the manifest and check every shard. `bundle`, `arena` and `evaluation` are set by the caller, who keeps them. */
pr_status prt_report_look(prt_report *report, pr_error *error);

/* The page into `out`; PR_E_MEMORY. */
pr_status prt_report_write(const prt_report *report, pr_buffer *out, pr_error *error);

/* The sections, each its own heading and what it says when the data is not there. */
void prt_report_leaderboard(const prt_report *report, pr_buffer *out);
void prt_report_coverage(const prt_report *report, pr_buffer *out);
void prt_report_diversity(const prt_report *report, pr_buffer *out);
void prt_report_questions(const prt_report *report, pr_buffer *out);
pr_status prt_report_popularity(const prt_report *report, pr_buffer *out, pr_error *error);
void prt_report_calibration(const prt_report *report, pr_buffer *out);
void prt_report_sizes(const prt_report *report, pr_buffer *out);
void prt_report_settings(const prt_report *report, pr_buffer *out);
void prt_report_health(const prt_report *report, pr_buffer *out);

/* settings.purchases of the manifest, or NULL. */
const pr_json *prt_report_purchases(const prt_report *report);

extern const char prt_report_style[];

#endif
