/* Finding the files of a source and reading them one after the other. */
#ifndef PRT_SOURCES_H
#define PRT_SOURCES_H

#include "row_source.h"

/* Read all files of a source, in the order of the configuration and of their names. `limit`: the share of wrong rows
 * above which reading fails. */
pr_status prt_source_read(prt_reading *reading, double limit);

#endif
