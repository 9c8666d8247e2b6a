# pr_core: portable C11 without extensions. Contracted multiply-adds would give other bits on other machines, so they are
# off for everybody who links it.
file(GLOB core_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/core/src/*/*.c)
pr_stage_folders(PR_CORE_FOLDERS ${CMAKE_SOURCE_DIR}/core/src)
foreach(part openapi openapi_ranking_paths openapi_ranking_schemas openapi_ranking_state openapi_shop_paths
             openapi_shop_schemas openapi_popular openapi_purchases_paths
             openapi_purchases_schemas openapi_meaning_paths openapi_meaning_schemas openapi_meaning_state)
    pr_embed(core_${part} ${CMAKE_SOURCE_DIR}/core/src/serve/${part}.json "unsigned char" pr_${part} MINIFY)
    list(APPEND core_sources ${core_${part}})
endforeach()

# pr_add_core(name ranking shop purchases meaning): the core with or without its parts of these names (base/base.h).
function(pr_add_core name ranking shop purchases meaning)
    add_library(${name} STATIC ${core_sources})
    set_target_properties(${name} PROPERTIES C_EXTENSIONS OFF)
    target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR}/core/include PRIVATE ${PR_CORE_FOLDERS})
    target_compile_definitions(${name} PUBLIC PR_WITH_RANKING=${ranking} PR_WITH_SHOP=${shop}
                                                  PR_WITH_PURCHASES=${purchases} PR_WITH_MEANING=${meaning})
    target_compile_options(${name} PUBLIC -ffp-contract=off PRIVATE ${PR_WARNINGS})
    # sqrt and floor are exact everywhere; nothing else of libm is used.
    target_link_libraries(${name} PUBLIC m)
endfunction()
