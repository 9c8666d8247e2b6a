/* The made-up platform as `synth trainers` keeps it in memory: the trainers; clients are made when they are needed. */
#ifndef PRT_SYNTH_TRAINER_WORLD_H
#define PRT_SYNTH_TRAINER_WORLD_H

#include "synth.h"
#include "synth_file.h"
#include "trainer_truth.h"

typedef struct prt_trainer_world {
    const prt_trainer_options *options;
    uint32_t trainers, weeks;
    prt_trainer *trainer;
    double *shown;       /* (PRT_GOALS + 1) x trainers: running sums of the chance to be shown, by the client's goal */
    uint64_t *clicks;    /* weeks x trainers: clicks in the log */
    double *popularity;  /* of each trainer: clicks of all weeks, each week counting 0.8 of the one after it */
    uint32_t *by_clicks; /* trainers by falling popularity, ties by number */
} prt_trainer_world;

/* PR_E_MEMORY; prt_trainer_world_free in any case. */
pr_status prt_trainer_world_make(prt_trainer_world *world, const prt_trainer_options *options, pr_error *error);
void prt_trainer_world_free(prt_trainer_world *world);

/* users.csv. */
void prt_trainer_write_users(const prt_trainer_world *world, prt_synth_file *out);
/* all_weeks_interactions.csv; fills world->clicks and what follows from it. PR_E_MEMORY. */
pr_status prt_trainer_write_log(prt_trainer_world *world, prt_synth_file *out, pr_error *error);
/* exploration.jsonl: needs the clicks of the log. PR_E_MEMORY. */
pr_status prt_trainer_write_exploration(const prt_trainer_world *world, prt_synth_file *out, pr_error *error);
/* truth/clicks.csv, truth/trainers.csv and truth/README.md. */
void prt_trainer_write_clicks(const prt_trainer_world *world, prt_synth_file *out);
void prt_trainer_write_trainers(const prt_trainer_world *world, prt_synth_file *out);
void prt_trainer_write_readme(prt_synth_file *out);
/* Trainers.xlsx, through DuckDB. PR_E_IO when there is none. */
pr_status prt_trainer_write_sheet(const prt_trainer_world *world, const char *path, pr_error *error);
/* pocketrec.json. */
void prt_trainer_write_config(const prt_trainer_world *world, prt_synth_file *out);

/* "U1,", "T1": ids as the files have them. */
void prt_put_client_id(prt_synth_file *out, uint64_t client);
void prt_put_trainer_id(prt_synth_file *out, uint32_t trainer);

#endif
