/* XGBoost's own model file (docs: "Introduction to Model IO") to the core's table of trees. */
#include "model_trees.h"

#include "fail.h"
#include "ubj.h"

#include <stdlib.h>
#include <string.h>

typedef struct forest {
    pr_tree_node *nodes;
    size_t count, room;
    uint32_t *starts; /* trees + 1 */
    uint32_t trees;
} forest;

/* The arrays of one tree, an element for each node. A leaf has no children, and its value as its condition. */
typedef struct tree_arrays {
    prt_ubj_array left, right, feature, condition, missing_left, cover;
} tree_arrays;

static const struct tree_field {
    const char *name;
    size_t offset;
    const char *types;
} fields[] = {
    {"left_children", offsetof(tree_arrays, left), "l"},
    {"right_children", offsetof(tree_arrays, right), "l"},
    {"split_indices", offsetof(tree_arrays, feature), "l"},
    {"split_conditions", offsetof(tree_arrays, condition), "d"},
    {"default_left", offsetof(tree_arrays, missing_left), "U"},
    {"sum_hessian", offsetof(tree_arrays, cover), "d"},
};

static bool read_member(prt_ubj *reader, pr_text key, tree_arrays *tree) {
    for (size_t i = 0; i < PRT_COUNT(fields); i++) {
        if (key.size != strlen(fields[i].name) || memcmp(key.bytes, fields[i].name, key.size) != 0)
            continue;
        prt_ubj_array *array = (prt_ubj_array *)((char *)tree + fields[i].offset);
        return prt_ubj_read_array(reader, array) && strchr(fields[i].types, array->type);
    }
    return prt_ubj_skip(reader);
}

static bool read_tree(prt_ubj *reader, tree_arrays *tree) {
    pr_text key;
    *tree = (tree_arrays){0};
    bool good = prt_ubj_enter_object(reader);
    while (good && prt_ubj_next_member(reader, &key))
        good = read_member(reader, key, tree);
    for (size_t i = 0; i < PRT_COUNT(fields); i++) {
        const prt_ubj_array *array = (const prt_ubj_array *)((const char *)tree + fields[i].offset);
        good = good && array->elements && array->count == tree->left.count;
    }
    return good && !reader->wrong && tree->left.count > 0;
}

static bool make_room(forest *f, size_t more) {
    if (f->room - f->count >= more)
        return true;
    size_t room = 2 * f->room > f->count + more ? 2 * f->room : f->count + more;
    pr_tree_node *nodes = room < UINT32_MAX ? realloc(f->nodes, room * sizeof *nodes) : NULL;
    if (!nodes)
        return false;
    f->nodes = nodes;
    f->room = room;
    return true;
}

static void add_node(forest *f, const tree_arrays *tree, size_t i) {
    int32_t left = prt_ubj_int(&tree->left, i);
    float condition = prt_ubj_float(&tree->condition, i), cover = prt_ubj_float(&tree->cover, i);
    f->nodes[f->count++] = left < 0 ? (pr_tree_node){.feature = -1, .value = condition, .cover = cover}
                                    : (pr_tree_node){.feature = prt_ubj_int(&tree->feature, i),
                                                     .threshold = condition,
                                                     .missing_left = prt_ubj_int(&tree->missing_left, i) != 0,
                                                     .left = (uint32_t)left,
                                                     .right = (uint32_t)prt_ubj_int(&tree->right, i),
                                                     .cover = cover};
}

static pr_status not_understood(pr_error *error) {
    return prt_fail(error, PR_E_IO,
                    "the model that XGBoost made is not in the form of version 3.2.0; install that version and set "
                    "POCKETREC_XGBOOST to its folder");
}

static pr_status read_trees(prt_ubj *reader, forest *f, pr_error *error) {
    size_t trees;
    tree_arrays tree;
    static const char *const path[] = {"learner", "gradient_booster", "model", "trees"};
    for (size_t i = 0; i < PRT_COUNT(path); i++)
        prt_ubj_go_to(reader, path[i]);
    if (!prt_ubj_enter_array(reader, &trees))
        return not_understood(error);
    f->starts = calloc(trees + 1, sizeof *f->starts);
    if (!f->starts)
        return prt_fail_memory(error, "packing the trees");
    for (size_t t = 0; t < trees; t++) {
        if (!read_tree(reader, &tree))
            return not_understood(error);
        if (!make_room(f, tree.left.count))
            return prt_fail_memory(error, "packing the trees");
        for (size_t i = 0; i < tree.left.count; i++)
            add_node(f, &tree, i);
        f->starts[t + 1] = (uint32_t)f->count;
    }
    f->trees = (uint32_t)trees;
    return PR_OK;
}

static pr_status write_table(const forest *f, uint32_t features, float base, prt_ranker *out, pr_error *error) {
    pr_arena arena = {0};
    pr_buffer buffer = {.arena = &arena};
    pr_status status = pr_trees_write(f->nodes, f->starts, f->trees, features, base, &buffer, error);
    if (status == PR_OK)
        status = prt_ranker_take(out, "trees", &buffer, error);
    out->rows = f->trees;
    out->nodes = (uint32_t)f->count;
    pr_arena_free(&arena);
    return status;
}

pr_status prt_trees_pack(const prt_ensemble *ensemble, uint32_t features, prt_ranker *out, pr_error *error) {
    xgboost_size size;
    const char *bytes;
    forest f = {0};
    if (ensemble->api->XGBoosterSaveModelToBuffer(ensemble->booster, "{\"format\":\"ubj\"}", &size, &bytes) != 0)
        return prt_xgboost_failed(ensemble->api, "saving the model", error);
    prt_ubj reader = {.bytes = (const unsigned char *)bytes, .size = size};
    pr_status status = read_trees(&reader, &f, error);
    if (status == PR_OK)
        status = write_table(&f, features, ensemble->base, out, error);
    out->library_bytes = size;
    free(f.nodes);
    free(f.starts);
    return status;
}
