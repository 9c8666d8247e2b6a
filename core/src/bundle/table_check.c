/* Checks that several tables share. */
#include "engine.h"

pr_status pr__counts_check(const pr_safetensors *file, uint64_t count, pr_count_columns *out, pr_error *error) {
    PR_TRY(pr__tensor_uints(file, "started", "", count, UINT32_MAX, &out->started, NULL, error));
    PR_TRY(pr__tensor_uints(file, "completed", "", count, UINT32_MAX, &out->completed, NULL, error));
    PR_TRY(pr__tensor_uints(file, "rated", "", count, UINT32_MAX, &out->rated, NULL, error));
    PR_TRY(pr__tensor_uints(file, "liked", "", count, UINT32_MAX, &out->liked, NULL, error));
    for (uint64_t i = 0; i < count; i++) {
        pr_counts c = pr__counts(out, i);
        if (c.completed > c.started || c.liked > c.rated)
            return pr__tensor_wrong(file, "completed", " or liked", "is more than there were trials", error);
    }
    return PR_OK;
}

pr_status pr__strings_check_sorted(const pr_safetensors *file, const char *name, const pr_strings *strings,
                                   pr_error *error) {
    for (uint32_t i = 1; i < strings->count; i++) {
        pr_text a = pr__string(strings, i - 1), b = pr__string(strings, i);
        if (pr__compare(a.bytes, a.size, b.bytes, b.size) >= 0)
            return pr__tensor_wrong(file, name, ".bytes", "is not sorted", error);
    }
    return PR_OK;
}
