/* Vectors of the items' texts, those that an earlier night has made from its file. */
#include "encode.h"
#include "fail.h"
#include "item_meaning.h"
#include "progress.h"

pr_status prt_embed(const prt_loaded_encoder *loaded, const pr_text *texts, uint32_t count, const char *path,
                    int threads, float *out, pr_error *error) {
    prt_embedding_cache *cache;
    size_t encoded;
    if (!path)
        return prt_encode_texts(loaded->encoder, texts, NULL, count, threads, out, error);
    const uint32_t dims = pr_encoder_describe(loaded->encoder).dims;
    PRT_TRY(prt_embedding_cache_open(path, loaded->sha256, dims, &cache, error));
    const pr_status status = prt_encode_cached(loaded->encoder, cache, texts, count, threads, out, &encoded, error);
    prt_embedding_cache_close(cache);
    if (status == PR_OK)
        prt_log("encode", "encoded %zu texts of the items; the others of %u are known from %s", encoded, count, path);
    return status;
}
