# Turns a file into a C array:  cmake -DINPUT=a.json -DOUTPUT=a.c -DNAME=symbol -DTYPE=char [-DMINIFY=ON] -P embed.cmake
# gives `const TYPE symbol[]` (NUL-terminated; TYPE is char or unsigned char) and `const size_t symbol_size` (without the NUL).
file(READ "${INPUT}" text)
if(MINIFY)
    # Pretty-printed JSON: a line break cannot lie inside a string, nor can an unescaped quote.
    string(REGEX REPLACE "[\r\n]+[ \t]*" "" text "${text}")
    string(REGEX REPLACE "([^\\])\": " "\\1\":" text "${text}")
    string(REGEX REPLACE "([^\\])\", \"" "\\1\",\"" text "${text}")
endif()
string(HEX "${text}" hex)
string(REGEX REPLACE "(........................................)" "\\1\n    " lines "${hex}") # 20 bytes a line
if(TYPE STREQUAL "char") # which may be signed: 0xe9 would not fit
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${lines}")
else()
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${lines}")
endif()
get_filename_component(source "${INPUT}" NAME)
file(WRITE "${OUTPUT}.new" "/* Made from ${source} by cmake/embed.cmake; change that file instead. */
#include <stddef.h>

extern const ${TYPE} ${NAME}[];
extern const size_t ${NAME}_size;

const ${TYPE} ${NAME}[] = {
    ${bytes}0,
};
const size_t ${NAME}_size = sizeof(${NAME}) - 1;
")
file(RENAME "${OUTPUT}.new" "${OUTPUT}")
