/* How a made-up workout reads: title, description, and its JSON object. */
#include "catalogue.h"
#include "draw.h"

#include <stdio.h>
#include <string.h>

/* Beyond the first PRT_NAMES people, first and last names pair anew, a different shift each round. */
void prt_instructor_name(uint32_t instructor, char out[PRT_NAME_SIZE]) {
    uint32_t round = instructor / PRT_NAMES;
    snprintf(out, PRT_NAME_SIZE, "%s %s", prt_first_names[instructor % PRT_NAMES],
             prt_last_names[(instructor + round) % PRT_NAMES]);
}

static const char *first_name(const prt_workout *workout) {
    return prt_first_names[workout->instructor % PRT_NAMES];
}

/* Most titles begin with the length, as in the reference; some end with the instructor or stand alone. */
static void make_title(const prt_workout *workout, char *out, size_t size) {
    const char *style = workout->style->word, *noun = workout->form->noun;
    int used;
    if (workout->pattern < 5)
        used = snprintf(out, size, "%d-Minute %s %s", workout->duration, style, noun);
    else if (workout->pattern == 5)
        used = snprintf(out, size, "%s %s with %s", style, noun, first_name(workout));
    else if (workout->pattern == 6)
        used = snprintf(out, size, "%s %s in %d", style, noun, workout->duration);
    else
        used = snprintf(out, size, "%s %s", style, noun);
    if (workout->part)
        snprintf(out + used, size - (size_t)used, ", Part %d", workout->part);
}

static const char *const level_sentences[PRT_LEVELS][3] = {
    {"Every move is shown slowly, so it suits a first try.", "There is an easier option for everything.",
     "You can pause whenever you like."},
    {"You should know the basic moves already.", "Expect a real challenge with room to breathe.",
     "Options go in both directions."},
    {"Come warmed up and well rested.", "The pace is high and the rests are short.", "Not for your first week."},
};

static bool has_tag(const prt_catalogue *catalogue, const prt_workout *workout, const char *tag) {
    for (uint8_t i = 0; i < workout->tag_count; i++)
        if (strcmp(catalogue->tags[workout->tags[i]], tag) == 0)
            return true;
    return false;
}

static void make_description(const prt_catalogue *catalogue, uint32_t index, char *out, size_t size) {
    const prt_workout *workout = &catalogue->workouts[index];
    const prt_type_words *words = &prt_types[workout->type];
    prt_draw draw = prt_draw_open(catalogue->seed, PRT_DRAW_TITLE, index);
    uint32_t opening = prt_draw_below(&draw, 3);
    const char *gear =
        words->gear[has_tag(catalogue, workout, "no-equipment") ? 0 : 1 + prt_draw_below(&draw, PRT_GEAR - 1)];
    const char *level = level_sentences[workout->level][prt_draw_below(&draw, 3)];
    const char *second = prt_draw_uniform(&draw) < 0.5 ? gear : level;
    if (opening == 0)
        snprintf(out, size, "A %d-minute %s that %s. %s", workout->duration, words->class_word, workout->form->does,
                 second);
    else if (opening == 1)
        snprintf(out, size, "%s leads a %s that %s. %s", first_name(workout), words->class_word, workout->form->does,
                 second);
    else
        snprintf(out, size, "In %d minutes this %s %s. %s", workout->duration, words->class_word, workout->form->does,
                 second);
}

static void put_member(prt_synth_file *out, const char *key, const char *text) {
    prt_put_text(out, "\"");
    prt_put_text(out, key);
    prt_put_text(out, "\": ");
    prt_put_json(out, text);
    prt_put_text(out, ", ");
}

static void put_workout(const prt_catalogue *catalogue, uint32_t index, prt_synth_file *out) {
    const prt_workout *workout = &catalogue->workouts[index];
    char title[160], description[320], name[PRT_NAME_SIZE];
    make_title(workout, title, sizeof title);
    make_description(catalogue, index, description, sizeof description);
    prt_instructor_name(workout->instructor, name);

    prt_put_text(out, "  {\"workout_id\": \"");
    prt_put_integer(out, index + 1);
    prt_put_text(out, "\", ");
    put_member(out, "title", title);
    put_member(out, "instructor", name);
    prt_put_text(out, "\"instructor_id\": \"i");
    prt_put_integer(out, workout->instructor + 1);
    prt_put_text(out, "\", ");
    put_member(out, "workout_type", prt_types[workout->type].name);
    put_member(out, "fitness_level", prt_level_names[workout->level]);
    prt_put_text(out, "\"duration\": ");
    prt_put_integer(out, workout->duration);
    prt_put_text(out, ", \"tags\": [");
    for (uint8_t i = 0; i < workout->tag_count; i++) {
        if (i)
            prt_put_text(out, ", ");
        prt_put_json(out, catalogue->tags[workout->tags[i]]);
    }
    prt_put_text(out, "], ");
    put_member(out, "description", description);
    prt_put_text(out, "\"release_date\": \"");
    prt_put_date(out, workout->release_day);
    prt_put_text(out, "\"}");
}

void prt_catalogue_write(const prt_catalogue *catalogue, prt_synth_file *out) {
    prt_put_text(out, "[\n");
    for (uint32_t i = 0; i < catalogue->workout_count; i++) {
        put_workout(catalogue, i, out);
        prt_put_text(out, i + 1 < catalogue->workout_count ? ",\n" : "\n");
    }
    prt_put_text(out, "]\n");
}
