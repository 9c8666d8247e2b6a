/* Any text as a configuration: refused with a sentence, or one whose settings are printed as JSON. */
#include "config.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    prt_config config;
    pr_error error = {0};
    if (prt_config_parse((const char *)data, size, "folder/pocketrec.json", &config, &error) != PR_OK) {
        if (error.message[0] == '\0') {
            abort();
        }
        return 0;
    }
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    pr_buffer buffer = {.arena = &arena};
    pr_writer writer = {.out = &buffer};
    const pr_json *root;
    pr_write_object(&writer);
    pr_write_key(&writer, "settings");
    prt_config_write_settings(&config, &writer);
    pr_write_end_object(&writer);
    if (pr_json_parse(buffer.bytes, buffer.size, NULL, &arena, &root, &error) != PR_OK) {
        abort();
    }
    pr_arena_free(&arena);
    prt_config_free(&config);
    return 0;
}
