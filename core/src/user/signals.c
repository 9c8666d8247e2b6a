/* How much events say about taste: returns are settled, then each event weighs by its type, what was paid for it and
 * how many were taken, and fades with age. */
#include "base.h"

#include <math.h>

#define SECONDS_A_DAY 86400.0
#define LOG_2         0.69314718055994530942

/* Take the units of a return from the purchases before `end`, the latest first. */
static void take_back(pr_signal_event *events, uint32_t end, float units) {
    while (end-- && units > 0) {
        if (events[end].kind != PR_SIGNAL_PURCHASE)
            continue;
        float taken = events[end].units < units ? events[end].units : units;
        events[end].units -= taken;
        units -= taken;
    }
}

uint32_t pr_signals_settle(pr_signal_event *events, uint32_t count) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (events[i].kind == PR_SIGNAL_RETURN)
            take_back(events, i, events[i].units);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (events[i].kind != PR_SIGNAL_RETURN && events[i].units > 0)
            events[kept++] = events[i];
    }
    return kept;
}

static double ratio(double value, double usual, double cap) {
    double quotient = value > 0 && usual > 0 ? value / usual : 1;
    return quotient < cap ? quotient : cap;
}

static double faded(const pr_signals *signals, int64_t time, int64_t now) {
    if (signals->half_life <= 0 || time == INT64_MIN || time >= now)
        return 1;
    double days = ((double)now - (double)time) / SECONDS_A_DAY;
    return pr_exp(-LOG_2 * days / signals->half_life);
}

double pr_signals_strength(const pr_signals *signals, const pr_signal_event *events, uint32_t count,
                           double average_price, double average_units, int64_t now) {
    double sum = 0, whole = 1 + signals->spending + signals->quantity;
    for (uint32_t i = 0; i < count; i++) {
        const pr_signal_event *event = &events[i];
        double weight = signals->weight[event->kind];
        if (event->kind == PR_SIGNAL_PURCHASE) {
            double paid = ratio(event->price, average_price, signals->cap),
                   units = ratio(event->units, average_units, signals->cap);
            weight *= (1 + signals->spending * paid + signals->quantity * units) / whole;
        }
        sum += weight * faded(signals, event->time, now);
    }
    return sum > 0 ? sum * (1 + signals->saturation) / (sum + signals->saturation) : 0;
}

double pr_balance_of(const pr_balance *balance, uint32_t taken, uint32_t takers) {
    double user = taken ? taken : 1, item = takers ? takers : 1;
    if (balance->user_exponent == 0 && balance->item_exponent == 0)
        return 1;
    return balance->scale * pr_exp(-balance->user_exponent * pr_log(user) - balance->item_exponent * pr_log(item));
}
