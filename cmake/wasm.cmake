# pocketrec.wasm and its larger kin with parts of the engine that not every bundle needs: modules without glue; the loader in
# web/ gives them their one import and chooses by what the bundle needs. wasm/README.md lists the exports.
file(GLOB wasm_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/wasm/*.c)
set(wasm_exports ${CMAKE_SOURCE_DIR}/wasm/exports.txt)

# pr_add_module(file ranking shop purchases)
function(pr_add_module file ranking shop purchases)
    string(REPLACE - _ target ${file}_wasm)
    string(REPLACE - _ core ${file}_core)
    pr_add_core(${core} ${ranking} ${shop} ${purchases})
    target_compile_options(${core} PUBLIC -Os $<$<BOOL:${PR_WASM_SIMD}>:-msimd128>)
    add_executable(${target} ${wasm_sources})
    set_target_properties(${target} PROPERTIES OUTPUT_NAME ${file} SUFFIX .wasm LINK_DEPENDS ${wasm_exports})
    target_compile_options(${target} PRIVATE ${PR_WARNINGS})
    target_link_libraries(${target} PRIVATE ${core})
    target_link_options(
        ${target}
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
endfunction()

pr_add_module(pocketrec 0 0 0)
pr_add_module(pocketrec-ranking 1 0 0)
pr_add_module(pocketrec-shop 0 1 0)
pr_add_module(pocketrec-purchases 0 0 1)
pr_add_module(pocketrec-full 1 1 1)
