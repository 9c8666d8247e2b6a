/* Who asks: the name that a request gives for its user, and the path as the log may show it. */
#ifndef PRT_WHO_H
#define PRT_WHO_H

#include "pocketrec.h"

enum { PRT_MOST_USER = 256 /* bytes */ };

/* Which texts are names: 1 to 50 letters and digits of ASCII, as the routes of a shop take them, or a UUID; or any
 * UTF-8 of 1 to PRT_MOST_USER bytes without control characters, as logs name their users. */
typedef enum prt_name_rule { PRT_PLAIN_NAMES, PRT_ANY_NAMES } prt_name_rule;

/* The user that a request names: the piece `{user_id}` of /api/v1/interactions/interactions/{user_id},
 * /api/v1/recommendations/{user_id} or /api/v1/users/{user_id}/profile, else the query parameter `user_id`, else the
 * member `user_id` of a POST's JSON body; each only where it is a name by the rule. `me` is no name: it means whoever
 * asks, and the literal paths under /api/v1/recommendations/ (homepage, cart …) hold none. `target` is path and query
 * as on the wire; `scratch` is reset. False, and an empty `user`, when nobody is named so. */
bool prt_user_named(const char *method, const char *target, pr_text body, prt_name_rule rule, pr_arena *scratch,
                    char user[PRT_MOST_USER + 1]);

/* The path without its query, with `-` in the place of a user's name; printable ASCII, cut at `size`. */
void prt_path_for_log(const char *target, char *out, size_t size);

#endif
