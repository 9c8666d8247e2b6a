# pocketrec.wasm and its larger kin with parts of the engine that not every bundle needs: modules without glue; the loader in
# web/ gives them their one import and chooses by what the bundle needs. wasm/README.md lists the exports.
file(GLOB wasm_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/wasm/*.c)
set(wasm_exports ${CMAKE_SOURCE_DIR}/wasm/exports.txt)

# pr_add_executable(file core sources exports memory)
function(pr_add_executable file core sources exports memory)
    string(REPLACE - _ target ${file}_wasm)
    add_executable(${target} ${sources})
    set_target_properties(${target} PROPERTIES OUTPUT_NAME ${file} SUFFIX .wasm LINK_DEPENDS ${exports})
    target_compile_options(${target} PRIVATE ${PR_WARNINGS})
    target_link_libraries(${target} PRIVATE ${core})
    target_link_options(
        ${target}
        PRIVATE
        -Os
        --no-entry
        -sSTANDALONE_WASM=1
        -sEXPORTED_FUNCTIONS=@${exports}
        -sFILESYSTEM=0
        -sMALLOC=emmalloc
        -sALLOW_MEMORY_GROWTH=1
        -sINITIAL_MEMORY=2MB
        -sMAXIMUM_MEMORY=${memory}
        -sTOTAL_STACK=256KB)
endfunction()

# pr_add_module(file ranking shop purchases meaning)
function(pr_add_module file ranking shop purchases meaning)
    string(REPLACE - _ core ${file}_core)
    pr_add_core(${core} ${ranking} ${shop} ${purchases} ${meaning})
    target_compile_options(${core} PUBLIC -Os $<$<BOOL:${PR_WASM_SIMD}>:-msimd128>)
    pr_add_executable(${file} ${core} "${wasm_sources}" ${wasm_exports} 256MB)
endfunction()

pr_add_module(pocketrec 0 0 0 0)
pr_add_module(pocketrec-ranking 1 0 0 0)
pr_add_module(pocketrec-shop 0 1 0 0)
pr_add_module(pocketrec-purchases 0 0 1 0)
pr_add_module(pocketrec-full 1 1 1 1)

# pocketrec-encoder.wasm: the text encoder alone, which a page loads in a worker of its own. The linker leaves out the rest.
pr_add_core(pocketrec_encoder_core 0 0 0 1)
# Small code but for the kernels, in which the time goes.
target_compile_options(pocketrec_encoder_core PUBLIC -Os $<$<BOOL:${PR_WASM_SIMD}>:-msimd128>)
file(GLOB encoder_kernels CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/core/src/encode/kernels_*.c)
set_source_files_properties(${encoder_kernels} PROPERTIES COMPILE_OPTIONS -O2)
pr_add_executable(pocketrec-encoder pocketrec_encoder_core ${CMAKE_SOURCE_DIR}/wasm/encoder/pr_wasm_encoder.c
                  ${CMAKE_SOURCE_DIR}/wasm/encoder/exports.txt 1GB)
