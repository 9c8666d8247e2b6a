/* The words that a believable list of trainers is made of. */
#ifndef PRT_SYNTH_TRAINER_WORDS_H
#define PRT_SYNTH_TRAINER_WORDS_H

enum { PRT_GOALS = 8, PRT_SPELLINGS = 5, PRT_SIDELINES = 8, PRT_CITIES = 12, PRT_MANNERS = 8, PRT_SEPARATORS = 4 };

/* What users look for, and how trainers write that they offer it. */
typedef struct prt_goal_words {
    const char *name;
    double share; /* of the users */
    const char *spellings[PRT_SPELLINGS];
} prt_goal_words;

extern const prt_goal_words prt_goals[PRT_GOALS];
extern const char *const prt_sidelines[PRT_SIDELINES]; /* specialities that are nobody's goal */
extern const char *const prt_cities[PRT_CITIES];
extern const char *const prt_manners[PRT_MANNERS];       /* how a trainer works: a sentence */
extern const char *const prt_separators[PRT_SEPARATORS]; /* between specialities */
/* "synonyms" of the configuration: with them, a goal meets every spelling of its own and of no other. */
extern const char prt_trainer_synonyms[];

#endif
