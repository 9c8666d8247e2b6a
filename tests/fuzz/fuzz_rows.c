/* Any bytes as a file of events: CSV, JSON, JSON lines or SMART (the first byte chooses). Read by one thread and by
 * three, which must count and keep the same rows. */
#include "fuzz_folder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FORMATS = 5 };
static const char *const names[FORMATS] = {"events.csv", "events.json", "events.jsonl", "events.txt", "events.smart"};

#define COLUMNS "\"user\":\"u\",\"item\":\"i\",\"time\":\"t\""
static const char *const columns[FORMATS] = {
    COLUMNS,
    COLUMNS,
    COLUMNS,
    COLUMNS ",\"format\":\"csv\",\"csv\":{\"delimiter\":\";\",\"quote\":\"'\",\"encoding\":\"latin-1\"}",
    "\"user\":\"I\",\"item\":\"M\",\"time\":\"T\",\"format\":\"smart\"",
};

static prt_config configs[FORMATS];

static void set_up(void) {
    static const char items[] = "id,title\na,One\nb,Two\n\"c,c\",Three\n";
    make_folder();
    write_file("items.csv", items, sizeof items - 1);
    for (int i = 0; i < FORMATS; i++) {
        char text[1024];
        snprintf(text, sizeof text,
                 "{\"name\":\"fuzz\",\"items\":{\"files\":\"items.csv\",\"id\":\"id\",\"title\":\"title\"},"
                 "\"events\":[{\"files\":\"%s\",%s,\"type\":{\"from\":\"%s\",\"values\":{\"1\":[\"complete\"],\"0\":["
                 "\"abandon\"]}}}],\"limits\":{\"rejects\":1}}",
                 names[i], columns[i], i == 4 ? "K" : "k");
        make_config(text, &configs[i]);
    }
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
    if (!equal_events(&one, &three)) {
        abort();
    }
    prt_dataset_free(&one);
    prt_dataset_free(&three);
    return 0;
}
