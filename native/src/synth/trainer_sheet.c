/* Trainers.xlsx: the rows go into a table in DuckDB's memory, and from there into the sheet. */
#include "duck_session.h"
#include "fail.h"
#include "synth_words.h"
#include "trainer_world.h"

#include <stdio.h>
#include <string.h>

enum { ROWS_A_STATEMENT = 500 };

static const char CREATE[] = "CREATE TABLE trainers (trainer_id VARCHAR, name VARCHAR, specialities VARCHAR, "
                             "years_experience INTEGER, price DOUBLE, rating DOUBLE, city VARCHAR, bio VARCHAR)";

/* One of the ways in which people write the same. */
static void spell(pr_buffer *out, const char *text, prt_draw *draw) {
    bool lower = prt_draw_uniform(draw) < 0.25;
    for (const char *c = text; *c; c++) {
        char letter = lower && *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
        pr_buffer_append(out, &letter, 1);
    }
}

static void separate(pr_buffer *out, prt_draw *draw) {
    static const double shares[PRT_SEPARATORS] = {0.6, 0.15, 0.1, 0.15};
    if (out->size)
        prt_duck_add(out, prt_separators[prt_draw_share(draw, shares, PRT_SEPARATORS)]);
}

/* "Weight loss, Rehab & Yoga": what the trainer is there for, and often something that is nobody's goal. */
static void write_specialities(const prt_trainer *trainer, prt_draw *draw, pr_buffer *out) {
    for (uint32_t g = 0; g < PRT_GOALS; g++) {
        if (!(trainer->goals >> g & 1))
            continue;
        separate(out, draw);
        /* The plain word is the commonest spelling. */
        uint32_t spelling = prt_draw_uniform(draw) < 0.45 ? 0 : prt_draw_below(draw, PRT_SPELLINGS);
        spell(out, prt_goals[g].spellings[spelling], draw);
    }
    if (prt_draw_uniform(draw) < 0.5) {
        separate(out, draw);
        spell(out, prt_sidelines[prt_draw_below(draw, PRT_SIDELINES)], draw);
    }
}

static void write_bio(const prt_trainer *trainer, const char *first, prt_draw *draw, pr_buffer *out) {
    char text[256];
    uint32_t goal = 0;
    while (goal + 1 < PRT_GOALS && !(trainer->goals >> goal & 1))
        goal++;
    snprintf(text, sizeof text, "%s has helped people in %s with %s for %u year%s. %s", first,
             prt_cities[trainer->city], prt_goals[goal].name, trainer->years, trainer->years == 1 ? "" : "s",
             prt_manners[prt_draw_below(draw, PRT_MANNERS)]);
    prt_duck_add(out, text);
}

static pr_status add_row(prt_duck_session *s, const prt_trainer_world *w, uint32_t t, pr_buffer *sql) {
    const prt_trainer *trainer = &w->trainer[t];
    prt_draw draw = prt_draw_open(w->options->seed, PRT_DRAW_SHEET, t);
    pr_buffer specialities = {.arena = &s->sql}, bio = {.arena = &s->sql};
    const char *first = prt_first_names[trainer->name % PRT_NAMES], *text;
    char number[64];
    snprintf(number, sizeof number, "%s('T%u', ", t % ROWS_A_STATEMENT ? ", " : "", t + 1);
    prt_duck_add(sql, number);
    char name[64];
    snprintf(name, sizeof name, "%s %s", first, prt_last_names[trainer->name / PRT_NAMES % PRT_NAMES]);
    prt_duck_add_quoted(sql, '\'', name);
    write_specialities(trainer, &draw, &specialities);
    PRT_TRY(prt_duck_finish(s, &specialities, &text));
    prt_duck_add(sql, ", ");
    prt_duck_add_quoted(sql, '\'', text);
    snprintf(number, sizeof number, ", %u, %.1f, %.1f, ", trainer->years, trainer->price, trainer->rating);
    prt_duck_add(sql, number);
    prt_duck_add_quoted(sql, '\'', prt_cities[trainer->city]);
    write_bio(trainer, first, &draw, &bio);
    PRT_TRY(prt_duck_finish(s, &bio, &text));
    prt_duck_add(sql, ", ");
    prt_duck_add_quoted(sql, '\'', text);
    prt_duck_add(sql, ")");
    return PR_OK;
}

static pr_status fill_table(prt_duck_session *s, const prt_trainer_world *w) {
    const char *text;
    PRT_TRY(prt_duck_run(s, CREATE));
    for (uint32_t t = 0; t < w->trainers;) {
        pr_buffer sql = {.arena = &s->sql};
        prt_duck_add(&sql, "INSERT INTO trainers VALUES ");
        do
            PRT_TRY(add_row(s, w, t++, &sql));
        while (t < w->trainers && t % ROWS_A_STATEMENT);
        PRT_TRY(prt_duck_finish(s, &sql, &text));
        PRT_TRY(prt_duck_run(s, text));
        pr_arena_reset(&s->sql);
    }
    return PR_OK;
}

static pr_status copy_table(prt_duck_session *s, const char *path) {
    pr_buffer sql = {.arena = &s->sql};
    const char *text;
    PRT_TRY(prt_duck_extension(s, "excel"));
    prt_duck_add(&sql, "COPY trainers TO ");
    prt_duck_add_quoted(&sql, '\'', path);
    prt_duck_add(&sql, " (FORMAT xlsx, HEADER true, SHEET 'Trainers')");
    PRT_TRY(prt_duck_finish(s, &sql, &text));
    return prt_duck_run(s, text);
}

/* One thread: the rows in their order. */
pr_status prt_trainer_write_sheet(const prt_trainer_world *w, const char *path, pr_error *error) {
    prt_duck_session s = {.path = "Trainers.xlsx", .failed = "cannot be written", .error = error};
    pr_status status = prt_duck_open(&s, 1);
    if (status == PR_OK)
        status = fill_table(&s, w);
    if (status == PR_OK)
        status = copy_table(&s, path);
    prt_duck_close(&s);
    return status;
}
