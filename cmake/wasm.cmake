# pocketrec.wasm: a module without glue; the loader in web/ gives it its one import. wasm/README.md lists the exports.
file(GLOB wasm_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/wasm/*.c)
set(wasm_exports ${CMAKE_SOURCE_DIR}/wasm/exports.txt)

target_compile_options(pr_core PUBLIC -Os $<$<BOOL:${PR_WASM_SIMD}>:-msimd128>)
add_executable(pocketrec_wasm ${wasm_sources})
set_target_properties(pocketrec_wasm PROPERTIES OUTPUT_NAME pocketrec SUFFIX .wasm LINK_DEPENDS ${wasm_exports})
target_compile_options(pocketrec_wasm PRIVATE ${PR_WARNINGS})
target_link_libraries(pocketrec_wasm PRIVATE pr_core)
target_link_options(
    pocketrec_wasm
    PRIVATE
    -Os
    --no-entry
    -sSTANDALONE_WASM=1
    -sEXPORTED_FUNCTIONS=@${wasm_exports}
    -sFILESYSTEM=0
    -sMALLOC=emmalloc
    -sALLOW_MEMORY_GROWTH=1
    -sINITIAL_MEMORY=2MB
    -sMAXIMUM_MEMORY=256MB
    -sTOTAL_STACK=256KB)
