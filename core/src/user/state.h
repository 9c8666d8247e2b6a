/* The visitor's state: a profile and the latest events. It never leaves the device unless the visitor exports it.
 *
 * {"version":1,"profile":{…},"events":[{"type":"like","item":"357","time":1763690400},…]}, oldest event first; events
 * of purchases may have "quantity" and "price"; with ranking there are also "goal" and "weekly" (weekly.h). With four
 * stages events may have the "request", "position" and "context" of the list that they began in, and there is "shown"
 * (shown.h). The host stores it as opaque bytes; because it comes from outside, it is checked like any input.
 */
#ifndef PR_STATE_H
#define PR_STATE_H

#include "profile.h"
#include "shown.h"
#include "weekly.h"

enum { PR_MAX_EVENTS = 2000, PR_MAX_STATE = 1 << 20, PR_MAX_QUERY = 255 /* characters */ };

typedef enum pr_event_type {
    PR_EVENT_START,
    PR_EVENT_COMPLETE,
    PR_EVENT_ABANDON,
    PR_EVENT_LIKE,
    PR_EVENT_DISLIKE,
    PR_EVENT_CLICK, /* this and what follows: in shops */
    PR_EVENT_CART,
    PR_EVENT_PURCHASE,
    PR_EVENT_SEARCH,
    PR_EVENT_RETURN,      /* of something bought */
    PR_EVENT_CART_REMOVE, /* this and what follows: with four stages */
    PR_EVENT_RECOMMENDATION_CLICK,
    PR_EVENT_TYPES
} pr_event_type;

typedef struct pr_event {
    pr_event_type type;
    pr_text item; /* of a search: what was searched for */
    int64_t time;
    double quantity, price; /* of one unit; 0 when not given: one unit, of a price that is not known */
    pr_text request;        /* of the list of recommendations that it began in; empty: none */
    uint32_t position;      /* there, from 1; 0: not known */
    pr_context context;
} pr_event;

typedef struct pr_state {
    pr_profile profile;
    uint32_t event_count;
    pr_event *events; /* room for PR_MAX_EVENTS more */
    pr_text goal;     /* what the visitor wants; empty: not said */
    pr_own_weeks weekly;
    pr_shown_lists shown;
} pr_state;

extern const char *const pr__event_names[PR_EVENT_TYPES];

/* The type with that name, or PR_EVENT_TYPES. */
pr_event_type pr__event_type(const pr_json *name);
/* May events of that type say how many units and at what price? */
bool pr__has_amounts(pr_event_type type);
/* The optional amounts of an event; false when one is not what it should be (then *field says which). */
bool pr__amounts_read(const pr_json *given, pr_event *out, const char **field);
/* The optional request, position and context of an event; the same. */
bool pr__origin_read(const pr_json *given, pr_event *out, const char **field);
/* Put events behind the others, dropping the oldest beyond the limit. */
pr_status pr__state_append(pr_state *state, const pr_event *events, uint32_t count, pr_arena *arena, pr_error *error);
/* Parse and check; empty bytes are a new visitor. */
pr_status pr__state_read(const pr_settings *settings, pr_text bytes, pr_arena *arena, pr_state *out, pr_error *error);
void pr__state_write(const pr_settings *settings, const pr_state *state, pr_writer *w);

/* What the events say about one item: the last like or dislike counts. */
typedef struct pr_own_item {
    uint32_t item;
    bool seen, liked, disliked;
    pr_text id;
} pr_own_item;

typedef struct pr_own {
    uint32_t count;
    pr_own_item *items; /* by rising item */
} pr_own;

/* Sum up the events by item; items that the bundle does not hold are left out. Missing shards are noted. */
pr_status pr__own_read(pr_engine *engine, const pr_state *state, pr_own *out, pr_error *error);
const pr_own_item *pr__own_find(const pr_own *own, uint32_t item);

#endif
