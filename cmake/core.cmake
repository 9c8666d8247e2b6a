# pr_core: portable C11 without extensions. Contracted multiply-adds would give other bits on other machines, so they are
# off for everybody who links it.
file(GLOB core_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/core/src/*/*.c)
pr_stage_folders(PR_CORE_FOLDERS ${CMAKE_SOURCE_DIR}/core/src)
pr_embed(core_openapi ${CMAKE_SOURCE_DIR}/core/src/serve/openapi.json "unsigned char" pr_openapi MINIFY)

add_library(pr_core STATIC ${core_sources} ${core_openapi})
set_target_properties(pr_core PROPERTIES C_EXTENSIONS OFF)
target_include_directories(pr_core PUBLIC ${CMAKE_SOURCE_DIR}/core/include PRIVATE ${PR_CORE_FOLDERS})
target_compile_options(pr_core PUBLIC -ffp-contract=off PRIVATE ${PR_WARNINGS})
# sqrt and floor are exact everywhere; nothing else of libm is used.
target_link_libraries(pr_core PUBLIC m)
