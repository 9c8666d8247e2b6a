/* Lines of the night's two files. */
#ifndef PRT_MAIL_LINE_H
#define PRT_MAIL_LINE_H

#include "mail_picks.h"

/* Append a mail as a line of JSON; docs/campaigns.md says what its members mean. */
void prt_mail_line(const prt_night *night, uint32_t user, prt_campaign_kind kind, const prt_reason *reasons,
                   uint32_t reason_count, const prt_mail_picks *picks, pr_buffer *out);
/* Append the user's carts that were left behind in the days that count, one line each; returns how many. */
uint32_t prt_cart_lines(const prt_night *night, uint32_t user, const prt_trail *trail, pr_buffer *out);

#endif
