/* Any bytes as a weekly log: CSV or JSON lines (the first byte chooses). Whatever is taken must keep the rules. */
#include "ingest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FORMATS = 2 };
static const char *const names[FORMATS] = {"weekly.csv", "weekly.jsonl"};

static char folder[] = "/tmp/fuzz_weekly.XXXXXX";
static prt_config configs[FORMATS];

static void write_file(const char *name, const void *bytes, size_t size) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) {
        abort();
    }
}

static void clean_up(void) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    if (system(command) != 0) {
        perror(folder);
    }
}

static void set_up(void) {
    static const char items[] = "id,title\nT1,One\nT2,Two\n", users[] = "id\nU1\nU2\n";
    if (!mkdtemp(folder)) {
        abort();
    }
    atexit(clean_up);
    write_file("items.csv", items, sizeof items - 1);
    write_file("users.csv", users, sizeof users - 1);
    for (int i = 0; i < FORMATS; i++) {
        char text[512], path[128];
        pr_error error = {0};
        snprintf(text, sizeof text,
                 "{\"name\":\"fuzz\",\"items\":{\"files\":\"items.csv\",\"id\":\"id\",\"title\":\"title\"},\"users\":{"
                 "\"files\":\"users.csv\",\"id\":\"id\"},\"events\":[],\"weekly\":{\"files\":\"%s\"},\"limits\":{"
                 "\"rejects\":1}}",
                 names[i]);
        snprintf(path, sizeof path, "%s/pocketrec.json", folder);
        if (prt_config_parse(text, strlen(text), path, &configs[i], &error) != PR_OK) {
            fprintf(stderr, "%s\n", error.message);
            abort();
        }
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
