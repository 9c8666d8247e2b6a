/* The pocketrec.json that lies beside the made-up weekly log. */
#include "trainer_world.h"

static const char BEFORE_START[] =
    "{\n"
    "  \"name\": \"trainers\",\n"
    "  \"items\": {\n"
    "    \"files\": \"Trainers.xlsx\",\n"
    "    \"id\": \"trainer_id\",\n"
    "    \"title\": \"name\",\n"
    "    \"text\": \"bio\",\n"
    "    \"columns\": {\n"
    "      \"specialities\": {\"type\": \"list\", \"separators\": \",;/&\"},\n"
    "      \"years_experience\": {\"type\": \"integer\", \"minimum\": 0, \"maximum\": 80},\n"
    "      \"price\": {\"type\": \"real\", \"minimum\": 0},\n"
    "      \"rating\": {\"type\": \"real\", \"minimum\": 0, \"maximum\": 5},\n"
    "      \"city\": {\"type\": \"category\"}\n"
    "    }\n"
    "  },\n"
    "  \"users\": {\n"
    "    \"files\": \"users.csv\",\n"
    "    \"id\": \"user_id\",\n"
    "    \"columns\": {\n"
    "      \"goal\": {\"type\": \"category\"},\n"
    "      \"age\": {\"type\": \"integer\", \"minimum\": 0, \"maximum\": 130},\n"
    "      \"level\": {\"type\": \"category\"},\n"
    "      \"city\": {\"type\": \"category\"}\n"
    "    }\n"
    "  },\n"
    "  \"events\": [],\n"
    "  \"weekly\": {\n"
    "    \"files\": \"all_weeks_interactions.csv\",\n"
    "    \"user\": \"user_id\", \"item\": \"trainer_id\", \"week\": \"week\",\n"
    "    \"impressions\": \"impressions\", \"clicks\": \"clicks\", \"views\": \"video_views\", \"likes\": \"likes\",\n"
    "    \"watch\": \"avg_watch_time\",\n"
    "    \"start\": \"";

static const char AFTER_START[] = "\"\n"
                                  "  },\n"
                                  "  \"ranking\": {\n"
                                  "    \"goal\": {\n"
                                  "      \"user\": \"goal\", \"item\": \"specialities\",\n"
                                  "      \"synonyms\": ";

static const char AFTER_SYNONYMS[] = "\n"
                                     "    },\n"
                                     "    \"decay\": 0.8,\n"
                                     "    \"smoothing\": {\"ctr\": 20, \"view_rate\": 10, \"like_rate\": 10},\n"
                                     "    \"columns\": [\"years_experience\", \"price\", \"rating\"],\n"
                                     "    \"model\": \"auto\", \"label\": \"clicks\", \"label_weeks\": 3,\n"
                                     "    \"trees\": {\"count\": 300, \"depth\": 3, \"learning_rate\": 0.05},\n"
                                     "    \"topk\": 5, \"min_candidates\": 30, \"explore\": 0,\n"
                                     "    \"exploration_log\": \"exploration.jsonl\"\n"
                                     "  },\n"
                                     "  \"limits\": {\"min_users\": 5, \"rejects\": 0.05},\n"
                                     "  \"outputs\": {\"rejects\": \"rejects.csv\"}\n"
                                     "}\n";

void prt_trainer_write_config(const prt_trainer_world *w, prt_synth_file *out) {
    prt_put_text(out, BEFORE_START);
    /* The week after the log begins on the day after the last one. */
    prt_put_date(out, w->options->last_day + (int64_t)1 - 7 * (int64_t)w->weeks);
    prt_put_text(out, AFTER_START);
    prt_put_text(out, prt_trainer_synonyms);
    prt_put_text(out, AFTER_SYNONYMS);
}
