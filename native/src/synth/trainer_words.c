/* The words that a believable list of trainers is made of. */
#include "trainer_words.h"

const prt_goal_words prt_goals[PRT_GOALS] = {
    {"weight loss", 0.24, {"Weight loss", "Weight-loss coaching", "Fat loss", "Weight management", "Slimming"}},
    {"muscle gain", 0.18, {"Muscle gain", "Muscle building", "Hypertrophy", "Lean muscle gain", "Bodybuilding"}},
    {"flexibility", 0.13, {"Flexibility", "Flexibility training", "Mobility", "Stretching", "Mobility work"}},
    {"rehab", 0.13, {"Rehab", "Rehabilitation", "Injury rehab", "Physiotherapy", "Injury recovery"}},
    {"endurance", 0.11, {"Endurance", "Endurance running", "Stamina", "Marathon training", "Endurance sports"}},
    {"stress relief", 0.09, {"Stress relief", "Stress management", "Mindfulness", "Relaxation", "Stress-relief"}},
    {"back pain", 0.08, {"Back pain", "Back-pain relief", "Back care", "Spine care", "Chronic back pain"}},
    {"prenatal fitness",
     0.04,
     {"Prenatal fitness", "Pregnancy fitness", "Prenatal exercise", "Postnatal fitness", "Prenatal fitness classes"}},
};

const char *const prt_sidelines[PRT_SIDELINES] = {"Yoga",   "Pilates",        "Nutrition",     "HIIT",
                                                  "Boxing", "Sports massage", "Senior health", "Functional training"};

const char *const prt_cities[PRT_CITIES] = {"Auckland", "Berlin",  "Lagos", "Lisbon",    "London",    "Mexico City",
                                            "Mumbai",   "Nairobi", "Osaka", "São Paulo", "Singapore", "Toronto"};

const char *const prt_manners[PRT_MANNERS] = {
    "Plans are written down, progress is measured.",  "Sessions are calm, and no question is too small.",
    "Expect hard work, loud music and a good laugh.", "Every exercise comes with an easier and a harder version.",
    "Homework takes ten minutes a day, not more.",    "Works with your doctor when that helps.",
    "Films each set, so that you see what changes.",  "Evening and weekend hours for people with full weeks.",
};

const char *const prt_separators[PRT_SEPARATORS] = {", ", "; ", " / ", " & "};

const char prt_trainer_synonyms[] =
    "[\n"
    "        [\"weight loss\", \"fat loss\", \"weight management\", \"slimming\"],\n"
    "        [\"muscle gain\", \"muscle building\", \"hypertrophy\", \"bodybuilding\"],\n"
    "        [\"flexibility\", \"mobility\", \"stretching\"],\n"
    "        [\"rehab\", \"rehabilitation\", \"physiotherapy\", \"injury recovery\"],\n"
    "        [\"endurance\", \"stamina\", \"marathon training\"],\n"
    "        [\"stress relief\", \"stress management\", \"mindfulness\", \"relaxation\"],\n"
    "        [\"back pain\", \"back care\", \"spine care\"],\n"
    "        [\"prenatal fitness\", \"pregnancy fitness\", \"prenatal exercise\", \"postnatal fitness\"]\n"
    "      ]";
