/* The private file outputs.profiles: what each user of the log did, as the state that the user's own browser would
 * hold. It never enters a bundle. */
#ifndef PRT_PROFILES_H
#define PRT_PROFILES_H

#include "config.h"

/* Write the file for its owner only, all of it or nothing: a line of JSON for each user whom the log names,
 * {"user_id","state"}, sorted by the bytes of the ids. Nothing without outputs.profiles. PR_E_IO, PR_E_MEMORY,
 * PR_E_LOCKED (another run writes it). */
pr_status prt_profiles_write(const prt_config *config, const prt_dataset *dataset, pr_error *error);

#endif
