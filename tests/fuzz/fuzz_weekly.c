/* Any bytes as a weekly log: CSV or JSON lines (the first byte chooses). Whatever is taken must keep the rules. */
#include "fuzz_folder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FORMATS = 2 };
static const char *const names[FORMATS] = {"weekly.csv", "weekly.jsonl"};

static prt_config configs[FORMATS];

static void set_up(void) {
    static const char items[] = "id,title\nT1,One\nT2,Two\n", users[] = "id\nU1\nU2\n";
    make_folder();
    write_file("items.csv", items, sizeof items - 1);
    write_file("users.csv", users, sizeof users - 1);
    for (int i = 0; i < FORMATS; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "{\"name\":\"fuzz\",\"items\":{\"files\":\"items.csv\",\"id\":\"id\",\"title\":\"title\"},\"users\":{"
                 "\"files\":\"users.csv\",\"id\":\"id\"},\"events\":[],\"weekly\":{\"files\":\"%s\"},\"limits\":{"
                 "\"rejects\":1}}",
                 names[i]);
        make_config(text, &configs[i]);
    }
}

static void check_row(const prt_weekly *w, uint64_t i) {
    if (w->user[i] > 1 || w->item[i] > 1 || w->week[i] < 1 || w->week[i] > 1000000 || w->impressions[i] > INT32_MAX ||
        w->clicks[i] > w->impressions[i] || w->views[i] > w->clicks[i] || w->likes[i] > w->views[i] ||
        w->watch[i] > w->views[i] * UINT64_C(1000)) {
        abort();
    }
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
    prt_dataset d = {0};
    pr_error error = {0};
    if (prt_ingest(&configs[format], 2, &d, &error) != PR_OK) {
        if (error.message[0] == '\0') {
            abort();
        }
        return 0;
    }
    /* Two items, two users: all other rows are the log's. */
    if (d.weekly.count + d.rows_rejected + 4 != d.rows_read) {
        abort();
    }
    for (uint64_t i = 0; i < d.weekly.count; i++) {
        check_row(&d.weekly, i);
    }
    prt_dataset_free(&d);
    return 0;
}
