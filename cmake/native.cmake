pr_add_core(pr_core 1 1 1 1)

# prt_native: everything of the command but main(), so that tests can link it; pocketrec: the command itself.
file(GLOB native_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/native/src/*/*.c)
list(FILTER native_sources EXCLUDE REGEX "/cli/main\\.c$")
pr_stage_folders(PR_NATIVE_FOLDERS ${CMAKE_SOURCE_DIR}/native/src)
pr_embed(native_schema ${CMAKE_SOURCE_DIR}/data/schema/config.schema.json char prt_config_schema)

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_library(PR_MICROHTTPD microhttpd REQUIRED)
find_path(PR_MICROHTTPD_INCLUDE microhttpd.h REQUIRED)
find_library(PR_SQLITE sqlite3 REQUIRED)
find_path(PR_SQLITE_INCLUDE sqlite3.h REQUIRED)
find_library(PR_LIBLINEAR linear REQUIRED)
find_path(PR_LIBLINEAR_INCLUDE linear.h REQUIRED)

# C_EXTENSIONS stay on (gnu11): files, threads and clocks need POSIX.
add_library(prt_native STATIC ${native_sources} ${native_schema})
target_include_directories(prt_native PUBLIC ${PR_NATIVE_FOLDERS} PRIVATE ${PR_MICROHTTPD_INCLUDE} ${PR_SQLITE_INCLUDE} ${PR_LIBLINEAR_INCLUDE})
target_compile_options(prt_native PRIVATE ${PR_WARNINGS})
target_link_libraries(prt_native PUBLIC pr_core Threads::Threads ZLIB::ZLIB ${PR_MICROHTTPD} ${PR_SQLITE} ${PR_LIBLINEAR} ${CMAKE_DL_LIBS} m)

add_executable(pocketrec ${CMAKE_SOURCE_DIR}/native/src/cli/main.c)
target_compile_options(pocketrec PRIVATE ${PR_WARNINGS})
target_link_libraries(pocketrec PRIVATE prt_native)
