/* Cosine of two items' sets of tags: |A ∩ B| / √(|A| · |B|). */
#include "pipeline.h"

#include <math.h>

double pr__similarity(const pr_settings *settings, pr_item a, pr_item b) {
    uint32_t common = 0, a_count = 0, b_count = 0;
    for (uint32_t s = 0; s < settings->similarity_count; s++) {
        uint32_t column = settings->similarity[s], i, j;
        uint32_t a_size = pr__item_codes(settings, a, column, &i), b_size = pr__item_codes(settings, b, column, &j);
        uint32_t a_end = i + a_size, b_end = j + b_size;
        a_count += a_size;
        b_count += b_size;
        while (i < a_end && j < b_end) { /* both rise */
            uint32_t x = pr__uint(a.view->columns[column].codes, i), y = pr__uint(b.view->columns[column].codes, j);
            common += x == y;
            i += x <= y;
            j += y <= x;
        }
    }
    return common ? common / sqrt((double)a_count * b_count) : 0.0;
}
