/* What pages know of their bundle before it is there: the most popular items as plain HTML, for those who read them
 * without JavaScript, and what the bundle needs of the engine, so that a first visit brings the right one. */
#ifndef PRT_STATIC_LIST_H
#define PRT_STATIC_LIST_H

#include "pocketrec.h"

/* Check that `site`/index.html, and `site`/trainers.html where it exists, have the two marks; PR_E_FORMAT when not. */
pr_status prt_static_list_check(const char *site, pr_error *error);

/* Fill what lies between the marks with the ten most popular items of the bundle in `dir`, and the content of
 * <meta name="pocketrec-needs"> (a page may lack it) with what its manifest needs, a page in one step, and remove the
 * compressed neighbours of the pages, which no longer agree with them. */
pr_status prt_static_list_fill(const char *site, const char *dir, int64_t now, pr_error *error);

/* Replace what lies between the marks of `page` by `list`, and the content of the element of needs by `needs`; false
 * when the marks are not there. */
bool prt_static_list_splice(pr_text page, pr_text list, pr_text needs, pr_buffer *out);

/* Append text in which HTML's special characters are escaped. */
void prt_html_text(pr_buffer *out, const char *bytes, size_t size);

#endif
