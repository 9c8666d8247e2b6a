/* Charts as inline SVG. They take their colours from the page's style, so that one drawing serves light, dark and
 * paper; each has a title for those who do not see it, and the page puts a table beside it. */
#ifndef PRT_CHART_H
#define PRT_CHART_H

#include "html.h"

/* A bar from 0 to `value`, with a whisker from `low` to `high` where these are numbers. */
typedef struct prt_bar {
    pr_text label;
    double value, low, high; /* NaN: not known */
} prt_bar;

/* Horizontal bars on a common scale from 0; `title` is markup. */
void prt_chart_bars(pr_buffer *out, const char *title, const prt_bar *bars, uint32_t count);

/* Points in the order of x, joined by a line where `line` is set; points that are not finite are left out. */
typedef struct prt_series {
    pr_text name;
    const double *x, *y;
    uint32_t count;
    bool line;
} prt_series;

typedef struct prt_plot {
    const char *title, *x_name, *y_name; /* markup */
    const prt_series *series;
    uint32_t count;
    bool diagonal; /* draw y = x, and give both axes the same scale */
    bool named;    /* write the name beside the first point, in the place of a legend */
} prt_plot;

void prt_chart_plot(pr_buffer *out, const prt_plot *plot);

#endif
