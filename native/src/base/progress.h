/* What a long run says on stderr: sentences for people, or with --log-json one JSON object a line for programs. */
#ifndef PRT_PROGRESS_H
#define PRT_PROGRESS_H

#include "pocketrec.h"

typedef enum prt_log_mode { PRT_LOG_TEXT, PRT_LOG_JSON, PRT_LOG_QUIET } prt_log_mode;

/* Choose how the run speaks (PRT_LOG_TEXT until called). Warnings are said in every mode. */
void prt_log_set(prt_log_mode mode);

/* A step that is done: `event` is one word for programs ("ingest"), `text` the sentence for people. */
void prt_log(const char *event, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Something that a person should look at; the run goes on. */
void prt_log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* How far a step is, as a bar that redraws itself; only on a terminal. `done` == `total` ends the line. */
void prt_log_progress(const char *step, uint64_t done, uint64_t total);

#endif
