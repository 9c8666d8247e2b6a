/* What a bundle's manifest says about its ranking. */
#ifndef PRT_RANKING_SETTINGS_H
#define PRT_RANKING_SETTINGS_H

#include "models.h"

/* Write the member "ranking" of the settings (docs/bundle-format.md). `created` is the manifest's time: the week after
 * the log's last begins on its week's Monday when the configuration does not say when week 1 began. */
void prt_ranking_write_settings(const prt_config *config, const prt_history *history, prt_model_kind model,
                                int64_t created, pr_writer *w);

#endif
