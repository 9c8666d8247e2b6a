/* The ranking model as one shard of `trees` or `linear`: its bytes are the shard's. */
#include "pack.h"

pr_status prt_pack_model(const prt_pack *pack, prt_packed *out, pr_error *error) {
    const prt_ranker *ranker = pack->ranker;
    if (!ranker)
        return PR_OK;
    return prt_pack_bytes(ranker->table, ranker->rows, (pr_text){ranker->bytes, ranker->size}, out, error);
}
