/* The made-up people: age, level, preferred types, activity, mood. */
#include "people.h"

static const double age_shares[PRT_AGES] = {0.17, 0.24, 0.21, 0.16, 0.12, 0.10};

/* Advanced people are rare among the oldest. */
static const double level_shares[PRT_AGES][PRT_LEVELS] = {
    {0.38, 0.38, 0.24}, {0.36, 0.40, 0.24}, {0.40, 0.39, 0.21},
    {0.44, 0.38, 0.18}, {0.48, 0.36, 0.16}, {0.50, 0.32, 0.18},
};

/* What each age likes to do, in the order of the vocabulary: yoga cycling cardio walking boxing strength pilates hiit.
 */
static const double type_shares[PRT_AGES][PRT_TYPES] = {
    {1.0, 0.8, 1.0, 0.4, 1.2, 1.3, 0.7, 1.5}, {1.2, 1.0, 1.0, 0.5, 1.0, 1.2, 0.9, 1.3},
    {1.2, 1.1, 1.0, 0.7, 0.8, 1.1, 1.0, 1.0}, {1.2, 1.1, 0.9, 1.0, 0.6, 1.0, 1.1, 0.7},
    {1.2, 0.9, 0.8, 1.3, 0.6, 0.8, 1.1, 0.6}, {1.2, 0.8, 0.8, 1.4, 0.6, 0.7, 1.0, 0.6},
};

static const double preferred_shares[] = {0.33, 0.34, 0.22, 0.11};

prt_person prt_person_make(uint64_t seed, uint64_t index) {
    prt_draw draw = prt_draw_open(seed, PRT_DRAW_USER, index);
    prt_person person = {0};
    person.age = (uint8_t)prt_draw_share(&draw, age_shares, PRT_AGES);
    person.level = (uint8_t)prt_draw_share(&draw, level_shares[person.age], PRT_LEVELS);
    person.activity = 20 + (uint32_t)(100.0 * pr_exp(0.8 * prt_draw_normal(&draw)));
    person.mood = PRT_MOOD * prt_draw_normal(&draw);

    double left[PRT_TYPES];
    for (uint32_t type = 0; type < PRT_TYPES; type++)
        left[type] = type_shares[person.age][type];
    person.preferred_count = (uint8_t)(1 + prt_draw_share(&draw, preferred_shares, 4));
    for (uint8_t i = 0; i < person.preferred_count; i++) {
        uint32_t type = prt_draw_share(&draw, left, PRT_TYPES);
        person.preferred[i] = (uint8_t)type;
        left[type] = 0;
    }
    return person;
}

void prt_person_write(const prt_person *person, uint64_t index, prt_synth_file *out) {
    const char *quote = person->preferred_count > 1 ? "\"" : "";
    prt_put_integer(out, index + 1);
    prt_put_char(out, ',');
    prt_put_text(out, prt_age_names[person->age]);
    prt_put_char(out, ',');
    prt_put_text(out, prt_level_names[person->level]);
    prt_put_char(out, ',');
    prt_put_text(out, quote);
    for (uint8_t i = 0; i < person->preferred_count; i++) {
        if (i)
            prt_put_char(out, ',');
        prt_put_text(out, prt_types[person->preferred[i]].name);
    }
    prt_put_text(out, quote);
    prt_put_char(out, '\n');
}
