# Warnings, sanitizers, the fast linker and the compiler cache, when they are there.
add_compile_options(-Wall -Wextra -fno-omit-frame-pointer)
if(NOT WARREN_SANITIZE AND NOT WARREN_FUZZ)  # those presets say what is quick to build
  set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -fno-plt")
endif()
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g")

if(WARREN_SANITIZE)
  # vptr needs RTTI of Debian's CAF library, which is not instrumented; CAF binds a null reference in a shared_ptr<tuple<>>.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize=vptr,null)
  add_link_options(-fsanitize=address,undefined)
endif()

find_program(WARREN_CCACHE ccache)
if(WARREN_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${WARREN_CCACHE})
endif()
find_program(WARREN_MOLD mold)
if(WARREN_MOLD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_link_options(-fuse-ld=mold)
endif()

find_package(Threads REQUIRED)
include_directories(${CMAKE_SOURCE_DIR})
# Boost.Beast and Asio are used header-only; exceptions and iostreams of Asio's legacy API are not.
add_compile_definitions(BOOST_ASIO_NO_DEPRECATED BOOST_BEAST_USE_STD_STRING_VIEW)
# Debian's spdlog is a compiled library that uses the system's fmt.
add_compile_definitions(SPDLOG_COMPILED_LIB SPDLOG_SHARED_LIB SPDLOG_FMT_EXTERNAL)
set(WARREN_CAF caf_core caf_io)
