/* Bars, lines and points. Units are those of the drawing: 640 wide, scaled to the page by the browser. */
#include "chart.h"

#include <math.h>
#include <stdio.h>

enum { WIDTH = 640, COLOURS = 6 };

static void begin(pr_buffer *out, int height, const char *title) {
    prt_html_putf(out, "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\"><title>%s</title>\n", WIDTH, height,
                  title);
}

/* Can it be drawn? What is beyond is no measurement, and nothing is measured that finely. */
static bool usable(double value) {
    return isfinite(value) && fabs(value) < 1e30;
}

static double scale_to(double most) {
    return most > 1e-30 ? most : 1;
}

/* A round step that divides 0 … most into five parts or fewer. */
static double step_of(double most) {
    double power = pow(10, floor(log10(most / 5)));
    static const double round[] = {1, 2, 2.5, 5, 10};
    for (int i = 0; i < 5; i++) {
        if (round[i] * power * 5 >= most * (1 - 1e-9))
            return round[i] * power;
    }
    return 10 * power;
}

static void tick_text(pr_buffer *out, double x, double y, const char *anchor, double value) {
    prt_html_putf(out, "<text class=\"tick\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%g</text>", x, y, anchor,
                  fabs(value) < 1e-12 ? 0 : value);
}

/* ---- bars ---- */

enum { BAR_LEFT = 168, BAR_RIGHT = 556, BAR_TOP = 8, BAR_STEP = 30, BAR_HEIGHT = 16 };

typedef struct bar_scale {
    double most;
} bar_scale;

static double bar_x(const bar_scale *scale, double value) {
    double share = value / scale->most;
    return BAR_LEFT + (BAR_RIGHT - BAR_LEFT) * (share < 0 ? 0 : share > 1 ? 1 : share);
}

/* A label cut to what fits, on a whole character. */
static void put_label(pr_buffer *out, pr_text label, size_t most) {
    size_t size = label.size;
    if (size > most) {
        size = most - 1;
        while (size > 0 && ((unsigned char)label.bytes[size] & 0xc0) == 0x80)
            size--;
    }
    prt_html_text(out, label.bytes, size);
    prt_html_put(out, size < label.size ? "…" : "");
}

static void put_bar(pr_buffer *out, const bar_scale *scale, const prt_bar *bar, int at) {
    double y = BAR_TOP + at * BAR_STEP, middle = y + BAR_HEIGHT / 2.0;
    double end = usable(bar->value) ? bar_x(scale, bar->value) : BAR_LEFT;
    prt_html_putf(out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">", BAR_LEFT - 8, middle + 4.5);
    put_label(out, bar->label, 24);
    prt_html_putf(out, "</text><rect class=\"f0\" x=\"%d\" y=\"%.1f\" width=\"%.1f\" height=\"%d\"/>", BAR_LEFT, y,
                  end - BAR_LEFT, BAR_HEIGHT);
    if (usable(bar->low) && usable(bar->high)) {
        double low = bar_x(scale, bar->low), high = bar_x(scale, bar->high);
        prt_html_putf(out, "<path class=\"whisker\" d=\"M%.1f %.1fH%.1fM%.1f %.1fv8M%.1f %.1fv8\"/>", low, middle, high,
                      low, middle - 4, high, middle - 4);
        end = high > end ? high : end;
    }
    prt_html_putf(out, "<text class=\"value\" x=\"%.1f\" y=\"%.1f\">", end + 6, middle + 4.5);
    prt_html_number(out, bar->value, 4);
    prt_html_put(out, "</text>\n");
}

void prt_chart_bars(pr_buffer *out, const char *title, const prt_bar *bars, uint32_t count) {
    bar_scale scale = {0};
    for (uint32_t i = 0; i < count; i++) {
        const double ends[] = {bars[i].value, bars[i].high};
        for (int e = 0; e < 2; e++)
            scale.most = usable(ends[e]) && ends[e] > scale.most ? ends[e] : scale.most;
    }
    scale.most = scale_to(scale.most);
    int bottom = BAR_TOP + (int)count * BAR_STEP;
    begin(out, bottom + 24, title);
    double step = step_of(scale.most);
    for (double at = 0; at <= scale.most * (1 + 1e-9); at += step) {
        prt_html_putf(out, "<path class=\"grid\" d=\"M%.1f %dV%d\"/>", bar_x(&scale, at), BAR_TOP - 4, bottom);
        tick_text(out, bar_x(&scale, at), bottom + 16, "middle", at);
    }
    for (uint32_t i = 0; i < count; i++)
        put_bar(out, &scale, &bars[i], (int)i);
    prt_html_put(out, "</svg>\n");
}

/* ---- plots ---- */

enum { LEFT = 64, RIGHT = 620, TOP = 12, BOTTOM = 300, HEIGHT = 348 };

typedef struct plot_scale {
    double x_most, y_most;
} plot_scale;

static double place_x(const plot_scale *scale, double x) {
    return LEFT + (RIGHT - LEFT) * x / scale->x_most;
}

