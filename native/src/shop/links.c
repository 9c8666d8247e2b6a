/* Links between products: similar ones and rules. */
#include "shop.h"

pr_status prt_shop_similar(const prt_config *config, const prt_dataset *dataset, int threads, prt_shop *shop,
                           pr_error *error) {
    (void)config;
    (void)dataset;
    (void)threads;
    (void)shop;
    (void)error;
    return PR_OK;
}

pr_status prt_shop_rules(const prt_config *config, const prt_dataset *dataset, prt_shop *shop, pr_error *error) {
    (void)config;
    (void)dataset;
    (void)shop;
    (void)error;
    return PR_OK;
}

pr_status prt_shop_synonyms(const prt_config *config, const prt_dataset *dataset, prt_shop *shop, pr_error *error) {
    (void)config;
    (void)dataset;
    (void)shop;
    (void)error;
    return PR_OK;
}
