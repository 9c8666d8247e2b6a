/* Reading the tables of the shop's pages. */
#ifndef PR_SHOP_TABLES_H
#define PR_SHOP_TABLES_H

#include "engine.h"

enum { PR_MAX_LINKS = 255 };

typedef struct pr_link {
    uint32_t item;
    double score; /* cosine, in steps of 1/255 */
} pr_link;

/* What an association rule "who has this has that too" is worth (Agrawal et al. 1993; Brin et al. 1997). */
typedef struct pr_rule {
    uint32_t item;
    double support, confidence, lift, leverage, conviction;
} pr_rule;

/* The item of the i-th link's varint; links rise. */
static inline int64_t pr__next_link(int64_t before, uint32_t i, uint32_t code) {
    if (i)
        return before + 1 + code;
    return before + (code & 1 ? -(int64_t)(code >> 1) - 1 : (int64_t)(code >> 1));
}

/* Check a shard's tensor `links` of weighted links and lay a view on it. */
pr_status pr__weighted_links_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file,
                                   pr_links_view *out, pr_error *error);
/* The weighted links of a row, which is about `item`; how many. */
uint32_t pr__read_links(const pr_links_view *links, uint32_t row, uint32_t item, pr_link *out);
/* The item's similar items, by rising number, into out[0 … PR_MAX_LINKS); returns how many. 0 also when a shard is
 * missing (then noted). */
uint32_t pr__similar(pr_engine *engine, uint32_t item, pr_link *out);
/* The same for the rules. */
uint32_t pr__rules(pr_engine *engine, uint32_t item, pr_rule *out);
/* By falling score; equal ones keep their order, which is by rising item. */
void pr__order_links(pr_link *links, uint32_t count);
/* NULL when there are none or the shard is missing (then noted). */
const pr_lists_view *pr__lists(pr_engine *engine);
const pr_trending_view *pr__trending(pr_engine *engine);

#endif