static double place_y(const plot_scale *scale, double y) {
    return BOTTOM - (BOTTOM - TOP) * y / scale->y_most;
}

static bool drawn(const prt_series *series, uint32_t i) {
    return usable(series->x[i]) && usable(series->y[i]) && series->x[i] >= 0 && series->y[i] >= 0;
}

static plot_scale scale_of(const prt_plot *plot) {
    plot_scale scale = {0, 0};
    for (uint32_t s = 0; s < plot->count; s++) {
        const prt_series *series = &plot->series[s];
        for (uint32_t i = 0; i < series->count; i++) {
            if (!drawn(series, i))
                continue;
            scale.x_most = series->x[i] > scale.x_most ? series->x[i] : scale.x_most;
            scale.y_most = series->y[i] > scale.y_most ? series->y[i] : scale.y_most;
        }
    }
    if (plot->diagonal)
        scale.x_most = scale.y_most = scale.x_most > scale.y_most ? scale.x_most : scale.y_most;
    scale.x_most = scale_to(scale.x_most);
    scale.y_most = scale_to(scale.y_most);
    if (plot->named) { /* room for the names */
        scale.x_most *= 1.15;
        scale.y_most *= 1.1;
    }
    return scale;
}

static void put_axes(pr_buffer *out, const prt_plot *plot, const plot_scale *scale) {
    double step = step_of(scale->x_most);
    for (double at = 0; at <= scale->x_most * (1 + 1e-9); at += step) {
        prt_html_putf(out, "<path class=\"grid\" d=\"M%.1f %dV%d\"/>", place_x(scale, at), TOP, BOTTOM);
        tick_text(out, place_x(scale, at), BOTTOM + 16, "middle", at);
    }
    step = step_of(scale->y_most);
    for (double at = 0; at <= scale->y_most * (1 + 1e-9); at += step) {
        prt_html_putf(out, "<path class=\"grid\" d=\"M%d %.1fH%d\"/>", LEFT, place_y(scale, at), RIGHT);
        tick_text(out, LEFT - 6, place_y(scale, at) + 4, "end", at);
    }
    prt_html_putf(out, "<text class=\"axis\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>", (LEFT + RIGHT) / 2,
                  BOTTOM + 38, plot->x_name);
    prt_html_putf(out,
                  "<text class=\"axis\" transform=\"translate(14 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>\n",
                  (TOP + BOTTOM) / 2, plot->y_name);
}

static void put_series(pr_buffer *out, const prt_plot *plot, const plot_scale *scale, uint32_t s) {
    const prt_series *series = &plot->series[s];
    uint32_t colour = s % COLOURS;
    if (series->line) {
        bool first = true;
        prt_html_putf(out, "<path class=\"line s%u\" d=\"", colour);
        for (uint32_t i = 0; i < series->count; i++) {
            if (!drawn(series, i))
                continue;
            prt_html_putf(out, "%c%.1f %.1f", first ? 'M' : 'L', place_x(scale, series->x[i]),
                          place_y(scale, series->y[i]));
            first = false;
        }
        prt_html_put(out, "\"/>");
    }
    bool few = series->count <= 40;
    for (uint32_t i = 0; i < series->count; i++) {
        if (!drawn(series, i))
            continue;
        double x = place_x(scale, series->x[i]), y = place_y(scale, series->y[i]);
        if (few)
            prt_html_putf(out, "<circle class=\"f%u\" cx=\"%.1f\" cy=\"%.1f\" r=\"%d\"/>", colour, x, y,
                          series->line ? 3 : 6);
        if (plot->named && i == 0) {
            prt_html_putf(out, "<text x=\"%.1f\" y=\"%.1f\">", x + 10, y + 4.5);
            put_label(out, series->name, 24);
            prt_html_put(out, "</text>");
        }
    }
    prt_html_put(out, "\n");
}

/* Below the drawing, as text of the page. */
static void put_legend(pr_buffer *out, const prt_plot *plot) {
    prt_html_put(out, "<ul class=\"legend\">");
    for (uint32_t s = 0; s < plot->count; s++) {
        prt_html_putf(out,
                      "<li><svg class=\"key\" viewBox=\"0 0 28 10\" aria-hidden=\"true\"><path class=\"line s%u\" "
                      "d=\"M0 5H28\"/></svg>",
                      s % COLOURS);
        prt_html_text(out, plot->series[s].name.bytes, plot->series[s].name.size);
        prt_html_put(out, "</li>");
    }
    prt_html_put(out, "</ul>\n");
}

void prt_chart_plot(pr_buffer *out, const prt_plot *plot) {
    plot_scale scale = scale_of(plot);
    begin(out, HEIGHT, plot->title);
    put_axes(out, plot, &scale);
    if (plot->diagonal)
        prt_html_putf(out, "<path class=\"even\" d=\"M%d %dL%d %d\"/>", LEFT, BOTTOM, RIGHT, TOP);
    for (uint32_t s = 0; s < plot->count; s++)
        put_series(out, plot, &scale, s);
    prt_html_put(out, "</svg>\n");
    if (!plot->named && plot->count > 1)
        put_legend(out, plot);
}
