/* Any bytes as a file of events: CSV, JSON, JSON lines, SMART, a log of purchases that is its own catalogue, or lists
 * (the first byte chooses). Read by one thread and by three, which must count and keep the same rows. */
#include "fuzz_folder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PURCHASES = 5, LISTS, FORMATS };
static const char *const names[FORMATS] = {"events.csv",   "events.json",   "events.jsonl", "events.txt",
                                           "events.smart", "purchases.csv", "events.lists"};

#define COLUMNS "\"user\":\"u\",\"item\":\"i\",\"time\":\"t\""
static const char *const columns[PURCHASES] = {
    COLUMNS,
    COLUMNS,
    COLUMNS,
    COLUMNS ",\"format\":\"csv\",\"csv\":{\"delimiter\":\";\",\"quote\":\"'\",\"encoding\":\"latin-1\"}",
    "\"user\":\"I\",\"item\":\"M\",\"time\":\"T\",\"format\":\"smart\"",
};

#define REST ",\"limits\":{\"rejects\":1}}"
static const char purchases[] =
    "{\"name\":\"fuzz\",\"items\":{\"files\":\"purchases.csv\",\"id\":\"i\",\"title\":\"name\",\"duplicates\":"
    "\"common\","
    "\"exclude\":[\"POST\",\"gift*\"],\"columns\":{\"p\":{\"type\":\"real\",\"minimum\":0,\"invalid\":\"missing\"}}},"
    "\"events\":[{\"files\":\"purchases.csv\",\"user\":\"u\",\"item\":\"i\",\"time\":\"t\",\"session\":\"s\","
    "\"quantity\":\"n\","
    "\"price\":{\"from\":\"p\",\"number\":\"money\"},\"returns\":{\"column\":\"s\",\"prefix\":\"C\"},"
    "\"missing_user\":\"session\",\"type\":\"purchase\"}]" REST;
static const char lists[] =
    "{\"name\":\"fuzz\",\"items\":{\"from\":\"events\",\"exclude\":[\"9*\"]},\"events\":[{\"files\":"
    "\"events.lists\",\"format\":\"lists\",\"type\":\"purchase\"}]" REST;

static prt_config configs[FORMATS];

static void set_up(void) {
    static const char items[] = "id,title\na,One\nb,Two\n\"c,c\",Three\n";
    make_folder();
    write_file("items.csv", items, sizeof items - 1);
    make_config(purchases, &configs[PURCHASES]);
    make_config(lists, &configs[LISTS]);
    configs[PURCHASES].now = 1763600000;
    for (int i = 0; i < PURCHASES; i++) {
        char text[1024];
        snprintf(text, sizeof text,
                 "{\"name\":\"fuzz\",\"items\":{\"files\":\"items.csv\",\"id\":\"id\",\"title\":\"title\"},"
                 "\"events\":[{\"files\":\"%s\",%s,\"type\":{\"from\":\"%s\",\"values\":{\"1\":[\"complete\"],\"0\":["
                 "\"abandon\"]}}}]" REST,
                 names[i], columns[i], i == 4 ? "K" : "k");
        make_config(text, &configs[i]);
    }
}

/* Quantities are above 0 and bounded, prices above 0 or unknown, and the same both times. */
static bool equal_amounts(const prt_events *a, const prt_events *b) {
    size_t n = a->quantity && a->price ? (size_t)a->count : 0;
    for (size_t e = 0; e < n; e++) {
        if (!(a->quantity[e] > 0 && a->quantity[e] <= 1e6f) || a->price[e] <= 0 || a->price[e] > 1e9f) {
            return false;
        }
    }
    return n == 0 || (memcmp(a->quantity, b->quantity, n * 4) == 0 && memcmp(a->price, b->price, n * 4) == 0);
}

static bool equal_events(const prt_dataset *a, const prt_dataset *b) {
    size_t n = (size_t)a->events.count;
    return a->rows_read == b->rows_read && a->rows_rejected == b->rows_rejected && a->events.count == b->events.count &&
           a->users.count == b->users.count &&
           (n == 0 ||
            (memcmp(a->events.item, b->events.item, n * 4) == 0 && memcmp(a->events.user, b->events.user, n * 4) == 0 &&
             memcmp(a->events.types, b->events.types, n * 2) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (!configs[0].name) {
        set_up();
    }
    if (size == 0) {
        return 0;
    }
    int format = data[0] % FORMATS;
    write_file(names[format], data + 1, size - 1);
    prt_dataset one = {0}, three = {0};
    pr_error error = {0}, other = {0};
    pr_status status = prt_ingest(&configs[format], 1, &one, &error);
    if (prt_ingest(&configs[format], 3, &three, &other) != status || strcmp(error.message, other.message) != 0) {
        abort();
    }
    if (status != PR_OK) {
        if (error.message[0] == '\0') {
            abort();
        }
        return 0;
    }
    if (!equal_events(&one, &three) || !equal_amounts(&one.events, &three.events) ||
        one.items.count != three.items.count || one.excluded != three.excluded || one.returns != three.returns) {
        abort();
    }
    prt_dataset_free(&one);
    prt_dataset_free(&three);
    return 0;
}
