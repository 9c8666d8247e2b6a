/* The visitor's rights: export, import, forget. */
#include "call.h"

#include <string.h>

pr_status pr__get_me(pr_call *call) {
    pr__state_write(&call->engine->settings, &call->state, &call->w);
    return PR_OK;
}

pr_status pr__put_me(pr_call *call) {
    pr_error error = {0};
    pr_status status =
        pr__state_read(&call->engine->settings, call->request->body, &call->engine->scratch, &call->state, &error);
    if (status == PR_E_MEMORY)
        return pr_fail(call->error, status, 0, error.message);
    if (status)
        return pr__refuse(call, 422, "invalid_state", "body", error.message);
    PR_TRY(pr__save_state(call));
    return pr__get_me(call);
}

pr_status pr__delete_me(pr_call *call) {
    call->response->state_changed = true;
    call->response->state = (pr_text){"", 0};
    pr_write_object(&call->w);
    pr_write_key(&call->w, "forgotten");
    pr_write_bool(&call->w, true);
    pr_write_end_object(&call->w);
    return PR_OK;
}
