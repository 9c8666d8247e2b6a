/* Checking JSON against a JSON Schema: the keywords that our schemas use, and sentences for what is wrong. */
#ifndef PRT_SCHEMA_H
#define PRT_SCHEMA_H

#include "pocketrec.h"

/* Check `value` against `schema`, a parsed schema (draft 2020-12) of these keywords: $ref to "#/$defs/NAME" (keywords
 * beside it count too), $defs, type, enum, const, properties, required, additionalProperties, maxProperties, items,
 * minItems, maxItems, minimum, maximum, minLength and maxLength (characters), pattern of the form ^[class]{m,n}$,
 * oneOf and anyOf. Annotations are passed over; any other keyword is PR_E_ARGUMENT, so that nothing goes unchecked.
 *
 * PR_E_FORMAT with a sentence about the first thing that is wrong: `where` ("configuration pocketrec.json"), then the
 * path of the key ("segments.dimensions[0].side"), then what it must be. */
pr_status prt_schema_check(const pr_json *schema, const pr_json *value, const char *where, pr_error *error);

#endif
