/* The rules at the end of four stages: what is out of stock stays away, what is new is raised, and no category fills
 * a list. */
#ifndef PR_STAGE_RULES_H
#define PR_STAGE_RULES_H

#include "engine.h"

/* Is there at least one at hand? What is not known is taken to be. False with a missing shard (then noted). */
bool pr__in_stock(pr_engine *engine, uint32_t item);
/* Did it arrive in the days before `now` that the settings name? */
bool pr__is_new_arrival(pr_engine *engine, uint32_t item, int64_t now);
/* The item's value that a list holds only so often, or UINT32_MAX: it has none, and no limit. */
uint32_t pr__limited_category(pr_engine *engine, uint32_t item);

/* Choose `wanted` of `count` candidates, whose categories stand in the order in which they are to be shown, so that no
 * category has more than `most` (0: no limit). When that leaves places empty, the limit grows by `most` for everybody,
 * again and again, so that a list is short only where there are no more candidates. Their places, rising, into
 * out[wanted]; returns how many, and *held_back those that were passed over in the first round. `used` has room for
 * `count`. */
uint32_t pr__spread(const uint32_t *categories, uint32_t count, uint32_t most, uint32_t wanted, uint8_t *used,
                    uint32_t *out, uint32_t *held_back);

#endif
