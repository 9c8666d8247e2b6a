/* Going through somebody's steps, visit by visit. */
#include "left_carts.h"

/* The visit's cart is the tail of `items`, from `first` on. */
static void take_out(prt_left_carts *carts, uint32_t first, uint32_t item) {
    uint32_t kept = first;
    for (uint32_t i = first; i < carts->item_count; i++) {
        if (carts->items[i].item != item)
            carts->items[kept++] = carts->items[i];
    }
    carts->item_count = kept;
}

static void put_in(prt_left_carts *carts, uint32_t first, const prt_step *step) {
    take_out(carts, first, step->item);
    carts->items[carts->item_count++] = (prt_left_item){.item = step->item,
                                                        .quantity = step->quantity,
                                                        .price = step->price,
                                                        .added = step->time,
                                                        .bought = PRT_NO_INTEGER};
}

/* What the step means for carts of earlier visits. */
static void settle(prt_left_carts *carts, const prt_step *step) {
    for (uint32_t c = 0; c < carts->cart_count; c++) {
        prt_left_cart *cart = &carts->carts[c];
        for (uint32_t i = cart->first; i < cart->first + cart->count; i++) {
            prt_left_item *left = &carts->items[i];
            if (left->item != step->item || left->bought != PRT_NO_INTEGER)
                continue;
            if (step->types & PRT_EVENT_PURCHASE) {
                left->bought = step->time;
                cart->recovered = true;
            } else
                left->gone = true;
        }
    }
}

static uint32_t end_visit(prt_left_carts *carts, uint32_t first, int64_t last) {
    if (carts->item_count > first)
        carts->carts[carts->cart_count++] =
            (prt_left_cart){.first = first, .count = carts->item_count - first, .last = last};
    return carts->item_count;
}

void prt_left_carts_find(const prt_step *steps, uint32_t count, int64_t gap, int64_t now, prt_left_carts *out) {
    uint32_t first = 0;
    out->item_count = out->cart_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        const prt_step *step = &steps[i];
        if (i > 0 && step->time - steps[i - 1].time > gap)
            first = end_visit(out, first, steps[i - 1].time);
        if (step->types & (PRT_EVENT_PURCHASE | PRT_EVENT_CART_REMOVE)) {
            settle(out, step);
            take_out(out, first, step->item);
        } else if (step->types & PRT_EVENT_CART)
            put_in(out, first, step);
    }
    if (count && now - steps[count - 1].time > gap)
        end_visit(out, first, steps[count - 1].time);
    else
        out->item_count = first;
}
