/* `pocketrec encoder`: the folder of a BERT model as one file that the trainer and the browser read. */
#include "cli.h"
#include "encode.h"
#include "fail.h"
#include "progress.h"
#include "textfile.h"

static pr_status run(const char *folder, const char *out, uint32_t bits, pr_arena *arena, pr_error *error) {
    pr_buffer bytes;
    pr_encoder *encoder;
    PRT_TRY(prt_encoder_make(folder, bits, arena, &bytes, error));
    PRT_TRY(pr_encoder_open(bytes.bytes, bytes.size, NULL, &encoder, error)); /* what is written can be read */
    const pr_encoder_about about = pr_encoder_describe(encoder);
    pr_encoder_close(encoder);
    PRT_TRY(prt_text_replace(out, bytes.bytes, bytes.size, error));
    prt_log("encoder", "%s: %zu bytes, %u layers of %u numbers, %u tokens, texts of at most %u tokens, %s", out,
            bytes.size, about.layers, about.dims, about.vocabulary, about.tokens,
            about.labels ? "scores pairs" : "embeds texts");
    return PR_OK;
}

int prt_cmd_encoder(int argc, char **argv) {
    const char *out = NULL, *folder;
    int64_t bits = 8;
    const prt_option options[] = {
        {"--out", PRT_OPTION_TEXT, &out, "FILE", "file to write (needed)", 0, 0},
        {"--bits", PRT_OPTION_INTEGER, &bits, "N", "of a weight: 32, 8 or 4 (8)", 4, 32},
    };
    const prt_usage usage = {
        "encoder",
        "DIR --out FILE [options]",
        "Make an encoder file from the folder of a BERT model as Hugging Face stores it: config.json,\n"
        "model.safetensors, and tokenizer.json or vocab.txt.",
        options,
        PRT_COUNT(options),
        1,
        1};
    const int code = prt_cli_parse(&usage, argc, argv, &folder, NULL);
    if (code != PRT_CLI_GO_ON)
        return code;
    if (!out)
        return prt_cli_wrong("encoder", "--out is missing: say where the encoder shall go", NULL);
    if (bits != 4 && bits != 8 && bits != 32)
        return prt_cli_wrong("encoder", "--bits knows 4, 8 and 32", NULL);
    pr_arena arena;
    pr_error error = {0};
    pr_arena_init(&arena, NULL, 0);
    const pr_status status = run(folder, out, (uint32_t)bits, &arena, &error);
    pr_arena_free(&arena);
    return status == PR_OK ? PRT_EXIT_DONE : prt_cli_fail(&error);
}
