/* Ids that a configuration says are no items: postage, fees, vouchers. */
#ifndef PRT_EXCLUDE_H
#define PRT_EXCLUDE_H

#include "row_source.h"

/* Is the id one of items.exclude, or does it begin as one that ends with * ? Excluded ids are in no table, so only what
 * is not found there needs to be asked about. */
bool prt_excludes(const prt_name_list *exclude, const prt_field *id);

#endif
