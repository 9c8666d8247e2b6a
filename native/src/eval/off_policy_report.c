/* What the log of exploration tells, for programs and for people. */
#include "off_policy.h"

#include <math.h>
#include <stdio.h>

static void write_number(const char *name, double value, pr_writer *w) {
    pr_write_key(w, name);
    pr_write_number(w, value);
}

static void write_row(const prt_off_policy_row *row, pr_writer *w) {
    pr_write_object(w);
    pr_write_key(w, "policy");
    pr_write_text(w, row->policy);
    prt_interval_write("ips", &row->ips, w);
    prt_interval_write("snips", &row->snips, w);
    prt_interval_write("dr", &row->dr, w);
    write_number("effective_samples", row->effective, w);
    write_number("matches", row->matches, w);
    write_number("truth", row->truth, w);
    pr_write_end_object(w);
}

void prt_off_policy_write(const prt_off_policy_result *result, pr_writer *w) {
    pr_write_key(w, "off_policy");
    pr_write_object(w);
    write_number("requests", result->requests, w);
    write_number("places", result->places, w);
    write_number("lines", (double)result->lines, w);
    write_number("rejected", (double)result->rejected, w);
    pr_write_key(w, "first_reason");
    pr_write_text(w, result->rejected ? result->first_reason : NULL);
    write_number("least_propensity", result->least_propensity, w);
    prt_interval_write("uniform_weight", &result->weight, w);
    write_number("logged", result->logged, w);
    write_number("logged_truth", result->logged_truth, w);
    pr_write_key(w, "policies");
    pr_write_array(w);
    for (uint32_t i = 0; i < result->count; i++)
        write_row(&result->rows[i], w);
    pr_write_end_array(w);
    pr_write_end_object(w);
}

static void print_interval(const prt_interval *interval) {
    printf(" %.4f [%.4f %.4f]", interval->mean, interval->low, interval->high);
}

void prt_off_policy_print(const prt_off_policy_result *result) {
    printf("\nWhat each policy would have earned: clicks per place, from %u logged lists with %u places\n",
           result->requests, result->places);
    printf("  %-16s %-22s %-22s %-22s %8s %8s %8s\n", "policy", "ips", "snips", "dr", "samples", "matches", "truth");
    printf("  %-16s %.4f %60s %8u %8u", "as logged", result->logged, "", result->places, result->places);
    if (isnan(result->logged_truth))
        printf(" %8s\n", "-");
    else
        printf(" %8.4f\n", result->logged_truth);
    for (uint32_t i = 0; i < result->count; i++) {
        const prt_off_policy_row *row = &result->rows[i];
        printf("  %-16s", row->policy);
        print_interval(&row->ips);
        print_interval(&row->snips);
        print_interval(&row->dr);
        printf(" %8.0f %8u", row->effective, row->matches);
        if (isnan(row->truth))
            printf(" %8s\n", "-");
        else
            printf(" %8.4f\n", row->truth);
    }
    printf("The uniform policy's mean weight is %.3f [%.3f %.3f]; it is 1 when the logged propensities are right.\n",
           result->weight.mean, result->weight.low, result->weight.high);
    if (result->rejected)
        printf("%llu of %llu lines were wrong and left out; the first: %s\n", (unsigned long long)result->rejected,
               (unsigned long long)result->lines, result->first_reason);
}
