/* The encoder that scores how well two texts go together. */
#include "fail.h"
#include "item_meaning.h"
#include "progress.h"

#include <sys/stat.h>

static pr_status check(const prt_config *config, const prt_loaded_encoder *loaded, pr_error *error) {
    const pr_encoder_about about = pr_encoder_describe(loaded->encoder);
    const char *path = config->meaning.cross_encoder;
    const uint32_t bits = prt_ship_bits(config->meaning.ship_cross);
    if (about.labels == 0)
        return prt_fail(error, PR_E_FORMAT,
                        "%s: meaning.cross_encoder: %s has no classifier and scores no pairs; name a cross-encoder",
                        config->path, path);
    if (about.labels != 1 || !about.pairs)
        return prt_fail(
            error, PR_E_FORMAT,
            "%s: meaning.cross_encoder: %s gives %u numbers for %s; name one that gives one score of a pair",
            config->path, path, about.labels, about.pairs ? "a pair" : "a single text");
    if (config->meaning.ship_cross != PRT_SHIP_NOTHING && about.bits != bits)
        return prt_fail(error, PR_E_FORMAT,
                        "%s: meaning.ship_cross_encoder: the weights in %s have %u bits; make the file with other "
                        "bits, or name the model's folder",
                        config->path, path, about.bits);
    return PR_OK;
}

pr_status prt_cross_encoder_open(const prt_config *config, prt_loaded_encoder *out, pr_error *error) {
    const char *path = config->meaning.cross_encoder;
    struct stat about;
    *out = (prt_loaded_encoder){0};
    if (!path)
        return PR_OK;
    if (stat(path, &about) != 0) {
        prt_log_warning("%s: there is no cross-encoder at that path, and nothing is reranked with it tonight", path);
        return PR_OK;
    }
    PRT_TRY(prt_loaded_open(path, prt_ship_bits(config->meaning.ship_cross), out, error));
    return check(config, out, error);
}
